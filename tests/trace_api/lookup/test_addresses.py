"""Addresses of look-ups: read, refused, and written again."""

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import read_uri
from trace_api.lookup.addresses import (
    MAX_ADDRESS,
    human_text,
    local_path,
    lot_number,
    read_address,
    serial_number,
    shown,
    with_parameters,
)

GTIN = "06901234567892"


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        (f"/01/{GTIN}", "class", f"(01){GTIN}"),
        (f"/01/{GTIN}/", "class", f"(01){GTIN}"),
        (f"/01/{GTIN}/10/L1", "lot", f"(01){GTIN}(10)L1"),
        (f"/01/{GTIN}/21/S1", "item", f"(01){GTIN}(21)S1"),
        (f"/01/{GTIN}/10/L1/21/S1", "item", f"(01){GTIN}(10)L1(21)S1"),
        (f"/01/{GTIN}/10/A%2FB", "lot", f"(01){GTIN}(10)A/B"),
        ("/00/069012345000000011", "unit", "(00)069012345000000011"),
        ("/414/6901234500011", "site", "(414)6901234500011"),
        ("/417/6901234500011", "party", "(417)6901234500011"),
        ("/8004/6901234567892ABC", "item", "(8004)6901234567892ABC"),
        ("/id/drug_code/83857930000879766660", "item", "83857930000879766660"),
        ("/id/lot/drug_code.8385793.V2611A", "lot", "V2611A"),
    ],
)
def test_codes_are_read_and_written(path: str, kind: str, text: str) -> None:
    identifier = read_address(path, "")
    assert (identifier.kind, human_text(identifier)) == (kind, text)
    assert read_address(local_path(identifier), "").id == identifier.id


@pytest.mark.parametrize(
    "path",
    [
        "/01",
        "/01/",
        "/01/123",
        "/01/06901234567890",
        f"/01/{GTIN}/21",
        f"/01/{GTIN}/21/S1/10/L1",
        f"/01/{GTIN}/99/x",
        f"/01/{GTIN}/21/%00",
        f"/01/{GTIN}/21/{'x' * 21}",
        "/02/06901234567892",
        "/99/1",
        "/414/6901234500012",
        "/id",
        "/id/",
        "/id/drug_code",
        "/id/drug_code/123",
        "/id/nothing/1",
        f"/01/{'9' * MAX_ADDRESS}",
    ],
)
def test_what_is_no_code_is_refused(path: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        read_address(path, "")
    assert caught.value.message


def test_attributes_are_checked_and_other_parameters_are_not() -> None:
    assert read_address(f"/01/{GTIN}/21/S1", "17=271231&lang=en&linkType=gs1:pip&utm=%00").kind == "item"
    with pytest.raises(IdentifierError):
        read_address(f"/01/{GTIN}/21/S1", "17=271399")


def test_the_wrong_character_is_marked() -> None:
    path = "/01/06901234567890"
    with pytest.raises(IdentifierError) as caught:
        read_address(path, "")
    cut = shown(path, "", caught.value)
    assert (cut.before, cut.at, cut.after) == ("/01/0690123456789", "0", "")


def test_what_cannot_be_placed_is_shown_whole() -> None:
    error = IdentifierError("x", "x", position=10_000)
    assert shown("/01/1", "", error).before == "/01/1"
    assert shown("/01/%31", "", IdentifierError("x", "x", position=23)).at == ""


def test_parts_of_codes() -> None:
    item = read_uri(f"https://id.gs1.org/01/{GTIN}/21/S1")
    assert serial_number(item) == "S1"
    assert serial_number(read_uri("https://id.gs1.org/00/069012345000000011")) is None
    assert lot_number(f"https://id.gs1.org/01/{GTIN}/10/L1") == "L1"


def test_addresses_of_ours_keep_attributes_and_change_parameters() -> None:
    assert with_parameters("/01/1", "17=271231&lang=zh", lang="en") == "/01/1?17=271231&lang=en"
    assert with_parameters("/01/1", "linkType=gs1%3Apip", linkType=None) == "/01/1"
    assert with_parameters('/01/"><', "", lang="en") == "/01/%22%3E%3C?lang=en"
