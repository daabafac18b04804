"""The books of lots: what events state about their amounts, read for many lots at once (semantics 4).

1. Only the dimension that most of a lot's quantities have is balanced; others are named in ``unit_mismatch``.
2. In: what transformations made, and what ObjectEvent ADD created. Out: what went in as inputs, was
   deleted, sold, dispensed or destroyed. Both at the place of the event.
3. Shipping takes an amount out of a place and receiving brings it into one: for the lot's own quantities,
   and for portions of it inside a unit that is shipped or received. Neither changes the totals.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from lineage.facts import Move, Role, Statement
from lineage.facts.quantities import Amount, amount
from lineage.trace.journeys import Passage, passages, stays_of
from lineage.trace.neighbours import Appearance, Interval, Leg, Neighbours
from lineage.trace.runs import asks_for

NOTHING = Decimal(0)


@dataclass(slots=True)
class AtPlace:
    """The amounts of a lot at one place, in the base unit."""

    came: Decimal = NOTHING
    """Made, created or received here."""
    went: Decimal = NOTHING
    """Used, ended or shipped from here."""


def books_of(neighbours: Neighbours, lots: Collection[int]) -> dict[int, Books]:
    """Read what events state about these lots, in two calls."""
    stated: dict[int, list[Appearance]] = {lot: [] for lot in lots}
    for one in neighbours.appearances(asks_for(lots)):
        for lot in range(one.first, one.last + 1):
            if not one.void and lot in stated:
                stated[lot].append(one)
    told = neighbours.statements({one.event for its in stated.values() for one in its})
    return {lot: Books(lot, its, told) for lot, its in stated.items()}


class Books:
    """Sums up what the events of one lot state, in total and at each place."""

    def __init__(
        self, lot: int, stated: Iterable[Appearance | Passage], told: Mapping[int, Statement]
    ) -> None:
        self.lot = lot
        self.stated = sorted(stated, key=lambda one: (one.at, one.event))
        # 1.
        self.dimensions = Counter(
            amount(one.quantity, one.uom).dimension for one in self.stated if one.quantity is not None
        )
        self.dimension = max(self.dimensions, key=self.dimensions.__getitem__, default=None)
        self.total = AtPlace()
        self.places: dict[str | None, AtPlace] = defaultdict(AtPlace)
        for one in self.stated:
            self._enter(one, told[one.event])

    def _enter(self, one: Appearance | Passage, statement: Statement) -> None:
        value = self.value(one)
        if value is None:
            return
        # 2.
        if one.role is Role.OUTPUT or (one.role is Role.EPC and statement.creates):
            self.total.came += value
            self.places[statement.site].came += value
        elif one.role is Role.INPUT or (one.role is Role.EPC and statement.ends is not None):
            self.total.went += value
            self.places[statement.site].went += value
        elif one.role is Role.EPC:
            # 3.
            self._move(statement, value)

    def follow_portions(self, neighbours: Neighbours) -> None:
        """3. Let each portion that is in a unit move with the unit, for as long as it is in it."""
        packed = {one.event: one for one in self.stated if one.role is Role.CHILD}
        for stay in neighbours.containers(asks_for([self.lot])):
            opened = packed.get(stay.event)
            value = None if opened is None else self.value(opened)
            if value is None:
                continue
            unit = [(stay.parent, stay.parent)]
            moves = passages(neighbours, unit, stays_of(neighbours, unit), stay.start, stay.end)
            events = {one.event for one in moves if not one.void and one.at < stay.end}
            for _, statement in sorted(neighbours.statements(events).items()):
                self._move(statement, value)

    def _move(self, statement: Statement, value: Decimal) -> None:
        """Take an amount out of the place that ships it, or bring it into the one that receives it."""
        if statement.move is Move.SHIP:
            self.places[statement.site].went += value
        elif statement.move is Move.RECEIVE:
            self.places[statement.site].came += value

    def value(self, one: Appearance | Passage) -> Decimal | None:
        """Give the amount that an event states, if it is in the dimension that is balanced."""
        if one.quantity is None:
            return None
        stated = amount(one.quantity, one.uom)
        return stated.value if stated.dimension == self.dimension else None


class Put(NamedTuple):
    """An amount that one event put into, or took out of, a transformation."""

    thing: int
    value: Decimal
    at: int


class Stated:
    """The amounts that events state about the legs of transformations, read in three calls."""

    def __init__(self, neighbours: Neighbours, legs: Sequence[Leg]) -> None:
        units = [
            thing
            for thing, name in neighbours.names(asks_for(things_of(legs))).items()
            if name.kind == "unit"
        ]
        self._contents: dict[int, list[Interval]] = {unit: [] for unit in units}
        for stay in neighbours.contents(asks_for(units)) if units else ():
            if stay.parent in self._contents:
                self._contents[stay.parent].append(stay)
        self._by_event: dict[tuple[int, Role], list[Appearance]] = defaultdict(list)
        # What the events of these legs state, and little of what else happened to the things.
        times = [leg.at for leg in legs]
        asks = asks_for(things_of(legs), min(times), max(times)) if legs else []
        for one in neighbours.appearances(asks):
            self._by_event[one.event, one.role].append(one)

    def total(self, legs: Sequence[Leg], role: Role) -> Amount | None:
        """Add up one side; ``None`` when an event states nothing, or the amounts do not add up."""
        dimensions: set[str] = set()
        for event in {leg.event for leg in legs}:
            for one in self._by_event[event, role]:
                if one.quantity is not None:
                    dimensions.add(amount(one.quantity, one.uom).dimension)
        if len(dimensions) != 1:
            return None
        dimension = dimensions.pop()
        parts = self.amounts(legs, role, dimension)
        return None if parts is None else Amount(sum((one.value for one in parts), NOTHING), dimension)

    def amounts(self, legs: Iterable[Leg], role: Role, dimension: str) -> list[Put] | None:
        """Give what the events of one side state, thing by thing.

        ``None`` when one of them states nothing, or something in another dimension.
        """
        found: list[Put] = []
        for event in {leg.event for leg in legs}:
            stated = self._by_event[event, role]
            listed = {thing for one in stated for thing in range(one.first, one.last + 1)}
            for one in stated:
                if one.quantity is None and self._is_wrapping(one, listed):
                    continue
                part = None if one.quantity is None else amount(one.quantity, one.uom)
                if part is None or part.dimension != dimension:
                    return None
                found += [Put(thing, part.value, one.at) for thing in range(one.first, one.last + 1)]
        return found

    def made_of(self, lot: int, legs: Iterable[Leg], dimension: str) -> Decimal:
        """Add up what the events of these legs say they made of one lot, whatever else they say."""
        parts = (
            amount(one.quantity, one.uom)
            for event in {leg.event for leg in legs}
            for one in self._by_event[event, Role.OUTPUT]
            if one.first <= lot <= one.last and one.quantity is not None
        )
        return sum((part.value for part in parts if part.dimension == dimension), NOTHING)

    def _is_wrapping(self, one: Appearance, listed: set[int]) -> bool:
        """Say whether everything in these units at that moment is listed by itself."""
        return all(
            unit in self._contents
            and all(
                child in listed
                for stay in self._contents[unit]
                if stay.start <= one.at < stay.end
                for child in range(stay.first, stay.last + 1)
            )
            for unit in range(one.first, one.last + 1)
        )


def things_of(legs: Iterable[Leg]) -> set[int]:
    """Give every thing of these legs."""
    return {thing for leg in legs for thing in range(leg.first, leg.last + 1)}
