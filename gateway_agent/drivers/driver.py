"""What every driver is: a thread that turns a device's bytes into reads and never dies of one of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from gateway_agent.codecs.frames import FrameError
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.backoff import Backoff
from gateway_agent.drivers.status import DeviceStatus
from gateway_agent.drivers.transport import Transport, open_transport
from gateway_agent.errors import DeviceError
from gateway_agent.journal.reads import Delivery, Read

log = logging.getLogger(__name__)

BROKEN_PER_SECOND = 5
"""Broken stretches of one device that are kept a second. Line noise must not fill the disk; all are
counted."""


class Sink(Protocol):
    """Where reads go: the journal's writer."""

    def put(self, delivery: Delivery, timeout: float | None = None) -> bool:
        """Take reads; False when there is no room for them within the time."""


class Driver(threading.Thread):
    """The thread of one source."""

    def __init__(self, settings: SourceSettings, sink: Sink) -> None:
        super().__init__(name=f"source-{settings.name}", daemon=True)
        self.settings = settings
        self.status = DeviceStatus()
        self._sink = sink
        self._stopping = threading.Event()
        self._broken_kept: list[float] = []

    def stop(self) -> None:
        """Ask the thread to end soon."""
        self._stopping.set()

    def deliver(self, reads: Iterable[Read], committed: Callable[[], None] | None = None) -> bool:
        """Hand reads to the journal, waiting as long as it has no room; False only when the agent stops."""
        delivery = Delivery(tuple(reads), committed)
        while not self._sink.put(delivery, timeout=0.5):
            if self._stopping.is_set():
                return False
        self.status.count(reads=len(delivery.reads))
        return True

    def broken(self, error: FrameError) -> list[Read]:
        """Turn an unreadable stretch into a read for the quarantine, unless there were too many of late."""
        self.status.count(broken=1)
        now = time.monotonic()
        self._broken_kept = [at for at in self._broken_kept if now - at < 1.0]
        if len(self._broken_kept) >= BROKEN_PER_SECOND:
            return []
        self._broken_kept.append(now)
        payload = {"code": error.code, "message": error.message, "hex": error.raw.hex()}
        return [Read(self.settings.name, "broken", payload)]


class SerialDriver(Driver):
    """A driver on a byte line: opens, reads, opens again after a hang-up."""

    tick = 0.05
    """Longest wait for bytes before :meth:`silence` is called, in seconds."""

    def run(self) -> None:
        """Serve the device until :meth:`stop`."""
        backoff = Backoff(self.settings.reopen_min, self.settings.reopen_max)
        while not self._stopping.is_set():
            transport: Transport | None = None
            try:
                transport = open_transport(self.settings.port, self.settings.baud)
                self.status.connected()
                backoff.worked(time.monotonic())
                log.info("%s: %s is open", self.settings.name, self.settings.port)
                self._serve(transport)
            except DeviceError as error:
                self.status.lost(error.message)
                log.warning("%s: %s", self.settings.name, error.message)
            except Exception:  # one bad read must not end the device's thread
                self.status.lost("internal error, see the log")
                log.exception("%s: the driver failed and starts again", self.settings.name)
            finally:
                if transport is not None:
                    transport.close()
            self._stopping.wait(backoff.failed(time.monotonic()))

    def _serve(self, transport: Transport) -> None:
        self.start_device(transport)
        while not self._stopping.is_set():
            data = transport.read(self.tick)
            reads = self.received(data) if data else self.silence(transport)
            if reads and not self.deliver(reads, self.when_committed(reads)):
                return
            self.answer(transport)
        self.stop_device(transport)

    def start_device(self, transport: Transport) -> None:
        """Do what the device needs after opening."""

    def stop_device(self, transport: Transport) -> None:
        """Do what the device needs before closing."""

    def when_committed(self, reads: list[Read]) -> Callable[[], None] | None:
        """Give what the journal's thread is to call once these reads are on disk; it must not block."""
        del reads
        return None

    def answer(self, transport: Transport) -> None:
        """Tell the device what it waits to hear; called after every read of the line."""

    def received(self, data: bytes) -> list[Read]:
        """Turn bytes into reads."""
        raise NotImplementedError

    def silence(self, transport: Transport) -> list[Read]:
        """Called when nothing came for :attr:`tick` seconds."""
        raise NotImplementedError
