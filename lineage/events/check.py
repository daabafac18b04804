"""Everything an event must satisfy, as a table of shapes, and the exact list of what is wrong.

The tables say which members each event type has and what shape each has. They follow the JSON schema of
EPCIS 2.0.1, clause by clause; the rules behind them are those of EPCIS 2.0 §7.4 that the schema leaves to
prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from lineage.events import vocabulary as v
from lineage.events.limits import MAX_DEPTH, MAX_PROBLEMS
from lineage.events.problems import Problem
from lineage.events.shapes import (
    NOT_GS1_VOCABULARY,
    Shape,
    boolean,
    either,
    filled,
    is_too_deep,
    listing,
    number,
    offset,
    one_of,
    pattern,
    record,
    shown,
    text,
    time,
    uri,
    word,
    wrong_type,
)
from lineage.events.uris import is_uri

ACTIONS: Final = ("ADD", "OBSERVE", "DELETE")
_HEX = re.compile(r"[A-Fa-f0-9]+")
_UOM = re.compile(r"[A-Z0-9]{2,3}")


def check_event(event: Any, *, needs_context: bool = False) -> list[Problem]:
    """Give every problem of one event in JSON form; an empty list means that it is valid.

    :param event: the event as decoded JSON
    :param needs_context: the event stands alone, outside of a document that brings the ``@context``
    """
    problems: list[Problem] = []
    for problem in _event(event, needs_context):
        problems.append(problem)
        if len(problems) >= MAX_PROBLEMS:
            break
    return problems


def _event(event: Any, needs_context: bool) -> Iterator[Problem]:
    # 1. An object, not too deep for anything that walks it later.
    if not isinstance(event, dict):
        yield wrong_type("", "an object", event)
        return
    if is_too_deep(event):
        yield Problem("", "too-deep", f"The event nests more than {MAX_DEPTH} levels.")
        return
    # 2. Which type it is decides which members it may have.
    kind = event.get("type")
    if not isinstance(kind, str):
        yield Problem(
            "/type", "missing-member" if kind is None else "wrong-type", "An event needs its type as text."
        )
        return
    shape = EVENTS.get(kind)
    if shape is None and not is_uri(kind):
        known = ", ".join(EVENTS)
        yield Problem(
            "/type", "unknown-event-type", f"{shown(kind)} is none of {known}, nor a URI of an extension."
        )
        return
    yield from (shape or EXTENSION_EVENT)(event, "")
    if needs_context and "@context" not in event:
        yield Problem("/@context", "missing-context", "An event outside of a document needs its @context.")
    # 3. What depends on several members at once.
    rule = RULES.get(kind)
    if rule is not None:
        yield from rule(event)


# --- the event tables
# -------------------------------------------------------------------------------------------


def _quantities() -> Shape:
    uom = pattern(_UOM, "bad-unit", "a unit code of two or three characters (UN/ECE Recommendation 20)")
    return listing(
        record({"epcClass": uri, "quantity": number, "uom": uom}, needs=("epcClass",), open_to="nothing")
    )


def _context() -> Shape:
    one = either(uri, record({}, open_to="anything"))
    return either(one, listing(one, unique=True))


BIZ_STEP: Final = word(v.BIZ_STEP, "unknown-biz-step")
DISPOSITION: Final = word(v.DISPOSITION, "unknown-disposition")
TRANSACTION_TYPE: Final = word(v.BIZ_TRANSACTION_TYPE, "unknown-transaction-type")
PARTY_TYPE: Final = word(v.SOURCE_DESTINATION_TYPE, "unknown-source-type")
CONTEXT: Final = _context()
_DISPOSITIONS: Final = listing(DISPOSITION, least=1, unique=True)
_PLACE: Final = record({"id": uri}, needs=("id",), open_to="anything")

ERROR_DECLARATION: Final = record(
    {
        "declarationTime": time,
        "reason": word(v.ERROR_REASON, "unknown-error-reason"),
        "correctiveEventIDs": listing(uri),
    },
    needs=("declarationTime",),
)
PERSISTENT_DISPOSITION: Final = filled(
    record({"set": _DISPOSITIONS, "unset": _DISPOSITIONS}, open_to="nothing"),
    "persistentDisposition needs set or unset.",
)
CERTIFICATION: Final = either(uri, listing(uri))
ILMD: Final = record({})
_URIS: Final = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
_NUMBERS: Final = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
SENSOR_METADATA: Final = record(
    {**dict.fromkeys(_URIS, uri), **dict.fromkeys(("time", "startTime", "endTime"), time)}
)
SENSOR_REPORT: Final = record(
    {
        "type": word(v.MEASUREMENT, "unknown-measurement", NOT_GS1_VOCABULARY),
        "exception": word(v.SENSOR_ALERT, "unknown-sensor-alert", NOT_GS1_VOCABULARY),
        "component": word(v.COMPONENT, "unknown-component"),
        **dict.fromkeys(
            (*_URIS, "microorganism", "chemicalSubstance", "coordinateReferenceSystem", "uriValue"), uri
        ),
        **dict.fromkeys(_NUMBERS, number),
        "time": time,
        "stringValue": text,
        "booleanValue": boolean,
        "hexBinaryValue": pattern(_HEX, "bad-hex", "hexadecimal text"),
        "uom": text,
    },
    needs=("type",),
)
SENSOR_ELEMENT: Final = record(
    {"sensorMetadata": SENSOR_METADATA, "sensorReport": listing(SENSOR_REPORT, least=1)},
    needs=("sensorReport",),
)

SENSOR_ELEMENTS: Final = listing(SENSOR_ELEMENT)

#: What every event has.
COMMON: Final[dict[str, Shape]] = {
    "@context": CONTEXT,
    "type": text,
    "eventTime": time,
    "recordTime": time,
    "eventTimeZoneOffset": offset,
    "eventID": uri,
    "certificationInfo": CERTIFICATION,
    "errorDeclaration": ERROR_DECLARATION,
}
#: Why and where: members that all five types share.
_BUSINESS: Final[dict[str, Shape]] = {
    "bizStep": BIZ_STEP,
    "disposition": DISPOSITION,
    "persistentDisposition": PERSISTENT_DISPOSITION,
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "bizTransactionList": listing(
        record(
            {"type": TRANSACTION_TYPE, "bizTransaction": uri}, needs=("bizTransaction",), open_to="nothing"
        )
    ),
    "sourceList": listing(
        record({"type": PARTY_TYPE, "source": uri}, needs=("type", "source"), open_to="nothing")
    ),
    "destinationList": listing(
        record({"type": PARTY_TYPE, "destination": uri}, needs=("type", "destination"), open_to="nothing")
    ),
    "sensorElementList": SENSOR_ELEMENTS,
}
_ACTION: Final = {"action": one_of(ACTIONS, "unknown-action")}
_THINGS: Final = {"epcList": listing(uri, unique=True), "quantityList": _quantities()}
_CHILDREN: Final = {"parentID": uri, "childEPCs": listing(uri), "childQuantityList": _quantities()}
_TIMES: Final = ("eventTime", "eventTimeZoneOffset")

#: Members of each event type beyond the common ones, and those that it cannot do without.
OWN_MEMBERS: Final[dict[str, tuple[dict[str, Shape], tuple[str, ...]]]] = {
    "ObjectEvent": ({**_ACTION, **_THINGS, "ilmd": ILMD}, ("action",)),
    "AggregationEvent": ({**_ACTION, **_CHILDREN}, ("action",)),
    "TransactionEvent": (
        {**_ACTION, "parentID": uri, "epcList": listing(uri), "quantityList": _quantities()},
        ("bizTransactionList", "action"),
    ),
    "TransformationEvent": (
        {
            "inputEPCList": listing(uri, unique=True),
            "inputQuantityList": _quantities(),
            "outputEPCList": listing(uri, unique=True),
            "outputQuantityList": _quantities(),
            "transformationID": uri,
            "ilmd": ILMD,
        },
        (),
    ),
    "AssociationEvent": ({**_ACTION, **_CHILDREN}, ("action", "parentID")),
}
EVENTS: Final[dict[str, Shape]] = {
    kind: record({**COMMON, **_BUSINESS, **own}, needs=(*_TIMES, *needs))
    for kind, (own, needs) in OWN_MEMBERS.items()
}
#: An event type of somebody else's vocabulary: only the common members are known.
EXTENSION_EVENT: Final = record(COMMON, needs=_TIMES, open_to="anything")
#: Shape of every member of the standard, whichever event type has it.
MEMBERS: Final = {
    **COMMON,
    **_BUSINESS,
    **{name: shape for own, _ in OWN_MEMBERS.values() for name, shape in own.items()},
}
#: Members each type may have.
ALLOWED: Final[dict[str, frozenset[str]]] = {
    kind: frozenset({**COMMON, **_BUSINESS, **own}) for kind, (own, _) in OWN_MEMBERS.items()
}


def fits(name: str, value: Any) -> bool:
    """Say whether a member is one of the standard and looks like it.

    Events of an extension's type may use the standard's names for things of their own.
    """
    shape = MEMBERS.get(name)
    return shape is not None and next(shape(value, ""), None) is None


# --- rules over several members
# ---------------------------------------------------------------------------------


class Members(Protocol):
    """Whatever gives a member by its JSON name, ``None`` where it is absent: a dict or a typed event."""

    def get(self, name: str, /) -> Any:
        """Give the member."""


Rule = Callable[[Members], Iterator[Problem]]


def _object_rule(event: Members) -> Iterator[Problem]:
    """ObjectEvent: something must be named; ilmd belongs to the beginning of a thing's life (§7.4.1)."""
    senses = event.get("sensorElementList") and event.get("readPoint") is not None
    if event.get("epcList") is None and not event.get("quantityList") and not senses:
        yield Problem(
            "",
            "nothing-named",
            "An ObjectEvent needs epcList, quantityList, or sensor data with a readPoint.",
        )
    if event.get("ilmd") is not None and event.get("action") in ("OBSERVE", "DELETE"):
        yield Problem("/ilmd", "ilmd-without-add", "ilmd may stand only in an ObjectEvent with action ADD.")


