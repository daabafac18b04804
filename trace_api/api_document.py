"""The API document: what the framework writes by itself, corrected by what this server really answers."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from trace_api.problems import MEDIA_TYPE

_FRAMEWORKS: Final = ("HTTPValidationError", "ValidationError")
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "description": "Stable: `https://w3id.org/suyuan/problems/…`, or `epcisException:…`.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence about this very request."},
        "hint": {"type": "string", "description": "What to do."},
    },
    "additionalProperties": True,
}
_CONTENT: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSED: Final = {"description": "A problem document that says what is wrong.", "content": _CONTENT}
_TOKEN: Final = {"401": "No token that is known came with the request.", "403": "The role may not do this."}


def describe(app: FastAPI) -> dict[str, Any]:
    """Give the OpenAPI document: every refusal is a problem document, and none is the framework's own 422."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORKS:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    return document


def _complete(path: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    named = {each["name"] for each in parameters if each["in"] == "path"}
    parameters += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
        if name not in named
    ]
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    if operation.get("security"):
        for status, description in _TOKEN.items():
            responses.setdefault(status, {"description": description})
    for status, answer in responses.items():
        if status >= "400":
            answer.setdefault("content", _CONTENT)
    responses["default"] = _REFUSED
