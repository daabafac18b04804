"""Time at the edge: a monotonic clock for every window, a wall clock for event times, and its credit.

Windows (smoothing, idle time, double reads) run on *logical time*: nanoseconds that never go back, also not
across restarts and reboots. Event times come from the wall clock, which on a small box may start in 1970
and jump when the network comes; a wall time is therefore kept with the boot and the monotonic time of the
same moment, so that it can be put right later (:func:`corrected_wall`).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import time
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

SECOND = 1_000_000_000
MILLISECOND = 1_000_000

EARLIEST_PLAUSIBLE = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND
"""This program did not exist earlier: a wall clock that says so has not been set."""

STA_UNSYNC = 0x40
"""``adjtimex(2)``: the kernel's clock is not disciplined by any time source."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What the agent needs to know about time."""

    @property
    def boot_id(self) -> str:
        """Name of the current boot; monotonic times of different boots cannot be compared."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since boot, suspend included."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970 UTC as the machine believes."""

    def synchronised(self) -> bool | None:
        """Whether the kernel says that a time source disciplines the wall clock; None if it cannot tell."""


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        try:
            self._boot_id = BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            self._boot_id = str(uuid.uuid4())
        self._boottime = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    @property
    def boot_id(self) -> str:
        """Give the kernel's boot id; without one, every process counts as a boot of its own."""
        return self._boot_id

    def monotonic_ns(self) -> int:
        """Read ``CLOCK_BOOTTIME``."""
        return time.clock_gettime_ns(self._boottime)

    def wall_ns(self) -> int:
        """Read the wall clock."""
        return time.time_ns()

    def synchronised(self) -> bool | None:
        """Ask ``adjtimex(2)``."""
        try:
            library = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)
            # struct timex is 208 bytes on 64-bit Linux; `modes` = 0 only reads, `status` stands at byte 40.
            buffer = ctypes.create_string_buffer(512)
            if library.adjtimex(buffer) < 0:
                return None
        except (OSError, AttributeError):
            return None
        return not int.from_bytes(buffer.raw[40:44], "little") & STA_UNSYNC


def is_plausible(wall_ns: int, latest_known_ns: int) -> bool:
    """Tell whether a wall time can be true: not before this program was made, nor before what is recorded.

    One minute of going back is left to the discipline of a time daemon.
    """
    return wall_ns >= EARLIEST_PLAUSIBLE and wall_ns >= latest_known_ns - 60 * SECOND


def corrected_wall(monotonic_then: int, monotonic_now: int, true_wall_now: int) -> int:
    """Give the true wall time of an earlier moment of the same boot."""
    return true_wall_now - (monotonic_now - monotonic_then)


def parse_offset(text: str) -> timedelta | None:
    """Read ``+08:00``; None for anything else."""
    try:
        found = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").utcoffset() if len(text) == 6 else None
    except ValueError:
        return None
    return found


def local_offset() -> str:
    """Give the machine's own offset from UTC in the form of ``eventTimeZoneOffset``."""
    minutes = round((datetime.now(UTC).astimezone().utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def event_time(wall_ns: int, offset: str) -> str:
    """Write a wall time as an EPCIS ``eventTime`` with millisecond precision and the given offset."""
    zone = timezone(parse_offset(offset) or timedelta())
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ns // MILLISECOND)
    return moment.astimezone(zone).isoformat(timespec="milliseconds")
