"""Clients that begin a request and do not go on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from trace_api.request_heads import BoundedHeads


class Impatient(BoundedHeads):
    """Waits so long that a test can."""

    head_seconds = 0.3


async def app(scope: dict[str, object], receive: object, send: object) -> None:
    """Answer every request, after a while."""
    import asyncio

    assert scope["type"] == "http"
    await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, http=Impatient, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("begun", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX: "])
def test_a_head_that_does_not_come_ends_the_connection(port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(begun)
        assert client.recv(100) == b""


def test_a_request_may_take_longer_and_the_next_head_has_its_own_time(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        for _ in range(2):
            client.sendall(b"GET / HTTP/1.1\r\n")
            time.sleep(0.2)
            client.sendall(b"Host: x\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 204")
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert client.recv(100) == b""
