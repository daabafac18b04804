"""Late events: what it costs to hear today that something left its box a while ago.

Before anything else boxes of our own are packed, and each is seen an hour later. When the store has grown
over them comes, one a request, that a thing was taken out in between (which ends its stay) or that one more
had been put in (which begins one). The history of the thing must know the later sighting of the box, or no
longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import orjson

from firmware_sim import numbers

from .capturing import TIMEOUT_SECONDS, send
from .questions import Asker
from .timing import Times

BOXES = 40
THINGS = 24
PREFIX = "69990109"
GTIN = numbers.gtin(PREFIX, 1)

Late = tuple[Times, list[str]]
"""The times of some late events, and what was wrong afterwards."""


def pack_boxes(port: int, device: str, series: int) -> None:
    """Pack the boxes of a series, and see each.

    :param series: a number that no other call has
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    send(connection, device, _document([event for box in _boxes(series) for event in _packed(box)]))
    connection.close()


def late_events(port: int, device: str, inspector: str, series: int) -> Late:
    """Send the late events of the boxes of a series; give their times and what is wrong then."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    took, wrong = [], []
    asker = Asker(port, inspector)
    for number, box in enumerate(_boxes(series)):
        # By turns: the first thing was taken out; the spare one had been put in.
        action, thing = ("DELETE", _thing(box, 0)) if number % 2 else ("ADD", _thing(box, THINGS))
        late = _event("AggregationEvent", "08:30", action=action, parentID=box, childEPCs=[thing])
        took.append(send(connection, device, _document([late])))
        events = orjson.loads(asker.get("history", thing)[0])["events"]
        saw = any(event["through"] == box and event["eventTime"] > "2026-01-05T08:30" for event in events)
        if saw != (action == "ADD"):
            wrong.append(f"history of {thing} after a late {action}: seen with the box: {saw}")
    connection.close()
    return Times.of(took), wrong


def _boxes(series: int) -> list[str]:
    return [numbers.unit_id(numbers.sscc(PREFIX, series * BOXES + number)) for number in range(BOXES)]


def _packed(box: str) -> Iterator[dict[str, Any]]:
    things = [_thing(box, number) for number in range(THINGS)]
    spare = _thing(box, THINGS)
    yield _event("ObjectEvent", "07:00", action="ADD", epcList=[*things, spare])
    yield _event("AggregationEvent", "08:00", action="ADD", parentID=box, childEPCs=things)
    yield _event("ObjectEvent", "09:00", action="OBSERVE", epcList=[box])


def _thing(box: str, number: int) -> str:
    return numbers.item_id(GTIN, f"{box[-12:]}{number:02}")


def _event(kind: str, time: str, **members: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "eventTime": f"2026-01-05T{time}:00Z",
        "eventTimeZoneOffset": "+00:00",
        **members,
    }


def _document(events: list[dict[str, Any]]) -> bytes:
    return orjson.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-01-05T12:00:00Z",
            "epcisBody": {"eventList": events},
        }
    )
