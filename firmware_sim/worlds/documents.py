"""Deeds as EPCIS 2.0 events, and events as documents of a size that a server takes.

This is how a well-kept record of each deed looks. What nobody recorded has no event; what was recorded
wrongly has the wrong event, and later its error declaration.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson

from firmware_sim import numbers
from firmware_sim.worlds.deeds import (
    Amount,
    Attached,
    Checked,
    Commissioned,
    Deed,
    Ended,
    Observed,
    Packed,
    Sensed,
    Transformed,
    Unpacked,
    Voided,
)

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"suyuan": "https://w3id.org/suyuan/v1/"},
]
OFFSET = "+08:00"
"""All worlds are in one time zone; events are written in UTC and carry it."""
PREFIX_DIGITS = 8
"""Length of every simulated company prefix: what URNs need and Digital Links do not say."""

Forms = Literal["digital-link", "urn", "mixed"]
Event = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1 << 14)
def timestamp(at: int) -> str:
    """Write microseconds since 1970 as RFC 3339 in UTC."""
    moment = EPOCH + timedelta(microseconds=at)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_is(identifier: str) -> str:
    """Write an identifier in its canonical form."""
    return identifier


def elsewhere(identifier: str) -> str:
    """Write a GS1 Digital Link under the host of a company instead of the canonical one."""
    return identifier.replace(numbers.ID_HOST, "https://sy.example.cn/trace", 1)


_SHAPE = re.compile(r"https://id\.gs1\.org/(01|00|414|417)/(\d+)(?:/(10|21|254)/(.+))?$")


@lru_cache(maxsize=1 << 16)
def as_urn(identifier: str) -> str:
    """Write a GS1 Digital Link as EPC URN; every other identifier stays as it is."""
    found = _SHAPE.match(identifier)
    if found is None:
        return identifier
    key, digits, qualifier, value = found.groups()
    cut = 1 + PREFIX_DIGITS
    match key, qualifier:
        case "01", "21":
            return f"urn:epc:id:sgtin:{digits[1:cut]}.{digits[0]}{digits[cut:13]}.{value}"
        case "01", "10":
            return f"urn:epc:class:lgtin:{digits[1:cut]}.{digits[0]}{digits[cut:13]}.{value}"
        case "00", _:
            return f"urn:epc:id:sscc:{digits[1:cut]}.{digits[0]}{digits[cut:17]}"
        case "414", _:
            return f"urn:epc:id:sgln:{digits[:PREFIX_DIGITS]}.{digits[PREFIX_DIGITS:12]}.{value or 0}"
        case "417", _:
            return f"urn:epc:id:pgln:{digits[:PREFIX_DIGITS]}.{digits[PREFIX_DIGITS:12]}"
        case _:
            return identifier


class EventWriter:
    """Writes the events of deeds.

    :param seed: with the deed's number gives the eventID, so that a world always has the same ones
    :param forms: in which written form identifiers stand; `mixed` changes it from event to event
    """

    def __init__(self, seed: str, forms: Forms = "digital-link") -> None:
        self._seed = seed.encode()
        self._forms = forms

    def events(self, deed: Deed) -> list[Event]:
        """Give the events that the record of a deed consists of, at most one."""
        if not deed.recorded:
            return []
        if isinstance(deed, Voided):
            event = self._event(deed.deed)
            declaration: Event = {"declarationTime": timestamp(deed.at), "reason": deed.reason}
            if deed.corrected_by is not None:
                declaration["correctiveEventIDs"] = [self.event_id(deed.corrected_by)]
            event["errorDeclaration"] = declaration
            return [event]
        return [self._event(deed)]

    def event_id(self, deed: Deed) -> str:
        """Give the eventID of a deed's event."""
        digest = blake2b(deed.number.to_bytes(8, "big"), digest_size=16, key=self._seed[:64]).digest()
        return f"urn:uuid:{UUID(bytes=digest, version=5)}"

    def _event(self, deed: Deed) -> Event:
        write = self._writing(deed)
        head: Event = {
            "type": "ObjectEvent",
            "eventID": self.event_id(deed),
            "eventTime": timestamp(deed.at),
            "eventTimeZoneOffset": OFFSET,
        }
        tail: Event = {"bizStep": deed.step}
        if deed.disposition:
            tail["disposition"] = deed.disposition
        if not isinstance(deed, Sensed):
            tail["readPoint"] = {"id": write(deed.place.id)}
            tail["bizLocation"] = {"id": write(deed.place.site.id)}
        if deed.documents:
            tail["bizTransactionList"] = [
                {"type": kind, "bizTransaction": numbers.scheme_id(kind, value)}
                for kind, value in deed.documents
            ]
        head.update(_what(deed, write))
        head.update(tail)
        head.update(_whom(deed, write))
        ilmd = getattr(deed, "ilmd", None)
        if ilmd:
            head["ilmd"] = dict(ilmd)
        head.update({f"suyuan:{name}": value for name, value in deed.extra.items()})
        return head

    def _writing(self, deed: Deed) -> Callable[[str], str]:
        if self._forms == "digital-link":
            return as_is
        if self._forms == "urn":
            return as_urn
        return (as_is, as_urn, elsewhere)[deed.number % 3]


