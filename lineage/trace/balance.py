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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from lineage.facts import Move, Role, Statement
from lineage.facts.quantities import Amount, amount, base_unit
from lineage.trace.answer import Named
from lineage.trace.directory import Directory, NoDirectory
from lineage.trace.findings import Finding
from lineage.trace.journeys import passages, stays_of
from lineage.trace.neighbours import FOREVER, NEVER, Appearance, Ask, Leg, Neighbours
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
    found = [one for one in neighbours.appearances(asks_for([lot])) if not one.void]
    found.sort(key=lambda one: (one.at, one.event))
    # 1.
    stated = Counter(amount(one.quantity, one.uom).dimension for one in found if one.quantity is not None)
    dimension = stated.most_common(1)[0][0] if stated else None
    books = _Books(neighbours, lot, dimension)
    for one in found:
        books.enter(one)
    books.follow_portions(found)
    product = directory.product_of(neighbours.names(asks_for([lot]))[lot].id)
    limit = profile_at(product, found[:1]).limit("yield_ratio").value
    findings = [
        *_mixed_units(lot, stated),
        *made_of_too_little(neighbours, lot, limit),
        *_used_too_much(lot, books, limit, found),
    ]
    named = Named.ask(
        neighbours,
        {lot}.union(*(finding.mentions() for finding in findings)),
        {event for finding in findings for event in finding.events},
    )
    uom = None if dimension is None else base_unit(dimension)
    return Balance(lot, uom, books.total.came, books.total.went, dict(books.places), findings, named)


class _Books:
    """Sums up what the events of one lot state, in total and at each place."""

    def __init__(self, neighbours: Neighbours, lot: int, dimension: str | None) -> None:
        self._ask = neighbours
        self._lot = lot
        self.dimension = dimension
        self.total = AtPlace()
        self.places: dict[str | None, AtPlace] = defaultdict(AtPlace)

    def enter(self, one: Appearance) -> None:
        """Enter what one event states about the lot itself."""
        value = self.value(one)
        if value is None:
            return
        event = self._ask.events([one.event])[one.event]
        statement = self._ask.statements([one.event])[one.event]
        action = event.action if event.type == "ObjectEvent" else None
        place = self.places[statement.site]
        # 2.
        if one.role is Role.OUTPUT or action == "ADD":
            self.total.came += value
            place.came += value
        elif one.role is Role.INPUT or (one.role is Role.EPC and statement.ends is not None):
            self.total.went += value
            place.went += value
        elif one.role is Role.EPC:
            # 3.
            self.move(statement, value)

    def follow_portions(self, found: Sequence[Appearance]) -> None:
        """3. Let each portion that is in a unit move with the unit, for as long as it is in it."""
        packed = {one.event: one for one in found if one.role is Role.CHILD}
        for stay in self._ask.containers(asks_for([self._lot])):
            opened = packed.get(stay.event)
            value = None if opened is None else self.value(opened)
            if value is None:
                continue
            unit = [(stay.parent, stay.parent)]
            moves = passages(self._ask, unit, stays_of(self._ask, unit), stay.start, stay.end)
            for event in sorted({one.event for one in moves if not one.void and one.at < stay.end}):
                self.move(self._ask.statements([event])[event], value)

    def move(self, statement: Statement, value: Decimal) -> None:
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


def made_of_too_little(neighbours: Neighbours, lot: int, limit: float) -> Iterable[Finding]:
    """Report each transformation that made more of a lot (and what came with it) than its inputs allow.

    A transformation of which some input or output has no amount, or whose amounts are in different
    dimensions, tells nothing.
    """
    for part in neighbours.made_from([Ask(lot, lot, NEVER, FOREVER)]):
        into = neighbours.made_into(asks_for(_things(part.inputs)))
        whole = next((one for one in into if one.ref == part.ref), None)
        if whole is None:
            continue
        used = _sum(neighbours, part.inputs, Role.INPUT)
        made = _sum(neighbours, whole.outputs, Role.OUTPUT)
        if used is None or made is None or used.dimension != made.dimension:
            continue
        if made.value > used.value * Decimal(repr(limit)):
            details = {
                "made": _plain(made.value),
                "used": _plain(used.value),
                "uom": base_unit(made.dimension),
                "limit": limit,
            }
            events = tuple(sorted({leg.event for leg in (*part.inputs, *whole.outputs)}))
            yield Finding("mass_balance", (lot,), events, max(leg.at for leg in whole.outputs), details)


def _used_too_much(lot: int, books: _Books, limit: float, found: Sequence[Appearance]) -> Iterable[Finding]:
    """Report a lot of which more was used up than was ever made."""
    made, used = books.total.came, books.total.went
    if not made or used <= made * Decimal(repr(limit)):
        return
    uses = [one for one in found if one.role is Role.INPUT and books.value(one) is not None]
    details = {"made": _plain(made), "used": _plain(used), "uom": base_unit(books.dimension or "pieces")}
    at = uses[-1].at if uses else None
    yield Finding("volume_exceeds_harvest", (lot,), tuple(one.event for one in uses), at, details)


def _mixed_units(lot: int, stated: Counter[str]) -> Iterable[Finding]:
    if len(stated) > 1:
        units = ", ".join(sorted(base_unit(dimension) for dimension in stated))
        yield Finding("unit_mismatch", (lot,), (), None, {"units": units})


def _sum(neighbours: Neighbours, legs: Sequence[Leg], role: Role) -> Amount | None:
    """Add up what the events of these legs state; ``None`` when one states nothing, or they do not add up."""
    events = {leg.event for leg in legs}
    total = _NOTHING
    dimensions: set[str] = set()
    for one in neighbours.appearances(asks_for(_things(legs))):
        if one.event not in events or one.role is not role:
            continue
        if one.quantity is None:
            return None
        part = amount(one.quantity, one.uom)
        dimensions.add(part.dimension)
        total += part.value * (one.last - one.first + 1)
    return Amount(total, dimensions.pop()) if len(dimensions) == 1 else None


def _things(legs: Iterable[Leg]) -> set[int]:
    return {thing for leg in legs for thing in range(leg.first, leg.last + 1)}


def _plain(value: Decimal) -> str:
    """Write an amount without exponent and trailing zeros."""
    return f"{value.normalize():f}"
