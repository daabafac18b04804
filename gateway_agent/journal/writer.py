"""The one thread that writes the journal: takes reads, commits them in groups, acknowledges, derives events.

The way of a read, with its commit points:

1. Drivers put deliveries into a bounded queue; a full queue makes them wait, and so makes the broker wait.
2. The writer takes what is there, at most ``commit_rows`` reads or ``commit_delay`` after the first.
3. It appends them and commits: **they are on disk**.
4. It calls ``committed`` of each delivery, which acknowledges to the device or broker.
5. It derives events from all new rows and commits rows' position, states and events together.
6. It runs the jobs that other threads asked for (what was sent, what is sealed), one commit each.

A disk that takes no more is no reason to stop: steps 3 to 6 are tried again until it does, nothing is
acknowledged, and the alarm is up.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from gateway_agent.clock import SECOND
from gateway_agent.configuration.settings import JournalSettings
from gateway_agent.errors import JournalError
from gateway_agent.journal.database import is_full
from gateway_agent.journal.derivation import Derivation
from gateway_agent.journal.reads import Delivery
from gateway_agent.journal.reserve import Reserve, free_bytes
from gateway_agent.journal.store import Store
from gateway_agent.journal.timekeeping import Timekeeper

log = logging.getLogger(__name__)

T = TypeVar("T")

QUEUE_LIMIT = 2000
"""Deliveries that wait for the disk; a broker's inflight window is smaller, a serial reader fills it in
some seconds."""

HOUSEKEEPING = 10.0
SNAPSHOT_ROWS = 10_000
KEPT_WHEN_FULL = 2000
"""Consumed reads that stay even then, so that redeliveries are still known."""

FULL_RETRY = 1.0
"""Seconds between tries while the disk is full."""


@dataclass(slots=True)
class WriterFigures:
    """What the writer counts; read by the status from another thread."""

    reads: int = 0
    repeated: int = 0
    events: int = 0
    commits: int = 0
    last_round: float = 0.0
    open_acts: dict[str, dict[str, Any]] = field(default_factory=dict)
    alarms: dict[str, str] = field(default_factory=dict)


class Writer(threading.Thread):
    """The journal's writer.

    :param fingerprint: of the configuration; snapshots carry it
    """

    def __init__(
        self,
        store: Store,
        derivation: Derivation,
        keeper: Timekeeper,
        settings: JournalSettings,
        fingerprint: str,
    ) -> None:
        super().__init__(name="writer", daemon=True)
        self._store = store
        self._derivation = derivation
        self._folder = Path(store.connection.execute("PRAGMA database_list").fetchone()[2]).parent
        self._reserve = Reserve(self._folder / "reserve")
        self._keeper = keeper
        self._settings = settings
        self._fingerprint = fingerprint
        self._queue: queue.Queue[Delivery | None] = queue.Queue(QUEUE_LIMIT)
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._next_housekeeping = self._shown = 0.0
        self._stopping = threading.Event()
        self.figures = WriterFigures()
        self.failure: BaseException | None = None

    # For other threads

    def put(self, delivery: Delivery, timeout: float | None = None) -> bool:
        """Hand over reads; waits while the queue is full. False when it stayed full.

        Their time is that of the first try, however long the disk takes.
        """
        if not delivery.stamps:
            delivery.stamps = [self._keeper.stamp(read.device_ns) for read in delivery.reads]
        try:
            self._queue.put(delivery, timeout=timeout)
        except queue.Full:
            return False
        return True

    def call(self, job: Callable[[Store], T]) -> Future[T]:
        """Run a job in a transaction of its own, in the writer's thread."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                with self._store.transaction():
                    result = job(self._store)
            except Exception as error:  # noqa: BLE001 - whoever asked for the job decides
                future.set_exception(error)
            else:
                future.set_result(result)

        if self.failure is not None:
            future.set_exception(
                JournalError("writer-dead", f"the journal cannot be written: {self.failure}")
            )
        else:
            self._run_soon(run)
        return future

    def _run_soon(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        self._wake()

    def _wake(self) -> None:
        # A full queue needs no wake-up.
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def drain(self, timeout: float) -> bool:
        """Wait until everything handed over so far is written and derived."""
        done = threading.Event()
        # After the commit of what is in the queue now, the job comes after the derivation of it.
        try:
            self._queue.put(Delivery((), lambda: self._jobs.put(done.set)), timeout=timeout)
        except queue.Full:
            return False
        return done.wait(timeout)

    def is_stuck(self, limit: float) -> bool:
        """Tell whether reads have been waiting without progress for longer than ``limit`` seconds."""
        return not self._queue.empty() and time.monotonic() - self.figures.last_round > limit

    def stop(self) -> None:
        """Write what was handed over, then end."""
        self._stopping.set()
        self._wake()

    # The thread

    def run(self) -> None:
        """Work until :meth:`stop`."""
        try:
            self._reserve.ensure()
            self._until_it_fits(self._open)
            while self._round():
                pass
            self._until_it_fits(lambda: self._derivation.save(self._keeper.wall()))
        except BaseException as error:  # noqa: BLE001 - the main thread decides what a dead writer means
            self.failure = error
            log.critical("the journal cannot be written: %s", error)

    def _open(self) -> None:
        last = self._store.last_snapshot()
        if last is None or last[1] != self._fingerprint:
            # Another configuration derives other events: a replay starts here at the earliest.
            self._snapshot()

    def _round(self) -> bool:
        self.figures.last_round = time.monotonic()
        deliveries = self._collect()
        if deliveries:
            self._until_it_fits(lambda: self._append(deliveries))
            for delivery in deliveries:
                if delivery.committed:
                    delivery.committed()
        self._until_it_fits(self._derive)
        self._run_jobs()
        if time.monotonic() - self._shown >= 1.0:
            # A copy for other threads: the stations change under their hands.
            self._shown = time.monotonic()
            self.figures.open_acts = self._derivation.floor.open_acts()
        if time.monotonic() >= self._next_housekeeping:
            self._next_housekeeping = time.monotonic() + HOUSEKEEPING
            self._until_it_fits(self._keep_house)
        return not self._stopping.is_set() or not self._queue.empty() or not self._jobs.empty()

    def _collect(self) -> list[Delivery]:
        deliveries: list[Delivery] = []
        rows = 0
        wait = self._idle_time() if self._jobs.empty() else 0.0
        until: float | None = None
        while rows < self._settings.commit_rows:
            try:
                item = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                # Somebody asked for a job or the end: reads that are there already go first, new ones are
                # not awaited.
                wait = 0.0
                continue
            deliveries.append(item)
            rows += len(item.reads)
            until = until or time.monotonic() + self._settings.commit_delay
            wait = min(wait, until - time.monotonic()) if wait > 0 else 0.0
        return deliveries

    def _idle_time(self) -> float:
        deadline = self._derivation.floor.deadline()
        if deadline is None:
            return 1.0
        return min(max((deadline - self._keeper.logical()) / SECOND, 0.0), 1.0)

    def _append(self, deliveries: list[Delivery]) -> None:
        stamped = [
            (read, at, anchor)
            for delivery in deliveries
            for read, (at, anchor) in zip(delivery.reads, delivery.stamps, strict=True)
        ]
        if not stamped:
            return
        with self._store.transaction():
            new, known = self._store.append(stamped)
            self._keeper.remember(self._store)
        self.figures.reads += new
        self.figures.repeated += known
        self._committed()

    def _derive(self) -> None:
        made = self._derivation.run(self._keeper.wall())
        deadline = self._derivation.floor.deadline()
        if deadline is not None and deadline <= self._keeper.logical():
            at, anchor = self._keeper.stamp()
            with self._store.transaction():
                self._store.append_tick(at, anchor)
            made += self._derivation.run(self._keeper.wall())
        if made:
            self.figures.events += made
            self._committed()

    def _committed(self) -> None:
        self.figures.commits += 1

    def _until_it_fits(self, step: Callable[[], Any]) -> None:
        """Run a step; while the disk is full, make room and try again. Gives up only when the agent stops."""
        while True:
            try:
                step()
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                self.figures.last_round = time.monotonic()
                self.figures.alarms["disk"] = f"the disk takes no more: {error}; nothing is acknowledged"
                log.critical("the disk takes no more (%s); nothing is acknowledged until it does", error)
                self._reserve.release()
                # With the reserve there is room to remove what the server has; reads must not take it.
                while not self._has_made_room():
                    if self._stopping.is_set():
                        raise
            else:
                self.figures.alarms.pop("disk", None)
                return

    def _run_jobs(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            job()

    def _has_made_room(self) -> bool:
        """Wait a little, remove what can go, and tell whether that was enough."""
        self._stopping.wait(FULL_RETRY)
        self.figures.last_round = time.monotonic()
        try:
            # First the log into the file: afterwards removing needs no new space.
            self._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            with self._store.transaction():
                self._store.prune(self._keeper.wall() + SECOND)
                self._store.prune_consumed(KEPT_WHEN_FULL)
        except sqlite3.OperationalError as error:
            log.warning("no room could be made: %s", error)
        # Senders note what was stored meanwhile.
        self._run_jobs()
        inside = self._pages("freelist_count") * self._pages("page_size")
        return self._reserve.ensure() or inside > self._reserve.size

    def _keep_house(self) -> None:
        keep = self._settings.keep
        if self._is_tight():
            keep = 0.0
            self.figures.alarms["space"] = "little space left: delivered events and reads are removed early"
        else:
            self.figures.alarms.pop("space", None)
            self._reserve.ensure()
        with self._store.transaction():
            self._keeper.remember(self._store)
            last = self._store.last_snapshot()
            if keep == 0.0 or last is None or self._derivation.consumed - last[0] >= SNAPSHOT_ROWS:
                self._snapshot_rows()
            self._store.prune(self._keeper.wall() - round(keep * SECOND))

    def _is_tight(self) -> bool:
        used = self._pages("page_count") - self._pages("freelist_count")
        return (
            used > self._pages("max_page_count") * 0.8 or free_bytes(self._folder) < self._settings.min_free
        )

    def _pages(self, pragma: str) -> int:
        found: int = self._store.connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        return found

    def _snapshot(self) -> None:
        with self._store.transaction():
            self._snapshot_rows()

    def _snapshot_rows(self) -> None:
        self._store.save_snapshot(self._derivation.consumed, self._fingerprint, self._derivation.floor.dump())
