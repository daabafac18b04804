"""Capture over HTTP: documents by several writers, and one event a request by many clients."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import orjson
import uvloop

from .timing import Times
from .worlds import Document

CAPTURE = "/epcis/v2/capture"
TIMEOUT_SECONDS = 600
CLIENTS = 32


@dataclass(frozen=True, slots=True)
class Captured:
    """What was sent and how long it took.

    :ivar things: things named by the events, on average
    :ivar client: processor time of the clients
    """

    events: int
    requests: int
    size: int
    things: float
    seconds: float
    client: float
    times: Times

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report."""
        return {
            "events": self.events,
            "requests": self.requests,
            "bytes_per_event": round(self.size / max(self.events, 1)),
            "things_per_event": round(self.things, 1),
            "seconds": round(self.seconds, 2),
            "client_processor_seconds": round(self.client, 2),
            "events_per_second": round(self.events / self.seconds),
            "requests_per_second": round(self.requests / self.seconds),
            **self.times.as_dict(),
        }


def send_documents(port: int, token: str, documents: Sequence[Document], writers: int) -> Captured:
    """Send documents; each writer takes the next one when it is answered."""
    waiting = iter(documents)

    def write(_: int) -> list[float]:
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        took = [send(connection, token, document.body()) for document in waiting]
        connection.close()
        return took

    start, worked = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(writers) as pool:
        parts = list(pool.map(write, range(writers)))
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    events = sum(document.events for document in documents)
    things = sum(document.things for document in documents) / max(events, 1)
    size = sum(document.size for document in documents)
    times = Times.of([one for part in parts for one in part])
    return Captured(events, len(documents), size, things, seconds, worked, times)


def send_single_events(port: int, token: str, documents: Sequence[Document]) -> Captured:
    """Send the events of these documents one a request, by :data:`CLIENTS` clients at once.

    Requests are ready before the clock starts and are written to bare sockets, so that the clients leave the
    processors to the server.
    """
    bodies = [body for document in documents for body in _singles(document.body())]
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

    begun, worked = time.perf_counter(), time.process_time()
    uvloop.run(clients())
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    size = sum(map(len, bodies))
    things = sum(document.things for document in documents) / max(len(bodies), 1)
    return Captured(len(bodies), len(bodies), size, things, seconds, worked, Times.of(took))


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
