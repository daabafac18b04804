"""What a label says: links that name the very thing, and words a person understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.content import Product, checked_resolver, content, readable, texts_of
from labels.errors import InputError
from lineage.errors import IdentifierError
from lineage.identifiers import read
from lineage.identifiers.check_characters import gs1_check_digit
from tests.labels.conftest import RESOLVER

SERIAL = "https://id.gs1.org/01/06901234567892/21/7C4KQ9RT"
ai_21 = st.text("ABCabc019-._!\"%&'()*+,/:;<=>?", min_size=1, max_size=20)
gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + gs1_check_digit(body))


@given(gtins, ai_21, st.none() | st.text("ABCabc019-._/%", min_size=1, max_size=20))
def test_the_link_names_the_thing_whatever_characters_it_has(gtin: str, serial: str, lot: str | None) -> None:
    escaped = serial.replace("(", "\\(")
    said = content(f"(01){gtin}(21){escaped}", {"10": lot} if lot else {})
    again = read(said.link(RESOLVER))
    assert again.id == said.identifier.id
    assert (again.lot is None) == (lot is None)
    assert said.link(RESOLVER).isascii()


def test_a_lot_goes_into_the_path_and_dates_into_the_query() -> None:
    said = content(SERIAL, {"17": "271231", "10": "L1"})
    assert said.link(RESOLVER) == f"{RESOLVER}/01/06901234567892/10/L1/21/7C4KQ9RT?17=271231"
    assert said.element_string == "(01)06901234567892(10)L1(21)7C4KQ9RT(17)271231"


def test_data_in_the_text_itself_is_printed_too() -> None:
    for text in (
        "https://x.example/01/06901234567892/21/A?17=271231&utm=1",
        "(01)06901234567892(17)271231(21)A",
    ):
        assert content(text).link(RESOLVER) == f"{RESOLVER}/01/06901234567892/21/A?17=271231"


def test_codes_that_are_not_gs1s_have_links_of_their_own() -> None:
    said = content("drug_code:83857930000879766660", {"10": "B1", "17": "281031"})
    assert said.link(RESOLVER) == f"{RESOLVER}/id/drug_code/83857930000879766660"
    assert said.element_string == ""
    assert [(caption.zh, value) for caption, value in said.rows] == [
        ("批次", "B1"),
        ("有效期至", "2028-10-31"),
    ]
    assert said.code[0].zh == "药品追溯码"
    assert said.code[1] == "8385 7930 0008 7976 6660"


def test_a_label_of_a_lot_is_named_by_its_lot() -> None:
    said = content("(01)06901234567892(10)L1", {"11": "261101"})
    assert (said.code[0].en, said.code[1]) == ("LOT", "L1")
    assert [caption.en for caption, _ in said.rows] == ["MADE"], "the lot is not said twice"


@pytest.mark.parametrize(
    ("text", "attributes", "code"),
    [
        ("(01)06901234567893(21)A", {}, "check-digit"),
        (SERIAL, {"17": "271301"}, None),
        (SERIAL, {"99999": "x"}, None),
        (SERIAL, {"10": "L" * 21}, None),
        (SERIAL, {"02": "06901234567892"}, None),
        ("nonsense", {}, None),
        ("", {}, None),
    ],
)
def test_what_is_wrong_is_named(text: str, attributes: dict[str, str], code: str | None) -> None:
    with pytest.raises(IdentifierError) as refused:
        content(text, attributes)
    assert refused.value.message
    assert code is None or code in refused.value.code


def test_an_attribute_never_makes_it_another_thing() -> None:
    with pytest.raises(InputError) as refused:
        content(SERIAL, {"21": "OTHER"})
    assert refused.value.code == "said-twice"
    with pytest.raises(InputError) as refused:
        content("(01)06901234567892(10)L1", {"21": "A"})
    assert refused.value.code == "names-otherwise"


def test_one_value_is_said_once() -> None:
    with pytest.raises(InputError) as refused:
        content("(01)06901234567892(17)271231(21)A", {"17": "281231"})
    assert refused.value.code == "said-twice"
    assert content("(01)06901234567892(17)271231(21)A", {"17": "271231"}).link().endswith("?17=271231")


@pytest.mark.parametrize(
    ("ai", "value", "shown"),
    [
        ("17", "271231", "2027-12-31"),
        ("15", "271200", "2027-12"),
        ("10", "271231", "271231"),
        ("3103", "000500", "0.500 kg"),
        ("3100", "000012", "12 kg"),
        ("3106", "000500", "0.000500 kg"),
    ],
)
def test_values_are_written_as_people_read_them(ai: str, value: str, shown: str) -> None:
    assert readable(ai, value) == shown


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        ("https://trace.example.cn/", "https://trace.example.cn"),
        (" http://127.0.0.1:8000 ", "http://127.0.0.1:8000"),
        ("https://example.cn/t/", "https://example.cn/t"),
    ],
)
def test_resolvers(address: str, cleaned: str) -> None:
    assert checked_resolver(address) == cleaned


@pytest.mark.parametrize(
    "address",
    [
        "",
        "trace.example.cn",
        "ftp://x",
        "https://",
        "https://x?y=1",
        "https://x#y",
        "https://溯源.cn",
        "https://" + "x" * 80,
    ],
)
def test_an_address_that_is_no_resolver(address: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_resolver(address)
    assert refused.value.code == "resolver"


def test_every_text_is_announced_to_the_font() -> None:
    said = content(SERIAL, {"10": "L1"}, Product("甲", "B", "丙", spec="丁"))
    assert {"甲", "B", "丙", "丁", "L1", "7C4K Q9RT"} <= set(texts_of([said]))
