"""Where each of many things is now: last place, present holder, container, state (semantics 3, destination).

Set-based: what touched the things is read once, newest first, and each event settles the runs of things
that nothing newer has settled. Runs lie in blocks of 64 things, so "not settled yet" is one integer a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, Literal, NamedTuple, TypeVar

from lineage.facts import How, Move, Role, Statement
from lineage.trace.directory import Directory
from lineage.trace.journeys import InUnit, Passage, passages, stays_of
from lineage.trace.neighbours import BLOCK, FOREVER, Neighbours
from lineage.trace.runs import asks_for, runs_of

State = Literal["in_stock", "in_transit", "sold", "consumed", "destroyed", "unknown"]
V = TypeVar("V")

_ENDED: Mapping[How, State] = {
    How.CONSUMED: "consumed",
    How.SOLD: "sold",
    How.DISPENSED: "sold",
    How.DESTROYED: "destroyed",
    How.DECOMMISSIONED: "destroyed",
}


class Whereabouts(NamedTuple):
    """Where a thing is, as far as events tell."""

    state: State
    party: str | None
    """Who has it; ``None`` when nobody says so, and once it is sold."""
    site: str | None
    unit: int | None
    """The container it is directly in."""
    since: int | None
    """Time of the event that tells the state."""


def whereabouts(
    neighbours: Neighbours, things: Iterable[int], directory: Directory, at: int = FOREVER
) -> dict[int, Whereabouts]:
    """Say of every thing where it is at a time (default: after all that is known)."""
    asked = sorted(set(things))
    names = neighbours.names(asks_for(asked))
    portions = {thing for thing in asked if names[thing].kind == "lot"}
    instances = list(runs_of(thing for thing in asked if thing not in portions))
    runs = [*instances, *runs_of(portions)]
    stays = stays_of(neighbours, instances)
    newest_first = sorted(
        (one for one in passages(neighbours, runs, stays, until=at) if not one.void),
        key=lambda one: (-one.at, -one.event),
    )
    told = neighbours.statements({one.event for one in newest_first})
    states: _Settled[tuple[State, int]] = _Settled(asked)
    sites: _Settled[str] = _Settled(asked)
    parties: _Settled[str | None] = _Settled(asked)
    holder = Holders(directory).after
    for one in newest_first:
        statement = told[one.event]
        state = state_after(one, statement, portion=one.first in portions)
        if state is not None:
            states.settle(one, (state, one.at))
            if state == "sold":
                parties.settle(one, None)
        site = statement.site
        if site is not None:
            sites.settle(one, site)
        party = holder(statement, one.at)
        if party is not None:
            parties.settle(one, party)
    inside = _containers(stays, at)
    return {
        thing: _whereabouts(states.get(thing), parties.get(thing), sites.get(thing), inside.get(thing))
        for thing in asked
    }


def state_after(one: Passage, statement: Statement, *, portion: bool) -> State | None:
    """Give the state that an event leaves a thing in; ``None`` when it tells nothing.

    :param portion: the thing is a lot: what happens to a part of it ends nothing
    """
    if not portion:
        if one.role is Role.INPUT:
            return "consumed"
        if statement.ends is not None and one.role is Role.EPC:
            return _ENDED[statement.ends]
    if statement.move is Move.SHIP or statement.disposition == "in_transit":
        return "in_transit"
    if statement.move is Move.NOTHING:
        return None
    return "in_stock" if statement.site or statement.taker or statement.giver else None


class Holders:
    """Who has a thing after an event, by what it says and by who operates the place."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._operators: dict[tuple[str, int], str | None] = {}
        self._parties: dict[str, str] = {}

    def after(self, statement: Statement, at: int) -> str | None:
        """Give the party that has the things after the event, as far as it says so (semantics 2.6)."""
        if statement.move is Move.NOTHING:
            return None
        if statement.move is Move.SHIP:
            return self.party(statement.carrier) or self.shipper(statement, at)
        return self.party(statement.taker or statement.giver) or self.operator(statement, at)

    def shipper(self, statement: Statement, at: int) -> str | None:
        """Give the party that ships: the one that had it, by word or by place."""
        return self.party(statement.giver) or self.operator(statement, at)

    def party(self, key: str | None) -> str | None:
        """Give the one key of a party that events may name by several (its PGLN, its credit code)."""
        if key is None:
            return None
        if key not in self._parties:
            known = self._directory.party(key)
            self._parties[key] = key if known is None else known.id
        return self._parties[key]

    def operator(self, statement: Statement, at: int) -> str | None:
        """Give the operator of the business location, else of the read point."""
        for site in dict.fromkeys((statement.site, statement.read_point)):
            if site is None:
                continue
            key = site, at
            if key not in self._operators:
                self._operators[key] = self.party(self._directory.operator_of(site, at))
            if self._operators[key] is not None:
                return self._operators[key]
        return None


class _Settled(Generic[V]):
    """The first value given to each thing wins."""

    def __init__(self, things: Iterable[int]) -> None:
        self._open: dict[int, int] = {}
        for thing in things:
            block, bit = divmod(thing, BLOCK)
            self._open[block] = self._open.get(block, 0) | 1 << bit
        self._values: dict[int, V] = {}

    def settle(self, run: Passage, value: V) -> None:
        block, first = divmod(run.first, BLOCK)
        unsettled = self._open.get(block, 0)
        mask = ((2 << (run.last - run.first)) - 1) << first
        new = unsettled & mask
        if not new:
            return
        self._open[block] = unsettled & ~mask
        start = block * BLOCK
        while new:
            bit = new & -new
            self._values[start + bit.bit_length() - 1] = value
            new ^= bit

    def get(self, thing: int) -> V | None:
        return self._values.get(thing)


def _containers(stays: Iterable[InUnit], at: int) -> dict[int, int]:
    """Give the unit that each thing is directly in; of several, the one it went into last."""
    inside: dict[int, int] = {}
    for stay in sorted(stays, key=lambda stay: stay.start):
        if stay.depth == 1 and stay.start <= at and (at < stay.end or stay.end == FOREVER):
            for first, last in stay.runs:
                inside.update(dict.fromkeys(range(first, last + 1), stay.unit))
    return inside


def _whereabouts(
    state: tuple[State, int] | None, party: str | None, site: str | None, unit: int | None
) -> Whereabouts:
    if state is None:
        return Whereabouts("unknown", party, site, unit, None)
    ended = state[0] not in ("in_stock", "in_transit")
    return Whereabouts(state[0], party, site, None if ended else unit, state[1])
