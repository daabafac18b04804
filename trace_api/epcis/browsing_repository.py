"""Statements that list what events name. What only a refused document named is not there."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from trace_api.capture.interning_repository import TermKind
from trace_api.database.engine import driver

#: Characters of a name that is worth looking for.
LONGEST: Final = 2000

_NAMED: Final = "EXISTS (SELECT FROM posting p WHERE p.block = t.id >> 6 AND t.id BETWEEN p.lo AND p.hi)"


def things(connection: Connection, after: int, count: int) -> list[tuple[int, str]]:
    """Give (number, key) of things that events name, in order of their first appearance."""
    cursor = driver(connection).execute(
        f"SELECT t.id, t.key FROM thing t WHERE t.id > %s AND {_NAMED} ORDER BY t.id LIMIT %s",  # noqa: S608
        (after, count),
    )
    return [(number, key) for number, key in cursor]


def thing(connection: Connection, key: str) -> bool:
    """Say whether an event names the thing."""
    row = (
        driver(connection)
        .execute(
            f"SELECT EXISTS (SELECT FROM thing t WHERE t.key = %s AND {_NAMED})",  # noqa: S608 - a constant
            (key,),
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
