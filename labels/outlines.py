"""Knows how to walk around the dark modules of a matrix, so that they are drawn as closed outlines.

Modules drawn one by one leave hairlines between them wherever a viewer or printer smooths edges. An
outline has no inner edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Point = tuple[int, int]
Loop = list[Point]
Edge = tuple[Point, Point]
"""A corner and the direction in which a boundary edge leaves it, the dark module to its right."""

_RIGHT: Point = (1, 0)
_DOWN: Point = (0, 1)
_LEFT: Point = (-1, 0)
_UP: Point = (0, -1)
# At a corner where two dark modules meet diagonally two edges leave; turning right keeps them apart.
_TURNS: dict[Point, tuple[Point, Point, Point]] = {
    _RIGHT: (_DOWN, _RIGHT, _UP),
    _DOWN: (_LEFT, _DOWN, _RIGHT),
    _LEFT: (_UP, _LEFT, _DOWN),
    _UP: (_RIGHT, _UP, _LEFT),
}


def outlines(rows: Sequence[bytes]) -> list[Loop]:
    """Give the outlines of the dark modules (non-zero bytes) of ``rows``, which are all of one length.

    Coordinates are module corners, x to the right and y down. A loop names the corners at which it turns and
    does not repeat the first. Outer loops run clockwise and holes counter-clockwise, so that both the
    even-odd and the non-zero rule fill the dark modules and nothing else.
    """
    edges = dict.fromkeys(_edges(rows))
    loops: list[Loop] = []
    while edges:
        start = edge = next(iter(edges))
        corners: Loop = []
        walked: list[Edge] = []
        while True:
            (x, y), direction = edge
            ahead = (x + direction[0], y + direction[1])
            turned = next(step for step in _TURNS[direction] if (ahead, step) in edges)
            if turned != direction:
                corners.append(ahead)
            walked.append(edge)
            edge = (ahead, turned)
            if edge == start:
                break
        for done in walked:
            del edges[done]
        loops.append(corners)
    return loops


def _edges(rows: Sequence[bytes]) -> Iterator[Edge]:
    light = bytes(len(rows[0]))
    above = light
    for y, row in enumerate([*rows, light]):
        before = 0
        for x, (here, over) in enumerate(zip(row, above, strict=True)):
            if here and not over:
                yield (x, y), _RIGHT
            elif over and not here:
                yield (x + 1, y), _LEFT
            if here and not before:
                yield (x, y + 1), _UP
            elif before and not here:
                yield (x, y), _DOWN
            before = here
        if before:
            yield (len(row), y), _DOWN
        above = row
