"""Answers as clients read them: numbers exchanged for identifiers, times written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lineage.facts import rfc3339
from lineage.trace.findings import Finding
from lineage.trace.graph import Graph
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

    @property
    def root(self) -> int:
        """The thing that was asked about."""
        return self.graph.root

    def as_dict(self) -> dict[str, Any]:
        """Give the whole answer as JSON values."""
        head = self.head()
        return {
            **{name: head[name] for name in ("query", "root")},
            "things": list(self.things()),
            **{name: head[name] for name in ("edges", "findings", "truncated")},
        }

    def lines(self) -> Iterator[dict[str, Any]]:
        """Give the answer as one object a line: first the head, then one for each thing."""
        yield {**self.head(), "count": self.graph.count}
        yield from self.things()

    def head(self) -> dict[str, Any]:
        """Give everything but the things."""
        return {
            "query": dict(self.query),
            "root": self.named.thing(self.root),
            "edges": list(self._edges()),
            "findings": [one.as_dict(self.named.things, self.named.events) for one in self.findings],
            "truncated": self.graph.truncated,
        }

    def things(self) -> Iterator[dict[str, Any]]:
        """Give each thing, the nearest first."""
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

    def _edges(self) -> Iterator[dict[str, Any]]:
        names = self.named.things
        for step, first, last, _ in self.graph.edge_runs:
            event, at, kind = self.named.events[step.event], rfc3339(step.at), step.kind
            for node in range(first, last + 1):
                upstream = node if step.upstream == THING else step.upstream
                downstream = node if step.downstream == THING else step.downstream
                yield {
                    "from": names[upstream].id,
                    "to": names[downstream].id,
                    "kind": kind,
                    "event": event,
                    "at": at,
                }


def where_dict(where: Whereabouts, named: Named) -> dict[str, Any]:
    """Write where a thing is."""
    return {
        "state": where.state,
        "party": where.party,
        "site": where.site,
        "unit": None if where.unit is None else named.things[where.unit].id,
        "since": rfc3339(where.since),
    }
