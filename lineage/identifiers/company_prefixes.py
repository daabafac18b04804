"""Where a GS1 company prefix ends inside a key.

An EPC URN marks the end of the company prefix, a Digital Link does not, and no rule tells it: it takes the
table of prefixes that GS1 allocates. A deployment gives the part of that table it knows; where a key is not
covered, there is no URN, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import is_digits

SHORTEST, LONGEST = 6, 12
"""Digits of a company prefix in an EPC URN (Tag Data Standard 6.3)."""


class CompanyPrefixes:
    """Length of the company prefix by the digits that a key starts with; the longest entry decides.

    :param lengths: leading digits → length of the company prefix, as in GS1's prefix format list; 0 for
        ranges that hold no company prefix
    """

    def __init__(self, lengths: Mapping[str, int] | None = None) -> None:
        self._lengths: Final = dict(lengths or {})
        for digits, length in self._lengths.items():
            if not is_digits(digits) or not (length == 0 or SHORTEST <= length <= LONGEST):
                raise IdentifierError(
                    "company-prefix-table",
                    f"{digits!r}: {length} is no entry: digits and a length of 0 or 6 to 12 are wanted",
                )
        self._longest = max(map(len, self._lengths), default=0)

    @classmethod
    def of(cls, prefixes: Iterable[str]) -> CompanyPrefixes:
        """Make a table of whole company prefixes."""
        return cls({prefix: len(prefix) for prefix in prefixes})

    @classmethod
    def from_text(cls, text: str) -> CompanyPrefixes:
        """Read lines ``digits,length`` or a whole company prefix alone; ``#`` starts a remark."""
        lengths: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            entry = line.partition("#")[0].strip()
            if not entry or (number == 1 and not entry[0].isdigit()):
                continue
            digits, comma, length = (part.strip() for part in entry.partition(","))
            if not is_digits(digits) or (comma and not is_digits(length)):
                raise IdentifierError(
                    "company-prefix-table", f"line {number} is not digits,length: {entry[:40]!r}"
                )
            lengths[digits] = int(length[:3]) if comma else len(digits)
        return cls(lengths)

    def length(self, digits: str) -> int | None:
        """Give the length of the company prefix that ``digits`` start with, or None when it is not known."""
        for size in range(min(self._longest, len(digits)), 0, -1):
            length = self._lengths.get(digits[:size])
            if length is not None:
                return length or None
        return None

    def __len__(self) -> int:
        return len(self._lengths)
