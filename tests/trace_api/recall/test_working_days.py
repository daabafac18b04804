"""Working days: weekends, holidays, and weekends that are worked instead."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trace_api.china import CHINA, day_in_china
from trace_api.recall.working_days import china, end_of


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ((2026, 11, 24), True),
        ((2026, 11, 28), False),
        ((2026, 2, 16), False),
        ((2026, 2, 14), True),
        ((2026, 2, 28), True),
        ((2026, 10, 7), False),
        ((2026, 10, 8), True),
        ((2026, 10, 10), True),
        ((2027, 1, 1), True),
    ],
)
def test_days(day: tuple[int, int, int], worked: bool) -> None:
    """2027 is not in the calendar yet: its holidays count as worked, and the clock says so."""
    assert china().is_working(date(*day)) is worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((2026, 11, 24), 1, (2026, 11, 25)),
        ((2026, 11, 27), 1, (2026, 11, 30)),
        ((2026, 11, 28), 1, (2026, 11, 30)),
        ((2026, 11, 24), 10, (2026, 12, 8)),
        ((2026, 2, 13), 1, (2026, 2, 14)),
        ((2026, 2, 14), 1, (2026, 2, 24)),
        ((2026, 9, 30), 3, (2026, 10, 10)),
        ((2026, 11, 24), 0, (2026, 11, 24)),
    ],
)
def test_the_day_itself_does_not_count(
    start: tuple[int, int, int], days: int, end: tuple[int, int, int]
) -> None:
    assert china().add(date(*start), days) == date(*end)
    assert china().between(date(*start), date(*end)) == days


def test_counting_back_is_negative() -> None:
    assert china().between(date(2026, 11, 30), date(2026, 11, 27)) == -1


def test_the_calendar_says_which_years_it_knows() -> None:
    assert china().knows(date(2025, 12, 30), date(2026, 1, 5))
    assert not china().knows(date(2026, 12, 30), date(2027, 1, 5))


def test_every_worked_weekend_is_a_weekend_and_no_day_is_both() -> None:
    calendar = china()
    assert all(day.weekday() >= 5 for day in calendar.on)
    assert calendar.on & calendar.off == frozenset()
    assert {day.year for day in calendar.off} == set(calendar.years)


def test_a_day_in_china_ends_at_midnight_there() -> None:
    assert end_of(date(2026, 12, 7)) == datetime(2026, 12, 7, 16, tzinfo=UTC)
    assert day_in_china(datetime(2026, 12, 7, 16, tzinfo=UTC)) == date(2026, 12, 8)
    assert end_of(date(2026, 12, 7)).utcoffset() == timedelta(hours=8) == CHINA.utcoffset(None)
