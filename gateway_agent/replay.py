"""Deriving the events again from the kept journal and comparing them with what was made at the time.

The stations are a pure function of the journal's rows, so both must be equal; a difference means that the
program or the file has changed in between.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway_agent.configuration import Configuration
from gateway_agent.errors import JournalError
from gateway_agent.journal.derivation import new_event
from gateway_agent.journal.store import read_rows
from gateway_agent.stations.floor import Floor
from gateway_agent.stations.rows import Emitted, Row


@dataclass(frozen=True, slots=True)
class Replayed:
    """One event that was derived again.

    :param verdict: ``same``, ``different`` (times that were put right at sealing do not count), ``gone``
        (delivered and no longer kept)
    """

    event_id: str
    station: str
    row: int
    verdict: str
    event: dict[str, Any]


def replay(connection: sqlite3.Connection, configuration: Configuration) -> Iterator[Replayed]:
    """Derive from the oldest place where it is possible with this configuration.

    :raises JournalError: there is no such place
    """
    start = connection.execute(
        "SELECT seq, body FROM snapshot WHERE fingerprint = ? ORDER BY seq LIMIT 1",
        (configuration.fingerprint,),
    ).fetchone()
    if start is None:
        raise JournalError(
            "no-start",
            "the journal has no state of this configuration",
            hint="run the agent with this file first",
        )
    journal = uuid.UUID(connection.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()[0])
    consumed = int(
        (connection.execute("SELECT value FROM meta WHERE key = 'consumed'").fetchone() or (0,))[0]
    )
    floor = Floor(configuration, journal, msgspec.msgpack.decode(start[1], type=dict[str, bytes]))
    for row in _rows(connection, start[0], consumed):
        for effect in floor.apply(row):
            if isinstance(effect, Emitted):
                yield _compare(connection, effect, configuration.agent.timezone)


def _rows(connection: sqlite3.Connection, after: int, until: int) -> Iterator[Row]:
    while rows := read_rows(connection, after, 1000):
        for row in rows:
            if row.seq > until:
                return
            if row.kind in {"tag", "code", "sensor", "tick"}:
                yield row
        after = rows[-1].seq


def _compare(connection: sqlite3.Connection, effect: Emitted, offset: str) -> Replayed:
    again = msgspec.json.decode(new_event(effect, offset).body)
    found = connection.execute(
        "SELECT body FROM outbox WHERE event_id = ? AND NOT declares", (effect.event_id,)
    ).fetchone()
    if found is None:
        verdict = "gone"
    else:
        kept = msgspec.json.decode(found[0])
        timeless = {"eventTime", "suyuan:clockUnsynchronised"}
        same = {k: v for k, v in again.items() if k not in timeless} == {
            k: v for k, v in kept.items() if k not in timeless
        }
        verdict = "same" if same else "different"
    return Replayed(effect.event_id, effect.station, effect.seq, verdict, again)
