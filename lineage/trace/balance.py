"""Balance: what came into a lot, what went out of it, what is left, per place (semantics 4).

1. Only the dimension that most of the lot's quantities have is balanced; others are named in
   ``unit_mismatch``.
2. In: what transformations made, and what ObjectEvent ADD created. Out: what went in as inputs, was
   deleted, sold, dispensed or destroyed. Both at the place of the event.
3. Shipping takes an amount out of a place and receiving brings it into one: for the lot's own quantities,
   and for portions of it inside a unit that is shipped or received. Neither changes the totals.
4. Findings: a transformation that made more than its inputs allow (``mass_balance``), and more used up
   than was ever made (``volume_exceeds_harvest``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from lineage.facts import Move, Role, Statement
from lineage.facts.quantities import Amount, amount, base_unit
from lineage.trace.answer import Named
from lineage.trace.directory import Directory, NoDirectory
from lineage.trace.findings import Finding
from lineage.trace.journeys import passages, stays_of
from lineage.trace.neighbours import Appearance, Interval, Leg, Neighbours
from lineage.trace.responsibility import profile_at
from lineage.trace.runs import asks_for

_NO_DIRECTORY = NoDirectory()
_NOTHING = Decimal(0)


@dataclass(slots=True)
class AtPlace:
    """The amounts of a lot at one place, in the base unit."""

    came: Decimal = _NOTHING
    """Made, created or received here."""
    went: Decimal = _NOTHING
    """Used, ended or shipped from here."""


class Balance(NamedTuple):
    """The balance of one lot."""

    lot: int
    uom: str | None
    """Base unit of the balance; ``None`` when no event states an amount."""
    came_in: Decimal
    went_out: Decimal
    places: Mapping[str | None, AtPlace]
    findings: Sequence[Finding]
    named: Named

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values."""
        return {
            "lot": self.named.things[self.lot].id,
            "uom": self.uom,
            "in": float(self.came_in),
            "out": float(self.went_out),
            "left": float(self.came_in - self.went_out),
            "places": [
                {
                    "site": site,
                    "in": float(place.came),
                    "out": float(place.went),
                    "left": float(place.came - place.went),
                }
                for site, place in self.places.items()
            ],
            "findings": [one.as_dict(self.named.things, self.named.events) for one in self.findings],
        }


def balance(neighbours: Neighbours, lot: int, *, directory: Directory = _NO_DIRECTORY) -> Balance:
    """Give the balance of a lot."""
    books = books_of(neighbours, [lot])[lot]
    books.follow_portions(neighbours)
    findings = findings_of(neighbours, {lot: books}, {lot: limit_of(neighbours, lot, books, directory)})
    named = Named.ask(
        neighbours,
        {lot}.union(*(finding.mentions() for finding in findings)),
        {event for finding in findings for event in finding.events},
    )
    uom = None if books.dimension is None else base_unit(books.dimension)
    return Balance(lot, uom, books.total.came, books.total.went, dict(books.places), findings, named)


def books_of(neighbours: Neighbours, lots: Collection[int]) -> dict[int, Books]:
    """Read what events state about these lots, in two calls."""
    stated: dict[int, list[Appearance]] = {lot: [] for lot in lots}
    for one in neighbours.appearances(asks_for(lots)):
        for lot in range(one.first, one.last + 1):
            if not one.void and lot in stated:
                stated[lot].append(one)
    told = neighbours.statements({one.event for its in stated.values() for one in its})
    return {lot: Books(lot, its, told) for lot, its in stated.items()}


def limit_of(neighbours: Neighbours, lot: int, books: Books, directory: Directory) -> float:
    """Give the yield limit that holds for a lot."""
    product = directory.product_of(neighbours.names(asks_for([lot]))[lot].id)
    return profile_at(product, books.stated[:1]).limit("yield_ratio").value


class Books:
    """Sums up what the events of one lot state, in total and at each place."""

    def __init__(self, lot: int, stated: list[Appearance], told: Mapping[int, Statement]) -> None:
        self.lot = lot
        self.stated = sorted(stated, key=lambda one: (one.at, one.event))
        # 1.
        self.dimensions = Counter(
            amount(one.quantity, one.uom).dimension for one in self.stated if one.quantity is not None
        )
        self.dimension = self.dimensions.most_common(1)[0][0] if self.dimensions else None
        self.total = AtPlace()
        self.places: dict[str | None, AtPlace] = defaultdict(AtPlace)
        for one in self.stated:
            self._enter(one, told[one.event])

    def _enter(self, one: Appearance, statement: Statement) -> None:
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

    def value(self, one: Appearance) -> Decimal | None:
        """Give the amount that an event states, if it is in the dimension that is balanced."""
        if one.quantity is None:
            return None
        stated = amount(one.quantity, one.uom)
        return stated.value if stated.dimension == self.dimension else None


