"""EPCIS documents for tests, and how they are sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.testclient import TestClient

from trace_api.capture.things_repository import MEMBERS

Event = dict[str, Any]
Answer = dict[str, Any]

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
GTIN = "09521234543213"


def item(serial: str) -> str:
    """Give an item of the tests' product."""
    return f"https://id.gs1.org/01/{GTIN}/21/{serial}"


def lot(number: str) -> str:
    """Give a lot of the tests' product."""
    return f"https://id.gs1.org/01/{GTIN}/10/{number}"


def event(kind: str = "ObjectEvent", at: str = "2026-05-01T08:00:00Z", **members: Any) -> Event:
    """Give an event; members given as ``None`` are left out."""
    made = {"type": kind, "eventTime": at, "eventTimeZoneOffset": "+00:00", **members}
    return {name: value for name, value in made.items() if value is not None}


def seen(serial: str, **members: Any) -> Event:
    """Give an ObjectEvent that sees one item."""
    return event(**{"action": "OBSERVE", "epcList": [item(serial)], **members})


def document(*events: Event, **members: Any) -> Event:
    """Give the document around events."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-01T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **members,
    }


def capture(client: TestClient, events: Sequence[Event], **headers: str) -> Answer:
    """Capture events and give the finished job."""
    answer = client.post(
        "/epcis/v2/capture", json=document(*events), headers={"Prefer": "wait=60", **headers}
    )
    assert answer.status_code == 200, answer.text
    job: Answer = answer.json()
    return job


def statuses(job: Answer) -> list[str]:
    """Give what became of each event."""
    return [result["status"] for result in job["results"]]


def text(*events: Event) -> bytes:
    """Give a document as bytes."""
    return json.dumps(document(*events)).encode()


def known_things(connection: Connection) -> dict[str, int]:
    """Give every identifier that has a number, with it, in the order of the numbers."""
    rows = connection.exec_driver_sql(f"SELECT m.key, m.number FROM thing t {MEMBERS} ORDER BY m.number")
    return {row[0]: row[1] for row in rows}
