"""EPCIS documents out: stored events, byte for byte, in the frame of an EPCISQueryDocument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from lineage.events.vocabulary import EPCIS_CONTEXT
from trace_api.capture import events_repository as repository

_QUERY_NAME: Final = "SimpleEventQuery"


def query_document(connection: Connection, numbers: Sequence[int]) -> bytes:
    """Give the EPCISQueryDocument that holds these events in this order.

    The events stand as they were captured. Their documents' contexts become the one of this document; where
    two of them give a prefix different meanings, each event carries its own.
    """
    found = repository.documents(connection, numbers)
    used = {found[number][0] for number in numbers}
    contexts = {key: orjson.loads(body) for key, body in repository.contexts(connection, used).items()}
    joint = _joined(list(contexts.values()))
    if joint is None:
        joint = [EPCIS_CONTEXT]
        events = [_with_context(found[number][1], contexts[found[number][0]]) for number in numbers]
    else:
        events = [found[number][1] for number in numbers]
    head = {
        "@context": joint,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return b"".join(
        (
            orjson.dumps(head)[:-1],
            b',"epcisBody":{"queryResults":{"queryName":"',
            _QUERY_NAME.encode(),
            b'","resultsBody":{"eventList":[',
            b",".join(events),
            b"]}}}}",
        )
    )


def _joined(contexts: Sequence[list[Any]]) -> list[Any] | None:
    """Give one context that means the same as each of these does; ``None`` when they disagree."""
    if not contexts:
        return [EPCIS_CONTEXT]
    if all(context == contexts[0] for context in contexts):
        return contexts[0]
    meanings: dict[str, Any] = {}
    joint: list[Any] = []
    for context in contexts:
        for entry in context:
            if isinstance(entry, dict):
                for prefix, meaning in entry.items():
                    if meanings.setdefault(prefix, meaning) != meaning:
                        return None
            if entry not in joint:
                joint.append(entry)
    return joint


def _with_context(document: bytes, context: list[Any]) -> bytes:
    event = orjson.loads(document)
    own = event.get("@context")
    if own is None:
        return b'{"@context":' + orjson.dumps(context) + b"," + document.strip()[1:].lstrip()
    whole = context + (own if isinstance(own, list) else [own])
    return orjson.dumps({**event, "@context": whole})
