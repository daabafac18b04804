"""Points in time as events write them: RFC 3339 with an offset, any number of fractional digits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from lineage.errors import EventError

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_SECOND = timedelta(seconds=1)
_HALF_MILLISECOND = timedelta(microseconds=500)


def read_time(text: str) -> datetime:
    """Give the instant in UTC, microseconds truncated (not rounded) from longer fractions.

    :raises EventError: ``bad-time`` for anything that RFC 3339 with an offset does not allow,
        ``time-out-of-range`` for an instant before year 1 or after year 9999 in UTC
    """
    try:
        if _RFC3339.fullmatch(text) is None:
            raise EventError(
                "bad-time",
                f"{_shown(text)} is not a time with date, seconds and offset.",
                hint="Write it as 2026-04-01T15:00:00+08:00.",
            )
        if text[17:19] == "60":
            # RFC 3339 §5.7 allows the leap second at the end of a day in UTC, datetime does not: it is the
            # first instant of the next day.
            before = datetime.fromisoformat(f"{text[:17]}59{text[19:]}".upper()).astimezone(UTC)
            if (before.hour, before.minute) != (23, 59):
                raise EventError("bad-time", f"{_shown(text)} is no leap second: those are at 23:59 in UTC.")
            return before + _SECOND
        moment = datetime.fromisoformat(text if text[-1] != "z" else text.upper())
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except ValueError as error:
        raise EventError("bad-time", f"{_shown(text)} names no time: {error}.") from error
    except OverflowError as error:
        raise EventError(
            "time-out-of-range", f"{_shown(text)} is outside the years 1 to 9999 in UTC."
        ) from error


def is_time(text: str) -> bool:
    """Say whether :func:`read_time` can read the text."""
    try:
        read_time(text)
    except EventError:
        return False
    return True


#: All legal values of ``eventTimeZoneOffset``: from -14:00 to +14:00 as the schema bounds it.
OFFSETS: Final = frozenset(
    f"{sign}{hour:02}:{minute:02}"
    for sign in "+-"
    for hour in range(15)
    for minute in range(60 if hour < 14 else 1)
)


def is_offset(text: str) -> bool:
    """Say whether the text is a legal ``eventTimeZoneOffset``."""
    return text in OFFSETS


def to_milliseconds(text: str) -> str:
    """Give the instant in UTC with three fractional digits and ``Z``, rounded half up (CBV 2.0 §8.9.3).

    :raises EventError: as :func:`read_time`
    """
    moment = read_time(text)
    try:
        moment = moment + _HALF_MILLISECOND
    except OverflowError as error:
        raise EventError(
            "time-out-of-range", f"{_shown(text)} lies outside the years 1 to 9999 in UTC."
        ) from error
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def _shown(text: str) -> str:
    """Give the text as a message may quote it: bounded, on one line."""
    return repr(text if len(text) <= 60 else text[:57] + "…")
