"""What a scanner sends: symbology identifier (``]C1``, ``]Q3``, ``]E0`` …) and data, to GS1 elements.

ISO/IEC 15424 gives the identifiers, the GS1 General Specifications 5.1.4 and figure 5.1-1 their use by GS1.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import digital_link
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.element_string import GS, Element, parse_scanned

Content = Literal["elements", "text", "ean13", "ean8", "itf"]

SYMBOLOGIES: dict[str, tuple[str, Content]] = {
    "C1": ("GS1-128", "elements"),
    "e0": ("GS1 DataBar or composite", "elements"),
    "e1": ("GS1 composite", "elements"),
    "e2": ("GS1 composite", "elements"),
    "d2": ("GS1 DataMatrix", "elements"),
    "Q3": ("GS1 QR Code", "elements"),
    "J1": ("GS1 DotCode", "elements"),
    "d1": ("DataMatrix", "text"),
    "Q1": ("QR Code", "text"),
    "J0": ("DotCode", "text"),
    "E0": ("EAN-13, UPC-A or UPC-E", "ean13"),
    "E4": ("EAN-8", "ean8"),
    "I0": ("ITF", "itf"),
    "I1": ("ITF-14", "itf"),
    "C0": ("Code 128", "text"),
}
"""Data after these is understood; what else a symbology can hold is not GS1's."""

_COMPOSITE = "|]e0"
_LINK_STARTS = ("https://", "HTTPS://", "http://", "HTTP://")


class Scan(NamedTuple):
    """What was read from one symbol."""

    symbology: str
    """Identifier without ``]``."""
    elements: tuple[Element, ...]
    text: str
    """Data of a symbol that is no element string; a Digital Link gives both."""
    gtin: str | None
    """GTIN-14 of EAN, UPC and ITF symbols, which carry no application identifiers."""


def _gtin(digits: str, length: int, start: int, name: str) -> str:
    """Check an EAN, UPC or ITF symbol and give its GTIN in 14 digits."""
    if len(digits) != length or not is_digits(digits):
        raise IdentifierError(
            "symbol-length", f"{name} has {length} digits, here is {digits[:30]!r}", position=start
        )
    if gs1_check_digit(digits[:-1]) != digits[-1]:
        raise IdentifierError(
            "incorrect-check-digit",
            f"the check digit of {digits} should be {gs1_check_digit(digits[:-1])}",
            position=start + length - 1,
            message_zh=f"校验码应为 {gs1_check_digit(digits[:-1])}",
        )
    return digits.zfill(14)


def _retail(symbology: str, data: str, length: int) -> Scan:
    """EAN and UPC, with a composite component after ``|]e0`` where there is one."""
    primary, composite, rest = data.partition(_COMPOSITE)
    gtin = _gtin(primary, length, 3, SYMBOLOGIES[symbology][0])
    elements = parse_scanned(rest, offset=3 + len(primary) + len(_COMPOSITE)) if composite else ()
    return Scan(symbology, elements, data, gtin)


def parse_scan(text: str) -> Scan:
    """Read what a scanner with symbology identifiers sends.

    :raises IdentifierError: no or an unknown identifier, or data that its symbology does not allow
    """
    if not text.startswith("]") or len(text) < 3:
        raise IdentifierError(
            "symbology", "a symbology identifier such as ]C1 must stand at the start", position=0
        )
    symbology, data = text[1:3], text[3:]
    known = SYMBOLOGIES.get(symbology)
    if known is None:
        raise IdentifierError("symbology", f"]{symbology} is no symbology this package reads", position=1)
    content = known[1]
    if content == "ean13":
        return _retail(symbology, data, 13)
    if content == "ean8":
        return _retail(symbology, data, 8)
    if content == "itf":
        return Scan(symbology, (), data, _gtin(data, 14, 3, "ITF-14"))
    if content == "text":
        if data.startswith(_LINK_STARTS):
            try:
                return Scan(symbology, digital_link.parse(data).elements, data, None)
            except IdentifierError as error:
                raise error.moved(3) from None
        return Scan(symbology, (), data, None)
    if "^" in data:
        raise IdentifierError(
            "scan-character", "^ is no character of a scanned element string", position=3 + data.index("^")
        )
    return Scan(symbology, parse_scanned(data, offset=3), data, None)


def starts_like_scan(text: str) -> bool:
    """Tell whether a text is an element string with FNC1 and without symbology identifier."""
    return text.startswith(("^", GS)) or GS in text
