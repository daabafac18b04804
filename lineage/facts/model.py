"""What one event establishes, as plain values: the vocabulary that a store keeps and a traversal reads.

Keys are canonical URIs here; a store may exchange them for integers of its own (``Neighbours`` does).
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import NamedTuple

import msgspec

from lineage.identifiers import Identifier


class Role(IntEnum):
    """In which part of an event a thing is named. The numbers are stored: never renumber."""

    EPC = 1
    """``epcList`` or ``quantityList`` of an ObjectEvent or TransactionEvent."""
    PARENT = 2
    CHILD = 3
    INPUT = 4
    OUTPUT = 5


class Posting(NamedTuple):
    """One thing, named by the event in one role."""

    thing: Identifier
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


class EventFacts(msgspec.Struct, frozen=True, gc=False):
    """Everything one event establishes, alone. What several events establish together is derived from these.

    A store keeps the postings of every event, voided or not (history shows both), and the rest only of
    events that stand: an event stands unless a declaration with its eventID has been captured, before or
    after it, and is none itself.
    """

    at: int
    """Event time, microseconds since 1970 UTC."""
    declaration: bool
    """The event is an error declaration: it takes the event with the same eventID out and establishes
    nothing itself."""
    postings: tuple[Posting, ...]
    transformation: bool = False
    """INPUT and OUTPUT postings with ``traced`` are the legs of a transformation."""
    transformation_id: str | None = None
    """Events that share it are one transformation; without it the event is one by itself."""
    marks: tuple[Mark, ...] = ()
    memberships: tuple[Member, ...] = ()
    endings: tuple[Ending, ...] = ()
