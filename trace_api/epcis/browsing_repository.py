"""Statements that list what events name. What only a refused document named is not there."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from lineage.trace.neighbours import BLOCK
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.things_repository import MEMBERS, NUMBERED
from trace_api.database.arrays import texts
from trace_api.database.engine import driver

#: Characters of a name that is worth looking for.
LONGEST: Final = 2000

_NAMED: Final = (
    "EXISTS (SELECT FROM posting p WHERE p.block = m.number >> 6 AND m.number BETWEEN p.lo AND p.hi)"
)


def things(connection: Connection, after: int, count: int) -> list[tuple[int, str]]:
    """Give (number, key) of things that events name, in order of their first appearance."""
    cursor = driver(connection).execute(
        f"SELECT m.number, m.key FROM thing t {MEMBERS} WHERE t.lo > %s - {BLOCK} AND t.hi > %s"  # noqa: S608
        f" AND m.number > %s AND {_NAMED} ORDER BY t.lo, m.number LIMIT %s",
        (after, after, after, count),
    )
    return [(number, key) for number, key in cursor]


def thing(connection: Connection, key: str) -> bool:
    """Say whether an event names the thing."""
    row = (
        driver(connection)
        .execute(
            f"SELECT EXISTS (SELECT FROM ({NUMBERED}) AS m WHERE {_NAMED})",  # noqa: S608 - constants
            (texts([key]),),
        )
        .fetchone()
    )
    return bool(row and row[0])


def terms(connection: Connection, kind: TermKind, after: int, count: int) -> list[tuple[int, str]]:
    """Give (number, value) of the terms of a kind, in order of their first appearance."""
    cursor = driver(connection).execute(
        "SELECT id, value FROM term WHERE kind = %s AND id > %s ORDER BY id LIMIT %s",
        (int(kind), after, count),
    )
    return [(number, value) for number, value in cursor]


def term(connection: Connection, kind: TermKind, value: str) -> bool:
    """Say whether a term is known."""
    row = (
        driver(connection)
        .execute("SELECT EXISTS (SELECT FROM term WHERE kind = %s AND value = %s)", (int(kind), value))
        .fetchone()
    )
    return bool(row and row[0])
