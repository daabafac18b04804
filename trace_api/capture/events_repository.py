"""Statements on events and capture jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from trace_api.capture.pages import unpack
from trace_api.database.arrays import integers, texts, uuids
from trace_api.database.bulk import COPY_LARGE_FROM, Target, array
from trace_api.database.engine import STARTED, driver

# Advisory locks, first key. Second key: 0, or a number from a bounded set.
_ERRATA_LOCK = 7301


class EventRow(NamedTuple):
    """An event as stored; columns as in the table."""

    id: int
    key: bytes
    event_id: str
    declared_at: int
    event_time: int
    record_time: int
    type: int
    action: int
    step: int | None
    disposition: int | None
    read_point: int | None
    location: int | None
    move: int
    ends: int | None
    giver: int | None
    taker: int | None
    carrier: int | None
    owner: int | None
    bound_for: int | None
    sensed: bool
    quality: int | None
    declaration: bool
    void: bool
    capture: int
    page: int
    line: int
    hash: bytes


class PageRow(NamedTuple):
    """The documents of a few neighbouring events."""

    id: int
    context: int
    codec: int
    body: bytes


_EVENT: Final = Target(
    "event",
    EventRow._fields,
    [
        *("int8", "uuid", "text", "int8", "int8", "int8"),
        *("int2", "int2", "int4", "int4", "int4", "int4"),
        *("int2", "int2", "int4", "int4", "int4", "int4", "int4"),
        *("bool", "int4", "bool", "bool", "int8", "int8", "int2", "bytea"),
    ],
)
_PAGE: Final = Target("event_page", PageRow._fields, ["int8", "int4", "int2", "bytea"], COPY_LARGE_FROM)


class Known(NamedTuple):
    """What is on record under an eventID."""

    id: int
    event_id: str
    declared_at: int
    declaration: bool
    void: bool
    hash: bytes


class CaptureRow(NamedTuple):
    """A finished capture job."""

    id: int
    job: str
    principal: str
    body_hash: bytes
    created_at: int
    finished_at: int
    behaviour: str
    success: bool
    accepted: int
    duplicate: int
    rejected: int
    results: bytes


_CAPTURE = (
    "id, job, principal, body_hash, created_at, finished_at, behaviour, success,"
    " accepted, duplicate, rejected, results"
)
_CAPTURE_TYPES: Final = (
    *("int8", "text", "text", "bytea", "int8", "int8", "text"),
    *("bool", "int4", "int4", "int4", "bytea", "text"),
)
_CAPTURE_ARRAYS: Final = ", ".join(f"%s::{kind}[]" for kind in _CAPTURE_TYPES)


def lock_errata(connection: Connection, *, alone: bool) -> str:
    """Wait until no error declaration is being captured, or, ``alone``, until nothing is.

    Held to the end of the transaction. A declaration changes facts of events that it does not hold; as
    it is rare, it works alone and every other capture may count on what it read.

    :return: when the PostgreSQL was started
    """
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    row = driver(connection).execute(f"SELECT {STARTED}, {function}({_ERRATA_LOCK}, 0)").fetchone()
    return str(row[0]) if row else ""


def key_of(event_id: str) -> bytes:
    """Give the key that an event is found by.

    An index over eventIDs would be several times as large. That two of them have one key does not happen, nor
    can anybody make it happen: half of a SHA-256 is left.
    """
    return hashlib.sha256(event_id.encode()).digest()[:16]


#: Which events ``e`` are on record under some eventIDs; takes :func:`under_ids`.
UNDER_IDS: Final = "e.key = ANY(%s::uuid[]) AND e.event_id = ANY(%s::text[])"


def under_ids(event_ids: Collection[str]) -> tuple[str, str]:
    """Give the values of :data:`UNDER_IDS`."""
    return uuids(map(key_of, event_ids)), texts(event_ids)


def known(connection: Connection, keys: Iterable[bytes]) -> list[Known]:
    """Give what is on record under the eventIDs with these keys."""
    cursor = driver(connection).execute(
        "SELECT id, event_id, declared_at, declaration, void, hash FROM event WHERE key = ANY(%s::uuid[])",
        (uuids(keys),),
    )
    return [Known(*row) for row in cursor.fetchall()]


def new_numbers(connection: Connection, count: int) -> list[int]:
    """Draw numbers for events, ascending."""
    cursor = driver(connection).execute("SELECT nextval('event_id') FROM generate_series(1, %s)", (count,))
    return [number for (number,) in cursor.fetchall()]


def add_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Store events.

    In the order of their keys: writers that bring the same events wait for each other and do not deadlock.

    :raises psycopg.errors.UniqueViolation: another writer was faster with one of them
    """
    ordered: list[EventRow] = sorted(rows, key=lambda row: (row.key, row.declared_at))
    _EVENT.write(connection, ordered)


def add_pages(connection: Connection, rows: Sequence[PageRow]) -> None:
    """Store documents."""
    _PAGE.write(connection, rows)


