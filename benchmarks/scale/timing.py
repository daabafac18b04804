"""Times of many requests, and what is printed of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
