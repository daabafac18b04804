"""Source 来源: everything that may have gone into a thing by a time (semantics 3).

Backwards in time the *latest* departure is enough: what could still go in late could go in early. So each
thing keeps the latest time at which it could influence the root, and is looked at again only when that
time grows.

1. Start from (root, until).
2. From (o, t): every transformation with output o at s <= t. Each input that was in by t, with the time it
   went in.
3. For an input that is a logistic unit: what it contained at that time, at every depth.
4. If o belongs to a lot: the lot, with the commissioning time, or t if that is earlier.
5. If the root itself is a logistic unit: everything it contained, at every depth, at any time up to until,
   each with the time it left, or until.
6. With contact: everything that shared a container with o up to t, with the last moment in which it did.
7. Keep the latest time of each thing; go on from those whose time is new or later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lineage.trace.labels import THING, ByBlock, Labels, Piece, Step
from lineage.trace.neighbours import FOREVER, NEVER, Ask, Neighbours
from lineage.trace.nesting import Stretch, downwards, found_inside, upwards
from lineage.trace.runs import without
from lineage.trace.search import Budget, Options, explore


def search_backwards(neighbours: Neighbours, root: int, until: int, options: Options) -> Sources:
    """Find everything that may have gone into ``root`` by ``until``: its latest time, and a path."""
    back = _Backwards(neighbours, until, contact=options.contact)
    # 1., 7.
    explored = explore(Piece(root, root, until), back.expand, options, latest=True)
    # Whether something was made into the things of the last hop is known only from one hop more.
    if explored.frontier and not explored.truncated:
        for _ in back.expand(explored.frontier, Budget(0)):
            pass
    return Sources(*explored, fed=back.fed)


class Sources(NamedTuple):
    """What a search backwards found. Members as in :class:`~lineage.trace.search.Explored`."""

    root: Piece
    labels: Labels
    others: list[Piece]
    frontier: list[Piece]
    truncated: bool
    fed: set[int]
    """Things that something went into by their time; the other ones are *origins*."""


class _Backwards:
    """One application of the rule "from (o, t)", backwards, for a whole frontier."""

    def __init__(self, neighbours: Neighbours, until: int, *, contact: bool) -> None:
        self._ask = neighbours
        self._until = until
        self._contact = contact
        self.fed: set[int] = set()

    def expand(self, frontier: list[Piece], budget: Budget) -> Iterator[Piece]:
        index = ByBlock(frontier)
        inputs: list[Stretch] = []
        # 2. Of the outputs that one transformation reached in time, the one with the latest label lets
        #    most inputs in.
        for one in self._ask.made_from([Ask(p.first, p.last, NEVER, p.at) for p in frontier]):
            made = [
                (piece, max(piece.first, leg.first), min(piece.last, leg.last))
                for leg in one.outputs
                for piece in index.overlapping(leg.first, leg.last)
                if leg.at <= piece.at
            ]
            made.sort(key=lambda reached: -reached[0].at)
            for number, (piece, first, last) in enumerate(made):
                for gone_in in one.inputs:
                    if gone_in.at > piece.at:
                        continue
                    self.fed.update(range(first, last + 1))
                    if number and budget.left <= 0:
                        break
                    step = Step("made_from", THING, first, gone_in.event, gone_in.at)
                    yield piece.onward(gone_in.first, gone_in.last, gone_in.at, first, (step,))
                    if not number:
                        window = gone_in.at, gone_in.at + 1
                        inputs.append(Stretch(gone_in.first, gone_in.last, *window, piece, first, (step,)))
        # 3.
        for level in downwards(self._ask, inputs, into_contents=False):
            for inner in level:
                self.fed.add(inner.steps[-1].downstream)
                yield found_inside(inner, inner.start)
        # 4.
        for member in self._ask.lots_of([Ask(p.first, p.last, NEVER, FOREVER) for p in frontier]):
            for piece in index.overlapping(member.first, member.last):
                at, item = min(member.at, piece.at), max(piece.first, member.first)
                self.fed.update(range(item, min(piece.last, member.last) + 1))
                step = Step("member", THING, item, member.event, at)
                yield piece.onward(member.lot, member.lot, at, item, (step,))
        # 5.
        if frontier[0].previous is None:
            yield from self._contents_of_root(frontier[0])
        # 6.
        if self._contact:
            yield from self._contacts(frontier)

    def _contents_of_root(self, root: Piece) -> Iterator[Piece]:
        whole = Stretch(root.first, root.last, NEVER, _after(self._until), root)
        for level in downwards(self._ask, [whole], into_contents=False):
            for inner in level:
                yield found_inside(inner, min(inner.end, self._until))

    def _contacts(self, frontier: list[Piece]) -> Iterator[Piece]:
        stays = [Stretch(p.first, p.last, NEVER, _after(p.at), p) for p in frontier]
        units = [unit for level in upwards(self._ask, stays, earliest=False) for unit in level]
        for level in downwards(self._ask, units, into_contents=False):
            for other in level:
                at, thing = other.end - 1, other.origin(other.first)
                step = Step("contact", THING, thing, other.steps[-1].event, at)
                for first, last in without(thing, other.first, other.last):
                    yield other.piece.onward(first, last, at, thing, (step,))


def _after(at: int) -> int:
    """Give the half-open end of a window that includes ``at``."""
    return at if at == FOREVER else at + 1
