"""EPC tables of another implementation: URIs, element strings, tag URIs, tag memory, patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import read_tag, read_uri
from lineage.identifiers.element_string import bracketed
from lineage.identifiers.epc import binary, others, patterns, tag_uri, uri
from tests.lineage.identifiers import known_disagreements
from tests.lineage.identifiers.rows import load

Row = dict[str, Any]


def _tables(*lists: str) -> Iterator[tuple[str, Row]]:
    for table in load("identifiers", "epcpy-tag-vectors.json")["tables"]:
        for name in lists:
            for row in table.get(name, ()):
                yield table["class"], row


def _canonical(text: str) -> str | None:
    """Give the canonical URN of an EPC URI, or None when it is refused."""
    try:
        key = uri.read(text)
        other = None if key else others.read(text)
    except IdentifierError:
        return None
    return key.urn if key else other.urn if other else None


def _is_right(name: str, row: Row) -> bool:
    text = row["uri"]
    if _canonical(text) != text:
        return False
    key = uri.read(text)
    if "gs1_element_string" in row and (
        key is None or bracketed(key.elements).replace("\\(", "(") != row["gs1_element_string"]
    ):
        return False
    if key and "company_prefix_length" in row:
        assert key.prefix_length == row["company_prefix_length"], name
        assert uri.write(key.elements, key.prefix_length) == text, name
    return True


def test_uris_that_are_right_are_read_and_written_alike() -> None:
    wrong = []
    for name, row in _tables("valid_data", "rows"):
        if "uri" in row and _is_right(name, row) == ((name, row["uri"]) in known_disagreements.EPC):
            wrong.append((name, row["uri"]))
    assert not wrong


def test_uris_that_are_wrong_are_refused() -> None:
    wrong = []
    for name, row in _tables("invalid_data"):
        if "kwargs" in row:
            continue  # right URIs that do not fit a coding
        refused = _canonical(row["uri"]) is None
        if refused == ((name, row["uri"]) in known_disagreements.EPC):
            wrong.append((name, row["uri"]))
    assert not wrong


def test_tag_memory_and_tag_uris_go_both_ways() -> None:
    seen = 0
    for name, row in _tables("valid_data", "rows"):
        if "hex" not in row:
            continue
        seen += 1
        tag = binary.decode(row["hex"])
        assert (tag.urn, tag.tag_uri) == (row["uri"], row["tag_uri"]), name
        assert binary.encode(tag.coding, row["uri"], tag.filter or 0) == row["hex"], name
        assert tag_uri.tag_uri_to_hex(row["tag_uri"]) == row["hex"], name
        assert read_tag(row["hex"]).id == read_uri(row["uri"]).id == read_uri(row["tag_uri"]).id, name
        assert read_uri(tag_uri.raw_uri(row["hex"])).id == read_uri(row["uri"]).id, name
    assert seen > 40


def test_serial_numbers_that_do_not_fit_a_coding_are_refused() -> None:
    seen = 0
    for _, row in _tables("invalid_data"):
        coding = row.get("kwargs", {}).get("binary_coding_scheme")
        if coding:
            seen += 1
            with pytest.raises(IdentifierError):
                binary.encode(coding.split(".")[-1].lower().replace("_", "-"), row["uri"])
    assert seen > 15


def test_identity_patterns_name_their_classes() -> None:
    rows = [row for name, row in _tables("rows") if name == "VALID_ID_PATTERNS"]
    assert len(rows) == 14
    for row in rows:
        pattern = patterns.parse(row["idpat"])
        key = row["gs1_key"]
        elements = patterns.class_elements(pattern)
        if elements and row["scheme"] in ("GDTI", "GRAI"):
            assert elements[0].value.removeprefix("0" if row["scheme"] == "GRAI" else "") == key.removesuffix(
                "*"
            )
        elif elements:
            assert elements[0].value.endswith(key)
        elif "*" not in row["idpat"]:
            assert key in read_uri(row["idpat"]).id
        else:
            assert read_uri(row["idpat"]).id == row["idpat"]


def test_patterns_without_a_class_stand_for_themselves() -> None:
    rows = [row for name, row in _tables("rows") if name == "INVALID_ID_PATTERNS"]
    assert len(rows) == 14
    for row in rows:
        try:
            pattern = patterns.parse(row["idpat"])
        except IdentifierError:
            continue
        assert patterns.class_elements(pattern) is None or row["scheme"] == "SGCN"
