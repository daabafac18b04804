"""What a traversal asks of a store, and nothing more.

The algorithms of this package know no storage. They ask a :class:`Neighbours` source for batches, one
bounded number of calls a hop whatever the hop's width. There is one source in memory
(``lineage.trace.memory``) and one over PostgreSQL.

Conventions, valid for every call:

* **Things are integers**, given by the source in order of first appearance, so that the things of one
  event are mostly consecutive. Things that share one fact travel as a *run* ``first..last`` (inclusive). A
  run never crosses a block of ``BLOCK`` ids. A run of one is a plain thing: a source is free to return
  only those.
* **Times are integers**: microseconds since 1970-01-01T00:00Z (event time). ``NEVER`` and ``FOREVER`` are
  the open ends.
* **Events are integers**, ascending in record order (ties of event time are broken by it).
* An :class:`Ask` names a run and the time that matters. A source must return every fact of those things in
  that time and *may return more*: the traversal filters exactly. So an index may prune, and need not be
  exact.
* Facts of events that an error declaration took out are never returned (except by
  :meth:`Neighbours.appearances`).
* Asked runs of one call do not overlap each other; the order of answers is free.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from lineage.events import Event
from lineage.facts import Role, Statement

BLOCK = 64
"""Ids in one block. Runs stay inside a block, so that a look-up of one thing is one equality, also on a
sharded store."""

NEVER = -(2**63)
FOREVER = 2**63 - 1
"""Before and after everything; both fit a PostgreSQL ``bigint``."""

Kind = Literal["item", "lot", "unit", "class"]


class Ask(NamedTuple):
    """These things, in this time (both ends inclusive)."""

    first: int
    last: int
    since: int
    until: int


class Leg(NamedTuple):
    """A run of things that one event lists as inputs, or as outputs, of a transformation."""

    first: int
    last: int
    at: int
    event: int


class Transformation(NamedTuple):
    """One hyperedge: every output comes from every input (semantics 2.3). Never multiplied out by a source.

    Events that share a transformationID are one transformation. The side that was asked about carries only
    the legs of the asked things; the other side is complete, whatever the time of its legs.
    """

    ref: int
    """Identity of the transformation within this source (e.g. the interned transformationID, or the
    event)."""
    inputs: Sequence[Leg]
    outputs: Sequence[Leg]


class Interval(NamedTuple):
    """A run of children directly inside one parent during ``[start, end)``; never empty (semantics 2.1)."""

    parent: int
    first: int
    last: int
    start: int
    end: int
    """``FOREVER`` while nothing closed it."""
    event: int
    """The event that opened it."""
    closed_by: int | None


class Membership(NamedTuple):
    """A run of items commissioned into one lot at one time (semantics 2.4)."""

    first: int
    last: int
    lot: int
    at: int
    event: int


class Appearance(NamedTuple):
    """A run of things named by one event in one role: a posting as stored."""

    first: int
    last: int
    at: int
    event: int
    role: Role
    quantity: float | None
    """Of a lot or class: the amount this event states, if it states one."""
    uom: str | None
    """UN/ECE Rec 20 code of the amount; ``None`` counts pieces."""
    void: bool
    """True when an error declaration took the event out, or when it *is* the declaration."""


class OddityOf(NamedTuple):
    """A run of children with one :class:`lineage.facts.Oddity`."""

    first: int
    last: int
    code: str
    at: int
    event: int
    parent: int
    other: int | None


class Name(NamedTuple):
    """How a thing is shown."""

    id: str
    """Canonical URI."""
    kind: Kind
    """``unit`` for anything that was ever the parent of an AggregationEvent, else by its identifier."""


class NameRun(NamedTuple):
    """How the things from ``first`` on are shown."""

    first: int
    ids: Sequence[str]
    kinds: Sequence[Kind]


class Neighbours(Protocol):
    """A store of facts, asked in batches. See the module's docstring for what holds of every call."""

    def made_from(self, outputs: Sequence[Ask]) -> Iterable[Transformation]:
        """Transformations with an output leg of an asked thing at ``at <= until``; inputs complete."""
        ...

    def made_into(self, inputs: Sequence[Ask]) -> Iterable[Transformation]:
        """Transformations with an input leg of an asked thing at ``since <= at``; outputs complete."""
        ...

    def transformations(self, refs: Collection[int]) -> Iterable[Transformation]:
        """Whole transformations, both sides complete."""
        ...

    def lots_of(self, items: Sequence[Ask]) -> Iterable[Membership]:
        """Every membership of the asked items (time does not matter)."""
        ...

    def items_of(self, lots: Sequence[Ask]) -> Iterable[Membership]:
        """Memberships in the asked lots with ``at >= since``."""
        ...

    def contents(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """Containment intervals of the asked parents with ``start <= until`` and ``end > since``.

        Never those of association: see :meth:`attached`.
        """
        ...

    def containers(self, children: Sequence[Ask]) -> Iterable[Interval]:
        """Containment intervals of the asked children with ``start <= until`` and ``end > since``.

        ``first..last`` of an answer may reach beyond the asked run.
        """
        ...

    def attached(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """As :meth:`contents`, for association: the sensors and parts on the asked parents."""
        ...

    def oddities(self, things: Sequence[Ask]) -> Iterable[OddityOf]:
        """What the derivation of containment had to report about the asked children (any time)."""
        ...

    def appearances(self, things: Sequence[Ask]) -> Iterable[Appearance]:
        """Postings of the asked things with ``since <= at <= until``, voided ones included and flagged."""
        ...

    def first_seen(self, thing: int) -> int | None:
        """Event time of the thing's earliest appearance in an event that stands, if there is one.

        A lot appears with the first item commissioned into it, also where no event names it otherwise.
        """
        ...

    def names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """The name of every asked thing (times do not matter)."""
        ...

    def name_runs(self, things: Sequence[Ask]) -> Iterable[NameRun]:
        """The same names in runs that hold every asked thing; they may reach beyond the asked ones."""
        ...

    def end_names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """The names of the first and the last thing of each asked run, which may overlap here.

        There may be names of some things between.
        """
        ...

    def event_ids(self, events: Collection[int]) -> Mapping[int, str]:
        """The eventID of each event."""
        ...

    def statements(self, events: Collection[int]) -> Mapping[int, Statement]:
        """What each event says about custody: :func:`lineage.facts.statement_of`, which a store may keep."""
        ...

    def events(self, events: Collection[int]) -> Mapping[int, Event]:
        """The events themselves, for history, custody and balance."""
        ...

    def find(self, ids: Collection[str]) -> Mapping[str, int]:
        """Canonical URIs to things; what was never seen is absent."""
        ...
