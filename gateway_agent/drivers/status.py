"""How a device is doing, as the status shows it. Written by its driver's thread, read by the status."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class DeviceFigures:
    """Counters of one device since the agent started."""

    state: str = "starting"
    detail: str = ""
    frames: int = 0
    broken: int = 0
    reads: int = 0
    connections: int = 0
    last_read: float | None = None


class DeviceStatus:
    """The status of one source; all methods may be called from any thread."""

    def __init__(self) -> None:
        self._figures = DeviceFigures()
        self._lock = threading.Lock()

    def connected(self) -> None:
        """The device answers."""
        with self._lock:
            self._figures.state, self._figures.detail = "connected", ""
            self._figures.connections += 1

    def lost(self, detail: str) -> None:
        """The device does not answer."""
        with self._lock:
            self._figures.state, self._figures.detail = "disconnected", detail

    def count(self, *, frames: int = 0, broken: int = 0, reads: int = 0) -> None:
        """Count what came in."""
        with self._lock:
            self._figures.frames += frames
            self._figures.broken += broken
            self._figures.reads += reads
            if reads:
                self._figures.last_read = time.time()

    def as_dict(self) -> dict[str, Any]:
        """Give a copy for the status file."""
        with self._lock:
            return asdict(self._figures)
