"""What is wrong with a document: a list of problems, each with its place, and the error that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from lineage.errors import EventError
from lineage.events.limits import MAX_PROBLEMS


class Problem(msgspec.Struct, frozen=True):
    """One fault of a document.

    :ivar pointer: RFC 6901 JSON pointer to the member at fault, ``""`` for the whole document
    :ivar code: stable kebab-case name of the rule
    :ivar message: one sentence for a person
    :ivar line: line of the source, from 1, where the source is XML or not even JSON
    """

    pointer: str
    code: str
    message: str
    line: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the problem as it stands in answers; the line is left out where there is none."""
        members: dict[str, Any] = {"pointer": self.pointer, "code": self.code, "message": self.message}
        if self.line is not None:
            members["line"] = self.line
        return members

    def below(self, prefix: str) -> Problem:
        """Give the same problem, seen from a document in which this one stands at ``prefix``."""
        return Problem(prefix + self.pointer, self.code, self.message, self.line)

    def lower(self, lines: int) -> Problem:
        """Give the same problem, seen from a document in which its text begins so many lines down."""
        if self.line is None or not lines:
            return self
        line = self.line + lines
        message = self.message.replace(f"line {self.line} column", f"line {line} column")
        return Problem(self.pointer, self.code, message, line)

    def at_line(self, line: int | None) -> Problem:
        """Give the same problem with the line of the source."""
        return Problem(self.pointer, self.code, self.message, line)


class DocumentError(EventError):
    """A document that cannot be taken as it is; ``problems`` lists everything that was found."""

    def __init__(self, problems: Sequence[Problem], *, hint: str = "") -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            first.code, first.message + more, pointer=first.pointer or None, line=first.line, hint=hint
        )
        self.problems = list(problems[:MAX_PROBLEMS])

    def as_dict(self) -> dict[str, Any]:
        """Add the list of problems."""
        return {**super().as_dict(), "problems": [problem.as_dict() for problem in self.problems]}


def refuse(
    code: str, message: str, *, pointer: str = "", line: int | None = None, hint: str = ""
) -> DocumentError:
    """Build the error for one fault; the caller raises it."""
    return DocumentError([Problem(pointer, code, message, line)], hint=hint)


def escape(name: str) -> str:
    """Give a member name as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
