"""A file that does nothing but hold disk space, to be given up when the disk is full.

Even noting that an event was delivered takes a little space in the write-ahead log. Without a reserve a full
disk could not be emptied from inside.
"""

from __future__ import annotations

import os
from pathlib import Path

SIZE = 12 * 1024 * 1024
"""The write-ahead log is folded into the file every 1,000 pages (4 MB); twice that, and room to grow."""

SHARE = 4
"""On a small disk the reserve is at most this part of what is free."""


class Reserve:
    """The reserve of one folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.size = min(SIZE, (free_bytes(file.parent) + self._held()) // SHARE)

    def ensure(self) -> bool:
        """Hold the reserve; tell whether there is room for it."""
        if self._held() >= self.size:
            return True
        try:
            with self._file.open("ab") as handle:
                os.posix_fallocate(handle.fileno(), 0, self.size)
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the space back to the disk."""
        self._file.unlink(missing_ok=True)

    def _held(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0


def free_bytes(folder: Path) -> int:
    """Give the bytes that are free on the disk of a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
