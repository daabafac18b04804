"""The thread that delivers one lane: in order, in batches, until the server has stored each event.

One round:

1. Take the oldest waiting events of the lane.
2. Seal them: decide their event times for good and store that, so that a repetition has the same content.
3. Send them; on no answer wait with full-jitter backoff and send the same again (the server answers
``duplicate``). 4. Settle: note in one commit which are stored and which will never be.

An event that the server calls malformed is found by halving the batch, so that one bad event holds back
nobody.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway_agent.clock import SECOND, event_time
from gateway_agent.configuration.settings import UplinkSettings
from gateway_agent.drivers.backoff import Backoff
from gateway_agent.errors import DeliveryError, JournalError
from gateway_agent.journal.database import connect_reading, is_full
from gateway_agent.journal.timekeeping import Timekeeper
from gateway_agent.journal.writer import Writer
from gateway_agent.stations.rows import Anchor
from gateway_agent.uplink.answers import Answer, Verdict
from gateway_agent.uplink.batches import Waiting, cut
from gateway_agent.uplink.client import CaptureClient

log = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between looks into an empty outbox."""

JOB_POLL = 0.5
WRITER_PATIENCE = 60.0
"""Seconds to wait for the journal's writer; while the disk is full it is busy making room."""

UNAUTHORISED_PAUSE = 15.0
"""Seconds until a refused token is tried again; it is read anew each time."""


