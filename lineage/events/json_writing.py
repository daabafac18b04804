"""JSON out: a document as it was read, with its events' bytes untouched."""

from __future__ import annotations

from typing import Any

import msgspec

from lineage.events.document import Document
from lineage.events.quick_check import encode


def write_json(document: Document) -> bytes:
    """Give the document as compact UTF-8 JSON; each event stands in it byte for byte as captured.

    A bare event is written bare, several bare events as a list.
    """
    events = [msgspec.Raw(event.document_bytes) for event in document.events]
    if not document.wrapped:
        return encode(events[0]) if len(events) == 1 else encode(events)
    return encode(wrap(document, events))


def wrap(document: Document, events: list[Any]) -> dict[str, Any]:
    """Give the document's members with these as its list of events."""
    members: dict[str, Any] = {"@context": document.context, **document.members}
    body = dict(members.get("epcisBody", {}))
    members["epcisBody"] = body
    if document.kind == "query":
        body["queryResults"] = results = dict(body.get("queryResults", {}))
        results["resultsBody"] = body = dict(results.get("resultsBody", {}))
    body["eventList"] = events
    return members
