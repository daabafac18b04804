"""Who is to be derived again, and what comes out: containment of touched children, as runs.

Pure: rows in, rows out. The rule itself is :func:`lineage.facts.derive`; here it is applied once for all
neighbouring children that have the same marks, and the outcome is folded into runs again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from lineage.facts import ChildMark, Emptied, MarkKind, Order, Scope, Stay, derive
from trace_api.capture.runs import Run

# Bare numbers, as rows have them: the members of an enumeration reckon slowly.
SCOPES = (int(Scope.CONTAINMENT), int(Scope.ASSOCIATION))
ODDITIES = ("moved_without_unpacking", "seen_inside_unpacked")
"""The position of a code is what is stored: only append."""


class MarkRow(NamedTuple):
    """A mark on the children ``lo..hi`` as stored."""

    block: int
    lo: int
    hi: int
    at: int
    event: int
    parent: int | None
    kind: int
    scope: int
    portion: bool


class StayRow(NamedTuple):
    """A derived stay of the children ``lo..hi`` as stored."""

    block: int
    lo: int
    hi: int
    parent: int
    start_at: int
    end_at: int
    event: int
    closed_by: int | None
    scope: int
    portion: bool


class OddityRow(NamedTuple):
    """A derived oddity of the children ``lo..hi`` as stored."""

    block: int
    lo: int
    hi: int
    at: int
    event: int
    parent: int
    other: int | None
    code: int
    scope: int
    portion: bool


class EmptiedKey(NamedTuple):
    """The question "when was this parent next emptied after this moment?"."""

    parent: int
    at: int
    event: int
    scope: int


class Touched:
    """Children whose containment is to be derived again, each in one scope.

    Instances are derived by themselves, portions (lots) by each parent they are in.
    """

    def __init__(self) -> None:
        self.instances: dict[tuple[int, int], int] = {}
        """(scope, block) → bit mask of the children within the block."""
        self.portions: set[tuple[int, int, int]] = set()
        """(scope, child, parent)."""

    def __bool__(self) -> bool:
        return bool(self.instances or self.portions)

    def add(self, run: Run, scope: int, parent: int | None, *, portion: bool) -> None:
        """Note the children of a run, in each single scope that ``scope`` names."""
        for one in SCOPES:
            if not scope & one:
                continue
            if not portion:
                mask = (1 << run.hi - run.lo + 1) - 1
                key = one, run.block
                self.instances[key] = self.instances.get(key, 0) | mask << (run.lo & 63)
            elif parent is not None:
                self.portions.update((one, child, parent) for child in range(run.lo, run.hi + 1))

    def add_all(self, rows: Iterable[MarkRow | StayRow]) -> None:
        """Note the children of some marks or stays."""
        for row in rows:
            self.add(Run(row.block, row.lo, row.hi), row.scope, row.parent, portion=row.portion)

    def among(self, marks: Iterable[MarkRow]) -> Touched:
        """Give those of these children that some marks name."""
        named = Touched()
        named.add_all(marks)
        named.portions &= self.portions
        both = self.instances.keys() & named.instances.keys()
        named.instances = {key: mask for key in both if (mask := self.instances[key] & named.instances[key])}
        return named

    def runs(self) -> Iterator[tuple[int, Run]]:
        """Give (scope, run) of the touched instances."""
        for (scope, block), mask in self.instances.items():
            for lo, hi in _stretches(mask):
                yield scope, Run(block, (block << 6) + lo, (block << 6) + hi)

    def blocks(self) -> set[int]:
        """Give the blocks of all touched children."""
        return {block for _, block in self.instances} | {child >> 6 for _, child, _ in self.portions}


def questions(marks: Iterable[MarkRow]) -> set[EmptiedKey]:
    """Give every emptying that :func:`derive_rows` will ask for: one after each mark that may open a stay."""
    return {
        EmptiedKey(mark.parent, mark.at, mark.event, mark.scope)
        for mark in marks
        if mark.parent is not None and mark.kind != MarkKind.REMOVE
    }


def derive_rows(
    touched: Touched, marks: Iterable[MarkRow], emptied: Mapping[EmptiedKey, tuple[int, int]]
) -> tuple[list[StayRow], list[OddityRow]]:
    """Derive the stays and oddities of the touched children.

    :param marks: every mark of the touched instances, and of the touched (portion, parent) pairs
    :param emptied: (time, event) of the answer to each of :func:`questions` that has one
    """
    instances: dict[int, list[MarkRow]] = defaultdict(list)
    portions: dict[tuple[int, int], list[MarkRow]] = defaultdict(list)
    for mark in marks:
        if not mark.portion:
            instances[mark.block].append(mark)
        elif mark.parent is not None:
            for child in range(mark.lo, mark.hi + 1):
                portions[child, mark.parent].append(mark)
    folding = _Folding()
    for (scope, block), mask in touched.instances.items():
        for run, own in _segments(block, mask, [mark for mark in instances[block] if mark.scope & scope]):
            folding.add(run, scope, _derived(own, scope, emptied), portion=False)
    for scope, child, parent in sorted(touched.portions):
        own = [mark for mark in portions[child, parent] if mark.scope & scope]
        folding.add(Run(child >> 6, child, child), scope, _derived(own, scope, emptied), portion=True)
    return folding.rows()


_Outcome = tuple[list[tuple[int, int, int, int, int | None]], list[tuple[int, int, int, int | None, int]]]


def _derived(marks: list[MarkRow], scope: int, emptied: Mapping[EmptiedKey, tuple[int, int]]) -> _Outcome:
    ordered: list[ChildMark[int, int]] = [
        ChildMark(Order(mark.at, mark.event), MarkKind(mark.kind), mark.parent, mark.event, mark.portion)
        for mark in marks
    ]
    if len(ordered) > 1:
        ordered.sort(key=attrgetter("order"))
    derived = derive(ordered, _look_up(emptied, scope))
    return (
        [_stay(stay) for stay in derived.stays],
        [(odd.at, odd.event, odd.parent, odd.other, ODDITIES.index(odd.code)) for odd in derived.oddities],
    )


def _stay(stay: Stay[int, int]) -> tuple[int, int, int, int, int | None]:
    return stay.parent, stay.start, stay.end, stay.event, stay.closed_by


def _look_up(
    emptied: Mapping[EmptiedKey, tuple[int, int]], scope: int
) -> Callable[[int, Order], Emptied[int] | None]:
    def first_emptied(parent: int, after: Order) -> Emptied[int] | None:
        found = emptied.get(EmptiedKey(parent, after.at, after.record, scope))
        return Emptied(Order(*found), found[1]) if found else None

    return first_emptied


def _segments(block: int, mask: int, marks: list[MarkRow]) -> Iterator[tuple[Run, list[MarkRow]]]:
    """Cut the children of the mask into the longest runs whose children all have the same marks."""
    base = block << 6
    cuts = {mark.lo - base for mark in marks} | {mark.hi + 1 - base for mark in marks}
    for lo, hi in _stretches(mask):
        inner = sorted(cut for cut in cuts if lo < cut <= hi)
        for first, following in zip([lo, *inner], [*inner, hi + 1], strict=True):
            child = base + first
            own = [mark for mark in marks if mark.lo <= child <= mark.hi]
            yield Run(block, child, base + following - 1), own


def _stretches(mask: int) -> Iterator[tuple[int, int]]:
    """Give the stretches of set bits, lowest first, as (first, last)."""
    position = 0
    while mask:
        zeros = (mask & -mask).bit_length() - 1
        mask >>= zeros
        ones = (~mask & mask + 1).bit_length() - 1
        yield position + zeros, position + zeros + ones - 1
        mask >>= ones
        position += zeros + ones


class _Folding:
    """Collects outcomes of neighbouring runs and joins equal ones."""

    def __init__(self) -> None:
        self._stays: dict[tuple[int, bool, int, tuple[int, int, int, int, int | None]], list[Run]] = {}
        self._odd: dict[tuple[int, bool, int, tuple[int, int, int, int | None, int]], list[Run]] = {}

    def add(self, run: Run, scope: int, outcome: _Outcome, *, portion: bool) -> None:
        stays, oddities = outcome
        for stay in stays:
            _append(self._stays.setdefault((scope, portion, run.block, stay), []), run)
        for oddity in oddities:
            _append(self._odd.setdefault((scope, portion, run.block, oddity), []), run)

    def rows(self) -> tuple[list[StayRow], list[OddityRow]]:
        stays = [
            StayRow(run.block, run.lo, run.hi, *stay, scope, portion)
            for (scope, portion, _, stay), runs in self._stays.items()
            for run in runs
        ]
        oddities = [
            OddityRow(run.block, run.lo, run.hi, *oddity, scope, portion)
            for (scope, portion, _, oddity), runs in self._odd.items()
            for run in runs
        ]
        return stays, oddities


def _append(runs: list[Run], run: Run) -> None:
    if runs and runs[-1].hi + 1 == run.lo:
        runs[-1] = Run(run.block, runs[-1].lo, run.hi)
    else:
        runs.append(run)
