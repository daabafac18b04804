"""The running agent: starts the parts in order, watches them, and ends them in order.

Start: lock the folder, open the journal (salvaging a damaged one), writer, senders, drivers. Nothing of
that needs a network or a right clock. End (SIGTERM, SIGINT): drivers, then the writer (everything handed
over is written), then the senders.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from types import FrameType

from gateway_agent.clock import Clock, SystemClock
from gateway_agent.configuration import Configuration
from gateway_agent.drivers.barcode import BarcodeDriver
from gateway_agent.drivers.driver import Driver
from gateway_agent.drivers.mqtt import MqttDriver
from gateway_agent.drivers.uhf import UhfDriver
from gateway_agent.errors import AgentError, JournalError
from gateway_agent.journal.derivation import Derivation
from gateway_agent.journal.recovery import lock, open_journal
from gateway_agent.journal.store import Store
from gateway_agent.journal.timekeeping import Timekeeper
from gateway_agent.journal.writer import Writer
from gateway_agent.notify import notify
from gateway_agent.stations.floor import Floor
from gateway_agent.status import StatusFile
from gateway_agent.uplink.client import CaptureClient
from gateway_agent.uplink.sender import LaneSender

log = logging.getLogger(__name__)

JOURNAL_FILE = "journal.db"
WATCH = 1.0
STUCK = 60.0
"""Seconds without progress of the writer while reads wait, after which the watchdog is no longer fed."""

DRIVERS: Mapping[str, type[Driver]] = {
    "uhf": UhfDriver,
    "barcode": BarcodeDriver,
    "mqtt-reader": MqttDriver,
    "mqtt-sensor": MqttDriver,
}


class Agent:
    """One agent process.

    :param clock: the machine's clocks
    """

    def __init__(self, configuration: Configuration, clock: Clock | None = None) -> None:
        self._configuration = configuration
        self._stopping = threading.Event()
        agent = configuration.agent
        self._lock = lock(agent.data)
        database = agent.data / JOURNAL_FILE
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        connection, self.salvage = open_journal(database, configuration.journal.max_size, stamp)
        self._store = Store(connection)
        journal = self._store.identifier()
        with self._store.transaction():
            self._keeper = Timekeeper(
                clock or SystemClock(), self._store, needs_kernel=agent.clock == "kernel"
            )
        derivation = Derivation(
            self._store, lambda states: Floor(configuration, journal, states), agent.timezone
        )
        self.writer = Writer(
            self._store, derivation, self._keeper, configuration.journal, configuration.fingerprint
        )
        self._client = CaptureClient(
            configuration.uplink,
            configuration.namespaces,
            f"suyuan-gateway-agent/{version('suyuan')} {agent.id}",
        )
        self.senders = [
            LaneSender(
                lane, database, self.writer, self._client, self._keeper, configuration.uplink,
                offset=agent.timezone, clock_hold=agent.clock_hold,
            )
            for lane in self._lanes()
        ]  # fmt: skip
        self.drivers = [DRIVERS[source.driver](source, self.writer) for source in configuration.sources]
        self._status = StatusFile(configuration, database, self)

    def run(self) -> int:
        """Work until a signal or :meth:`stop`; give the exit code."""
        self._catch_signals()
        log.info(
            "agent %s starts, journal in %s", self._configuration.agent.id, self._configuration.agent.data
        )
        self.writer.start()
        for sender in self.senders:
            sender.start()
        for driver in self.drivers:
            driver.start()
        notify("READY=1")
        try:
            while not self._stopping.wait(WATCH):
                self._status.write()
                if not self.writer.is_alive():
                    break
                if self._is_alive():
                    notify("WATCHDOG=1")
        finally:
            self._end()
        if self.writer.failure is not None:
            log.critical("the agent ends because its journal failed: %s", self.writer.failure)
            return 1
        log.info("agent %s has ended", self._configuration.agent.id)
        return 0

    def stop(self) -> None:
        """Ask the agent to end; may be called from a signal handler or another thread."""
        self._stopping.set()

    def clock_is_believed(self) -> bool:
        """Tell whether the wall clock is believed at the moment."""
        return self._keeper.believed()

    def _lanes(self) -> list[str]:
        configured = {station.lane for station in self._configuration.stations}
        waiting = {
            row[0]
            for row in self._store.connection.execute(
                "SELECT DISTINCT lane FROM outbox WHERE state = 'queued'"
            )
        }
        return sorted(configured | waiting)

    def _is_alive(self) -> bool:
        threads = [self.writer, *self.senders, *self.drivers]
        return all(thread.is_alive() for thread in threads) and not self.writer.is_stuck(STUCK)

    def _end(self) -> None:
        notify("STOPPING=1")
        for driver in self.drivers:
            driver.stop()
        for driver in self.drivers:
            driver.join(3.0)
        self.writer.drain(5.0)
        # Senders settle through the writer: it ends last.
        for sender in self.senders:
            sender.stop()
        for sender in self.senders:
            sender.join(self._configuration.uplink.timeout / 2 + 1.0)
        self.writer.stop()
        self.writer.join(10.0)
        self._client.close()
        self._status.write(ended=True)
        if not self.writer.is_alive():
            self._store.connection.close()
        self._lock.close()

    def _catch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return

        def end(number: int, _frame: FrameType | None) -> None:
            if self._stopping.is_set():
                # A second signal: whoever sends it does not want to wait. The journal is safe at any moment.
                os._exit(128 + number)
            self._stopping.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)


def run(configuration: Configuration) -> int:
    """Run an agent in this process.

    :raises AgentError: it cannot start
    """
    started = time.monotonic()
    try:
        agent = Agent(configuration)
    except OSError as error:
        raise JournalError("no-folder", f"{configuration.agent.data}: {error.strerror or error}") from error
    log.debug("ready after %.3f s", time.monotonic() - started)
    return agent.run()


__all__ = ["Agent", "AgentError", "run"]
