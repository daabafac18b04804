"""What a scanner sends, symbology identifier (``]C1``, ``]Q3``, ``]E0`` …) and data, to elements and back.

ISO/IEC 15424 gives the identifiers; the GS1 General Specifications, 5.1.4, say which of them GS1 uses and
how.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import digital_link, retail_symbols
from lineage.identifiers.digital_link import DigitalLink
from lineage.identifiers.element_string import GS, Element, parse_scanned, scanned

Content = Literal["elements", "text", "ean-13", "ean-8", "itf-14"]

SYMBOLOGIES: dict[str, tuple[str, Content]] = {
    "C1": ("GS1-128", "elements"),
    "e0": ("GS1 DataBar or composite", "elements"),
    "d2": ("GS1 DataMatrix", "elements"),
    "Q3": ("GS1 QR Code", "elements"),
    "J1": ("GS1 DotCode", "elements"),
    "d1": ("DataMatrix", "text"),
    "Q1": ("QR Code", "text"),
    "J0": ("DotCode", "text"),
    "C0": ("Code 128", "text"),
    "E0": ("EAN-13, UPC-A or UPC-E", "ean-13"),
    "E4": ("EAN-8", "ean-8"),
    "I0": ("ITF", "itf-14"),
    "I1": ("ITF-14", "itf-14"),
}
"""What data after each identifier is; what else a symbology can hold is not GS1's."""

CARRIERS: dict[str, tuple[str, str]] = {
    "gs1-128": ("C1", ""),
    "databar-expanded": ("e0", ""),
    "datamatrix": ("d2", "d1"),
    "qr": ("Q3", "Q1"),
    "dotcode": ("J1", "J0"),
}
"""Carriers of element strings → identifier before elements, and before other text where there can be some."""

_DATABAR = ("databar-omni", "databar-limited")
_RETAIL = {"ean-13": "E0", "upc-a": "E0", "upc-e": "E0", "ean-8": "E4", "itf-14": "I1"}
_COMPOSITE = "|]e0"
_LINK_STARTS = ("https://", "HTTPS://", "http://", "HTTP://")


class Scan(NamedTuple):
    """What was read from one symbol."""

    symbology: str
    """Identifier without ``]``."""
    elements: tuple[Element, ...]
    text: str
    """The data as sent."""
    gtin: str | None = None
    """GTIN-14 of EAN, UPC and ITF symbols, which carry no application identifiers."""
    link: DigitalLink | None = None
    """The Digital Link that the text is."""


def _retail(symbology: str, data: str, content: str) -> Scan:
    """Read EAN, UPC and ITF, with a composite component after ``|]e0`` where there is one."""
    primary, composite, rest = data.partition(_COMPOSITE)
    gtin = retail_symbols.to_gtin(primary, content, 3)
    elements = _elements(rest, 3 + len(primary) + len(_COMPOSITE)) if composite else ()
    return Scan(symbology, elements, data, gtin)


def _elements(data: str, offset: int) -> tuple[Element, ...]:
    """Read an element string after its symbology identifier, which stands for the first FNC1."""
    bad = re.search(r"\A\x1d|\^", data)
    if bad:
        raise IdentifierError(
            "scan-character",
            f"{bad[0]!r} is no character of a scanned element string at this place",
            position=offset + bad.start(),
        )
    return parse_scanned(data, offset=offset)


def _text(symbology: str, data: str) -> Scan:
    if not data.startswith(_LINK_STARTS):
        return Scan(symbology, (), data)
    try:
        link = digital_link.parse(data)
    except IdentifierError as error:
        raise error.moved(3) from None
    return Scan(symbology, link.elements, data, link=link)


def parse_scan(text: str) -> Scan:
    """Read what a scanner with symbology identifiers sends.

    :raises IdentifierError: no or an unknown identifier, or data that its symbology does not allow
    """
    if not text.startswith("]") or len(text) < 3:
        raise IdentifierError("symbology", "a symbology identifier such as ]C1 must stand first", position=0)
    symbology, data = text[1:3], text[3:]
    known = SYMBOLOGIES.get(symbology)
    if known is None:
        raise IdentifierError("symbology", f"]{symbology} is no symbology this package reads", position=1)
    content = known[1]
    if content == "text":
        return _text(symbology, data)
    if content != "elements":
        return _retail(symbology, data, content)
    return Scan(symbology, _elements(data, 3), data)


def starts_like_scan(text: str) -> bool:
    """Tell whether a text is an element string with FNC1 and without symbology identifier."""
    return text.startswith(("^", GS)) or GS in text


def write_text(carrier: str, text: str) -> str:
    """Write what a scanner sends for a symbol that holds plain text, such as a Digital Link.

    :raises IdentifierError: the carrier holds element strings only, or is unknown
    """
    identifier = CARRIERS.get(carrier, ("", ""))[1]
    if not identifier:
        raise IdentifierError("symbology", f"{carrier!r} is no carrier of plain text")
    return f"]{identifier}{text}"


def _gtin_of(elements: Sequence[Element], carrier: str) -> str:
    if [ai for ai, _ in elements] != ["01"]:
        raise IdentifierError("symbol-capacity", f"{carrier} holds a GTIN and nothing else")
    return elements[0].value


def write_elements(carrier: str, elements: Sequence[Element], composite: Sequence[Element] = ()) -> str:
    """Write what a scanner sends for a symbol that holds elements.

    :param carrier: ``gs1-128``, ``datamatrix``, ``qr``, ``databar-omni``, ``ean-13``, ``upc-e``, …
    :param composite: elements of the two-dimensional component above a linear symbol
    :raises IdentifierError: no elements, an unknown carrier, or elements that it cannot hold
    """
    if not elements:
        raise IdentifierError("empty", "there are no elements to write")
    if carrier in _RETAIL:
        digits = retail_symbols.from_gtin(_gtin_of(elements, carrier), carrier)
        if carrier in ("upc-a", "upc-e"):
            # A scanner sends UPC as the thirteen digits of EAN-13 (GS1 General Specifications 5.1.4).
            digits = elements[0].value[1:]
        return f"]{_RETAIL[carrier]}{digits}" + (_COMPOSITE + scanned(composite) if composite else "")
    if carrier in _DATABAR:
        gtin = _gtin_of(elements, carrier)
        if carrier == "databar-limited" and gtin[0] not in "01":
            raise IdentifierError("symbol-capacity", "DataBar Limited holds GTINs with indicator 0 or 1")
    elif carrier not in CARRIERS:
        raise IdentifierError("symbology", f"{carrier!r} is no carrier this package writes")
    identifier = "e0" if composite or carrier in _DATABAR else CARRIERS[carrier][0]
    return f"]{identifier}{scanned([*elements, *composite])}"
