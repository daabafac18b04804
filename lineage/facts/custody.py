"""Who says they have a thing, and what an event does to it: one statement an event (semantics 2.5, 2.6, 2.8).

A statement is what *this* event says. Who had the thing between two statements is worked out by
``lineage.trace.responsibility`` and ``lineage.trace.whereabouts`` from all of them.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from lineage.events import Event
from lineage.facts.model import How
from lineage.facts.quality import Quality, quality_of
from lineage.facts.terms import own_text, own_word, step_of
from lineage.identifiers import name_uri

_POSSESSING, _OWNING, _LOCATION = "possessing_party", "owning_party", "location"


class Move(IntEnum):
    """What an event does to custody. The numbers are stored: never renumber."""

    STAY = 0
    """Whoever names the thing here has it."""
    SHIP = 1
    """It leaves; custody stays with the shipper, or goes to the carrier that is named."""
    RECEIVE = 2
    """It arrives with whoever receives it."""
    RETURN = 3
    """A shipment was called off (``void_shipping``): it is with the shipper again."""
    NOTHING = 4
    """A reading, or a step of a transport: says where, not who."""


_MOVES = {
    "shipping": Move.SHIP,
    "departing": Move.SHIP,
    "consigning": Move.SHIP,
    "receiving": Move.RECEIVE,
    "accepting": Move.RECEIVE,
    "void_shipping": Move.RETURN,
    "arriving": Move.NOTHING,
    "loading": Move.NOTHING,
    "unloading": Move.NOTHING,
    "transporting": Move.NOTHING,
    "sensor_reporting": Move.NOTHING,
}

_ENDS = {
    "retail_selling": How.SOLD,
    "retail_sold": How.SOLD,
    "dispensing": How.DISPENSED,
    "dispensed": How.DISPENSED,
    "destroying": How.DESTROYED,
    "destroyed": How.DESTROYED,
    "disposed": How.DESTROYED,
    "suyuan:scrapping": How.DESTROYED,
}
"""Business steps and dispositions that end a thing whatever the action (semantics 2.8)."""


class Statement(NamedTuple):
    """What one event says about where its things are and who has them; keys are canonical URIs."""

    move: Move
    ends: How | None
    """How the event ends the things it is about (``epcList``); inputs are consumed besides."""
    site: str | None
    """The business location, else the read point."""
    read_point: str | None
    giver: str | None
    """``possessing_party`` of the source list."""
    taker: str | None
    """``possessing_party`` of the destination list."""
    carrier: str | None
    """``suyuan:carrier`` of the event: the party that transports."""
    owner: str | None
    """``owning_party`` after the event: of the destination list, else of the source list."""
    bound_for: str | None
    """``location`` of the destination list."""
    step: str | None
    disposition: str | None
    creates: bool
    """An ObjectEvent ADD: its things begin."""
    sensed: bool
    """The event has sensor data: rules about temperatures have to read it."""
    quality: Quality


def statement_of(event: Event) -> Statement:
    """Give what an event says about custody."""
    return _statement(
        event.type,
        event.action,
        step_of(event),
        event.disposition,
        event.read_point,
        event.biz_location,
        event.sources,
        event.destinations,
        own_text(event, "carrier"),
        bool(event.sensor_elements),
        quality_of(event),
    )


@lru_cache(maxsize=4096)
def _statement(
    kind: str,
    action: str | None,
    step: str | None,
    disposition: str | None,
    read_at: str | None,
    business_location: str | None,
    all_sources: tuple[tuple[str | None, str], ...],
    all_destinations: tuple[tuple[str | None, str], ...],
    carrier: str | None,
    sensed: bool,
    quality: Quality,
) -> Statement:
    """Give a statement from the members that it follows from: a line says the same of thousands of things."""
    sources, destinations = dict(reversed(all_sources)), dict(reversed(all_destinations))
    read_point = key_of(read_at)
    return Statement(
        move=_MOVES.get(step or "", Move.STAY),
        ends=_ending(kind, action, step, disposition),
        site=key_of(business_location) or read_point,
        read_point=read_point,
        giver=key_of(sources.get(_POSSESSING)),
        taker=key_of(destinations.get(_POSSESSING)),
        carrier=key_of(carrier),
        owner=key_of(destinations.get(_OWNING)) or key_of(sources.get(_OWNING)),
        bound_for=key_of(destinations.get(_LOCATION)),
        step=step,
        disposition=own_word(disposition),
        creates=kind == "ObjectEvent" and action == "ADD",
        sensed=sensed,
        quality=quality,
    )


def ending_of(event: Event) -> How | None:
    """Give how an event ends the things of its ``epcList``, by its step, its disposition or its action."""
    return _ending(event.type, event.action, step_of(event), event.disposition)


def _ending(kind: str, action: str | None, step: str | None, disposition: str | None) -> How | None:
    how = _ENDS.get(step or "") or _ENDS.get(disposition or "")
    if how is None and kind == "ObjectEvent" and action == "DELETE":
        return How.DECOMMISSIONED
    return how


def key_of(uri: str | None) -> str | None:
    """Give the canonical URI of a party or site."""
    return None if uri is None else name_uri(uri).id
