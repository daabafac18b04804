"""The API document as a page: what ``/openapi.json`` says, for people, with no script from anywhere."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from trace_api.pages.languages import choose_language, words
from trace_api.pages.rendering import render

router = APIRouter(include_in_schema=False)

#: Characters of an example that are shown.
LONGEST_EXAMPLE: Final = 4000


@router.get("/docs")
def api(request: Request, lang: str | None = None) -> Response:
    """Give every operation with its parameters, body, answers and examples, in groups."""
    language = choose_language(lang, request.headers.get("accept-language"))
    values = {
        "groups": groups_of(request.app.openapi()),
        "switch_url": f"/docs?lang={words(language).other}",
    }
    return render("public/api.html", language, values)


def groups_of(document: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Give the operations of an API document by their tag, in the document's order."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation.get("tags", ["—"])[0]].append(_shown(path, method, operation, schemas))
    return list(groups.items())


def _shown(
    path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "method": method.upper(),
        "path": path,
        "anchor": re.sub(r"\W+", "-", f"{method}{path}").strip("-"),
        "summary": operation.get("summary", ""),
        "description": [part for part in operation.get("description", "").split("\n\n") if part],
        "parameters": [
            {
                "name": each["name"],
                "place": each["in"],
                "required": each.get("required", False),
                "description": each.get("description") or each.get("schema", {}).get("description", ""),
            }
            for each in operation.get("parameters", ())
        ],
        "body": {"types": ", ".join(body), "example": _example(body, schemas)} if body else None,
        "answers": [
            {
                "status": status,
                "description": answer.get("description", ""),
                "example": _example(answer.get("content", {}), schemas),
            }
            for status, answer in operation["responses"].items()
        ],
    }


def _example(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Give the example of a body, else its fields."""
    for described in content.values():
        found = described.get("example")
        if found is None:
            reference = described.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = schemas.get(reference, {}).get("properties")
            found = schemas.get(reference, {}).get("example") or fields
        if found:
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=1)
            return text if len(text) <= LONGEST_EXAMPLE else text[:LONGEST_EXAMPLE] + " …"
    return ""
