"""GS1 Digital Link URIs (URI syntax 1.6.0): read, check and build.

Strict by default: what the reference implementation refuses is refused. ``tolerant`` also takes two things
that older printings have: GTINs without their leading zeros, and names such as ``/gtin/`` for AIs (dropped
in 1.3).

Reading a URI
    1. characters, scheme, authority
    2. cut off fragment and query
    3. from the end of the path, step back in pairs ``/AI/value`` to the rightmost primary key
    4. path elements: unescape, check length, format and content
    5. query: AIs are attributes, other numbers are refused, other parameters are kept aside
    6. qualifiers in order, no AI twice, attributes permitted and not belonging into the path
    7. AIs that need or exclude each other
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import ai_rules, ai_table
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.element_string import MAX_ELEMENTS, Element, check_content, check_length
from lineage.identifiers.identifier import GS1_HOST
from lineage.identifiers.percent import escape, unescape, unescape_query

_SCHEME = re.compile(r"https://|HTTPS://|http://|HTTP://")
ILLEGAL = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_ILLEGAL_IN_DOMAIN = re.compile(r"[^A-Za-z0-9\-.:\[\]]")

ALIASES = {
    "cpid": "8010", "cpsn": "8011", "cpv": "22", "gcn": "255", "gdti": "253", "giai": "8004",
    "ginc": "401", "gln": "414", "glnx": "254", "gmn": "8013", "grai": "8003", "gsin": "402",
    "gsrn": "8018", "gsrnp": "8017", "gtin": "01", "itip": "8006", "lot": "10", "party": "417",
    "refno": "8020", "ser": "21", "srin": "8019", "sscc": "00",
}  # fmt: skip
"""Names for AIs that URI syntax 1.2 had and 1.3 dropped; read on request, never written."""


class DigitalLink(NamedTuple):
    """What a Digital Link URI says."""

    stem: str
    """Scheme, authority and path before the primary key."""
    path: tuple[Element, ...]
    """The primary key, then its qualifiers."""
    attributes: tuple[Element, ...]
    """AIs of the query, in the order written."""
    parameters: tuple[str, ...]
    """Parts of the query that are no AIs, as written."""

    @property
    def elements(self) -> tuple[Element, ...]:
        """All AIs with their values, path first."""
        return self.path + self.attributes


def _fail(code: str, message: str, position: int | None = None, zh: str = "") -> IdentifierError:
    return IdentifierError(code, message, position=position, message_zh=zh)


def check_authority(uri: str) -> int:
    """Step 1: check characters, scheme and domain; give the index of the ``/`` that starts the path."""
    bad = ILLEGAL.search(uri)
    if bad:
        raise _fail(
            "uri-character",
            f"{bad[0]!r} is not allowed in a URI",
            bad.start(),
            f"URI 中不允许字符 {bad[0]!r}",
        )
    scheme = _SCHEME.match(uri)
    if not scheme:
        raise _fail(
            "uri-scheme", "a Digital Link starts with https:// or http://, all small or all capital", 0
        )
    start = scheme.end()
    end = uri.find("/", start)
    if end < 0 or end == start:
        raise _fail("uri-authority", "the URI has no domain or no path", start)
    bad = _ILLEGAL_IN_DOMAIN.search(uri, start, end)
    if bad:
        raise _fail("uri-domain", f"{bad[0]!r} is not allowed in a domain", bad.start())
    return end


def _ai_of(segment: str, *, tolerant: bool) -> str | None:
    if tolerant and segment in ALIASES:
        return ALIASES[segment]
    return segment if ai_table.find(segment) else None


def key_segment(segments: Sequence[str], *, tolerant: bool = False) -> int | None:
    """Step 3: give the index of the rightmost primary key among the segments of a path, or None."""
    at = len(segments) - 2
    while at >= 0:
        ai = _ai_of(segments[at], tolerant=tolerant)
        entry = ai_table.find(ai) if ai else None
        if entry is None:
            return None
        if entry.qualifiers is not None:
            return at
        at -= 2
    return None


def _value(ai: str, written: str, position: int, *, query: bool, tolerant: bool) -> Element:
    """Steps 4 and 5: unescape one value and check its length."""
    entry = ai_table.find(ai)
    if entry is None:
        raise _fail("unknown-ai", f"({ai}) is not a GS1 application identifier", position)
    if not written:
        raise _fail("value-empty", f"({ai}) has no value", position, f"({ai}) 没有值")
    value = unescape_query(written) if query else unescape(written)
    if "\0" in value:
        raise _fail("value-null", f"({ai}) holds a null character", position)
    if tolerant and ai == "01" and len(value) in (8, 12, 13):
        value = value.zfill(14)
    check_length(entry, value, position)
    return Element(ai, value)


def is_qualifier_sequence(key: str, qualifiers: Sequence[str]) -> bool:
    """Tell whether qualifiers may follow a key in this order."""
    wanted = list(qualifiers)
    return any(
        [ai for ai in sequence if ai in wanted] == wanted for sequence in ai_table.qualifier_sequences(key)
    )


def check_structure(path: Sequence[Element], attributes: Sequence[Element]) -> None:
    """Step 6: order of qualifiers, no AI twice, attributes that may be some."""
    key, *qualifiers = (element.ai for element in path)
    if not is_qualifier_sequence(key, qualifiers):
        listed = ", ".join(f"({ai})" for ai in qualifiers)
        raise _fail("qualifier-order", f"{listed} cannot follow ({key}) in this order")
    seen: set[str] = set()
    for ai, _ in (*path, *attributes):
        if ai in seen:
            raise _fail("ai-repeated", f"({ai}) stands twice", zh=f"({ai}) 重复出现")
        seen.add(ai)
    for ai, _ in attributes:
        entry = ai_table.find(ai)
        if entry is None or not entry.attribute:
            raise _fail("not-an-attribute", f"({ai}) may not stand in the query")
        if any(set(qualifiers) | {ai} <= set(sequence) for sequence in ai_table.qualifier_sequences(key)):
            raise _fail("belongs-in-path", f"({ai}) is a qualifier of ({key}) and belongs into the path")


def _query(uri: str, start: int, end: int, *, tolerant: bool) -> tuple[list[tuple[Element, int]], list[str]]:
    """Step 5."""
    attributes: list[tuple[Element, int]] = []
    parameters: list[str] = []
    at = start
    for part in uri[start:end].split("&"):
        name, equals, written = part.partition("=")
        if not equals:
            if part:
                parameters.append(part)
        elif is_digits(name):
            if ai_table.find(name) is None:
                raise _fail(
                    "unknown-ai",
                    f"({name}) is not a GS1 application identifier",
                    at,
                    f"({name}) 不是 GS1 应用标识符",
                )
            place = at + len(name) + 1
            attributes.append((_value(name, written, place, query=True, tolerant=tolerant), place))
        else:
            if not name:
                raise _fail("parameter-name", "a parameter has no name", at)
            parameters.append(part)
        at += len(part) + 1
    return attributes, parameters


def parse(uri: str, *, tolerant: bool = False, requirements: bool = True) -> DigitalLink:
    """Read a GS1 Digital Link URI of any host.

    :param tolerant: also take GTINs without leading zeros and the names of AIs that version 1.3 dropped
    :param requirements: also ask for the AIs that an AI needs beside it
    :raises IdentifierError: with the index of the character at fault where there is one
    """
    slash = check_authority(uri)
    end = uri.find("#", slash)
    end = len(uri) if end < 0 else end
    question = uri.find("?", slash, end)
    path_end = end if question < 0 else question
    segments = uri[slash + 1 : path_end].split("/")
    key_at = key_segment(segments, tolerant=tolerant)
    if key_at is None:
        raise _fail(
            "no-primary-key",
            "the path has no GS1 primary key followed by its value",
            slash,
            "路径中没有 GS1 主键",
        )
    stem_end = slash + sum(len(segment) + 1 for segment in segments[:key_at])
    at = stem_end + 1
    path: list[tuple[Element, int]] = []
    for name, written in zip(segments[key_at::2], segments[key_at + 1 :: 2], strict=True):
        place = at + len(name) + 1
        ai = _ai_of(name, tolerant=tolerant) or name
        path.append((_value(ai, written, place, query=False, tolerant=tolerant), place))
        at = place + len(written) + 1
    attributes, parameters = _query(uri, question + 1, end, tolerant=tolerant) if question >= 0 else ([], [])
    if len(path) + len(attributes) + len(parameters) > MAX_ELEMENTS:
        raise _fail("too-many-elements", f"more than {MAX_ELEMENTS} elements")
    link = DigitalLink(
        uri[:stem_end], tuple(e for e, _ in path), tuple(e for e, _ in attributes), tuple(parameters)
    )
    check_structure(link.path, link.attributes)
    for (ai, value), place in (*path, *attributes):
        entry = ai_table.find(ai)
        if entry:
            check_content(entry, value, place)
    ai_rules.check_together(link.elements, requirements=requirements)
    return link


def arrange(elements: Iterable[Element]) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """Divide elements into path and attributes: the first primary key, as many qualifiers as fit, the rest.

    :raises IdentifierError: no primary key, or a rest that may not stand in the query
    """
    unique = list(dict.fromkeys(elements))
    values = {ai: Element(ai, value) for ai, value in reversed(unique)}
    key = next((ai for ai, _ in unique if ai in ai_table.keys()), None)  # noqa: SIM118 - a function of the table
    if key is None:
        raise _fail(
            "no-primary-key", "there is no GS1 primary key to build a Digital Link from", zh="没有 GS1 主键"
        )
    fitting = ([ai for ai in sequence if ai in values] for sequence in ai_table.qualifier_sequences(key))
    qualifiers = max(fitting, key=len)
    path = tuple(values[ai] for ai in (key, *qualifiers))
    rest = [element for element in values.values() if element not in path]
    rest.sort(key=unique.index)
    for ai, _ in rest:
        entry = ai_table.find(ai)
        if entry is None or not entry.attribute:
            raise _fail("not-an-attribute", f"({ai}) may not stand in the query of a Digital Link")
    return path, tuple(rest)


def _write(stem: str, path: Iterable[Element], attributes: Sequence[Element]) -> str:
    uri = stem.removesuffix("/") + "".join(f"/{ai}/{escape(value)}" for ai, value in path)
    return uri + ("?" + "&".join(f"{ai}={escape(value)}" for ai, value in attributes) if attributes else "")


def build(elements: Iterable[Element], stem: str = GS1_HOST) -> str:
    """Write elements as a Digital Link: attributes of predefined length first, else in the order given.

    :raises IdentifierError: no primary key, or an element that has no place in a URI
    """
    return _write_by_length(stem, *arrange(elements))


def move(link: DigitalLink, stem: str = GS1_HOST) -> str:
    """Write a link under another stem; what stands in its path stays there, other parameters are left out."""
    return _write_by_length(stem, link.path, link.attributes)


def _write_by_length(stem: str, path: Iterable[Element], attributes: Iterable[Element]) -> str:
    return _write(stem, path, sorted(attributes, key=lambda element: not _fixed(element.ai)))


def _fixed(ai: str) -> bool:
    entry = ai_table.find(ai)
    return entry is not None and entry.fixed


def canonical(link: DigitalLink) -> str:
    """Write the canonical form: canonical host, key and qualifiers, attributes sorted by AI."""
    return _write(GS1_HOST, link.path, sorted(link.attributes))
