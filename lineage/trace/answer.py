"""Answers as clients read them: numbers exchanged for identifiers, times written out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from lineage.facts import rfc3339
from lineage.trace.findings import Finding
from lineage.trace.graph import Graph, ThingRun
from lineage.trace.labels import THING
from lineage.trace.neighbours import Name, Neighbours
from lineage.trace.runs import asks_for
from lineage.trace.shares import Share
from lineage.trace.whereabouts import Whereabouts


class Named(NamedTuple):
    """The names of the things and events that an answer mentions."""

    things: Mapping[int, Name]
    events: Mapping[int, str]

    @classmethod
    def ask(cls, neighbours: Neighbours, things: set[int], events: set[int]) -> Named:
        """Ask for all names in two calls."""
        return cls(neighbours.names(asks_for(things)), neighbours.event_ids(events))

    def thing(self, thing: int) -> dict[str, Any]:
        """Write a thing as ``{id, kind}``."""
        return {"id": self.things[thing].id, "kind": self.things[thing].kind}


class Answer(NamedTuple):
    """The answer to a question about source or destination."""

    query: Mapping[str, Any]
    graph: Graph
    findings: Sequence[Finding]
    where: Mapping[int, Whereabouts] | None
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
        if self.runs:
            yield from self._thing_runs()
            return
        graph, names = self.graph, self.named.things
        for run in graph.thing_runs:
            at = rfc3339(run.at)
            for place in range(run.last - run.first + 1):
                node = run.first + place
                key, kind = names[node]
                thing: dict[str, Any] = {
                    "id": key,
                    "kind": kind,
                    "at": at,
                    "depth": run.depth,
                    "origin": graph.is_origin is not None and graph.is_origin(node),
                    "via": (*run.before, run.edge + place),
                }
                if self.where is not None:
                    thing["where"] = where_dict(self.where[node], self.named)
                if self.shares is not None:
                    share = self.shares.get(node)
                    thing["quantity"] = None if share is None else share.as_dict()
                yield thing

    def edges(self) -> Iterator[dict[str, Any]]:
        """Give each edge, or each run by its first edge; ``last`` is then the thing of the last one."""
        names = self.named.things
        for step, first, last, _ in self.graph.edge_runs:
            event, at, kind = self.named.events[step.event], rfc3339(step.at), step.kind
            for node in (first,) if self.runs else range(first, last + 1):
                upstream = node if step.upstream == THING else step.upstream
                downstream = node if step.downstream == THING else step.downstream
                edge: dict[str, Any] = {
                    "from": names[upstream].id,
                    "to": names[downstream].id,
                    "kind": kind,
                    "event": event,
                    "at": at,
                }
                if self.runs:
                    edge["last"] = None if first == THING else names[last].id
                    edge["count"] = last - first + 1
                yield edge

    def _thing_runs(self) -> Iterator[dict[str, Any]]:
        """Give runs as ``{first, last, count, …}``; ``via`` are numbers of runs of edges."""
        numbers = [run.number for run in self.graph.edge_runs]
        for run in self.graph.thing_runs:
            via = [bisect_right(numbers, edge) - 1 for edge in (*run.before, run.edge)]
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

    def _by_origin(self, run: ThingRun) -> Iterator[tuple[bool, int, int]]:
        is_origin = self.graph.is_origin
        if is_origin is None:
            yield False, run.first, run.last
            return
        for origin, nodes in groupby(range(run.first, run.last + 1), key=is_origin):
            first, *others = nodes
            yield origin, first, others[-1] if others else first


def where_dict(where: Whereabouts, named: Named) -> dict[str, Any]:
    """Write where a thing is."""
    return {
        "state": where.state,
        "party": where.party,
        "site": where.site,
        "unit": None if where.unit is None else named.things[where.unit].id,
        "since": rfc3339(where.since),
    }
