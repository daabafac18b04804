"""The GS1 syntax engine's and linters' own rows: verdict, error, marked characters, output."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import Element, ai_rules, digital_link, retail_symbols, symbols
from lineage.identifiers.element_string import check_element, parse_bracketed, parse_scanned, scanned
from lineage.identifiers.linters import LINTERS
from lineage.identifiers.percent import escape, unescape, unescape_query
from lineage.identifiers.read import gs1_data
from tests.lineage.identifiers import known_disagreements
from tests.lineage.identifiers.rows import load

Row = dict[str, Any]
TOLERANT_OPTIONS = {"permitConvenienceAlphas", "PermitZeroSuppressedGTINinDLuris"}


def _rows(name: str) -> list[Row]:
    rows: list[Row] = load("identifiers", "gs1-syntax-engine.json")["vectors"][name]
    return rows


def _options(row: Row) -> set[str]:
    return {name for name, value in row.get("flags", {}).items() if value}


def _code(error: str) -> str:
    return error.removeprefix("GS1_LINTER_").lower().replace("_", "-").replace("exipiration", "expiration")


def _outcome(read: Callable[[], Any]) -> Any:
    """Give what was read, or the error."""
    try:
        return read()
    except IdentifierError as error:
        return error


def _check(name: str, agrees: Callable[[Row], bool]) -> None:
    """Every row agrees, but for those that are listed; a listed row must not."""
    listed = {line for group, line in known_disagreements.ENGINE if group == name}
    rows = _rows(name)
    assert listed <= {row.get("line") for row in rows}
    wrong = [row for row in rows if agrees(row) == (row.get("line") in listed)]
    assert not wrong


def _written(elements: Sequence[Element]) -> str:
    return "^" + scanned(elements, "^")


def test_digital_links_are_read_as_the_engine_reads_them() -> None:
    def agrees(row: Row) -> bool:
        tolerant = bool(_options(row) & TOLERANT_OPTIONS)
        found = _outcome(lambda: digital_link.parse(row["uri"], tolerant=tolerant))
        if isinstance(found, IdentifierError):
            return bool(not row["valid"])
        return bool(row["valid"] and _written(found.elements) == row["ai_unbracketed"])

    _check("dl_parse", agrees)


def test_digital_links_are_built_as_the_engine_builds_them() -> None:
    def agrees(row: Row) -> bool:
        stem = row["stem"] or "https://id.gs1.org"
        found = _outcome(lambda: digital_link.build(parse_bracketed(row["ai_bracketed"]), stem))
        return not row["ok"] if isinstance(found, IdentifierError) else bool(found == row["uri"])

    _check("dl_generate", agrees)


def test_percent_encoding_is_the_engines() -> None:
    _check(
        "dl_uri_unescape",
        lambda row: unescape(row["input"]) == row["path"] and unescape_query(row["input"]) == row["query"],
    )
    # A blank is no character of any GS1 value; where one stands in a query, %20 and + mean the same.
    _check(
        "dl_uri_escape",
        lambda row: escape(row["input"]) == row["path"] and unescape_query(row["query"]) == row["input"],
    )


def test_bracketed_element_strings_are_read_as_the_engine_reads_them() -> None:
    long_values = {
        "Exactly 90 chars": "(91)" + "0123456789" * 9,
        "91 chars, too long": "(91)" + "0123456789" * 9 + "0",
    }

    def agrees(row: Row) -> bool:
        text = row["ai_bracketed"] if isinstance(row["ai_bracketed"], str) else long_values[row["comment"]]
        found = _outcome(lambda: parse_bracketed(text))
        if isinstance(found, IdentifierError):
            return bool(not row["valid"])
        expected = row["ai_unbracketed"]
        return bool(row["valid"] and (not isinstance(expected, str) or _written(found) == expected))

    _check("ai_parse_bracketed", agrees)


def test_scanned_element_strings_are_read_as_the_engine_reads_them() -> None:
    built = {
        "Exactly 90 chars": "^91" + "0123456789" * 9,
        "91 chars, too long": "^91" + "0123456789" * 9 + "0",
        "Exactly 64 AIs": "^" + "^".join(f"{91 + index % 9}X" for index in range(64)),
        "65 AIs, too many": "^" + "^".join(f"{91 + index % 9}X" for index in range(65)),
    }

    def read(text: str) -> Sequence[Element]:
        if not text.startswith("^"):
            raise IdentifierError("no-fnc1", "an element string starts with FNC1 here")
        return parse_scanned(text)

    def agrees(row: Row) -> bool:
        text = row["ai_unbracketed"] if isinstance(row["ai_unbracketed"], str) else built[row["comment"]]
        return bool(isinstance(_outcome(lambda: read(text)), IdentifierError) != row["valid"])

    _check("ai_process_unbracketed", agrees)


def test_rules_between_elements_are_the_engines() -> None:
    rules = {
        "validateAIrepeats": ai_rules.check_repeats,
        "validateAImutex": ai_rules.check_exclusions,
        "validateAIrequisites": ai_rules.check_requirements,
        "validateDigSigRequiresSerialisedKey": ai_rules.check_signed_keys,
    }

    def agrees(row: Row) -> bool:
        elements = [
            Element(ai, value) for ai, value in re.findall(r"\((\d+)\)([^(]*)", row["ai_unbracketed"])
        ]
        found = _outcome(lambda: rules[row["rule"]["expr"]](elements))
        return bool(isinstance(found, IdentifierError) != row["valid"])

    _check("ai_validate", agrees)


def test_errors_point_at_the_characters_that_the_engine_marks() -> None:
    for row in _rows("ai_err_markup"):
        before, marked, _ = row["markup"].split("|")
        with pytest.raises(IdentifierError) as caught:
            parse_bracketed(row["ai"])
        assert caught.value.position == len(before)
        assert row["ai"][caught.value.position :].startswith(marked)


def test_content_errors_are_the_engines() -> None:
    def agrees(row: Row) -> bool:
        found = _outcome(lambda: parse_bracketed(row["ai_bracketed"]))
        return bool((found.code if isinstance(found, IdentifierError) else "ok") == _code(row["error"]))

    _check("ai_linters", agrees)


def test_scans_are_read_as_the_engine_reads_them() -> None:
    def agrees(row: Row) -> bool:
        found = _outcome(lambda: symbols.parse_scan(row["scan"]))
        if isinstance(found, IdentifierError):
            return bool(not row["valid"])
        if not row["valid"]:
            return False
        data = row["data"]
        if data.startswith("^"):
            return bool(_written(found.elements) == data)
        if "|^" in data:
            sent = data.replace("|^", "|]e0").replace("^", "\x1d")
            return bool(found.text == sent and found.elements)
        return bool(found.text == re.sub(r"^\\(\\*\^)", r"\1", data))

    _check("scan_process", agrees)


@pytest.mark.parametrize(("text", "engine"), known_disagreements.SCANS)
def test_scans_that_are_listed_are_judged_differently(text: str, engine: bool) -> None:
    found = _outcome(lambda: gs1_data(text))
    assert isinstance(found, IdentifierError) == engine


CARRIERS = {
    "QR": "qr", "DM": "datamatrix", "DotCode": "dotcode", "DataBarExpanded": "databar-expanded",
    "EAN13": "ean-13", "EAN8": "ean-8", "UPCA": "upc-a", "UPCE": "upc-e", "GS1_128_CCA": "gs1-128",
    "GS1_128_CCC": "gs1-128", "DataBarOmni": "databar-omni", "DataBarLimited": "databar-limited",
}  # fmt: skip


def _write_scan(row: Row) -> str:
    """Say the data of a row, in the notation of the engine, with this package's functions."""
    carrier, data = CARRIERS.get(row["symbology"]["expr"], "none"), row["data"]
    if carrier in ("qr", "datamatrix", "dotcode") and not data.startswith("^"):
        return symbols.write_text(carrier, re.sub(r"^\\(\\*\^)", r"\1", data))
    primary, _, composite = data.partition("|")
    above = parse_scanned(composite) if composite else ()
    if primary.startswith("^"):
        elements: Sequence[Element] = parse_scanned(primary)
        trailing = "\x1d" if primary.endswith("^") else ""
    else:
        if carrier not in retail_symbols.LENGTHS:
            raise IdentifierError("not-retail", "plain digits need a symbol that holds a GTIN")
        digits = (
            retail_symbols.with_check_digit(primary, carrier) if "AddCheckDigit" in _options(row) else primary
        )
        elements = (Element("01", retail_symbols.to_gtin(digits, carrier)),)
        trailing = ""
    return symbols.write_elements(carrier, elements, above) + trailing


