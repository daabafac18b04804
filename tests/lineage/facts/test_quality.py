"""What events say about quality."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import read_event
from lineage.facts import Quality, statement_of
from lineage.facts.quality import LONGEST_INPUT, LONGEST_INTERVAL, read_quality, written

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"suyuan": "https://w3id.org/suyuan/v1/"},
]
DAYS = st.none() | st.dates()


def said(**members: Any) -> Quality:
    """Give what an event with these members says."""
    plain = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "epcList": ["https://id.gs1.org/01/09521234543213/21/1"],
    }
    return statement_of(read_event({**plain, **members}, CONTEXT)).quality


@pytest.mark.parametrize(
    ("ilmd", "day"),
    [
        ({"cbvmda:itemExpirationDate": "2026-03-05", "cbvmda:sellByDate": "2026-03-01"}, date(2026, 3, 5)),
        ({"cbvmda:sellByDate": "2026-03-01", "cbvmda:bestBeforeDate": "2026-03-04"}, date(2026, 3, 4)),
        ({"cbvmda:itemExpirationDate": "soon", "cbvmda:sellByDate": "2026-03-01T10:00"}, date(2026, 3, 1)),
        ({"cbvmda:itemExpirationDate": 20260305}, None),
        ({}, None),
    ],
)
def test_the_last_day_is_the_first_that_can_be_read(ilmd: dict[str, Any], day: date | None) -> None:
    assert said(ilmd=ilmd).last_day == day


def test_a_production_date_counts_with_the_master_data_it_belongs_to() -> None:
    own = {"suyuan:productionDate": "2026-03-01"}
    assert said(ilmd=own).made == said(ilmd={"cbvmda:lotNumber": "1"}, **own).made == date(2026, 3, 1)
    assert said(**own).made is None


@pytest.mark.parametrize(
    ("value", "days"),
    [
        (7, 7),
        ("14", 14),
        (2.5, 2),
        (0, 0),
        (LONGEST_INTERVAL + 1, None),
        (10**30, None),
        (-1, None),
        ("²", None),
        ("9" * 5000, None),
        ({"id": "urn:x:7"}, None),
    ],
)
def test_an_interval_is_a_number_of_days_that_somebody_can_mean(value: Any, days: int | None) -> None:
    assert said(**{"suyuan:safetyIntervalDays": value}).interval_days == days


def test_only_a_short_name_of_an_input_is_kept() -> None:
    assert said(**{"suyuan:input": "氯氰菊酯" * 100}).input == "氯氰菊酯" * (LONGEST_INPUT // 4)


@given(
    st.builds(Quality, DAYS, DAYS, DAYS, st.none() | st.integers(0, LONGEST_INTERVAL), st.none() | st.text())
)
def test_what_is_written_is_read_again(quality: Quality) -> None:
    text = written(quality)
    assert (Quality() if text is None else read_quality(text)) == quality
    assert text is None or (text.isascii() and "\0" not in text)
