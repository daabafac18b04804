"""Counts working days with a holiday calendar that is data, public holidays and worked weekends included.

Counting follows Chinese practice: the day of the event is not counted, and a period ends when its last day
ends (Civil Code, articles 201 to 204; the 2, 3, 5 and 7 “days” of the administrative penalty law are working
days).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from trace_api.china import CHINA

_FOLDER = Path(__file__).parent / "calendars"
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked.

    :ivar off: days not worked beside weekends
    :ivar on: weekend days that are worked
    :ivar years: years for which the government's arrangement is known; others follow weekends only
    """

    off: frozenset[date]
    on: frozenset[date]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Say whether a day is worked."""
        return day in self.on or (day.weekday() < _SATURDAY and day not in self.off)

    def add(self, start: date, days: int) -> date:
        """Give the last day of a period of working days that begins the day after ``start``."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            if self.is_working(day):
                days -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and with ``end``; negative when it is earlier."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def knows(self, start: date, end: date) -> bool:
        """Say whether the arrangement is known for every year of a period."""
        return set(range(start.year, end.year + 1)) <= self.years


@cache
def china() -> Calendar:
    """Give the calendar of mainland China, from its data file."""
    document: Mapping[str, Any] = json.loads((_FOLDER / "cn.json").read_text(encoding="utf-8"))
    years = document["years"]
    return Calendar(
        off=frozenset(day for year in years.values() for day in _days(year["off"])),
        on=frozenset(day for year in years.values() for day in _days(year["on"])),
        years=frozenset(int(year) for year in years),
    )


def end_of(day: date) -> datetime:
    """Give the moment at which a day ends in China."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def _days(spans: list[str]) -> Iterator[date]:
    for span in spans:
        first, _, last = span.partition("/")
        day = date.fromisoformat(first)
        end = date.fromisoformat(last or first)
        while day <= end:
            yield day
            day += timedelta(days=1)
