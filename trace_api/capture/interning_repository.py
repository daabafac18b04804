"""Numbers for texts: terms, transformationIDs and contexts, each written once for good.

Numbers, also those of things (``things_repository``), are given in a transaction of their own that is
committed before the capture's begins. A number without an event is invisible to every question, so a capture
that then fails has left nothing; and since rows are inserted in the order of their text and the transaction
is short, writers cannot deadlock on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from sqlalchemy import Connection

from trace_api.database.arrays import integers, texts
from trace_api.database.engine import driver


class TermKind(IntEnum):
    """What a term is used for. The numbers are stored: never renumber."""

    STEP = 1
    DISPOSITION = 2
    PLACE = 3
    UNIT = 4
    PARTY = 5
    QUALITY = 6
    """What an event says about quality, as :func:`lineage.facts.quality.written` has it."""


Term = tuple[TermKind, str]


def terms(connection: Connection, wanted: Iterable[Term]) -> dict[Term, int]:
    """Give the number of every term, adding what is new."""
    ordered = sorted(set(wanted))
    psycopg = driver(connection)
    arrays = (integers(kind for kind, _ in ordered), texts(value for _, value in ordered))
    psycopg.execute(
        "INSERT INTO term (kind, value)"
        " SELECT w.kind, w.value FROM unnest(%s::smallint[], %s::text[]) AS w (kind, value)"
        " WHERE NOT EXISTS (SELECT FROM term t WHERE t.kind = w.kind AND t.value = w.value)"
        " ON CONFLICT DO NOTHING",
        arrays,
    )
    cursor = psycopg.execute(
        "SELECT t.kind, t.value, t.id FROM term t"
        " JOIN unnest(%s::smallint[], %s::text[]) AS w (kind, value) USING (kind, value)",
        arrays,
    )
    return {(TermKind(kind), value): number for kind, value, number in cursor}


def transformations(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Give the number of every transformationID, adding what is new."""
    ordered = sorted(set(keys))
    psycopg = driver(connection)
    psycopg.execute(
        "INSERT INTO transformation (key) SELECT w.key FROM unnest(%s::text[]) AS w (key)"
        " WHERE NOT EXISTS (SELECT FROM transformation t WHERE t.key = w.key) ON CONFLICT DO NOTHING",
        (texts(ordered),),
    )
    cursor = psycopg.execute(
        "SELECT key, id FROM transformation WHERE key = ANY(%s::text[])", (texts(ordered),)
    )
    return dict(cursor.fetchall())


def context(connection: Connection, hashed: bytes, body: str) -> int:
    """Give the number of a document's ``@context``, adding it when new."""
    psycopg = driver(connection)
    psycopg.execute(
        "INSERT INTO event_context (hash, body) SELECT %s, %s"
        " WHERE NOT EXISTS (SELECT FROM event_context WHERE hash = %s) ON CONFLICT DO NOTHING",
        (hashed, body, hashed),
    )
    row = psycopg.execute("SELECT id FROM event_context WHERE hash = %s", (hashed,)).fetchone()
    assert row is not None  # noqa: S101 - inserted above, by us or by another
    return int(row[0])
