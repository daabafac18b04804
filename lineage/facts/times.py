"""Moments as integers, microseconds since 1970-01-01T00:00Z: exact, ordered, and small in a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEAR_1, _YEAR_9999 = -62_135_596_800_000_000, 253_402_300_799_999_999

SECOND = 1_000_000
DAY = 86_400 * SECOND


def micros(moment: datetime) -> int:
    """Give an aware moment as microseconds since 1970-01-01T00:00Z."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """Give the moment of :func:`micros` back."""
    return _EPOCH + at * _MICROSECOND


@lru_cache(maxsize=8192)
def rfc3339(at: int | None) -> str | None:
    """Write a time as RFC 3339 in UTC; ``None`` for the open ends, which no calendar has."""
    if at is None or not _YEAR_1 <= at <= _YEAR_9999:
        return None
    return moment(at).isoformat().removesuffix("+00:00") + "Z"