@dataclass(slots=True)
class LaneFigures:
    """What a lane's sender counts; read by the status from another thread."""

    state: str = "starting"
    detail: str = ""
    sent: int = 0
    dead: int = 0
    batches: int = 0
    failures: int = 0
    last_sent: float | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event as it stands in the outbox."""

    waiting: Waiting
    anchor: Anchor
    stated: bool
    declares: bool
    sealed: bool


class LaneSender(threading.Thread):
    """The sender of one lane.

    :param clock_hold: seconds that an event with an unbelieved time waits for a better one
    :param on_hold: called with the lane's name while the server refuses the token
    """

    def __init__(
        self,
        lane: str,
        database: Path,
        writer: Writer,
        client: CaptureClient,
        keeper: Timekeeper,
        settings: UplinkSettings,
        *,
        offset: str,
        clock_hold: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name=f"lane-{lane}", daemon=True)
        self.lane = lane
        self.figures = LaneFigures()
        self._database = database
        self._writer = writer
        self._client = client
        self._keeper = keeper
        self._settings = settings
        self._offset = offset
        self._clock_hold = clock_hold
        self._monotonic = monotonic
        self._stopping = threading.Event()
        self._backoff = Backoff(settings.retry_min, settings.retry_max)
        self._limit = settings.max_events
        self._max_bytes = settings.max_bytes

    def stop(self) -> None:
        """Ask the thread to end after the request under way."""
        self._stopping.set()

    def run(self) -> None:
        """Deliver until :meth:`stop`."""
        connection = connect_reading(self._database)
        while not self._stopping.is_set():
            try:
                wait = self._round(connection)
            except Exception as error:  # a defect must not end the delivery of everything that follows
                self.figures.state, self.figures.detail = "failed", str(error)
                log.exception("lane %s: the sender failed and tries again", self.lane)
                wait = self._settings.retry_max
            self._stopping.wait(wait)
        connection.close()

    def as_dict(self) -> dict[str, Any]:
        """Give a copy of the figures for the status file."""
        return asdict(self.figures)

    def _round(self, connection: sqlite3.Connection) -> float:
        """Deliver one batch; give the seconds to wait before the next round."""
        try:
            rows = self._oldest(connection)
            if rows and not self._keeper.compared:
                # Before any event time is final: a clock that is a week off looks as good as a right one.
                self._keeper.learn(self._client.server_wall() or self._keeper.wall())
            batch = self._sealed(rows, connection)
            if not batch:
                self.figures.state = "holding" if rows else "idle"
                self.figures.detail = "events wait for a believable clock" if rows else ""
                return POLL
            self._deliver(batch)
        except DeliveryError as error:
            self.figures.failures += 1
            self.figures.state, self.figures.detail = "retrying", error.message
            if error.code in {"unauthorised", "wrong-address"}:
                self.figures.state = error.code
            if error.code == "unauthorised":
                return UNAUTHORISED_PAUSE
            wait = max(self._backoff.failed(self._monotonic()), error.retry_after or 0.0)
            log.warning("lane %s: %s; again in %.1f s", self.lane, error.message, wait)
            return wait
        except (sqlite3.OperationalError, JournalError, TimeoutError) as error:
            self.figures.state, self.figures.detail = "retrying", f"journal: {error}"
            return self._backoff.failed(self._monotonic())
        self._backoff.worked(self._monotonic())
        self.figures.state, self.figures.detail = "sending", ""
        return 0.0

    # 1. Take

    def _oldest(self, connection: sqlite3.Connection) -> list[OutboxRow]:
        found = connection.execute(
            "SELECT o.seq, o.key, o.event_id, o.queued_ns, o.body, o.wall_ns, o.believed, o.boot, o.boot_ns,"
            " o.stated, o.declares, o.seq <= coalesce((SELECT sealed FROM lane WHERE name = o.lane), 0)"
            " FROM outbox o WHERE o.lane = ? AND o.state = 'queued' ORDER BY o.seq LIMIT ?",
            (self.lane, self._limit),
        ).fetchall()
        rows = [
            OutboxRow(
                Waiting(row[0], row[1], row[2], row[3], row[4]),
                Anchor(row[5], bool(row[6]), row[7], row[8]),
                bool(row[9]),
                bool(row[10]),
                bool(row[11]),
            )
            for row in found
        ]
        size = len(cut([row.waiting for row in rows], self._limit, self._max_bytes))
        return rows[:size]

    # 2. Seal

    def _sealed(self, rows: list[OutboxRow], connection: sqlite3.Connection) -> list[Waiting]:
        sealed: list[Waiting] = []
        changed: list[tuple[int, bytes]] = []
        times: dict[str, dict[str, Any]] = {}
        new_until = 0
        for row in rows:
            waiting = row.waiting
            if not row.sealed:
                body = self._final_body(row, times, connection)
                if body is None:
                    break  # in order: nobody overtakes an event that waits for its time
                if body != waiting.body:
                    changed.append((waiting.seq, body))
                    waiting = Waiting(waiting.seq, waiting.key, waiting.event_id, waiting.queued_ns, body)
                new_until = waiting.seq
            sealed.append(waiting)
        if new_until:
            self._writer.call(lambda store: store.seal(self.lane, new_until, changed)).result(WRITER_PATIENCE)
        return sealed

    def _final_body(
        self, row: OutboxRow, times: dict[str, dict[str, Any]], connection: sqlite3.Connection
    ) -> bytes | None:
        """Give the event with its final time; None while it is worth waiting for a better one."""
        waiting = row.waiting
        if row.declares:
            return self._like_the_original(row, times, connection)
        if row.stated:
            return waiting.body
        waited = (self._keeper.wall() - waiting.queued_ns) / SECOND
        decided = self._keeper.final_wall(row.anchor, waited, self._clock_hold)
        if decided is None:
            return None
        wall, believed = decided
        if believed and wall == row.anchor.wall:
            return waiting.body
        event = orjson.loads(waiting.body)
        event["eventTime"] = event_time(wall, self._offset)
        if not believed:
            event["suyuan:clockUnsynchronised"] = True
        times[waiting.event_id] = event
        return orjson.dumps(event)

    def _like_the_original(
        self, row: OutboxRow, times: dict[str, dict[str, Any]], connection: sqlite3.Connection
    ) -> bytes:
        original = times.get(row.waiting.event_id)
        if original is None:
            found = connection.execute(
                "SELECT body FROM outbox WHERE event_id = ? AND NOT declares", (row.waiting.event_id,)
            ).fetchone()
            if found is None:
                return row.waiting.body
            original = orjson.loads(found[0])
        event = orjson.loads(row.waiting.body)
        return orjson.dumps({**original, "errorDeclaration": event["errorDeclaration"]})

    # 3. Send

    def _deliver(self, batch: Sequence[Waiting]) -> None:
        """Deliver a batch completely, in pieces where the server wants that.

        :raises DeliveryError: not now; what is settled is settled
        """
        answer = self._finished(self._client.send(batch), batch)
        if answer.server_wall is not None:
            self._keeper.learn(answer.server_wall)
        if answer.verdict is Verdict.PLAIN:
            answer = self._finished(self._client.send(batch), batch)
        if answer.verdict is Verdict.SETTLED:
            self._settle(answer)
            self._limit = min(self._settings.max_events, self._limit * 2)
        elif answer.verdict in {Verdict.SPLIT, Verdict.HALVE}:
            self._split(batch, answer)
        elif answer.verdict is Verdict.UNAUTHORISED:
            raise DeliveryError("unauthorised", f"the server refuses the token ({answer.message})")
        else:
            raise DeliveryError(answer.verdict.value, answer.message, retry_after=answer.retry_after)

    def _finished(self, answer: Answer, batch: Sequence[Waiting]) -> Answer:
        """Wait for a capture job that was not finished within the request."""
        until = self._monotonic() + self._settings.timeout
        job = answer.job
        while answer.verdict is Verdict.PENDING and job and self._monotonic() < until:
            if self._stopping.wait(JOB_POLL):
                break
            answer = self._client.ask(job, batch)
        return answer

    def _split(self, batch: Sequence[Waiting], answer: Answer) -> None:
        if len(batch) == 1:
            log.error(
                "lane %s: the server will never take %s: %s", self.lane, batch[0].event_id, answer.message
            )
            self._settle(Answer(Verdict.SETTLED, dead=((batch[0].seq, answer.message),)))
            return
        if answer.verdict is Verdict.HALVE:
            self._limit = max(1, len(batch) // 2)
        half = len(batch) // 2
        self._deliver(batch[:half])
        self._deliver(batch[half:])

    # 4. Settle

    def _settle(self, answer: Answer) -> None:
        now = self._keeper.wall()
        try:
            self._writer.call(lambda store: store.settle(answer.sent, answer.dead, now)).result(
                WRITER_PATIENCE
            )
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            # The server has them: they are the room that the disk needs.
            self._writer.call(lambda store: store.remove(answer.sent)).result(WRITER_PATIENCE)
        self.figures.batches += 1
        self.figures.sent += len(answer.sent)
        self.figures.dead += len(answer.dead)
        self.figures.last_sent = time.time()
        for seq, reason in answer.dead:
            log.error("lane %s: event %d is set aside: %s", self.lane, seq, reason)
