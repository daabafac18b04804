"""Every third-party JSON document: valid or invalid as labelled, and kept exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lineage.events import DocumentError, read_json, write_json
from tests.lineage.events.documents import WRONGLY_VALID, json_documents, name, wrongly_valid
from tests.vectors import VECTORS, require

require("gs1-epcis", "JSON")
DOCUMENTS = json_documents()
VALID = [path for path, valid in DOCUMENTS if valid]
INVALID = [path for path, valid in DOCUMENTS if not valid]


def test_all_sets_are_there() -> None:
    assert len([path for path in VALID if "gs1-epcis" in path.parts]) >= 47
    assert len(INVALID) >= 12 + len(WRONGLY_VALID)


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid_documents_are_read_and_written_back_unchanged(path: Path) -> None:
    data = path.read_bytes()
    document = read_json(data)
    assert json.loads(write_json(document)) == json.loads(data)
    assert read_json(write_json(document)).events == document.events


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid_documents_are_refused_with_a_pointer(path: Path) -> None:
    data = path.read_bytes()
    with pytest.raises(DocumentError) as caught:
        read_json(data)
    for problem in caught.value.problems:
        assert problem.code
        assert _exists_up_to_the_last_step(json.loads(data), problem.pointer)


@pytest.mark.parametrize("path", [path for path in INVALID if wrongly_valid(path)], ids=name)
def test_exceptions_are_wrong_for_the_listed_reason_alone(path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_json(path.read_bytes())
    assert {problem.code for problem in caught.value.problems} == {"unknown-measurement"}
    assert all("EffectiveDoseRate" in problem.message for problem in caught.value.problems)


def test_each_fault_of_a_document_is_reported_at_its_place() -> None:
    path = VECTORS / "openepcis/2.0/EPCIS/JSON/Capture/Invalid/Combination_of_multiple_invalid_fields.json"
    with pytest.raises(DocumentError) as caught:
        read_json(path.read_bytes())
    assert [
        (problem.pointer.removeprefix("/epcisBody/eventList"), problem.code)
        for problem in caught.value.problems
    ] == [
        ("/0/bizStep", "unknown-biz-step"),
        ("/1/disposition", "unknown-disposition"),
        ("/2/sourceList/0/type", "unknown-source-type"),
        ("/3/ilmd/materialType", "unknown-member"),
        ("/4/eventTime", "bad-time"),
        ("/4/action", "unknown-action"),
    ]


def test_of_a_name_written_twice_the_last_value_counts_and_is_all_that_is_kept() -> None:
    data = (require("gs1-epcis", "JSON") / "AssociationEvent" / "AssociationEvent-h.jsonld").read_bytes()
    (event,) = read_json(data).events
    assert event.event_id == "urn:uuid:fd338495-0e6d-41dd-afee-a862ecd32518"
    assert event.document_bytes.count(b"eventID") == 1


def _exists_up_to_the_last_step(document: Any, pointer: str) -> bool:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return isinstance(document, (dict, list))
