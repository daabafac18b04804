"""Chinese and regime identifiers: published codes, forms, messages, normal forms."""

from __future__ import annotations

from typing import Any

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import LOCAL_HOST, persons, read, read_uri, regimes
from lineage.identifiers.check_characters import mod_11_2
from lineage.identifiers.regime_schemes import find, schemes
from tests.lineage.identifiers import known_disagreements
from tests.lineage.identifiers.rows import load

Row = dict[str, str]


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = load("identifiers", "chinese-identifiers.json")["examples"]
    return rows


def _accepts(scheme: str, value: str) -> bool:
    try:
        if scheme in persons.NAMES:
            persons.resident_id(value, b"a key of the deployment")
        else:
            read(value, scheme=scheme)
    except IdentifierError as error:
        if not error.message_zh:
            pytest.fail(f"no Chinese sentence: {error.message}")
        return False
    return True


def test_published_codes_are_judged_as_the_rows_say() -> None:
    wrong = [
        (row["scheme"], row["value"])
        for row in _rows()
        if (_accepts(row["scheme"], row["value"]) == row["valid"])
        == ((row["scheme"], row["value"]) in known_disagreements.REGIMES)
    ]
    assert not wrong


def test_codes_whose_check_only_warns_carry_the_warning_in_both_languages() -> None:
    for scheme, value in known_disagreements.REGIMES:
        (warning,) = read(f"{scheme}:{value}").warnings
        assert warning.code == "check-digit"
        assert "register" in warning.message
        assert "校验码" in warning.message_zh


def test_every_scheme_of_the_rows_is_known() -> None:
    gs1 = {"gtin13", "gtin14", "gln", "sscc"}
    for name in load("identifiers", "chinese-identifiers.json")["schemes"]:
        assert name in gs1 or name in persons.NAMES or find(name), name


def test_every_scheme_names_itself_in_both_languages_and_its_rules_exist() -> None:
    for scheme in schemes().values():
        assert scheme.zh
        assert scheme.en
        assert scheme.check in ("", *regimes.VALUE_RULES)
        for layout in scheme.layouts:
            assert all(field.check in ("", *regimes.FIELD_RULES) for field in layout.fields)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("uscc:９１１１００００６０００３７３４１Ｌ", "91110000600037341L", "party"),
        ("uscc:9111 0000 6000 3734 1l", "91110000600037341L", "party"),
        ("uscc:91100000100003962T", "91100000100003962T", "party"),
        ("agri_oid:1.2.156.326.1.5", "1.2.156.326.1.5", "item"),
        ("org_code:77810888-0", "778108880", "party"),
        ("drug_code:8385793-0000879766660", "83857930000879766660", "item"),
        ("drug_code:8385793", "8385793", "class"),
        ("eq_use_cert:梯11晋A00001（24）", "梯11晋A00001(24)", "document"),
        ("green_lb:LB-15-2305040123AA", "LB-15-2305040123AA", "class"),
        ("eq_ts_license:TS2210890-2015", "TS2210890-2015", "document"),
        ("cylinder_code:ab12-0001x-2021", "AB12-0001X-2021", "item"),
        ("lot:drug_code.8385793.V2611A", "drug_code.8385793.V2611A", "lot"),
        ("equipment_code:2150108902015A000", "2150108902015A000", "item"),
        ("animal_ear_tag:114012100000001", "114012100000001", "item"),
        ("drug_approval_no:国药准字HJ20200001", "国药准字HJ20200001", "class"),
    ],
)
def test_values_have_a_normal_form(text: str, value: str, kind: str) -> None:
    found = read(text)
    assert (found.value, found.kind) == (value, kind)
    assert found.id.startswith(f"{LOCAL_HOST}/id/{found.scheme}/")
    assert read_uri(found.id) == found
    assert read_uri(found.id.replace(LOCAL_HOST, "https://trace.example.cn")) == found


