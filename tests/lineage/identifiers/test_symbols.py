"""EAN, UPC and ITF symbols, and what scanners send for each carrier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import IdentifierError
from lineage.identifiers import Element, retail_symbols, symbols
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.read import gs1_data, read
from tests.lineage.identifiers.strategies import digits

GTIN = Element("01", "09506000134352")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("01234565", "012345000065"),
        ("01278906", "012000007896"),
        ("04252614", "042100005264"),
        ("01240136", "012400000013"),
        ("01234541", "012340000051"),
    ],
)
def test_upc_e_leaves_zeros_out(short: str, full: str) -> None:
    body = retail_symbols.expand_upc_e(short)[:11]
    assert body == full[:11]
    whole = body + gs1_check_digit(body)
    shortened = retail_symbols.shorten_upc_a(whole)
    assert shortened
    assert shortened[:7] == short[:7]
    assert retail_symbols.to_gtin(shortened, "upc-e") == whole.zfill(14)
    assert retail_symbols.from_gtin(whole.zfill(14), "upc-e") == shortened


def test_numbers_without_enough_zeros_have_no_upc_e() -> None:
    assert retail_symbols.shorten_upc_a("416000336108") is None
    with pytest.raises(IdentifierError):
        retail_symbols.from_gtin("00416000336108", "upc-e")


@given(st.sampled_from(sorted(retail_symbols.LENGTHS)), st.data())
def test_symbols_hold_gtins(symbology: str, data: st.DataObject) -> None:
    length = retail_symbols.LENGTHS[symbology]
    if symbology == "upc-e":
        body = "0" + data.draw(digits(6))
        number = body + gs1_check_digit(retail_symbols.expand_upc_e(body + "0")[:11])
    else:
        body = data.draw(digits(length - 1))
        number = retail_symbols.with_check_digit(body, symbology)
    gtin = retail_symbols.to_gtin(number, symbology)
    assert retail_symbols.to_gtin(retail_symbols.from_gtin(gtin, symbology), symbology) == gtin


@pytest.mark.parametrize(
    ("digits_", "symbology"),
    [
        ("690123456789", "ean-13"),
        ("69012345678X2", "ean-13"),
        ("6901234567893", "ean-13"),
        ("21234565", "upc-e"),
    ],
)
def test_wrong_symbols_are_refused(digits_: str, symbology: str) -> None:
    with pytest.raises(IdentifierError):
        retail_symbols.to_gtin(digits_, symbology)


@pytest.mark.parametrize("carrier", ["gs1-128", "datamatrix", "qr", "dotcode", "databar-expanded"])
def test_what_is_written_for_a_carrier_is_read_back(carrier: str) -> None:
    elements = (GTIN, Element("10", "L1"), Element("17", "271231"))
    scan = symbols.parse_scan(symbols.write_elements(carrier, elements))
    assert scan.elements == elements
    composite = symbols.parse_scan(symbols.write_elements(carrier, elements[:1], elements[1:]))
    assert composite.elements == elements
    assert composite.symbology == "e0"


@pytest.mark.parametrize("carrier", ["ean-13", "upc-a", "databar-omni", "itf-14"])
def test_retail_symbols_hold_a_gtin_and_nothing_else(carrier: str) -> None:
    gtin = Element("01", "00416000336108")
    scan = symbols.parse_scan(symbols.write_elements(carrier, [gtin]))
    assert (scan.gtin or scan.elements[0].value) == gtin.value
    with pytest.raises(IdentifierError):
        symbols.write_elements(carrier, [gtin, Element("10", "L1")])


def test_carriers_refuse_what_they_cannot_hold() -> None:
    with pytest.raises(IdentifierError):
        symbols.write_elements("ean-8", [GTIN])
    with pytest.raises(IdentifierError):
        symbols.write_elements("databar-limited", [Element("01", "25012345678902")])
    with pytest.raises(IdentifierError):
        symbols.write_elements("nothing", [GTIN])
    with pytest.raises(IdentifierError):
        symbols.write_elements("qr", [])
    with pytest.raises(IdentifierError):
        symbols.write_text("gs1-128", "hello")
    assert symbols.write_text("qr", "https://a.cn/01/09506000134352") == "]Q1https://a.cn/01/09506000134352"


@pytest.mark.parametrize(
    ("text", "components"),
    [
        ("(01)09506000134352|(10)L1", [1, 1]),
        ("^0109506000134352|^10L1^17271231", [1, 2]),
        ("(01)09506000134352(10)L1", [2]),
        ("]E06901234567892|]e010L1", [1, 1]),
        ("]e0010950600013435210L1", [2]),
    ],
)
def test_composite_symbols_have_two_components(text: str, components: list[int]) -> None:
    assert [len(elements) for elements in gs1_data(text).components] == components


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("(01)09506000134352|10L1", "component-start", 19),
        ("^0109506000134352|10L1", "component-start", 18),
        ("(01)09506000134352|", "component-start", 19),
        ("(01)09506000134352|(10)L1|(21)1", "value-too-long", None),
        ("(01)09506000134352|(17)271331", "illegal-month", 25),
        ("]C1\x1d0109506000134352", "scan-character", 3),
        ("]C1^0109506000134352", "scan-character", 3),
        ("]e10109506000134352", "symbology", 1),
    ],
)
def test_components_are_divided_strictly(text: str, code: str, position: int | None) -> None:
    with pytest.raises(IdentifierError) as caught:
        gs1_data(text)
    if position is None:
        assert caught.value.position
    else:
        assert (caught.value.code, caught.value.position) == (code, position)


def test_scanners_that_send_the_first_fnc1_are_understood_where_only_the_item_is_asked_for() -> None:
    assert read("]C1\x1d0109506000134352").value == "(01)09506000134352"
