"""What an event says about the quality of its things: days and intervals that what happens later is held to.

It is little and the same for thousands of events, so a store keeps it beside them (:func:`written`) and rules
need no document.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from lineage.events import Event
from lineage.facts.terms import own_member, own_text

_LAST_DAYS: Final = ("itemExpirationDate", "bestBeforeDate", "sellByDate")

#: Days of an interval beyond which nobody can have meant it.
LONGEST_INTERVAL: Final = 36_500
#: Characters of the name of an input that are kept: it is shown in a sentence.
LONGEST_INPUT: Final = 200


class Quality(NamedTuple):
    """What one event says; ``None`` for what it does not say."""

    last_day: date | None = None
    """Of its things: ``itemExpirationDate``, else ``bestBeforeDate``, else ``sellByDate`` of the ilmd."""
    made: date | None = None
    """``suyuan:productionDate`` of an event with ilmd: a product's shelf life counts from it."""
    inspection_due: date | None = None
    """``suyuan:nextInspectionDate``."""
    interval_days: int | None = None
    """``suyuan:safetyIntervalDays``: days from a treatment to the first harvest."""
    input: str | None = None
    """``suyuan:input``: what a treatment was done with."""


UNSAID: Final = Quality()


def quality_of(event: Event) -> Quality:
    """Give what an event says about quality."""
    if event.ilmd is None and not event.extended:
        return UNSAID
    named = own_text(event, "input")
    return Quality(
        None if event.ilmd is None else _last_day(event),
        None if event.ilmd is None else _day(own_text(event, "productionDate")),
        _day(own_text(event, "nextInspectionDate")),
        _days(own_member(event, "safetyIntervalDays")),
        None if named is None else named[:LONGEST_INPUT],
    )


@lru_cache(maxsize=4096)
def written(quality: Quality) -> str | None:
    """Write what an event says as a text to keep, the same for the same; ``None`` for nothing."""
    said = {name: value for name, value in quality._asdict().items() if value is not None}
    return json.dumps(said, default=date.isoformat, separators=(",", ":")) if said else None


@lru_cache(maxsize=4096)
def read_quality(text: str) -> Quality:
    """Read what :func:`written` wrote."""
    said = json.loads(text)
    days = {
        name: date.fromisoformat(said[name])
        for name in ("last_day", "made", "inspection_due")
        if name in said
    }
    return Quality(**{**said, **days})


def _last_day(event: Event) -> date | None:
    days = (_day(event.ilmd_value(name)) for name in _LAST_DAYS)
    return next((day for day in days if day is not None), None)


def _day(text: Any) -> date | None:
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _days(value: Any) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.strip().isdecimal() and len(value) < 10 else None
    return int(value) if hasattr(value, "__int__") and 0 <= value <= LONGEST_INTERVAL else None
