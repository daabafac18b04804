"""Turns the OpenAPI document into what the page about the HTTP interface shows. Pure.

The page is ours because the usual ones load their program from another host; here nothing comes from
elsewhere, and it can be read without a script.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

Json = Mapping[str, Any]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_MAX_EXAMPLE: Final = 4000
"""Characters of an example that are shown; the document has it whole."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Body:
    """One form of a body: media type, members where it has named ones, an example."""

    media_type: str
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation answers with."""

    status: str
    description: str
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path."""

    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: tuple[Field, ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag."""

    name: str
    operations: tuple[Operation, ...]


def groups_of(document: Json) -> list[Group]:
    """Give the operations of an OpenAPI 3.1 document, by tag, in the order in which they stand in it."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                told = methods[method]
                tag = (told.get("tags") or [""])[0]
                found.setdefault(tag, []).append(_operation(document, method, path, told))
    return [Group(name, tuple(operations)) for name, operations in found.items()]


def _operation(document: Json, method: str, path: str, told: Json) -> Operation:
    request = told.get("requestBody", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        needs_token=bool(told.get("security")),
        parameters=tuple(
            Field(
                one["name"],
                one["in"],
                _type(document, one.get("schema", {})),
                one.get("required", False),
                one.get("description", ""),
            )
            for one in (_resolved(document, each) for each in told.get("parameters", ()))
        ),
        bodies=tuple(_bodies(document, request.get("content", {}))),
        answers=tuple(
            Answer(status, answer.get("description", ""), tuple(_bodies(document, answer.get("content", {}))))
            for status, answer in told.get("responses", {}).items()
        ),
    )


def _bodies(document: Json, content: Json) -> Iterator[Body]:
    for media_type, told in content.items():
        schema = _resolved(document, told.get("schema", {}))
        required = schema.get("required", ())
        fields = tuple(
            Field(name, "body", _type(document, member), name in required, member.get("description", ""))
            for name, member in schema.get("properties", {}).items()
        )
        yield Body(media_type, fields, _example(told, schema))


def _example(told: Json, schema: Json) -> str:
    """Give the first example there is, of the body or of its schema."""
    named: Json = next(iter(told.get("examples", {}).values()), {})
    listed = schema.get("examples") or [None]
    for value in (told.get("example"), named.get("value"), schema.get("example"), listed[0]):
        if value is not None:
            text = (
                value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
            )
            return text if len(text) <= _MAX_EXAMPLE else f"{text[:_MAX_EXAMPLE]}\n…"
    return ""


def _type(document: Json, schema: Json) -> str:
    """Write the type of a value in one or two words."""
    schema = _resolved(document, schema)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " | ".join(
            dict.fromkeys(_type(document, each) for each in choices if each.get("type") != "null")
        )
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"{_type(document, schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "any")


def _resolved(document: Json, value: Json) -> Json:
    """Follow a reference within the document."""
    here: Any = value
    while "$ref" in here:
        target: Any = document
        for part in here["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        here = target
    found: Json = here
    return found
