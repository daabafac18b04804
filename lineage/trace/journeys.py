"""Every event that touches a thing, directly or through the containers it was in at the time (semantics 2.5).

1. The events that name the things.
2. The units that the things were in, at every depth, each with the time in which they were; things that
   were in the same unit for the same time stay together as runs.
3. The events that name those units in that time, and the event that ended it by emptying the unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lineage.facts import Role
from lineage.trace.labels import ByBlock
from lineage.trace.neighbours import FOREVER, NEVER, Appearance, Ask, Neighbours
from lineage.trace.nesting import MAX_NESTING

Run = tuple[int, int]


class Passage(NamedTuple):
    """One event touched the things ``first..last``."""

    first: int
    last: int
    at: int
    event: int
    role: Role
    """Of the thing, or of the unit it was in."""
    through: int | None
    """The unit that the event names; ``None`` when it names the thing itself."""
    void: bool
    quantity: float | None
    uom: str | None


class InUnit(NamedTuple):
    """Runs of things that were inside a unit, at any depth, during ``[start, end)``."""

    unit: int
    start: int
    end: int
    depth: int
    """1 for directly inside."""
    runs: tuple[Run, ...]


class _Span(NamedTuple):
    first: int
    last: int


def passages(
    neighbours: Neighbours,
    runs: Sequence[Run],
    stays: Iterable[InUnit],
    since: int = NEVER,
    until: int = FOREVER,
) -> Iterator[Passage]:
    """Give what touched the things of these runs between two times (inclusive), in no order."""
    # 1.
    own = ByBlock(_Span(first, last) for first, last in runs)
    for one in neighbours.appearances([Ask(first, last, since, until) for first, last in runs]):
        if since <= one.at <= until:
            for span in own.overlapping(one.first, one.last):
                yield _passage(one, max(span.first, one.first), min(span.last, one.last), None)
    # 3.
    of_unit: dict[int, list[InUnit]] = defaultdict(list)
    for stay in stays:
        of_unit[stay.unit].append(stay)
    asks = [
        Ask(unit, unit, max(since, start), min(until, end)) for unit, _, start, end in asks_during(of_unit)
    ]
    for one in neighbours.appearances(asks):
        if not since <= one.at <= until:
            continue
        for unit in range(one.first, one.last + 1):
            for stay in of_unit.get(unit, ()):
                if stay.start <= one.at < stay.end or (one.at == stay.end and one.role is Role.PARENT):
                    for first, last in stay.runs:
                        yield _passage(one, first, last, unit)


def stays_of(neighbours: Neighbours, runs: Sequence[Run]) -> list[InUnit]:
    """Give every unit that these things were ever in, at every depth, and when."""
    # 2.
    own = ByBlock(_Span(first, last) for first, last in runs)
    groups: dict[tuple[int, int, int], list[Run]] = defaultdict(list)
    for one in neighbours.containers([Ask(first, last, NEVER, FOREVER) for first, last in runs]):
        for span in own.overlapping(one.first, one.last):
            run = max(span.first, one.first), min(span.last, one.last)
            groups[one.parent, one.start, one.end].append(run)
    level = [InUnit(*key, 1, tuple(its)) for key, its in groups.items()]
    found = list(level)
    seen = {(stay.unit, stay.start, stay.end, run) for stay in level for run in stay.runs}
    for depth in range(2, MAX_NESTING + 1):
        of_unit: dict[int, list[InUnit]] = defaultdict(list)
        for stay in level:
            of_unit[stay.unit].append(stay)
        groups = defaultdict(list)
        for one in neighbours.containers(asks_during(of_unit)):
            for unit in range(one.first, one.last + 1):
                for stay in of_unit.get(unit, ()):
                    start, end = max(stay.start, one.start), min(stay.end, one.end)
                    if start < end:
                        groups[one.parent, start, end].extend(
                            run for run in stay.runs if (one.parent, start, end, run) not in seen
                        )
        level = [InUnit(*key, depth, tuple(dict.fromkeys(its))) for key, its in groups.items() if its]
        if not level:
            break
        seen.update((stay.unit, stay.start, stay.end, run) for stay in level for run in stay.runs)
        found += level
    return found


def asks_during(of_unit: Mapping[int, Sequence[InUnit]]) -> list[Ask]:
    """Ask about each unit from the first of its stays to the end of the last."""
    return [
        Ask(unit, unit, min(stay.start for stay in its), max(stay.end for stay in its))
        for unit, its in sorted(of_unit.items())
    ]


def _passage(one: Appearance, first: int, last: int, through: int | None) -> Passage:
    return Passage(first, last, one.at, one.event, one.role, through, one.void, one.quantity, one.uom)