def findings_of(
    neighbours: Neighbours, books: Mapping[int, Books], limits: Mapping[int, float]
) -> list[Finding]:
    """4. Report what does not add up about these lots, in four calls whatever their number."""
    found = [finding for one in books.values() for finding in _mixed_units(one)]
    found += [finding for lot, one in books.items() for finding in _used_too_much(one, limits[lot])]
    found += _made_of_too_little(neighbours, limits)
    return found


def _made_of_too_little(neighbours: Neighbours, limits: Mapping[int, float]) -> Iterable[Finding]:
    """Report each transformation that made more of a lot (and what came with it) than its inputs allow.

    A transformation of which some input or output has no amount, or whose amounts are in different
    dimensions, tells nothing. A unit among the inputs is what its contents came in when all of them are
    listed beside it, and unknown otherwise.
    """
    parts = {one.ref: one for one in neighbours.made_from(asks_for(limits))}
    went_in = {thing for one in parts.values() for thing in _things(one.inputs)}
    # The lots were asked for as outputs, so what came beside them is known only from the inputs' side.
    wholes = [one for one in neighbours.made_into(asks_for(went_in)) if one.ref in parts]
    stated = _Stated(neighbours, [leg for one in wholes for leg in (*one.outputs, *parts[one.ref].inputs)])
    for whole in wholes:
        part = parts[whole.ref]
        used, made = stated.total(part.inputs, Role.INPUT), stated.total(whole.outputs, Role.OUTPUT)
        if used is None or made is None or used.dimension != made.dimension:
            continue
        for lot in sorted(_things(part.outputs) & limits.keys()):
            if made.value > used.value * Decimal(repr(limits[lot])):
                details = {
                    "made": _plain(made.value),
                    "used": _plain(used.value),
                    "uom": base_unit(made.dimension),
                    "limit": limits[lot],
                }
                events = tuple(sorted({leg.event for leg in (*part.inputs, *whole.outputs)}))
                at = max(leg.at for leg in whole.outputs)
                yield Finding("mass_balance", (lot,), events, at, details)


def _used_too_much(books: Books, limit: float) -> Iterable[Finding]:
    """Report a lot of which more was used up than was ever made."""
    made, used = books.total.came, books.total.went
    if not made or used <= made * Decimal(repr(limit)):
        return
    uses = [one for one in books.stated if one.role is Role.INPUT and books.value(one) is not None]
    details = {"made": _plain(made), "used": _plain(used), "uom": base_unit(books.dimension or "pieces")}
    at = uses[-1].at if uses else None
    yield Finding("volume_exceeds_harvest", (books.lot,), tuple(one.event for one in uses), at, details)


def _mixed_units(books: Books) -> Iterable[Finding]:
    if len(books.dimensions) > 1:
        units = ", ".join(sorted(base_unit(dimension) for dimension in books.dimensions))
        yield Finding("unit_mismatch", (books.lot,), (), None, {"units": units})


class _Stated:
    """The amounts that events state about the legs of transformations, read in three calls."""

    def __init__(self, neighbours: Neighbours, legs: Sequence[Leg]) -> None:
        things = _things(legs)
        units = [thing for thing, name in neighbours.names(asks_for(things)).items() if name.kind == "unit"]
        self._contents: dict[int, list[Interval]] = {unit: [] for unit in units}
        for stay in neighbours.contents(asks_for(units)):
            if stay.parent in self._contents:
                self._contents[stay.parent].append(stay)
        self._by_event: dict[tuple[int, Role], list[Appearance]] = defaultdict(list)
        for one in neighbours.appearances(asks_for(things)):
            self._by_event[one.event, one.role].append(one)

    def total(self, legs: Sequence[Leg], role: Role) -> Amount | None:
        """Add up one side; ``None`` when an event states nothing, or the amounts do not add up."""
        total = _NOTHING
        dimensions: set[str] = set()
        for event in {leg.event for leg in legs}:
            stated = self._by_event[event, role]
            listed = {thing for one in stated for thing in range(one.first, one.last + 1)}
            for one in stated:
                if one.quantity is None and self._is_wrapping(one, listed):
                    continue
                if one.quantity is None:
                    return None
                part = amount(one.quantity, one.uom)
                dimensions.add(part.dimension)
                total += part.value * (one.last - one.first + 1)
        return Amount(total, dimensions.pop()) if len(dimensions) == 1 else None

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


def _things(legs: Iterable[Leg]) -> set[int]:
    return {thing for leg in legs for thing in range(leg.first, leg.last + 1)}


def _plain(value: Decimal) -> str:
    """Write an amount without exponent and trailing zeros."""
    return f"{value.normalize():f}"
