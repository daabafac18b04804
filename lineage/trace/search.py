"""The loop that both directions share: label, go on from what improved, hop by hop, until nothing does.

A label-correcting search: a thing is looked at again when a better time for it is found, so the result
does not depend on the order in which a store answers. Each hop is a bounded number of calls, whatever its
width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lineage.trace.labels import Labels, Piece

DEFAULT_LIMIT = 1_000_000
"""Things in one answer. A raw lot reaches some 100,000 items; a million is a question nobody reads the
answer of."""

OTHER_EDGES = 4_000
"""Edges beside the paths that an answer carries. They make a drawing complete; a large answer is no
drawing."""


class Options(NamedTuple):
    """How far and how a question is asked."""

    depth: int | None = None
    """Most applications of the rule "from (o, t)" on a path; ``None`` is no limit."""
    contact: bool = False
    limit: int = DEFAULT_LIMIT
    """An answer that reaches more things than this stops after the hop that did, and says ``truncated``."""
    other_edges: int = OTHER_EDGES


class Budget:
    """How many edges beside the paths may still be kept."""

    def __init__(self, left: int) -> None:
        self.left = left


class Explored(NamedTuple):
    """What a search found; an :class:`~lineage.trace.answer.Answer` is written from it."""

    root: Piece
    labels: Labels
    others: list[Piece]
    """Ways to labelled things that were no improvement: further edges of a drawing."""
    frontier: list[Piece]
    """What was not gone on from: empty unless a limit stopped the search."""
    truncated: bool


Expand = Callable[[list[Piece], Budget], Iterator[Piece]]
"""One application of the rule to a whole frontier. Best ways first; further ways only while the budget
lasts."""


def explore(root: Piece, expand: Expand, options: Options, *, latest: bool) -> Explored:
    """Search from the root until no time improves, the depth is reached or the limit is passed."""
    labels = Labels(latest=latest)
    labels.improve(root)
    others: list[Piece] = []
    budget = Budget(options.other_edges)
    hop = 0
    while frontier := labels.take_fresh():
        truncated = labels.count - 1 > options.limit
        if truncated or (options.depth is not None and hop >= options.depth):
            return Explored(root, labels, others, frontier, truncated)
        hop += 1
        for piece in expand(frontier, budget):
            if not labels.improve(piece) and budget.left > 0:
                budget.left -= 1
                others.append(piece)
    return Explored(root, labels, others, [], truncated=False)
