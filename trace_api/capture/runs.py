"""Runs: consecutive things of one block, kept as one row.

A run is ``(block, lo, hi)`` with ``block = lo >> 6 = hi >> 6``. It never crosses a block, so that finding the
facts of a thing is an equality on its block, on one node or on many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lineage.trace.neighbours import BLOCK

BLOCK_BITS = BLOCK.bit_length() - 1


class Run(NamedTuple):
    """Things ``lo..hi``, both included, of one block."""

    block: int
    lo: int
    hi: int


def runs_of(things: Iterable[int]) -> list[Run]:
    """Give the fewest runs that hold exactly these things, in ascending order."""
    ordered = sorted(set(things))
    if not ordered:
        return []
    lo, last = ordered[0], ordered[-1]
    # Mostly the things of one event lie side by side.
    if last - lo == len(ordered) - 1 and lo >> BLOCK_BITS == last >> BLOCK_BITS:
        return [Run(lo >> BLOCK_BITS, lo, last)]
    runs = []
    hi = lo - 1
    for thing in ordered:
        if thing != hi + 1 or thing >> BLOCK_BITS != lo >> BLOCK_BITS:
            runs.append(Run(lo >> BLOCK_BITS, lo, hi))
            lo = thing
        hi = thing
    runs.append(Run(lo >> BLOCK_BITS, lo, hi))
    return runs


def outside(run: Run, holes: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Give what is left of a run without the things of the holes (``lo, hi``), in ascending order."""
    lo = run.lo
    for first, last in sorted(holes):
        if first > run.hi:
            break
        if last < lo:
            continue
        if lo < first:
            yield Run(run.block, lo, first - 1)
        lo = max(lo, last + 1)
    if lo <= run.hi:
        yield Run(run.block, lo, run.hi)
