"""How much of each lot came from the lot that was asked about: known, or at least and at most (semantics 4).

Lots are not stirred: which kilograms went where is unknown, so the bounds assume the worst on both sides.

1. Lots are taken in the order in which they were reached, so that the bounds of what went in are known
   before.
2. Of an input of ``a`` out of a lot of ``T`` with ``[m, M]`` of ours: at least what the rest of the lot
   cannot hold, at most all of ours: ``[max(0, a - (T - m)), min(a, M)]``.
3. Of an output of ``b``: at least what everything else that went in cannot fill, at most everything of
   ours that went in. Where more came out than went in (water, salt), all that went in is taken to have
   grown alike.
4. What a lot got from several transformations adds up.
5. Where an amount is not stated, or in another dimension, all that is known is "between nothing and all of
   it".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from lineage.facts import Role
from lineage.facts.quantities import base_unit
from lineage.trace.books import NOTHING, Stated, books_of, things_of
from lineage.trace.graph import Graph
from lineage.trace.names import Names
from lineage.trace.neighbours import Neighbours, Transformation
from lineage.trace.runs import asks_for


class Share(NamedTuple):
    """How much of a lot came from the lot that was asked about."""

    least: Decimal
    most: Decimal
    uom: str

    def as_dict(self) -> dict[str, Any]:
        """Write it as ``{min, max, uom}``; both are equal where the amount is known."""
        return {"min": float(self.least), "max": float(self.most), "uom": self.uom}


class _Lot(NamedTuple):
    total: Decimal
    least: Decimal
    most: Decimal


def shares(neighbours: Neighbours, graph: Graph, since: int, names: Names) -> dict[int, Share]:
    """Give the share of each lot of a destination answer that has an amount at all.

    :param since: what went in before this time is not meant
    :param names: for the kinds of things; asked for those that it does not know
    """
    dimension = books_of(neighbours, [graph.root])[graph.root].dimension
    if dimension is None:
        return {}
    names.ask(graph.runs())
    lots: list[int] = []
    # 1.
    for run in sorted(graph.thing_runs, key=lambda one: (one.at, one.depth)):
        kinds = names.kinds(run.first, run.last)
        if "lot" in kinds:
            lots += [thing for thing, kind in enumerate(kinds, run.first) if kind == "lot"]
    made: dict[int, list[Transformation]] = defaultdict(list)
    parts = {one.ref: one for one in neighbours.made_from(asks_for(lots))}
    for whole in neighbours.transformations(parts):
        for leg in parts[whole.ref].outputs:
            for lot in range(leg.first, leg.last + 1):
                made[lot].append(whole)
    books = books_of(neighbours, lots)
    wholes = {one.ref: one for its in made.values() for one in its}
    inputs = {thing for one in wholes.values() for thing in things_of(one.inputs)}
    reached = {thing: at for thing in inputs if (at := graph.time_of(thing)) is not None}
    reached[graph.root] = since
    stated = Stated(neighbours, [leg for one in wholes.values() for leg in (*one.inputs, *one.outputs)])
    known: dict[int, _Lot | None] = {graph.root: None}
    for lot in lots:
        if books[lot].dimension != dimension or not books[lot].total.came:
            continue
        total = books[lot].total.came
        least = most = NOTHING
        # 4.
        for whole in {one.ref: one for one in made[lot]}.values():
            low, high = _of_output(lot, whole, stated, dimension, known, reached)
            least, most = least + low, most + high
        known[lot] = _Lot(total, min(least, total), min(most, total))
    uom = base_unit(dimension)
    return {lot: Share(one.least, one.most, uom) for lot, one in known.items() if one is not None}


def _of_output(
    lot: int,
    whole: Transformation,
    stated: Stated,
    dimension: str,
    known: Mapping[int, _Lot | None],
    reached: Mapping[int, int],
) -> tuple[Decimal, Decimal]:
    """3. Give the bounds of what one transformation put into a lot."""
    outputs = stated.amounts(whole.outputs, Role.OUTPUT, dimension)
    inputs = stated.amounts(whole.inputs, Role.INPUT, dimension)
    mine = sum((one.value for one in outputs or () if one.thing == lot), NOTHING)
    if outputs is None or inputs is None or not inputs:
        # 5.
        return NOTHING, stated.made_of(lot, whole.outputs, dimension)
    ours_least = ours_most = others_most = NOTHING
    for one in inputs:
        low, high = _of_input(one.thing, one.value, one.at, known, reached)
        ours_least, ours_most = ours_least + low, ours_most + high
        others_most += one.value - low
    went_in = sum((one.value for one in inputs), NOTHING)
    came_out = sum((one.value for one in outputs), NOTHING)
    growth = max(Decimal(1), came_out / went_in) if went_in else Decimal(1)
    return max(NOTHING, mine - others_most * growth), min(mine, ours_most * growth)


def _of_input(
    thing: int, value: Decimal, at: int, known: Mapping[int, _Lot | None], reached: Mapping[int, int]
) -> tuple[Decimal, Decimal]:
    """2. Give the bounds of what is ours in one input."""
    if thing not in reached or reached[thing] > at:
        return NOTHING, NOTHING
    if thing not in known:
        return NOTHING, value
    lot = known[thing]
    if lot is None:
        # The lot that was asked about is all ours.
        return value, value
    return max(NOTHING, value - (lot.total - lot.least)), min(value, lot.most)
