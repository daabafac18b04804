"""Makes a trace small enough to be drawn: things that stand in the same place of the graph become one. Pure.

Two things fold when they are of the same kind and product and have the same neighbours. Folding is
repeated: when the cups of each case have become one, cases of the same pallet have the same neighbours and
fold in turn.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lineage.errors import LineageError
from lineage.identifiers import Identifier, name_uri

FOLD_FROM: Final = 4
"""Fewer alike things are drawn one by one."""
MAX_ROUNDS: Final = 12
MAX_NODES: Final = 60
"""Boxes that a person can still read on one sheet; past it whole layers are folded."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to draw.

    :ivar group: what must agree for two things to fold, e.g. (kind, product)
    :ivar at: sorts things in time (microseconds or any comparable text)
    """

    id: str
    group: tuple[str, ...]
    at: str
    depth: int


@dataclass(frozen=True, slots=True)
class Link:
    """An influence between two things, upstream first."""

    upstream: str
    downstream: str
    kind: str


@dataclass(frozen=True, slots=True)
class Box:
    """What is drawn: one thing, or several that stand in the same place."""

    id: str
    members: tuple[str, ...]
    group: tuple[str, ...]
    at: str
    depth: int

    @property
    def count(self) -> int:
        """Number of things in the box."""
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Folded:
    """A graph of boxes."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


def read_graph(answer: Mapping[str, Any], *, most: int | None = None) -> tuple[list[Thing], list[Link]]:
    """Read the graph of an answer about source or destination.

    :param answer: JSON values, as ``Answer.as_dict()`` or the server gives them
    :param most: things that are looked at, the nearest first
    :return: the root, the things, and the containers that a path only passes; and what links them
    """
    root = answer["root"]["id"]
    things = {root: Thing(root, ("root",), "", 0)}
    for thing in answer["things"][:most]:
        group = (thing["kind"], _class_of(thing["id"]))
        things[thing["id"]] = Thing(thing["id"], group, thing["at"] or "", thing["depth"])
    depths = {thing.id: thing.depth for thing in things.values()}
    links = []
    for edge in answer["edges"]:
        for end, other in ((edge["from"], edge["to"]), (edge["to"], edge["from"])):
            if end not in things and other in depths:
                group = ("passage", _class_of(end))
                things[end] = Thing(end, group, edge["at"] or "", depths[other])
        links.append(Link(edge["from"], edge["to"], edge["kind"]))
    return list(things.values()), links


def identifier_of(id_: str) -> Identifier | None:
    """Give what a name of an answer identifies; None for one that breaks a rule."""
    try:
        return name_uri(id_)
    except LineageError:
        return None


def _class_of(id_: str) -> str:
    identifier = identifier_of(id_)
    if identifier is None:
        return ""
    if identifier.scheme == "lot":
        return identifier.value.rpartition(".")[0]
    return identifier.class_id or identifier.scheme


def fold(things: Sequence[Thing], links: Iterable[Link], *, keep: str, max_nodes: int = MAX_NODES) -> Folded:
    """Fold a graph.

    :param keep: the thing that was asked about; it is never folded
    """
    boxes = {thing.id: Box(thing.id, (thing.id,), thing.group, thing.at, thing.depth) for thing in things}
    edges = {link for link in links if link.upstream in boxes and link.downstream in boxes}
    for _ in range(MAX_ROUNDS):
        merged = _merge(boxes, _alike(boxes, edges, keep))
        if merged is None:
            break
        boxes, into = merged
        edges = _redirected(edges, into)
    if len(boxes) > max_nodes:
        layers: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for box in boxes.values():
            if box.id != keep:
                layers[(box.group, box.depth)].append(box.id)
        merged = _merge(boxes, [ids for ids in layers.values() if len(ids) > 1])
        if merged is not None:
            boxes, into = merged
            edges = _redirected(edges, into)
    ordered = sorted(boxes.values(), key=lambda box: (box.depth, box.at, box.id))
    return Folded(
        tuple(ordered), tuple(sorted(edges, key=lambda link: (link.upstream, link.downstream, link.kind)))
    )


def _alike(boxes: Mapping[str, Box], edges: Iterable[Link], keep: str) -> list[list[str]]:
    up: dict[str, set[tuple[str, str]]] = defaultdict(set)
    down: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for edge in edges:
        down[edge.upstream].add((edge.downstream, edge.kind))
        up[edge.downstream].add((edge.upstream, edge.kind))
    places: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for box in boxes.values():
        if box.id != keep:
            places[(box.group, frozenset(up[box.id]), frozenset(down[box.id]))].append(box.id)
    return [
        ids for ids in places.values() if sum(boxes[each].count for each in ids) >= FOLD_FROM and len(ids) > 1
    ]


def _merge(
    boxes: dict[str, Box], groups: Sequence[Sequence[str]]
) -> tuple[dict[str, Box], dict[str, str]] | None:
    if not groups:
        return None
    left = dict(boxes)
    into: dict[str, str] = {}
    for ids in groups:
        members = [left.pop(each) for each in ids]
        first = min(members, key=lambda box: (box.at, box.id))
        things = tuple(sorted(thing for box in members for thing in box.members))
        left[first.id] = Box(first.id, things, first.group, first.at, min(box.depth for box in members))
        into.update(dict.fromkeys(ids, first.id))
    return left, into


def _redirected(edges: Iterable[Link], into: Mapping[str, str]) -> set[Link]:
    moved = (
        Link(into.get(edge.upstream, edge.upstream), into.get(edge.downstream, edge.downstream), edge.kind)
        for edge in edges
    )
    return {edge for edge in moved if edge.upstream != edge.downstream}
