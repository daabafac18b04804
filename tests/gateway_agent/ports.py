"""Pseudo-terminals as serial devices: the test holds one end, the driver opens the other."""

from __future__ import annotations

import os
import select
import time
import tty
from pathlib import Path


class Port:
    """One device. ``path`` stays the same when the device is unplugged and plugged in again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = self._slave = -1
        self.plug_in()

    def plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        # Without this the line would echo, and turn CR into LF.
        tty.setraw(self._slave)
        if self.path.is_symlink():
            self.path.unlink()
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1

    def write(self, data: bytes, piece: int | None = None) -> None:
        for start in range(0, len(data), piece or len(data)):
            os.write(self._master, data[start : start + (piece or len(data))])

    def read(self, timeout: float = 2.0) -> bytes:
        """Give what the driver has written, at least one byte unless the time is over."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        return os.read(self._master, 4096) if ready else b""

    def expect(self, data: bytes, timeout: float = 5.0) -> bytes:
        """Read until these bytes have come."""
        until = time.monotonic() + timeout
        found = b""
        while data not in found:
            assert time.monotonic() < until, found.hex(" ")
            found += self.read(0.1)
        return found