def set_void(connection: Connection, events: Collection[int]) -> None:
    """Note that error declarations took these events out."""
    driver(connection).execute(
        "UPDATE event SET void = true WHERE id = ANY(%s::bigint[])", (integers(events),)
    )


Place = tuple[int, int]
"""The page and the line where the JSON of an event stands."""
Stored = tuple[int, bytes]
"""The number of the context around an event, and its JSON."""


def documents(
    connection: Connection, events: Collection[int], known: Mapping[int, Place] = MappingProxyType({})
) -> dict[int, Stored]:
    """Give each of these events as it was stored.

    :param known: where some of them stand
    """
    cursor = driver(connection).cursor(binary=True)
    places = {event: known[event] for event in events if event in known}
    missing = [event for event in events if event not in places]
    if missing:
        cursor.execute("SELECT id, page, line FROM event WHERE id = ANY(%s::bigint[])", (integers(missing),))
        places |= {event: (page, line) for event, page, line in cursor}
    cursor.execute(
        "SELECT id, context, codec, body FROM event_page WHERE id = ANY(%s::bigint[])",
        (integers({page for page, _ in places.values()}),),
    )
    opened = {page: (context, unpack(codec, body)) for page, context, codec, body in cursor}
    return {event: (opened[page][0], opened[page][1][line]) for event, (page, line) in places.items()}


def contexts(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Give the ``@context`` of each number as JSON."""
    cursor = driver(connection).execute(
        "SELECT id, body FROM event_context WHERE id = ANY(%s::integer[])", (integers(numbers),)
    )
    return dict(cursor.fetchall())


def latest(connection: Connection) -> int:
    """Give the number of the newest event, 0 when there is none: it grows with every capture."""
    row = driver(connection).execute("SELECT max(id) FROM event").fetchone()
    return int(row[0] or 0) if row else 0


def new_captures(connection: Connection, count: int) -> list[int]:
    """Draw numbers for capture jobs, ascending."""
    cursor = driver(connection).execute(
        "SELECT nextval(pg_get_serial_sequence('capture', 'id')) FROM generate_series(1, %s)", (count,)
    )
    return [number for (number,) in cursor.fetchall()]


def add_captures(connection: Connection, rows: Sequence[tuple[CaptureRow, str | None]]) -> None:
    """Store finished jobs, each with its Idempotency-Key if it has one.

    In the order of the keys: writers that bring the same ones wait for each other and do not deadlock.

    :raises psycopg.errors.UniqueViolation: a principal's key has just been used by another request
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda each: (each[0].principal, each[1] or ""))
    columns = zip(*((*row, key or "") for row, key in ordered), strict=True)
    driver(connection).execute(
        f"INSERT INTO capture ({_CAPTURE}, idempotency_key) OVERRIDING SYSTEM VALUE"  # noqa: S608 - constants
        f" SELECT {_CAPTURE}, nullif(idempotency_key, '')"
        f" FROM unnest({_CAPTURE_ARRAYS}) AS t ({_CAPTURE}, idempotency_key)",
        [array(kind, column) for kind, column in zip(_CAPTURE_TYPES, columns, strict=True)],
    )


def captures_once(
    connection: Connection, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], CaptureRow]:
    """Give the jobs that were done under these (principal, Idempotency-Key), by them."""
    principals, names = zip(*keys, strict=True)
    cursor = driver(connection).execute(
        f"SELECT idempotency_key, {_CAPTURE} FROM capture"  # noqa: S608 - a constant
        " JOIN unnest(%s::text[], %s::text[]) AS k (principal, idempotency_key)"
        " USING (principal, idempotency_key)",
        (texts(principals), texts(names)),
    )
    rows = [(key, CaptureRow(*row)) for key, *row in cursor]
    return {(row.principal, key): row for key, row in rows}


def capture(connection: Connection, job: str) -> CaptureRow | None:
    """Give a job by its public name."""
    return _one_capture(connection, "job = %s", (job,))


def captures(connection: Connection, before: int, count: int, principal: str | None) -> list[CaptureRow]:
    """Give jobs, newest first, older than the one numbered ``before``; of one principal, or of all."""
    cursor = driver(connection).execute(
        f"SELECT {_CAPTURE} FROM capture WHERE id < %s AND (%s::text IS NULL OR principal = %s)"  # noqa: S608
        " ORDER BY id DESC LIMIT %s",
        (before, principal, principal, count),
    )
    return [CaptureRow(*row) for row in cursor.fetchall()]


def _one_capture(connection: Connection, condition: str, values: tuple[Any, ...]) -> CaptureRow | None:
    cursor = driver(connection).execute(
        f"SELECT {_CAPTURE} FROM capture WHERE {condition}",  # noqa: S608 - constants of this module
        values,
    )
    row = cursor.fetchone()
    return CaptureRow(*row) if row else None
