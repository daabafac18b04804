"""When things break: the server is killed, the database goes away, writers meet."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.testclient import TestClient

from tests.trace_api.conftest import statement
from tests.trace_api.documents import capture, document, event, item, lot, seen, statuses
from trace_api.capture.service import Capturer, Request
from trace_api.database import Database

BIN = Path(sys.executable).parent


class Process:
    """A ``trace-api serve`` of its own, with its embedded PostgreSQL."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        command = [str(BIN / "trace-api"), "serve", "--port", str(self.port), "--data", str(self.data)]
        command += options
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("the server did not get ready")

    def end(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)
        self.process.wait(30)

    def token(self, role: str) -> str:
        command = [str(BIN / "trace-api"), "token", "create", "--role", role, "--name", role]
        command += ["--data", str(self.data)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return str(run.stdout.split()[-1])


@pytest.fixture
def server() -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="suyuan-kill-") as folder:
        one = Process(Path(folder) / "data")
        one.start()
        yield one
        one.end(signal.SIGTERM)
        assert not (one.data / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"


def box(number: int, part: int) -> list[dict[str, Any]]:
    """Give a document's events: items made, packed together, so that half a document shows."""
    things = [item(f"{number}-{part}-{serial}") for serial in range(20)]
    unit = f"https://example.org/box/{number}/{part}"
    made = event(action="ADD", epcList=things, ilmd={"cbvmda:lotNumber": f"L{number}"})
    packed = event(
        "AggregationEvent", at="2026-05-01T09:00:00Z", action="ADD", parentID=unit, childEPCs=things
    )
    return [
        made,
        packed,
        *(seen(f"{number}-{part}-{serial}", at="2026-05-01T10:00:00Z") for serial in range(40)),
    ]


def hammer(server: Process, token: str, number: int, acknowledged: list[str], stop: threading.Event) -> None:
    """Send documents until the server dies; note the eventIDs of what it acknowledged."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=30"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        for part in range(10_000):
            try:
                answer = client.post("/epcis/v2/capture", json=document(*box(number, part)))
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            acknowledged += [result["eventID"] for result in answer.json()["results"]]
            if stop.is_set():
                return


@pytest.mark.parametrize(
    "after",
    [
        0.7,
        *(pytest.param(0.2 + 0.15 * number, marks=pytest.mark.slow) for number in range(8)),
    ],
)
def test_kill_9_leaves_all_or_nothing_of_each_document(server: Process, after: float) -> None:
    token, inspector = server.token("device"), server.token("inspector")
    acknowledged: list[str] = []
    stop = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(hammer, server, token, number, acknowledged, stop) for number in range(3)]
        time.sleep(after)
        server.end(signal.SIGKILL)
        stop.set()
        for writer in writers:
            writer.result()
    server.start()
    headers = {"Authorization": f"Bearer {inspector}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for event_id in acknowledged:
            assert client.get(f"/epcis/v2/events/{event_id}").status_code == 200, "acknowledged and lost"
        for number in range(3):
            sent_again = 0
            for part in range(1000):
                things = client.get("/trace/v1/history", params={"id": item(f"{number}-{part}-0")})
                if things.status_code == 404:
                    break
                assert len(things.json()["events"]) == 3, "half a document"
                last = client.get("/trace/v1/history", params={"id": item(f"{number}-{part}-39")})
                assert len(last.json()["events"]) == 1, "half a document"
                sent_again += 1
            headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=30"}
            for part in range(sent_again + 1):
                answer = httpx.post(
                    f"{server.url}/epcis/v2/capture",
                    json=document(*box(number, part)),
                    headers=headers,
                    timeout=60,
                )
                expected = "duplicate" if part < sent_again else "accepted"
                assert set(statuses(answer.json())) == {expected}, (number, part, sent_again)


def test_writers_of_the_same_events_agree(database: Database) -> None:
    capturer = Capturer(database, 1000)
    bodies = [orjson.dumps(document(*box(0, part))) for part in range(6)]

    def send(order: int) -> int:
        parts = bodies if order % 2 else bodies[::-1]
        jobs = [capturer.capture(Request(body, "application/json", f"writer {order}")) for body in parts]
        return sum(job.counts["accepted"] for job in jobs)

    with ThreadPoolExecutor(6) as pool:
        accepted = sum(pool.map(send, range(6)))
    assert accepted == 6 * len(box(0, 0))


def test_writers_about_the_same_things_lose_nothing(device: TestClient, inspector: TestClient) -> None:
    """Everybody packs into the same two boxes and empties them, out of order."""
    things = [item(str(number)) for number in range(10)]
    units = [f"https://example.org/box/{number}" for number in range(2)]

    def minute(number: int) -> str:
        return f"2026-05-01T{8 + number // 60:02d}:{number % 60:02d}:00Z"

    events = []
    for number in range(60):
        unit, other = units[number % 2], units[(number + 1) % 2]
        chosen = things[number % 10 :: 3]
        events.append(
            event("AggregationEvent", minute(4 * number), action="ADD", parentID=unit, childEPCs=chosen)
        )
        events.append(event("AggregationEvent", minute(4 * number + 2), action="DELETE", parentID=other))
    order = [*events[::2], *events[1::2]][::-1]
    with ThreadPoolExecutor(6) as pool:
        jobs = list(pool.map(lambda part: capture(device, order[part::12]), range(12)))
    assert sum(job["accepted"] for job in jobs) == len(events)
    expected = capture_alone(events)
    for thing in things:
        answer = inspector.get("/trace/v1/history", params={"id": thing}).json()
        passed = [(one["eventTime"], one["through"]) for one in answer["events"]]
        assert passed == expected[thing], thing


def capture_alone(events: list[dict[str, Any]]) -> dict[str, list[tuple[str, str | None]]]:
    """Give the histories by the engine over files."""
    from lineage.events import read_document
    from lineage.trace import MemoryNeighbours, history

    memory = MemoryNeighbours(read_document(orjson.dumps(document(*events))).events)
    found = {}
    for number in range(10):
        thing = item(str(number))
        answer = history(memory, memory.find([thing])[thing]).as_dict()
        found[thing] = [(one["eventTime"], one["through"]) for one in answer["events"]]
    return found


def test_connections_that_died_are_replaced(
    device: TestClient, inspector: TestClient, postgres: str, database_url: str
) -> None:
    capture(device, [seen("1")])
    name = database_url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
    others = f"datname = '{name}' AND pid <> pg_backend_pid()"
    statement(postgres, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    assert capture(device, [seen("2")])["accepted"] == 1
    assert inspector.get("/trace/v1/history", params={"id": item("2")}).status_code == 200


def test_a_question_that_takes_too_long_is_refused_and_capture_goes_on(
    device: TestClient, database_url: str
) -> None:
    capture(device, [event(action="ADD", quantityList=[{"epcClass": lot("L"), "quantity": 1}])])
    impatient = Database(database_url, pool_size=1, read_timeout=0.05)
    with impatient.reading() as connection, pytest.raises(Exception, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(1)")
    impatient.close()
    assert capture(device, [seen("2")])["accepted"] == 1
