"""The errors of this package: one root, each with a stable code, a sentence and advice for a person.

::

    LineageError
    ├── IdentifierError   a text that is not the identifier it claims to be; knows the character
    └── EventError        an event or document that breaks a rule; knows the JSON pointer or line

A code is kebab-case and never changes its meaning; the sentence may be reworded at any time.
Malformed input surfaces as one of these and as nothing else.
"""

from __future__ import annotations

from typing import Any


class LineageError(Exception):
    """Anything this package refuses.

    :param code: stable name of the rule that was broken, e.g. ``check-digit``
    :param message: one sentence in English that says what is wrong with which part
    :param hint: what a person can do about it; may be empty
    :param message_zh: the same sentence in Chinese where one exists
    """

    def __init__(self, code: str, message: str, *, hint: str = "", message_zh: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.message_zh = message_zh

    def as_dict(self) -> dict[str, Any]:
        """Give the error as it stands in JSON answers; empty members are left out."""
        members = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "message_zh": self.message_zh,
        }
        return {name: value for name, value in members.items() if value}


class IdentifierError(LineageError):
    """A text that is not the identifier it claims to be.

    :param position: index of the first character at fault in the text as given, from 0, where one can be
        named
    :param candidates: schemes that a text without scheme could belong to
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        position: int | None = None,
        hint: str = "",
        message_zh: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message, hint=hint, message_zh=message_zh)
        self.position = position
        self.candidates = candidates

    def as_dict(self) -> dict[str, Any]:
        """Add the position, and the candidate schemes of an ambiguous text."""
        members = super().as_dict()
        if self.position is not None:
            members["position"] = self.position
        if self.candidates:
            members["candidates"] = list(self.candidates)
        return members

    def moved(self, offset: int) -> IdentifierError:
        """Give the same error for a text whose part that was read starts ``offset`` characters later."""
        if self.position is not None:
            self.position += offset
        return self


class EventError(LineageError):
    """An event or a document that breaks a rule.

    :param pointer: RFC 6901 JSON pointer to the member at fault, in JSON documents
    :param line: line of the source, from 1, in XML documents and line-wise files
    """

    def __init__(
        self, code: str, message: str, *, pointer: str | None = None, line: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.pointer = pointer
        self.line = line

    def as_dict(self) -> dict[str, Any]:
        """Add the pointer or the line."""
        members = super().as_dict()
        if self.pointer is not None:
            members["pointer"] = self.pointer
        if self.line is not None:
            members["line"] = self.line
        return members
