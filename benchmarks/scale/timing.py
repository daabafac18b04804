"""Times of many requests, what is printed of them, and how fast the machine is just then."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Times:
    """How long each of some requests took, in seconds, ascending."""

    seconds: Sequence[float]

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Sort."""
        return cls(sorted(seconds))

    def at(self, share: float) -> float:
        """Give the time that this share of the requests stayed within, in milliseconds."""
        if not self.seconds:
            return 0.0
        place = min(len(self.seconds) - 1, int(len(self.seconds) * share))
        return self.seconds[place] * 1000

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report, in milliseconds."""
        return {
            "count": len(self.seconds),
            "p50_ms": round(self.at(0.50), 3),
            "p95_ms": round(self.at(0.95), 3),
            "p99_ms": round(self.at(0.99), 3),
            "max_ms": round(self.seconds[-1] * 1000, 3) if self.seconds else 0.0,
        }

    def __str__(self) -> str:
        return f"{_ms(self.at(0.5))} / {_ms(self.at(0.95))} / {_ms(self.at(0.99))}"


def pace() -> float:
    """Give the seconds that plain Python takes for ten million additions on one core, the best of three.

    The speed of a rented machine changes by half from minute to minute: figures of two runs can be compared
    by it.
    """
    return min(_additions(10_000_000) for _ in range(3))


def reach() -> float:
    """Give the seconds to visit half a million objects in random order, the best of three.

    They fill 120 MB, more than the processor's caches: the speed of memory is shared with whoever else is on
    the machine, and halves while :func:`pace` stays as it is.
    """
    objects = [{"number": number} for number in range(500_000)]
    Random(1).shuffle(objects)
    return min(_visits(objects) for _ in range(3))


def _visits(objects: Sequence[dict[str, int]]) -> float:
    start, total = time.perf_counter(), 0
    for each in objects:
        total += each["number"]
    return time.perf_counter() - start


def _additions(count: int) -> float:
    start, total = time.perf_counter(), 0
    for number in range(count):
        total += number
    return time.perf_counter() - start


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