def _what(deed: Deed, write: Callable[[str], str]) -> Event:
    """Give the members of an event that name its things."""
    match deed:
        case Commissioned():
            return {**_object("ADD", deed.things, deed.amounts, write)}
        case Observed():
            return _object("OBSERVE", deed.things, deed.amounts, write)
        case Ended():
            return _object("DELETE", deed.things, (), write)
        case Sensed():
            return {**_object("OBSERVE", deed.things, (), write), "sensorElementList": [_sensor(deed)]}
        case Transformed():
            return {
                "type": "TransformationEvent",
                **_list("inputEPCList", deed.inputs, write),
                **_amounts("inputQuantityList", deed.input_amounts, write),
                **_list("outputEPCList", deed.outputs, write),
                **_amounts("outputQuantityList", deed.output_amounts, write),
                **({"transformationID": numbers.scheme_id("transformation", deed.run)} if deed.run else {}),
            }
        case Packed():
            seen = (
                [child for child in deed.children if child not in deed.missed]
                if deed.missed
                else deed.children
            )
            return _aggregation("ADD", deed.parent, seen, deed.portions, write)
        case Unpacked():
            return _aggregation("DELETE", deed.parent, deed.children, (), write)
        case Checked():
            return _aggregation("OBSERVE", deed.parent, deed.children, (), write)
        case Attached():
            members = _aggregation("DELETE" if deed.off else "ADD", deed.parent, deed.children, (), write)
            return {**members, "type": "AssociationEvent"}
        case _:
            return {}


def _object(
    action: str, things: Sequence[str], amounts: Sequence[Amount], write: Callable[[str], str]
) -> Event:
    return {**_list("epcList", things, write), **_amounts("quantityList", amounts, write), "action": action}


def _aggregation(
    action: str, parent: str, children: Sequence[str], portions: Sequence[Amount], write: Callable[[str], str]
) -> Event:
    return {
        "type": "AggregationEvent",
        "parentID": write(parent),
        **_list("childEPCs", children, write),
        **_amounts("childQuantityList", portions, write),
        "action": action,
    }


def _list(name: str, things: Sequence[str], write: Callable[[str], str]) -> Event:
    return {name: [write(thing) for thing in things]} if things else {}


def _amounts(name: str, amounts: Sequence[Amount], write: Callable[[str], str]) -> Event:
    if not amounts:
        return {}
    return {
        name: [
            {"epcClass": write(a.thing), "quantity": a.quantity, **({"uom": a.uom} if a.uom else {})}
            for a in amounts
        ]
    }


def _whom(deed: Deed, write: Callable[[str], str]) -> Event:
    """Give source and destination lists."""
    if not isinstance(deed, Observed):
        return {}
    members: Event = {}
    if deed.giver is not None:
        members["sourceList"] = [{"type": "possessing_party", "source": write(deed.giver.id)}]
    if deed.taker is not None:
        members["destinationList"] = [{"type": "possessing_party", "destination": write(deed.taker.id)}]
        if deed.to is not None:
            members["destinationList"].append({"type": "location", "destination": write(deed.to.site.id)})
    if deed.carrier is not None:
        members["suyuan:carrier"] = deed.carrier.id
    return members


def _sensor(deed: Sensed) -> Event:
    reports: list[Event] = []
    for at, celsius in deed.readings:
        report: Event = {"type": "Temperature", "time": timestamp(at), "value": celsius, "uom": "CEL"}
        if deed.limits is not None and not deed.limits[0] <= celsius <= deed.limits[1]:
            report["exception"] = "ALARM_CONDITION"
        reports.append(report)
    return {
        "sensorMetadata": {"time": timestamp(deed.at), "deviceID": deed.device},
        "sensorReport": reports,
    }


def document(events: Sequence[Event], created: str) -> bytes:
    """Put events into an EPCIS document."""
    return orjson.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": created,
            "epcisBody": {"eventList": list(events)},
        }
    )


class DocumentFolder:
    """Writes events into numbered files as they come, holding one document at a time.

    :param per_document: events in a file; a server's limit, or less
    """

    def __init__(self, folder: Path, per_document: int) -> None:
        self._folder = folder
        self._per_document = per_document
        self._events: list[Event] = []
        self.documents = 0
        self.events = 0

    def add(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they reach the server."""
        for event in events:
            self._events.append(event)
            self.events += 1
            if len(self._events) == self._per_document:
                self.flush()

    def flush(self) -> None:
        """Write what is left."""
        if not self._events:
            return
        self.documents += 1
        path = self._folder / f"events-{self.documents:06d}.json"
        path.write_bytes(document(self._events, created=max(_recorded(event) for event in self._events)))
        self._events.clear()


def _recorded(event: Mapping[str, Any]) -> str:
    declaration = event.get("errorDeclaration")
    return str(declaration["declarationTime"] if declaration else event["eventTime"])
