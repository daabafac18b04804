"""What was inside what, and when: one derivation, used by every store.

The rule in one sentence: an interval of (parent, child) opens with the child's ADD (or a SEEN while it is not in that
parent), and closes with the first of REMOVE from that parent, EMPTY of that parent, ADD to another parent, or LEAVE.

A store derives *per child*, from nothing but that child's own marks and the EMPTY marks of the parents it was in. So a
late, repeated or voided event costs what it touches:

* every child that one of the event's marks names is derived again;
* an EMPTY that appears or disappears at time *t*: every child with an interval of that parent with start <= t <= end.
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


class Oddity(NamedTuple, Generic[N, E]):
    """What the derivation had to report: the codes are those of findings."""

    code: Literal["moved_without_unpacking", "seen_inside_unpacked"]
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

    :param marks: every mark of that scope that names the child, in ascending order. For a lot (portion) it is enough to
        give the marks of one (parent, lot) pair at a time, since portions do not touch each other
    :param first_emptied: the first EMPTY of a parent *strictly after* an order, or ``None``
    """
    derived: Derived[N, E] = Derived([], [])
    inside: dict[N, tuple[Order, E, bool]] = {}

    def close(parent: N, at: int, by: E) -> None:
        order, event, _ = inside.pop(parent)
        if order.at < at:
            derived.stays.append(Stay(parent, order.at, at, event, by))

    def settle(until: Order | None) -> None:
        """Close what was emptied before the given order (or at all)."""
        for parent, (order, _, _) in list(inside.items()):
            emptied = first_emptied(parent, order)
            if emptied is not None and (until is None or emptied.order <= until):
                close(parent, emptied.order.at, emptied.event)

    for mark in marks:
        settle(mark.order)
        if mark.kind is MarkKind.LEAVE:
            for parent in [parent for parent, (_, _, portion) in inside.items() if not portion]:
                close(parent, mark.order.at, mark.event)
            continue
        parent = mark.parent
        if parent is None:
            continue
        if mark.kind is MarkKind.REMOVE:
            if parent in inside:
                close(parent, mark.order.at, mark.event)
            continue
        if mark.kind is MarkKind.ADD and not mark.portion:
            for other in [other for other, (_, _, portion) in inside.items() if other != parent and not portion]:
                derived.oddities.append(
                    Oddity("moved_without_unpacking", mark.order.at, mark.event, other, parent)
                )
                close(other, mark.order.at, mark.event)
        if parent not in inside:
            if mark.kind is MarkKind.SEEN:
                derived.oddities.append(Oddity("seen_inside_unpacked", mark.order.at, mark.event, parent, None))
            inside[parent] = (mark.order, mark.event, mark.portion)
    settle(None)
    derived.stays.extend(
        Stay(parent, order.at, OPEN, event, None) for parent, (order, event, _) in inside.items()
    )
    derived.stays.sort(key=lambda stay: (stay.start, stay.end))
    return derived
