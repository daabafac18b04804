"""Single cells and rows: what is read, and what is named as wrong."""

from datetime import UTC, date, datetime

import pytest

from trace_api.masterdata.columns import cell_text, read_row
from trace_api.masterdata.model import Licence, Party, Product, Site

USCC = "91110000600037341L"


def problems(table: str, **cells: object) -> dict[str, str]:
    record, found = read_row(table, cells)
    assert (record is None) == bool(found)
    return {problem.column: problem.message for problem in found}


def test_a_party_is_keyed_by_its_code() -> None:
    record, found = read_row(
        "parties", {"uscc": " 9111 0000 6000 3734 1l ", "name": "甲", "roles": "producer；packer"}
    )
    assert found == []
    assert isinstance(record, Party)
    assert record.uscc == USCC
    assert record.party_id.endswith(f"/id/uscc/{USCC}")
    assert record.roles == ("producer", "packer")


@pytest.mark.parametrize(
    "code",
    ["91110000600037341N", "9111000060003IOZSV", "91440101MA5D123456", "123", "91110000600037341L1", "９１"],
)
def test_a_wrong_code_is_named(code: str) -> None:
    assert set(problems("parties", uscc=code, name="甲")) == {"uscc"}


def test_every_wrong_column_is_named_at_once() -> None:
    found = problems("parties", uscc="", name="x" * 201, roles="chef", pgln="6901234500012", region="14x")
    assert set(found) == {"uscc", "name", "roles", "pgln", "region"}
    assert "empty" in found["uscc"]
    assert "201" in found["name"]
    assert "chef" in found["roles"]


@pytest.mark.parametrize(
    "text",
    ["6901234500011", "(414)6901234500011", "https://example.cn/414/6901234500011", "gln:6901234500011",
     "urn:epc:id:sgln:690123450.001.0"],
)  # fmt: skip
def test_a_site_is_read_in_every_written_form(text: str) -> None:
    record, found = read_row("sites", {"site_id": text, "name": "厂"})
    assert found == []
    assert isinstance(record, Site)
    assert record.site_id == "https://id.gs1.org/414/6901234500011"


def test_a_site_is_no_item() -> None:
    assert "not a location" in problems("sites", site_id="(01)06901234567892(21)1", name="厂")["site_id"]


def test_coordinates_come_in_pairs_and_on_earth() -> None:
    assert set(problems("sites", site_id="6901234500011", name="厂", lat=37.8)) == {"lon"}
    assert set(problems("sites", site_id="6901234500011", name="厂", lat=97.8, lon=112)) == {"lat"}
    assert set(problems("sites", site_id="6901234500011", name="厂", lat="north", lon="nan")) == {
        "lat",
        "lon",
    }


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("6901234567892", "https://id.gs1.org/01/06901234567892"),
        ("06901234567892", "https://id.gs1.org/01/06901234567892"),
        (6901234567892, "https://id.gs1.org/01/06901234567892"),
        (6901234567892.0, "https://id.gs1.org/01/06901234567892"),
        ("(01)06901234567892", "https://id.gs1.org/01/06901234567892"),
        ("drug_code:8385793", "drug_code:8385793"),
    ],
)
def test_a_product_is_a_gtin_or_a_prefix_of_a_scheme(text: object, key: str) -> None:
    record, found = read_row("products", {"product_id": text, "name": "货", "shelf_life_days": 21.0})
    assert found == []
    assert isinstance(record, Product)
    assert record.product_id == key
    assert record.shelf_life_days == 21


def test_a_product_is_no_lot() -> None:
    assert (
        "not a kind of product"
        in problems("products", product_id="(01)06901234567892(10)A", name="货")["product_id"]
    )


def test_storage_limits_make_sense() -> None:
    given = {"product_id": "6901234567892", "name": "货"}
    assert set(problems("products", **given, storage_min_c=8, storage_max_c=2)) == {"storage_min_c"}
    assert set(problems("products", **given, storage_min_c=-300)) == {"storage_min_c"}
    assert set(problems("products", **given, shelf_life_days="1.5")) == {"shelf_life_days"}


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "20260301",
        "2026年3月1日",
        date(2026, 3, 1),
        datetime(2026, 3, 1, tzinfo=UTC),
    ],
)
def test_dates_are_read_as_people_write_them(written: object) -> None:
    record, found = read_row(
        "licences", {"kind": "gmp", "number": "1", "holder_uscc": USCC, "valid_from": written}
    )
    assert found == []
    assert isinstance(record, Licence)
    assert record.valid_from == date(2026, 3, 1)


@pytest.mark.parametrize("written", ["0000-01-01", "2026-02-30", "01/03/2026", "tomorrow", "26-3-1"])
def test_a_date_is_never_guessed(written: str) -> None:
    given = {"kind": "gmp", "number": "1", "holder_uscc": USCC}
    assert "is not a date" in problems("licences", **given, valid_to=written)["valid_to"]


def test_a_licence_does_not_end_before_it_begins() -> None:
    given = {"kind": "gmp", "number": "1", "holder_uscc": USCC}
    assert set(problems("licences", **given, valid_from="2026-03-02", valid_to="2026-03-01")) == {"valid_to"}


@pytest.mark.parametrize("cell", ["a\0b", "a\nb", "\x1b[31m", float("nan"), float("inf")])
def test_control_characters_and_no_numbers_are_refused(cell: object) -> None:
    assert set(problems("parties", uscc=USCC, name=cell)) == {"name"}


def test_a_licence_holds_on_both_its_end_days() -> None:
    licence = Licence("gmp", "1", USCC, valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 31))
    assert [licence.valid_on(date(2026, *day)) for day in ((1, 1), (1, 31), (2, 1))] == [True, True, False]
    assert not licence.valid_on(date(2025, 12, 31))
    assert Licence("gmp", "1", USCC).valid_on(date(1990, 1, 1))


def test_cells_of_a_spreadsheet_read_as_text() -> None:
    assert [cell_text(cell) for cell in (None, True, 12.0, 12.5, " a ")] == ["", "true", "12", "12.5", "a"]
