"""Capture over HTTP: documents by several writers, and one event a request by many clients."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson

from .timing import Times

TIMEOUT_SECONDS = 600
CLIENTS = 32


@dataclass(frozen=True, slots=True)
class Captured:
    """What was sent and how long it took.

    :ivar things: things named by the events, on average
    """

    events: int
    requests: int
    size: int
    things: float
    seconds: float
    times: Times

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report."""
        return {
            "events": self.events,
            "requests": self.requests,
            "bytes_per_event": round(self.size / max(self.events, 1)),
            "things_per_event": round(self.things, 1),
            "seconds": round(self.seconds, 2),
            "events_per_second": round(self.events / self.seconds),
            "requests_per_second": round(self.requests / self.seconds),
            **self.times.as_dict(),
        }


def send_documents(
    ports: Sequence[int],
    token: str,
    files: Sequence[Path],
    writers: int,
    tell: Callable[[int], None] = lambda _: None,
) -> Captured:
    """Send documents as they lie on disk; each writer takes the next one when it is answered."""
    waiting = iter(files)
    counted = [_count(path.read_bytes()) for path in files]

    def write(writer: int) -> list[float]:
        took = []
        connection = HTTPConnection("127.0.0.1", ports[writer % len(ports)], timeout=TIMEOUT_SECONDS)
        for path in waiting:
            body = path.read_bytes()
            took.append(_send(connection, token, body))
            tell(1)
        connection.close()
        return took

    start = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        parts = list(pool.map(write, range(writers)))
    seconds = time.perf_counter() - start
    events = sum(count for count, _ in counted)
    things = sum(count for _, count in counted) / max(events, 1)
    size = sum(path.stat().st_size for path in files)
    return Captured(
        events, len(files), size, things, seconds, Times.of([one for part in parts for one in part])
    )


def send_single_events(ports: Sequence[int], token: str, files: Sequence[Path]) -> Captured:
    """Send the events of these documents one a request, by :data:`CLIENTS` clients at once."""
    bodies = [body for path in files for body in _singles(path.read_bytes())]
    waiting = iter(bodies)

    def client(number: int) -> list[float]:
        connection = HTTPConnection("127.0.0.1", ports[number % len(ports)], timeout=TIMEOUT_SECONDS)
        took = [_send(connection, token, body) for body in waiting]
        connection.close()
        return took

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = list(pool.map(client, range(CLIENTS)))
    seconds = time.perf_counter() - start
    size = sum(map(len, bodies))
    things = sum(_count(body)[1] for body in bodies) / max(len(bodies), 1)
    times = Times.of([one for part in parts for one in part])
    return Captured(len(bodies), len(bodies), size, things, seconds, times)


def _send(connection: HTTPConnection, token: str, body: bytes) -> float:
    start = time.perf_counter()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Prefer": f"wait={TIMEOUT_SECONDS}",
    }
    connection.request("POST", "/epcis/v2/capture", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    took = time.perf_counter() - start
    if answer.status != 200 or not orjson.loads(text)["success"]:
        sys.exit(f"the server refused a document: {answer.status} {text[:500].decode(errors='replace')}")
    return took


def _singles(document: bytes) -> list[bytes]:
    read = orjson.loads(document)
    return [
        orjson.dumps({**read, "epcisBody": {"eventList": [event]}})
        for event in read["epcisBody"]["eventList"]
    ]


def _count(document: bytes) -> tuple[int, int]:
    """Give the events of a document and the things that they name."""
    events = orjson.loads(document)["epcisBody"]["eventList"]
    things = 0
    for event in events:
        for name, value in event.items():
            if name.endswith(("EPCs", "EPCList", "epcList", "uantityList")):
                things += len(value)
        things += "parentID" in event
    return len(events), things
