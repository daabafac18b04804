"""A source of neighbours over events in memory: for files, for tests, for the truth of a simulated world.

How it is built, once:

1. Events that repeat an eventID with the same content count once; an error declaration takes out the event
   with its eventID, wherever in the list either stands.
2. Things are numbered in order of first appearance.
3. The facts of the events that stand are collected.
4. Containment and association are derived per child.
5. Things that share a fact are joined into runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from lineage.events import Event
from lineage.facts import (
    ChildMark,
    Emptied,
    EventFacts,
    Mark,
    MarkKind,
    Order,
    Posting,
    Role,
    Scope,
    Statement,
    derive,
    facts_of,
    kind_named,
    statement_of,
)
from lineage.trace.neighbours import (
    Appearance,
    Ask,
    Interval,
    Kind,
    Leg,
    Membership,
    Name,
    NameRun,
    OddityOf,
    Transformation,
)
from lineage.trace.runs import runs_of

F = TypeVar("F")
K = TypeVar("K", bound=Hashable)


class _Told(NamedTuple):
    """One distinct event, with its identity and what it says."""

    event: Event
    event_id: str
    facts: EventFacts
    void: bool


class _Transformed(NamedTuple):
    inputs: list[Leg]
    outputs: list[Leg]


class MemoryNeighbours:
    """The facts of a list of events. Satisfies :class:`~lineage.trace.neighbours.Neighbours`.

    :param events: in record order: it decides between events of the same time, and nothing else
    """

    def __init__(self, events: Iterable[Event]) -> None:
        # 1.
        self._told = _distinct(events)
        # 2.
        self._number: dict[str, int] = {}
        self._kinds: list[Kind] = []
        for told in self._told:
            for posting in told.facts.postings:
                self._intern(posting)
        self._ids = list(self._number)
        # 3. to 5.
        self._appearances: dict[int, list[Appearance]] = defaultdict(list)
        self._first: dict[int, int] = {}
        self._transformed: dict[Hashable, int] = {}
        self._transformations: list[_Transformed] = []
        self._made_from: dict[int, set[int]] = defaultdict(set)
        self._made_into: dict[int, set[int]] = defaultdict(set)
        self._lots: dict[int, list[Membership]] = defaultdict(list)
        self._items: dict[int, list[Membership]] = defaultdict(list)
        for number, told in enumerate(self._told):
            self._collect(number, told)
        self._inside = _Inside(self._marks(Scope.CONTAINMENT))
        self._attached = _Inside(self._marks(Scope.ASSOCIATION))

    # The protocol

    def made_from(self, outputs: Sequence[Ask]) -> Iterator[Transformation]:
        """See :meth:`Neighbours.made_from`."""
        asked = _things(outputs)
        for ref in sorted({ref for thing in asked for ref in self._made_from.get(thing, ())}):
            one = self._transformations[ref]
            yield Transformation(ref, one.inputs, _overlapping(one.outputs, asked))

    def made_into(self, inputs: Sequence[Ask]) -> Iterator[Transformation]:
        """See :meth:`Neighbours.made_into`."""
        asked = _things(inputs)
        for ref in sorted({ref for thing in asked for ref in self._made_into.get(thing, ())}):
            one = self._transformations[ref]
            yield Transformation(ref, _overlapping(one.inputs, asked), one.outputs)

    def transformations(self, refs: Collection[int]) -> Iterator[Transformation]:
        """See :meth:`Neighbours.transformations`."""
        for ref in refs:
            yield Transformation(ref, *self._transformations[ref])

    def lots_of(self, items: Sequence[Ask]) -> Iterable[Membership]:
        """See :meth:`Neighbours.lots_of`."""
        return _facts(self._lots, items)

    def items_of(self, lots: Sequence[Ask]) -> Iterable[Membership]:
        """See :meth:`Neighbours.items_of`."""
        return _facts(self._items, lots)

    def contents(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.contents`."""
        return _facts(self._inside.by_parent, parents)

    def containers(self, children: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.containers`."""
        return _facts(self._inside.by_child, children)

    def attached(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.attached`."""
        return _facts(self._attached.by_parent, parents)

    def oddities(self, things: Sequence[Ask]) -> Iterable[OddityOf]:
        """See :meth:`Neighbours.oddities`."""
        return _facts(self._inside.oddities, things)

    def appearances(self, things: Sequence[Ask]) -> Iterable[Appearance]:
        """See :meth:`Neighbours.appearances`."""
        for ask in things:
            for one in _facts(self._appearances, (ask,)):
                if ask.since <= one.at <= ask.until:
                    yield one

    def first_seen(self, thing: int) -> int | None:
        """See :meth:`Neighbours.first_seen`."""
        return self._first.get(thing)

    def names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """See :meth:`Neighbours.names`."""
        return {thing: Name(self._ids[thing], self._kinds[thing]) for thing in _things(things)}

    def name_runs(self, things: Sequence[Ask]) -> Iterator[NameRun]:
        """See :meth:`Neighbours.name_runs`."""
        for ask in things:
            run = slice(ask.first, ask.last + 1)
            yield NameRun(ask.first, self._ids[run], self._kinds[run])

    def end_names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """See :meth:`Neighbours.end_names`."""
        return {end: Name(self._ids[end], self._kinds[end]) for ask in things for end in ask[:2]}

    def event_ids(self, events: Collection[int]) -> Mapping[int, str]:
        """See :meth:`Neighbours.event_ids`."""
        return {number: self._told[number].event_id for number in events}

    def statements(self, events: Collection[int]) -> Mapping[int, Statement]:
        """See :meth:`Neighbours.statements`."""
        return {number: statement_of(self._told[number].event) for number in events}

    def events(self, events: Collection[int]) -> Mapping[int, Event]:
        """See :meth:`Neighbours.events`."""
        return {number: self._told[number].event for number in events}

    def find(self, ids: Collection[str]) -> Mapping[str, int]:
        """See :meth:`Neighbours.find`."""
        return {key: self._number[key] for key in ids if key in self._number}

    # How it is built

    def _intern(self, posting: Posting) -> None:
        thing = posting.thing
        if thing.id not in self._number:
            self._number[thing.id] = len(self._number)
            self._kinds.append(kind_named(thing.kind, by_quantity=posting.by_quantity))

    def _collect(self, number: int, told: _Told) -> None:
        """Keep what one event says: its postings always, its facts when it stands."""
        facts = told.facts
        postings: dict[tuple[Role, float | None, str | None], list[int]] = defaultdict(list)
        for posting in facts.postings:
            thing = self._number[posting.thing.id]
            postings[posting.role, posting.quantity, posting.uom].append(thing)
            if not told.void:
                self._first[thing] = min(self._first.get(thing, facts.at), facts.at)
        for (role, quantity, uom), things in postings.items():
            for first, last in runs_of(things):
                _keep(
                    self._appearances,
                    first,
                    last,
                    Appearance(first, last, facts.at, number, role, quantity, uom, told.void),
                )
        if told.void:
            return
        if told.event.type == "AggregationEvent":
            for posting in facts.postings:
                if posting.role is Role.PARENT:
                    self._kinds[self._number[posting.thing.id]] = "unit"
        if facts.transformation:
            self._transform(number, facts)
        for lot in {member.lot for member in facts.memberships}:
            parent = self._number_of_lot(lot)
            self._first[parent] = min(self._first.get(parent, facts.at), facts.at)
            for first, last in runs_of(self._number[m.item] for m in facts.memberships if m.lot == lot):
                member = Membership(first, last, parent, facts.at, number)
                _keep(self._lots, first, last, member)
                self._items[parent].append(member)

    def _number_of_lot(self, lot: str) -> int:
        """Give the number of a lot that may be known from its items alone."""
        if lot not in self._number:
            self._number[lot] = len(self._number)
            self._ids.append(lot)
            self._kinds.append("lot")
        return self._number[lot]

    def _transform(self, number: int, facts: EventFacts) -> None:
        key: Hashable = facts.transformation_id or number
        ref = self._transformed.setdefault(key, len(self._transformations))
        if ref == len(self._transformations):
            self._transformations.append(_Transformed([], []))
        one = self._transformations[ref]
        for role, legs, index in (
            (Role.INPUT, one.inputs, self._made_into),
            (Role.OUTPUT, one.outputs, self._made_from),
        ):
            things = [self._number[p.thing.id] for p in facts.postings if p.role is role and p.traced]
            for first, last in runs_of(things):
                legs.append(Leg(first, last, facts.at, number))
                for thing in range(first, last + 1):
                    index[thing].add(ref)

    def _marks(self, scope: Scope) -> Iterator[tuple[Order, Mark, int | None, int | None]]:
        for number, told in enumerate(self._told):
            if not told.void:
                for mark in told.facts.marks:
                    if mark.scope & scope:
                        parent = None if mark.parent is None else self._number[mark.parent]
                        child = None if mark.child is None else self._number[mark.child]
                        yield Order(told.facts.at, number), mark, parent, child


class _Inside:
    """The intervals of one scope, derived per child and joined into runs."""

    def __init__(self, marks: Iterable[tuple[Order, Mark, int | None, int | None]]) -> None:
        self.by_child: dict[int, list[Interval]] = defaultdict(list)
        self.by_parent: dict[int, list[Interval]] = defaultdict(list)
        self.oddities: dict[int, list[OddityOf]] = defaultdict(list)
        self._emptied: dict[int, list[Emptied[int]]] = defaultdict(list)
        of_child: dict[int, list[ChildMark[int, int]]] = defaultdict(list)
        for order, mark, parent, child in sorted(marks, key=lambda one: one[0]):
            if mark.kind is MarkKind.EMPTY and parent is not None:
                self._emptied[parent].append(Emptied(order, order.record))
            elif child is not None:
                of_child[child].append(ChildMark(order, mark.kind, parent, order.record, mark.portion))
        alike: dict[tuple[int, int, int, int, int | None], list[int]] = defaultdict(list)
        for child, its_marks in of_child.items():
            derived = derive(its_marks, self._first_emptied)
            for stay in derived.stays:
                alike[stay].append(child)
            for odd in derived.oddities:
                self.oddities[child].append(
                    OddityOf(child, child, odd.code, odd.at, odd.event, odd.parent, odd.other)
                )
        for (parent, start, end, event, closed_by), children in alike.items():
            for first, last in runs_of(children):
                interval = Interval(parent, first, last, start, end, event, closed_by)
                self.by_parent[parent].append(interval)
                _keep(self.by_child, first, last, interval)

    def _first_emptied(self, parent: int, after: Order) -> Emptied[int] | None:
        marks = self._emptied.get(parent, [])
        place = bisect_right(marks, after, key=lambda emptied: emptied.order)
        return marks[place] if place < len(marks) else None


def _distinct(events: Iterable[Event]) -> list[_Told]:
    told: dict[tuple[str, bool], tuple[Event, EventFacts]] = {}
    for event in events:
        key = _identity(event), event.error_declaration is not None
        if key not in told:
            told[key] = event, facts_of(event)
    return [
        _Told(event, event_id, facts, declared or (event_id, True) in told)
        for (event_id, declared), (event, facts) in told.items()
    ]


def _identity(event: Event) -> str:
    """Give the eventID; an event without one is known by its hash, like its declaration."""
    if event.event_id is not None:
        return event.event_id
    from lineage.events import event_hash  # noqa: PLC0415 - most events have an identifier

    return event_hash(event)


def _things(asks: Iterable[Ask]) -> set[int]:
    return {thing for ask in asks for thing in range(ask.first, ask.last + 1)}


def _keep(index: dict[int, list[F]], first: int, last: int, fact: F) -> None:
    for thing in range(first, last + 1):
        index[thing].append(fact)


def _facts(index: Mapping[int, list[F]], asks: Iterable[Ask]) -> Iterable[F]:
    """Give each fact of the asked things once."""
    return {id(fact): fact for thing in _things(asks) for fact in index.get(thing, ())}.values()


def _overlapping(legs: list[Leg], asked: Collection[int]) -> list[Leg]:
    return [leg for leg in legs if any(thing in asked for thing in range(leg.first, leg.last + 1))]
