"""One event element (XML 2.0, 1.2 or 1.1) to the event's JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from lineage.events import vocabulary as v
from lineage.events.check import fits
from lineage.events.event import exact_number
from lineage.events.problems import DocumentError, refuse
from lineage.events.xml_extensions import add, read_value
from lineage.events.xml_leftovers import refuse_attributes, refuse_leftovers
from lineage.events.xml_names import SPACE, XSI, XSI_NIL, JsonNames, split_tag
from lineage.events.xml_shapes import (
    CHILDREN,
    EPC_LISTS,
    PLACES,
    QUANTITY_LISTS,
    SENSOR_BOOLEANS,
    SENSOR_NUMBERS,
    SENSOR_TEXTS,
    TEXTS,
    TYPED_LISTS,
    WRAPPERS,
)

Reader = Callable[[Any, JsonNames], Any]


def read_event_element(element: Any, names: JsonNames) -> dict[str, Any]:
    """Give the JSON of an event element. Nothing is checked here but what has no JSON form.

    :raises DocumentError: with the line, for elements that are repeated, mixed with text or nested too deep
    """
    names.begin(element.nsmap)
    event: dict[str, Any] = {"type": names.name(element.tag, element)}
    foreign = [tag for tag in element.keys() if split_tag(tag)[0] not in ("", XSI)]  # noqa: SIM118 - no dict
    alone = () if element.getparent() is not None else ("schemaVersion", "creationDate")
    if event["type"] in (*CHILDREN, "QuantityEvent"):
        _read_members(element, names, event, _MEMBERS, *alone, *foreign)
    else:
        refuse_leftovers(element, *alone, *foreign)
        _read_open_members(element, names, event)
    if event["type"] == "QuantityEvent":
        _as_object_event(event)
    for tag in foreign:
        add(event, names.name(tag, element), element.get(tag))
    if names.own:
        event = {"@context": dict(names.own), **event}
    return event


def _read_members(
    element: Any, names: JsonNames, members: dict[str, Any], readers: dict[str, Reader], *attributes: str
) -> None:
    """Read children by the table of readers; what the table does not know is an extension."""
    refuse_leftovers(element, *attributes)
    for child in element:
        tag = child.tag
        reader = readers.get(tag)
        if reader is None:
            name = names.name(tag, child)
            if name in WRAPPERS:
                _read_members(child, names, members, readers)
                continue
            reader = readers.get(name)
            if reader is None:
                add(members, name, read_value(child, names))
                continue
        else:
            name = tag
        if name in members and name not in _REPEATABLE:
            raise refuse("repeated-element", f"{name} stands twice here.", line=child.sourceline)
        value = reader(child, names)
        if name in _REPEATABLE:
            add(members, name, value)
        else:
            members[name] = value


def _read_open_members(element: Any, names: JsonNames, members: dict[str, Any]) -> None:
    """Read the children of an event of an extension's type: the standard's names may mean something else."""
    for child in element:
        name = names.name(child.tag, child)
        if name in WRAPPERS:
            _read_open_members(child, names, members)
            continue
        value = None
        if name in _MEMBERS and name not in members:
            with suppress(DocumentError):
                value = _MEMBERS[name](child, names)
        if value is None or not fits(name, value):
            value = read_value(child, names)
        add(members, name, value)


def _as_object_event(event: dict[str, Any]) -> None:
    """Rewrite the QuantityEvent of EPCIS 1.0 as EPCIS 1.1 tells to: as observation of a quantity."""
    event["type"] = "ObjectEvent"
    event["action"] = "OBSERVE"
    quantity = {
        "epcClass": event.pop("epcClass", ""),
        "quantity": read_number(str(event.pop("quantity", ""))),
    }
    event["quantityList"] = [quantity]


# --- values
# -----------------------------------------------------------------------------------------------------


def read_number(text: str) -> Any:
    """Give the number a text stands for, or the text itself, which the check then refuses at its place."""
    text = text.strip(SPACE)
    digits = text[1:] if text[:1] in ("-", "+") else text
    if digits.isascii() and digits.isdigit() and len(digits) < 1000:
        return int(text)
    try:
        return exact_number(text)
    except (ValueError, ArithmeticError):
        return text


def _read_boolean(text: str) -> Any:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip(SPACE), text)


def _text(element: Any, _names: JsonNames, *attributes: str) -> str:
    if len(element):
        raise refuse("unexpected-element", f"{_local(element)} holds text only.", line=element.sourceline)
    refuse_attributes(element, *attributes)
    return (element.text or "").strip(SPACE)


def _word(vocabulary: v.Vocabulary) -> Reader:
    def reader(element: Any, names: JsonNames) -> str:
        return json_word(vocabulary, _text(element, names))

    return reader


def json_word(vocabulary: v.Vocabulary, text: str) -> str:
    """Give a word as JSON writes it: bare instead of URN, never a form that the JSON schema excludes."""
    if text.startswith((vocabulary.urn or "urn:epcglobal:cbv:", "https://ns.gs1.org/", "http://ns.gs1.org/")):
        word = v.bare(vocabulary, text)
        return word if word in vocabulary.words else v.web_uri(vocabulary, text)
    if not vocabulary.urn and text.startswith((vocabulary.curie, "http")):
        word = v.bare(vocabulary, text)
        if word in vocabulary.words:
            return word
        uri = v.web_uri(vocabulary, text)
        return vocabulary.curie + uri[len(vocabulary.web) :] if uri.startswith(vocabulary.web) else text
    return text


def _local(element: Any) -> str:
    return split_tag(element.tag)[1]


# --- containers
# -------------------------------------------------------------------------------------------------


def _texts(item: str) -> Reader:
    def reader(element: Any, names: JsonNames) -> list[str]:
        refuse_leftovers(element)
        texts = []
        for child in element:  # most of a large document is this loop
            if child.tag != item:
                _refuse_other(element, child, item, names)
            text = child.text
            if text is None or len(child) or child.keys():
                text = _text(child, names)
            texts.append(text.strip(SPACE))
        return texts

    return reader


def _items(element: Any, item: str, names: JsonNames) -> list[Any]:
    """Give the children, which must all have the one name that the list is for."""
    refuse_leftovers(element)
    children = list(element)
    for child in children:
        if child.tag != item:
            _refuse_other(element, child, item, names)
    return children


def _refuse_other(element: Any, child: Any, item: str, names: JsonNames) -> None:
    """Refuse a child that is not what the list is for, unless it is written with the standard's namespace."""
    if names.name(child.tag, child) != item:
        raise refuse(
            "unexpected-element",
            f"{_local(element)} holds {item} elements only, not {_local(child)}.",
            line=child.sourceline,
        )