def _parent_rule(event: Members) -> Iterator[Problem]:
    """Aggregation and association: a parent, and children unless everything comes off (§7.4.2)."""
    action = event.get("action")
    if action in ("ADD", "DELETE") and event.get("parentID") is None:
        yield Problem("/parentID", "missing-parent", "With action ADD or DELETE the parentID is required.")
    if action != "DELETE" and not event.get("childEPCs") and not event.get("childQuantityList"):
        yield Problem(
            "", "no-children", "Only action DELETE may leave out both childEPCs and childQuantityList."
        )


def _transaction_rule(event: Members) -> Iterator[Problem]:
    """TransactionEvent: transactions, and things unless all are released (§7.4.4)."""
    if event.get("bizTransactionList") is not None and not event.get("bizTransactionList"):
        yield Problem(
            "/bizTransactionList", "empty-list", "A TransactionEvent needs at least one transaction."
        )
    if event.get("epcList") is None and not event.get("quantityList") and event.get("action") != "DELETE":
        yield Problem("", "nothing-named", "Only action DELETE may leave out both epcList and quantityList.")


def _transformation_rule(event: Members) -> Iterator[Problem]:
    """Transformation: inputs and outputs, or one of them where a transformationID joins events (§7.4.5)."""
    inputs = event.get("inputEPCList") or event.get("inputQuantityList")
    outputs = event.get("outputEPCList") or event.get("outputQuantityList")
    if event.get("transformationID") is not None:
        if not inputs and not outputs:
            yield Problem("", "no-inputs-or-outputs", "A TransformationEvent needs inputs or outputs.")
    elif not inputs or not outputs:
        yield Problem(
            "", "inputs-and-outputs", "Without a transformationID, both inputs and outputs are required."
        )


RULES: Final[dict[str, Rule]] = {
    "ObjectEvent": _object_rule,
    "AggregationEvent": _parent_rule,
    "TransactionEvent": _transaction_rule,
    "TransformationEvent": _transformation_rule,
    "AssociationEvent": _parent_rule,
}


#: What the XML schema allows and the JSON schema does not: (code and pointer, reason).
TOLERATED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"repeated-item /\w*(?:epcList|EPCList)/\d+"), "XML lists of EPCs need not be sets"),
    (re.compile(r"repeated-item /persistentDisposition/(?:un)?set/\d+"), "nor those of dispositions"),
    (
        re.compile(r"missing-member /sensorElementList/\d+/sensorReport/\d+/type"),
        "XML reports of alerts have no type",
    ),
    (re.compile(r"not-a-uri /certificationInfo(?:/\d+)?"), "xsd:anyURI takes any text"),
    (re.compile(r"ilmd-without-add /ilmd"), "the XML schema does not tie ilmd to an action"),
)


def is_tolerated(problem: Problem) -> bool:
    """Say whether the problem is one of the JSON schema only, which XML documents may have."""
    return any(pattern.fullmatch(f"{problem.code} {problem.pointer}") for pattern, _ in TOLERATED)
