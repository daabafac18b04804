"""Capture over HTTP: answers, duplicates, conflicts, rollback and proceed, limits, wrong input."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.trace_api.conftest import ClientAs
from tests.trace_api.documents import capture, document, event, item, lot, seen, statuses, text
from trace_api.app import create_app
from trace_api.database import Database
from trace_api.settings import Settings

JSON = {"Content-Type": "application/json"}
CAPTURE = "/epcis/v2/capture"


def count(database: Database, table: str = "event") -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_without_a_preference_the_answer_is_202_and_leads_to_the_job(device: TestClient) -> None:
    answer = device.post(CAPTURE, json=document(seen("1"), seen("2")))
    assert answer.status_code == 202
    assert answer.content == b""
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    job = device.get(answer.headers["location"]).json()
    assert (job["success"], job["running"], job["accepted"]) == (True, False, 2)
    assert job["captureErrorBehaviour"] == "rollback"
    assert job["captureID"] == answer.headers["location"].rsplit("/", 1)[1]


def test_an_event_is_accepted_once(device: TestClient, database: Database) -> None:
    one = seen("1", eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    job = capture(device, [one, one])
    assert statuses(job) == ["accepted", "duplicate"]
    again = capture(device, [one])
    assert (again["accepted"], again["duplicate"], again["success"]) == (0, 1, True)
    assert again["results"][0]["eventID"] == one["eventID"]
    assert count(database) == 1


def test_an_event_without_an_id_gets_its_hash_and_is_known_by_it(
    device: TestClient, inspector: TestClient
) -> None:
    first = capture(device, [seen("1")])["results"][0]
    assert first["eventID"].startswith("ni:///sha-256;")
    assert statuses(capture(device, [seen("1")])) == ["duplicate"]
    # sent as it came back
    event_back = inspector.get(f"/epcis/v2/events/{first['eventID']}").json()
    (stored,) = event_back["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert statuses(capture(device, [stored])) == ["duplicate"]
    assert stored == {**seen("1"), "eventID": first["eventID"]}


def test_the_same_content_in_other_words_is_a_duplicate(device: TestClient) -> None:
    made = seen("1", eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    capture(device, [made])
    other = {**made, "epcList": [item("1") + "?17=271231"], "eventTime": "2026-05-01T08:00:00.000Z"}
    assert statuses(capture(device, [other])) == ["duplicate"]


def test_other_content_under_a_taken_id_is_rejected_by_name(device: TestClient, database: Database) -> None:
    made = seen("1", eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    capture(device, [made])
    job = capture(device, [{**made, "epcList": [item("2")]}])
    assert statuses(job) == ["rejected"]
    (error,) = job["results"][0]["errors"]
    assert error["code"] == "event-id-taken"
    assert error["pointer"] == "/epcisBody/eventList/0/eventID"
    assert count(database) == 1


def test_an_error_declaration_shares_the_id_and_counts_once(
    device: TestClient, inspector: TestClient
) -> None:
    made = seen("1", eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    declared = {**made, "errorDeclaration": {"declarationTime": "2026-05-02T00:00:00Z"}}
    assert statuses(capture(device, [made, declared])) == ["accepted", "accepted"]
    assert statuses(capture(device, [declared])) == ["duplicate"]
    back = inspector.get(f"/epcis/v2/events/{made['eventID']}").json()
    assert back["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == [made, declared]


def test_rollback_keeps_nothing_and_proceed_keeps_what_is_right(
    device: TestClient, database: Database
) -> None:
    events = [seen("1"), seen("2", action="MOVE"), seen("3")]
    job = capture(device, events)
    assert not job["success"]
    assert statuses(job) == ["rejected"] * 3
    assert job["results"][0]["errors"][0]["code"] == "rolled-back"
    assert job["results"][1]["errors"][0]["pointer"].startswith("/epcisBody/eventList/1/")
    assert count(database) == count(database, "posting") == 0
    kept = capture(device, events, **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert not kept["success"]
    assert statuses(kept) == ["accepted", "rejected", "accepted"]
    assert device.get(f"{CAPTURE}/{job['captureID']}").json() == job


def test_without_a_preference_a_rolled_back_document_is_400(device: TestClient) -> None:
    answer = device.post(CAPTURE, json=document(seen("1"), seen("2", action="MOVE")))
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "epcisException:ValidationException"
    assert problem["errors"][0]["eventIndex"] == 0
    proceed = device.post(
        CAPTURE,
        json=document(seen("1"), seen("2", action="MOVE")),
        headers={"GS1-Capture-Error-Behaviour": "proceed"},
    )
    assert proceed.status_code == 202
    assert device.get(proceed.headers["location"]).json()["success"] is False


def test_an_idempotency_key_gives_the_same_job_and_nothing_else(
    device: TestClient, database: Database
) -> None:
    first = capture(device, [seen("1")], **{"Idempotency-Key": "batch-7"})
    again = capture(device, [seen("1")], **{"Idempotency-Key": "batch-7"})
    assert first == again
    assert statuses(again) == ["accepted"]
    other = device.post(CAPTURE, json=document(seen("2")), headers={"Idempotency-Key": "batch-7"})
    assert other.status_code == 422
    assert count(database) == 1
    for key in ("", "x" * 300):
        assert device.post(CAPTURE, json=document(), headers={"Idempotency-Key": key}).status_code == 400


def test_keys_of_two_senders_do_not_meet(client_as: ClientAs) -> None:
    one, other = client_as("device"), client_as("device")
    capture(one, [seen("1")], **{"Idempotency-Key": "7"})
    assert statuses(capture(other, [seen("2")], **{"Idempotency-Key": "7"})) == ["accepted"]


def test_gzip_is_taken_and_bounded(device: TestClient, app: FastAPI) -> None:
    body = gzip.compress(text(seen("1")))
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert device.post(CAPTURE, content=body, headers=headers).status_code == 202
    for bad in (body[:-1], b"no gzip", body + b"more"):
        answer = device.post(CAPTURE, content=bad, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["type"] == "epcisException:ValidationException"
    bomb = gzip.compress(b" " * (app.state.settings.max_inflated_bytes + 1))
    answer = device.post(CAPTURE, content=bomb, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"
    assert device.post(CAPTURE, content=body, headers={**JSON, "Content-Encoding": "br"}).status_code == 415


def test_a_document_of_too_many_events_or_bytes_is_413(
    settings: Settings, database: Database, client_as: ClientAs, device: TestClient
) -> None:
    small = create_app(replace(settings, capture_limit=2, max_body_bytes=5000), database)
    client = TestClient(small, headers=device.headers)
    assert client.post(CAPTURE, json=document(seen("1"), seen("2"))).status_code == 202
    many = client.post(CAPTURE, json=document(seen("1"), seen("2"), seen("3")))
    large = client.post(CAPTURE, json=document(seen("1"), id="x" * 6000))
    for answer in (many, large):
        assert answer.status_code == 413
        assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"
    limits = client.options(CAPTURE).headers
    assert (limits["gs1-epcis-capture-limit"], limits["gs1-epcis-capture-file-size-limit"]) == ("2", "5000")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]x",
        b"null",
        b'"x"',
        text(seen("1"))[:-30],
        text(seen("1")).replace(b"OBSERVE", b"OBS\\u0000ERVE"),
        text(seen("1")).replace(b"OBSERVE", b"OBS\xff"),
        text(seen("a\0b")),
        text(seen("a" * 3000)),
        text(seen("1", eventID="x" * 5000)),
        text(seen("1", eventTime="0000-01-01T00:00:00Z")),
        text(event(epcList=None, action="ADD", quantityList=[{"epcClass": lot("L"), "quantity": 10**400}])),
    ],
    ids=range(12),
)
def test_wrong_input_is_400_or_rejected_and_stores_nothing(
    device: TestClient, database: Database, body: bytes
) -> None:
    answer = device.post(CAPTURE, content=body, headers={**JSON, "Prefer": "wait=9"})
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert answer.json()["accepted"] == 0
        assert answer.json()["success"] is not (b"eventList" in body)
    else:
        assert answer.json()["type"] == "epcisException:ValidationException"
    assert count(database) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/csv"}, 415),
        ({"Content-Type": ""}, 415),
        ({"GS1-EPCIS-Version": "3.0"}, 406),
        ({"GS1-EPCIS-Min": "2.1"}, 406),
        ({"GS1-EPCIS-Max": "1.2"}, 406),
        ({"GS1-EPCIS-Min": "two"}, 406),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0"}, 202),
        ({"GS1-Capture-Error-Behaviour": "hope"}, 400),
    ],
)
def test_headers_that_cannot_be_met(device: TestClient, headers: dict[str, str], status: int) -> None:
    answer = device.post(CAPTURE, content=text(seen("1")), headers={**JSON, **headers})
    assert answer.status_code == status
    if status != 202:
        assert answer.json()["type"].startswith("epcisException:")


def test_who_may_not_write_learns_so_before_sending_megabytes(
    client: TestClient, inspector: TestClient
) -> None:
    for who, status in ((client, 401), (inspector, 403)):
        answer = who.post(CAPTURE, content=b"x" * 1000, headers={"Content-Type": "image/png"})
        assert answer.status_code == status
        assert answer.json()["type"] == "epcisException:SecurityException"


def test_jobs_are_listed_page_by_page_to_those_who_may_see_them(
    client_as: ClientAs, inspector: TestClient
) -> None:
    one, other = client_as("device"), client_as("device")
    mine = [capture(one, [seen(str(number))])["captureID"] for number in range(5)]
    theirs = capture(other, [seen("9")])["captureID"]
    listed: list[str] = []
    url: str | None = f"{CAPTURE}?perPage=2"
    while url:
        answer = one.get(url)
        assert len(answer.json()) <= 2
        listed += [job["captureID"] for job in answer.json()]
        link = answer.headers.get("link")
        url = link.split(">")[0].strip("<") if link else None
    assert listed == mine[::-1]
    assert [job["captureID"] for job in inspector.get(CAPTURE).json()] == [theirs, *mine[::-1]]
    assert one.get(f"{CAPTURE}/{theirs}").status_code == 404
    assert one.get(f"{CAPTURE}?nextPageToken=rubbish").status_code == 400
    assert inspector.get(f"{CAPTURE}/no%00thing").status_code == 404


def test_a_query_document_and_a_bare_event_are_taken(device: TestClient) -> None:
    query = document(seen("1"))
    query["type"] = "EPCISQueryDocument"
    query["epcisBody"] = {"queryResults": {"queryName": "q", "resultsBody": query["epcisBody"]}}
    bare: dict[str, Any] = {"@context": document()["@context"], **seen("2")}
    for body in (query, bare):
        answer = device.post(CAPTURE, content=json.dumps(body), headers={**JSON, "Prefer": "wait=1"})
        assert answer.json()["accepted"] == 1


def test_xml_is_taken_and_comes_back_as_json_and_xml(device: TestClient, inspector: TestClient) -> None:
    body = """<?xml version="1.0"?>
    <epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"
     schemaVersion="2.0" creationDate="2026-05-01T00:00:00Z">
     <EPCISBody><EventList><ObjectEvent><eventTime>2026-05-01T08:00:00Z</eventTime>
     <eventTimeZoneOffset>+08:00</eventTimeZoneOffset><eventID>urn:uuid:00000000-0000-4000-8000-00000000000a</eventID>
     <epcList><epc>urn:epc:id:sgtin:9521234.054321.A1</epc></epcList><action>OBSERVE</action>
     <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep></ObjectEvent></EventList></EPCISBody>
    </epcis:EPCISDocument>"""
    headers = {"Content-Type": "application/xml", "Prefer": "wait=9"}
    job = device.post(CAPTURE, content=body, headers=headers).json()
    assert statuses(job) == ["accepted"]
    url = f"/epcis/v2/events/{job['results'][0]['eventID']}"
    (back,) = inspector.get(url).json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert back["bizStep"] == "shipping"
    as_xml = inspector.get(url, headers={"Accept": "application/xml"})
    assert as_xml.headers["content-type"].startswith("application/xml")
    assert "urn:epc:id:sgtin:9521234.054321.A1" in as_xml.text
    assert inspector.get(url, headers={"Accept": "image/png"}).status_code == 406
    assert statuses(device.post(CAPTURE, content=body, headers=headers).json()) == ["duplicate"]


def test_a_wrong_check_digit_is_kept_and_said(device: TestClient) -> None:
    wrong = item("1").replace("3213/", "3214/")
    result = capture(device, [event(action="OBSERVE", epcList=[wrong])])["results"][0]
    assert result["status"] == "accepted"
    assert "check" in result["warnings"][0]["code"]
