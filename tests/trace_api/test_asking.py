"""Questions that nobody waits for, or that take too long, end in the database too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from tests.trace_api.documents import capture, event, item
from trace_api.accounts.accounts import create_token
from trace_api.app import create_app
from trace_api.database import Database
from trace_api.settings import Settings


@pytest.fixture
def token(database: Database, device: Any) -> str:
    made = event(action="ADD", epcList=[item("1")], ilmd={"cbvmda:lotNumber": "Y"})
    assert capture(device, [made])["accepted"] == 1
    with database.transaction() as connection:
        return create_token(connection, "asks", "inspector", None)


@pytest.fixture
def held(database: Database, token: str) -> Iterator[None]:
    """Memberships locked by somebody else: a question waits as long as that lasts."""
    with database.transaction() as connection:
        connection.execute(text("LOCK TABLE membership IN ACCESS EXCLUSIVE MODE"))
        yield


def waiting(database: Database) -> int:
    """Count the statements of questions that run."""
    with database.reading() as connection:
        running: int = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'suyuan-read'"
                " AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()"
            )
        ).scalar_one()
    return running


async def ask(app: Any, token: str, leave: asyncio.Event) -> tuple[int, bytes]:
    """Ask as a server does that knows when its client has gone."""
    sent: list[dict[str, Any]] = []
    incoming = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/trace/v1/source",
        "raw_path": b"/trace/v1/source",
        "root_path": "",
        "query_string": urlencode({"id": item("1")}).encode(),
        "headers": [(b"host", b"test"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.usefixtures("held")
def test_a_client_that_leaves_stops_the_work(app: Any, database: Database, token: str) -> None:
    async def story() -> float:
        leave = asyncio.Event()
        asking = asyncio.create_task(ask(app, token, leave))
        while not await asyncio.to_thread(waiting, database):
            assert not asking.done()
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        leave.set()
        await asyncio.wait_for(asking, 20)
        return time.monotonic() - begun

    assert asyncio.run(story()) < 10
    assert waiting(database) == 0


@pytest.mark.usefixtures("held")
def test_a_question_that_takes_too_long_is_refused(
    settings: Settings, database: Database, token: str
) -> None:
    app = create_app(replace(settings, trace_timeout_seconds=0.3), database)
    status, body = asyncio.run(ask(app, token, asyncio.Event()))
    assert status == 503
    assert b"/too-much-work" in body
    assert waiting(database) == 0


def test_a_question_that_is_answered_is_not_disturbed(app: Any, token: str) -> None:
    async def story() -> None:
        for _ in range(5):
            status, body = await ask(app, token, asyncio.Event())
            assert status == 200
            assert b"10/Y" in body

    asyncio.run(story())
