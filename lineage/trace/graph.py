"""From what a search found to the graph of an answer: things, edges, and one path for each thing.

Edges are written once and paths refer to them by number. The things of one piece share all of their path
but the last step, and their last edges are numbered one after the other: so a hundred thousand items are kept
as some thousand runs, and written out one by one only where somebody reads them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

from lineage.trace.labels import THING, EdgeKind, Labels, Piece, Step
from lineage.trace.neighbours import FOREVER
from lineage.trace.runs import Run


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


class ThingRun(NamedTuple):
    """The things ``first..last``, reached at one time over one path and its last edges."""

    first: int
    last: int
    at: int
    depth: int
    before: tuple[int, ...]
    """The path up to the last edge."""
    edge: int
    """Number of the last edge of ``first``; those of the others follow."""


class EdgeRun(NamedTuple):
    """The edges that one step is for the things ``first..last``."""

    step: Step
    first: int
    last: int
    number: int
    """Number of the first of them."""


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


class Page(NamedTuple):
    """The part of an answer that is written: ``size`` things after the first ``after``."""

    size: int
    after: int = 0


@dataclass(frozen=True)
class Graph:
    """Things in order of depth, time and number, and the edges that their paths and a drawing need.

    :ivar count: how many things are written here
    :ivar truncated: there are more
    :ivar rest: how many things come before the next page; ``None`` after the last one
    :ivar fingerprint: of all things and times that were reached, of an answer with more than one page: pages
        with the same one are parts of one answer
    """

    root: int
    count: int
    thing_runs: list[ThingRun]
    edge_runs: list[EdgeRun]
    truncated: bool
    is_origin: Callable[[int], bool] | None = None
    rest: int | None = None
    fingerprint: str = ""

    @cached_property
    def things(self) -> list[Thing]:
        """Every thing, written out."""
        return [
            Thing(
                run.first + place,
                run.at,
                run.depth,
                self.is_origin is not None and self.is_origin(run.first + place),
                (*run.before, run.edge + place),
            )
            for run in self.thing_runs
            for place in range(run.last - run.first + 1)
        ]

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge, written out in order of its number."""
        return [_edge(run.step, node) for run in self.edge_runs for node in range(run.first, run.last + 1)]

    def runs(self) -> Iterator[Run]:
        """Give every thing's number, in runs."""
        for run in self.thing_runs:
            yield run.first, run.last

    def time_of(self, thing: int) -> int | None:
        """Give the time of influence of a thing that is written here."""
        place = bisect_right(self._in_order, thing, key=attrgetter("first")) - 1
        if place < 0 or self._in_order[place].last < thing:
            return None
        return self._in_order[place].at

    @cached_property
    def _in_order(self) -> list[ThingRun]:
        return sorted(self.thing_runs)


def graph_of(
    found: Found, *, is_origin: Callable[[int], bool] | None = None, page: Page | None = None
) -> Graph:
    """Write the graph of an :class:`Explored` or :class:`Sources`.

    :param is_origin: asked for every thing of a source answer
    :param page: the things to write, the nearest first; a graph that has more is ``truncated``
    """
    writer = _Writer()
    root = found.root
    pieces = [piece for piece in found.labels.pieces() if piece is not root]
    pieces.sort(key=lambda piece: (piece.hop, piece.at, piece.first))
    everything = found.labels.count - 1
    size, after = page or Page(everything)
    end = min(after + size, everything)
    runs: list[ThingRun] = []
    place = 0
    for piece in pieces:
        first = piece.first + max(after - place, 0)
        last = min(piece.last, piece.first + end - place - 1)
        place += piece.last - piece.first + 1
        if first > last:
            continue
        before, edge = writer.path(piece, first, last)
        _append(runs, ThingRun(first, last, piece.at, piece.hop, before, edge))
    more = end < everything
    shown = _Shown(root, runs) if more or after else None
    for piece in found.others:
        if shown is None or (piece.first in shown and piece.last in shown):
            writer.path(piece, piece.first, piece.last)
    return Graph(
        root.first,
        max(end - after, 0),
        runs,
        writer.runs,
        found.truncated or more,
        is_origin,
        end if more else None,
        _fingerprint(pieces) if more or after else "",
    )


