"""Answers as clients read them: numbers exchanged for identifiers, times written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lineage.facts import rfc3339
from lineage.trace.findings import Finding
from lineage.trace.graph import Edge, Graph, Thing
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
        yield {**self.head(), "count": len(self.graph.things)}
        yield from self.things()

    def head(self) -> dict[str, Any]:
        """Give everything but the things."""
        return {
            "query": dict(self.query),
            "root": self.named.thing(self.root),
            "edges": [self._edge(edge) for edge in self.graph.edges],
            "findings": [one.as_dict(self.named.things, self.named.events) for one in self.findings],
            "truncated": self.graph.truncated,
        }

    def things(self) -> Iterator[dict[str, Any]]:
        """Give each thing, the nearest first."""
        for thing in self.graph.things:
            yield self._thing(thing)

    def _thing(self, thing: Thing) -> dict[str, Any]:
        name = self.named.things[thing.node]
        written: dict[str, Any] = {
            "id": name.id,
            "kind": name.kind,
            "at": rfc3339(thing.at),
            "depth": thing.depth,
            "origin": thing.origin,
            "via": thing.via,
        }
        if self.where is not None:
            written["where"] = where_dict(self.where[thing.node], self.named)
        if self.shares is not None:
            share = self.shares.get(thing.node)
            written["quantity"] = None if share is None else share.as_dict()
        return written

    def _edge(self, edge: Edge) -> dict[str, Any]:
        return {
            "from": self.named.things[edge.upstream].id,
            "to": self.named.things[edge.downstream].id,
            "kind": edge.kind,
            "event": self.named.events[edge.event],
            "at": rfc3339(edge.at),
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
