"""The event hash of CBV 2.0 §8.9: one identifier for the same event, however and wherever it is written down.

The pre-hash string
    1. ``eventType=`` and the type;
    2. the fields of the canonical order, each ``name=value``, lists sorted by their own pre-hash strings,
       extensions of a field sorted at its end;
    3. everything else, sorted as one: business transactions, destinations, ilmd, sources, extensions.

The published text puts the lists of step 3 into the canonical order; every published example with a hash,
among them those of the standard, has them where they are here. Left out are eventID, recordTime,
errorDeclaration, comments, and what the document tells to ignore: a declaration of error hashes like the
event it corrects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final

from lineage.errors import EventError
from lineage.events import vocabulary as v
from lineage.events.canonical_links import canonical
from lineage.events.check import EVENTS, fits
from lineage.events.contexts import all_prefixes, expand, flat
from lineage.events.event import Event, number_text
from lineage.events.times import to_milliseconds
from lineage.events.wire import MEMBERS

#: Namespace and name by which a document lists fields of its events that are no content.
IGNORE_NAMESPACE: Final = "https://repository-x.example.com/"
IGNORE_NAME: Final = "ignoreFields"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMENT: Final = "{http://www.w3.org/2000/01/rdf-schema#}comment"
#: Names of XML Schema: they say how a value is written, not what it is.
_SCHEMA_INSTANCE: Final = ("{http://www.w3.org/2001/XMLSchema-instance}", "xmlns")
_COMPACT: Final = {"gs1:": v.GS1_NAMESPACE, "cbv:": v.CBV_NAMESPACE, "epcis:": v.EPCIS_NAMESPACE}
_URNS: Final = {
    each.urn: each.web
    for each in (v.BIZ_STEP, v.DISPOSITION, v.BIZ_TRANSACTION_TYPE, v.SOURCE_DESTINATION_TYPE)
}

Names = dict[str, str]
Field = Callable[[Any, Names], str]


def event_hash(event: Event) -> str:
    """Give the event's hash as named information URI, ``ni:///sha-256;…?ver=CBV2.0``."""
    return f"ni:///sha-256;{sha256(pre_hash(event).encode('utf-8', 'surrogatepass')).hexdigest()}?ver=CBV2.0"


def pre_hash(event: Event) -> str:
    """Give the string that is hashed."""
    members = event.document
    standard = members
    if event.type not in EVENTS:
        standard = {name: value for name, value in members.items() if fits(name, value)}
    names = all_prefixes(event.context)
    # 1.
    parts = ["eventType=", event.type if event.type in EVENTS else "".join(expand(event.type, names))]
    # 2.
    for name, field in _ORDER:
        value = standard.get(name)
        if value is not None:
            parts.append(field(value, names))
    # 3.
    rest = [field(standard[name], names) for name, field in _REST if name in standard]
    if "sensorElementList" in standard:
        rest.append(_rules_of_reports(standard["sensorElementList"]))
    if len(members) > len(MEMBERS & standard.keys()):
        rest += [
            text
            for name, value in members.items()
            if name not in MEMBERS or name not in standard
            for text in _extension(name, value, names, event.ignored)
        ]
    rest.sort()
    parts += rest
    return "".join(parts)


# --- values
# -----------------------------------------------------------------------------------------------------


def _value(value: Any) -> str:
    """Write any single value: trimmed, vocabulary as Web URI, number without zeros, identifier canonical."""
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, bool):
        return "true" if value else "false"
    else:
        text = number_text(value)
    if text.startswith(("http", "urn:epc:")):
        return canonical(text)
    if text.startswith("urn:epcglobal:cbv:"):
        for urn, web in _URNS.items():
            if text.startswith(urn):
                return web + text[len(urn) :]
        return text
    for prefix, namespace in _COMPACT.items():
        if text.startswith(prefix):
            return namespace + text[len(prefix) :]
    return _number(text) if _NUMBER.fullmatch(text) is not None else text


def _number(text: str) -> str:
    """Write a number as the shortest text that reads back as the same double."""
    number = float(text)
    try:
        return str(int(number)) if int(number) == number else str(number)
    except OverflowError:
        return text


