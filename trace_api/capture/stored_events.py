"""Events read back from their pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import orjson
from sqlalchemy import Connection

from lineage.errors import LineageError
from lineage.events import Event
from lineage.events.event import Around
from lineage.events.json_reading import read_kept_event
from trace_api.capture import events_repository as repository
from trace_api.capture.events_repository import Place, Stored
from trace_api.database.engine import remembered
from trace_api.database.memory import Memory
from trace_api.errors import TraceApiError

# What the connections of a pool remember together: events (some 5 kB each), the JSON of more of them, and
# where they stand.
REMEMBERED: Final = 1_000
REMEMBERED_DOCUMENTS: Final = 8_000
REMEMBERED_PLACES: Final = 20_000
REMEMBERED_CONTEXTS: Final = 500


class StoredEventError(TraceApiError):
    """An event that was stored and can no longer be read: the store is damaged, or newer than the program."""

    code = "stored-event"


class _Memory:
    """What was read: events, the contexts around them, and the places where they stand."""

    def __init__(self) -> None:
        self.events: Memory[int, Event] = Memory(REMEMBERED)
        self.documents: Memory[int, Stored] = Memory(REMEMBERED_DOCUMENTS)
        self.contexts: Memory[int, Around] = Memory(REMEMBERED_CONTEXTS)
        self.places: Memory[int, Place] = Memory(REMEMBERED_PLACES)


def stored_events(connection: Connection, numbers: Collection[int]) -> dict[int, Event]:
    """Give events by their number, in ascending order; unknown numbers are absent.

    An event never changes once it is stored, so those that were read last are remembered.
    """
    memory = _memory(connection)
    read, missing = memory.events.recall(dict.fromkeys(numbers))
    if missing:
        found = _documents(connection, missing, memory)
        contexts, unknown = memory.contexts.recall({context for context, _ in found.values()})
        if unknown:
            bodies = repository.contexts(connection, unknown)
            added = {number: Around(orjson.loads(body)) for number, body in bodies.items()}
            memory.contexts.remember(added)
            contexts |= added
        new = {}
        for number, (context, document) in found.items():
            try:
                new[number] = read_kept_event(document, contexts[context])
            except LineageError as error:
                raise StoredEventError(f"event {number} cannot be read: {error.message}") from error
        memory.events.remember(new)
        read |= new
    return dict(sorted(read.items()))


def _documents(connection: Connection, numbers: Collection[int], memory: _Memory) -> dict[int, Stored]:
    found, missing = memory.documents.recall(numbers)
    if missing:
        places, _ = memory.places.recall(missing)
        read = repository.documents(connection, missing, places)
        memory.documents.remember(read)
        found |= read
    return found


def remember_places(connection: Connection, places: Mapping[int, Place]) -> None:
    """Note where events stand, for those that will be read."""
    _memory(connection).places.remember(places)


def _memory(connection: Connection) -> _Memory:
    return remembered(connection, "events", _Memory)


def stored_event(connection: Connection, number: int) -> Event:
    """Give one event."""
    return stored_events(connection, [number])[number]
