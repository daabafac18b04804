"""One thing in all its written forms, and what is refused."""

from __future__ import annotations

import msgspec
import pytest

from lineage.errors import IdentifierError, LineageError
from lineage.identifiers import CompanyPrefixes, elements, name_uri, read, read_tag, read_uri
from lineage.identifiers.identifier import MAX_TEXT

ITEM = "https://id.gs1.org/01/80614141123458/21/6789"
LOT = "https://id.gs1.org/01/80614141123458/10/L1"


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        ("urn:epc:id:sgtin:0614141.812345.6789", None),
        ("URN:EPC:id:sgtin:0614141.812345.6789", None),
        ("urn:epc:tag:sgtin-96:1.0614141.812345.6789", None),
        ("urn:epc:raw:96.x3034257BF7194E4000001A85", None),
        ("https://example.cn/01/80614141123458/21/6789?17=271231", None),
        ("HTTPS://EXAMPLE.CN/a/b/01/80614141123458/21/%36789#top", None),
        ("https://id.gs1.org/01/80614141123458/22/V/10/L1/21/6789", LOT),
        ("3034257BF7194E4000001A85", None),
        ("3034257bf7194e4000001a85", None),
        ("F7080614141123458046A140", None),
        ("https://example.cn/eh3034257bf7194e4000001a85", None),
        ("(01)80614141123458(21)6789", None),
        ("  (01)80614141123458(10)L1(21)6789\r\n", LOT),
        ("(21)6789(01)80614141123458", None),
        ("]C10180614141123458216789", None),
        ("]d20180614141123458216789\x1d10L1", LOT),
        ("]e0018061414112345810L1\x1d216789", LOT),
        ("]Q3\x1d0180614141123458216789", None),
        ("]Q1https://example.cn/01/80614141123458/21/6789", None),
        ("^0180614141123458216789^10L1", LOT),
        ("\x1d0180614141123458216789\x1d10L1", LOT),
        ("018061414112345810L1\x1d216789", LOT),
    ],
)
def test_one_item_in_all_its_forms(text: str, lot: str | None) -> None:
    found = read(text)
    assert (found.id, found.kind, found.scheme, found.lot) == (ITEM, "item", "sgtin", lot)
    assert found.class_id == "https://id.gs1.org/01/80614141123458"
    assert found.value == "(01)80614141123458(21)6789"


