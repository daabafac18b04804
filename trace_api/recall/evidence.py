"""The events on the paths of a recall, as they were captured."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection

from trace_api.capture.stored_events import stored_events
from trace_api.recall import events_repository
from trace_api.recall.model import ScopedThing

BATCH: Final = 500  # events decoded at once: some megabytes


def events_of(connection: Connection, things: Iterable[ScopedThing]) -> Iterator[dict[str, Any]]:
    """Give every event that leads from a seed to a thing, in order of event time, each once."""
    wanted = sorted({event for thing in things for event in thing.via_events})
    numbers = events_repository.numbers_of(connection, wanted)
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        read = stored_events(connection, part)
        for number in part:
            yield read[number].document
