"""The API document: every operation of events, traces and reads has an example, and the examples are true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.trace_api.documents import capture
from trace_api.epcis.examples import DOCUMENT, JOB


@pytest.fixture
def paths(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()["paths"]
    return found


def example(operation: dict[str, Any]) -> Any:
    return operation["responses"]["200"]["content"]["application/json"]["example"]


def shape(value: Any) -> Any:
    """Give the names of all members, down to the first entry of each list.

    Members that are null are left out: the API document does not show them.
    """
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "value"


def test_what_the_document_shows_can_be_sent(paths: dict[str, Any], device: TestClient) -> None:
    for path, status in (("/epcis/v2/capture", 202), ("/epcis/v2/events", 200), ("/ingest/v1/reads", 200)):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert device.post(path, json=body).status_code == status, path


def test_what_the_document_shows_is_what_comes(
    paths: dict[str, Any], device: TestClient, inspector: TestClient
) -> None:
    job = capture(device, DOCUMENT["epcisBody"]["eventList"])
    assert shape(job) == shape(JOB)
    thing, lot = "https://id.gs1.org/01/09521234543213/21/A1", "https://id.gs1.org/01/09521234543213/10/L1"
    asked = {
        "/trace/v1/source": {"id": thing},
        "/trace/v1/destination": {"id": lot, "now": "true"},
        "/trace/v1/history": {"id": thing},
        "/epcis/v2/events": {},
        "/epcis/v2/capture": {},
    }
    for path, parameters in asked.items():
        answer = inspector.get(path, params=parameters).json()
        shown = example(paths[path]["get"])
        if path == "/epcis/v2/events":
            answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0].pop("eventID")
        if "findings" in answer:
            answer["findings"] = []
        assert shape(answer) == shape(shown), path


def test_every_trace_and_capture_operation_has_an_example(paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        if not path.startswith(("/trace/v1", "/epcis/v2", "/ingest/v1")):
            continue
        for verb, operation in operations.items():
            assert operation["summary"], (verb, path)
            if verb == "get":
                assert example(operation), path
            if verb == "post":
                assert operation["requestBody"]["content"]["application/json"]["example"], path


def test_refusals_are_problem_documents_and_none_is_the_frameworks(paths: dict[str, Any]) -> None:
    for path, operations in paths.items():
        for verb, operation in operations.items():
            assert "ValidationError" not in str(operation), (verb, path)
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), (verb, path)
            refusals = {status: it for status, it in operation["responses"].items() if status >= "400"}
            assert "default" in refusals, (verb, path)
            for status, refusal in refusals.items():
                assert refusal["content"], (verb, path, status)
            if operation.get("security"):
                assert {"401", "403"} <= set(refusals), (verb, path)
