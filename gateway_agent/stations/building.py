"""From a complete act to the JSON of its EPCIS 2.0 events, all members but identifier and time.

What is missing in the act is refused with a sentence for the operator; nothing is filled in by guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway_agent.configuration.settings import StationSettings
from gateway_agent.errors import RefusedError
from gateway_agent.stations.act import Act, Entry, Reading
from gateway_agent.stations.kinds import DISPOSITION_OF_RESULT, KINDS, KindRule, default_disposition

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What a station adds to each of its events."""

    read_point: str | None
    biz_location: str | None
    offset: str
    party: str | None


def build(act: Act, station: StationSettings, place: Place) -> list[Body]:
    """Give the events of a complete act, mostly one.

    :raises RefusedError: something is missing
    """
    rule = KINDS[station.kind]
    if station.kind == "fill" and any(entry.is_class for entry in act.things):
        return _filled_with_lot(act, station, place)
    makers = {
        "ObjectEvent": _object,
        "TransactionEvent": _object,
        "TransformationEvent": _transformation,
        "AggregationEvent": _aggregation,
        "AssociationEvent": _aggregation,
    }
    body: Body = {"type": rule.event, "eventTimeZoneOffset": place.offset}
    body |= makers[rule.event](act, station, rule)
    body |= _surroundings(act, station, place)
    if act.ilmd or station.ilmd:
        body |= _ilmd_or_extension(act, station, body)
    return [body]


def is_complete(act: Act, station: StationSettings) -> bool:
    """Tell whether :func:`build` would accept the act."""
    try:
        build(act, station, Place(None, None, "+00:00", None))
    except RefusedError:
        return False
    return True


def _object(act: Act, station: StationSettings, rule: KindRule) -> Body:
    if not act.things:
        raise RefusedError("nothing-scanned", "nothing was scanned since the last event")
    if rule.event == "TransactionEvent" and not act.documents:
        raise RefusedError(
            "no-document", "a transaction needs a document", hint="scan SUYUAN:DOC=<type>:<number>"
        )
    items, classes = _split(act.things)
    body: Body = {"action": station.action}
    if items:
        body["epcList"] = items
    if classes:
        body["quantityList"] = classes
    return body


def _transformation(act: Act, _station: StationSettings, _rule: KindRule) -> Body:
    body: Body = {}
    for role, epcs, quantities in (
        ("input", "inputEPCList", "inputQuantityList"),
        ("output", "outputEPCList", "outputQuantityList"),
    ):
        items, classes = _split(act.of_role("input") if role == "input" else act.of_role("output"))
        if items:
            body[epcs] = items
        if classes:
            body[quantities] = classes
        if not items and not classes and "TRANSFORMATION" not in act.fields:
            raise RefusedError(
                f"no-{role}", f"the act has no {role}", hint=f"scan SUYUAN:{role.upper()} and what it is"
            )
    if len(body) == 0:
        raise RefusedError("nothing-scanned", "nothing was scanned since the last event")
    if transformation := act.fields.get("TRANSFORMATION"):
        body["transformationID"] = transformation
    return body


def _aggregation(act: Act, station: StationSettings, rule: KindRule) -> Body:
    children = act.of_role("child")
    if not children and not act.parent:
        raise RefusedError("nothing-scanned", "nothing was scanned since the last event")
    if act.parent is None and station.action != "OBSERVE":
        raise RefusedError(
            "no-parent", "no parent was scanned", hint="scan the container, after SUYUAN:PARENT if need be"
        )
    if not children and station.action != "DELETE":
        raise RefusedError("no-children", "nothing was scanned that goes into the parent")
    items, classes = _split(children)
    body: Body = {"action": station.action}
    if act.parent:
        body["parentID"] = act.parent.id
    if items or not classes:
        body["childEPCs"] = items
    if classes:
        body["childQuantityList"] = classes
    if rule.event == "AssociationEvent" and not children:
        del body["childEPCs"]
    return body


