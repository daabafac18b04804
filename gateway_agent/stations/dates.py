"""Dates as labels and operators write them: ``YYMMDD`` (GS1), ``YYYYMMDD`` and ``YYYY-MM-DD``."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime

WRITTEN = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def year_of(wall_ns: int) -> int:
    """Give the calendar year of a wall time, in UTC."""
    return datetime.fromtimestamp(wall_ns / 1_000_000_000, UTC).year


def read_date(text: str, this_year: int) -> str | None:
    """Give the date as ``YYYY-MM-DD``, or None if it is none.

    Six digits follow GS1 General Specifications 7.12: the century is the one that puts the year within 49
    years before and 50 years after this one; day 00 is the last day of the month.
    """
    text = text.strip()
    if re.fullmatch(r"\d{6}", text):
        year = this_year - this_year % 100 + int(text[:2])
        year += 100 if year - this_year < -49 else -100 if year - this_year > 50 else 0
        month, day = int(text[2:4]), int(text[4:])
    elif match := WRITTEN.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        return None
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        return None
    if day == 0:
        day = calendar.monthrange(year, month)[1]
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
