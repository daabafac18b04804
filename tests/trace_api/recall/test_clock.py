"""The legal clock: every regime, three ways of counting, and what is left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lineage.profiles import profile_for
from trace_api.masterdata.model import REGIMES
from trace_api.recall.clock import Deadline, deadlines, levels_of, rules_for
from trace_api.recall.errors import UnknownLevelError

KNEW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Monday, 08:00 in China
TODAY = date(2026, 11, 23)


def clock(regime: str, level: str, now: datetime, **moments: datetime) -> dict[str, Deadline]:
    found = deadlines(rules_for(regime, level, TODAY), {"knew_at": KNEW, **moments}, now)
    return {deadline.step: deadline for deadline in found}


@pytest.mark.parametrize(("level", "hours", "days"), [("1", 24, 10), ("2", 48, 20), ("3", 72, 30)])
def test_food(level: str, hours: int, days: int) -> None:
    found = clock("food", level, KNEW + timedelta(hours=1))
    assert found["start"].due == KNEW + timedelta(hours=hours)
    assert found["start"].left_seconds == (hours - 1) * 3600
    assert found["start"].left_working_days is None
    assert (found["complete"].counting, found["complete"].allowed) == ("working_days", days)
    assert found["complete"].left_working_days == days
    assert set(found) == {"start", "complete"}


def test_ten_working_days_end_with_the_day_in_china() -> None:
    assert clock("food", "1", KNEW)["complete"].due == datetime(2026, 12, 7, 16, 0, tzinfo=UTC)


def test_what_is_known_on_a_friday_evening_counts_from_monday() -> None:
    rules = rules_for("food", "1", TODAY)
    friday = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    found = {each.step: each for each in deadlines(rules, {"knew_at": friday}, friday)}
    assert found["complete"].due == datetime(2026, 12, 11, 16, 0, tzinfo=UTC)


def test_a_year_whose_holidays_are_not_known_is_said() -> None:
    late = datetime(2026, 12, 20, tzinfo=UTC)
    found = deadlines(rules_for("food", "3", date(2026, 12, 20)), {"knew_at": late}, late)
    assert [each.calendar_known for each in found] == [True, False]


def test_drugs_report_progress_anew_each_time() -> None:
    found = clock("drug", "2", KNEW)
    assert found["progress"].due == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    again = clock("drug", "2", KNEW, progress_at=KNEW + timedelta(days=2))
    assert again["progress"].due == datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
    assert again["progress"].repeats
    assert found["report"].state == "waiting"
    assert found["report"].due is None


@pytest.mark.parametrize(
    ("hours", "state"), [(1, "running"), (12, "half"), (20, "due_soon"), (24, "due_soon"), (25, "overdue")]
)
def test_states_of_a_running_deadline(hours: int, state: str) -> None:
    found = clock("food", "1", KNEW + timedelta(hours=hours))["start"]
    assert found.state == state
    assert found.left_seconds == (24 - hours) * 3600


def test_what_was_done_is_judged_by_when() -> None:
    now = KNEW + timedelta(days=3)
    assert clock("food", "1", now, opened_at=KNEW + timedelta(hours=23))["start"].state == "done"
    late = clock("food", "1", now, opened_at=KNEW + timedelta(hours=25))["start"]
    assert (late.state, late.left_seconds) == ("done_late", None)


@pytest.mark.parametrize("regime", sorted(REGIMES))
def test_every_regime_has_rules_with_a_basis(regime: str) -> None:
    levels = levels_of(profile_for(regime, TODAY))
    assert levels
    for level in levels:
        found = deadlines(rules_for(regime, level, TODAY), {"knew_at": KNEW}, KNEW)
        assert found
        assert all(each.basis for each in found)


def test_an_unknown_level_names_those_there_are() -> None:
    with pytest.raises(UnknownLevelError) as caught:
        rules_for("food", "4", TODAY)
    assert caught.value.hint == "levels are 1, 2, 3"
    with pytest.raises(UnknownLevelError):
        rules_for("food", None, TODAY)
    assert rules_for("consumer", None, TODAY).level.level == 1
