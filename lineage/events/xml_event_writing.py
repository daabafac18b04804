"""One event to its element in XML 2.0 or 1.2."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from lineage.events import vocabulary as v
from lineage.events.check import fits
from lineage.events.contexts import all_prefixes, as_list, prefixes
from lineage.events.event import Event, number_text
from lineage.events.problems import Problem, escape, refuse
from lineage.events.xml_extensions import scalar_text, set_attribute, set_text, write_extensions, write_member
from lineage.events.xml_names import XSI_NIL, XmlNames, declarations
from lineage.events.xml_shapes import (
    BASE_EXTENSION_1_2,
    CHILDREN,
    EPC_LISTS,
    EXTENSION_1_2,
    HEAD,
    NOT_IN_1_2,
    PLACES,
    QUANTITY_LISTS,
    REQUIRED_IN_1_2,
    TEXTS,
    TYPED_LISTS,
)

#: Writes a member's value into its element: (element, value, names, pointer).
Writer = Callable[[Any, Any, XmlNames, str], None]


def not_expressible_in_1_2(event: Event) -> list[Problem]:
    """Give what keeps the event from being written in version 1.2; an empty list means that it can be."""
    if event.type not in EXTENSION_1_2:
        return [Problem("/type", "not-expressible-in-1.2", f"EPCIS 1.2 has no {event.type}.")]
    return [
        Problem(f"/{name}", "not-expressible-in-1.2", f"EPCIS 1.2 has no {name}.")
        for name in event.document
        if name in NOT_IN_1_2
    ]


def write_event_element(parent: Any, event: Event, version: str) -> None:
    """Append the event's element to a list of events.

    :param version: ``2.0`` or ``1.2``; the event must be expressible in it
    :raises DocumentError: where a name or text of an extension cannot stand in XML
    """
    members = event.document
    table = all_prefixes(event.context)
    names = XmlNames(table)
    own = prefixes(as_list(members.get("@context")))
    kind = event.type if event.type in CHILDREN else names.tag(event.type)
    declared = declarations(own)
    if version == "1.2" and event.type == "TransformationEvent":
        wrapper = parent.makeelement("extension")
        parent.append(wrapper)
        parent = wrapper
    try:
        element = parent.makeelement(kind, nsmap=declared)
    except (ValueError, TypeError) as error:
        message = f"{event.type!r} cannot be the name of an element."
        raise refuse("not-expressible-in-xml", message, pointer="/type") from error
    parent.append(element)
    order = CHILDREN.get(event.type)
    if order is None:
        own_members = (name for name, value in members.items() if name in _WRITERS and fits(name, value))
        order = (*HEAD, *(name for name in own_members if name not in HEAD))
    _write_standard(element, event, members, names, order, version)
    for name, value in members.items():
        if name not in order and name not in ("type", "@context"):
            write_member(element, name, value, names, "")


def _write_standard(
    element: Any, event: Event, members: dict[str, Any], names: XmlNames, order: tuple[str, ...], version: str
) -> None:
    """Write the standard members in the order of the schema, where version 1.2 wants them wrapped."""
    base = extension = None
    later: list[str] = []
    for name in order:
        value = members.get(name)
        if version == "1.2":
            if value is None and name in REQUIRED_IN_1_2.get(event.type, ()):
                element.append(element.makeelement(name))
            if name in EXTENSION_1_2[event.type]:
                later.append(name)
                continue
            if name in BASE_EXTENSION_1_2 and value is not None:
                if base is None:
                    base = element.makeelement("baseExtension")
                    element.append(base)
                _write(base, name, value, names)
                continue
        if value is not None and not _is_empty(name, value):
            _write(element, name, value, names)
    for name in later:
        value = members.get(name)
        if value is not None and not _is_empty(name, value):
            if extension is None:
                extension = element.makeelement("extension")
                element.append(extension)
            _write(extension, name, value, names)


def _is_empty(name: str, value: Any) -> bool:
    """Say whether this is a list that the schema wants with an item or not at all."""
    return value == [] and (name in TYPED_LISTS or name == "sensorElementList")


def _write(parent: Any, name: str, value: Any, names: XmlNames) -> None:
    writer = _WRITERS[name]
    for each in as_list(value) if name == "certificationInfo" else [value]:
        child = parent.makeelement(name)
        parent.append(child)
        writer(child, each, names, f"/{name}")


# --- values and containers
# --------------------------------------------------------------------------------------


def _text(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    del names
    set_text(element, value if isinstance(value, str) else scalar_text(value)[1], pointer)


def _child(parent: Any, tag: str, text: Any, pointer: str) -> Any:
    child = parent.makeelement(tag)
    parent.append(child)
    set_text(child, text if isinstance(text, str) else scalar_text(text)[1], pointer)
    return child


def _word(vocabulary: v.Vocabulary) -> Writer:
    def writer(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
        del names
        set_text(element, xml_word(vocabulary, value), pointer)

    return writer


def xml_word(vocabulary: v.Vocabulary, word: str) -> str:
    """Give a word as XML writes it: the bare word as URN, or compact where the vocabulary has no URN."""
    if word not in vocabulary.words:
        return word
    return vocabulary.urn + word if vocabulary.urn else vocabulary.curie + word


def _texts(item: str) -> Writer:
    def writer(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
        del names
        for index, each in enumerate(value):
            _child(element, item, each, f"{pointer}/{index}")

    return writer


def _quantities(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    del names
    for index, quantity in enumerate(value):
        inner = element.makeelement("quantityElement")
        element.append(inner)
        for name in ("epcClass", "quantity", "uom"):
            if name in quantity:
                value = quantity[name]
                written = _decimal(value) if isinstance(value, float) else value
                _child(inner, name, written, f"{pointer}/{index}/{name}")
            elif name == "quantity" and "uom" in quantity:  # the schema wants one before the unit
                _child(inner, name, "", f"{pointer}/{index}").set(XSI_NIL, "true")


def _decimal(value: float) -> str:
    """Write a number as xsd:decimal, which has no exponent; the point tells it from an integer."""
    text = number_text(Decimal(repr(value)))
    return text if "." in text or "E" in text else text + ".0"


def _place(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    _child(element, "id", value["id"], f"{pointer}/id")
    further = {name: each for name, each in value.items() if name != "id"}
    write_extensions(element, further, names, pointer)


def _typed(item: str, vocabulary: v.Vocabulary) -> Writer:
    def writer(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
        del names
        for index, each in enumerate(value):
            child = _child(element, item, each[item], f"{pointer}/{index}/{item}")
            if "type" in each:
                set_attribute(child, "type", xml_word(vocabulary, each["type"]), f"{pointer}/{index}/type")

    return writer


def _persistent(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    del names
    for name in ("unset", "set"):
        for word in value.get(name, ()):
            _child(element, name, xml_word(v.DISPOSITION, word), f"{pointer}/{name}")


def _sensor_elements(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    for index, sensor in enumerate(value):
        child = element.makeelement("sensorElement")
        element.append(child)
        at = f"{pointer}/{index}"
        if "sensorMetadata" in sensor:
            _sensor_attributes(child, "sensorMetadata", sensor["sensorMetadata"], names, at)
        for report in sensor.get("sensorReport", ()):
            _sensor_attributes(child, "sensorReport", report, names, at)
        for name, each in sensor.items():
            if name not in ("sensorMetadata", "sensorReport"):
                write_member(child, name, each, names, at)


def _sensor_attributes(parent: Any, tag: str, members: dict[str, Any], names: XmlNames, pointer: str) -> None:
    """Write sensor metadata or a report: attributes, and elements for what holds more than a value."""
    element = parent.makeelement(tag)
    parent.append(element)
    for name, value in members.items():
        at = f"{pointer}/{tag}/{escape(name)}"
        if isinstance(value, (dict, list)) or value is None:
            write_member(element, name, value, names, f"{pointer}/{tag}")
        else:
            vocabulary = _SENSOR_WORDS.get(name)
            set_attribute(
                element, names.tag(name), value if vocabulary is None else xml_word(vocabulary, value), at
            )


def _ilmd(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    for name, each in value.items():
        write_member(element, name, each, names, pointer)


def _error_declaration(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    _child(element, "declarationTime", value["declarationTime"], f"{pointer}/declarationTime")
    if "reason" in value:
        _child(element, "reason", xml_word(v.ERROR_REASON, value["reason"]), f"{pointer}/reason")
    if "correctiveEventIDs" in value:
        corrective = element.makeelement("correctiveEventIDs")
        element.append(corrective)
        _texts("correctiveEventID")(
            corrective, value["correctiveEventIDs"], names, f"{pointer}/correctiveEventIDs"
        )
    for name, each in value.items():
        if name not in ("declarationTime", "reason", "correctiveEventIDs"):
            write_member(element, name, each, names, pointer)


_SENSOR_WORDS: Final = {"type": v.MEASUREMENT, "exception": v.SENSOR_ALERT, "component": v.COMPONENT}
_TYPES: Final = {
    "bizTransactionList": v.BIZ_TRANSACTION_TYPE,
    "sourceList": v.SOURCE_DESTINATION_TYPE,
    "destinationList": v.SOURCE_DESTINATION_TYPE,
}
_WRITERS: Final[dict[str, Writer]] = {
    **dict.fromkeys((*TEXTS, "certificationInfo"), _text),
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
