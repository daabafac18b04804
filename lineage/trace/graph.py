"""From what a search found to the graph of an answer: things, edges, and one path for each thing.

Edges are written once and paths refer to them by number. The things of one piece share all of their path
but the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from lineage.trace.labels import THING, EdgeKind, Labels, Piece, Step
from lineage.trace.neighbours import FOREVER


class Edge(NamedTuple):
    """One fact that influence used; ``upstream`` went into ``downstream``."""

    upstream: int
    downstream: int
    kind: EdgeKind
    event: int
    at: int


class Thing(NamedTuple):
    """One thing of an answer."""

    node: int
    at: int
    """Latest (source) or earliest (destination) time of influence; ``FOREVER`` where nothing bounds it."""
    depth: int
    origin: bool
    via: tuple[int, ...]
    """A path from the root, as indexes into the answer's edges."""


class Found(Protocol):
    """What both directions of a search give; see :class:`~lineage.trace.search.Explored`."""

    @property
    def root(self) -> Piece:
        """The piece of the question itself."""

    @property
    def labels(self) -> Labels:
        """The best piece of everything reached."""

    @property
    def others(self) -> list[Piece]:
        """Further ways between things that were reached."""

    @property
    def truncated(self) -> bool:
        """Whether a limit stopped the search."""


class Graph(NamedTuple):
    """Things in order of depth and time, and the edges that their paths and a drawing need."""

    root: int
    things: list[Thing]
    edges: list[Edge]
    truncated: bool


def graph_of(
    found: Found, *, is_origin: Callable[[int], bool] | None = None, limit: int | None = None
) -> Graph:
    """Write the graph of an :class:`Explored` or :class:`Sources`.

    :param is_origin: asked for every thing of a source answer
    :param limit: most things to write, the nearest first; a graph that had more is ``truncated``
    """
    writer = _Writer()
    root = found.root
    pieces = sorted(found.labels.pieces(), key=lambda piece: (piece.hop, piece.at, piece.first))
    things: list[Thing] = []
    for piece in pieces:
        if piece is root:
            continue
        for node, via in writer.paths(piece):
            origin = is_origin is not None and is_origin(node)
            things.append(Thing(node, piece.at, piece.hop, origin, via))
        if limit is not None and len(things) > limit:
            break
    truncated = found.truncated
    if limit is not None and len(things) > limit:
        del things[limit:]
        truncated = True
    shown = {root.first, *(thing.node for thing in things)}
    for piece in found.others:
        if piece.first in shown and piece.last in shown:
            for _ in writer.paths(piece):
                pass
    return Graph(root.first, things, writer.edges, truncated)


def closed(graph: Graph, now: int) -> Graph:
    """Write ``now`` for times that nothing bounds; never before a time that stands in the graph."""
    known = [*(one.at for one in graph.things), *(one.at for one in graph.edges)]
    end = max([now, *(at for at in known if at != FOREVER)])
    things = [one._replace(at=end) if one.at == FOREVER else one for one in graph.things]
    edges = [one._replace(at=end) if one.at == FOREVER else one for one in graph.edges]
    return graph._replace(things=things, edges=edges)


class _Writer:
    """Numbers edges and remembers the paths of pieces that others go through."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._numbers: dict[Edge, int] = {}
        self._known: dict[tuple[int, int], tuple[int, ...]] = {}

    def paths(self, piece: Piece) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Give each thing of the piece with its path."""
        before = self._shared(piece)
        if not piece.steps:
            return
        last = piece.steps[-1]
        for node in range(piece.first, piece.last + 1):
            yield node, (*before, self._number(last, node))

    def _shared(self, piece: Piece) -> tuple[int, ...]:
        """Give the path up to, and without, the last step of the piece."""
        if piece.previous is None:
            return ()
        return (*self._to(piece.previous, piece.through), *(self._number(s, THING) for s in piece.steps[:-1]))

    def _to(self, piece: Piece, node: int) -> tuple[int, ...]:
        """Give the whole path to one thing of a piece, going back only as far as it is not known yet."""
        unknown: list[tuple[Piece, int]] = []
        here: Piece | None = piece
        while here is not None and here.previous is not None and (id(here), node) not in self._known:
            unknown.append((here, node))
            here, node = here.previous, here.through
        path = () if here is None or here.previous is None else self._known[id(here), node]
        for one, thing in reversed(unknown):
            path = (*path, *(self._number(step, thing) for step in one.steps))
            self._known[id(one), thing] = path
        return path

    def _number(self, step: Step, node: int) -> int:
        edge = Edge(
            node if step.upstream == THING else step.upstream,
            node if step.downstream == THING else step.downstream,
            step.kind,
            step.event,
            step.at,
        )
        number = self._numbers.get(edge)
        if number is None:
            number = self._numbers[edge] = len(self.edges)
            self.edges.append(edge)
        return number
