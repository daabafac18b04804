"""Events read back from their pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import Connection

from lineage.errors import LineageError
from lineage.events import Event
from lineage.events.event import Around
from lineage.events.json_reading import read_kept_event
from trace_api.capture import events_repository as repository
from trace_api.errors import TraceApiError

#: Events (some 5 kB each) that a connection remembers; past it the memory starts anew.
REMEMBERED: Final = 500


class StoredEventError(TraceApiError):
    """An event that was stored and can no longer be read: the store is damaged, or newer than the program."""

    code = "stored-event"


@dataclass(slots=True)
class _Memory:
    """What one connection has read: events, and the contexts around them."""

    events: dict[int, Event] = field(default_factory=dict)
    contexts: dict[int, Around] = field(default_factory=dict)

    def keep(self, read: Mapping[int, Event]) -> None:
        if len(self.contexts) > REMEMBERED:
            self.contexts.clear()
        if len(self.events) + len(read) > REMEMBERED:
            self.events.clear()
        elif len(read) <= REMEMBERED:
            self.events.update(read)


def stored_events(connection: Connection, numbers: Collection[int]) -> dict[int, Event]:
    """Give events by their number, in ascending order; unknown numbers are absent.

    An event never changes once it is stored, so a pooled connection remembers those that it read last.
    """
    memory: _Memory = connection.info.setdefault("suyuan_events", _Memory())
    read = {number: memory.events[number] for number in numbers if number in memory.events}
    missing = [number for number in numbers if number not in read]
    found = repository.documents(connection, missing) if missing else {}
    unknown = {context for context, _ in found.values()} - memory.contexts.keys()
    if unknown:
        for number, body in repository.contexts(connection, unknown).items():
            memory.contexts[number] = Around(orjson.loads(body))
    for number, (context, document) in found.items():
        try:
            read[number] = read_kept_event(document, memory.contexts[context])
        except LineageError as error:
            raise StoredEventError(f"event {number} cannot be read: {error.message}") from error
    memory.keep(read)
    return dict(sorted(read.items()))


def stored_event(connection: Connection, number: int) -> Event:
    """Give one event."""
    return stored_events(connection, [number])[number]
