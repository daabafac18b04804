"""The errors of this package: one root, each with a stable code, a sentence and advice for a person.

::

    LabelError
    ├── SymbolError   a text that a symbol cannot carry, or a symbol that does not fit where it should go
    ├── TextError     human-readable text that cannot be printed: a character without a glyph, a line too long
    │   └── NoRoomError   this type size is too large; never leaves the package
    ├── InputError    a file, an option or an identifier that cannot be used; knows the line
    └── ProofError    what was printed is not what was meant; knows each place at fault

An identifier that is wrong surfaces as :class:`lineage.errors.IdentifierError` where one value is read
alone, and as :class:`InputError` with its line where a file is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class LabelError(Exception):
    """Anything this package refuses.

    :param code: stable kebab-case name of the rule that was broken
    :param message: one sentence that says what is wrong with which part
    :param hint: what a person can do about it; may be empty
    """

    code: str = "label"

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, Any]:
        """Give the error as it stands in ``--json`` output; empty members are left out."""
        members = {"code": self.code, "message": self.message, "hint": self.hint}
        return {name: value for name, value in members.items() if value}


class SymbolError(LabelError):
    """A text that a symbol cannot carry, or a symbol that does not fit where it should go."""


class TextError(LabelError):
    """Human-readable text that cannot be printed as asked."""


class NoRoomError(TextError):
    """A text is wider or a column longer than its place; the next attempt sets smaller type."""

    def __init__(self, code: str = "text-too-long", message: str = "the text does not fit") -> None:
        super().__init__(code, message)


class InputError(LabelError):
    """A file, an option or an identifier that cannot be used.

    :param line: line of the file, from 1, where there is one
    """

    def __init__(self, code: str, message: str, *, line: int | None = None, hint: str = "") -> None:
        super().__init__(code, message, hint=hint)
        self.line = line

    def as_dict(self) -> dict[str, Any]:
        """Add the line."""
        members = super().as_dict()
        if self.line is not None:
            members["line"] = self.line
        return members


class Fault(NamedTuple):
    """One place of a print in which something is not what was meant. Page, row and column count from 1."""

    code: str
    """``not-decodable``, ``decodes-otherwise``, ``modules-differ``, ``quiet-zone``, ``text-differs`` or
    ``font-not-embedded``."""
    page: int
    row: int
    column: int
    value: str
    """What should stand there."""
    message: str

    def __str__(self) -> str:
        """Say where, what should stand there, and what is wrong."""
        return (
            f"page {self.page}, row {self.row}, column {self.column}: {self.message} (intended: {self.value})"
        )


class ProofError(LabelError):
    """What was printed is not what was meant.

    :param faults: every place at fault, in reading order; never empty
    """

    SHOWN = 5
    """Places named in the sentence; all of them are in :attr:`faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        named = "; ".join(str(fault) for fault in faults[: self.SHOWN])
        more = f"; and {len(faults) - self.SHOWN} more" if len(faults) > self.SHOWN else ""
        super().__init__(
            faults[0].code,
            f"{len(faults)} of the printed symbols or texts are wrong: {named}{more}",
            hint="nothing was written; print larger modules or report this with the input that caused it",
        )
        self.faults = tuple(faults)

    def as_dict(self) -> dict[str, Any]:
        """Add the places."""
        return super().as_dict() | {"faults": [fault._asdict() for fault in self.faults]}
