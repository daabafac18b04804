"""Lays a folded trace out: time from left to right, boxes in columns, links as curves beside them. Pure.

1. Columns: a box stands right of everything that went into it (longest path); cycles, which only wrong data
   has, are cut at the link that closes them.
2. Long links get a waypoint in each column they pass, so that room is kept for them.
3. Order inside columns: sweeps towards the mean place of the neighbours, which keeps crossings few.
4. Places: columns evenly, boxes centred in their column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import networkx as nx

from lineage.folding import Box, Folded, Link

BOX_WIDTH: Final = 190
BOX_HEIGHT: Final = 66
COLUMN_GAP: Final = 52
ROW_GAP: Final = 22
WAYPOINT_HEIGHT: Final = 14
MARGIN: Final = 16
AXIS_HEIGHT: Final = 30
SWEEPS: Final = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its place (left upper corner)."""

    box: Box
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A link as SVG path."""

    link: Link
    path: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the earliest time in it."""

    x: float
    at: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing without colours."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    curves: tuple[Curve, ...]
    columns: tuple[Column, ...]


def lay_out(graph: Folded) -> Layout:
    """Lay a graph out."""
    if not graph.boxes:
        return Layout(0, 0, (), (), ())
    boxes = {box.id: box for box in graph.boxes}
    # 1. columns
    links = _without_cycles([box.id for box in graph.boxes], graph.links)
    column_of = _columns([box.id for box in graph.boxes], links)
    # 2. waypoints
    routes, columns = _routes(boxes, links, column_of)
    # 3. order
    _order(columns, routes)
    # 4. places
    places, height = _places(columns, boxes)
    placed = tuple(
        Placed(boxes[id_], places[id_][0], places[id_][1] - BOX_HEIGHT / 2)
        for column in columns
        for id_ in column
        if id_ in boxes
    )
    curves = tuple(
        Curve(link, _path([places[point] for point in route], boxes, route)) for link, route in routes
    )
    axis = tuple(
        Column(_x(number), min((boxes[id_].at for id_ in column if id_ in boxes), default=""))
        for number, column in enumerate(columns)
    )
    width = _x(len(columns) - 1) + BOX_WIDTH + MARGIN
    return Layout(width, height + AXIS_HEIGHT, placed, curves, axis)


def _without_cycles(ids: Sequence[str], links: Sequence[Link]) -> list[Link]:
    """Leave out each link that closes a cycle with those before it."""
    rings = nx.strongly_connected_components(_graph(ids, links))
    ring_of = {id_: number for number, ring in enumerate(rings) for id_ in ring}
    inside = _graph(ids, ())
    kept: list[Link] = []
    for link in links:
        above, below = link.upstream, link.downstream
        if ring_of[above] == ring_of[below]:
            if nx.has_path(inside, below, above):
                continue
            inside.add_edge(above, below)
        kept.append(link)
    return kept


def _columns(ids: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Give each box its column: one past the furthest box that went into it."""
    generations = nx.topological_generations(_graph(ids, links))
    return {id_: column for column, generation in enumerate(generations) for id_ in generation}


def _graph(ids: Sequence[str], links: Sequence[Link]) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(ids)
    graph.add_edges_from((link.upstream, link.downstream) for link in links)
    return graph


def _routes(
    boxes: dict[str, Box], links: Sequence[Link], column_of: dict[str, int]
) -> tuple[list[tuple[Link, list[str]]], list[list[str]]]:
    columns: list[list[str]] = [[] for _ in range(max(column_of.values()) + 1)]
    for id_ in boxes:
        columns[column_of[id_]].append(id_)
    routes: list[tuple[Link, list[str]]] = []
    for number, link in enumerate(links):
        first, last = column_of[link.upstream], column_of[link.downstream]
        points = [f"\0{number}:{column}" for column in range(first + 1, last)]
        for column, point in zip(range(first + 1, last), points, strict=True):
            columns[column].append(point)
        routes.append((link, [link.upstream, *points, link.downstream]))
    return routes, columns


def _order(columns: list[list[str]], routes: Sequence[tuple[Link, list[str]]]) -> None:
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    for _, route in routes:
        for here, there in pairwise(route):
            right[here].append(there)
            left[there].append(here)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        beside = left if forward else right
        for number in numbers:
            fixed = columns[number - 1 if forward else number + 1]
            rank = {id_: place / max(len(fixed) - 1, 1) for place, id_ in enumerate(fixed)}
            own = {id_: place / max(len(columns[number]) - 1, 1) for place, id_ in enumerate(columns[number])}
            means = {
                id_: _mean([rank[each] for each in beside[id_] if each in rank], own[id_])
                for id_ in columns[number]
            }
            columns[number].sort(key=lambda id_: (means[id_], own[id_]))


def _mean(ranks: list[float], otherwise: float) -> float:
    return sum(ranks) / len(ranks) if ranks else otherwise


def _places(
    columns: Sequence[Sequence[str]], boxes: dict[str, Box]
) -> tuple[dict[str, tuple[float, float]], float]:
    def tall(id_: str) -> float:
        return BOX_HEIGHT if id_ in boxes else WAYPOINT_HEIGHT

    heights = [sum(tall(id_) for id_ in column) + ROW_GAP * (len(column) - 1) for column in columns]
    full = max(heights)
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        y = MARGIN + (full - heights[number]) / 2
        for id_ in column:
            places[id_] = (_x(number), y + tall(id_) / 2)
            y += tall(id_) + ROW_GAP
    return places, full + 2 * MARGIN


def _x(column: int) -> float:
    return MARGIN + column * (BOX_WIDTH + COLUMN_GAP)


def _path(points: list[tuple[float, float]], boxes: dict[str, Box], route: Sequence[str]) -> str:
    """Draw a smooth curve from the right of the first box, through the waypoints, to the left of the last."""
    x, y = points[0][0] + BOX_WIDTH, points[0][1]
    path = [f"M{x:.0f},{y:.0f}"]
    for id_, (left, middle) in zip(route[1:], points[1:], strict=True):
        bend = (left - x) / 2
        path.append(f"C{x + bend:.0f},{y:.0f} {left - bend:.0f},{middle:.0f} {left:.0f},{middle:.0f}")
        x, y = left, middle
        if id_ not in boxes:
            x += BOX_WIDTH
            path.append(f"H{x:.0f}")
    return "".join(path)
