"""Full-jitter backoff: how long to wait, so that a thousand agents do not come back together."""

from __future__ import annotations

import random
from collections.abc import Callable

STABLE = 60.0
"""Seconds that a connection must last before its failures are forgotten: a broker that accepts and then
kicks would otherwise be asked again without pause."""


class Backoff:
    """Waiting times between ``0`` and a limit that doubles with every failure.

    :param lowest: the first limit, in seconds
    :param highest: no wait is longer
    :param chance: gives a number in [0, 1)
    """

    def __init__(self, lowest: float, highest: float, chance: Callable[[], float] = random.random) -> None:
        self._lowest = lowest
        self._highest = highest
        self._chance = chance
        self._failures = 0
        self._since: float | None = None

    def failed(self, now: float) -> float:
        """Note a failure and give the seconds to wait.

        :param now: monotonic seconds
        """
        if self._since is not None and now - self._since >= STABLE:
            self._failures = 0
        self._since = None
        # 2**32 seconds are beyond any limit; the exponent is bounded so that years of failures stay a number.
        limit = min(self._highest, self._lowest * float(1 << min(self._failures, 32)))
        self._failures += 1
        # Not less than a twentieth: a wait of nothing would not spare the other side.
        return limit * (0.05 + 0.95 * self._chance())

    def worked(self, now: float) -> None:
        """Note that it works; failures are forgotten once it has worked for :data:`STABLE` seconds."""
        if self._since is None:
            self._since = now
        elif now - self._since >= STABLE:
            self._failures = 0
