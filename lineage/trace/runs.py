"""Runs of consecutive things inside one block: how things that share a fact travel together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lineage.trace.neighbours import BLOCK, FOREVER, NEVER, Ask

Run = tuple[int, int]
"""First and last of some consecutive things."""


def runs_of(things: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give ``(first, last)`` of each run of consecutive things; none crosses a block.

    >>> list(runs_of([5, 3, 4, 63, 64]))
    [(3, 5), (63, 63), (64, 64)]
    """
    first = last = None
    for thing in sorted(set(things)):
        if last is not None and first is not None:
            if thing == last + 1 and thing % BLOCK:
                last = thing
                continue
            yield first, last
        first = last = thing
    if first is not None and last is not None:
        yield first, last


def union(runs: Iterable[Run]) -> Iterator[Run]:
    """Give the things of these runs (which may overlap and cross blocks) as :func:`runs_of` would.

    >>> list(union([(60, 70), (3, 4), (4, 9), (10, 10)]))
    [(3, 10), (60, 63), (64, 70)]
    """
    first, last = 0, -1
    for begin, end in sorted(runs):
        if last + 1 < begin:
            yield from _within_blocks(first, last)
            first, last = begin, end
        elif end > last:
            last = end
    yield from _within_blocks(first, last)


def without(thing: int, first: int, last: int) -> Iterator[Run]:
    """Give what is left of a run without one thing.

    >>> list(without(4, 3, 9)), list(without(3, 3, 3)), list(without(1, 3, 9))
    ([(3, 3), (5, 9)], [], [(3, 9)])
    """
    if not first <= thing <= last:
        yield first, last
        return
    if first < thing:
        yield first, thing - 1
    if thing < last:
        yield thing + 1, last


def ends(runs: Iterable[Run]) -> Iterator[Run]:
    """Cut runs down to their ends: one run where a block has both, else two of one thing each.

    >>> list(ends([(3, 9), (60, 300)]))
    [(3, 9), (60, 60), (300, 300)]
    """
    for first, last in runs:
        if first // BLOCK == last // BLOCK:
            yield first, last
        else:
            yield first, first
            yield last, last


def _within_blocks(first: int, last: int) -> Iterator[Run]:
    while first <= last:
        end = min(last, first | BLOCK - 1)
        yield first, end
        first = end + 1


def asks_for(things: Iterable[int], since: int = NEVER, until: int = FOREVER) -> list[Ask]:
    """Ask about these things over one time."""
    return [Ask(first, last, since, until) for first, last in runs_of(things)]


def together(asked: Sequence[Ask]) -> Sequence[Ask]:
    """Join asks of one block where the things between them are no more than those that are meant.

    For a store whose look-ups read whole blocks: what was packed one after the other would have a block read
    again and again. What it finds of the things between is more than was asked for.

    >>> [ask[:] for ask in together([Ask(3, 3, 0, 9), Ask(1, 1, 2, 5), Ask(9, 9, 0, 9), Ask(64, 64, 0, 9)])]
    [(1, 3, 0, 9), (9, 9, 0, 9), (64, 64, 0, 9)]
    """
    if len({ask.first // BLOCK for ask in asked}) == len(asked):
        return asked
    joined: list[Ask] = []
    meant = 0
    for ask in sorted(asked):
        count = ask.last - ask.first + 1
        if joined:
            first, last, since, until = joined[-1]
            if first // BLOCK == ask.first // BLOCK and ask.last - first < 2 * (meant + count):
                joined[-1] = Ask(first, max(last, ask.last), min(since, ask.since), max(until, ask.until))
                meant += count
                continue
        joined.append(ask)
        meant = count
    return joined
