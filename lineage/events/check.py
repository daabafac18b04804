"""Everything an event must satisfy, as a table of shapes, and the exact list of what is wrong.

A *shape* takes a value and its JSON pointer and yields problems. The tables at the end of this module say
which members each event type has; they follow the JSON schema of EPCIS 2.0.1, clause by clause, and the
rules of EPCIS 2.0 §7.4 that the schema leaves to prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any, Final, Protocol

from lineage.errors import EventError
from lineage.events import vocabulary as v
from lineage.events.limits import MAX_DEPTH, MAX_PROBLEMS
from lineage.events.problems import Problem, escape
from lineage.events.times import is_offset, read_time
from lineage.events.uris import is_uri

Shape = Callable[[Any, str], Iterator[Problem]]

ACTIONS: Final = ("ADD", "OBSERVE", "DELETE")
#: JSON schema: vocab-other-uri. The CBV's own words are written bare in JSON.
_FOREIGN = re.compile(r"(?!urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)")
#: JSON schema: vocab-nonGS1WebVoc-uri. The Web Vocabulary's own words are written bare in JSON.
_NOT_GS1_VOCABULARY = re.compile(r"(?!https?://(?:www\.)?gs1\.org/voc/)")
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
        yield _wrong_type("", "an object", event)
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
            "/type", "unknown-event-type", f"{_shown(kind)} is none of {known}, nor a URI of an extension."
        )
        return
    yield from (shape or EXTENSION_EVENT)(event, "")
    if needs_context and "@context" not in event:
        yield Problem("/@context", "missing-context", "An event outside of a document needs its @context.")
    # 3. What depends on several members at once.
    rule = RULES.get(kind)
    if rule is not None:
        yield from rule(event)


# --- shapes of single values
# ------------------------------------------------------------------------------------


def text(value: Any, at: str) -> Iterator[Problem]:
    """Any text."""
    if not isinstance(value, str):
        yield _wrong_type(at, "text", value)


def uri(value: Any, at: str) -> Iterator[Problem]:
    """An absolute URI."""
    if not isinstance(value, str):
        yield _wrong_type(at, "a URI as text", value)
    elif not is_uri(value):
        yield Problem(at, "not-a-uri", f"{_shown(value)} is not an absolute URI.")


def time(value: Any, at: str) -> Iterator[Problem]:
    """A time with offset."""
    if not isinstance(value, str):
        yield _wrong_type(at, "a time as text", value)
        return
    try:
        read_time(value)
    except EventError as error:
        yield Problem(at, error.code, error.message)


def offset(value: Any, at: str) -> Iterator[Problem]:
    """An ``eventTimeZoneOffset``."""
    if not isinstance(value, str) or not is_offset(value):
        yield Problem(
            at, "bad-offset", f"{_shown(value)} is not an offset such as +08:00 (from -13:59 to +14:00)."
        )


def number(value: Any, at: str) -> Iterator[Problem]:
    """A JSON number."""
    if isinstance(value, (bool, str, list, dict)) or value is None:
        yield _wrong_type(at, "a number", value)
    elif not isfinite(value):
        yield Problem(at, "number-out-of-range", "The number is not finite.")


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield _wrong_type(at, "true or false", value)


def anything(value: Any, at: str) -> Iterator[Problem]:
    """What the standard does not look into."""
    del value, at
    yield from ()


def pattern(expression: re.Pattern[str], code: str, what: str) -> Shape:
    """Text that the expression matches as a whole."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield _wrong_type(at, what, value)
        elif expression.fullmatch(value) is None:
            yield Problem(at, code, f"{_shown(value)} is not {what}.")

    return shape


def word(vocabulary: v.Vocabulary, code: str, foreign: re.Pattern[str] = _FOREIGN) -> Shape:
    """A bare word of the vocabulary, or a URI that is not one of its own."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield _wrong_type(at, "text", value)
        elif value not in vocabulary.words and not (is_uri(value) and foreign.match(value)):
            known = v.bare(vocabulary, value)
            advice = f" Write {known!r}." if known in vocabulary.words else ""
            yield Problem(
                at,
                code,
                f"{_shown(value)} is neither a word of the vocabulary nor a URI of another one.{advice}",
            )

    return shape


def one_of(choices: tuple[str, ...], code: str) -> Shape:
    """One of a few texts."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if value not in choices:
            yield Problem(at, code, f"{_shown(value)} is none of {', '.join(choices)}.")

    return shape


