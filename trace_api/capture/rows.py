"""The rows of one capture: postings and facts of its events, as runs of numbered things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lineage.facts import EventFacts, MarkKind, Posting, Role
from lineage.trace.memory import kind_of
from trace_api.capture.containment import MarkRow, Touched
from trace_api.capture.interning import Numbers
from trace_api.capture.interning_repository import KIND_NUMBER, TermKind
from trace_api.capture.preparing import Prepared
from trace_api.capture.runs import Run, runs_of

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
    """Things that an AggregationEvent names as parent: units from now on."""

    def touched(self) -> Touched:
        """Give the children that the marks name."""
        touched = Touched()
        for mark in self.marks:
            touched.add(Run(mark.block, mark.lo, mark.hi), mark.scope, mark.parent, portion=mark.portion)
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
    things, at = numbers.things, facts.at
    _add_postings(rows, number, facts, numbers, void=void)
    if void:
        return
    if event_type == "AggregationEvent":
        rows.parents.update(
            things[posting.thing.id] for posting in facts.postings if posting.role is Role.PARENT
        )
    if facts.transformation:
        ref = number
        if facts.transformation_id is not None:
            ref = -numbers.transformations[facts.transformation_id]
        for role in (Role.INPUT, Role.OUTPUT):
            sides = (
                things[posting.thing.id]
                for posting in facts.postings
                if posting.role is role and posting.traced
            )
            rows.legs += [LegRow(ref, *run, at, number, role is Role.OUTPUT) for run in runs_of(sides)]
    lots: dict[int, list[int]] = defaultdict(list)
    for member in facts.memberships:
        lots[things[member.lot]].append(things[member.item])
    for lot, items in lots.items():
        rows.members += [MemberRow(*run, lot, at, number) for run in runs_of(items)]
    _add_marks(rows, number, facts, things)


def _add_postings(rows: FactRows, number: int, facts: EventFacts, numbers: Numbers, *, void: bool) -> None:
    things, at = numbers.things, facts.at
    instances: dict[Role, list[int]] = defaultdict(list)
    for posting in facts.postings:
        thing = things[posting.thing.id]
        if not posting.by_quantity:
            instances[posting.role].append(thing)
            continue
        unit = None if posting.uom is None else numbers.terms[TermKind.UNIT, posting.uom]
        rows.postings.append(
            PostingRow(thing >> 6, at, thing, thing, number, posting.quantity, unit, posting.role, void)
        )
    for role, members in instances.items():
        rows.postings += [
            PostingRow(run.block, at, run.lo, run.hi, number, None, None, role, void)
            for run in runs_of(members)
        ]


def _add_marks(rows: FactRows, number: int, facts: EventFacts, things: Mapping[str, int]) -> None:
    at = facts.at
    children: dict[tuple[int | None, MarkKind, int, bool], list[int]] = defaultdict(list)
    emptied: dict[int, list[int]] = defaultdict(list)
    for mark in facts.marks:
        parent = None if mark.parent is None else things[mark.parent]
        if mark.kind is MarkKind.EMPTY:
            if parent is not None:
                emptied[mark.scope].append(parent)
        elif mark.child is not None:
            children[parent, mark.kind, mark.scope, mark.portion].append(things[mark.child])
    for (parent, kind, scope, portion), members in children.items():
        rows.marks += [MarkRow(*run, at, number, parent, kind, scope, portion) for run in runs_of(members)]
    for scope, parents in emptied.items():
        rows.emptyings += [EmptyingRow(*run, at, number, scope) for run in runs_of(parents)]


def things_of(prepared: Sequence[Prepared]) -> dict[str, int]:
    """Give all things and lots of the events in order of first appearance, with the number of the kind."""
    kinds: dict[str, int] = {}
    for one in prepared:
        # The parent last: the children of neighbouring events, which lie side by side, keep doing so.
        for posting in sorted(one.facts.postings, key=_parent_last):
            if posting.thing.id not in kinds:
                kinds[posting.thing.id] = KIND_NUMBER[kind_of(posting)]
        for member in one.facts.memberships:
            kinds.setdefault(member.lot, KIND_NUMBER["lot"])
    return kinds


def _parent_last(posting: Posting) -> bool:
    return posting.role is Role.PARENT


def term_number(numbers: Numbers, kind: TermKind, value: str | None) -> int | None:
    """Give the number of a term, ``None`` for none."""
    return None if value is None else numbers.terms[kind, value]


def transformation_ids(prepared: Iterable[Prepared]) -> list[str]:
    """Give the transformationIDs of the events."""
    return [one.facts.transformation_id for one in prepared if one.facts.transformation_id is not None]
