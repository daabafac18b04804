"""The things that captures name: lists of identifiers as a whole where that is possible, others one by one.

An event lists the cups of a case by the dozen, in order, and the next event lists the same cups again, or
some that stand side by side. So a list is looked up, numbered and stored as a whole: it takes consecutive
numbers, which are the run of every fact about it, and its identifiers are one row of ``thing``, as a run
(``things_repository``). What cannot be had so (a list in no order, or of identifiers that lie among those of
another run) is numbered one by one; answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import lt

from sqlalchemy import Connection

from lineage.trace.neighbours import BLOCK
from trace_api.capture.runs import BLOCK_BITS, Run, runs_of
from trace_api.capture.things_repository import LINE, ThingRow, units_of

#: Things from which a list is one.
LIST_FROM = 4
# What has so many characters of the serial number in common was hardly drawn by lot.
_COUNTED = 1
# Blocks that are drawn from the sequence at once.
_DRAWN = 64


Ends = tuple[str, str]
"""The first and the last identifier of a list."""


@dataclass(slots=True)
class Named:
    """What some events name, each once.

    :ivar single: identifier → number of its kind, in order of first appearance
    :ivar lists: first and last identifier → the list, and the number of its kind
    """

    single: dict[str, int] = field(default_factory=dict)
    lists: dict[Ends, tuple[Sequence[str], int]] = field(default_factory=dict)

    def add(self, ids: Sequence[str], kind: int) -> None:
        """Note things that are listed together."""
        if len(ids) >= LIST_FROM:
            listed = self.lists.setdefault((ids[0], ids[-1]), (ids, kind))[0]
            if listed is ids or listed == ids:
                return
        for id_ in ids:
            self.single.setdefault(id_, kind)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and the runs of its numbers, in its order."""

    ids: Sequence[str]
    runs: Sequence[Run]

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Give each identifier with its number."""
        numbers = (number for run in self.runs for number in range(run.lo, run.hi + 1))
        return zip(self.ids, numbers, strict=True)


@dataclass(slots=True)
class Things:
    """The numbers of everything that some events name.

    :ivar lists: first and last identifier → list
    """

    single: dict[str, int] = field(default_factory=dict)
    lists: dict[Ends, Listed] = field(default_factory=dict)
    _members: dict[str, int] | None = None

    def number(self, id_: str) -> int:
        """Give the number of one thing."""
        number = self.single.get(id_)
        return self._of_lists()[id_] if number is None else number

    def runs(self, ids: Sequence[str]) -> Sequence[Run]:
        """Give the fewest runs that hold these things."""
        if len(ids) == 1:
            number = self.number(ids[0])
            return (Run(number >> BLOCK_BITS, number, number),)
        listed = self.lists.get((ids[0], ids[-1]))
        if listed is not None and (listed.ids is ids or listed.ids == ids):
            return listed.runs
        return runs_of(map(self.number, ids))

    def _of_lists(self) -> Mapping[str, int]:
        if self._members is None:
            self._members = dict(pair for listed in self.lists.values() for pair in listed.numbers())
        return self._members


@dataclass(frozen=True, slots=True)
class Ascending:
    """A list that can be stored as runs.

    :ivar text: the identifiers, a line each
    :ivar parts: of one block each: how many characters they have in common, and the identifiers
    """

    ids: Sequence[str]
    kind: int
    text: str
    parts: Sequence[tuple[int, Sequence[str]]]

    @classmethod
    def of(cls, ids: Sequence[str], kind: int, text: str) -> Ascending | None:
        """Look at a list; ``None`` when it cannot be stored so.

        :param text: the identifiers, a line each
        """
        one_length = len(set(map(len, ids))) == 1
        if not one_length or text.count(LINE) != len(ids) - 1 or not all(map(lt, ids, islice(ids, 1, None))):
            return None
        parts = []
        for start in range(0, len(ids), BLOCK):
            part = ids[start : start + BLOCK]
            first, last = part[0], part[-1]
            serial = first.rfind("/") + 1
            head = serial
            if last.startswith(first[:serial]):
                # Of identifiers in order, what the first and the last have in common all have.
                head += _common(first[serial:-1], last[serial:])
            if head < serial + _COUNTED:
                return None
            parts.append((head, part))
        return cls(ids, kind, text, parts)

    @property
    def ends(self) -> Ends:
        """The first and the last identifier."""
        return self.ids[0], self.ids[-1]

    @property
    def ranges(self) -> list[Ends]:
        """The first and the last identifier of each part."""
        return [(part[0], part[-1]) for _, part in self.parts]

    def rows(self, starts: Sequence[int]) -> Iterator[ThingRow]:
        """Give the rows of the parts, by the number of the first thing of each."""
        for lo, (head, part) in zip(starts, self.parts, strict=True):
            tails = LINE.join([id_[head:] for id_ in part])
            yield ThingRow(lo, lo + len(part) - 1, units_of(self.kind), self.kind, head, part[0], tails)


def apart(lists: Sequence[Ascending]) -> list[Ascending]:
    """Give lists that do not overlap one another."""
    free: list[Ascending] = []
    reached = (0, "")
    # Of several that begin alike the longest comes first: the others are parts of it.
    for each in sorted(lists, key=lambda one: (_place(one.ids[0]), -len(one.ids))):
        if _place(each.ids[0]) > reached:
            free.append(each)
            reached = _place(each.ids[-1])
    return free


class Room:
    """Numbers that nobody has: of lists side by side within one block, of single things one after the other.

    What is left of a block serves the next captures. Only who holds the lock on adding things asks.

    :param draw: gives the first numbers of so many fresh blocks
    """

    def __init__(self, draw: Callable[[Connection, int], list[int]]) -> None:
        self._draw = draw
        self._blocks: list[int] = []
        self._for_lists = range(0)
        self._for_single = range(0)

    def together(self, connection: Connection, count: int) -> int:
        """Give the first of so many consecutive numbers of one block.

        :param count: at most a block
        """
        if len(self._for_lists) < count:
            self._for_lists = self._block(connection)
        first = self._for_lists[0]
        self._for_lists = self._for_lists[count:]
        return first

    def single(self, connection: Connection, count: int) -> Iterator[int]:
        """Give so many numbers."""
        while count > 0:
            if not self._for_single:
                self._for_single = self._block(connection)
            given = self._for_single[:count]
            self._for_single = self._for_single[count:]
            count -= len(given)
            yield from given

    def _block(self, connection: Connection) -> range:
        if not self._blocks:
            self._blocks = self._draw(connection, _DRAWN)[::-1]
        first = self._blocks.pop()
        return range(first, first + BLOCK)


def _place(id_: str) -> tuple[int, str]:
    """Give where an identifier stands: runs are of one length."""
    return len(id_), id_


def _common(one: str, other: str) -> int:
    """Count the characters that two texts begin with in common."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