def _filled_with_lot(act: Act, station: StationSettings, place: Place) -> list[Body]:
    """Filling whose gas lot was scanned: a portion of that lot is now in each cylinder."""
    cylinders = [entry for entry in act.things if not entry.is_class]
    lots = [entry for entry in act.things if entry.is_class]
    if not cylinders:
        raise RefusedError("nothing-scanned", "no cylinder was scanned")
    filled, unit = act.extension.get("suyuan:filledQuantity"), act.extension.get("suyuan:filledUnit")
    bodies = []
    for cylinder in cylinders:
        portions = []
        for lot in lots:
            portion = _quantity(lot)
            if lot.quantity is None and filled is not None and len(lots) == 1:
                portion |= {"quantity": filled} | ({"uom": unit} if unit else {})
            portions.append(portion)
        body: Body = {"type": "AggregationEvent", "eventTimeZoneOffset": place.offset, "action": "ADD"}
        body |= {"parentID": cylinder.id, "childQuantityList": portions}
        bodies.append(body | _surroundings(act, station, place))
    return bodies


def _surroundings(act: Act, station: StationSettings, place: Place) -> Body:
    body: Body = {}
    if step := act.fields.get("STEP", station.step):
        body["bizStep"] = step
    if disposition := _disposition(act, station):
        body["disposition"] = disposition
    if place.read_point:
        body["readPoint"] = {"id": place.read_point}
    if place.biz_location:
        body["bizLocation"] = {"id": place.biz_location}
    if act.documents:
        body["bizTransactionList"] = [{"type": kind, "bizTransaction": uri} for kind, uri in act.documents]
    sources, destinations = _parties(act, station, place)
    if sources:
        body["sourceList"] = sources
    if destinations:
        body["destinationList"] = destinations
    if act.readings:
        body["sensorElementList"] = [{"sensorReport": [sensor_report(reading) for reading in act.readings]}]
    body |= station.extend
    body |= act.extension
    if act.stated_time:
        body["suyuan:statedTime"] = True
    return body


def sensor_report(reading: Reading) -> Body:
    """Write one reading as an EPCIS sensorReport."""
    report: Body = {"type": reading.type, "value": reading.value}
    return report | ({"uom": reading.uom} if reading.uom else {})


def _disposition(act: Act, station: StationSettings) -> str:
    if said := act.fields.get("DISPOSITION"):
        return said
    if result := act.fields.get("RESULT"):
        return DISPOSITION_OF_RESULT[result]
    if step := act.fields.get("STEP"):
        return default_disposition(station.kind, step)
    return station.disposition


def _parties(act: Act, station: StationSettings, place: Place) -> tuple[list[Body], list[Body]]:
    said = act.fields
    holder = {"ship": "FROM", "receive": "TO"}.get(station.kind)
    own = {holder: place.party} if holder and place.party else {}
    sources = [
        {"type": kind, "source": uri}
        for kind, uri in (
            ("possessing_party", said.get("FROM", own.get("FROM"))),
            ("owning_party", said.get("SELLER")),
            ("location", said.get("FROM_SITE")),
        )
        if uri
    ]
    destinations = [
        {"type": kind, "destination": uri}
        for kind, uri in (
            ("possessing_party", said.get("TO", own.get("TO"))),
            ("owning_party", said.get("BUYER")),
            ("location", said.get("TO_SITE")),
        )
        if uri
    ]
    return sources, destinations


def _ilmd_or_extension(act: Act, station: StationSettings, body: Body) -> Body:
    """Put lot data into ilmd where the event brings things into being, else beside the event."""
    data = {**station.ilmd, **act.ilmd}
    may_have = body["type"] == "TransformationEvent" or (
        body["type"] == "ObjectEvent" and body["action"] == "ADD"
    )
    return {"ilmd": data} if may_have else {f: v for f, v in data.items() if f not in body}


def _split(entries: list[Entry]) -> tuple[list[str], list[Body]]:
    items = [entry.id for entry in entries if not entry.is_class]
    return items, [_quantity(entry) for entry in entries if entry.is_class]


def _quantity(entry: Entry) -> Body:
    element: Body = {"epcClass": entry.id}
    if entry.quantity is not None:
        element["quantity"] = entry.quantity
        if entry.uom:
            element["uom"] = entry.uom
    return element
