"""From waiting events to the body of one capture request, within the limits on number and size."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from gateway_agent.clock import event_time

EPCIS_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event of the outbox, sealed.

    :param queued_ns: wall time at which it was made
    """

    seq: int
    key: str
    event_id: str
    queued_ns: int
    body: bytes


def cut(waiting: Sequence[Waiting], max_events: int, max_bytes: int) -> Sequence[Waiting]:
    """Give the longest beginning within the limits, at least one event."""
    size = 0
    for count, event in enumerate(waiting):
        size += len(event.body)
        if count and (count >= max_events or size > max_bytes):
            return waiting[:count]
    return waiting


def document(batch: Sequence[Waiting], namespaces: Mapping[str, str]) -> bytes:
    """Write an EPCIS document; the same events always give the same bytes."""
    head = orjson.dumps(
        {
            "@context": [EPCIS_CONTEXT, dict(namespaces)],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": event_time(max(event.queued_ns for event in batch), "+00:00"),
        }
    )
    # The events are JSON already: joined as bytes, not parsed and written again.
    events = b",".join(event.body for event in batch)
    return head[:-1] + b',"epcisBody":{"eventList":[' + events + b"]}}"


def idempotency_key(batch: Sequence[Waiting]) -> str:
    """Name the batch: the same events in the same order have the same name, whenever they are sent."""
    return hashlib.sha256("\n".join(event.key for event in batch).encode()).hexdigest()


def compress(body: bytes) -> bytes:
    """Compress without a timestamp, so that the same body gives the same bytes."""
    return gzip.compress(body, compresslevel=6, mtime=0)
