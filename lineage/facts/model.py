"""What one event establishes, as plain values: the vocabulary that a store keeps and a traversal reads.

Keys are canonical URIs here; a store may exchange them for integers of its own (``Neighbours`` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum, IntFlag
from typing import Literal, NamedTuple

import msgspec

from lineage.identifiers import Kind, Warning_


class Role(IntEnum):
    """In which part of an event a thing is named. The numbers are stored: never renumber."""

    EPC = 1
    """``epcList`` or ``quantityList`` of an ObjectEvent or TransactionEvent."""
    PARENT = 2
    CHILD = 3
    INPUT = 4
    OUTPUT = 5


def kind_named(kind: Kind, *, by_quantity: bool) -> Literal["item", "lot", "unit", "class"]:
    """Give the kind of a thing by how one event names it; a parent of an aggregation is a unit besides.

    What is no thing by its identifier, such as a document, is one when it is named as one.
    """
    if kind == "item" or kind == "lot" or kind == "unit" or kind == "class":  # noqa: PLR1714 - narrows the type
        return kind
    return "lot" if by_quantity else "item"


class Thing(NamedTuple):
    """A thing as facts name it; the members are those of the identifier of the same name."""

    id: str
    kind: Kind
    scheme: str
    class_id: str | None
    lot: str | None
    warnings: tuple[Warning_, ...]


class Posting(NamedTuple):
    """One thing, named by the event in one role."""

    thing: Thing
    role: Role
    by_quantity: bool
    """Named in a quantity list (a lot or class, as a portion) and not as an instance."""
    quantity: float | None
    """What the event states; ``None`` where it states none, and for instances."""
    uom: str | None
    """UN/ECE Rec 20 code; ``None`` with a quantity means pieces."""

    @property
    def traced(self) -> bool:
        """A class is reported and never traced (semantics 1)."""
        return self.thing.kind != "class"


class Group(NamedTuple):
    """Things that an event names in one role and that differ in nothing but their id.

    What a posting says of one thing this says of many: an event lists the items of one product by the dozen.
    """

    role: Role
    ids: Sequence[str]
    """Canonical, each once, in the order in which the event names them; one for a portion."""
    kind: Kind
    scheme: str
    class_id: str | None = None
    lot: str | None = None
    warnings: tuple[Warning_, ...] = ()
    by_quantity: bool = False
    quantity: float | None = None
    uom: str | None = None

    @property
    def traced(self) -> bool:
        """A class is reported and never traced (semantics 1)."""
        return self.kind != "class"

    @property
    def portion(self) -> bool:
        """Lots are portions however they are named."""
        return self.by_quantity or self.kind == "lot"

    def postings(self) -> Iterator[Posting]:
        """Give the things one by one."""
        for id_ in self.ids:
            thing = Thing(id_, self.kind, self.scheme, self.class_id, self.lot, self.warnings)
            yield Posting(thing, self.role, self.by_quantity, self.quantity, self.uom)


class MarkKind(IntEnum):
    """What an event does to "is inside" (semantics 2.1). The numbers are stored: never renumber."""

    ADD = 1
    """The child goes into the parent: AggregationEvent ADD."""
    SEEN = 2
    """The child was seen in the parent: AggregationEvent OBSERVE."""
    REMOVE = 3
    """The child comes out of the parent: AggregationEvent DELETE that lists it."""
    EMPTY = 4
    """Everything comes out of the parent: DELETE that lists nothing, or ObjectEvent DELETE of the parent.
    No child."""
    LEAVE = 5
    """The child is in nothing any more: ObjectEvent DELETE of it, or it is an input. No parent."""


class Scope(IntFlag):
    """Which bookkeeping a mark belongs to; each is derived by itself, by the same rules (semantics 2.2)."""

    CONTAINMENT = 1
    ASSOCIATION = 2
    BOTH = 3


class Mark(NamedTuple):
    """One statement about what is inside what. Its time and record order are those of the event."""

    kind: MarkKind
    scope: Scope
    parent: str | None
    child: str | None
    portion: bool = False
    """The child is a lot: it can be in many parents at once, and only its own parent's marks end that."""


class Marks(NamedTuple):
    """The same mark on several children of a parent, or on several parents; see :class:`Mark`."""

    kind: MarkKind
    scope: Scope
    parents: Sequence[str] = ()
    """One, or none for LEAVE; any number for EMPTY."""
    children: Sequence[str] = ()
    """None for EMPTY."""
    portion: bool = False

    def each(self) -> Iterator[Mark]:
        """Give the marks one by one."""
        if not self.children:
            for parent in self.parents:
                yield Mark(self.kind, self.scope, parent, None, self.portion)
        parent_of_all = self.parents[0] if self.parents else None
        for child in self.children:
            yield Mark(self.kind, self.scope, parent_of_all, child, self.portion)


class Member(NamedTuple):
    """An item was commissioned into a lot by this event (semantics 2.4)."""

    item: str
    lot: str


class How(IntEnum):
    """How a thing ended (semantics 2.8). The numbers are stored: never renumber."""

    CONSUMED = 1
    SOLD = 2
    DISPENSED = 3
    DESTROYED = 4
    DECOMMISSIONED = 5
    """ObjectEvent DELETE without a word of how."""


class Ending(NamedTuple):
    """An item or unit ended with this event. Lots never end: they are portions."""

    thing: str
    how: How


class Members(NamedTuple):
    """Items that were commissioned into one lot; see :class:`Member`."""

    lot: str
    items: Sequence[str]


class EventFacts(msgspec.Struct, frozen=True, gc=False):
    """Everything one event establishes, alone. What several events establish together is derived from these.

    Facts are kept of many things at once (``groups``, ``mark_groups``, ``member_groups``), the way events
    name them; ``postings``, ``marks`` and ``memberships`` give the same one by one.

    A store keeps the postings of every event, voided or not (history shows both), and the rest only of
    events that stand: an event stands unless a declaration with its eventID has been captured, before or
    after it, and is none itself.
    """

    at: int
    """Event time, microseconds since 1970 UTC."""
    declaration: bool
    """The event is an error declaration: it takes the event with the same eventID out and establishes
    nothing itself."""
    groups: tuple[Group, ...]
    transformation: bool = False
    """INPUT and OUTPUT postings with ``traced`` are the legs of a transformation."""
    transformation_id: str | None = None
    """Events that share it are one transformation; without it the event is one by itself."""
    mark_groups: tuple[Marks, ...] = ()
    member_groups: tuple[Members, ...] = ()
    ends: How | None = None
    """How the event ends the items and units of ``epcList``, or of a transformation's inputs."""

    @property
    def postings(self) -> tuple[Posting, ...]:
        """Every thing that the event names, once in each role."""
        return tuple([posting for group in self.groups for posting in group.postings()])

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What the event does to "is inside"."""
        return tuple([mark for group in self.mark_groups for mark in group.each()])

    @property
    def memberships(self) -> tuple[Member, ...]:
        """The items that the event brings into being, each with its lot."""
        return tuple([Member(item, group.lot) for group in self.member_groups for item in group.items])

    @property
    def endings(self) -> tuple[Ending, ...]:
        """The items and units that the event ends."""
        if self.ends is None:
            return ()
        ended = Role.INPUT if self.transformation else Role.EPC
        groups = [group for group in self.groups if group.role is ended and not group.portion]
        return tuple([Ending(id_, self.ends) for group in groups for id_ in group.ids])
