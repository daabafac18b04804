"""What was inside what, and when: one derivation, used by every store.

The rule in one sentence: an interval of (parent, child) opens with the child's ADD (or a SEEN while it is
not in that parent), and closes with the first of REMOVE from that parent, EMPTY of that parent, ADD to
another parent, or LEAVE.

A store derives *per child*, from nothing but that child's own marks and the EMPTY marks of the parents it
was in. So a late, repeated or voided event costs what it touches:

* every child that one of the event's marks names is derived again;
* an EMPTY that appears or disappears at time *t*: every child with an interval of that parent with start
  <= t <= end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Literal, NamedTuple, TypeVar

from lineage.facts.model import MarkKind

N = TypeVar("N", bound=Hashable)
E = TypeVar("E", bound=Hashable)

OPEN = 2**63 - 1
"""End of an interval that nothing has closed."""


class Order(NamedTuple):
    """Place in time: event time, then record order (semantics 2, first sentence)."""

    at: int
    record: int


class ChildMark(NamedTuple, Generic[N, E]):
    """A mark that names the child being derived."""

    order: Order
    kind: MarkKind
    parent: N | None
    """``None`` for LEAVE."""
    event: E
    portion: bool = False


class Emptied(NamedTuple, Generic[E]):
    """An EMPTY mark of some parent."""

    order: Order
    event: E


class Stay(NamedTuple, Generic[N, E]):
    """The child was in the parent during ``[start, end)``; never empty."""

    parent: N
    start: int
    end: int
    event: E
    closed_by: E | None


OddityCode = Literal["moved_without_unpacking", "seen_inside_unpacked"]


class Oddity(NamedTuple, Generic[N, E]):
    """What the derivation had to report: the codes are those of findings."""

    code: OddityCode
    at: int
    event: E
    parent: N
    """Where it was seen, or where it was before it moved."""
    other: N | None
    """Where it moved to."""


class Derived(NamedTuple, Generic[N, E]):
    """All stays of one child, in order of their start, and what was odd about them."""

    stays: list[Stay[N, E]]
    oddities: list[Oddity[N, E]]


def derive(
    marks: Iterable[ChildMark[N, E]],
    first_emptied: Callable[[N, Order], Emptied[E] | None],
) -> Derived[N, E]:
    """Derive the stays of one child in one scope.

    :param marks: every mark of that scope that names the child, in ascending order. For a lot (portion) it
        is enough to give the marks of one (parent, lot) pair at a time: portions do not touch each other
    :param first_emptied: the first EMPTY of a parent *strictly after* an order, or ``None``
    """
    return _Derivation(first_emptied).run(marks)


class _Inside(NamedTuple, Generic[E]):
    order: Order
    event: E
    portion: bool


class _Derivation(Generic[N, E]):
    """One child's marks, walked in order, with what it is inside of now."""

    def __init__(self, first_emptied: Callable[[N, Order], Emptied[E] | None]) -> None:
        self._first_emptied = first_emptied
        self._inside: dict[N, _Inside[E]] = {}
        self._derived: Derived[N, E] = Derived([], [])

    def run(self, marks: Iterable[ChildMark[N, E]]) -> Derived[N, E]:
        for mark in marks:
            self._empty(until=mark.order)
            if mark.kind is MarkKind.LEAVE:
                for parent in self._instances():
                    self._close(parent, mark.order.at, mark.event)
            elif mark.parent is None:
                continue
            elif mark.kind is MarkKind.REMOVE:
                if mark.parent in self._inside:
                    self._close(mark.parent, mark.order.at, mark.event)
            else:
                self._enter(mark, mark.parent)
        self._empty(until=None)
        stays, oddities = self._derived
        stays.extend(Stay(parent, i.order.at, OPEN, i.event, None) for parent, i in self._inside.items())
        stays.sort(key=lambda stay: (stay.start, stay.end))
        return Derived(stays, oddities)

    def _enter(self, mark: ChildMark[N, E], parent: N) -> None:
        at = mark.order.at
        if mark.kind is MarkKind.ADD and not mark.portion:
            for other in self._instances():
                if other != parent:
                    self._report("moved_without_unpacking", mark, other, parent)
                    self._close(other, at, mark.event)
        if parent not in self._inside:
            if mark.kind is MarkKind.SEEN:
                self._report("seen_inside_unpacked", mark, parent, None)
            self._inside[parent] = _Inside(mark.order, mark.event, mark.portion)

    def _instances(self) -> list[N]:
        """Give the parents that the child is in as an instance and not as a portion."""
        return [parent for parent, inside in self._inside.items() if not inside.portion]

    def _empty(self, until: Order | None) -> None:
        """Close what was emptied up to the given order (or at all)."""
        for parent, inside in list(self._inside.items()):
            emptied = self._first_emptied(parent, inside.order)
            if emptied is not None and (until is None or emptied.order <= until):
                self._close(parent, emptied.order.at, emptied.event)

    def _close(self, parent: N, at: int, by: E) -> None:
        inside = self._inside.pop(parent)
        if inside.order.at < at:
            self._derived.stays.append(Stay(parent, inside.order.at, at, inside.event, by))

    def _report(self, code: OddityCode, mark: ChildMark[N, E], parent: N, other: N | None) -> None:
        self._derived.oddities.append(Oddity(code, mark.order.at, mark.event, parent, other))