class _Shown:
    """The things of a page, and the root."""

    def __init__(self, root: Piece, runs: list[ThingRun]) -> None:
        self._runs = sorted([(root.first, root.last), *((run.first, run.last) for run in runs)])

    def __contains__(self, thing: int) -> bool:
        place = bisect_right(self._runs, (thing, FOREVER)) - 1
        return place >= 0 and thing <= self._runs[place][1]


def _append(runs: list[ThingRun], run: ThingRun) -> None:
    """Add a run; what goes on from the last one (in the next block) makes that one longer."""
    if runs:
        old = runs[-1]
        if (
            (old.last + 1, old.at, old.depth) == (run.first, run.at, run.depth)
            and old.edge + run.first - old.first == run.edge
            and old.before == run.before
        ):
            runs[-1] = old._replace(last=run.last)
            return
    runs.append(run)


def _fingerprint(pieces: list[Piece]) -> str:
    """Give a digest of the things that pieces in order reach, however they are cut."""
    digest = blake2b(digest_size=8)
    for (hop, at), alike in groupby(pieces, key=lambda piece: (piece.hop, piece.at)):
        digest.update(f"{hop} {at}".encode())
        before = None
        for piece in alike:
            if piece.first - 1 != before:
                digest.update(f" {before} {piece.first}".encode())
            before = piece.last
        digest.update(f" {before};".encode())
    return digest.hexdigest()


def closed(graph: Graph, now: int) -> Graph:
    """Write ``now`` for times that nothing bounds; never before a time that stands in the graph."""
    known = [*(run.at for run in graph.thing_runs), *(run.step.at for run in graph.edge_runs)]
    end = max([now, *(at for at in known if at != FOREVER)])
    return replace(
        graph,
        thing_runs=[run._replace(at=end) if run.at == FOREVER else run for run in graph.thing_runs],
        edge_runs=[
            run._replace(step=run.step._replace(at=end)) if run.step.at == FOREVER else run
            for run in graph.edge_runs
        ],
    )


class _Writer:
    """Numbers edges and remembers the paths of pieces that others go through."""

    def __init__(self) -> None:
        self.runs: list[EdgeRun] = []
        self._next = 0
        self._of_step: dict[Step, list[EdgeRun]] = defaultdict(list)
        self._known: dict[tuple[int, int], tuple[int, ...]] = {}

    def path(self, piece: Piece, first: int, last: int) -> tuple[tuple[int, ...], int]:
        """Give the path that these things of a piece share, and the number of the first one's last edge."""
        before = self._to(piece.previous, piece.through) if piece.previous else ()
        *shared, own = piece.steps
        if shared:
            before = (*before, *(self._number(step, THING, THING) for step in shared))
        return before, self._number(own, first, last)

    def _to(self, piece: Piece, node: int) -> tuple[int, ...]:
        """Give the whole path to one thing of a piece, going back only as far as it is not known yet."""
        known = self._known.get((id(piece), node))
        if known is not None:
            return known
        unknown: list[tuple[Piece, int]] = []
        here: Piece | None = piece
        while here is not None and here.previous is not None and (id(here), node) not in self._known:
            unknown.append((here, node))
            here, node = here.previous, here.through
        path = () if here is None or here.previous is None else self._known[id(here), node]
        for one, thing in reversed(unknown):
            path = (*path, *(self._number(step, thing, thing) for step in one.steps))
            self._known[id(one), thing] = path
        return path

    def _number(self, step: Step, first: int, last: int) -> int:
        """Give the number of the first edge of a run, numbering it unless it stands in one that is."""
        if THING not in (step.upstream, step.downstream):
            # The step names both ends: it is one edge, whichever thing it leads on to.
            first = last = THING
        known = self._of_step[step]
        for run in known:
            if run.first <= first and last <= run.last:
                return run.number + first - run.first
        number = self._next
        self._next += last - first + 1
        if known and known[-1] is self.runs[-1] and known[-1].last + 1 == first:
            # The same fact of the things of the next block.
            self.runs[-1] = known[-1] = known[-1]._replace(last=last)
        else:
            run = EdgeRun(step, first, last, number)
            known.append(run)
            self.runs.append(run)
        return number


def _edge(step: Step, node: int) -> Edge:
    return Edge(
        node if step.upstream == THING else step.upstream,
        node if step.downstream == THING else step.downstream,
        step.kind,
        step.event,
        step.at,
    )
