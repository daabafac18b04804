"""Recall cases as values: what a case is, what it covers, who has to hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

State = Literal["in_stock", "in_transit", "sold", "consumed", "destroyed", "unknown"]
Progress = Literal["affected", "found", "recovered", "destroyed", "released"]
Action = Literal["found", "recovered", "destroyed", "released"]
SeedKind = Literal["thing", "site", "party"]

GONE: Final[frozenset[str]] = frozenset({"consumed", "destroyed"})
"""States in which a thing no longer exists as itself, so that nothing is left to take back."""
SETTLED: Final[frozenset[str]] = frozenset({"recovered", "destroyed", "released"})
"""Progress after which nobody has to act on a thing any more."""

MOMENTS: Final = ("announced_at", "reported_at", "planned_at", "progress_at", "completed_at", "summary_at")
"""What a case can be told to have happened, beside being opened and closed."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a recall starts.

    :ivar id: canonical id of a thing, a site or a party
    :ivar since: a thing is suspected from this time on (None: from its first appearance); for a site or a
        party the beginning of the time window
    :ivar until: end of the window of a site or a party
    """

    kind: SeedKind
    id: str
    since: datetime | None = None
    until: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the seed as JSON fields."""
        return {
            "kind": self.kind,
            "id": self.id,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True)
class ScopedThing:
    """One affected thing.

    :ivar at: earliest time at which it can have been affected
    :ivar seed: the seed through which it was reached
    :ivar via_thing: the affected thing before it on the path from the seed; None for a seed
    :ivar via_events: the events that lead from that one to this one
    """

    id: str
    kind: str
    at: datetime | None
    depth: int
    seed: str
    via_thing: str | None
    via_events: tuple[str, ...]
    state: State
    party: str | None
    site: str | None
    unit: str | None
    since: datetime | None
    progress: Progress = "affected"
    withdrawn_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the thing as JSON fields."""
        return {
            "id": self.id,
            "kind": self.kind,
            "at": self.at,
            "depth": self.depth,
            "seed": self.seed,
            "via": {"thing": self.via_thing, "events": list(self.via_events)},
            "where": {
                "state": self.state,
                "party": self.party,
                "site": self.site,
                "unit": self.unit,
                "since": self.since,
            },
            "progress": self.progress,
            "withdrawn_at": self.withdrawn_at,
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the records do not tell, and that may hide more affected things.

    :ivar things: the first of the things concerned; ``count`` says how many there are
    """

    code: str
    count: int
    things: tuple[str, ...]
    party: str | None = None
    site: str | None = None
    message: str = ""
    message_zh: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the gap as JSON fields."""
        return {**asdict(self), "things": list(self.things)}


@dataclass(frozen=True, slots=True)
class Place:
    """A party that had a part of an affected lot by quantity, beside where the lot was seen last."""

    lot: str
    party: str | None
    site: str | None


@dataclass(slots=True)
class Scope:
    """Everything a recall covers, as far as the records tell."""

    things: dict[str, ScopedThing] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One recall case, or a drill of one."""

    id: str
    drill: bool
    status: Literal["open", "closed"]
    regime: str
    level: str | None
    reason: str
    responsible_uscc: str | None
    contact: bool
    seeds: tuple[Seed, ...]
    knew_at: datetime
    opened_at: datetime
    opened_by: str
    moments: Mapping[str, datetime]
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    scope_event: int | None
    scope_at: datetime | None
    scope_ms: int | None
    gaps: Sequence[Gap]
    findings: Sequence[Mapping[str, Any]]
    places: Sequence[Place]
    truncated: bool

    def clock_moments(self) -> dict[str, datetime | None]:
        """Give what the legal clock counts from."""
        return {
            "knew_at": self.knew_at,
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
            **self.moments,
        }


@dataclass(frozen=True, slots=True)
class Holder:
    """A party that has to be told, and what it has or had last.

    :ivar states: number of things by state
    :ivar settled: things of it that were recovered, destroyed or released
    """

    party: str
    name: str | None
    name_en: str | None
    uscc: str | None
    phone: str | None
    sites: tuple[str, ...]
    states: Mapping[str, int]
    settled: int
    lots: tuple[str, ...]
    notified_at: datetime | None
    acknowledged_at: datetime | None

    @property
    def count(self) -> int:
        """Number of affected things that it has or had last."""
        return sum(self.states.values())

    def as_dict(self) -> dict[str, Any]:
        """Give the holder as JSON fields."""
        return {
            "party": self.party,
            "name": self.name,
            "name_en": self.name_en,
            "uscc": self.uscc,
            "phone": self.phone,
            "sites": list(self.sites),
            "states": dict(self.states),
            "count": self.count,
            "settled": self.settled,
            "lots": list(self.lots),
            "notified_at": self.notified_at,
            "acknowledged_at": self.acknowledged_at,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to a holder."""

    id: int
    party: str
    channel: str
    sent_at: datetime
    sent_by: str
    acknowledged_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of affected things."""

    id: int
    action: Action
    thing: str | None
    quantity: float | None
    uom: str | None
    party: str | None
    site: str | None
    happened_at: datetime
    recorded_by: str
    note: str | None
