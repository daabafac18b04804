"""Balance: what came into a lot, what went out, what is left, what does not add up (semantics 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from lineage.facts import Role
from lineage.facts.quantities import base_unit
from lineage.trace.answer import Named
from lineage.trace.books import AtPlace, Books, Stated, books_of, things_of
from lineage.trace.directory import Directory, NoDirectory
from lineage.trace.findings import Finding
from lineage.trace.neighbours import Neighbours
from lineage.trace.responsibility import profile_at
from lineage.trace.runs import asks_for

_NO_DIRECTORY = NoDirectory()


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


def limit_of(neighbours: Neighbours, lot: int, books: Books, directory: Directory) -> float:
    """Give the yield limit that holds for a lot."""
    product = directory.product_of(neighbours.names(asks_for([lot]))[lot].id)
    return profile_at(product, books.stated[:1]).limit("yield_ratio").value


def findings_of(
    neighbours: Neighbours, books: Mapping[int, Books], limits: Mapping[int, float]
) -> list[Finding]:
    """Report what does not add up about these lots, in four calls whatever their number."""
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
    # The lots were asked for as outputs: what came beside them is not known yet.
    wholes = list(neighbours.transformations(parts))
    stated = Stated(neighbours, [leg for one in wholes for leg in (*one.outputs, *parts[one.ref].inputs)])
    for whole in wholes:
        part = parts[whole.ref]
        used, made = stated.total(part.inputs, Role.INPUT), stated.total(whole.outputs, Role.OUTPUT)
        if used is None or made is None or used.dimension != made.dimension:
            continue
        for lot in sorted(things_of(part.outputs) & limits.keys()):
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


def _plain(value: Decimal) -> str:
    """Write an amount without exponent and trailing zeros."""
    return f"{value.normalize():f}"
