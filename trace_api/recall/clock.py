"""The legal clock of a recall: every deadline, its basis, and what is left of it. Pure: the time comes in.

Three ways of counting, never converted into each other (regimes, section 0.2):

* ``PT24H``: hours on the wall clock, from the moment itself;
* ``P3D``, ``P3M``: calendar days or months, to the end of the last day in China;
* ``P10WD``: working days, with the holiday calendar, to the end of the last day in China.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from trace_api.recall.errors import BadDurationError, UnknownRuleError
from trace_api.recall.working_days import Calendar, china, day_in_china, end_of

Counting = Literal["hours", "calendar_days", "months", "working_days"]
State = Literal["waiting", "running", "half", "due_soon", "overdue", "done", "done_late"]

HALF: Final = 0.5
DUE_SOON: Final = 0.8
"""Shares of the allowed time after which a deadline is shown as half gone and as due soon (regimes, 2.4)."""

_FOLDER = Path(__file__).parent / "rules"
_DURATION = re.compile(
    r"PT(?P<hours>[0-9]{1,4})H|P(?P<days>[0-9]{1,3})D|P(?P<months>[0-9]{1,2})M|P(?P<work>[0-9]{1,3})WD"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One duty with a deadline, as the rule file states it."""

    step: str
    allow: str
    from_: str
    done_by: str
    basis: str
    basis_en: str
    verified: bool
    every: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What a regime demands of a recall of one level."""

    id: str
    level: str
    law: str
    law_en: str
    advice: str
    report_to: str
    report_to_en: str
    trigger: str
    trigger_en: str
    steps: tuple[Step, ...]


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
    allow: str
    counting: Counting
    begins: datetime | None
    due: datetime | None
    done_at: datetime | None
    state: State
    used: float | None
    left_seconds: int | None
    left_working_days: int | None
    calendar_known: bool
    basis: str
    basis_en: str
    verified: bool

    def as_dict(self) -> dict[str, Any]:
        """Give the deadline as JSON fields."""
        return {
            "step": self.step,
            "allowed": self.allow,
            "counting": self.counting,
            "from": self.begins,
            "due": self.due,
            "done_at": self.done_at,
            "state": self.state,
            "used": self.used,
            "left": None
            if self.left_seconds is None
            else {"seconds": self.left_seconds, "working_days": self.left_working_days},
            "calendar_known": self.calendar_known,
            "basis": self.basis,
            "basis_en": self.basis_en,
            "verified": self.verified,
        }


def rule_set(regime: str, level: str | None, on: date) -> RuleSet:
    """Give the rules of a regime for a level on a day.

    :param level: ``1``, ``2``, ``3``; None where the regime has no levels
    :raises UnknownRuleError: naming the levels there are
    """
    documents = [
        document
        for document in _documents()
        if regime in document["regimes"]
        and date.fromisoformat(document["effective_from"]) <= on
        and (document["effective_to"] is None or on <= date.fromisoformat(document["effective_to"]))
    ]
    if not documents:
        raise UnknownRuleError(f"no recall rules are known for the regime {regime!r} on {on}")
    document = documents[0]
    found = document["levels"].get(level or "none")
    if found is None:
        levels = [name for name in document["levels"] if name != "none"]
        hint = (
            f"levels are {', '.join(levels)}" if levels else "this regime has no levels: leave the level out"
        )
        raise UnknownRuleError(f"the regime {regime!r} has no recall level {level!r}", hint=hint)
    return RuleSet(
        id=document["id"],
        level=level or "none",
        law=document["law"],
        law_en=document["law_en"],
        advice=document["advice"],
        report_to=document["report_to"],
        report_to_en=document["report_to_en"],
        trigger=found["trigger"],
        trigger_en=found["trigger_en"],
        steps=tuple(
            Step(**{("from_" if key == "from" else key): value for key, value in step.items()})
            for step in found["steps"]
        ),
    )


def regimes() -> dict[str, list[str]]:
    """Give each regime with its levels (an empty list where it has none)."""
    return {
        regime: [level for level in document["levels"] if level != "none"]
        for document in _documents()
        for regime in document["regimes"]
    }


def deadlines(
    rules: RuleSet, moments: Mapping[str, datetime | None], now: datetime, calendar: Calendar | None = None
) -> list[Deadline]:
    """Work out every deadline of a case.

    :param moments: when things happened: ``knew_at``, ``opened_at``, ``announced_at``, ``reported_at``, …
        ; what is absent or None has not happened. A period that begins with the announcement runs from
        ``knew_at`` until there is one: the earlier end is the safer one to show.
    """
    return [_deadline(step, moments, now, calendar or china()) for step in rules.steps]


def due(begins: datetime, allow: str, calendar: Calendar) -> datetime:
    """Give the end of a period.

    :raises BadDurationError: the duration is in none of the forms of this module
    """
    match = _DURATION.fullmatch(allow)
    if match is None:
        raise BadDurationError(f"{allow!r} is not a duration like PT24H, P3D, P3M or P10WD")
    if match["hours"]:
        return begins + timedelta(hours=int(match["hours"]))
    start = day_in_china(begins)
    if match["days"]:
        return end_of(start + timedelta(days=int(match["days"])))
    if match["work"]:
        return end_of(calendar.add(start, int(match["work"])))
    return end_of(_months_later(start, int(match["months"])))


def counting_of(allow: str) -> Counting:
    """Say how a duration is counted."""
    if allow.startswith("PT"):
        return "hours"
    if allow.endswith("WD"):
        return "working_days"
    return "months" if allow.endswith("M") else "calendar_days"


def _deadline(
    step: Step, moments: Mapping[str, datetime | None], now: datetime, calendar: Calendar
) -> Deadline:
    begins = moments.get(step.from_)
    if begins is None and step.from_ in {"announced_at", "progress_at"}:
        begins = moments.get("knew_at")
    done_at = moments.get(step.done_by)
    counting = counting_of(step.allow)
    common: dict[str, Any] = {
        "step": step.step,
        "allow": step.allow,
        "counting": counting,
        "basis": step.basis,
        "basis_en": step.basis_en,
        "verified": step.verified,
        "done_at": done_at,
    }
    if begins is None:
        return Deadline(
            **common,
            begins=None,
            due=None,
            state="waiting",
            used=None,
            left_seconds=None,
            left_working_days=None,
            calendar_known=True,
        )
    end = due(begins, step.allow, calendar)
    last_day = day_in_china(end - timedelta(microseconds=1))
    known = counting != "working_days" or calendar.knows(day_in_china(begins), last_day)
    if done_at is not None:
        return Deadline(
            **common,
            begins=begins,
            due=end,
            state="done" if done_at <= end else "done_late",
            used=None,
            left_seconds=None,
            left_working_days=None,
            calendar_known=known,
        )
    used = (now - begins) / (end - begins)
    state: State = (
        "overdue" if now > end else "due_soon" if used >= DUE_SOON else "half" if used >= HALF else "running"
    )
    working = calendar.between(day_in_china(now), last_day) if counting == "working_days" else None
    return Deadline(
        **common,
        begins=begins,
        due=end,
        state=state,
        used=round(used, 4),
        left_seconds=int((end - now).total_seconds()),
        left_working_days=working,
        calendar_known=known,
    )


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError  # a month has at least 28 days


@cache
def _documents() -> Sequence[Mapping[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.json"))]
