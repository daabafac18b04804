"""Numbers for texts: things, terms, transformationIDs and contexts, each written once for good.

Numbers are given in a transaction of their own that is committed before the capture's begins. A number
without an event is invisible to every question, so a capture that then fails has left nothing; and since
rows are inserted in the order of their text and the transaction is short, writers cannot deadlock on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Final

from sqlalchemy import Connection

from lineage.trace.neighbours import Kind
from trace_api.database.arrays import integers, texts
from trace_api.database.bulk import Target
from trace_api.database.engine import driver

#: How kinds of things are stored: only append.
KINDS: Final[tuple[Kind, ...]] = ("item", "lot", "unit", "class")
KIND_NUMBER: Final[Mapping[str, int]] = {kind: number for number, kind in enumerate(KINDS)}


class TermKind(IntEnum):
    """What a term is used for. The numbers are stored: never renumber."""

    STEP = 1
    DISPOSITION = 2
    PLACE = 3
    UNIT = 4
    PARTY = 5


Term = tuple[TermKind, str]

_THING: Final = Target("thing", ("id", "key", "kind", "unit"), ("int8", "text", "int2", "bool"))


def things(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Give the numbers of those keys that have one."""
    cursor = driver(connection).execute(
        "SELECT key, id FROM thing WHERE key = ANY(%s::text[])", (texts(keys),)
    )
    return dict(cursor.fetchall())


def add_things(connection: Connection, kinds: Mapping[str, int]) -> dict[str, int]:
    """Give new numbers to keys that have none, in the order given.

    :param kinds: key → number of its kind
    :return: the number of every key
    :raises psycopg.errors.UniqueViolation: another writer has just added one of them; see :func:`join_things`
    """
    given = _drawn(connection, kinds)
    _THING.write(connection, [(given[key], key, kinds[key], False) for key in sorted(given)])
    return given


def join_things(connection: Connection, kinds: Mapping[str, int]) -> dict[str, int]:
    """Do as :func:`add_things`, beside writers that add the same keys: these keep the other's number.

    Costs twice as much for many keys.
    """
    given = _drawn(connection, kinds)
    ordered = sorted(given)
    cursor = driver(connection).execute(
        "INSERT INTO thing (id, key, kind, unit)"
        " SELECT t.*, false FROM unnest(%s::bigint[], %s::text[], %s::smallint[]) AS t"
        " ON CONFLICT (key) DO NOTHING RETURNING key",
        (
            integers(map(given.__getitem__, ordered)),
            texts(ordered),
            integers(map(kinds.__getitem__, ordered)),
        ),
    )
    lost = given.keys() - {key for (key,) in cursor.fetchall()}
    if lost:
        given.update(things(connection, sorted(lost)))
    return given


def _drawn(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    drawn = driver(connection).execute("SELECT nextval('thing_id') FROM generate_series(1, %s)", (len(keys),))
    # A session whose block is used up goes on with a later one, never with an earlier one.
    return dict(zip(keys, (number for (number,) in drawn), strict=True))


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