def test_letters_are_never_taken_for_digits() -> None:
    with pytest.raises(IdentifierError, match="character 13: 'I'"):
        read("uscc:911100006000I7341L")


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("uscc:9111000060003734", 21, "too short"),
        ("uscc:91110000600037341LL", 23, "too long"),
        ("uscc:99990000600037341L", 7, "no province"),
        ("uscc:91110000600037341M", 22, "should be L"),
        ("equipment_code:A150108902015A000", 15, "equipment class"),
        ("drug_code:8385793000087976666A", 29, "serial"),
        ("green_lb:LB-15-2313040123A", 17, "13 is no month"),
        ("vetdrug_trace_code:202602300400112345678901", 19, "no date"),
        ("drug_standard_code:86804879000126", 21, "kind 9"),
    ],
)
def test_errors_name_the_field_and_the_character(text: str, position: int, part: str) -> None:
    with pytest.raises(IdentifierError, match=part) as caught:
        read(text)
    assert caught.value.position == position
    assert caught.value.message_zh


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("83857930000879766660", {"drug_code"}),
        ("31103506002016053337", {"drug_code", "eq_registration_code"}),
        ("91110000600037341L", {"uscc"}),
        ("123456789012345675", {"sscc", "gsrn", "gsrnp"}),
        ("6901234567892", {"gtin", "gln", "pgln", "grai"}),
        ("10126123456789012", {"organic_code"}),
        ("21501089020150098", {"organic_code", "equipment_code"}),
        ("114012100000001", {"ear_tag", "iso11784"}),
    ],
)
def test_a_bare_value_names_the_schemes_it_could_belong_to(text: str, candidates: set[str]) -> None:
    with pytest.raises(IdentifierError) as caught:
        read(text)
    assert caught.value.code == "ambiguous"
    assert set(caught.value.candidates) == candidates
    for scheme in candidates:
        assert read(text, scheme=scheme).scheme


def test_a_uscc_whose_inner_organisation_code_fails_is_taken_with_a_warning() -> None:
    body = "91110000600037342"
    code = body + regimes.VALUE_RULES["uscc"](body + "0")[0]
    assert [warning.code for warning in read(f"uscc:{code}").warnings] == ["org-code"]


def test_schemes_nobody_knows_stand_for_themselves() -> None:
    uri = "https://id.suyuan.example/id/transformation/2026-0001"
    assert read_uri(uri).id == uri
    assert read_uri(uri).kind == "other"


KEY = b"a secret of sixteen bytes and more"


class TestPersons:
    number = "11010519491231002X"

    def test_the_number_is_never_kept(self) -> None:
        person = persons.resident_id(self.number, KEY)
        assert self.number[:14] not in repr(person)
        assert person.value == "**************002X"
        assert person.kind == "party"

    def test_the_same_number_and_key_give_the_same_person(self) -> None:
        spaced = persons.resident_id(" 110105 19491231 002x ", KEY)
        assert spaced == persons.resident_id(self.number, KEY)
        assert persons.resident_id(self.number, KEY + b"!").id != spaced.id
        assert read_uri(spaced.id).id == spaced.id

    def test_without_a_key_it_is_refused_and_not_repeated(self) -> None:
        for text in (
            f"resident_id:{self.number}",
            f"https://a.cn/id/cn_resident_id/{self.number}",
            self.number,
            f"party:{self.number}",
            f"https://a.cn/id/party/{self.number}",
        ):
            with pytest.raises(IdentifierError) as caught:
                read(text)
            assert self.number not in str(caught.value.as_dict())

    def test_a_bare_number_could_be_that_of_a_person(self) -> None:
        with pytest.raises(IdentifierError) as caught:
            read(self.number)
        assert caught.value.candidates == ("resident_id",)

    @pytest.mark.parametrize("area", ["830000", "911156", "140105"])
    def test_residents_from_elsewhere_have_numbers_too(self, area: str) -> None:
        body = f"{area}19491231002"
        assert persons.is_number(body + mod_11_2(body))

    @pytest.mark.parametrize(
        "number",
        ["110105194912310021", "11010519491331002X", "11010519491231002", "99010519491231002X", "x" * 18],
    )
    def test_wrong_numbers_are_refused_and_not_repeated(self, number: str) -> None:
        with pytest.raises(IdentifierError) as caught:
            persons.resident_id(number, KEY)
        assert number not in str(caught.value.as_dict())

    def test_a_short_key_is_refused(self) -> None:
        with pytest.raises(IdentifierError, match="16 bytes"):
            persons.resident_id(self.number, b"short")
