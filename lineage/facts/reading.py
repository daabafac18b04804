"""From one event to its facts: which thing in which role, what went in and out of what, which lot, which end.

The procedure of :func:`facts_of`, one pass over the event:

1. postings: every thing the event names, with its role and amount;
2. marks: what an AggregationEvent, an AssociationEvent, an ObjectEvent DELETE or a transformation's inputs
   do to containment;
3. memberships: lots of items that the event brings into being;
4. endings: what the event consumes, sells, dispenses or destroys.

An error declaration has postings only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from lineage.events import Event, Quantity
from lineage.facts.custody import ending_of, key_of
from lineage.facts.model import Ending, EventFacts, How, Mark, MarkKind, Member, Posting, Role, Scope
from lineage.facts.terms import own_text
from lineage.facts.times import micros
from lineage.identifiers import GS1_HOST, LOCAL_HOST, Identifier, name_uri

_CLASSES_WITH_LOTS = (f"{GS1_HOST}/01/", f"{GS1_HOST}/8006/")
"""How the GS1 classes start that a lot number qualifies: trade items and their pieces."""


def facts_of(event: Event) -> EventFacts:
    """Give everything this event establishes by itself (semantics 2)."""
    # 1. postings
    postings = tuple(_postings(event))
    at = micros(event.event_time)
    if event.error_declaration is not None:
        return EventFacts(at, declaration=True, postings=postings)
    transformation = event.type == "TransformationEvent"
    return EventFacts(
        at,
        declaration=False,
        postings=postings,
        transformation=transformation,
        transformation_id=event.transformation_id if transformation else None,
        # 2. marks
        marks=tuple(_marks(event, postings)),
        # 3. memberships
        memberships=tuple(_memberships(event, postings)),
        # 4. endings
        endings=tuple(_endings(event, postings)),
    )


def lot_key(item: Identifier, lot_number: str) -> str | None:
    """Give the canonical id of the lot with this number in the item's class, if the item has a class.

    Trade items: ``/01/<gtin>/10/<lot>``. Others, also GS1 keys that have no lot of their own (types of
    assets): the scheme's class with the lot number behind it, under ``/id/lot/``.
    """
    if item.class_id is None:
        return None
    number = quote(lot_number, safe="")
    if item.class_id.startswith(_CLASSES_WITH_LOTS):
        return name_uri(f"{item.class_id}/10/{number}").id
    if item.class_id.startswith(LOCAL_HOST):
        scheme_and_value = item.class_id.removeprefix(f"{LOCAL_HOST}/id/").replace("/", ".")
    else:
        scheme_and_value = f"{item.scheme}.{item.class_id.rsplit('/', 1)[1]}"
    return name_uri(f"{LOCAL_HOST}/id/lot/{scheme_and_value}.{number}").id


def _postings(event: Event) -> Iterator[Posting]:
    """Name every thing of the event once a role; instances before portions."""
    if event.parent_id is not None:
        yield from _instances((event.parent_id,), Role.PARENT)
    yield from _instances(event.epcs, Role.EPC)
    yield from _portions(event.quantities, Role.EPC)
    yield from _instances(event.child_epcs, Role.CHILD)
    yield from _portions(event.child_quantities, Role.CHILD)
    yield from _instances(event.input_epcs, Role.INPUT)
    yield from _portions(event.input_quantities, Role.INPUT)
    yield from _instances(event.output_epcs, Role.OUTPUT)
    yield from _portions(event.output_quantities, Role.OUTPUT)


def _instances(texts: Iterable[str], role: Role) -> Iterator[Posting]:
    # One thing may be listed in several written forms; the one that names its lot says most.
    things: dict[str, Identifier] = {}
    for text in texts:
        thing = name_uri(text)
        if thing.id not in things or thing.lot is not None:
            things[thing.id] = thing
    for thing in things.values():
        yield Posting(thing, role, by_quantity=False, quantity=None, uom=None)


def _portions(quantities: Iterable[Quantity], role: Role) -> Iterator[Posting]:
    for one in quantities:
        amount = None if one.quantity is None else float(one.quantity)
        yield Posting(name_uri(one.epc_class), role, by_quantity=True, quantity=amount, uom=one.uom)


def _is_portion(posting: Posting) -> bool:
    return posting.by_quantity or posting.thing.kind == "lot"


def _marks(event: Event, postings: tuple[Posting, ...]) -> Iterator[Mark]:
    if event.type in ("AggregationEvent", "AssociationEvent"):
        scope = Scope.CONTAINMENT if event.type == "AggregationEvent" else Scope.ASSOCIATION
        yield from _inside(event, postings, scope)
    elif event.type == "ObjectEvent" and event.action == "DELETE":
        for posting in postings:
            if not _is_portion(posting):
                yield Mark(MarkKind.LEAVE, Scope.BOTH, None, posting.thing.id)
                yield Mark(MarkKind.EMPTY, Scope.BOTH, posting.thing.id, None)
    elif event.type == "TransformationEvent":
        for posting in postings:
            if posting.role is Role.INPUT and not _is_portion(posting):
                yield Mark(MarkKind.LEAVE, Scope.BOTH, None, posting.thing.id)


def _inside(event: Event, postings: tuple[Posting, ...], scope: Scope) -> Iterator[Mark]:
    parent = next((posting.thing.id for posting in postings if posting.role is Role.PARENT), None)
    if parent is None:
        return
    children = [posting for posting in postings if posting.role is Role.CHILD]
    if event.action == "DELETE" and not children:
        yield Mark(MarkKind.EMPTY, scope, parent, None)
        return
    kind = {"ADD": MarkKind.ADD, "OBSERVE": MarkKind.SEEN, "DELETE": MarkKind.REMOVE}[
        event.action or "OBSERVE"
    ]
    for posting in children:
        if posting.traced and posting.thing.id != parent:
            yield Mark(kind, scope, parent, posting.thing.id, _is_portion(posting))


def _memberships(event: Event, postings: tuple[Posting, ...]) -> Iterator[Member]:
    if event.type == "ObjectEvent" and event.action == "ADD":
        born = Role.EPC
    elif event.type == "TransformationEvent":
        born = Role.OUTPUT
    else:
        return
    named = key_of(own_text(event, "lot"))
    for posting in postings:
        if posting.role is born and not _is_portion(posting) and posting.traced:
            lot = named or posting.thing.lot
            if lot is None and event.lot_number:
                lot = lot_key(posting.thing, event.lot_number)
            if lot is not None and lot != posting.thing.id:
                yield Member(posting.thing.id, lot)


def _endings(event: Event, postings: tuple[Posting, ...]) -> Iterator[Ending]:
    if event.type == "TransformationEvent":
        for posting in postings:
            if posting.role is Role.INPUT and not _is_portion(posting):
                yield Ending(posting.thing.id, How.CONSUMED)
        return
    how = ending_of(event)
    if how is None:
        return
    for posting in postings:
        if posting.role is Role.EPC and not _is_portion(posting):
            yield Ending(posting.thing.id, how)