def _quantities(element: Any, names: JsonNames) -> list[dict[str, Any]]:
    quantities = [_record(child, names, _QUANTITY) for child in _items(element, "quantityElement", names)]
    for quantity in quantities:
        if quantity.get("quantity", 0) is None:  # the count is not known
            del quantity["quantity"]
    return quantities


def _record(element: Any, names: JsonNames, readers: dict[str, Reader]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    _read_members(element, names, members, readers)
    return members


def _place(element: Any, names: JsonNames) -> dict[str, Any]:
    for child in element:
        name = names.name(child.tag, child)
        if ":" not in name and name not in WRAPPERS and name not in _ID:
            _refuse_other(element, child, "id", names)
    return _record(element, names, _ID)


def _typed(item: str, vocabulary: v.Vocabulary) -> Reader:
    def reader(element: Any, names: JsonNames) -> list[dict[str, str]]:
        typed = []
        for child in _items(element, item, names):
            value = {item: _text(child, names, "type")}
            if (kind := child.get("type")) is not None:
                value = {"type": json_word(vocabulary, kind.strip(SPACE)), **value}
            typed.append(value)
        return typed

    return reader


def _persistent(element: Any, names: JsonNames) -> dict[str, Any]:
    refuse_leftovers(element)
    members: dict[str, Any] = {}
    for child in element:
        word = json_word(v.DISPOSITION, _text(child, names))
        members.setdefault(names.name(child.tag, child), []).append(word)
    return members


def _sensor_elements(element: Any, names: JsonNames) -> list[dict[str, Any]]:
    refuse_leftovers(element)
    elements = []
    for child in element:
        name = names.name(child.tag, child)
        if name in WRAPPERS:
            elements += _sensor_elements(child, names)
        elif name == "sensorElement":
            elements.append(_sensor_element(child, names))
        else:
            _refuse_other(element, child, "sensorElement", names)
    return elements


def _sensor_element(element: Any, names: JsonNames) -> dict[str, Any]:
    members: dict[str, Any] = {}
    _read_sensor_parts(element, names, members)
    return members


def _read_sensor_parts(element: Any, names: JsonNames, members: dict[str, Any]) -> None:
    refuse_leftovers(element)
    for child in element:
        name = names.name(child.tag, child)
        if name == "sensorMetadata":
            if name in members:
                raise refuse("repeated-element", f"{name} stands twice here.", line=child.sourceline)
            members[name] = _sensor_attributes(child, names)
        elif name == "sensorReport":
            members.setdefault(name, []).append(_sensor_attributes(child, names))
        elif name in WRAPPERS:
            _read_sensor_parts(child, names, members)
        else:
            add(members, name, read_value(child, names))


def _sensor_attributes(element: Any, names: JsonNames) -> dict[str, Any]:
    members: dict[str, Any] = {}
    refuse_leftovers(element, *element.keys())
    for tag, text in element.attrib.items():
        namespace, name = split_tag(tag)
        if namespace == XSI:
            continue
        if namespace or name in SENSOR_TEXTS:
            members[names.name(tag, element)] = text
        elif name in SENSOR_NUMBERS:
            members[name] = read_number(text)
        elif name in SENSOR_BOOLEANS:
            members[name] = _read_boolean(text)
        else:
            vocabulary = _SENSOR_WORDS.get(name)
            word = text.strip(SPACE)
            members[name] = word if vocabulary is None else json_word(vocabulary, word)
    for child in element:
        add(members, names.name(child.tag, child), read_value(child, names))
    return members


def _ilmd(element: Any, names: JsonNames) -> dict[str, Any]:
    return _record(element, names, {})


def _error_declaration(element: Any, names: JsonNames) -> dict[str, Any]:
    return _record(element, names, _DECLARATION)


def _declaration_time(element: Any, names: JsonNames) -> str:
    """Some writers leave out the seconds here."""
    text = _text(element, names)
    match = _WITHOUT_SECONDS.fullmatch(text)
    return text if match is None else f"{match[1]}:00{match[2]}"


def _number(element: Any, names: JsonNames) -> Any:
    text = _text(element, names)
    return None if not text and element.get(XSI_NIL) in ("true", "1") else read_number(text)


_WITHOUT_SECONDS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)
_REPEATABLE: Final = frozenset(("certificationInfo",))
_ID: Final[dict[str, Reader]] = {"id": _text}
_QUANTITY: Final[dict[str, Reader]] = {"epcClass": _text, "quantity": _number, "uom": _text}
_SENSOR_WORDS: Final = {"type": v.MEASUREMENT, "exception": v.SENSOR_ALERT, "component": v.COMPONENT}
_DECLARATION: Final[dict[str, Reader]] = {
    "declarationTime": _declaration_time,
    "reason": _word(v.ERROR_REASON),
    "correctiveEventIDs": _texts("correctiveEventID"),
}
_TYPES: Final = {
    "bizTransactionList": v.BIZ_TRANSACTION_TYPE,
    "sourceList": v.SOURCE_DESTINATION_TYPE,
    "destinationList": v.SOURCE_DESTINATION_TYPE,
}
#: How each standard child of an event is read.
_MEMBERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(TEXTS, _text),
    "certificationInfo": _text,
    "bizStep": _word(v.BIZ_STEP),
    "disposition": _word(v.DISPOSITION),
    **dict.fromkeys(PLACES, _place),
    **dict.fromkeys(EPC_LISTS, _texts("epc")),
    **dict.fromkeys(QUANTITY_LISTS, _quantities),
    **{name: _typed(item, _TYPES[name]) for name, item in TYPED_LISTS.items()},
    "persistentDisposition": _persistent,
    "sensorElementList": _sensor_elements,
    "errorDeclaration": _error_declaration,
    "ilmd": _ilmd,
}
