"""The tag data translation tables of GS1: layouts, packings, tables B, E, F and K."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lineage.identifiers import ai_table
from lineage.identifiers.epc import binary, packing, plus
from lineage.identifiers.epc.bits import BitReader
from lineage.identifiers.epc.layouts import BY_NAME
from lineage.identifiers.epc.schemes import SCHEMES
from lineage.identifiers.epc.value_formats import value_formats
from tests.lineage.identifiers import known_disagreements
from tests.lineage.identifiers.rows import load
from tests.vectors import require

TEXT = "Az09-_.!'()*+,:;="


def _table(name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = load("identifiers", "tdt", f"TDT_Table{name}.json")["rows"]
    return rows


def _level(scheme: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(level for level in scheme["level"] if level["type"] == kind)
    return found


def _tags() -> list[str]:
    files = require("identifiers", "tdt").glob("*.json")
    return sorted(path.stem for path in files if re.search(r"-(\d+|var)$", path.stem))


def _field_bits(field: dict[str, Any], value: str) -> str:
    """Pack one field as its table says."""
    width = field.get("bitLength", 0)
    compaction = field.get("compaction")
    if compaction == "6-bit":
        return "".join(format(ord(char) & 63, "06b") for char in value)
    if compaction == "7-bit":
        return "".join(format(ord(char), "07b") for char in value).ljust(width, "0")
    if compaction == "8-bit":
        return "".join(format(ord(char), "08b") for char in value.rjust(width // 8))
    return format(int(value or 0), f"0{width}b")


def _values(option: dict[str, Any], filled: str) -> dict[str, str]:
    """Choose a value for every field: the smallest, the largest, or one between."""
    values = {}
    for field in option["field"]:
        length = field.get("length")
        if field.get("compaction"):
            bits = int(str(field["compaction"]).split("-")[0])
            room = field.get("bitLength", 8 * bits) // bits
            alphabet = TEXT if bits == 7 else "7ABC0XYZ"
            room = {"cage": 5, "indassetref": 18}.get(field["name"], room)
            values[field["name"]] = (alphabet * 10)[:room]
        elif (
            field["name"]
            in ("gs1companyprefix", "itemref", "locationref", "assettype", "doctype", "couponref")
            or length
        ):
            digits = length or 0
            values[field["name"]] = {"low": "0", "high": "9"}.get(filled, "7") * digits
        else:
            most = int(field.get("decimalMaximum", "9"))
            values[field["name"]] = {"low": "0", "high": str(most)}.get(filled, str(most // 3))
        if field["name"] == "filter":
            values["filter"] = "5"
        if field["name"] == "prependedserial":
            values["prependedserial"] = {"low": "10", "high": "1999999999999"}.get(filled, "10123")
    return values


def _bits(option: dict[str, Any], values: dict[str, str]) -> str:
    fields = {field["name"]: field for field in option["field"]}
    words = re.findall(r"'([01]*)'|(\w+)", option["grammar"])
    return "".join(literal or _field_bits(fields[name], values[name]) for literal, name in words)


@pytest.mark.parametrize("filled", ["low", "between", "high"])
@pytest.mark.parametrize("name", _tags())
def test_tag_memory_is_packed_as_the_tables_say(name: str, filled: str) -> None:
    scheme = load("identifiers", "tdt", f"{name}.json")["tdt:epcTagDataTranslation"]["scheme"]
    options = _level(scheme, "BINARY")["option"]
    for option in options:
        pattern = _pattern_of(scheme, option["optionKey"])
        values = _values(option, filled)
        if "(%23" in pattern:
            values["serial"] = "#" + values["serial"]
        bits = _bits(option, values)
        text = format(int(bits + "0" * (-len(bits) % 16), 2), f"0{(len(bits) + -len(bits) % 16) // 4}X")
        if name in known_disagreements.TABLES:
            assert not _agrees(text, pattern, values)
            continue
        assert _agrees(text, pattern, values), (name, values, text)


def _pattern_of(scheme: dict[str, Any], option_key: str) -> str:
    """Give the expression of the tag URI for the same division of the company prefix."""
    options = _level(scheme, "TAG_ENCODING")["option"]
    found: str = next(option["pattern"] for option in options if option["optionKey"] == option_key)
    # The table lets one digit stand for the filter of US DoD, which has four bits (TDS 14.6.13).
    return found.replace("usdod-96:([0-9])", "usdod-96:([0-9]{1,2})")


def _agrees(text: str, pattern: str, values: dict[str, str]) -> bool:
    """Tell whether a tag reads as its values, in the form its table asks for, and is written back alike."""
    try:
        tag = binary.decode(text)
    except Exception:  # noqa: BLE001 - whatever is wrong, the tables disagree
        return False
    if tag.tag_uri is None or not re.fullmatch(pattern, tag.tag_uri):
        return False
    fields = tag.tag_uri.split(":", 4)[4]
    expected = ".".join(_written(name, value) for name, value in values.items())
    if "adi" in tag.tag_uri and "originalPartNumber" not in values:
        expected = expected.replace(".#", "..#") if "#" in expected else "..".join(expected.rsplit(".", 1))
    expected = expected.replace("#", "%23")
    return fields == expected and binary.encode(tag.coding, tag.urn or "", tag.filter or 0) == text


def _written(name: str, value: str) -> str:
    return value[1:] if name == "prependedserial" else value


def test_every_table_has_its_layout() -> None:
    own = {name.upper().replace("VAR", "var") for name in BY_NAME} | {"GID-96", "USDOD-96", "ADI-var"}
    assert own == set(_tags())
    single = {path.stem for path in require("identifiers", "tdt").glob("*+.json")}
    assert {name.upper() for name in plus.BY_NAME} == single
    for name in single:
        scheme = load("identifiers", "tdt", f"{name}.json")["tdt:epcTagDataTranslation"]["scheme"]
        level = _level(scheme, "BINARY")
        coding = plus.BY_NAME[name.lower()]
        assert format(coding.header, "08b") == level["prefixMatch"]
        assert coding.ais == tuple(part["ai"] for part in level["option"][0]["encodedAI"])


def test_numbers_take_the_bits_of_table_b() -> None:
    for row in _table("B"):
        length = int(row["a"])
        assert packing.integer_bits(length) == int(row["b"])
        assert 16 * -(-length // 3) == int(row["e"])


def test_ais_have_the_lengths_of_table_k() -> None:
    assert {row["a"]: int(row["b"]) for row in _table("K")}.items() <= ai_table.lengths().items() | {
        ("03", 2)
    }


def _format(row: dict[str, str], columns: str) -> str:
    kind, chars, bits, length_bits, most = (row.get(column) for column in columns)
    words = {
        "Fixed-length numeric": f"nibbles {chars}",
        "Fixed-Bit-Length Numeric String": f"number {chars}/{bits}",
        "Variable-length alphanumeric": f"text {most}/{length_bits}",
        "6-digit date YYMMDD": "date",
        "Variable-length numeric string without encoding indicator": f"digits {most}/{length_bits}",
        "Country code (ISO 3166-1 alpha-2)": "country",
        "Single data bit": "bit",
        "10-digit date+time YYMMDDhhmm": "minute",
        "Optional minus sign in 1 bit": "minus",
        "Variable-format date / date range": "dates",
        "Variable-precision date+time": "moment",
        "Delimited/terminated numeric": f"delimited {most}/{length_bits}",
        "Sequence indicator": "sequence",
    }
    return words[kind] if kind else ""


def test_values_are_packed_by_the_methods_of_table_f() -> None:
    expected = {
        row["a"]: tuple(step for step in (_format(row, "bdegh"), _format(row, "iklno")) if step)
        for row in _table("F")
    }
    assert value_formats() == expected


def test_encodings_are_those_of_table_e() -> None:
    for row in _table("E"):
        for char in map(chr, range(33, 127)):
            if char in "$@[\\]^`{|}~#":
                continue
            fits = bool(packing.ENCODINGS[int(row["a"])].fits.fullmatch(char))
            assert fits == bool(re.fullmatch(row["f"], char)), (row["c"], char)


def test_bits_after_the_end_are_refused() -> None:
    with pytest.raises(Exception, match="early"):
        BitReader(0, 4).take(5)
    assert SCHEMES
