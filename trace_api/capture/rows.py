"""The rows of one capture: postings and facts of its events, as runs of numbered things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lineage.facts import EventFacts, Group, MarkKind, Role, Scope, kind_named
from trace_api.capture.containment import MarkRow, Touched
from trace_api.capture.interning import Numbers
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.naming import Named, Things
from trace_api.capture.preparing import Prepared
from trace_api.capture.runs import Run, runs_of
from trace_api.capture.things_repository import KIND_NUMBER

#: How types and actions are stored: only append. Types of extensions are 0.
TYPES: Final = {
    "ObjectEvent": 1,
    "AggregationEvent": 2,
    "TransactionEvent": 3,
    "TransformationEvent": 4,
    "AssociationEvent": 5,
}
ACTIONS: Final[Mapping[str | None, int]] = {None: 0, "ADD": 1, "OBSERVE": 2, "DELETE": 3}


class PostingRow(NamedTuple):
    """Things ``lo..hi`` named by an event in one role."""

    block: int
    at: int
    lo: int
    hi: int
    event: int
    quantity: float | None
    unit: int | None
    role: int
    void: bool


class LegRow(NamedTuple):
    """Things ``lo..hi`` that an event lists as inputs or outputs of a transformation."""

    ref: int
    block: int
    lo: int
    hi: int
    at: int
    event: int
    output: bool


class MemberRow(NamedTuple):
    """Items ``lo..hi`` commissioned into a lot."""

    block: int
    lo: int
    hi: int
    lot: int
    at: int
    event: int


class EmptyingRow(NamedTuple):
    """Parents ``lo..hi`` that lost everything inside them."""

    block: int
    lo: int
    hi: int
    at: int
    event: int
    scope: int


@dataclass(slots=True)
class FactRows:
    """Everything that some events establish, as rows."""

    postings: list[PostingRow] = field(default_factory=list)
    legs: list[LegRow] = field(default_factory=list)
    members: list[MemberRow] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)
    emptyings: list[EmptyingRow] = field(default_factory=list)
    parents: set[int] = field(default_factory=set)
    """Things that an AggregationEvent names as parent and that are no units by themselves: now they are."""

    def touched(self) -> Touched:
        """Give the children that the marks name."""
        touched = Touched()
        touched.add_all(self.marks)
        return touched

    def locked_parents(self) -> set[int]:
        """Give the blocks of all parents that gain, lose or show a child, or are emptied."""
        return {mark.parent >> 6 for mark in self.marks if mark.parent is not None} | {
            row.block for row in self.emptyings
        }


def add_facts(
    rows: FactRows, number: int, facts: EventFacts, event_type: str, numbers: Numbers, *, void: bool
) -> None:
    """Add the rows of one event.

    :param number: of the event
    :param void: an error declaration takes the event out, or it is one: it has postings and nothing else
    """
    at = facts.at
    things = numbers.things
    _add_postings(rows, number, facts, numbers, void=void)
    if void:
        return
    if event_type == "AggregationEvent":
        rows.parents.update(
            things.number(id_)
            for group in facts.groups
            if group.role is Role.PARENT and group.kind != "unit"
            for id_ in group.ids
        )
    if facts.transformation:
        ref = number
        if facts.transformation_id is not None:
            ref = -numbers.transformations[facts.transformation_id]
        for role in (Role.INPUT, Role.OUTPUT):
            runs = _joined(
                things, [group.ids for group in facts.groups if group.role is role and group.traced]
            )
            rows.legs += [LegRow(ref, *run, at, number, role is Role.OUTPUT) for run in runs]
    members: dict[str, list[Sequence[str]]] = {}
    for lot, items in facts.member_groups:
        members.setdefault(lot, []).append(items)
    for lot, several in members.items():
        number_of_lot = things.number(lot)
        rows.members += [MemberRow(*run, number_of_lot, at, number) for run in _joined(things, several)]
    if facts.mark_groups:
        _add_marks(rows, number, facts, things)


def _joined(things: Things, lists: Sequence[Sequence[str]]) -> Sequence[Run]:
    """Give the fewest runs that hold the things of all these lists."""
    if len(lists) == 1:
        return things.runs(lists[0])
    return runs_of([things.number(id_) for ids in lists for id_ in ids])


def _add_postings(rows: FactRows, number: int, facts: EventFacts, numbers: Numbers, *, void: bool) -> None:
    at = facts.at
    instances: dict[Role, list[Sequence[str]]] = {}
    for group in facts.groups:
        if not group.by_quantity:
            instances.setdefault(group.role, []).append(group.ids)
            continue
        unit = None if group.uom is None else numbers.terms[TermKind.UNIT][group.uom]
        rows.postings += [
            PostingRow(block, at, lo, hi, number, group.quantity, unit, group.role, void)
            for block, lo, hi in numbers.things.runs(group.ids)
        ]
    for role, lists in instances.items():
        rows.postings += [
            PostingRow(block, at, lo, hi, number, None, None, role, void)
            for block, lo, hi in _joined(numbers.things, lists)
        ]


def _add_marks(rows: FactRows, number: int, facts: EventFacts, things: Things) -> None:
    at = facts.at
    children: dict[tuple[int | None, MarkKind, Scope, bool], list[Sequence[str]]] = {}
    emptied: dict[Scope, list[Sequence[str]]] = {}
    for kind, scope, parents, named, portion in facts.mark_groups:
        if kind is MarkKind.EMPTY:
            emptied.setdefault(scope, []).append(parents)
        else:
            parent = things.number(parents[0]) if parents else None
            children.setdefault((parent, kind, scope, portion), []).append(named)
    for (parent, kind, scope, portion), lists in children.items():
        runs = _joined(things, lists)
        rows.marks += [MarkRow(*run, at, number, parent, int(kind), int(scope), portion) for run in runs]
    for scope, lists in emptied.items():
        rows.emptyings += [EmptyingRow(*run, at, number, int(scope)) for run in _joined(things, lists)]


def things_of(prepared: Sequence[Prepared]) -> Named:
    """Give all things and lots of the events in order of first appearance."""
    named = Named()
    for one in prepared:
        # The parent last: the children of neighbouring events, which lie side by side, keep doing so.
        for group in _parent_last(one.facts.groups):
            named.add(group.ids, KIND_NUMBER[kind_named(group.kind, by_quantity=group.by_quantity)])
        for lot, _ in one.facts.member_groups:
            named.single.setdefault(lot, KIND_NUMBER["lot"])
    return named


def _parent_last(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """Put the parent, which an event names first if it has one, behind the others."""
    return (*groups[1:], groups[0]) if groups and groups[0].role is Role.PARENT else groups


def transformation_ids(prepared: Iterable[Prepared]) -> set[str]:
    """Give the transformationIDs of the events."""
    return {one.facts.transformation_id for one in prepared if one.facts.transformation_id is not None}