# --- shapes of containers
# ---------------------------------------------------------------------------------------


def listing(item: Shape, *, least: int = 0, unique: bool = False) -> Shape:
    """A list of at least so many items; ``unique`` also means that none is repeated."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield _wrong_type(at, "a list", value)
            return
        if len(value) < least:
            yield Problem(at, "empty-list", f"The list needs at least {least} item.")
        seen: set[str] = set()
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")
            if unique and isinstance(each, str):
                if each in seen:
                    yield Problem(
                        f"{at}/{index}", "repeated-item", f"{_shown(each)} stands twice in the list."
                    )
                seen.add(each)

    return shape


def record(
    members: Mapping[str, Shape], *, needs: tuple[str, ...] = (), open_to: str = "extensions"
) -> Shape:
    """An object.

    :param members: shape of each known member
    :param needs: members that may not be absent
    :param open_to: ``extensions`` allows further members with a prefix, ``anything`` any, ``nothing`` none
    """

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield _wrong_type(at, "an object", value)
            return
        for name in needs:
            if name not in value:
                yield Problem(f"{at}/{name}", "missing-member", f"{name} is missing.")
        for name, each in value.items():
            known = members.get(name)
            if known is not None:
                yield from known(each, f"{at}/{escape(name)}")
            elif open_to == "nothing" or (open_to == "extensions" and not is_uri(name)):
                yield Problem(
                    f"{at}/{escape(name)}",
                    "unknown-member",
                    f"{_shown(name)} is not a member here"
                    + (".", "; an extension needs a prefix, such as example:name.")[open_to == "extensions"],
                )

    return shape


def filled(inner: Shape, message: str) -> Shape:
    """An object with at least one member."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        yield from inner(value, at)
        if value == {}:
            yield Problem(at, "missing-member", message)

    return shape


def either(*shapes: Shape) -> Shape:
    """What fits any of the shapes; otherwise the problems of the first one."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if all(any(True for _ in each(value, at)) for each in shapes):
            yield from shapes[0](value, at)

    return shape


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
        "type": word(v.MEASUREMENT, "unknown-measurement", _NOT_GS1_VOCABULARY),
        "exception": word(v.SENSOR_ALERT, "unknown-sensor-alert", _NOT_GS1_VOCABULARY),
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
#: Members each type may have.
ALLOWED: Final[dict[str, frozenset[str]]] = {
    kind: frozenset({**COMMON, **_BUSINESS, **own}) for kind, (own, _) in OWN_MEMBERS.items()
}


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
    (
        re.compile(r"missing-member /sensorElementList/\d+/sensorReport/\d+/type"),
        "XML reports of alerts have no type",
    ),
    (re.compile(r"not-a-uri /certificationInfo(?:/\d+)?"), "xsd:anyURI takes any text"),
    (re.compile(r"wrong-type /certificationInfo"), "the same, in a list"),
    (re.compile(r"ilmd-without-add /ilmd"), "the XML schema does not tie ilmd to an action"),
)


def is_tolerated(problem: Problem) -> bool:
    """Say whether the problem is one of the JSON schema only, which XML documents may have."""
    return any(pattern.fullmatch(f"{problem.code} {problem.pointer}") for pattern, _ in TOLERATED)


# --- small things
# -----------------------------------------------------------------------------------------------


def is_too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Say whether containers nest deeper than the limit; the value itself is the first level."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if limit < 1:
        return isinstance(value, (dict, list))
    for each in inner:  # noqa: SIM110 - a generator would cost twice as much on the way of every event
        if isinstance(each, (dict, list)) and is_too_deep(each, limit - 1):
            return True
    return False


def _wrong_type(at: str, wanted: str, value: Any) -> Problem:
    found = "null" if value is None else _TYPE_NAMES.get(type(value), "something else")
    return Problem(at, "wrong-type", f"Expected {wanted}, found {found}.")


_TYPE_NAMES: Final[dict[type, str]] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def _shown(value: Any) -> str:
    """Give a value as a message may quote it: bounded, on one line."""
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"
