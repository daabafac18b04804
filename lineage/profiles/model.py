"""The shape of a regime profile: what the data files may say, checked when they are read.

Every figure stands with its legal basis and a flag that says whether someone compared it with the text of
the law.
"""

from __future__ import annotations

from datetime import date

import msgspec


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class Duration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A legal term: exactly one of these.

    Hours run on the clock; working days are counted from the next day.
    """

    hours: int | None = None
    days: int | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.hours, self.days, self.working_days)) != 1:
            raise ValueError("a duration names exactly one of hours, days, working_days")


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that a finding is measured against."""

    value: float
    basis: str
    verified: bool


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of one regime; those that a file leaves out are the general ones."""

    custody_gap_hours: Limit | None = None
    """Longest time in which nobody says they have a thing."""
    transit_hours: Limit | None = None
    """Longest transport without a receipt."""
    yield_ratio: Limit | None = None
    """Most output for one unit of input, same dimension."""
    travel_kmh: Limit | None = None
    """Fastest way between two places."""
    travel_slack_minutes: Limit | None = None
    """Clocks differ and places are large: nothing is said about less than this."""
    excursion_minutes: Limit | None = None
    """Time outside the storage range that is still no excursion."""
    safety_interval_days: Limit | None = None
    """Days between a pesticide and the harvest where the use itself names none."""


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage of a chain: who acts in it and what the law asks of them."""

    name: str
    steps: tuple[str, ...]
    """Business steps of the stage; ``*`` is every other one."""
    role: str
    """Role of the party that acts, unless the directory gives the party another one of ``roles``."""
    duty: Words
    basis: str
    verified: bool
    roles: tuple[str, ...] = ()
    licences: dict[str, tuple[str, ...]] = {}
    """For each role that needs one: the kinds of licence of which the party must hold one."""


class RecallLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level of recall and its clocks, which all run from when the harm was known."""

    level: int
    trigger: Words
    basis: str
    verified: bool
    start: Duration | None = None
    """Stop sale, notify, begin."""
    notify: Duration | None = None
    """Tell those who hold the goods, where the rule has a term of its own."""
    plan: Duration | None = None
    """File evaluation and plan with the authority."""
    progress_every: Duration | None = None
    complete: Duration | None = None


class Recall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a recall runs in this regime."""

    rule: Words
    responsible: str
    """Role that recalls."""
    levels: tuple[RecallLevel, ...]
    report: Duration | None = None
    """Summary after completion."""


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a finding of some code matters in this regime, and what it blocks."""

    id: str
    code: str
    """Code of the finding."""
    effect: str
    """``block`` (the act is forbidden), ``hold`` (wait for a decision) or ``warn``."""
    basis: str
    verified: bool


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long records are kept: ``years`` after ``from_``, and at least so long."""

    after: str
    months: int
    basis: str
    verified: bool


class Effective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """When a version of a profile holds (both days included)."""

    from_: date
    to: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether the version holds on a day."""
        return self.from_ <= day and (self.to is None or day <= self.to)


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a regime asks for that code evaluates."""

    regime: str
    name: Words
    version: int
    effective: Effective
    stages: tuple[Stage, ...] = ()
    limits: Limits = Limits()
    recall: Recall | None = None
    rules: tuple[Basis, ...] = ()
    retention: tuple[Retention, ...] = ()

    def limit(self, name: str) -> Limit:
        """Give a figure by its name in :class:`Limits`; every profile that was read has all of them."""
        limit: Limit = getattr(self.limits, name)
        return limit

    def stage_of(self, step: str | None) -> Stage | None:
        """Give the stage that a business step belongs to."""
        for stage in self.stages:
            if step in stage.steps:
                return stage
        return next((stage for stage in self.stages if "*" in stage.steps), None)

    def rule_for(self, code: str) -> Basis | None:
        """Give what makes a finding of this code matter here."""
        return next((rule for rule in self.rules if rule.code == code), None)

    def recall_level(self, level: int) -> RecallLevel | None:
        """Give a level of recall."""
        levels = self.recall.levels if self.recall else ()
        return next((one for one in levels if one.level == level), None)
