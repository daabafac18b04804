"""Who says they have a thing, and what an event does to it: one statement an event (semantics 2.5, 2.6, 2.8).

A statement is what *this* event says. Who had the thing between two statements is worked out by
``lineage.trace.responsibility`` and ``lineage.trace.whereabouts`` from all of them.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from lineage.events import Event
from lineage.events.vocabulary import BIZ_STEP, DISPOSITION, SOURCE_DESTINATION_TYPE, Vocabulary, bare
from lineage.events.wire import Destination, Point, Source, in_common
from lineage.facts.model import How
from lineage.facts.quality import Quality, quality_of
from lineage.facts.terms import own_text, own_word
from lineage.identifiers import name_uri
from lineage.memory import kept_if_usual

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
    wire = event.wire
    make = kept_if_usual(_statement, len(event.document_bytes))
    return make(
        wire.type,
        *in_common(wire),
        own_text(event, "carrier"),
        bool(wire.sensor_element_list),
        quality_of(event),
    )


@lru_cache(maxsize=4096)
def _statement(
    kind: str,
    action: str | None,
    written_step: str | None,
    written_disposition: str | None,
    read_at: Point | None,
    business_location: Point | None,
    source_list: tuple[Source, ...] | None,
    destination_list: tuple[Destination, ...] | None,
    carrier: str | None,
    sensed: bool,
    quality: Quality,
) -> Statement:
    """Give a statement from the members that it follows from: a line says the same of thousands of things."""
    # Of several of one type the first counts.
    sources = {_end(one.type): one.source for one in reversed(source_list or ())}
    destinations = {_end(one.type): one.destination for one in reversed(destination_list or ())}
    step, disposition = _word(BIZ_STEP, written_step), _word(DISPOSITION, written_disposition)
    read_point = None if read_at is None else key_of(read_at.id)
    location = None if business_location is None else key_of(business_location.id)
    return Statement(
        move=_MOVES.get(step or "", Move.STAY),
        ends=_ending.__wrapped__(kind, action, written_step, written_disposition),
        site=location or read_point,
        read_point=read_point,
        giver=key_of(sources.get(_POSSESSING)),
        taker=key_of(destinations.get(_POSSESSING)),
        carrier=key_of(carrier),
        owner=key_of(destinations.get(_OWNING)) or key_of(sources.get(_OWNING)),
        bound_for=key_of(destinations.get(_LOCATION)),
        step=step,
        disposition=disposition,
        creates=kind == "ObjectEvent" and action == "ADD",
        sensed=sensed,
        quality=quality,
    )


def ending_of(event: Event) -> How | None:
    """Give how an event ends the things of its ``epcList``, by its step, its disposition or its action."""
    wire = event.wire
    end = kept_if_usual(_ending, len(event.document_bytes))
    return end(wire.type, wire.action, wire.biz_step, wire.disposition)


@lru_cache(maxsize=4096)
def _ending(kind: str, action: str | None, step: str | None, disposition: str | None) -> How | None:
    """Do it from words as written."""
    how = _ENDS.get(_word(BIZ_STEP, step) or "") or _ENDS.get(bare(DISPOSITION, disposition or ""))
    if how is None and kind == "ObjectEvent" and action == "DELETE":
        return How.DECOMMISSIONED
    return how


def _word(vocabulary: Vocabulary, written: str | None) -> str | None:
    return None if written is None else own_word(bare(vocabulary, written))


def _end(written: str) -> str:
    return bare(SOURCE_DESTINATION_TYPE, written)


def key_of(uri: str | None) -> str | None:
    """Give the canonical URI of a party or site."""
    return None if uri is None else name_uri(uri).id
