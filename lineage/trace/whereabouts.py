"""Where each of many things is now: last place, present holder, container, state (semantics 3, destination).

Set-based: what touched the things is told newest first, and each event settles the runs of things that
nothing newer has settled. Runs lie in blocks of 64 things, so "not settled yet" is one integer a block.

1. Most things end outside of any unit, and the last event that names them says everything (they are sold, or
   stand where they were unpacked): of those only that event is read.
2. Of the others everything is read that touched them, directly or through the units that they were in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from lineage.facts import How, Move, Role, Statement
from lineage.trace.directory import Directory
from lineage.trace.journeys import InUnit, Passage, passages, stays_of
from lineage.trace.names import Names
from lineage.trace.neighbours import BLOCK, FOREVER, Neighbours
from lineage.trace.runs import Run, runs_of, union

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


class WhereRun(NamedTuple):
    """The things ``first..last`` are in one place."""

    first: int
    last: int
    where: Whereabouts


def whereabouts(
    neighbours: Neighbours, things: Iterable[int], directory: Directory, at: int = FOREVER
) -> dict[int, Whereabouts]:
    """Say of every thing where it is at a time (default: after all that is known)."""
    found = where_runs(neighbours, runs_of(things), directory, Names(neighbours), at)
    return {thing: run.where for run in found for thing in range(run.first, run.last + 1)}


def where_runs(
    neighbours: Neighbours, runs: Iterable[Run], directory: Directory, names: Names, at: int = FOREVER
) -> list[WhereRun]:
    """Say it of the things of many runs, in order of their numbers.

    :param names: for the kinds of things; asked for those that it does not know
    """
    asked = list(union(runs))
    names.ask(asked)
    instances: list[Run] = []
    portions: set[int] = set()
    for first, last in asked:
        kinds = names.kinds(first, last)
        if "lot" in kinds:
            portions.update(thing for thing, kind in enumerate(kinds, first) if kind == "lot")
            instances += runs_of(thing for thing, kind in enumerate(kinds, first) if kind != "lot")
        else:
            instances.append((first, last))
    stays = stays_of(neighbours, instances)
    # 1.
    touched = passages(neighbours, [*instances, *runs_of(portions)], (), until=at)
    named = _newest_first(one for one in touched if not one.void)
    words = _Words(asked, portions, Holders(directory))
    newest = list(_last_words(named, stays))
    told = neighbours.statements({one.event for one, _ in newest})
    for one, bits in newest:
        words.say(one, told[one.event], bits)
    # 2.
    inside = [stay._replace(runs=runs) for stay in stays if (runs := tuple(filter(words.wanted, stay.runs)))]
    carried = passages(neighbours, (), inside, until=at)
    left = _newest_first(
        one for one in chain(named, carried) if not one.void and words.wanted((one.first, one.last))
    )
    told = neighbours.statements({one.event for one in left})
    for one in left:
        words.say(one, told[one.event])
    units: _Settled[int] = _Settled(asked)
    for stay in _directly_in(stays, at):
        for run in stay.runs:
            units.settle(*_bits(run), stay.unit)
    return [
        WhereRun(first, last, _whereabouts(*values))
        for run in asked
        for values, first, last in _alike(run, [*words.of(run), units.of(run)])
    ]


def _newest_first(touched: Iterable[Passage]) -> list[Passage]:
    return sorted(touched, key=attrgetter("at", "event"), reverse=True)


def _last_words(newest_first: Iterable[Passage], stays: Iterable[InUnit]) -> Iterator[tuple[Passage, int]]:
    """Give the last event that names each thing, as bits of a block, unless the thing was in a unit since."""
    ended = sorted((stay for stay in stays if stay.depth == 1), key=attrgetter("end"))
    passed: dict[int, int] = defaultdict(int)
    for one in newest_first:
        while ended and ended[-1].end >= one.at:
            for run in ended.pop().runs:
                block, bits = _bits(run)
                passed[block] |= bits
        block, bits = _bits((one.first, one.last))
        if new := bits & ~passed[block]:
            passed[block] |= bits
            yield one, new


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


class _Words:
    """What events say about many things: of state, place and holder the first word that is said stays."""

    def __init__(self, asked: Sequence[Run], portions: Collection[int], holders: Holders) -> None:
        self._portions = portions
        self._holders = holders
        self._states: _Settled[tuple[State, int]] = _Settled(asked)
        self._sites: _Settled[str] = _Settled(asked)
        self._parties: _Settled[str] = _Settled(asked)

    def wanted(self, run: Run) -> bool:
        """Say whether something is not said yet of some of these things."""
        block, bits = _bits(run)
        left = self._states.left[block] | self._sites.left[block] | self._parties.left[block]
        return bool(left & bits)

    def say(self, one: Passage, statement: Statement, bits: int = -1) -> None:
        """Say what an event says about the things that it touched.

        :param bits: those of them that are meant, as bits of their block
        """
        block, touched = _bits((one.first, one.last))
        bits &= touched
        state = state_after(one, statement, portion=one.first in self._portions)
        if state is not None:
            self._states.settle(block, bits, (state, one.at))
            if state == "sold":
                self._parties.settle(block, bits, None)
        if statement.site is not None:
            self._sites.settle(block, bits, statement.site)
        party = self._holders.after(statement, one.at)
        if party is not None:
            self._parties.settle(block, bits, party)

    def of(self, run: Run) -> list[list[Any]]:
        """Give state, holder and place of each of these things."""
        return [one.of(run) for one in (self._states, self._parties, self._sites)]


class _Settled(Generic[V]):
    """The first value given to each thing wins.

    :ivar left: block → the things that have no value yet, as bits
    """

    def __init__(self, runs: Iterable[Run]) -> None:
        self.left: dict[int, int] = defaultdict(int)
        self._values: dict[int, list[V | None]] = {}
        for run in runs:
            block, bits = _bits(run)
            self.left[block] |= bits
            self._values[block] = [None] * BLOCK

    def settle(self, block: int, bits: int, value: V | None) -> None:
        """Give a value to those of these things that have none yet."""
        new = bits & self.left[block]
        if not new:
            return
        self.left[block] ^= new
        values = self._values[block]
        begin, end = (new & -new).bit_length() - 1, new.bit_length()
        if new == (1 << end) - (1 << begin):
            values[begin:end] = [value] * (end - begin)
            return
        for place in range(begin, end):
            if new >> place & 1:
                values[place] = value

    def of(self, run: Run) -> list[V | None]:
        """Give the value of each of these things; ``None`` where none was given."""
        block, begin = divmod(run[0], BLOCK)
        return self._values[block][begin : begin + run[1] - run[0] + 1]


def _bits(run: Run) -> tuple[int, int]:
    """Give the block of a run, and the things of the run as bits of it."""
    block, begin = divmod(run[0], BLOCK)
    return block, (2 << run[1] - run[0]) - 1 << begin


def _alike(run: Run, several: Sequence[Sequence[Any]]) -> Iterator[tuple[tuple[Any, ...], int, int]]:
    """Give the values of the things of a run, as (values, first, last) where they are the same."""
    first = run[0]
    for values, those in groupby(zip(*several, strict=True)):
        end = first + sum(1 for _ in those)
        yield values, first, end - 1
        first = end


def _directly_in(stays: Iterable[InUnit], at: int) -> list[InUnit]:
    """Give the stays in which things are directly in a unit; the one that began last comes first."""
    now = [
        stay
        for stay in stays
        if stay.depth == 1 and stay.start <= at and (at < stay.end or stay.end == FOREVER)
    ]
    return sorted(now, key=attrgetter("start"))[::-1]


def _whereabouts(
    state: tuple[State, int] | None, party: str | None, site: str | None, unit: int | None
) -> Whereabouts:
    if state is None:
        return Whereabouts("unknown", party, site, unit, None)
    ended = state[0] not in ("in_stock", "in_transit")
    return Whereabouts(state[0], party, site, None if ended else unit, state[1])
