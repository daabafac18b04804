"""What people want to see of the journal: counts, waiting and refused events, quarantined reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def counts(connection: sqlite3.Connection) -> dict[str, Any]:
    """Count events by state and lane, reads and quarantined texts."""
    by_state = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    waiting = connection.execute(
        "SELECT lane, count(*), min(queued_ns) FROM outbox WHERE state = 'queued' GROUP BY lane"
    ).fetchall()
    return {
        "queued": by_state.get("queued", 0),
        "sent": by_state.get("sent", 0),
        "dead": by_state.get("dead", 0),
        "quarantined": connection.execute("SELECT count(*) FROM quarantine").fetchone()[0],
        "reads": connection.execute("SELECT count(*) FROM raw WHERE kind != 'tick'").fetchone()[0],
        "by_source": dict(
            connection.execute(
                "SELECT source, count(*) FROM raw WHERE kind != 'tick' GROUP BY source"
            ).fetchall()
        ),
        "by_station": dict(
            connection.execute("SELECT station, count(*) FROM outbox GROUP BY station").fetchall()
        ),
        "lanes": {lane: {"queued": count, "oldest": moment(oldest)} for lane, count, oldest in waiting},
    }


def outbox(connection: sqlite3.Connection, state: str, limit: int) -> Iterator[dict[str, Any]]:
    """Give events of a state, oldest first."""
    for row in connection.execute(
        "SELECT seq, event_id, declares, lane, station, state, queued_ns, settled_ns, reason, body"
        " FROM outbox WHERE state = ? ORDER BY seq LIMIT ?",
        (state, limit),
    ):
        event = orjson.loads(row[9])
        yield {
            "seq": row[0],
            "eventID": row[1],
            "error_declaration": bool(row[2]),
            "lane": row[3],
            "station": row[4],
            "state": row[5],
            "queued": moment(row[6]),
            "settled": moment(row[7]),
            "reason": row[8],
            "event": event,
        }


def quarantine(connection: sqlite3.Connection, limit: int) -> Iterator[dict[str, Any]]:
    """Give what could not be used, newest first."""
    for row in connection.execute(
        "SELECT id, source, station, code, message, text, count, first_ns, last_ns FROM quarantine"
        " ORDER BY last_ns DESC, id DESC LIMIT ?",
        (limit,),
    ):
        yield {
            "id": row[0],
            "source": row[1],
            "station": row[2],
            "code": row[3],
            "message": row[4],
            "text": row[5],
            "count": row[6],
            "first": moment(row[7]),
            "last": moment(row[8]),
        }


def moment(nanoseconds: int | None) -> str | None:
    """Write a wall time for people and machines."""
    if nanoseconds is None:
        return None
    return (EPOCH + timedelta(microseconds=nanoseconds // 1000)).isoformat(timespec="milliseconds")
