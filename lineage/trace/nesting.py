"""Walking containers in time: up from things to what they were in, down from units to what was in them.

Containment nests, and nesting intersects intervals: what left the box before the box went on the pallet
was never on the pallet. A :class:`Stretch` is a window of time in which a thing (or unit) was where the
walk found it, with the chain of containment facts that says so. Windows are half-open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from lineage.trace.labels import THING, ByBlock, Piece, Step
from lineage.trace.neighbours import BLOCK, Ask, Neighbours

MAX_NESTING = 24
"""Levels of containers. Item, case, pallet, load carrier, container, ship are six; wrong data can form a
ring."""


class Stretch(NamedTuple):
    """The things ``first..last`` during ``[start, end)``, found from a piece."""

    first: int
    last: int
    start: int
    end: int
    piece: Piece
    through: int | None = None
    """The thing of the piece that the walk went through; ``None`` while the stretch is of the piece's own
    things."""
    steps: tuple[Step, ...] = ()
    """In the order walked, not yet dated. Downwards the last names :data:`THING`: each of ``first..last``."""

    def origin(self, first: int) -> int:
        """Give the thing of the piece from which the things of this stretch from ``first`` on are reached."""
        return max(self.first, first) if self.through is None else self.through


_RUN_AND_TIME = attrgetter("first", "last", "start", "end")


def asks_of(stretches: Iterable[Stretch]) -> list[Ask]:
    """Ask about all these stretches, over the hull of their times where runs overlap or follow each other.

    The units of one shipment are often numbered one after the other: a block of them is one ask.
    """
    asks: list[Ask] = []
    first, last, since, until = 0, -1, 0, 0
    for begin, end, start, stop in sorted(map(_RUN_AND_TIME, stretches)):
        if begin <= last or (begin == last + 1 and begin % BLOCK):
            last, since, until = max(last, end), min(since, start), max(until, stop)
            continue
        if first <= last:
            asks.append(Ask(first, last, since, until))
        first, last, since, until = begin, end, start, stop
    if first <= last:
        asks.append(Ask(first, last, since, until))
    return asks


def upwards(
    neighbours: Neighbours, stretches: Sequence[Stretch], *, earliest: bool
) -> Iterator[list[Stretch]]:
    """Give, level by level, the units that held these things, each with the time in which it did.

    Many siblings share a box for the same time; only the one that says most is carried on: with
    ``earliest`` the one with the earliest start among those that end together, else the one with the
    latest end among those that start together, and of those that say the same the one with the lowest number.
    """
    level = list(stretches)
    inside: ByBlock[Stretch] | _ByUnit = ByBlock(level)
    for _ in range(MAX_NESTING):
        best: dict[tuple[int, int], Stretch] = {}
        for unit, first, last, opened, closed, event, _ in neighbours.containers(asks_of(level)):
            for inner in inside.overlapping(first, last):
                start, end = max(inner.start, opened), min(inner.end, closed)
                if start >= end:
                    continue
                key, child = (unit, end if earliest else start), max(inner.first, first)
                known = best.get(key)
                if known is not None:
                    more = known.start - start if earliest else end - known.end
                    if more < 0 or (more == 0 and child >= known.steps[-1].upstream):
                        continue
                if any(step.upstream == unit for step in inner.steps):
                    continue
                steps = (*inner.steps, Step("contains", child, unit, event, start))
                best[key] = Stretch(unit, unit, start, end, inner.piece, inner.origin(first), steps)
        level = list(best.values())
        if not level:
            return
        yield level
        inside = _ByUnit(level)


class _ByUnit:
    """Stretches of one unit each, by its number: a block may hold the boxes of a whole shipment."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._of: dict[int, list[Stretch]] = defaultdict(list)
        for one in stretches:
            self._of[one.first].append(one)

    def overlapping(self, first: int, last: int) -> Sequence[Stretch]:
        """See :meth:`ByBlock.overlapping`."""
        if first == last:
            return self._of.get(first, ())
        return [one for unit in range(first, last + 1) for one in self._of.get(unit, ())]


def downwards(
    neighbours: Neighbours, units: Sequence[Stretch], *, into_contents: bool
) -> Iterator[list[Stretch]]:
    """Give, level by level, everything that was in these units in their time, at every depth.

    :param into_contents: the influence runs from the unit to what is in it, else the other way
    """
    level = list(units)
    seen: set[tuple[int, int, int, int, int]] = set()
    for _ in range(MAX_NESTING):
        index = ByBlock(level)
        below: list[Stretch] = []
        for interval in neighbours.contents(asks_of(level)):
            unit = interval.parent
            for outer in index.overlapping(unit, unit):
                start, end = max(outer.start, interval.start), min(outer.end, interval.end)
                key = (unit, interval.first, interval.last, start, end)
                if start >= end or key in seen:
                    continue
                seen.add(key)
                upstream, downstream = (unit, THING) if into_contents else (THING, unit)
                step = Step("contains", upstream, downstream, interval.event, start)
                below.append(
                    Stretch(
                        interval.first,
                        interval.last,
                        start,
                        end,
                        outer.piece,
                        outer.origin(unit),
                        (*named(outer.steps, unit), step),
                    )
                )
        if not below:
            return
        yield below
        level = below


def named(steps: tuple[Step, ...], thing: int) -> tuple[Step, ...]:
    """Name the thing that the last step left open, so that the walk can go on from it."""
    if not steps:
        return ()
    last = steps[-1]
    if last.upstream == THING:
        last = last._replace(upstream=thing)
    elif last.downstream == THING:
        last = last._replace(downstream=thing)
    return (*steps[:-1], last)


def dated(steps: tuple[Step, ...], at: int) -> tuple[Step, ...]:
    """Date steps that one influence used at one moment."""
    return tuple(step._replace(at=at) for step in steps)


def found_inside(inner: Stretch, at: int) -> Piece:
    """Give the piece of what a walk downwards found, reached at one moment."""
    through = inner.origin(inner.first)
    return inner.piece.onward(inner.first, inner.last, at, through, dated(inner.steps, at))