def test_scans_are_written_as_the_engine_writes_them() -> None:
    def agrees(row: Row) -> bool:
        if not row["data"]:
            return row["scan"] is None
        found = _outcome(lambda: _write_scan(row))
        return row["scan"] is None if isinstance(found, IdentifierError) else bool(found == row["scan"])

    _check("scan_generate", agrees)


def test_linters_give_the_error_and_mark_the_characters_of_the_syntax_tests() -> None:
    wrong = []
    listed = set(known_disagreements.LINTERS)
    for name, rows in load("identifiers", "gs1-syntax-linters.json")["linters"].items():
        if name == "_stubs":
            continue
        linter = LINTERS[name]
        wrong += [(name, value) for value in rows["pass"] if isinstance(value, str) and linter(value)]
        for value, error, markup in rows["fail"]:
            if markup == "expect":
                continue
            fault = linter(value)
            marked = fault and "*".join(
                (
                    value[: fault.start],
                    value[fault.start : fault.start + fault.length],
                    value[fault.start + fault.length :],
                )
            )
            agrees = bool(fault) and fault.code == _code(error) and marked == markup  # type: ignore[union-attr]
            if agrees == ((name, value, error) in listed):
                wrong.append((name, value))
    assert not wrong


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("csum", "", ("too-short-for-check-digit", 0, 0)),
        ("csum", "X", ("non-digit-character", 0, 1)),
        ("hhmi", "240X", ("illegal-hour", 0, 2)),
        ("hhmi", "010X", ("non-digit-character", 3, 1)),
        ("nozeroprefix", "0X", ("illegal-zero-prefix", 0, 1)),
        ("pieceoftotal", "X", ("non-digit-character", 0, 1)),
    ],
)
def test_of_several_faults_the_first_of_the_syntax_tests_is_given(
    name: str, value: str, fault: tuple[str, int, int]
) -> None:
    assert LINTERS[name](value) == fault


def test_every_linter_of_the_dictionary_exists() -> None:
    assert len(LINTERS) == len(load("identifiers", "gs1-syntax-linters.json")["linters"]) - 1


@pytest.mark.parametrize(("value", "position"), [("0123456789012X", 13), ("1" * 13, 13), ("1" * 15, 14)])
def test_an_element_says_which_character_is_wrong(value: str, position: int) -> None:
    with pytest.raises(IdentifierError) as caught:
        check_element("01", value)
    assert caught.value.position == position
