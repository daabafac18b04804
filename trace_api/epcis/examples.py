"""Bodies and answers for the API document; the tests capture and compare them."""

from __future__ import annotations

from typing import Any, Final

from lineage.events.vocabulary import EPCIS_CONTEXT

EVENT: Final[dict[str, Any]] = {
    "type": "ObjectEvent",
    "eventTime": "2026-05-01T08:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "action": "ADD",
    "bizStep": "commissioning",
    "epcList": ["https://id.gs1.org/01/09521234543213/21/A1"],
    "readPoint": {"id": "https://id.gs1.org/414/9521234000013"},
    "ilmd": {"cbvmda:lotNumber": "L1"},
}

DOCUMENT: Final[dict[str, Any]] = {
    "@context": [EPCIS_CONTEXT],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-05-01T00:05:00.000Z",
    "epcisBody": {"eventList": [EVENT]},
}

JOB: Final[dict[str, Any]] = {
    "captureID": "Zk3vQ0m5yq1xT7pWc2Ld",
    "createdAt": "2026-05-01T00:05:01.000Z",
    "finishedAt": "2026-05-01T00:05:01.012Z",
    "running": False,
    "success": True,
    "captureErrorBehaviour": "rollback",
    "errors": [],
    "accepted": 1,
    "duplicate": 0,
    "rejected": 0,
    "results": [{"index": 0, "eventID": "ni:///sha-256;…?ver=CBV2.0", "status": "accepted", "errors": []}],
}


def body_of(example: dict[str, Any], *types: str) -> dict[str, Any]:
    """Give the part of an operation that describes a body which the framework does not read itself."""
    content: dict[str, Any] = {kind: {"schema": {"type": "object"}, "example": example} for kind in types}
    return {"requestBody": {"required": True, "content": content}}


def answer_of(example: Any, description: str) -> dict[str, Any]:
    """Give the description of an answer with an example."""
    return {"description": description, "content": {"application/json": {"example": example}}}