def _plain(name: str) -> Field:
    def field(value: Any, names: Names) -> str:
        del names
        text = _value(value)
        return f"{name}={text}" if text else ""

    return field


def _identifier(name: str) -> Field:
    """Like any value, without the detours that an identifier never takes."""

    def field(value: Any, names: Names) -> str:
        del names
        return f"{name}={canonical(value.strip())}"

    return field


def _time(name: str) -> Field:
    def field(value: Any, names: Names) -> str:
        del names
        try:
            return f"{name}={to_milliseconds(value)}"
        except EventError:
            return f"{name}={value}"

    return field


def _word(name: str, vocabulary: v.Vocabulary) -> Field:
    def field(value: Any, names: Names) -> str:
        del names
        word = v.web_uri(vocabulary, value.strip())
        return f"{name}={word if word != value else _value(value)}"

    return field


# --- containers
# -------------------------------------------------------------------------------------------------


def _list(name: str, item: Field) -> Field:
    """A list: its name once, then its items sorted by what they are hashed as."""

    def field(values: Any, names: Names) -> str:
        texts = [item(value, names) for value in (values if isinstance(values, list) else [values])]
        texts.sort()
        joined = "".join(texts)
        return name + joined if joined else ""

    return field


def _identifiers(name: str) -> Field:
    def field(values: Any, names: Names) -> str:
        del names
        texts = ["epc=" + canonical(value) for value in values]
        texts.sort()
        return name + "".join(texts) if texts else ""

    return field


def _each(item: Field) -> Field:
    """A list whose name is that of its items."""

    def field(values: Any, names: Names) -> str:
        return "".join(
            sorted(item(value, names) for value in (values if isinstance(values, list) else [values]))
        )

    return field


def _record(name: str, fields: tuple[tuple[str, Field], ...], *, skip: tuple[str, ...] = ()) -> Field:
    """An object: its known members in order, then its extensions sorted."""
    known = {*dict(fields), *skip}

    def field(value: Any, names: Names) -> str:
        text = "".join([each(value[member], names) for member, each in fields if member in value])
        extensions = [
            extension
            for member in value
            if member not in known
            for extension in _extension(member, value[member], names)
        ]
        extensions.sort()
        joined = text + "".join(extensions)
        return name + joined if joined else ""

    return field


def _extension(name: str, value: Any, names: Names, ignored: frozenset[str] = frozenset()) -> Iterable[str]:
    """Give the texts of one extension: one for each value of a list, none for nothing and for comments."""
    if value is None:
        return
    if ":" in name and not name.startswith("@xmlns"):
        namespace, local = expand(name.removeprefix("@"), names)
        if (
            namespace == f"{v.CBV_MASTER_DATA}:"
        ):  # the XML binding has it without the colon, and so have the examples
            namespace = v.CBV_MASTER_DATA
        key = f"{{{namespace}}}{local}"
    else:
        key = name.removeprefix("@")
    if key in ignored or key in (_COMMENT, "comment", "context") or key.startswith(_SCHEMA_INSTANCE):
        return
    for each in flat(value):
        if each is not None:
            yield key + _content(each, names)


def _content(value: Any, names: Names) -> str:
    if isinstance(value, dict):
        own = value.get("#text")
        texts = [
            text for name, each in value.items() if name != "#text" for text in _extension(name, each, names)
        ]
        texts.sort()
        return (f"={_value(own)}" if own else "") + "".join(texts)
    text = _value(value)
    return f"={text}" if text else ""


def _rules_of_reports(elements: list[dict[str, Any]]) -> str:
    """Write the business rules of sensor reports, which the canonical order forgets: they come last."""
    texts = []
    for element in elements:
        rules = sorted(
            f"sensorReportbizRules={_value(report['bizRules'])}"
            for report in element.get("sensorReport", ())
            if "bizRules" in report
        )
        if rules:
            texts.append("sensorElement" + "".join(rules))
    return "sensorElementList" + "".join(sorted(texts)) if texts else ""


