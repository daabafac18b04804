"""The driver of M100/R200 UHF modules: keeps the module polling and turns its notices into tag reads."""

from __future__ import annotations

import time

from gateway_agent.codecs.frames import FrameError
from gateway_agent.codecs.m100 import (
    Frame,
    Framing,
    M100Codec,
    TagFrame,
    get_info,
    multi_poll,
    single_poll,
    stop_poll,
)
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.driver import SerialDriver, Sink
from gateway_agent.drivers.transport import Transport
from gateway_agent.journal.reads import Read

BROKEN_OFF = 0.05
"""Seconds of silence inside a frame after which its rest will not come; at 115200 baud the longest frame
takes 15 ms."""


class UhfDriver(SerialDriver):
    """One UHF module."""

    tick = 0.02

    def __init__(self, settings: SourceSettings, sink: Sink) -> None:
        super().__init__(settings, sink)
        configured = None if settings.framing == "auto" else settings.framing
        self._configured: Framing | None = configured
        self._framing: Framing | None = configured
        self._codec = M100Codec(configured)
        self._heard = self._asked = self._last_bytes = 0.0

    def start_device(self, transport: Transport) -> None:
        """Ask who is there; the answer tells the framing. Then start the inventory."""
        self._codec = M100Codec(self._configured)
        self._framing = self._configured
        self._heard = self._last_bytes = time.monotonic()
        if self.settings.inventory == "listen":
            return
        for framing in self._framings():
            transport.write(get_info(framing))
        self._start_inventory(transport)

    def stop_device(self, transport: Transport) -> None:
        """End the inventory."""
        if self.settings.inventory == "multi":
            for framing in self._framings():
                transport.write(stop_poll(framing))

    def received(self, data: bytes) -> list[Read]:
        """Cut the bytes into frames."""
        self._last_bytes = time.monotonic()
        return self._reads(self._codec.feed(data))

    def silence(self, transport: Transport) -> list[Read]:
        """Give up on a frame that broke off, and keep the module polling."""
        now = time.monotonic()
        reads = self._reads(self._codec.flush()) if now - self._last_bytes >= BROKEN_OFF else []
        if self.settings.inventory == "single" and now - self._asked >= self.settings.poll:
            self._start_inventory(transport)
        elif (
            self.settings.inventory == "multi" and now - max(self._heard, self._asked) >= self.settings.quiet
        ):
            # The rounds are over, or the module was reset.
            self._start_inventory(transport)
        return reads

    def _framings(self) -> tuple[Framing, ...]:
        return (self._framing,) if self._framing else ("bb", "aa")

    def _start_inventory(self, transport: Transport) -> None:
        start = single_poll if self.settings.inventory == "single" else multi_poll
        for framing in self._framings():
            transport.write(start(framing))
        self._asked = time.monotonic()

    def _reads(self, frames: list[Frame | FrameError]) -> list[Read]:
        reads: list[Read] = []
        for frame in frames:
            if isinstance(frame, FrameError):
                reads += self.broken(frame)
                continue
            self.status.count(frames=1)
            self._heard = time.monotonic()
            self._framing = self._framing or frame.framing
            if isinstance(frame, TagFrame):
                payload = {"epc": frame.epc.hex().upper(), "pc": frame.pc, "rssi": frame.rssi}
                reads.append(Read(self.settings.name, "tag", payload))
        return reads
