"""URIs of items, lots and logistic units in plain characters, read without being taken apart.

Events are full of them: serialised GTINs, lots and SSCCs, as Digital Link and as EPC URN, few products and
many serial numbers. One expression recognises each form; what belongs to the product is checked once and
remembered. What this module reads, ``uris`` reads with the same result; whatever is unusual or wrong it
leaves alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lineage.errors import IdentifierError
from lineage.identifiers import digital_link, element_string
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.identifier import GS1_HOST, Identifier

_SERIAL = r"[A-Za-z0-9\-._]{1,20}"
_STEM = r"https?://[A-Za-z0-9.\-]+(?::[0-9]+)?(?:/[A-Za-z0-9\-._~]+)*?"
_GTIN_LINK = re.compile(rf"{_STEM}/01/([0-9]{{14}})(?:/10/({_SERIAL}))?(?:/21/({_SERIAL}))?(?:\?([0-9=&]+))?")
_SSCC_LINK = re.compile(rf"{_STEM}/00/([0-9]{{18}})")
_GTIN_URN = re.compile(rf"urn:epc:(id:sgtin|class:lgtin):([0-9]{{6,12}})\.([0-9]{{1,7}})\.({_SERIAL})")
_SSCC_URN = re.compile(r"urn:epc:id:sscc:([0-9]{6,12})\.([0-9]{5,11})")
PRODUCTS = 16_384
"""Products that are remembered; one takes about 400 bytes."""


@lru_cache(maxsize=PRODUCTS)
def _product(gtin: str) -> tuple[str, str] | None:
    """Check a GTIN of 14 digits; give its canonical id and element string, or None when it is wrong."""
    try:
        element_string.check_element("01", gtin)
    except IdentifierError:
        return None
    return f"{GS1_HOST}/01/{gtin}", f"(01){gtin}"


@lru_cache(maxsize=PRODUCTS)
def _product_of_urn(prefix: str, reference: str) -> tuple[str, str] | None:
    """Do the same for company prefix and item reference; None when they have not 13 digits together."""
    if len(prefix) + len(reference) != 13:
        return None
    body = reference[0] + prefix + reference[1:]
    return _product(body + gs1_check_digit(body))


@lru_cache(maxsize=4096)
def _is_query(path: str, query: str) -> bool:
    """Tell whether a query may follow a GTIN with these qualifiers. Dates and weights of a day repeat."""
    try:
        digital_link.parse(f"https://a/01/00000000000000{path}?{query}")
    except IdentifierError:
        return False
    return True


def _of_product(product: tuple[str, str], lot: str | None, serial: str | None, urn: str | None) -> Identifier:
    class_id, value = product
    if serial is not None:
        item = f"{class_id}/21/{serial}"
        value = f"{value}(21){serial}"
        if lot is None:
            return Identifier(item, "item", "sgtin", value, None, class_id, urn, item)
        lot_id = f"{class_id}/10/{lot}"
        return Identifier(item, "item", "sgtin", value, lot_id, class_id, urn, f"{lot_id}/21/{serial}")
    if lot is not None:
        lot_id = f"{class_id}/10/{lot}"
        return Identifier(lot_id, "lot", "lgtin", f"{value}(10){lot}", None, class_id, urn, lot_id)
    return Identifier(class_id, "class", "gtin", value, None, class_id, urn, class_id)


def _unit(sscc: str, urn: str | None) -> Identifier:
    uri = f"{GS1_HOST}/00/{sscc}"
    return Identifier(uri, "unit", "sscc", f"(00){sscc}", None, None, urn, uri)


def _read_link(uri: str) -> Identifier | None:
    match = _GTIN_LINK.fullmatch(uri) if "/01/" in uri else None
    if match:
        gtin, lot, serial, query = match.groups()
        if query is not None and not _is_query(("/10/1" if lot else "") + ("/21/1" if serial else ""), query):
            return None
        product = _product(gtin)
        return _of_product(product, lot, serial, None) if product else None
    match = _SSCC_LINK.fullmatch(uri) if "/00/" in uri else None
    if match and gs1_check_digit(match[1][:17]) == match[1][17]:
        return _unit(match[1], None)
    return None


def _read_urn(uri: str) -> Identifier | None:
    match = _GTIN_URN.fullmatch(uri)
    if match:
        scheme, prefix, reference, tail = match.groups()
        product = _product_of_urn(prefix, reference)
        if product is None:
            return None
        is_lot = scheme == "class:lgtin"
        return _of_product(product, tail if is_lot else None, None if is_lot else tail, uri)
    match = _SSCC_URN.fullmatch(uri)
    if match and len(match[1]) + len(match[2]) == 17:
        prefix, reference = match.groups()
        body = reference[0] + prefix + reference[1:]
        return _unit(body + gs1_check_digit(body), uri)
    return None


def read(uri: str) -> Identifier | None:
    """Read a URI of one of these forms; None for every other, and for one that is wrong."""
    if "%" in uri:
        return None
    return (
        _read_link(uri) if uri.startswith("http") else _read_urn(uri) if uri.startswith("urn:epc:") else None
    )
