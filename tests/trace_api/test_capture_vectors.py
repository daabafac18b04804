"""The standard's own example documents: captured, given back identical, recognised the second time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.vectors import require

FOLDER = require("gs1-epcis", "JSON")
DOCUMENTS = sorted(FOLDER.rglob("*.jsonld"))


def events_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    body = document["epcisBody"]
    if "queryResults" in body:
        body = body["queryResults"]["resultsBody"]
    return list(body["eventList"])


def capture(client: TestClient, data: bytes) -> dict[str, Any]:
    answer = client.post(
        "/epcis/v2/capture",
        content=data,
        headers={"Content-Type": "application/ld+json", "Prefer": "wait=10"},
    )
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def test_all_47_are_here() -> None:
    assert len(DOCUMENTS) == 47


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_comes_back_identical_and_a_second_time_is_all_duplicates(
    device: TestClient, inspector: TestClient, path: Path
) -> None:
    data = path.read_bytes()
    sent = events_of(json.loads(data))
    job = capture(device, data)
    assert job["success"]
    assert [result["status"] for result in job["results"]] == ["accepted"] * len(sent)
    for event, result in zip(sent, job["results"], strict=True):
        expected = {"eventID": result["eventID"], **event}
        answer = inspector.get(f"/epcis/v2/events/{quote(result['eventID'], safe='')}")
        assert answer.status_code == 200
        document = answer.json()
        assert document["type"] == "EPCISQueryDocument"
        assert document["@context"] == json.loads(data)["@context"]
        assert events_of(document) == [expected]
    again = capture(device, data)
    assert (again["accepted"], again["duplicate"], again["rejected"]) == (0, len(sent), 0)
