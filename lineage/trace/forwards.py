"""Destination 去向: everything that a thing may have gone into from a time on (semantics 3).

Forwards in time the *earliest* arrival is enough, since things persist: what is reached early can still go
in late. So each thing keeps the earliest time at which the root could have influenced it, and is looked at
again only when that time falls.

1. Start from (root, since).
2. From (o, t): where o is from t on: in itself, and in each unit that contains it, at every depth, while
   it does.
3. Every transformation that has o, or such a unit while o is inside, as an input at s >= t: its outputs,
   each with its own time, never before s.
4. The items of the lot o that are commissioned at t or later, each with its commissioning time.
5. If the root is a logistic unit: what is inside it, at every depth, at since or goes in later.
6. With contact: everything that shares a container with o from t on, from the moment it does.
7. Keep the earliest time of each thing; go on from those whose time is new or earlier.
"""

from __future__ import annotations

from collections.abc import Iterator

from lineage.trace.labels import THING, ByBlock, Piece, Step
from lineage.trace.neighbours import FOREVER, Ask, Neighbours
from lineage.trace.nesting import Stretch, asks_of, dated, downwards, found_inside, upwards
from lineage.trace.runs import without
from lineage.trace.search import Budget, Explored, Options, explore


def search_forwards(neighbours: Neighbours, root: int, since: int, options: Options) -> Explored:
    """Find everything that ``root`` may have gone into from ``since`` on: its earliest time, and a path."""
    forth = _Forwards(neighbours, contact=options.contact)
    # 1., 7.
    return explore(Piece(root, root, since), forth.expand, options, latest=False)


class _Forwards:
    """One application of the rule "from (o, t)", forwards, for a whole frontier."""

    def __init__(self, neighbours: Neighbours, *, contact: bool) -> None:
        self._ask = neighbours
        self._contact = contact

    def expand(self, frontier: list[Piece], budget: Budget) -> Iterator[Piece]:
        # 2.
        own = [Stretch(p.first, p.last, p.at, FOREVER, p) for p in frontier]
        units = [unit for level in upwards(self._ask, own, earliest=True) for unit in level]
        # 3. Of the inputs that carry the influence into one transformation, the earliest reaches every
        #    output first.
        used = list(self._ask.made_into(asks_of([*own, *units])))
        where = ByBlock([*own, *units] if used else ())
        for one in used:
            carried = [
                (carrier, leg)
                for leg in one.inputs
                for carrier in where.overlapping(leg.first, leg.last)
                if carrier.start <= leg.at < carrier.end
            ]
            carried.sort(key=lambda way: way[1].at)
            for number, (carrier, leg) in enumerate(carried):
                thing, gone_in = carrier.origin(leg.first), max(carrier.first, leg.first)
                on_the_way = dated(carrier.steps, leg.at)
                for out in one.outputs:
                    if number and budget.left <= 0:
                        break
                    at, piece = max(leg.at, out.at), carrier.piece
                    step = Step("made_from", gone_in, THING, out.event, at)
                    yield piece.onward(out.first, out.last, at, thing, (*on_the_way, step))
        # 4.
        index = ByBlock(frontier)
        for member in self._ask.items_of([Ask(p.first, p.last, p.at, FOREVER) for p in frontier]):
            for piece in index.overlapping(member.lot, member.lot):
                if member.at >= piece.at:
                    step = Step("member", member.lot, THING, member.event, member.at)
                    yield piece.onward(member.first, member.last, member.at, member.lot, (step,))
        # 5.
        if frontier[0].previous is None:
            for level in downwards(self._ask, own, into_contents=True):
                for inner in level:
                    yield found_inside(inner, inner.start)
        # 6.
        if self._contact:
            yield from self._contacts(units)

    def _contacts(self, units: list[Stretch]) -> Iterator[Piece]:
        for level in downwards(self._ask, units, into_contents=True):
            for other in level:
                thing = other.origin(other.first)
                step = Step("contact", thing, THING, other.steps[-1].event, other.start)
                for first, last in without(thing, other.first, other.last):
                    yield other.piece.onward(first, last, other.start, thing, (step,))