def _typed(name: str, member: str, vocabulary: v.Vocabulary) -> Field:
    pair = _record("", (("type", _word("type", vocabulary)), (member, _plain(member))))
    return _list(name, pair)


_QUANTITY: Final = _record(
    "quantityElement",
    (("epcClass", _identifier("epcClass")), ("quantity", _plain("quantity")), ("uom", _plain("uom"))),
)
_ID: Final = (("id", _identifier("id")),)
_METADATA: Final = _record(
    "sensorMetadata",
    (
        *((name, _time(name)) for name in ("time", "startTime", "endTime")),
        *(
            (name, _plain(name))
            for name in ["deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"]
        ),
    ),
)
_REPORT: Final = _record(
    "sensorReport",
    (
        ("type", _word("type", v.MEASUREMENT)),
        ("exception", _word("exception", v.SENSOR_ALERT)),
        *((name, _plain(name)) for name in ["deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"]),
        ("time", _time("time")),
        *((name, _plain(name)) for name in ["microorganism", "chemicalSubstance", "value"]),
        ("component", _word("component", v.COMPONENT)),
        *(
            (name, _plain(name))
            for name in [
                "stringValue",
                "booleanValue",
                "hexBinaryValue",
                "uriValue",
                "minValue",
                "maxValue",
                "meanValue",
                "sDev",
                "percRank",
                "percValue",
                "uom",
                "coordinateReferenceSystem",
            ]
        ),
    ),
    skip=("bizRules",),
)
_DISPOSITION: Final = _word("disposition", v.DISPOSITION)

#: The canonical order (CBV 2.0 §8.9.2).
_ORDER: Final[tuple[tuple[str, Field], ...]] = (
    ("eventTime", _time("eventTime")),
    ("eventTimeZoneOffset", _plain("eventTimeZoneOffset")),
    ("certificationInfo", _each(_plain("certificationInfo"))),
    ("epcList", _identifiers("epcList")),
    ("parentID", _identifier("parentID")),
    ("inputEPCList", _identifiers("inputEPCList")),
    ("childEPCs", _identifiers("childEPCs")),
    ("quantityList", _list("quantityList", _QUANTITY)),
    ("childQuantityList", _list("childQuantityList", _QUANTITY)),
    ("inputQuantityList", _list("inputQuantityList", _QUANTITY)),
    ("outputEPCList", _identifiers("outputEPCList")),
    ("outputQuantityList", _list("outputQuantityList", _QUANTITY)),
    ("action", _plain("action")),
    ("transformationID", _identifier("transformationID")),
    ("bizStep", _word("bizStep", v.BIZ_STEP)),
    ("disposition", _DISPOSITION),
    (
        "persistentDisposition",
        _record(
            "persistentDisposition",
            (("set", _each(_word("set", v.DISPOSITION))), ("unset", _each(_word("unset", v.DISPOSITION)))),
        ),
    ),
    ("readPoint", _record("readPoint", _ID)),
    ("bizLocation", _record("bizLocation", _ID)),
    (
        "sensorElementList",
        _list(
            "sensorElementList",
            _record("sensorElement", (("sensorMetadata", _METADATA), ("sensorReport", _each(_REPORT)))),
        ),
    ),
)
#: What is sorted among the extensions.
_REST: Final[tuple[tuple[str, Field], ...]] = (
    ("bizTransactionList", _typed("bizTransactionList", "bizTransaction", v.BIZ_TRANSACTION_TYPE)),
    ("sourceList", _typed("sourceList", "source", v.SOURCE_DESTINATION_TYPE)),
    ("destinationList", _typed("destinationList", "destination", v.SOURCE_DESTINATION_TYPE)),
    ("ilmd", _record("ilmd", ())),
)


def fields_to_ignore(listed: Any, names: Names) -> frozenset[str]:
    """Give the expanded names that a document's ``ignoreFields`` member lists."""
    given = listed if isinstance(listed, list) else [listed]
    return frozenset("{{{}}}{}".format(*expand(name, names)) for name in given if isinstance(name, str))
