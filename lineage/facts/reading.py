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

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import quote

from lineage.events import Event, Quantity
from lineage.facts.custody import ending_of, key_of
from lineage.facts.model import EventFacts, Group, How, MarkKind, Marks, Members, Role, Scope
from lineage.facts.terms import own_text
from lineage.facts.times import micros
from lineage.identifiers import GS1_HOST, LOCAL_HOST, Identifier, name_alike, name_uri

_CLASSES_WITH_LOTS = (f"{GS1_HOST}/01/", f"{GS1_HOST}/8006/")
"""How the GS1 classes start that a lot number qualifies: trade items and their pieces."""

_SCOPES = {"AggregationEvent": Scope.CONTAINMENT, "AssociationEvent": Scope.ASSOCIATION}
_KINDS = {"ADD": MarkKind.ADD, "OBSERVE": MarkKind.SEEN, "DELETE": MarkKind.REMOVE}


def facts_of(event: Event) -> EventFacts:
    """Give everything this event establishes by itself (semantics 2)."""
    # 1. postings
    groups = tuple(_groups(event))
    at = micros(event.event_time)
    if event.wire.error_declaration is not None:
        return EventFacts(at, declaration=True, groups=groups)
    kind = event.type
    transformation = kind == "TransformationEvent"
    return EventFacts(
        at,
        declaration=False,
        groups=groups,
        transformation=transformation,
        transformation_id=event.transformation_id if transformation else None,
        # 2. marks
        mark_groups=_marks(event, kind, groups),
        # 3. memberships
        member_groups=_members(event, kind, groups),
        # 4. endings
        ends=How.CONSUMED if transformation else ending_of(event),
    )


def lot_key(item: Identifier | Group, lot_number: str) -> str | None:
    """Give the canonical id of the lot with this number in the item's class, if the item has a class.

    Trade items: ``/01/<gtin>/10/<lot>``. Others, also GS1 keys that have no lot of their own (types of
    assets): the scheme's class with the lot number behind it, under ``/id/lot/``.
    """
    return None if item.class_id is None else _lot_of_class(item.scheme, item.class_id, lot_number)


@lru_cache(maxsize=4096)
def _lot_of_class(scheme: str, class_id: str, lot_number: str) -> str:
    number = quote(lot_number, safe="")
    if class_id.startswith(_CLASSES_WITH_LOTS):
        return name_uri(f"{class_id}/10/{number}").id
    if class_id.startswith(LOCAL_HOST):
        scheme_and_value = class_id.removeprefix(f"{LOCAL_HOST}/id/").replace("/", ".")
    else:
        scheme_and_value = f"{scheme}.{class_id.rsplit('/', 1)[1]}"
    return name_uri(f"{LOCAL_HOST}/id/lot/{scheme_and_value}.{number}").id


def _groups(event: Event) -> Iterator[Group]:
    """Name every thing of the event once a role; instances before portions."""
    wire = event.wire
    if wire.parent_id is not None:
        yield from _instances((wire.parent_id,), Role.PARENT)
    for role, epcs, quantities in (
        (Role.EPC, wire.epc_list, wire.quantity_list),
        (Role.CHILD, wire.child_epcs, wire.child_quantity_list),
        (Role.INPUT, wire.input_epc_list, wire.input_quantity_list),
        (Role.OUTPUT, wire.output_epc_list, wire.output_quantity_list),
    ):
        if epcs:
            yield from _instances(epcs, role)
        if quantities:
            yield from _portions(quantities, role)


def _instances(texts: Sequence[str], role: Role) -> Iterator[Group]:
    alike = name_alike(texts)
    if alike is not None:
        family, ids = alike
        yield Group(role, ids, family.kind, family.scheme, family.class_id, family.lot)
        return
    # One thing may be listed in several written forms; the one that names its lot says most.
    things: dict[str, Identifier] = {}
    for text in texts:
        thing = name_uri(text)
        if thing.id not in things or thing.lot is not None:
            things[thing.id] = thing
    group: Group | None = None
    ids = []
    for thing in things.values():
        said = (thing.kind, thing.scheme, thing.class_id, thing.lot, thing.warnings)
        if group is None or group[2:7] != said:
            ids = []
            if group is not None:
                yield group
            group = Group(role, ids, *said)
        ids.append(thing.id)
    if group is not None:
        yield group


def _portions(quantities: Iterable[Quantity], role: Role) -> Iterator[Group]:
    for one in quantities:
        thing = name_uri(one.epc_class)
        amount = None if one.quantity is None else float(one.quantity)
        said = (thing.kind, thing.scheme, thing.class_id, thing.lot, thing.warnings)
        yield Group(role, (thing.id,), *said, by_quantity=True, quantity=amount, uom=one.uom)


def _marks(event: Event, kind: str, groups: tuple[Group, ...]) -> tuple[Marks, ...]:
    if kind in _SCOPES:
        return tuple(_inside(event, groups, _SCOPES[kind]))
    if kind == "ObjectEvent" and event.action == "DELETE":
        things = [id_ for group in groups if not group.portion for id_ in group.ids]
        return (
            Marks(MarkKind.LEAVE, Scope.BOTH, children=things),
            Marks(MarkKind.EMPTY, Scope.BOTH, parents=things),
        )
    if kind == "TransformationEvent":
        used = [group for group in groups if group.role is Role.INPUT and not group.portion]
        return tuple([Marks(MarkKind.LEAVE, Scope.BOTH, children=group.ids) for group in used])
    return ()


def _inside(event: Event, groups: tuple[Group, ...], scope: Scope) -> Iterator[Marks]:
    parents = [group.ids for group in groups if group.role is Role.PARENT]
    if not parents:
        return
    (parent,) = parents[0]
    children = [group for group in groups if group.role is Role.CHILD]
    if event.action == "DELETE" and not children:
        yield Marks(MarkKind.EMPTY, scope, (parent,))
        return
    kind = _KINDS[event.action or "OBSERVE"]
    for group in children:
        if group.traced:
            ids = [id_ for id_ in group.ids if id_ != parent] if parent in group.ids else group.ids
            if ids:
                yield Marks(kind, scope, (parent,), ids, group.portion)


def _members(event: Event, kind: str, groups: tuple[Group, ...]) -> tuple[Members, ...]:
    if kind == "ObjectEvent" and event.action == "ADD":
        born = Role.EPC
    elif kind == "TransformationEvent":
        born = Role.OUTPUT
    else:
        return ()
    found = []
    named = key_of(own_text(event, "lot"))
    number = event.lot_number
    for group in groups:
        if group.role is born and not group.portion and group.traced:
            lot = named or group.lot
            if lot is None and number:
                lot = lot_key(group, number)
            if lot is not None:
                items = [id_ for id_ in group.ids if id_ != lot] if lot in group.ids else group.ids
                if items:
                    found.append(Members(lot, items))
    return tuple(found)