@pytest.mark.parametrize(
    ("text", "identity", "kind", "scheme"),
    [
        ("urn:epc:class:lgtin:4023333.002000.2019-10-07", "01/04023333020008/10/2019-10-07", "lot", "lgtin"),
        ("urn:epc:idpat:sgtin:0614141.812345.*", "01/80614141123458", "class", "gtin"),
        ("urn:epc:id:sscc:0614141.1234567890", "00/106141412345678908", "unit", "sscc"),
        ("311BA1B300CE0A6A83000000", "00/095201234567891235", "unit", "sscc"),
        ("sscc:1061 4141 2345 6789 08", "00/106141412345678908", "unit", "sscc"),
        ("urn:epc:id:sgln:0614141.12345.0", "414/0614141123452", "site", "gln"),
        ("urn:epc:id:sgln:0614141.12345.400", "414/0614141123452/254/400", "site", "sgln"),
        ("(414)0614141123452(254)0", "414/0614141123452", "site", "gln"),
        ("3276451FD46072000000162E", "414/9521141123454/254/5678", "site", "sgln"),
        ("gln:0614141123452", "414/0614141123452", "site", "gln"),
        ("urn:epc:id:pgln:0614141.12345", "417/0614141123452", "party", "pgln"),
        ("pgln:0614141123452", "417/0614141123452", "party", "pgln"),
        ("urn:epc:id:grai:0614141.12345.400", "8003/00614141123452400", "item", "grai"),
        ("grai:4012345000221334455", "8003/04012345000221334455", "item", "grai"),
        ("grai:04012345000221", "8003/04012345000221", "class", "grai"),
        ("urn:epc:id:giai:0614141.1ABc%2fD", "8004/06141411ABc%2FD", "item", "giai"),
        ("3476451FD40000000000162E", "8004/95211415678", "item", "giai"),
        ("urn:epc:id:gdti:0614141.12345.006847", "253/0614141123452006847", "document", "gdti"),
        ("urn:epc:id:gsrn:0614141.1234567890", "8018/061414112345678902", "other", "gsrn"),
        ("urn:epc:id:upui:1234567.089456.51qIgY", "01/01234567894560/235/51qIgY", "item", "upui"),
        ("gtin:96385074", "01/00000096385074", "class", "gtin"),
        ("ean13:6901234567892", "01/06901234567892", "class", "gtin"),
        ("018061414112345821AB", "01/80614141123458/21/AB", "item", "sgtin"),
        ("018061414112345810L1^216789", "01/80614141123458/21/6789", "item", "sgtin"),
        ("]E06901234567892", "01/06901234567892", "class", "gtin"),
        ("]E06901234567892|]e010L1", "01/06901234567892/10/L1", "lot", "lgtin"),
        ("]I116901234567899", "01/16901234567899", "class", "gtin"),
        ("(8006)061414112345240202(10)B", "8006/061414112345240202/10/B", "lot", "itip"),
        ("(01)80614141123458(22)V(10)L1", "01/80614141123458/10/L1", "lot", "lgtin"),
        ("https://id.gs1.org/01/80614141123458/22/V", "01/80614141123458", "class", "gtin"),
    ],
)
def test_gs1_keys(text: str, identity: str, kind: str, scheme: str) -> None:
    found = read(text)
    assert (found.id, found.kind, found.scheme) == (f"https://id.gs1.org/{identity}", kind, scheme)
    assert read_uri(found.id).id == found.id


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("(01)80614141123459(21)6789", "incorrect-check-digit", 17),
        ("(01)8061414112345X", "non-digit-character", 17),
        ("(01)80614141123458(21)", "value-too-short", 22),
        ("(01)80614141123458(21)a b", "invalid-cset82-character", 23),
        ("(01)80614141123458(17)271331", "illegal-month", 24),
        ("(01)80614141123458(89)1", "unknown-ai", 19),
        ("(01)80614141123458(37)12", "ai-excluded", None),
        ("(10)L1", "ai-required", None),
        ("(400)PO1", "no-primary-key", None),
        ("(01", "bracket-open", 0),
        ("01)80614141123458", "unknown-form", 0),
        ("^0180614141123459", "incorrect-check-digit", 16),
        ("]C1018061414112345", "value-too-short", 18),
        ("018061414112345921AB", "incorrect-check-digit", 15),
        ("01806141411234582167", "ambiguous", None),
        ("]X1abc", "symbology", 1),
        ("]E06901234567893", "incorrect-check-digit", 15),
        ("urn:epc:id:sgtin:0614141.81234.6789", "epc-uri", 25),
        ("urn:epc:id:sgtin:06141.41812345.6789", "epc-uri", 17),
        ("urn:epc:id:sgtin:0614141.812345", "epc-uri", 31),
        ("urn:epc:id:sgtin:0614141.812345.a%20b", "epc-uri", 33),
        ("urn:epc:id:nothing:0614141.812345", "epc-scheme", 11),
        ("urn:epc:id", "epc-pattern", 8),
        ("https://id.gs1.org/01/80614141123459", "incorrect-check-digit", 35),
        ("https://id.gs1.org/nothing", "no-primary-key", 18),
        ("https://example.com/01/8061414112345", "value-too-short", 36),
        ("https://id.gs1.org/01/80614141123458?10=L1", "belongs-in-path", None),
        ("https://id.gs1.org/01/80614141123458/21/1/10/L1", "qualifier-order", None),
        ("nothing:1", "unknown-scheme", 0),
        ("grai:0614141123452400", "ambiguous", None),
        ("hello world", "unknown-form", 0),
        ("http://exa mple.com/x", "uri-character", 10),
        ("3E34257BF7194E40", "unknown-form", 0),
        ("x" * (MAX_TEXT + 1), "too-long", MAX_TEXT),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, code: str, position: int | None) -> None:
    with pytest.raises(IdentifierError) as caught:
        read(text)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.message
    assert caught.value.as_dict()["code"] == code


def test_wrong_tags_are_refused_with_a_place() -> None:
    for text, part in [
        ("30", "early"),
        ("303C257BF7194E4000001A85", "partition 7"),
        ("3000000000000000000000XX", "hexadecimal"),
        ("3034257BF7194E4000001A850001", "more on the tag"),
        ("3014FFFFFFFFFFFFFFFFFFFF", "more than 6 digits"),
        ("E2801105200078F98E8D0921", "no EPC coding"),
        ("F7009506000134352", "early"),
        ("", "hexadecimal"),
    ]:
        with pytest.raises(IdentifierError, match=part) as caught:
            read_tag(text)
        assert caught.value.position is not None


def test_a_scheme_named_by_the_caller_settles_a_bare_value() -> None:
    assert read("83857930000879766660", scheme="drug_code").scheme == "drug_code"
    assert read("drug_code:83857930000879766660", scheme="drug_code").scheme == "drug_code"
    with pytest.raises(IdentifierError, match="no scheme 'nothing'"):
        read("1", scheme="nothing")


def test_the_urn_is_given_where_the_company_prefix_is_known() -> None:
    prefixes = CompanyPrefixes.from_text("digits,length\n0614141 # a whole prefix\n690,0\n6901,8\n")
    assert len(prefixes) == 3
    assert read(ITEM, company_prefixes=prefixes).urn == "urn:epc:id:sgtin:0614141.812345.6789"
    assert read("gtin:6901234567892", company_prefixes=prefixes).urn is None  # a class has no EPC of its own
    assert (
        read("(01)06901234567892(21)1", company_prefixes=prefixes).urn == "urn:epc:id:sgtin:69012345.06789.1"
    )
    assert read("(01)06902234567899(21)1", company_prefixes=prefixes).urn is None
    assert read(ITEM).urn is None


@pytest.mark.parametrize("text", ["06141", "0614141,5", "a,7", "0614141,x", "1,13"])
def test_company_prefix_tables_are_checked(text: str) -> None:
    with pytest.raises(LineageError):
        CompanyPrefixes.from_text(f"digits,length\n{text}\n")


