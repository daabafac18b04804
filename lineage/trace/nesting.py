"""Walking containers in time: up from things to what they were in, down from units to what was in them.

Containment nests, and nesting intersects intervals: what left the box before the box went on the pallet
was never on the pallet. A :class:`Stretch` is a window of time in which a thing (or unit) was where the
walk found it, with the chain of containment facts that says so. Windows are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lineage.trace.labels import THING, ByBlock, Piece, Step
from lineage.trace.neighbours import Ask, Neighbours

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


def asks_of(stretches: Iterable[Stretch]) -> list[Ask]:
    """Ask about all these stretches: runs that overlap joined, over the hull of their times."""
    asks: list[Ask] = []
    for first, last, start, end in sorted((s.first, s.last, s.start, s.end) for s in stretches):
        if asks and first <= asks[-1].last:
            before = asks[-1]
            asks[-1] = Ask(
                before.first, max(before.last, last), min(before.since, start), max(before.until, end)
            )
        else:
            asks.append(Ask(first, last, start, end))
    return asks


def upwards(
    neighbours: Neighbours, stretches: Sequence[Stretch], *, earliest: bool
) -> Iterator[list[Stretch]]:
    """Give, level by level, the units that held these things, each with the time in which it did.

    Many siblings share a box for the same time; only the one that says most is carried on: with
    ``earliest`` the one with the earliest start among those that end together, else the one with the
    latest end among those that start together.
    """
    level = list(stretches)
    for _ in range(MAX_NESTING):
        index = ByBlock(level)
        best: dict[tuple[int, int], Stretch] = {}
        for interval in neighbours.containers(asks_of(level)):
            for inner in index.overlapping(interval.first, interval.last):
                start, end = max(inner.start, interval.start), min(inner.end, interval.end)
                if start >= end or any(step.upstream == interval.parent for step in inner.steps):
                    continue
                key = (interval.parent, end if earliest else start)
                known = best.get(key)
                if known is None or (start < known.start if earliest else end > known.end):
                    child = max(inner.first, interval.first)
                    step = Step("contains", child, interval.parent, interval.event, start)
                    best[key] = Stretch(
                        interval.parent,
                        interval.parent,
                        start,
                        end,
                        inner.piece,
                        inner.origin(interval.first),
                        (*inner.steps, step),
                    )
        level = list(best.values())
        if not level:
            return
        yield level


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
