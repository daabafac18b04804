"""China's time: one zone all year; events may carry any moment, also at the very ends of the calendar."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "UTC+8")


def in_china(at: datetime) -> datetime:
    """Give a moment in China's time; one that no calendar holds there (31 December 9999) as it is."""
    try:
        return at.astimezone(CHINA)
    except OverflowError:
        return at


def day_in_china(at: datetime) -> date:
    """Give the calendar day of a moment in China."""
    return in_china(at).date()
