"""Stamps reads with logical and wall time, and knows whether the wall time is to be believed.

Logical time continues over restarts: within a boot it is the monotonic clock plus a fixed offset; after a
reboot it goes on from the last stamp, plus the time the machine was off as far as that is known.
"""

from __future__ import annotations

import threading

import orjson

from gateway_agent.clock import SECOND, Clock, corrected_wall, is_plausible
from gateway_agent.journal.store import Store
from gateway_agent.stations.rows import Anchor

TOLERANCE = 30 * SECOND
"""A ``Date`` header has whole seconds and travels for a while; a smaller difference to it says nothing."""

DEVICE_PAST = 7 * 86400 * SECOND
DEVICE_FUTURE = 2 * SECOND
"""A device's own time is taken within these limits of the receipt: a broker holds messages for a week, and
clocks on one site differ by less than two seconds."""


class Timekeeper:
    """The agent's notion of time; one per process.

    :param needs_kernel: believe the wall clock only when the kernel says that it is synchronised
    """

    def __init__(self, clock: Clock, store: Store, *, needs_kernel: bool = False) -> None:
        self._clock = clock
        self._needs_kernel = needs_kernel
        self._lock = threading.Lock()
        self._true_offset: int | None = None
        self.compared = False
        """Whether the wall clock was compared with a server's since this process started."""
        boots: list[str] = orjson.loads(store.meta("boots") or "[]")
        known = orjson.loads(store.meta("logical") or "{}")
        self._latest_wall: int = known.get("wall", 0)
        now, wall = clock.monotonic_ns(), clock.wall_ns()
        if boots and boots[-1] == clock.boot_id:
            self._offset: int = known.get("offset", 0)
        else:
            boots.append(clock.boot_id)
            off = (
                max(wall - self._latest_wall, 0)
                if is_plausible(wall, self._latest_wall) and self._latest_wall
                else 0
            )
            self._offset = known.get("at", 0) + off - now
        self.boot = len(boots) - 1
        self._boots = boots
        self._last: int = max(known.get("at", 0), now + self._offset)
        self.remember(store)

    def remember(self, store: Store) -> None:
        """Store what the next start needs (writes)."""
        store.set_meta("boots", orjson.dumps(self._boots).decode())
        state = {"offset": self._offset, "at": self._last, "wall": self._latest_wall}
        store.set_meta("logical", orjson.dumps(state).decode())

    def logical(self) -> int:
        """Give the present logical time; it never goes back."""
        with self._lock:
            self._last = max(self._last, self._clock.monotonic_ns() + self._offset)
            return self._last

    def wall(self) -> int:
        """Give the best present wall time."""
        true = self.true_wall(self.boot, self._clock.monotonic_ns())
        return self._clock.wall_ns() if true is None else true

    def believed(self) -> bool:
        """Tell whether the machine's wall clock is to be believed now."""
        if self._true_offset is not None:
            return False
        if self._needs_kernel and self._clock.synchronised() is not True:
            return False
        return is_plausible(self._clock.wall_ns(), self._latest_wall)

    def stamp(self, device_ns: int | None = None) -> tuple[int, Anchor]:
        """Give logical time and anchor of a read that has just arrived.

        :param device_ns: the device's own time; used where it can be true
        """
        at, believed = self.logical(), self.believed()
        boot_ns, wall = self._clock.monotonic_ns(), self._clock.wall_ns()
        if device_ns is not None and believed and -DEVICE_FUTURE <= wall - device_ns <= DEVICE_PAST:
            late = wall - device_ns
            return at - max(late, 0), Anchor(device_ns, believed=True, boot=self.boot, boot_ns=boot_ns - late)
        if believed:
            self._latest_wall = max(self._latest_wall, wall)
        return at, Anchor(wall, believed, self.boot, boot_ns)

    def learn(self, server_wall: int) -> None:
        """Take the time that a server told; a clock that differs much from it is not believed any more."""
        self.compared = True
        if self._clock.synchronised() is True:
            return
        now, wall = self._clock.monotonic_ns(), self._clock.wall_ns()
        if abs(server_wall - wall) > TOLERANCE:
            self._true_offset = server_wall - now
        else:
            # Confirmed from outside: what an earlier, wrong clock left behind no longer counts.
            self._true_offset = None
            self._latest_wall = min(self._latest_wall, wall)

    def true_wall(self, boot: int, boot_ns: int) -> int | None:
        """Give the true wall time of a moment, if it can be told now."""
        if boot != self.boot:
            return None
        if self._true_offset is not None:
            return boot_ns + self._true_offset
        if self.believed():
            return corrected_wall(boot_ns, self._clock.monotonic_ns(), self._clock.wall_ns())
        return None

    def final_wall(self, anchor: Anchor, waited: float, hold: float) -> tuple[int, bool] | None:
        """Decide the event time of an anchor for good.

        :param waited: seconds since the event was made
        :param hold: seconds after which an unbelieved time is sent as it is
        :return: wall time and whether it is to be believed; None while it is worth waiting
        """
        distrusted = self._true_offset is not None and anchor.boot == self.boot
        if anchor.believed and not distrusted:
            return anchor.wall, True
        true = self.true_wall(anchor.boot, anchor.boot_ns)
        if true is not None:
            return true, True
        return (anchor.wall, False) if waited >= hold else None
