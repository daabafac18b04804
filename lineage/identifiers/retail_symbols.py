"""EAN, UPC and ITF symbols: digits without application identifiers, to GTIN and back.

UPC-E leaves out four or five zeros of a UPC-A number; which, its last digit before the check digit tells
(GS1 General Specifications 5.2.2.4.2).
"""

from __future__ import annotations

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.check_characters import gs1_check_digit

LENGTHS = {
    "ean-13": 13,
    "ean-8": 8,
    "upc-a": 12,
    "upc-e": 8,
    "itf-14": 14,
    "databar-omni": 14,
    "databar-limited": 14,
}
"""Digits of each symbol, check digit included; UPC-E as it is printed."""
_UPC_A = 12


def _checked(digits: str, name: str, start: int) -> None:
    if gs1_check_digit(digits[:-1]) != digits[-1]:
        wanted = gs1_check_digit(digits[:-1])
        raise IdentifierError(
            "incorrect-check-digit",
            f"the check digit of this {name} number should be {wanted}, not {digits[-1]}",
            position=start,
            message_zh=f"{name} 校验码应为 {wanted}，不是 {digits[-1]}",
        )


def expand_upc_e(digits: str) -> str:
    """Write the eight digits of a UPC-E symbol as the twelve of UPC-A, check digit included.

    :raises IdentifierError: not eight digits, or a number system other than 0 and 1
    """
    if len(digits) != 8 or not is_digits(digits) or digits[0] not in "01":
        raise IdentifierError("symbol-length", "UPC-E has eight digits and starts with 0 or 1", position=0)
    system, body, last, check = digits[0], digits[1:6], digits[6], digits[7]
    if last in "012":
        middle = f"{body[:2]}{last}0000{body[2:]}"
    elif last == "3":
        middle = f"{body[:3]}00000{body[3:]}"
    elif last == "4":
        middle = f"{body[:4]}00000{body[4:]}"
    else:
        middle = f"{body}0000{last}"
    return system + middle + check


def shorten_upc_a(digits: str) -> str | None:
    """Write the twelve digits of UPC-A as the eight of UPC-E, or give None when there is no such symbol."""
    for candidate in (
        f"{digits[0]}{digits[1:3]}{digits[8:11]}{digits[3]}{digits[11]}",
        f"{digits[0]}{digits[1:4]}{digits[9:11]}3{digits[11]}",
        f"{digits[0]}{digits[1:5]}{digits[10]}4{digits[11]}",
        f"{digits[0]}{digits[1:6]}{digits[10]}{digits[11]}",
    ):
        if digits[0] in "01" and expand_upc_e(candidate) == digits:
            return candidate
    return None


def to_gtin(digits: str, symbology: str, start: int = 0) -> str:
    """Give the GTIN in 14 digits of what an EAN, UPC, ITF or DataBar symbol holds; UPC-E may be expanded.

    :param symbology: a key of ``LENGTHS``
    :param start: where the digits start in the text that errors are to point into
    :raises IdentifierError: wrong length, other characters, or a wrong check digit
    """
    length = LENGTHS[symbology]
    if symbology == "upc-e" and len(digits) == _UPC_A:
        symbology = "upc-a"
        length = _UPC_A
    name = symbology.upper()
    if len(digits) != length or not is_digits(digits):
        raise IdentifierError(
            "symbol-length", f"{name} has {length} digits, here is {digits[:30]!r}", position=start
        )
    if symbology == "upc-e":
        digits = expand_upc_e(digits)
    _checked(digits, name, start + length - 1)
    return digits.zfill(14)


def from_gtin(gtin: str, symbology: str) -> str:
    """Give the digits that a symbol needs to hold for a GTIN of 14 digits.

    :raises IdentifierError: the GTIN does not fit the symbol
    """
    length = _UPC_A if symbology == "upc-e" else LENGTHS[symbology]
    digits = gtin[14 - length :]
    if gtin[: 14 - length].strip("0"):
        raise IdentifierError(
            "symbol-capacity", f"GTIN {gtin} has more digits than {symbology.upper()} holds"
        )
    if symbology == "upc-e":
        short = shorten_upc_a(digits)
        if short is None:
            raise IdentifierError("symbol-capacity", f"GTIN {gtin} has no zeros that UPC-E could leave out")
        return short
    return digits


def with_check_digit(digits: str, symbology: str) -> str:
    """Add the check digit to the digits of a symbol.

    :raises IdentifierError: not the number of digits that the symbol has without it
    """
    length = LENGTHS[symbology] - 1
    if len(digits) != length or not is_digits(digits):
        raise IdentifierError(
            "symbol-length", f"{symbology.upper()} has {length} digits before its check digit"
        )
    return digits + gs1_check_digit(digits)
