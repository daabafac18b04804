"""Answers as clients read them: numbers exchanged for identifiers, times written out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from lineage.facts import rfc3339
from lineage.trace.findings import Finding
from lineage.trace.graph import Graph, ThingRun
from lineage.trace.labels import THING
from lineage.trace.names import Names
from lineage.trace.neighbours import Kind, Neighbours
from lineage.trace.shares import Share
from lineage.trace.whereabouts import Whereabouts, WhereRun

T = TypeVar("T")


class Named(NamedTuple):
    """The names of the things and events that an answer mentions."""

    things: Names
    events: Mapping[int, str]

    @classmethod
    def ask(cls, neighbours: Neighbours, things: Iterable[int], events: set[int]) -> Named:
        """Ask for all names in two calls."""
        names = Names(neighbours)
        names.ask((thing, thing) for thing in things)
        return cls(names, neighbours.event_ids(events))

    def thing(self, thing: int) -> dict[str, Any]:
        """Write a thing as ``{id, kind}``."""
        key, kind = self.things[thing]
        return {"id": key, "kind": kind}


class Rows(NamedTuple):
    """Rows of an answer that differ in one identifier, and in the last number of ``via``, which counts on."""

    like: Mapping[str, Any]
    """A row with all its members."""
    member: str
    """The member that is another identifier in each row."""
    ids: Sequence[str]
    via: tuple[int, ...] | None = None
    """That of the first row, where rows have one."""

    def each(self) -> Iterator[dict[str, Any]]:
        """Write every row."""
        if self.via is None:
            for key in self.ids:
                yield {**self.like, self.member: key}
            return
        *before, first = self.via
        for number, key in enumerate(self.ids, first):
            yield {**self.like, self.member: key, "via": (*before, number)}


class _Told(NamedTuple):
    """What is said of a thing by itself."""

    kind: Kind
    origin: bool
    share: Share | None
    where: Whereabouts | None


class Answer(NamedTuple):
    """The answer to a question about source or destination."""

    query: Mapping[str, Any]
    graph: Graph
    findings: Sequence[Finding]
    where: Sequence[WhereRun] | None
    shares: Mapping[int, Share] | None
    named: Named
    runs: bool = False
    """Whether things that came in the same way are written as one run."""

    @property
    def root(self) -> int:
        """The thing that was asked about."""
        return self.graph.root

    def as_dict(self) -> dict[str, Any]:
        """Give the whole answer as JSON values."""
        return {**self.head(), "things": list(self.things())}

    def lines(self) -> Iterator[dict[str, Any]]:
        """Give the answer as one object a line: first the head, then one for each thing."""
        yield {**self.head(), "count": self.graph.count}
        yield from self.things()

    def head(self) -> dict[str, Any]:
        """Give everything but the things."""
        return {**self.summary(), "edges": list(self.edges())}

    def summary(self) -> dict[str, Any]:
        """Give everything but the things and edges, of which there may be many.

        ``next`` says where the next page begins; ``None`` after the last one.
        """
        graph = self.graph
        return {
            "query": dict(self.query),
            "root": self.named.thing(self.root),
            "findings": [one.as_dict(self.named.things, self.named.events) for one in self.findings],
            "truncated": graph.truncated,
            "next": None if graph.rest is None else f"{graph.rest}-{graph.fingerprint}",
        }

    def things(self) -> Iterator[dict[str, Any]]:
        """Give each thing (or run of things), the nearest first."""
        return (
            self.thing_runs() if self.runs else chain.from_iterable(rows.each() for rows in self.thing_rows())
        )

    def edges(self) -> Iterator[dict[str, Any]]:
        """Give each edge, or each run by its first edge; ``last`` is then the thing of the last one."""
        return (
            self.edge_runs() if self.runs else chain.from_iterable(rows.each() for rows in self.edge_rows())
        )

    def thing_rows(self) -> Iterator[Rows]:
        """Give every thing; those that are alike together."""
        names = self.named.things
        for run in self.graph.thing_runs:
            at = rfc3339(run.at)
            ids = names.ids(run.first, run.last)
            for told, first, last in self._alike(run):
                thing: dict[str, Any] = {
                    "id": "",
                    "kind": told.kind,
                    "at": at,
                    "depth": run.depth,
                    "origin": told.origin,
                    "via": (),
                }
                if told.where is not None:
                    thing["where"] = where_dict(told.where, self.named)
                if self.shares is not None:
                    thing["quantity"] = None if told.share is None else told.share.as_dict()
                begin = first - run.first
                via = (*run.before, run.edge + begin)
                yield Rows(thing, "id", ids[begin : last - run.first + 1], via)

    def edge_rows(self) -> Iterator[Rows]:
        """Give every edge; those of one run together."""
        names = self.named.things
        for step, first, last, _ in self.graph.edge_runs:
            # The ends of a single edge are both known: it differs from itself in one of them.
            ends = (first, last) if first != THING else (step.downstream, step.downstream)
            edge = {
                "from": "" if step.upstream == THING else names[step.upstream].id,
                "to": "" if step.downstream == THING else names[step.downstream].id,
                "kind": step.kind,
                "event": self.named.events[step.event],
                "at": rfc3339(step.at),
            }
            yield Rows(edge, "from" if step.upstream == THING else "to", names.ids(*ends))

    def thing_runs(self) -> Iterator[dict[str, Any]]:
        """Give runs as ``{first, last, count, …}``; ``via`` are numbers of runs of edges."""
        numbers = [run.number for run in self.graph.edge_runs]

        @cache
        def runs_of_edges(path: tuple[int, ...]) -> list[int]:
            return [bisect_right(numbers, edge) - 1 for edge in path]

        for run in self.graph.thing_runs:
            via = [*runs_of_edges(run.before), bisect_right(numbers, run.edge) - 1]
            for origin, first, last in self._by_origin(run):
                yield {
                    "first": self.named.thing(first),
                    "last": self.named.thing(last),
                    "count": last - first + 1,
                    "at": rfc3339(run.at),
                    "depth": run.depth,
                    "origin": origin,
                    "via": via,
                }

    def edge_runs(self) -> Iterator[dict[str, Any]]:
        """Give runs of edges by the first of each; ``last`` is the thing of the last one."""
        names = self.named.things
        for step, first, last, _ in self.graph.edge_runs:
            yield {
                "from": names[first if step.upstream == THING else step.upstream].id,
                "to": names[first if step.downstream == THING else step.downstream].id,
                "kind": step.kind,
                "event": self.named.events[step.event],
                "at": rfc3339(step.at),
                "last": None if first == THING else names[last].id,
                "count": last - first + 1,
            }

    def _alike(self, run: ThingRun) -> Iterator[tuple[_Told, int, int]]:
        """Give what is said of the things of a run; those of which the same is said together."""
        is_origin, shares = self.graph.is_origin, self.shares or {}
        kinds = self.named.things.kinds(run.first, run.last)
        plain = is_origin is None and len(set(kinds)) == 1 and (kinds[0] != "lot" or not shares)

        def told(node: int) -> tuple[Kind, bool, Share | None]:
            origin = is_origin is not None and is_origin(node)
            return kinds[node - run.first], origin, shares.get(node)

        for where, first, last in self._placed(run):
            if plain:
                yield _Told(kinds[0], False, None, where), first, last
                continue
            for values, begin, end in _grouped(first, last, told):
                yield _Told(*values, where), begin, end

    def _placed(self, run: ThingRun) -> Iterator[tuple[Whereabouts | None, int, int]]:
        """Give the places of the things of a run, where they were asked for."""
        if self.where is None:
            yield None, run.first, run.last
            return
        place = bisect_right(self.where, run.first, key=attrgetter("first")) - 1
        while place < len(self.where) and self.where[place].first <= run.last:
            first, last, where = self.where[place]
            yield where, max(first, run.first), min(last, run.last)
            place += 1

    def _by_origin(self, run: ThingRun) -> Iterator[tuple[bool, int, int]]:
        is_origin = self.graph.is_origin
        if is_origin is None:
            yield False, run.first, run.last
        else:
            yield from _grouped(run.first, run.last, is_origin)


def _grouped(first: int, last: int, key: Callable[[int], T]) -> Iterator[tuple[T, int, int]]:
    """Give the things of a run for which the key is the same, as (key, first, last)."""
    for value, nodes in groupby(range(first, last + 1), key=key):
        begin, *others = nodes
        yield value, begin, others[-1] if others else begin


def where_dict(where: Whereabouts, named: Named) -> dict[str, Any]:
    """Write where a thing is."""
    return {
        "state": where.state,
        "party": where.party,
        "site": where.site,
        "unit": None if where.unit is None else named.things[where.unit].id,
        "since": rfc3339(where.since),
    }
