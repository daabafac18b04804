"""The driver of serial barcode scanners."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from gateway_agent.codecs.frames import FrameError
from gateway_agent.codecs.scanner import ScanFrame, ScannerCodec
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.driver import SerialDriver, Sink
from gateway_agent.drivers.transport import Transport
from gateway_agent.journal.reads import Read

ACK = b"\x06"
"""What scanners with ACK/NAK handshaking wait for before they forget a scan."""

UNFINISHED = 20
"""A scan without its end is given up after this many idle times."""

CLEARING = 0.05
"""Seconds of silence that end what was under way when the port was opened; a scan comes in one piece."""

LONGEST_CLEARING = 2.0


class BarcodeDriver(SerialDriver):
    """One scanner."""

    tick = 0.02

    def __init__(self, settings: SourceSettings, sink: Sink) -> None:
        super().__init__(settings, sink)
        self._codec = self._new_codec()
        self._last_bytes = 0.0
        self._committed: SimpleQueue[int] = SimpleQueue()
        self._repeats = False

    def start_device(self, transport: Transport) -> None:
        """Start with an empty codec, and with an empty line where the scanner repeats its last scan.

        What waits on the line may be the end of a scan whose beginning went to a process that was killed.
        Used and acknowledged it would lose the scan; thrown away, it is sent again.
        """
        self._codec = self._new_codec()
        self._committed = SimpleQueue()
        self._repeats = self.settings.acknowledge
        if self.settings.acknowledge:
            until = time.monotonic() + LONGEST_CLEARING
            while transport.read(CLEARING) and time.monotonic() < until:
                pass

    def when_committed(self, reads: list[Read]) -> Callable[[], None] | None:
        """Note how many scans may be acknowledged, where the scanner waits for it."""
        scans = sum(read.kind == "code" for read in reads)
        if not self.settings.acknowledge or not scans:
            return None
        committed = self._committed
        return lambda: committed.put(scans)

    def answer(self, transport: Transport) -> None:
        """Acknowledge the scans that are on disk by now."""
        try:
            while True:
                transport.write(ACK * self._committed.get_nowait())
        except Empty:
            return

    def received(self, data: bytes) -> list[Read]:
        """Cut the bytes into scans."""
        self._last_bytes = time.monotonic()
        return self._reads(self._codec.feed(data))

    def silence(self, transport: Transport) -> list[Read]:
        """End a scan that has no suffix, or give up one that lost it."""
        del transport
        limit = self.settings.idle * (1 if self.settings.suffix == "none" else UNFINISHED)
        if not self._codec.pending or time.monotonic() - self._last_bytes < limit:
            return []
        return self._reads(self._codec.flush())

    def _new_codec(self) -> ScannerCodec:
        return ScannerCodec(
            self.settings.suffix,
            prefix=self.settings.prefix.encode(self.settings.encoding),
            stx_etx=self.settings.stx_etx,
            substitute=self.settings.gs,
            encoding=self.settings.encoding,
        )

    def _reads(self, frames: list[ScanFrame | FrameError]) -> list[Read]:
        reads: list[Read] = []
        for frame in frames:
            if isinstance(frame, FrameError):
                reads += self.broken(frame)
            else:
                self.status.count(frames=1)
                payload = {"text": frame.text, "aim": frame.aim}
                # The first scan may be one that is on disk but whose acknowledgement was never sent.
                reads.append(Read(self.settings.name, "code", payload, redelivered=self._repeats))
                self._repeats = False
        return reads
