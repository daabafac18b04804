"""SQL that finds events by their identifiers, for the evidence of a recall."""

from collections.abc import Collection

from sqlalchemy import Connection, text


def numbers_of(connection: Connection, event_ids: Collection[str]) -> list[int]:
    """Give the numbers of events, declarations about them included, in order of event time."""
    rows = connection.execute(
        text(
            "SELECT e.id FROM event e JOIN unnest(CAST(:ids AS text[])) AS u (id) ON e.event_id = u.id"
            " ORDER BY e.event_time, e.id"
        ),
        {"ids": list(event_ids)},
    )
    return list(rows.scalars())
