"""What is written is read back the same, for every kind of identifier."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lineage.errors import IdentifierError
from lineage.identifiers import (
    CompanyPrefixes,
    Element,
    ai_rules,
    compression,
    digital_link,
    gs1_keys,
    plain_uris,
    quick_link,
    read,
    read_tag,
    read_uri,
    regimes,
)
from lineage.identifiers.element_string import (
    bracketed,
    check_element,
    parse_bracketed,
    parse_scanned,
    scanned,
)
from lineage.identifiers.epc import binary, patterns, plus, tag_uri, uri
from lineage.identifiers.epc.layouts import BY_NAME
from lineage.identifiers.epc.others import read as read_other
from lineage.identifiers.regime_schemes import TEXT, Field, RegimeScheme, schemes
from lineage.identifiers.uris import parse_uri
from tests.lineage.identifiers.strategies import any_element, digits, epc_urn, key_path, text


@given(any_element)
def test_right_values_of_every_ai_are_right(element: Element) -> None:
    assert check_element(*element) == element


@given(st.lists(any_element, min_size=1, max_size=6))
def test_element_strings(elements: Sequence[Element]) -> None:
    assert parse_bracketed(bracketed(elements)) == tuple(elements)
    assert parse_scanned(scanned(elements)) == tuple(elements)
    assert parse_scanned("^" + scanned(elements, "^")) == tuple(elements)


@given(
    key_path(), st.lists(any_element, max_size=3), st.sampled_from(["https://id.gs1.org", "http://a.cn/x/y"])
)
def test_digital_links(path: tuple[Element, ...], more: list[Element], stem: str) -> None:
    elements = [*path, *(element for element in more if element.ai not in {ai for ai, _ in path})]
    try:
        ai_rules.check_together(elements)
        link = digital_link.build(elements, stem)
        found = digital_link.parse(link)
    except IdentifierError:
        link = digital_link.build(path, stem)
        found = digital_link.parse(link)
        elements = list(path)
    assert found.stem == stem
    assert set(found.elements) == set(elements)
    assert digital_link.parse(digital_link.canonical(found)).path == found.path
    assert digital_link.build(found.elements, stem) == link


@given(key_path())
def test_the_id_of_a_key_names_the_same_thing(path: tuple[Element, ...]) -> None:
    named = gs1_keys.identify(path)
    again = read_uri(named.id)
    assert (again.id, again.kind, again.scheme, again.value) == (
        named.id,
        named.kind,
        named.scheme,
        named.value,
    )
    assert read(named.value).id == named.id
    assert read(bracketed(path)).id == named.id if path[0].ai != "415" else True
    if named.lot:
        assert read_uri(named.lot).kind == "lot"
    if named.class_id:
        assert read_uri(named.class_id).id == named.class_id


@given(key_path(), st.lists(any_element, max_size=2))
def test_the_fast_paths_read_what_the_full_reader_reads(
    path: tuple[Element, ...], more: list[Element]
) -> None:
    link = digital_link.build(path, "https://example.com/stem")
    link += "?" + "&".join(f"{ai}={value}" for ai, value in more) if more else ""
    try:
        full = digital_link.parse(link)
    except IdentifierError:
        assert quick_link.parse_path(link) is None
        assert plain_uris.read(link) is None
        return
    assert quick_link.parse_path(link) in (None, full.path)
    plain = plain_uris.read(link)
    assert plain is None or plain == gs1_keys.identify(full.path)


@given(epc_urn())
def test_epc_urns(urn: str) -> None:
    key = uri.read(urn)
    assert key
    assert key.urn == urn
    assert uri.write(key.elements, key.prefix_length) == urn
    prefix = urn.split(":", 4)[4].split(".", maxsplit=1)[0]
    named = read_uri(urn)
    assert named == parse_uri(urn)
    assert named.urn == urn
    back = read(named.digital_link or "", company_prefixes=CompanyPrefixes.of([prefix]))
    assert (back.id, back.urn) == (named.id, urn)


@given(epc_urn(("sgtin", "itip", "grai", "gdti", "sgcn", "cpi")))
def test_classes_and_their_patterns(urn: str) -> None:
    key = uri.read(urn)
    assert key
    body = urn.split(":", 4)[4]
    count = 4 if key.scheme == "itip" else 2
    pattern = f"urn:epc:idpat:{key.scheme}:{'.'.join(body.split('.', count)[:count])}.*"
    elements = patterns.class_elements(patterns.parse(pattern))
    assert elements
    assert patterns.class_urn(elements, key.prefix_length) == pattern
    assert patterns.matches(patterns.parse(pattern), urn)
    assert read_uri(pattern).kind in ("class", "document")


@given(st.sampled_from(sorted(BY_NAME)), st.data(), st.integers(0, 7))
def test_tag_memory(coding: str, data: st.DataObject, filter_value: int) -> None:
    urn = data.draw(epc_urn((BY_NAME[coding].scheme,)))
    try:
        written = binary.encode(coding, urn, filter_value)
    except IdentifierError as error:
        assume(error.code != "tag-capacity")
        raise
    tag = binary.decode(written)
    assert (tag.coding, tag.filter, tag.urn) == (coding, filter_value, urn)
    assert tag_uri.tag_uri_to_hex(tag.tag_uri or "") == written
    assert read_tag(written.lower()).id == read_uri(urn).id


@given(st.sampled_from(sorted(plus.BY_NAME)), st.data(), st.integers(0, 7))
def test_tag_memory_of_tds_2(coding: str, data: st.DataObject, filter_value: int) -> None:
    elements = _plus_elements(coding, data)
    more = data.draw(st.lists(any_element, max_size=2))
    used = {ai for ai, _ in elements}
    elements += [element for element in dict(more).items() if element[0] not in used]  # type: ignore[misc]
    try:
        written = plus.encode(coding, [Element(*element) for element in elements], filter_value)
    except IdentifierError as error:
        assume(error.code != "tag-value")
        raise
    assume(len(written) <= binary.MAX_HEX)
    tag = binary.decode(written)
    assert (tag.coding, tag.filter) == (coding, filter_value)
    assert set(tag.elements) == set(elements)


def _plus_elements(coding: str, data: st.DataObject) -> list[Element]:
    """Give the key of a coding with what it needs."""
    serialised = {"sgtin+": "sgtin", "dsgtin+": "sgtin", "sscc+": "sscc", "sgln+": "sgln"}
    urn = data.draw(epc_urn((serialised.get(coding, coding.removesuffix("+")),)))
    key = uri.read(urn)
    elements = list(key.elements if key else ())
    if coding == "sgln+" and len(elements) == 1:
        elements.append(Element("254", "0"))
    if coding == "dsgtin+":
        elements.append(Element("17", "271231"))
    return elements


@given(st.sampled_from(["eh", "ex"]), st.sampled_from(sorted(plus.BY_NAME)), st.data())
def test_compressed_links(form: compression.Form, coding: str, data: st.DataObject) -> None:
    elements = _plus_elements(coding, data)
    if coding == "sgln+" and elements[1].value == "0":
        elements = elements[:1]
    compressed = compression.compress(elements, "https://example.com", form)
    assert compression.is_compressed(compressed)
    assert read_uri(compressed).id == gs1_keys.identify(elements).id


@given(st.sampled_from(["gid", "usdod", "adi", "bic", "imovn"]), st.data())
def test_schemes_without_gs1_key(scheme: str, data: st.DataObject) -> None:
    cage = text(5, "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ").filter(lambda value: len(value) == 5)
    number = st.integers(0, 16_777_215).map(str)
    part = st.text("ABCXYZ019-", max_size=30)
    bodies = {
        "gid": st.tuples(number, number, number).map(".".join),
        "usdod": st.tuples(cage, number).map(".".join),
        "adi": st.tuples(cage, part, text(30, "ABCXYZ019-")).map(".".join),
        "bic": st.tuples(st.just("CSQU"), digits(7)).map("".join),
        "imovn": digits(7),
    }
    urn = f"urn:epc:id:{scheme}:{data.draw(bodies[scheme])}"
    identity = read_other(urn)
    assert identity
    assert identity.id == urn == read(urn).id
    codings = {"gid": "gid-96", "usdod": "usdod-96", "adi": "adi-var"}
    if scheme in codings:
        tag = binary.decode(binary.encode(codings[scheme], urn, 0 if scheme == "gid" else 3))
        assert tag.urn == urn


def _field(field: Field) -> st.SearchStrategy[str]:
    fixed = {
        "province": st.sampled_from(["140100", "310101", "110000"]),
        "registrar": st.sampled_from(["140100", "310101", "100000"]),
        "month": st.sampled_from(["01", "12"]),
        "year": st.integers(1900, 2099).map(str),
        "year_20": st.integers(2000, 2099).map(str),
        "date": st.dates().map(lambda day: f"20{day.year % 100:02d}{day.month:02d}{min(day.day, 28):02d}"),
        "is_86": st.just("86"),
        "is_9": st.just("9"),
    }
    if field.check:
        return fixed[field.check]
    if field.alphabet == TEXT:
        return st.text("AZaz09-._ 批次号#", min_size=1, max_size=field.length).map(str.strip).filter(bool)
    return st.text(field.alphabet, min_size=field.shortest, max_size=field.length)


def _value(scheme: RegimeScheme, data: st.DataObject) -> str:
    layout = data.draw(st.sampled_from(scheme.layouts))
    value = layout.prefix + "".join(data.draw(_field(field)) for field in layout.fields)
    if scheme.check:
        wanted, length = regimes.VALUE_RULES[scheme.check](value)
        value = value[:-length] + wanted
    return value


@pytest.mark.parametrize("name", sorted(schemes()))
@settings(max_examples=20)
@given(st.data())
def test_regime_identifiers(name: str, data: st.DataObject) -> None:
    scheme = schemes()[name]
    value = _value(scheme, data)
    found = read(f"{name}:{value}")
    assert found.scheme == name
    assert read_uri(found.id) == found
    assert read(found.value, scheme=name) == found
    assert found.kind == scheme.kind
