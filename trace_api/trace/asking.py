"""How a question is worked on: beside capture, never instead of it, and only while somebody waits.

* Questions share the database with capture, not its threads: at most half of the threads work on questions,
  the others wait in line without one.
* A client that leaves stops the work: the statement that runs for it is cancelled, and its connection is
  not used again.
* So does a question that takes longer than the server grants one. It is refused as one whose statement took
  too long is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Annotated, Any, Final, TypeVar, cast

import psycopg
from fastapi import Depends, Request
from sqlalchemy import Connection

from trace_api.database import Database
from trace_api.database.engine import AnotherStatement, driver

T = TypeVar("T")

# Work between two statements cannot be cancelled: the next statement is, at one of these moments.
_AGAIN_SECONDS: Final = 0.02
# What takes longer is watched from then on, and lets the next question begin before its answer is sent. Most
# are answered before: to watch them would cost a twentieth of their time.
_SHORT_SECONDS: Final = 0.02


class Question:
    """The work on one question: one snapshot of the database, and the means to stop it from outside."""

    def __init__(self, store: Database, line: asyncio.Semaphore) -> None:
        self._store = store
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._begun = time.monotonic()
        self._lock = Lock()
        self._running: psycopg.Connection[Any] | None = None
        self._stopped = False
        self.over = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the connection that the question is answered from; the next question may begin when it ends.

        :raises psycopg.errors.QueryCanceled: nobody waits any more, or it took too long
        """
        try:
            with self._store.reading() as connection, self._stoppable(connection):
                yield connection
        finally:
            self._answered()

    def answer(self, work: Callable[[Connection], T], *, glance: bool) -> T:
        """Answer from one statement where that is enough, else from a snapshot.

        :param work: gives the answer; is called again where one statement was not enough
        :param glance: one will be enough: try that first
        :raises psycopg.errors.QueryCanceled: nobody waits any more, or it took too long
        """
        try:
            if glance:
                with (
                    suppress(AnotherStatement),
                    self._store.glancing() as connection,
                    self._stoppable(connection),
                ):
                    return work(connection)
            with self._store.reading() as connection, self._stoppable(connection):
                return work(connection)
        finally:
            self._answered()

    @contextmanager
    def _stoppable(self, connection: Connection) -> Iterator[None]:
        with self._lock:
            self._running = driver(connection)
        try:
            if self._stopped:
                raise psycopg.errors.QueryCanceled
            yield
        finally:
            with self._lock:
                self._running = None
                if self._stopped:
                    # A cancellation that is still on its way must not meet another question.
                    connection.invalidate()

    def _answered(self) -> None:
        # The loop ends a short question itself, as soon as it is answered: to wake it before would only
        # make two threads want to compute.
        if time.monotonic() - self._begun > _SHORT_SECONDS:
            self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        """Let the next question begin (called in the loop)."""
        if not self.over:
            self.over = True
            self._line.release()

    def stop(self) -> None:
        """Have the statement that runs end."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                self._running.cancel()


async def _question(request: Request) -> AsyncIterator[Question]:
    state = request.app.state
    if not hasattr(state, "questions"):
        state.questions = asyncio.Semaphore(max(1, state.settings.threads // 2))
    await state.questions.acquire()
    question = Question(cast("Database", state.database), state.questions)
    watching: list[asyncio.Task[None]] = []

    def watch() -> None:
        watching.append(asyncio.create_task(_watch(question, request, state.settings.trace_timeout_seconds)))

    soon = asyncio.get_running_loop().call_later(_SHORT_SECONDS, watch)
    try:
        yield question
    finally:
        soon.cancel()
        for task in watching:
            task.cancel()
        question.end()


async def _watch(question: Question, request: Request, seconds: float) -> None:
    """Stop the question when its client has gone, or when it was begun so many seconds ago."""
    try:
        async with asyncio.timeout(seconds - _SHORT_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
    while not question.over:
        await asyncio.to_thread(question.stop)
        await asyncio.sleep(_AGAIN_SECONDS)


Asked = Annotated[Question, Depends(_question)]
"""The question of a request: ``with asked.reading() as connection``."""
