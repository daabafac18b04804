"""Every third-party XML document: valid or invalid as labelled, and through both forms to the same hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from lineage.events import (
    Document,
    DocumentError,
    event_hash,
    read_document,
    read_json,
    read_xml,
    write_json,
    write_xml,
)
from tests.lineage.events.documents import json_documents, name, xml_documents
from tests.vectors import VECTORS, require

XSD = require("gs1-epcis", "XSD")
XML = xml_documents()
VALID_XML = [path for path, valid in XML if valid]
INVALID_XML = [path for path, valid in XML if not valid]
VALID = [*VALID_XML, *(path for path, valid in json_documents() if valid)]
#: Written XML that the schema of the standard does not allow, each with the reason.
NOT_BY_SCHEMA = {
    "ignoreFields": "stands before the body, as published, where the schema allows nothing",
    "guidelineVersion": "an extension of the EPCIS 1.2 header, for which 2.0 has no place",
    "Z\n": "white space that the source has inside a time of an extension",
}


def hashes(document: Document) -> list[str]:
    return [event_hash(event) for event in document.events]


def test_all_sets_are_there() -> None:
    assert len(VALID_XML) >= 70
    assert len(INVALID_XML) >= 6


@pytest.mark.parametrize("path", VALID_XML, ids=name)
def test_valid_documents_are_read(path: Path) -> None:
    document = read_xml(path.read_bytes())
    assert document.events or document.master_data or "CBV-11.4" in path.name


@pytest.mark.parametrize("path", INVALID_XML, ids=name)
def test_invalid_documents_are_refused_with_a_line(path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_xml(path.read_bytes())
    assert all(problem.line for problem in caught.value.problems)


@pytest.mark.parametrize("path", VALID, ids=name)
def test_both_forms_and_back_give_the_same_hashes(path: Path) -> None:
    document = read_document(path.read_bytes())
    expected = hashes(document)
    in_xml = read_xml(write_xml(document))
    in_json = read_json(write_json(in_xml), relaxed=True)
    again = read_xml(write_xml(in_json))
    assert hashes(in_xml) == hashes(in_json) == hashes(again) == expected
    assert in_xml.master_data == in_json.master_data == again.master_data == document.master_data


@pytest.mark.parametrize("path", [path for path in VALID if path.suffix != ".xml"], ids=name)
def test_json_comes_back_from_xml_unchanged(path: Path) -> None:
    before = read_json(path.read_bytes())
    after = read_xml(write_xml(before))
    for one, other in zip(before.events, after.events, strict=True):
        assert _plain(other.document) == _plain(one.document)
    if before.wrapped:
        assert _plain(_without_ignored(after.members)) == _plain(_without_ignored(before.members))


def _is_bare(path: Path) -> bool:
    """Events outside of a document, which the schema does not have."""
    return path.parent.name == "Events" or path.name.startswith("Single_event")


@pytest.mark.parametrize("path", [path for path in VALID if not _is_bare(path)], ids=name)
def test_what_is_written_keeps_the_schema_of_the_standard(path: Path) -> None:
    document = read_document(path.read_bytes())
    root = etree.fromstring(write_xml(document))
    schema = _schema(
        "EPCglobal-epcis-query-2_0.xsd" if document.kind == "query" else "EPCglobal-epcis-2_0.xsd"
    )
    if not schema.validate(root):
        message = str(schema.error_log)
        assert any(reason in message for reason in NOT_BY_SCHEMA), message


def test_the_hash_examples_agree_in_both_forms() -> None:
    examples = VECTORS / "event-hash" / "examples"
    pairs = [path for path in examples.glob("*.jsonld") if path.with_suffix(".xml").exists()]
    assert len(pairs) >= 5
    for path in pairs:
        assert hashes(read_json(path.read_bytes())) == hashes(read_xml(path.with_suffix(".xml").read_bytes()))


_SCHEMAS: dict[str, etree.XMLSchema] = {}


def _schema(file: str) -> etree.XMLSchema:
    if file not in _SCHEMAS:
        _SCHEMAS[file] = etree.XMLSchema(etree.parse(str(XSD / file)))
    return _SCHEMAS[file]


#: Words that XML cannot write bare: read back from XML they are bare, whatever form the JSON had.
_BARE_AGAIN = ("gs1:", "cbv:Comp-")


def _plain(value: Any) -> Any:
    """Reduce to what both forms can say: single values of lists as values, no context, one form of words."""
    if isinstance(value, dict):
        plain = {_prefixless(name): _plain(inner) for name, inner in value.items() if name != "@context"}
        return {name: inner for name, inner in plain.items() if inner != []}
    if isinstance(value, list):
        return _plain(value[0]) if len(value) == 1 else [_plain(inner) for inner in value]
    if isinstance(value, str):
        for start in _BARE_AGAIN:
            value = value.removeprefix(start)
    return value


def _prefixless(name: str) -> str:
    return name.rpartition(":")[2]


def _without_ignored(members: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in members.items()
        if not name.endswith("ignoreFields") and name != "epcisBody"
    }
