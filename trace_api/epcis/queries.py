"""The query parameters of ``/events``: read, checked, and turned into conditions on stored events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from lineage.errors import LineageError
from lineage.events.vocabulary import BIZ_STEP, DISPOSITION, bare
from lineage.facts import Role, micros
from lineage.facts.custody import key_of
from lineage.facts.terms import own_word
from lineage.identifiers import read
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.rows import ACTIONS, TYPES
from trace_api.epcis.protocol import bad_parameter
from trace_api.problems import Problem

#: Values of one parameter: a list of things to look for, not a way to send a database.
MOST_VALUES: Final = 1000
LONGEST_VALUE: Final = 2000

V = TypeVar("V")

Order = Literal["event_time", "record_time"]


@dataclass(frozen=True, slots=True)
class Match:
    """Events that name one of these things in one of these roles."""

    ids: tuple[str, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class TermIn:
    """Events whose column holds one of these terms."""

    column: str
    kind: TermKind
    values: tuple[str, ...]


@dataclass(slots=True)
class Query:
    """Which events, in which order."""

    ranges: list[tuple[str, str, int]] = field(default_factory=list)
    """(column, operator, microseconds)."""
    numbers: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    """(column, allowed numbers)."""
    terms: list[TermIn] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    event_ids: tuple[str, ...] | None = None
    declared: bool = False
    order: Order = "event_time"
    descending: bool = True
    most: int | None = None
    too_many: int | None = None


_ALL: Final = (Role.EPC, Role.PARENT, Role.CHILD, Role.INPUT, Role.OUTPUT)
_MATCHES: Final[Mapping[str, tuple[Role, ...]]] = {
    "MATCH_epc": (Role.EPC, Role.CHILD),
    "MATCH_parentID": (Role.PARENT,),
    "MATCH_inputEPC": (Role.INPUT,),
    "MATCH_outputEPC": (Role.OUTPUT,),
    "MATCH_anyEPC": _ALL,
    "MATCH_epcClass": (Role.EPC, Role.CHILD),
    "MATCH_inputEPCClass": (Role.INPUT,),
    "MATCH_outputEPCClass": (Role.OUTPUT,),
    "MATCH_anyEPCClass": (Role.EPC, Role.CHILD, Role.INPUT, Role.OUTPUT),
}
_TIMES: Final[Mapping[str, tuple[str, str]]] = {
    "GE_eventTime": ("event_time", ">="),
    "LT_eventTime": ("event_time", "<"),
    "GE_recordTime": ("record_time", ">="),
    "LT_recordTime": ("record_time", "<"),
}


def step_word(text: str) -> str | None:
    """Give the form in which a business step is stored, of any written form of it."""
    return own_word(bare(BIZ_STEP, text))


def disposition_word(text: str) -> str | None:
    """Give the form in which a disposition is stored, of any written form of it."""
    return own_word(bare(DISPOSITION, text))


_TERMS: Final[Mapping[str, tuple[str, TermKind, Callable[[str], str | None]]]] = {
    "EQ_bizStep": ("step", TermKind.STEP, step_word),
    "EQ_disposition": ("disposition", TermKind.DISPOSITION, disposition_word),
    "EQ_readPoint": ("read_point", TermKind.PLACE, key_of),
    "EQ_bizLocation": ("location", TermKind.PLACE, key_of),
}
_ORDERS: Final[Mapping[str, Order]] = {"eventTime": "event_time", "recordTime": "record_time"}
#: Parameters of the standard that cannot be asked for here: to ignore them would give a wrong answer.
_NOT_YET: Final = re.compile(
    r"WD_(readPoint|bizLocation)|EQ_(transformationID|persistentDisposition_(un)?set|errorReason"
    r"|correctiveEventID|type|deviceID|dataProcessingMethod|microorganism|chemicalSubstance|bizRules"
    r"|stringValue|hexBinaryValue|uriValue|booleanValue|(bizTransaction|source|destination|ATTR)_.+)"
    r"|(EQ|GT|GE|LT|LE)_(quantity|value|minValue|maxValue|meanValue|sDev|percValue|percRank)(_[A-Z0-9]{2,4})?"
    r"|(GE|LT)_(errorDeclaration_?Time|startTime|endTime|time)|EXISTS_sensorElementList"
    r"|(EQ|GT|GE|LT|LE|EXISTS|HASATTR)_.+:.+"
)
PAGING: Final = frozenset({"perPage", "nextPageToken"})


def read_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """Read the parameters of a request; an empty value counts as not given.

    :raises Problem: 400 for an unknown parameter or a value that it cannot have
    """
    query = Query()
    given: set[str] = set()
    for name, text in parameters:
        if name in PAGING or not text:
            continue
        if name in given:
            raise bad_parameter(f"{name} stands twice; several values are separated by |.")
        given.add(name)
        _read_one(query, name, text)
    if query.most is not None and "orderBy" not in given:
        raise bad_parameter("eventCountLimit needs orderBy.")
    if query.most is not None and query.too_many is not None:
        raise bad_parameter("eventCountLimit and maxEventCount exclude each other.")
    return query


def _read_one(query: Query, name: str, text: str) -> None:
    values = _values(name, text)
    if name in _TIMES:
        query.ranges.append((*_TIMES[name], _time(name, text)))
    elif name in _TERMS:
        column, kind, normal = _TERMS[name]
        query.terms.append(TermIn(column, kind, tuple(normal(value) or value for value in values)))
    elif name in _MATCHES:
        query.matches.append(Match(tuple(_thing(name, value) for value in values), _MATCHES[name]))
    elif name == "eventType":
        query.numbers.append(("type", tuple(TYPES[value] for value in values if value in TYPES)))
    elif name == "EQ_action":
        query.numbers.append(("action", tuple(_one_of(name, value, ACTIONS) for value in values)))
    elif name == "EQ_eventID":
        query.event_ids = tuple(values)
    elif name == "EXISTS_errorDeclaration":
        query.declared = _one_of(name, text, {"true": True, "false": False})
    elif name == "orderBy":
        query.order = _one_of(name, text, _ORDERS)
    elif name == "orderDirection":
        query.descending = _one_of(name, text, {"DESC": True, "ASC": False})
    elif name == "eventCountLimit":
        query.most = _count(name, text)
    elif name == "maxEventCount":
        query.too_many = _count(name, text)
    elif _NOT_YET.fullmatch(name):
        raise Problem(
            501, "epcisException:ImplementationException", f"{name[:60]} is not part of this server."
        )
    else:
        raise bad_parameter(f"{name[:60]!r} is no parameter of this query.")


def _values(name: str, text: str) -> list[str]:
    values = text.split("|")
    if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE or "\0" in value for value in values):
        raise bad_parameter(f"{name} takes at most {MOST_VALUES} values of {LONGEST_VALUE} characters.")
    return values


def _time(name: str, text: str) -> int:
    try:
        # A plus sign that the client did not escape arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise bad_parameter(f"{name} needs a time zone, as in 2026-01-31T08:00:00Z.")
        return micros(moment)
    except (ValueError, OverflowError):
        raise bad_parameter(f"{name}={text[:40]!r} is no time, as 2026-01-31T08:00:00Z is.") from None


def _thing(name: str, text: str) -> str:
    try:
        return read(text).id
    except LineageError as error:
        raise bad_parameter(f"{name}: {error.message[:300]}") from error


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise bad_parameter(f"{name} is a number from 1.")
    return int(text)


def _one_of(name: str, text: str, allowed: Mapping[Any, V]) -> V:
    if text in allowed:
        return allowed[text]
    raise bad_parameter(f"{name} is one of {', '.join(str(each) for each in allowed if each)}.")
