"""Extensions of any shape between XML elements and JSON values.

========================================  =====================================================
XML                                       JSON
========================================  =====================================================
``<a>text</a>``                           ``"a": "text"``
``<a xsi:type="xsd:integer">7</a>``       ``"a": 7``; likewise ``xsd:decimal``/``double``, ``xsd:boolean``
``<a xsi:nil="true"/>``                   ``"a": null``
``<a><b>1</b><b>2</b></a>``               ``"a": {"b": ["1", "2"]}``
``<a unit="kg">7</a>``                    ``"a": {"@unit": "kg", "#text": "7"}``
========================================  =====================================================

A list of one value becomes one element and is read back as the value, which in JSON-LD is the same. Text
between child elements has no JSON form and is refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from lineage.events.contexts import flat
from lineage.events.event import exact_number, number_text
from lineage.events.limits import MAX_DEPTH
from lineage.events.problems import DocumentError, escape, refuse
from lineage.events.xml_names import SPACE, XSD, XSI_NIL, XSI_TYPE, JsonNames, XmlNames

TEXT: Final = "#text"
_NUMBER_TYPES: Final = frozenset(("integer", "decimal", "double"))


def read_value(element: Any, names: JsonNames, depth: int = 0) -> Any:
    """Give the JSON value of an element.

    :raises DocumentError: ``too-deep`` or ``mixed-content``, with the line
    """
    attributes = element.attrib
    if not attributes and not len(element):
        return element.text or ""
    if depth > MAX_DEPTH:
        raise refuse("too-deep", f"Elements nest more than {MAX_DEPTH} levels.", line=element.sourceline)
    if len(attributes) == 1 and not len(element):
        scalar = _typed_scalar(element)
        if scalar is not _NOT_SCALAR:
            return scalar
    members: dict[str, Any] = {}
    for tag, value in attributes.items():
        members["@" + names.name(tag, element)] = value
    read_children(element, names, members, depth)
    text = element.text
    if text and (not len(element) or text.strip(SPACE)):
        if len(element):
            raise refuse("mixed-content", "Text and elements are mixed here.", line=element.sourceline)
        members[TEXT] = text
    return members


def read_children(element: Any, names: JsonNames, members: dict[str, Any], depth: int) -> None:
    """Add the children of an element to the members, repeated ones as a list."""
    for child in element:
        if child.tail and child.tail.strip(SPACE):
            raise refuse("mixed-content", "Text and elements are mixed here.", line=child.sourceline)
        add(members, names.name(child.tag, child), read_value(child, names, depth + 1))


def add(members: dict[str, Any], name: str, value: Any) -> None:
    """Add a member; the second of the same name makes a list of it (a single value is never a list)."""
    if name not in members:
        members[name] = value
    elif isinstance(members[name], list):
        members[name].append(value)
    else:
        members[name] = [members[name], value]


_NOT_SCALAR: Final = object()


def _typed_scalar(element: Any) -> Any:
    """Give the number, boolean or null that ``xsi:type`` or ``xsi:nil`` means, if nothing is lost by it."""
    text = (element.text or "").strip(SPACE)
    if element.get(XSI_NIL) == "true" and not text:
        return None
    kind = element.get(XSI_TYPE)
    if kind is None:
        return _NOT_SCALAR
    prefix, _, local = kind.rpartition(":")
    if element.nsmap.get(prefix or None) != XSD:
        return _NOT_SCALAR
    value: Any = _NOT_SCALAR
    if local == "boolean" and text in ("true", "false"):
        value = text == "true"
    elif local == "integer" and text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        value = int(text) if len(text) < 1000 else _NOT_SCALAR
    elif local in _NUMBER_TYPES - {"integer"}:
        try:
            value = exact_number(text)
        except ValueError:
            return _NOT_SCALAR
    return value if value is not _NOT_SCALAR and scalar_text(value) == (local, text) else _NOT_SCALAR


def scalar_text(value: Any) -> tuple[str, str]:
    """Give (XML Schema type, text) of a number or boolean."""
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, int):
        return "integer", str(value)
    if isinstance(value, Decimal):
        text = number_text(value)
        return "double" if "E" in text else "decimal", text
    return "double", repr(value)


def write_member(parent: Any, name: str, value: Any, names: XmlNames, pointer: str) -> None:
    """Append a member to an element: one child for a value, one for each value of a list.

    :raises DocumentError: ``not-expressible-in-xml`` where a name or text cannot stand in XML, with the
        pointer
    """
    at = f"{pointer}/{escape(name)}"
    tag = names.tag(name)
    if tag is None:
        raise not_expressible(f"{name!r} cannot be the name of an element.", at)
    for each in flat(value):
        try:
            child = parent.makeelement(tag)
        except ValueError as error:
            raise not_expressible(f"{name!r} has a namespace that XML cannot hold.", at) from error
        parent.append(child)
        write_value(child, each, names, at)


def write_extensions(element: Any, members: dict[str, Any], names: XmlNames, pointer: str) -> None:
    """Append extensions as the schema wants them: those without a prefix inside an ``extension`` element."""
    local = {name: value for name, value in members.items() if ":" not in name}
    if local:
        inner = element.makeelement("extension")
        element.append(inner)
        for name, value in local.items():
            write_member(inner, name, value, names, pointer)
    for name, value in members.items():
        if name not in local:
            write_member(element, name, value, names, pointer)


def write_value(element: Any, value: Any, names: XmlNames, pointer: str) -> None:
    """Make the element hold the value."""
    if value is None:
        element.set(XSI_NIL, "true")
    elif isinstance(value, str):
        set_text(element, value, pointer)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == TEXT:
                set_text(element, str(inner), pointer)
            elif name.startswith("@") and not name.startswith("@xmlns"):
                set_attribute(element, names.tag(name[1:]), inner, f"{pointer}/{escape(name)}")
            elif not name.startswith("@"):
                write_member(element, name, inner, names, pointer)
    else:
        kind, text = scalar_text(value)
        element.set(XSI_TYPE, f"xsd:{kind}")
        element.text = text


def set_text(element: Any, text: str, pointer: str) -> None:
    """Set the element's text, or say that XML cannot hold it."""
    try:
        element.text = text
    except ValueError as error:
        raise not_expressible("The text holds a character that XML cannot.", pointer) from error


def set_attribute(element: Any, tag: str | None, value: Any, pointer: str) -> None:
    """Set an attribute, or say that XML cannot hold it."""
    if tag is None or isinstance(value, (dict, list)) or value is None:
        raise not_expressible("This cannot be an attribute.", pointer)
    try:
        element.set(tag, value if isinstance(value, str) else scalar_text(value)[1])
    except ValueError as error:
        raise not_expressible("The text holds a character that XML cannot.", pointer) from error


def not_expressible(message: str, pointer: str) -> DocumentError:
    """Build the error for what XML has no place for; the caller raises it."""
    return refuse("not-expressible-in-xml", message, pointer=pointer)
