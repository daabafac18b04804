"""Events read back from their pages."""

from __future__ import annotations

from collections.abc import Collection

import orjson
from sqlalchemy import Connection

from lineage.events import Event
from lineage.events.event import Around
from lineage.events.json_reading import read_raw_event
from trace_api.capture import events_repository as repository
from trace_api.errors import TraceApiError


class StoredEventError(TraceApiError):
    """An event that was stored and can no longer be read: the store is damaged, or newer than the program."""

    code = "stored-event"


def stored_events(connection: Connection, numbers: Collection[int]) -> dict[int, Event]:
    """Give events by their number, in ascending order; unknown numbers are absent."""
    found = repository.documents(connection, numbers)
    used = {context for context, _ in found.values()}
    contexts = {
        number: Around(orjson.loads(body)) for number, body in repository.contexts(connection, used).items()
    }
    read: dict[int, Event] = {}
    for number in sorted(found):
        context, document = found[number]
        event = read_raw_event(document, contexts[context], relaxed=True)
        if not isinstance(event, Event):
            raise StoredEventError(f"event {number} cannot be read: {event[0].message}")
        read[number] = event
    return read


def stored_event(connection: Connection, number: int) -> Event:
    """Give one event."""
    return stored_events(connection, [number])[number]
