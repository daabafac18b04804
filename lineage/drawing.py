"""Drawings of a trace: Graphviz DOT, Mermaid text, and a layout that a page can draw as SVG.

All take the answer as JSON values (``Answer.as_dict()`` or what the server sent). Influence runs from left
to right:

1. Things that are connected alike (the 24 cups of one lot that went into one case) are folded into one node.
2. Rings, which wrong data can form, are broken at their last edge in time; what is left is layered by its
   longest path.
3. Within a layer, nodes are ordered by where their neighbours stand, a few times to and fro.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

import networkx as nx

FOLD_FROM = 4
"""Things that are connected alike are folded from this number on."""

SWEEPS = 6
"""Passes of ordering; more change nothing that an eye would see."""

LAYER_WIDTH, ROW_HEIGHT, NODE_WIDTH, NODE_HEIGHT, MARGIN = 230, 58, 180, 40, 20
"""Pixels. A label of 24 characters fits a node."""

_KINDS = {
    "item": ("单品", "item"),
    "lot": ("批次", "lot"),
    "unit": ("物流单元", "unit"),
    "class": ("品类", "class"),
    "": ("追溯单元", "thing"),
}


class DrawnNode(NamedTuple):
    """One box: a thing, or several that are connected alike."""

    ids: tuple[str, ...]
    kind: str
    label: str
    is_root: bool
    is_origin: bool
    layer: int
    x: int
    """Left edge."""
    y: int
    """Top edge."""


class DrawnEdge(NamedTuple):
    """One line, from the right edge of ``source`` to the left edge of ``target`` (indexes of nodes)."""

    source: int
    target: int
    kind: str
    path: str
    """SVG path data."""


class Drawing(NamedTuple):
    """A laid-out graph."""

    nodes: list[DrawnNode]
    edges: list[DrawnEdge]
    width: int
    height: int


class _Graph(NamedTuple):
    """The folded graph: groups of ids, and edges between groups."""

    groups: list[tuple[str, ...]]
    edges: dict[tuple[int, int], Mapping[str, Any]]
    things: Mapping[str, Mapping[str, Any]]
    root: str


def lay_out(answer: Mapping[str, Any]) -> Drawing:
    """Place the things of an answer so that influence runs from left to right."""
    graph = _folded(answer)
    layers = _layers(graph)
    order = _ordered(graph, layers)
    tallest = max((len(layer) for layer in order), default=0)
    nodes: dict[int, DrawnNode] = {}
    for number, layer in enumerate(order):
        top = MARGIN + (tallest - len(layer)) * ROW_HEIGHT // 2
        for row, group in enumerate(layer):
            ids = graph.groups[group]
            nodes[group] = DrawnNode(
                ids,
                _kind(graph, ids[0]),
                label_of(ids, _kind(graph, ids[0])),
                is_root=graph.root in ids,
                is_origin=bool(graph.things.get(ids[0], {}).get("origin")),
                layer=number,
                x=MARGIN + number * LAYER_WIDTH,
                y=top + row * ROW_HEIGHT,
            )
    ordered = [nodes[group] for group in range(len(graph.groups))]
    edges = [
        DrawnEdge(source, target, edge["kind"], _curve(ordered[source], ordered[target]))
        for (source, target), edge in graph.edges.items()
    ]
    width = 2 * MARGIN + max(len(order) - 1, 0) * LAYER_WIDTH + NODE_WIDTH
    return Drawing(ordered, edges, width, 2 * MARGIN + max(tallest, 1) * ROW_HEIGHT)


def to_dot(answer: Mapping[str, Any]) -> str:
    """Write an answer as Graphviz DOT."""
    graph = _folded(answer)
    lines = ["digraph trace {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    for number, ids in enumerate(graph.groups):
        kind = _kind(graph, ids[0])
        style = ', penwidth=2, color="#b00020"' if graph.root in ids else ""
        shape = ', shape=box3d, style=""' if kind == "unit" else ""
        text = _escaped(label_of(ids, kind))
        lines.append(f'  n{number} [label="{text}", tooltip="{_escaped(ids[0])}"{shape}{style}];')
    for (source, target), edge in graph.edges.items():
        dashed = ", style=dashed" if edge["kind"] in ("contains", "contact") else ""
        text = _escaped(f"{edge['kind']} {edge['at'] or ''}".strip())
        lines.append(f'  n{source} -> n{target} [label="{text}"{dashed}];')
    return "\n".join([*lines, "}", ""])


def to_mermaid(answer: Mapping[str, Any]) -> str:
    """Write an answer as a Mermaid flow chart."""
    graph = _folded(answer)
    lines = ["flowchart LR"]
    for number, ids in enumerate(graph.groups):
        kind = _kind(graph, ids[0])
        text = label_of(ids, kind).replace('"', "#quot;").replace("\n", "<br/>")
        left, right = {"lot": ("([", "])"), "unit": ("[[", "]]")}.get(kind, ("[", "]"))
        lines.append(f'  n{number}{left}"{text}"{right}')
    for (source, target), edge in graph.edges.items():
        arrow = "-.->" if edge["kind"] in ("contains", "contact") else "-->"
        lines.append(f"  n{source} {arrow}|{edge['kind']}| n{target}")
    root = next(number for number, ids in enumerate(graph.groups) if graph.root in ids)
    return "\n".join([*lines, f"  style n{root} stroke:#b00020,stroke-width:3px", ""])


def label_of(ids: tuple[str, ...], kind: str) -> str:
    """Give what a person reads on a node: the kind in both languages, and the last part of the identifier."""
    zh, en = _KINDS.get(kind, _KINDS[""])
    if len(ids) > 1:
        return f"{len(ids)} × {zh} {en}"
    return f"{zh} {en}\n{unquote(ids[0].rstrip('/').rpartition('/')[2])}"


def _folded(answer: Mapping[str, Any]) -> _Graph:
    """1. Fold things that have the same kind, the same neighbours upstream and the same downstream."""
    things: dict[str, Mapping[str, Any]] = {thing["id"]: thing for thing in answer["things"]}
    root = answer["root"]["id"]
    things.setdefault(root, answer["root"])
    up: dict[str, set[tuple[str, str]]] = defaultdict(set)
    down: dict[str, set[tuple[str, str]]] = defaultdict(set)
    names = dict.fromkeys([root, *things])
    for edge in answer["edges"]:
        up[edge["to"]].add((edge["from"], edge["kind"]))
        down[edge["from"]].add((edge["to"], edge["kind"]))
        names.setdefault(edge["from"])
        names.setdefault(edge["to"])
    alike: dict[Any, list[str]] = defaultdict(list)
    for name in names:
        kind = things.get(name, {}).get("kind", "")
        alike[name if name == root else (kind, frozenset(up[name]), frozenset(down[name]))].append(name)
    groups: list[tuple[str, ...]] = []
    for ids in alike.values():
        groups += [tuple(ids)] if len(ids) >= FOLD_FROM else [(one,) for one in ids]
    number = {name: index for index, ids in enumerate(groups) for name in ids}
    edges: dict[tuple[int, int], Mapping[str, Any]] = {}
    for edge in answer["edges"]:
        key = number[edge["from"]], number[edge["to"]]
        if key[0] != key[1]:
            edges.setdefault(key, edge)
    return _Graph(groups, edges, things, root)


def _layers(graph: _Graph) -> dict[int, int]:
    """2. Give each group its layer."""
    acyclic: nx.DiGraph[int] = nx.DiGraph()
    acyclic.add_nodes_from(range(len(graph.groups)))
    by_time = sorted(graph.edges.items(), key=lambda item: item[1]["at"] or "")
    acyclic.add_edges_from(key for key, _ in by_time)
    if not nx.is_directed_acyclic_graph(acyclic):
        for (source, target), _ in reversed(by_time):
            if nx.has_path(acyclic, target, source):
                acyclic.remove_edge(source, target)
    layers: dict[int, int] = {}
    for group in nx.topological_sort(acyclic):
        before = [layers[one] for one in acyclic.predecessors(group)]
        layers[group] = 1 + max(before, default=-1)
    # What nothing goes into stands right before what it goes into, not at the far left.
    for group in reversed(list(nx.topological_sort(acyclic))):
        after = [layers[one] for one in acyclic.successors(group)]
        if after and not list(acyclic.predecessors(group)):
            layers[group] = min(after) - 1
    return layers


def _ordered(graph: _Graph, layers: Mapping[int, int]) -> list[list[int]]:
    """3. Order each layer by the mean place of its neighbours, to and fro."""
    order: list[list[int]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for group in sorted(layers):
        order[layers[group]].append(group)
    near: dict[int, list[int]] = defaultdict(list)
    for source, target in graph.edges:
        near[source].append(target)
        near[target].append(source)
    place = {group: row for layer in order for row, group in enumerate(layer)}
    for sweep in range(SWEEPS):
        for layer in order if sweep % 2 == 0 else reversed(order):
            layer.sort(key=lambda group: (_mean(place[one] for one in near[group]), group))
            place.update({group: row for row, group in enumerate(layer)})
    return order


def _mean(values: Iterable[int]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0


def _kind(graph: _Graph, name: str) -> str:
    kind = graph.things.get(name, {}).get("kind")
    # Units on the way are not among the things of an answer: only what contains something stands there.
    return kind if isinstance(kind, str) else "unit"


def _curve(source: DrawnNode, target: DrawnNode) -> str:
    x1, y1 = source.x + NODE_WIDTH, source.y + NODE_HEIGHT // 2
    x2, y2 = target.x, target.y + NODE_HEIGHT // 2
    bend = max((x2 - x1) // 2, 30)
    return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
