"""The chain of custody of one thing: who had it, where, and when nobody says (semantics 2.6).

What events state, in order, is folded into holdings without overlap. Where nobody is named and the
operator of the place is unknown, the place stands for whoever is there.

1. An event that says nothing about custody (a reading, a step of a transport) is evidence, and changes
   nothing.
2. The first event with a holder opens the first holding.
3. Shipping closes the holding and opens one in transit, with the carrier if one is named, else with the
   shipper.
4. Receiving ends the transit. Anything else that shows the thing with someone ends it too, but then there
   was no receipt: ``not_received``.
5. The same holder at another place: a new holding there, without a gap.
6. Another holder without a shipment: the holding ends with its last evidence, and what lies between is a
   *gap*.
7. A sale, a destruction, or going in as an input ends the holding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lineage.facts import SECOND, Move, Role, Statement
from lineage.profiles import Profile
from lineage.trace.findings import Finding
from lineage.trace.journeys import Passage
from lineage.trace.whereabouts import Holders

HOUR = 3600 * SECOND


@dataclass(slots=True)
class Holding:
    """One party had the thing, in one place or on one way."""

    party: str | None
    """``None``: whoever operates the site."""
    site: str | None
    start: int
    end: int | None = None
    """``None``: nothing says that it ended."""
    in_transit: bool = False
    steps: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    last: int = 0
    """Time of the last event that shows it."""

    @property
    def who(self) -> str | None:
        """The party, or the place that stands for it."""
        return self.party or self.site

    def add(self, event: int, at: int, step: str | None) -> None:
        """Keep an event as evidence."""
        if event not in self.events:
            self.events.append(event)
        if step is not None and step not in self.steps:
            self.steps.append(step)
        self.last = max(self.last, at)


class Gap(NamedTuple):
    """Nobody says who had the thing between two times."""

    start: int
    end: int
    after: str | None
    before: str | None
    limit: int
    """Microseconds that the profile allows."""
    code: str


class Ownership(NamedTuple):
    """Who owned the thing, from one ``owning_party`` statement to the next."""

    party: str
    start: int
    end: int | None
    events: tuple[int, ...]


class Chain(NamedTuple):
    """The chain of custody of one thing."""

    holdings: list[Holding]
    gaps: list[Gap]
    owners: list[Ownership]
    findings: list[Finding]


def chain_of(
    thing: int,
    passages: Sequence[Passage],
    told: Mapping[int, Statement],
    holders: Holders,
    profile: Profile,
    now: int | None = None,
) -> Chain:
    """Fold what events state about one thing.

    :param passages: of events that stand, one an event, in order
    :param now: end of the observation: an open transit that is older than the profile allows is reported
    """
    fold = _Fold(thing, holders, profile)
    for one in passages:
        fold.take(one, told[one.event])
    fold.finish(now)
    return Chain(fold.holdings, fold.gaps, owners_of(passages, told, holders), fold.findings)


class _Fold:
    def __init__(self, thing: int, holders: Holders, profile: Profile) -> None:
        self._thing = thing
        self._holders = holders
        self._gap_limit = int(profile.limit("custody_gap_hours").value * HOUR)
        self._transit_limit = int(profile.limit("transit_hours").value * HOUR)
        self.holdings: list[Holding] = []
        self.gaps: list[Gap] = []
        self.findings: list[Finding] = []
        self._now: Holding | None = None

    def take(self, one: Passage, statement: Statement) -> None:
        """Follow one event."""
        at, step = one.at, act_of(one, statement)
        if statement.move is Move.SHIP:
            self._ship(one, statement, self._holders.shipper(statement, at))
        elif statement.move is Move.NOTHING or not (statement.site or self._holders.after(statement, at)):
            # 1.
            if self._now is not None:
                self._now.add(one.event, at, step)
        else:
            self._hold(one, statement, self._holders.after(statement, at))
        # 7.
        ends = one.role is Role.INPUT or (statement.ends is not None and one.role is Role.EPC)
        if ends and self._now is not None:
            self._now.add(one.event, at, step)
            self._close(at)

    def finish(self, now: int | None) -> None:
        """Close the books: what is open stays open."""
        holding = self._now
        if holding is None:
            return
        if holding.in_transit and (now is None or now - holding.start > self._transit_limit):
            self._not_received(holding)
        self.holdings.append(holding)
        self._now = None

    def _ship(self, one: Passage, statement: Statement, giver: str | None) -> None:
        """3. Shipping: first make sure that the shipper had it, then open the transit."""
        who = giver or statement.site
        if who is not None:
            self._hold(one, statement, giver)
        before = self._now
        shipper = before.party if before is not None else giver
        site = before.site if before is not None else None
        if before is not None:
            before.add(one.event, one.at, act_of(one, statement))
        self._close(one.at)
        carrier = self._holders.party(statement.carrier)
        self._now = Holding(carrier or shipper, None if carrier else site, one.at, in_transit=True)
        self._now.add(one.event, one.at, act_of(one, statement))

    def _hold(self, one: Passage, statement: Statement, party: str | None) -> None:
        here = self._now
        received = statement.move is Move.RECEIVE
        who = party or statement.site
        if here is None:
            # 2.
            self._open(one, statement, party)
        elif here.in_transit:
            # 4.
            if not received and statement.move is not Move.RETURN and who != here.who:
                self._not_received(here, one)
            self._close(one.at)
            self._open(one, statement, party)
        elif here.party == party and (party is not None or here.site == statement.site):
            # 5.
            if statement.site is not None and here.site is not None and statement.site != here.site:
                self._close(one.at)
                self._open(one, statement, party)
            else:
                here.site = here.site or statement.site
                here.add(one.event, one.at, act_of(one, statement))
        else:
            # 6.
            self._gap(here, one, party)
            self._close(here.last)
            self._open(one, statement, party)

    def _open(self, one: Passage, statement: Statement, party: str | None) -> None:
        self._now = Holding(party, statement.site, one.at, last=one.at)
        self._now.add(one.event, one.at, act_of(one, statement))

    def _close(self, at: int) -> None:
        if self._now is not None:
            self._now.end = at
            self.holdings.append(self._now)
            self._now = None

    def _gap(self, here: Holding, one: Passage, party: str | None) -> None:
        if one.at <= here.last:
            return
        self.gaps.append(Gap(here.last, one.at, here.party, party, self._gap_limit, "custody_gap"))
        if one.at - here.last > self._gap_limit:
            details = {
                "party": here.who or "?",
                "hours": round((one.at - here.last) / HOUR, 1),
                "limit": round(self._gap_limit / HOUR, 1),
            }
            events = (here.events[-1], one.event)
            self.findings.append(
                Finding("custody_gap", (self._thing,), events, here.last, details, here.party)
            )

    def _not_received(self, transit: Holding, seen: Passage | None = None) -> None:
        events = (transit.events[0], *((seen.event,) if seen else ()))
        details = {"party": transit.who or "?"}
        self.findings.append(
            Finding("not_received", (self._thing,), events, transit.start, details, transit.party)
        )


def act_of(one: Passage, statement: Statement) -> str | None:
    """Give the business step; making something without naming a step is commissioning it."""
    if statement.step is None and (statement.creates or one.role in (Role.INPUT, Role.OUTPUT)):
        return "commissioning"
    return statement.step


def owners_of(
    passages: Sequence[Passage], told: Mapping[int, Statement], holders: Holders
) -> list[Ownership]:
    """Give who owned the thing; ownership is kept beside custody and never mixed with it."""
    owners: list[Ownership] = []
    for one in passages:
        owner = holders.party(told[one.event].owner)
        if owner is None:
            continue
        if owners and owners[-1].party == owner:
            owners[-1] = owners[-1]._replace(events=(*owners[-1].events, one.event))
            continue
        if owners:
            owners[-1] = owners[-1]._replace(end=one.at)
        owners.append(Ownership(owner, one.at, None, (one.event,)))
    return owners
