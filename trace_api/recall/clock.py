"""The legal clock of a recall: every deadline, its basis, and what is left of it. Pure: the time comes in.

What a regime demands stands in its profile (``lineage.profiles``). Three ways of counting, never converted
into each other (regimes, section 0.2):

* hours run on the wall clock, from the moment itself;
* days are calendar days, to the end of the last one in China;
* working days leave out weekends and holidays, by a calendar that is data, to the end of the last one in
China.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from lineage.profiles import Duration, Profile, RecallLevel, profile_for
from trace_api.china import day_in_china
from trace_api.recall.errors import UnknownLevelError
from trace_api.recall.working_days import Calendar, china, end_of

Counting = Literal["hours", "calendar_days", "working_days"]
State = Literal["waiting", "running", "half", "due_soon", "overdue", "done", "done_late"]

HALF: Final = 0.5
DUE_SOON: Final = 0.8
"""Shares of the allowed time after which a deadline is shown as half gone and as due soon (regimes, 2.4)."""


class Step(NamedTuple):
    """One duty with a deadline.

    :ivar begins: what starts its time; the first of these that has happened
    :ivar ends: what fulfils it; the first of these that has happened
    :ivar repeats: begins anew each time it was fulfilled, until the case is completed
    """

    name: str
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    repeats: bool = False


STEPS: Final = (
    Step("start", ("knew_at",), ("opened_at",)),
    Step("notify", ("knew_at",), ("announced_at", "notified_at")),
    Step("plan", ("knew_at",), ("planned_at", "reported_at")),
    Step("progress", ("progress_at", "knew_at"), ("completed_at", "closed_at"), repeats=True),
    Step("complete", ("knew_at",), ("completed_at", "closed_at")),
    Step("report", ("completed_at", "closed_at"), ("summary_at",)),
)
"""The duties in the order of the law; each counts only where the profile gives it a duration."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a regime demands of a recall of one level."""

    regime: str
    level: RecallLevel
    levels: int
    law: str
    law_en: str
    report: Duration | None

    def duration_of(self, step: str) -> Duration | None:
        """Give the time that a step is allowed; None where the regime does not ask for it."""
        if step == "report":
            return self.report
        name = "progress_every" if step == "progress" else step
        found: Duration | None = getattr(self.level, name)
        return found


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline at one moment.

    :ivar begins: when the time began to run; None while what starts it has not happened (state ``waiting``)
    :ivar due: when it ends
    :ivar left_seconds: wall-clock seconds to the end, negative when overdue; None while waiting or when done
    :ivar left_working_days: of a period counted in working days, the working days still to come
    :ivar calendar_known: False when the holidays of a year involved are not known, so that only weekends
        were left out
    """

    step: str
    counting: Counting
    allowed: int
    repeats: bool
    begins: datetime | None
    due: datetime | None
    done_at: datetime | None
    state: State
    used: float | None
    left_seconds: int | None
    left_working_days: int | None
    calendar_known: bool
    basis: str
    verified: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the deadline as JSON fields."""
        left = {"seconds": self.left_seconds, "working_days": self.left_working_days}
        return {
            "step": self.step,
            "allowed": {"counting": self.counting, "count": self.allowed},
            "repeats": self.repeats,
            "from": self.begins,
            "due": self.due,
            "done_at": self.done_at,
            "state": self.state,
            "used": self.used,
            "left": None if self.left_seconds is None else left,
            "calendar_known": self.calendar_known,
            "basis": self.basis,
            "verified": self.verified,
        }


def rules_for(regime: str, level: str | None, on: date) -> Rules:
    """Give the rules of a regime for a level on a day.

    :param level: ``1``, ``2``, ``3``; may be None where the regime has one level only
    :raises UnknownLevelError: naming the levels there are
    """
    profile = profile_for(regime, on)
    recall = profile.recall
    if recall is None or not recall.levels:
        raise UnknownLevelError(f"the regime {regime!r} has no rules for recalls on {on}")
    names = levels_of(profile)
    if level is None and len(names) == 1:
        level = names[0]
    found = next((one for one in recall.levels if str(one.level) == level), None)
    if found is None:
        raise UnknownLevelError(
            f"the regime {regime!r} has no recall level {level!r}"
            if level
            else f"a recall under the regime {regime!r} has a level",
            hint=f"levels are {', '.join(names)}",
        )
    return Rules(regime, found, len(names), recall.rule.zh, recall.rule.en, recall.report)


def levels_of(profile: Profile) -> list[str]:
    """Give the names of a regime's recall levels."""
    return [str(one.level) for one in profile.recall.levels] if profile.recall else []


def deadlines(
    rules: Rules, moments: Mapping[str, datetime | None], now: datetime, calendar: Calendar | None = None
) -> list[Deadline]:
    """Work out every deadline of a case.

    :param moments: when things happened: ``knew_at``, ``opened_at``, ``announced_at``, …; what is absent or
        None has not happened
    """
    return [
        _deadline(step, duration, rules.level, moments, now, calendar or china())
        for step in STEPS
        if (duration := rules.duration_of(step.name)) is not None
    ]


def due(begins: datetime, allowed: Duration, calendar: Calendar) -> datetime:
    """Give the end of a period."""
    if allowed.hours is not None:
        return begins + timedelta(hours=allowed.hours)
    start = day_in_china(begins)
    if allowed.working_days is not None:
        return end_of(calendar.add(start, allowed.working_days))
    return end_of(start + timedelta(days=allowed.days or 0))


def _deadline(
    step: Step,
    allowed: Duration,
    level: RecallLevel,
    moments: Mapping[str, datetime | None],
    now: datetime,
    calendar: Calendar,
) -> Deadline:
    begins, done_at = _first(moments, step.begins), _first(moments, step.ends)
    counting: Counting = (
        "hours"
        if allowed.hours is not None
        else "calendar_days"
        if allowed.days is not None
        else "working_days"
    )
    end = None if begins is None else due(begins, allowed, calendar)
    state: State = "waiting"
    used: float | None = None
    left: int | None = None
    working: int | None = None
    known = True
    if begins is not None and end is not None:
        last_day = day_in_china(end - timedelta(microseconds=1))
        known = counting != "working_days" or calendar.knows(day_in_china(begins), last_day)
        if done_at is not None:
            state = "done" if done_at <= end or step.repeats else "done_late"
        else:
            used = round((now - begins) / (end - begins), 4)
            state = _running(used, overdue=now > end)
            left = int((end - now).total_seconds())
            working = calendar.between(day_in_china(now), last_day) if counting == "working_days" else None
    return Deadline(
        step=step.name,
        counting=counting,
        allowed=allowed.hours or allowed.days or allowed.working_days or 0,
        repeats=step.repeats,
        begins=begins,
        due=end,
        done_at=done_at,
        state=state,
        used=used,
        left_seconds=left,
        left_working_days=working,
        calendar_known=known,
        basis=level.basis,
        verified=level.verified,
    )


def _running(used: float, *, overdue: bool) -> State:
    if overdue:
        return "overdue"
    return "due_soon" if used >= DUE_SOON else "half" if used >= HALF else "running"


def _first(moments: Mapping[str, datetime | None], names: tuple[str, ...]) -> datetime | None:
    return next((at for name in names if (at := moments.get(name)) is not None), None)
