"""Knows how to walk around the dark modules of a matrix, so that they are drawn as closed outlines.

Modules drawn one by one leave hairlines between them wherever a viewer or printer smooths edges. An
outline has no inner edges.
"""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[int, int]
Loop = list[Point]

# Directions in which a boundary edge leaves a corner, the dark module always to its right. They are bits, so
# that the edges that leave one corner are one number.
_RIGHT, _DOWN, _LEFT, _UP = 1, 2, 4, 8
_CLOCKWISE = {_RIGHT: _DOWN, _DOWN: _LEFT, _LEFT: _UP, _UP: _RIGHT}
_COUNTER = {after: before for before, after in _CLOCKWISE.items()}


def _next(direction: int, leaving: int) -> int:
    """Give the edge that follows: where two dark modules meet diagonally, the right turn keeps them apart."""
    for turned in (_CLOCKWISE[direction], direction, _COUNTER[direction]):
        if leaving & turned:
            return turned
    return 0


_NEXT = {direction: [_next(direction, leaving) for leaving in range(16)] for direction in _CLOCKWISE}


def outlines(rows: Sequence[bytes]) -> list[Loop]:
    """Give the outlines of the dark modules (non-zero bytes) of ``rows``, which are all of one length.

    Coordinates are module corners, x to the right and y down. A loop names the corners at which it turns and
    does not repeat the first. Outer loops run clockwise and holes counter-clockwise, so that both the
    even-odd and the non-zero rule fill the dark modules and nothing else.
    """
    stride = len(rows[0]) + 1
    leaving = _edges(rows, stride)
    step = {_RIGHT: 1, _DOWN: stride, _LEFT: -1, _UP: -stride}
    loops: list[Loop] = []
    for start in range(len(leaving)):
        # Every closed loop has an edge to the right.
        while leaving[start] & _RIGHT:
            loops.append(_walk(leaving, start, step, stride))
    return loops


def _walk(leaving: list[int], start: int, step: dict[int, int], stride: int) -> Loop:
    """Take the loop that leaves ``start`` to the right out of ``leaving``, and give its corners."""
    corners: Loop = []
    walked: list[tuple[int, int]] = []
    at, direction = start, _RIGHT
    while True:
        walked.append((at, direction))
        at += step[direction]
        turned = _NEXT[direction][leaving[at]]
        if turned != direction:
            corners.append((at % stride, at // stride))
        direction = turned
        if at == start and direction == _RIGHT:
            break
    for corner, edge in walked:
        leaving[corner] &= ~edge
    return corners


def _edges(rows: Sequence[bytes], stride: int) -> list[int]:
    """Give, for each corner row by row, the directions in which boundary edges leave it."""
    leaving = [0] * (stride * (len(rows) + 1))
    light = bytes(stride - 1)
    above = light
    for y, row in enumerate([*rows, light]):
        at = y * stride
        before = 0
        for here, over in zip(row, above, strict=True):
            if here != over:
                if here:
                    leaving[at] |= _RIGHT
                else:
                    leaving[at + 1] |= _LEFT
            if here != before:
                if here:
                    leaving[at + stride] |= _UP
                else:
                    leaving[at] |= _DOWN
                before = here
            at += 1
        if before:
            leaving[at] |= _DOWN
        above = row
    return leaving
