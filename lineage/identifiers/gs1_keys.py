"""From GS1 elements to the one thing they name: canonical id, kind, class, lot.

One function a family of keys, found by the AI of the key in ``_READERS``. The canonical id holds no more
than names the thing: a serialised GTIN drops its lot and consumer product variant, a location drops
extension ``0``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lineage.errors import IdentifierError
from lineage.identifiers import ai_table
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.element_string import Element, bracketed, check_element
from lineage.identifiers.epc import uri as epc_uri
from lineage.identifiers.epc.schemes import NO_EXTENSION
from lineage.identifiers.identifier import GS1_HOST, Identifier, Kind, Warning_
from lineage.identifiers.percent import escape

_Named = tuple[Kind, str, tuple[Element, ...], tuple[Element, ...] | None, tuple[Element, ...] | None]
"""Kind, scheme, elements that name the thing, those of its class, those of its lot."""

_SERIAL_AFTER = {"253": 13, "255": 13, "8003": 14}
"""Length of a key without its optional serial number."""


def link(elements: Sequence[Element]) -> str:
    """Write a key and its qualifiers as a canonical Digital Link."""
    uri = GS1_HOST
    for ai, value in elements:
        uri += f"/{ai}/{escape(value)}"
    return uri


_Values = Mapping[str, Element]
"""Elements by AI."""


def _pick(values: _Values, *ais: str) -> tuple[Element, ...]:
    return tuple([values[ai] for ai in ais if ai in values])


def _with_qualifiers(named: tuple[Element, ...], values: _Values) -> tuple[Element, ...]:
    """Give the key with the longest sequence of qualifiers that the values fill and that names the thing."""
    (key, _), *naming = named
    fitting = [[ai for ai in sequence if ai in values] for sequence in ai_table.qualifier_sequences(key)]
    best = max(fitting, key=lambda sequence: (all(ai in sequence for ai, _ in naming), len(sequence)))
    return _pick(values, key, *best)


def _gtin(values: _Values) -> _Named:
    class_of = _pick(values, "01")
    if "21" in values:
        return (
            "item",
            "sgtin",
            _pick(values, "01", "21"),
            class_of,
            _pick(values, "01", "10") if "10" in values else None,
        )
    if "235" in values:
        return (
            "item",
            "upui",
            _pick(values, "01", "235"),
            class_of,
            _pick(values, "01", "10") if "10" in values else None,
        )
    if "10" in values:
        return "lot", "lgtin", _pick(values, "01", "10"), class_of, None
    return "class", "gtin", class_of, class_of, None


def _itip(values: _Values) -> _Named:
    gtin = (Element("01", values["8006"].value[:14]),)
    if "21" in values:
        lot = _pick(values, "8006", "10") if "10" in values else None
        return "item", "itip", _pick(values, "8006", "21"), gtin, lot
    if "10" in values:
        return "lot", "itip", _pick(values, "8006", "10"), gtin, None
    return "class", "itip", _pick(values, "8006"), gtin, None


def _location(values: _Values) -> _Named:
    if "254" in values and values["254"].value != NO_EXTENSION:
        return "site", "sgln", _pick(values, "414", "254"), None, None
    return "site", "gln", _pick(values, "414", "7040"), None, None


def _plain(kind: Kind, scheme: str, *ais: str) -> Callable[[_Values], _Named]:
    def read(values: _Values) -> _Named:
        return kind, scheme, _pick(values, *ais), None, None

    return read


def _serialised(kind: Kind, scheme: str, ai: str, class_kind: Kind) -> Callable[[_Values], _Named]:
    """Keys whose own value ends in an optional serial number."""
    length = _SERIAL_AFTER[ai]

    def read(values: _Values) -> _Named:
        value = values[ai].value
        class_of = (Element(ai, value[:length]),)
        return (kind if len(value) > length else class_kind), scheme, (values[ai],), class_of, None

    return read


def _component(values: _Values) -> _Named:
    class_of = _pick(values, "8010")
    if "8011" in values:
        return "item", "cpi", _pick(values, "8010", "8011"), class_of, None
    return "class", "cpi", class_of, class_of, None


_READERS: dict[str, Callable[[_Values], _Named]] = {
    "00": _plain("unit", "sscc", "00"),
    "01": _gtin,
    "253": _serialised("document", "gdti", "253", "document"),
    "255": _serialised("document", "sgcn", "255", "class"),
    "401": _plain("document", "ginc", "401"),
    "402": _plain("document", "gsin", "402"),
    "414": _location,
    "415": _plain("document", "payment", "415", "8020"),
    "417": _plain("party", "pgln", "417", "7040"),
    "8003": _serialised("item", "grai", "8003", "class"),
    "8004": _plain("item", "giai", "8004", "7040"),
    "8006": _itip,
    "8010": _component,
    "8013": _plain("class", "gmn", "8013"),
    "8017": _plain("other", "gsrnp", "8017", "8019"),
    "8018": _plain("other", "gsrn", "8018", "8019"),
}


def _urn(named: tuple[Element, ...], company_prefixes: CompanyPrefixes) -> str | None:
    """Write the EPC URN, where the company prefix is known and the key holds more than it."""
    length = company_prefixes.length(epc_uri.prefix_digits(named))
    try:
        return epc_uri.write(named, length) if length else None
    except IdentifierError:
        return None


_STRICTER_THAN_EPC = ("8006", "8010")
"""Keys whose rules in GS1's dictionary an EPC URI may break: a piece beyond the total, a serial number 0."""


def _warnings(elements: Sequence[Element]) -> tuple[Warning_, ...]:
    """Say what breaks a rule of GS1 that the Tag Data Standard does not have."""
    try:
        for ai, value in elements:
            check_element(ai, value)
    except IdentifierError as error:
        return (Warning_(error.code, error.message, error.message_zh),)
    return ()


def kind_of(elements: Sequence[Element]) -> Kind:
    """Give the kind that a key with its qualifiers names; the values need not be right."""
    values = {element.ai: element for element in elements}
    key = next((ai for ai in values if ai in _READERS), None)
    return _READERS[key](values)[0] if key else "other"


def identify(
    elements: Sequence[Element],
    *,
    urn: str | None = None,
    company_prefixes: CompanyPrefixes | None = None,
) -> Identifier:
    """Name the thing that checked elements are about: that of the first key among them.

    :param urn: its EPC URN where the text was one
    :raises IdentifierError: there is no key
    """
    key = next((ai for ai, _ in elements if ai in _READERS), None)
    if key is None:
        raise IdentifierError(
            "no-primary-key",
            "there is no GS1 key among " + "".join(f"({ai})" for ai, _ in elements)[:80],
            hint="an element string must hold a key such as (01), (00), (414) or (8004) to name a thing",
            message_zh="没有可标识对象的 GS1 主键",
        )
    values = {element[0]: element for element in reversed(elements)}
    kind, scheme, named, class_of, lot = _READERS[key](values)
    if urn is None and company_prefixes:
        urn = _urn(named, company_prefixes)
    uri = link(named)
    full = uri
    if len(values) > len(named) and kind != "site":
        full = link(_with_qualifiers(named, values))
    return Identifier(
        uri,
        kind,
        scheme,
        bracketed(named),
        link(lot) if lot else None,
        (uri if class_of == named else link(class_of)) if class_of else None,
        urn,
        full,
        _warnings(elements) if key in _STRICTER_THAN_EPC else (),
    )
