"""Statements on postings and facts: bulk writing, and the reading that deriving containment needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from lineage.facts import Role
from trace_api.capture.containment import EmptiedKey, MarkRow, OddityRow, StayRow, Touched
from trace_api.capture.rows import TYPES, EmptyingRow, FactRows, LegRow, MemberRow, PostingRow
from trace_api.database.arrays import integers
from trace_api.database.bulk import Target
from trace_api.database.engine import driver

# Advisory locks, first key. The second is the block of a thing, folded into a bounded set so that a
# large document cannot exhaust PostgreSQL's lock table. Parents are locked before children, and each
# class in ascending order: writers queue up and never wait in a ring.
_PARENT_LOCK: Final = 7302
_CHILD_LOCK: Final = 7303
LOCKS_OF_A_CLASS: Final = 1024

Derived = TypeVar("Derived", StayRow, OddityRow)

_POSTING: Final = Target("posting", PostingRow._fields, ["int8"] * 5 + ["float8", "int4", "int2", "bool"])
_LEG: Final = Target("leg", LegRow._fields, ["int8"] * 6 + ["bool"])
_MEMBER: Final = Target("membership", MemberRow._fields, ["int8"] * 6)
_MARK: Final = Target("mark", MarkRow._fields, ["int8"] * 6 + ["int2", "int2", "bool"])
_EMPTYING: Final = Target("emptying", EmptyingRow._fields, ["int8"] * 5 + ["int2"])
_STAY: Final = Target("stay", StayRow._fields, ["int8"] * 8 + ["int2", "bool"])
_ODDITY: Final = Target("oddity", OddityRow._fields, ["int8"] * 7 + ["int2", "int2", "bool"])


def add_facts(connection: Connection, rows: FactRows) -> None:
    """Write postings, legs, memberships, marks and emptyings; make parents units."""
    _POSTING.write(connection, rows.postings)
    _LEG.write(connection, rows.legs)
    _MEMBER.write(connection, rows.members)
    _MARK.write(connection, rows.marks)
    _EMPTYING.write(connection, rows.emptyings)
    if rows.parents:
        driver(connection).execute(
            "UPDATE thing SET unit = true WHERE id = ANY(%s::bigint[]) AND NOT unit",
            (integers(sorted(rows.parents)),),
        )


def add_stays(connection: Connection, stays: Sequence[StayRow], oddities: Sequence[OddityRow]) -> None:
    """Write what was derived."""
    _STAY.write(connection, stays)
    _ODDITY.write(connection, oddities)


def lock_parents(connection: Connection, blocks: Collection[int]) -> None:
    """Keep every other capture from changing what is inside these parents, to the end of the transaction."""
    _lock(connection, _PARENT_LOCK, blocks)


def lock_children(connection: Connection, blocks: Collection[int]) -> None:
    """Keep every other capture from deriving these children, to the end of the transaction."""
    _lock(connection, _CHILD_LOCK, blocks)


def inside_when_emptied(connection: Connection, emptyings: Sequence[EmptyingRow]) -> list[StayRow]:
    """Give the stays that an emptying may end, or has ended: those of the parent around that time."""
    if not emptyings:
        return []
    cursor = driver(connection).cursor(binary=True)
    cursor.execute(
        f"SELECT {_columns(StayRow, 's')}"  # noqa: S608 - names of columns
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[]) AS e (lo, hi, at, scope)"
        " CROSS JOIN LATERAL (SELECT * FROM stay s WHERE s.parent BETWEEN e.lo AND e.hi"
        "  AND s.end_at >= e.at AND s.start_at <= e.at AND s.scope & e.scope <> 0 OFFSET 0) AS s",
        _arrays(emptyings, "lo", "hi", "at", "scope"),
    )
    return [StayRow(*row) for row in cursor]


def marks_beside(connection: Connection, emptyings: Sequence[EmptyingRow]) -> list[MarkRow]:
    """Give the marks of the emptied parents at the very time of the emptying.

    A stay that begins and ends at one time is not kept; when the emptying is taken out it may reopen.
    """
    if not emptyings:
        return []
    cursor = driver(connection).cursor(binary=True)
    cursor.execute(
        f"SELECT {_columns(MarkRow, 'm')}"  # noqa: S608 - names of columns
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS e (lo, hi, at)"
        " CROSS JOIN LATERAL (SELECT * FROM mark m"
        "  WHERE m.parent BETWEEN e.lo AND e.hi AND m.at = e.at OFFSET 0) AS m",
        _arrays(emptyings, "lo", "hi", "at"),
    )
    return [MarkRow(*row) for row in cursor]


def marks_of(connection: Connection, touched: Touched) -> list[MarkRow]:
    """Give every mark of the touched children (of portions: those of the touched parents)."""
    cursor = driver(connection).cursor(binary=True)
    found: dict[MarkRow, None] = {}
    runs = list({run for _, run in touched.runs()})
    if runs:
        cursor.execute(
            f"SELECT {_columns(MarkRow, 'm')}"  # noqa: S608 - names of columns
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t (block, lo, hi)"
            " CROSS JOIN LATERAL (SELECT * FROM mark m WHERE m.block = t.block"
            "  AND m.lo <= t.hi AND m.hi >= t.lo AND NOT m.portion OFFSET 0) AS m",
            _arrays(runs, "block", "lo", "hi"),
        )
        found.update((MarkRow(*row), None) for row in cursor)
    if touched.portions:
        pairs = {(child, parent) for _, child, parent in touched.portions}
        cursor.execute(
            f"SELECT {_columns(MarkRow, 'm')}"  # noqa: S608 - names of columns
            " FROM unnest(%s::bigint[], %s::bigint[]) AS t (child, parent)"
            " CROSS JOIN LATERAL (SELECT * FROM mark m WHERE m.parent = t.parent"
            "  AND t.child BETWEEN m.lo AND m.hi AND m.portion OFFSET 0) AS m",
            (integers(child for child, _ in pairs), integers(parent for _, parent in pairs)),
        )
        found.update((MarkRow(*row), None) for row in cursor)
    return list(found)


def next_emptied(connection: Connection, keys: Collection[EmptiedKey]) -> dict[EmptiedKey, tuple[int, int]]:
    """Give (time, event) of the first emptying of each parent after a place in time, where there is one."""
    if not keys:
        return {}
    cursor = driver(connection).cursor(binary=True)
    cursor.execute(
        "SELECT q.parent, q.at, q.event, q.scope, e.at, e.event"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[])"
        " AS q (parent, at, event, scope)"
        " CROSS JOIN LATERAL ("
        "  SELECT e.at, e.event FROM emptying e"
        "  WHERE e.block = q.parent >> 6 AND q.parent BETWEEN e.lo AND e.hi AND e.scope & q.scope <> 0"
        "  AND e.at >= q.at AND (e.at > q.at OR e.event > q.event)"
        "  ORDER BY e.at, e.event LIMIT 1) AS e",
        _arrays(list(keys), "parent", "at", "event", "scope"),
    )
    return {EmptiedKey(*row[:4]): (row[4], row[5]) for row in cursor}


def take_stays(connection: Connection, touched: Touched) -> tuple[list[StayRow], list[OddityRow]]:
    """Delete what was derived of the touched children, and give it: runs may reach beyond them."""
    return (
        _take(connection, touched, StayRow, _STAY.table),
        _take(connection, touched, OddityRow, _ODDITY.table),
    )


def _take(connection: Connection, touched: Touched, kind: type[Derived], table: str) -> list[Derived]:
    cursor = driver(connection).cursor(binary=True)
    taken: list[Derived] = []
    runs = [(scope, run.block, run.lo, run.hi) for scope, run in touched.runs()]
    if runs:
        cursor.execute(
            _delete(
                table,
                "unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])"
                " AS t (scope, block, lo, hi)",
                "f.block = t.block AND f.lo <= t.hi AND f.hi >= t.lo AND f.scope = t.scope AND NOT f.portion",
            )
            + f" RETURNING {_columns(kind)}",
            tuple(map(integers, zip(*runs, strict=True))),
        )
        taken.extend(kind(*row) for row in cursor)
    if touched.portions:
        cursor.execute(
            _delete(
                table,
                "unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS t (scope, child, parent)",
                "f.block = t.child >> 6 AND f.lo = t.child AND f.parent = t.parent"
                " AND f.scope = t.scope AND f.portion",
            ),
            tuple(map(integers, zip(*touched.portions, strict=True))),
        )
    return taken


def take_facts(connection: Connection, rows: FactRows) -> None:
    """Delete the facts of events that an error declaration took out; keep their postings, marked void.

    :param rows: the rows of those events, as :func:`add_facts` wrote them
    """
    psycopg = driver(connection)
    places = "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t (block, at, event)"
    same = "f.block = t.block AND f.at = t.at AND f.event = t.event"
    psycopg.execute(
        f"UPDATE posting SET void = true WHERE ctid = ANY(ARRAY({_rows_at('posting', places, same)}))",  # noqa: S608
        _arrays(rows.postings, "block", "at", "event"),
    )
    lost: tuple[tuple[Target, Sequence[Any]], ...] = (
        (_MEMBER, rows.members),
        (_MARK, rows.marks),
        (_EMPTYING, rows.emptyings),
    )
    for target, several in lost:
        if several:
            psycopg.execute(_delete(target.table, places, same), _arrays(several, "block", "at", "event"))
    if rows.parents:
        psycopg.execute(
            "UPDATE thing t SET unit = false WHERE id = ANY(%s::bigint[]) AND NOT EXISTS ("
            " SELECT FROM posting p JOIN event e ON e.id = p.event"
            " WHERE p.block = t.id >> 6 AND t.id BETWEEN p.lo AND p.hi AND p.role = %s AND NOT p.void"
            " AND e.type = %s)",
            (integers(sorted(rows.parents)), int(Role.PARENT), TYPES["AggregationEvent"]),
        )
    if rows.legs:
        psycopg.execute(
            _delete(
                "leg",
                "unnest(%s::bigint[], %s::bigint[]) AS t (ref, event)",
                "f.ref = t.ref AND f.event = t.event",
            ),
            _arrays(rows.legs, "ref", "event"),
        )


def _delete(table: str, asked: str, condition: str) -> str:
    """Give the statement that deletes the rows asked for: found one by one through an index."""
    return f"DELETE FROM {table} WHERE ctid = ANY(ARRAY({_rows_at(table, asked, condition)}))"  # noqa: S608


def _rows_at(table: str, asked: str, condition: str) -> str:
    return (
        f"SELECT f.row FROM {asked}"  # noqa: S608 - names of tables and columns
        f" CROSS JOIN LATERAL (SELECT f.ctid AS row FROM {table} f WHERE {condition} OFFSET 0) AS f"
    )


def _lock(connection: Connection, lock: int, blocks: Collection[int]) -> None:
    if blocks:
        driver(connection).execute(
            "SELECT pg_advisory_xact_lock(%s, number) FROM unnest(%s::integer[]) AS number",
            (lock, integers(sorted({block % LOCKS_OF_A_CLASS for block in blocks}))),
        )


def _columns(kind: Any, alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + name for name in kind._fields)


def _arrays(rows: Sequence[Any], *names: str) -> tuple[str, ...]:
    """Give the columns of rows as arrays, for ``unnest``."""
    return tuple(integers(getattr(row, name) for row in rows) for name in names)
