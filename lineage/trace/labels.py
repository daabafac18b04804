"""The best known time of influence of every thing reached, kept for runs of things at once.

A :class:`Piece` says: these things are reached at this time, over this path. Pieces are never changed once
made, so a path that was built on one stays true when the label of a thing on it improves later (the
improved label permits everything the old one did). That is why every thing keeps a real path without a
second traversal.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Literal, NamedTuple, Protocol, TypeVar

from lineage.trace.neighbours import BLOCK

EdgeKind = Literal["made_from", "contains", "member", "contact"]

THING = -1
"""Stands in a step for each thing of the piece the step leads to."""

_SHIFT = BLOCK.bit_length() - 1


class Step(NamedTuple):
    """One fact on a path; influence runs from ``upstream`` to ``downstream``."""

    kind: EdgeKind
    upstream: int
    downstream: int
    event: int
    at: int
    """When the influence used it: the times along a path never run backwards."""


class Piece:
    """The things ``first..last``, all reached at ``at`` in the same way.

    :ivar hop: how many applications of the rule "from (o, t)" the path has
    :ivar previous: the piece the path comes from, ``None`` for the root
    :ivar through: the thing of ``previous`` that the path goes through
    :ivar steps: from ``through`` to these things; the last names them as :data:`THING`
    """

    __slots__ = ("at", "first", "hop", "last", "previous", "steps", "through")

    def __init__(
        self,
        first: int,
        last: int,
        at: int,
        hop: int = 0,
        previous: Piece | None = None,
        through: int = THING,
        steps: tuple[Step, ...] = (),
    ) -> None:
        self.first = first
        self.last = last
        self.at = at
        self.hop = hop
        self.previous = previous
        self.through = through
        self.steps = steps

    def onward(self, first: int, last: int, at: int, through: int, steps: tuple[Step, ...]) -> Piece:
        """Give the piece that these steps lead to, one hop from this one, through one of its things."""
        return Piece(first, last, at, self.hop + 1, self, through, steps)

    def part(self, first: int, last: int) -> Piece:
        """Give the same piece for fewer of its things."""
        if first == self.first and last == self.last:
            return self
        return Piece(first, last, self.at, self.hop, self.previous, self.through, self.steps)


class _Run(Protocol):
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


R = TypeVar("R", bound=_Run)


class ByBlock(dict[int, list[R]]):
    """Runs that can be looked up by the things they overlap."""

    def __init__(self, runs: Iterable[R]) -> None:
        super().__init__()
        for run in runs:
            self.setdefault(run.first >> _SHIFT, []).append(run)

    def overlapping(self, first: int, last: int) -> list[R]:
        """Give every run that shares a thing with ``first..last`` (which lie in one block)."""
        return [run for run in self.get(first >> _SHIFT, ()) if run.first <= last and first <= run.last]


class Labels:
    """The best piece of every thing: latest time when asked backwards, earliest when asked forwards."""

    def __init__(self, *, latest: bool) -> None:
        self._latest = latest
        self._blocks: dict[int, list[Piece]] = {}
        self._fresh: dict[int, Piece] = {}
        self.count = 0
        """How many things are labelled."""

    def pieces(self) -> Iterator[Piece]:
        """Give all pieces; together they cover every labelled thing once."""
        for block in self._blocks.values():
            yield from block

    def take_fresh(self) -> list[Piece]:
        """Give the pieces that are new or better since the last call: the next frontier."""
        fresh = list(self._fresh.values())
        self._fresh.clear()
        return fresh

    def improve(self, piece: Piece) -> bool:
        """Keep the piece wherever it is better than what was known; say whether it was, anywhere."""
        number = piece.first >> _SHIFT
        block = self._blocks.get(number)
        if block is None:
            self._blocks[number] = [piece]
            self._fresh[piece.first] = piece
            self.count += piece.last - piece.first + 1
            return True
        # The first piece of the block that can overlap is the one before the first that starts after ours.
        begin = max(bisect_right(block, piece.first, key=attrgetter("first")) - 1, 0)
        end = begin
        kept: list[Piece] = []
        won: list[Piece] = []
        free = piece.first
        while end < len(block) and block[end].first <= piece.last:
            old = block[end]
            end += 1
            first, last = max(old.first, piece.first), min(old.last, piece.last)
            if first > last:
                kept.append(old)
                continue
            if free < first:
                won.append(piece.part(free, first - 1))
            free = last + 1
            if self._better(piece.at, old.at):
                self._split(old, first, last, kept)
                won.append(piece.part(first, last))
                self.count -= last - first + 1
            else:
                kept.append(old)
        if free <= piece.last:
            won.append(piece.part(free, piece.last))
        if not won:
            return False
        for new in won:
            self._fresh[new.first] = new
            self.count += new.last - new.first + 1
        block[begin:end] = sorted(kept + won, key=attrgetter("first"))
        return True

    def _better(self, new: int, old: int) -> bool:
        return new > old if self._latest else new < old

    def _split(self, old: Piece, first: int, last: int, kept: list[Piece]) -> None:
        """Keep what is left of an old piece when ``first..last`` of it is taken over."""
        fresh = self._fresh.get(old.first) is old
        if fresh:
            del self._fresh[old.first]
        for left_first, left_last in ((old.first, first - 1), (last + 1, old.last)):
            if left_first <= left_last:
                rest = old.part(left_first, left_last)
                kept.append(rest)
                if fresh:
                    self._fresh[rest.first] = rest