def test_all_elements_are_given_with_their_attributes() -> None:
    assert dict(elements("https://id.gs1.org/01/80614141123458/10/L1?3103=000195&17=271231")) == {
        "01": "80614141123458", "10": "L1", "3103": "000195", "17": "271231",
    }  # fmt: skip
    assert dict(elements("]C1018061414112345810L1")) == {"01": "80614141123458", "10": "L1"}
    assert dict(elements("]E06901234567892")) == {"01": "06901234567892"}
    for text in ("]Q1hello", "uscc:1", "hello"):
        with pytest.raises(IdentifierError):
            elements(text)


@pytest.mark.parametrize(
    ("uri", "identity", "kind", "warning"),
    [
        ("https://id.gs1.org/414/9521141123452", None, "site", "incorrect-check-digit"),
        ("https://id.gs1.org/giai/4000001111", "https://id.gs1.org/8004/4000001111", "item", "old-form"),
        ("https://id.gs1.org/01/9780345418913", "https://id.gs1.org/01/09780345418913", "class", "old-form"),
        (
            "https://a.cn/01/80614141123458/10/L/21/x y".replace(" ", "%20"),
            None,
            "item",
            "invalid-cset82-character",
        ),
        ("urn:epc:id:sscc:1.2", None, "unit", "epc-uri"),
        ("urn:epc:id:nothing:1.2", None, "other", "epc-scheme"),
        ("https://example.com/warehouse/401/north", None, "other", None),
        ("http://epcis.example.com/loc/12", None, "other", None),
        ("urn:uuid:0b6a9d0e-0000-4000-8000-000000000000", None, "other", None),
    ],
)
def test_captured_uris_always_name_something(
    uri: str, identity: str | None, kind: str, warning: str | None
) -> None:
    found = name_uri(uri)
    assert found.id == (identity or uri)
    assert found.kind == kind
    assert [each.code for each in found.warnings] == ([warning] if warning else [])


def test_the_digital_link_holds_what_names_the_thing() -> None:
    found = read("(01)12312312312326(235)ABC(10)DE")
    assert found.digital_link == found.id == "https://id.gs1.org/01/12312312312326/235/ABC"
    assert found.lot == "https://id.gs1.org/01/12312312312326/10/DE"


@pytest.mark.parametrize(
    ("urn", "code"),
    [
        ("urn:epc:id:itip:4012345.012345.18.16.9", "piece-number-exceeds-total"),
        ("urn:epc:id:itip:4012345.012345.00.00.9", "zero-piece-number"),
        ("urn:epc:id:itip:4012345.012345.01.02.9", None),
        ("urn:epc:id:cpi:0614141.A1.0", "illegal-zero-prefix"),
        ("urn:epc:id:cpi:0614141.A1.1", None),
    ],
)
def test_what_an_epc_may_say_and_a_gs1_key_may_not_is_a_warning(urn: str, code: str | None) -> None:
    found = read(urn)
    assert [warning.code for warning in found.warnings] == ([code] if code else [])
    assert found.digital_link
    assert name_uri(found.id).id == found.id


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("urn:epc:idpat:gid:x.*.*", 18),
        ("urn:epc:idpat:gid:1.16777216.*", 20),
        ("urn:epc:idpat:usdod:2S.*", 20),
        ("urn:epc:idpat:adi:2S194.é.*", 24),
        ("urn:epc:pat:sgtin-96:x.0614141.812345.*", 21),
        ("urn:epc:pat:sgtin-96:3.0614141.81234.*", 31),
        ("urn:epc:pat:sgtin-96:3.0614141.812345.[9-1]", 38),
        ("urn:epc:pat:gid-96:1.x.*", 21),
    ],
)
def test_literal_fields_of_patterns_are_checked(pattern: str, position: int) -> None:
    with pytest.raises(IdentifierError) as caught:
        read(pattern)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "pattern",
    [
        "urn:epc:pat:sgtin-96:[0-3].0614141.812345.[100-200]",
        "urn:epc:pat:usdod-96:*.2S194.*",
        "urn:epc:pat:gid-96:1.2.*",
        "urn:epc:idpat:adi:2S194..*",
        "urn:epc:idpat:itip:4012345.012345.*.*.*",
        "urn:epc:idpat:bic:*",
    ],
)
def test_patterns_name_themselves(pattern: str) -> None:
    found = read(pattern)
    assert (found.id, found.kind) == (pattern, "class")


def test_captured_uris_that_are_none_or_hold_a_persons_number_are_refused() -> None:
    for text in (
        "hello",
        "",
        "https://a.cn/id/resident_id/11010519491231002X",
        "https://a.cn/" + "x" * MAX_TEXT,
    ):
        with pytest.raises(IdentifierError):
            name_uri(text)


def test_identifiers_do_not_change_and_can_be_keys() -> None:
    found = read(ITEM)
    with pytest.raises(AttributeError):
        found.id = "x"  # type: ignore[misc]
    assert {found: 1}[msgspec.structs.replace(found)] == 1
