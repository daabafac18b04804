"""URN ↔ Digital Link rows of two other implementations."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import CompanyPrefixes, digital_link, name_uri, read, read_uri
from lineage.identifiers.epc import patterns, uri
from tests.lineage.identifiers import known_disagreements
from tests.lineage.identifiers.rows import load

Row = dict[str, Any]
TO_LINK = ("toURI", "toURIForClassLevelIdentifier")
TO_URN = ("toURN", "toURNForClassLevelIdentifier")


def _rows(*functions: str) -> list[Row]:
    rows = load("identifiers", "openepcis-urn-digitallink.json")["rows"]
    return [row for row in rows if row["fn"] in functions]


def _link(row: Row) -> str | None:
    try:
        return read_uri(row["input"]).id
    except IdentifierError:
        return None


def _urn(row: Row) -> str | None:
    """Write a link as URN, with the length of the company prefix that the row gives or the result shows."""
    prefix = re.sub(r"^urn:epc:\w+:\w+:(\d+)\..*$", r"\1", row["expected"])
    try:
        link = digital_link.parse(row["input"])
    except IdentifierError:
        return None
    length = int(row["arg"] or len(prefix))
    if row["fn"] == "toURN":
        found = read(row["input"], company_prefixes=CompanyPrefixes.of([prefix])).urn
        assert found is None or found == uri.write(link.path, length)
        return found
    return patterns.class_urn(link.path, length)


def _check(rows: list[Row], convert: Any) -> None:
    listed = known_disagreements.TRANSLATOR
    wrong = [
        (row["input"], convert(row), row["expected"])
        for row in rows
        if (convert(row) == row["expected"]) == (row["input"] in listed)
    ]
    assert not wrong


def test_urns_become_the_links_of_the_rows() -> None:
    _check(_rows(*TO_LINK), _link)


def test_links_become_the_urns_of_the_rows() -> None:
    _check(_rows(*TO_URN), _urn)


def test_every_listed_disagreement_is_a_row() -> None:
    assert set(known_disagreements.TRANSLATOR) <= {row["input"] for row in _rows(*TO_LINK, *TO_URN)}


@pytest.mark.parametrize(
    "row", load("event-hash", "dl-normaliser.json")["rows"], ids=lambda row: str(row["input"])
)
def test_links_are_normalised_as_the_event_hash_wants_them(row: Row) -> None:
    text = row["input"]
    if not isinstance(text, str) or not text.startswith(("http", "urn:")):
        assert row["expected"] is None
        return
    agrees = name_uri(text).id == (row["expected"] or text)
    assert agrees != (text in known_disagreements.NORMALISER)
