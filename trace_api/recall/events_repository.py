"""SQL that finds events by their identifiers, for the evidence of a recall."""

from collections.abc import Collection

from sqlalchemy import Connection

from trace_api.capture.events_repository import UNDER_IDS, under_ids
from trace_api.database.engine import driver


def numbers_of(connection: Connection, event_ids: Collection[str]) -> list[int]:
    """Give the numbers of events, declarations about them included, in order of event time."""
    statement = f"SELECT e.id FROM event e WHERE {UNDER_IDS} ORDER BY e.event_time, e.id"  # noqa: S608
    cursor = driver(connection).execute(statement, under_ids(event_ids))
    return [number for (number,) in cursor]
