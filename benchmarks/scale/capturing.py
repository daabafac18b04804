"""Capture over HTTP: documents by several writers, and one event a request by many clients."""

from __future__ import annotations

import asyncio
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

CAPTURE = "/epcis/v2/capture"
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
    port: int,
    token: str,
    files: Sequence[Path],
    writers: int,
    tell: Callable[[int], None] = lambda _: None,
) -> Captured:
    """Send documents as they lie on disk; each writer takes the next one when it is answered."""
    waiting = iter(files)
    counted = [_count(path.read_bytes()) for path in files]

    def write(_: int) -> list[float]:
        took = []
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        for path in waiting:
            body = path.read_bytes()
            took.append(send(connection, token, body))
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


def send_single_events(port: int, token: str, files: Sequence[Path]) -> Captured:
    """Send the events of these documents one a request, by :data:`CLIENTS` clients at once.

    Requests are ready before the clock starts and are written to bare sockets, so that the clients leave the
    processors to the server.
    """
    bodies = [body for path in files for body in _singles(path.read_bytes())]
    start = f"POST {CAPTURE} HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in _headers(token).items()
    )
    waiting = iter([f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies])
    took: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"\r\ncontent-length:")[1].split(b"\r\n")[0])
            text = await reader.readexactly(length)
            took.append(time.perf_counter() - begun)
            _check(int(head.split()[1]), text)
        writer.close()

    async def clients() -> None:
        await asyncio.gather(*[client() for _ in range(CLIENTS)])

    begun = time.perf_counter()
    asyncio.run(clients())
    seconds = time.perf_counter() - begun
    size = sum(map(len, bodies))
    things = sum(_count(body)[1] for body in bodies) / max(len(bodies), 1)
    return Captured(len(bodies), len(bodies), size, things, seconds, Times.of(took))


def send(connection: HTTPConnection, token: str, body: bytes) -> float:
    """Capture a document; give the seconds to the end of the answer.

    Ends the program when the server refuses any of it.
    """
    start = time.perf_counter()
    connection.request("POST", CAPTURE, body, _headers(token))
    answer = connection.getresponse()
    text = answer.read()
    took = time.perf_counter() - start
    _check(answer.status, text)
    return took


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Prefer": f"wait={TIMEOUT_SECONDS}",
    }


def _check(status: int, text: bytes) -> None:
    if status != 200 or not orjson.loads(text)["success"]:
        sys.exit(f"the server refused a document: {status} {text[:500].decode(errors='replace')}")


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
