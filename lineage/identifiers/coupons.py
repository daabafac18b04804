"""The contents of GS1 coupons: AI (8110) of North America and AI (8112), positive offer file.

Both are digits read from left to right by a cursor; each step takes what the GS1 documents call a field,
often of a length that a digit before it gives (a *VLI*). Faults are named after the field.
"""

from __future__ import annotations

from collections.abc import Callable

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import first_outside
from lineage.identifiers.faults import Fault


class _Stop(IdentifierError):  # noqa: N818 - it ends the reading, nobody outside sees it
    def __init__(self, code: str, start: int, length: int) -> None:
        super().__init__(f"coupon-{code}", code, position=start)
        self.fault = Fault(self.code, start, length)


class _Cursor:
    """Reads fields and says what is missing. A field that is wholly absent marks all that was read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def missing(self, code: str) -> _Stop:
        left = len(self.text) - self.at
        return _Stop(code, self.at, left) if left else _Stop(code, 0, len(self.text))

    def take(self, length: int, code: str) -> str:
        if len(self.text) - self.at < length:
            raise self.missing(code)
        self.at += length
        return self.text[self.at - length : self.at]

    def digit(self, allowed: str, absent: str, invalid: str) -> str:
        char = self.take(1, absent)
        if char not in allowed:
            raise _Stop(invalid, self.at - 1, 1)
        return char

    def sized(self, field: str, truncated: str, allowed: str, base: int) -> None:
        """Read a length digit and the field that it measures; for an optional prefix 9 stands for none."""
        digit = self.digit(allowed, f"missing-{field}-vli", f"invalid-{field}-length")
        if not (digit == "9" and allowed == _OPTIONAL_PREFIX):
            self.take(int(digit) + base, truncated)

    def optional(self, mark: str) -> bool:
        """Step over the digit that announces an optional part, when it stands here."""
        if self.text[self.at : self.at + 1] != mark:
            return False
        self.at += 1
        return True

    def end(self) -> None:
        if self.at < len(self.text):
            raise _Stop("excess-data", self.at, len(self.text) - self.at)


_PREFIX_BASE = 6
"""A length digit before a company prefix or serial number counts from six."""
_PREFIX = "0123456"
_OPTIONAL_PREFIX = "01234569"
_VALUE = "12345"
_REQUIREMENT_CODES = "012349"
_ALL = "0123456789"
_GLN_LENGTHS = "1234567"


def _read(value: str, steps: list[Callable[[_Cursor], None]]) -> Fault | None:
    at = first_outside(value, "N")
    if at is not None:
        return Fault("non-digit-character", at, 1)
    cursor = _Cursor(value)
    try:
        for step in steps:
            step(cursor)
        cursor.end()
    except _Stop as stop:
        return stop.fault
    return None


def _offer_code(cursor: _Cursor) -> None:
    cursor.take(6, "truncated-offer-code")


def _serial_number(cursor: _Cursor) -> None:
    cursor.sized("serial-number", "truncated-serial-number", _ALL, _PREFIX_BASE)


def _purchase(cursor: _Cursor, which: str) -> None:
    """Purchase requirement, its code and family code."""
    cursor.sized(f"{which}-purchase-requirement", f"truncated-{which}-purchase-requirement", _VALUE, 0)
    cursor.digit(
        _REQUIREMENT_CODES,
        f"missing-{which}-purchase-requirement-code",
        f"invalid-{which}-purchase-requirement-code",
    )
    cursor.take(3, f"truncated-{which}-purchase-family-code")


def _coupon_head(cursor: _Cursor) -> None:
    cursor.sized("gcp", "truncated-gcp", _PREFIX, _PREFIX_BASE)


def _save_value(cursor: _Cursor) -> None:
    cursor.sized("save-value", "truncated-save-value", _VALUE, 0)


def _first_purchase(cursor: _Cursor) -> None:
    _purchase(cursor, "1st")


def _second_purchase(cursor: _Cursor) -> None:
    if cursor.optional("1"):
        cursor.digit(
            "0123", "missing-additional-purchase-rules-code", "invalid-additional-purchase-rules-code"
        )
        _purchase(cursor, "2nd")
        cursor.sized("2nd-purchase-gcp", "truncated-2nd-purchase-gcp", _OPTIONAL_PREFIX, _PREFIX_BASE)


def _third_purchase(cursor: _Cursor) -> None:
    if cursor.optional("2"):
        _purchase(cursor, "3rd")
        cursor.sized("3rd-purchase-gcp", "truncated-3rd-purchase-gcp", _OPTIONAL_PREFIX, _PREFIX_BASE)


def _dates(cursor: _Cursor) -> None:
    from lineage.identifiers.linters import yymmdd  # noqa: PLC0415 - linters lists these coupons

    dates: dict[str, str] = {}
    for mark, name in (("3", "expiration"), ("4", "start")):
        if cursor.optional(mark):
            dates[name] = cursor.take(6, f"too-short-for-{name}-date")
            if yymmdd(dates[name]):
                raise _Stop(f"invalid-{name}-date", cursor.at - 6, 6)
    if len(dates) == 2 and dates["start"] > dates["expiration"]:
        # The mark of the expiration date stands before it: the fault covers mark, date, mark, date.
        raise _Stop("expiration-before-start", cursor.at - 14, 14)


def _optional_serial(cursor: _Cursor) -> None:
    if cursor.optional("5"):
        _serial_number(cursor)


def _retailer(cursor: _Cursor) -> None:
    if cursor.optional("6"):
        cursor.sized("retailer-gcp-or-gln", "truncated-retailer-gcp-or-gln", _GLN_LENGTHS, _PREFIX_BASE)


def _flags(cursor: _Cursor) -> None:
    if cursor.optional("9"):
        cursor.digit("01256", "missing-save-value-code", "invalid-save-value-code")
        cursor.digit("012", "missing-save-value-applies-to-item", "invalid-save-value-applies-to-item")
        cursor.take(1, "missing-store-coupon-flag")
        cursor.digit("01", "missing-dont-multiply-flag", "invalid-dont-multiply-flag")


def coupon_code(value: str) -> Fault | None:
    """A North American coupon code, AI (8110)."""
    return _read(
        value,
        [_coupon_head, _offer_code, _save_value, _first_purchase, _second_purchase, _third_purchase, _dates,
         _optional_serial, _retailer, _flags],
    )  # fmt: skip


def _format_code(cursor: _Cursor) -> None:
    cursor.digit("01", "missing-format-code", "invalid-format-code")


def _funder(cursor: _Cursor) -> None:
    cursor.sized("funder", "truncated-funder", _PREFIX, _PREFIX_BASE)


def positive_offer(value: str) -> Fault | None:
    """A coupon of the positive offer file, AI (8112)."""
    return _read(value, [_format_code, _funder, _offer_code, _serial_number])
