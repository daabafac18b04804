"""Several server processes on one address: they share the work, and they begin and end together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.trace_api.documents import document, item, seen
from tests.trace_api.test_faults import BIN, Process

pytestmark = [
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc"),
    pytest.mark.timeout(300),
]
WORKERS = 2


@pytest.fixture
def server() -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="suyuan-workers-") as folder:
        one = Process(Path(folder) / "data")
        one.start("--workers", str(WORKERS))
        yield one
        assert one.process is not None
        if one.process.poll() is None:
            one.end(signal.SIGTERM)
            assert one.process.returncode == 0
            assert not (one.data / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"


def workers(server: Process) -> list[int]:
    """Give the living workers that a server has started."""
    assert server.process is not None
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1])
            command = folder.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if parent == server.process.pid and b"spawn_main" in command:
            found.append(int(folder.name))
    return found


def waited(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until a condition holds; say whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def capture(server: Process, token: str, serial: str) -> httpx.Response:
    """Capture one event over a connection of its own, so that the kernel chooses the worker."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=60"}
    body = document(seen(serial))
    return httpx.post(f"{server.url}/epcis/v2/capture", json=body, headers=headers, timeout=60)


def test_workers_share_the_work_and_say_one_sum(server: Process) -> None:
    token, inspector = server.token("device"), server.token("inspector")
    assert len(workers(server)) == WORKERS
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: capture(server, token, str(number)), range(40)))
    assert {answer.status_code for answer in answers} == {200}
    # Every worker has captured some, and whichever is asked says the same.
    for _ in range(6):
        text = httpx.get(f"{server.url}/metrics").text
        assert re.search(r'suyuan_captured_events_total\{status="accepted"\} 40\.0', text), text[:2000]
    headers = {"Authorization": f"Bearer {inspector}"}
    for number in range(40):
        asked = {"id": item(str(number))}
        answer = httpx.get(f"{server.url}/trace/v1/history", params=asked, headers=headers)
        assert len(answer.json()["events"]) == 1


def test_a_worker_that_dies_is_replaced(server: Process) -> None:
    token = server.token("device")
    before = workers(server)
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    assert waited(lambda: len(workers(server)) == WORKERS and not set(before) & set(workers(server)))
    # Those that come wait in line at the socket until the new ones listen.
    assert waited(lambda: _accepts(server, token))


def _accepts(server: Process, token: str) -> bool:
    try:
        return capture(server, token, "1").status_code == 200
    except httpx.TransportError:
        return False


def test_workers_that_never_last_end_the_server(server: Process) -> None:
    assert server.process is not None

    def ended() -> bool:
        assert server.process is not None
        for worker in workers(server):
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        return server.process.poll() is not None

    assert waited(ended)
    assert server.process.returncode == 1
    assert not (server.data / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"


def test_a_closed_terminal_ends_the_server(server: Process) -> None:
    server.end(signal.SIGHUP)
    assert server.process is not None
    assert server.process.returncode == 0


def test_workers_end_with_the_process_that_started_them(server: Process) -> None:
    started = workers(server)
    server.end(signal.SIGKILL)
    assert waited(lambda: not any(Path(f"/proc/{worker}").exists() for worker in started))
    # The address is free, and the embedded PostgreSQL is found again.
    server.start("--workers", str(WORKERS))
    assert capture(server, server.token("device"), "1").status_code == 200


def test_what_is_being_captured_is_finished_first(server: Process) -> None:
    token = server.token("device")
    capture(server, token, "warm")
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=60"}
    long = [document(*[seen(f"{one}x{number}") for number in range(10_000)]) for one in range(4)]
    with ThreadPoolExecutor(len(long)) as pool:
        sent = [
            pool.submit(httpx.post, f"{server.url}/epcis/v2/capture", json=one, headers=headers, timeout=120)
            for one in long
        ]
        time.sleep(0.8)
        assert not all(one.done() for one in sent)
        server.end(signal.SIGTERM)
        assert [one.result().json()["accepted"] for one in sent] == [10_000] * len(long)


def test_an_address_in_use_is_said(server: Process) -> None:
    command = [str(BIN / "trace-api"), "serve", "--port", str(server.port), "--data", str(server.data)]
    run = subprocess.run(
        [*command, "--workers", "2"], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 1
    assert "cannot listen" in run.stderr
