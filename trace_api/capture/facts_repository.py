"""Statements on postings and facts: bulk writing, and the reading that deriving containment needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from lineage.facts import Role
from trace_api.capture.containment import EmptiedKey, MarkRow, OddityRow, StayRow, Touched
from trace_api.capture.rows import TYPES, EmptyingRow, FactRows, LegRow, MemberRow, PostingRow
from trace_api.database.arrays import integers, routed
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
        _mark_units(connection, rows.parents, "t.units | u.bits")


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
        " JOIN stay s ON s.parent BETWEEN e.lo AND e.hi"
        " AND s.end_at >= e.at AND s.start_at <= e.at AND s.scope & e.scope <> 0",
        _arrays(emptyings, "lo", "hi", "at", "scope"),
    )
    return [StayRow(*row) for row in cursor.fetchall()]


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
        " JOIN mark m ON m.parent BETWEEN e.lo AND e.hi AND m.at = e.at",
        _arrays(emptyings, "lo", "hi", "at"),
    )
    return [MarkRow(*row) for row in cursor.fetchall()]


def marks_of(connection: Connection, touched: Touched) -> list[MarkRow]:
    """Give every mark of the touched children (of portions: those of the touched parents)."""
    cursor = driver(connection).cursor(binary=True)
    found: dict[MarkRow, None] = {}
    runs = list({run for _, run in touched.runs()})
    if runs:
        where, value = routed("m.block", (run.block for run in runs))
        cursor.execute(
            f"SELECT {_columns(MarkRow, 'm')}"  # noqa: S608 - names of columns
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t (block, lo, hi)"
            " JOIN mark m ON m.block = t.block AND m.lo <= t.hi AND m.hi >= t.lo"
            f" WHERE NOT m.portion{where}",
            (*_arrays(runs, "block", "lo", "hi"), *value),
        )
        found.update((MarkRow(*row), None) for row in cursor.fetchall())
    if touched.portions:
        pairs = {(child, parent) for _, child, parent in touched.portions}
        cursor.execute(
            f"SELECT {_columns(MarkRow, 'm')}"  # noqa: S608 - names of columns
            " FROM unnest(%s::bigint[], %s::bigint[]) AS t (child, parent)"
            " JOIN mark m ON m.parent = t.parent AND t.child BETWEEN m.lo AND m.hi AND m.portion",
            (integers(child for child, _ in pairs), integers(parent for _, parent in pairs)),
        )
        found.update((MarkRow(*row), None) for row in cursor.fetchall())
    return list(found)


def next_emptied(connection: Connection, keys: Collection[EmptiedKey]) -> dict[EmptiedKey, tuple[int, int]]:
    """Give (time, event) of the first emptying of each parent after a place in time, where there is one."""
    if not keys:
        return {}
    asked = list(keys)
    blocks = [key.parent >> 6 for key in asked]
    where, value = routed("e.block", blocks)
    cursor = driver(connection).cursor(binary=True)
    # As there is one block a question, DISTINCT ON is LIMIT 1, in a form that Citus sends to the shards.
    cursor.execute(
        "SELECT q.parent, q.at, q.event, q.scope, e.at, e.event"  # noqa: S608
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[])"
        " AS q (block, parent, at, event, scope)"
        " CROSS JOIN LATERAL ("
        "  SELECT DISTINCT ON (e.block) e.block, e.at, e.event FROM emptying e"
        "  WHERE e.block = q.block AND q.parent BETWEEN e.lo AND e.hi AND e.scope & q.scope <> 0"
        f"  AND e.at >= q.at AND (e.at > q.at OR e.event > q.event){where}"
        "  ORDER BY e.block, e.at, e.event) AS e",
        (integers(blocks), *_arrays(asked, "parent", "at", "event", "scope"), *value),
    )
    return {EmptiedKey(*row[:4]): (row[4], row[5]) for row in cursor.fetchall()}


def take_stays(connection: Connection, touched: Touched) -> tuple[list[StayRow], list[OddityRow]]:
    """Delete what was derived of the touched children, and give it: runs may reach beyond them."""
    return (
        _take(connection, touched, StayRow, _STAY.table),
        _take(connection, touched, OddityRow, _ODDITY.table),
    )


def _take(connection: Connection, touched: Touched, kind: type[Derived], table: str) -> list[Derived]:
    cursor = driver(connection).cursor(binary=True)
    taken: list[Derived] = []
    runs: list[tuple[int, int, int, int]] = [
        (scope, run.block, run.lo, run.hi) for scope, run in touched.runs()
    ]
    if runs:
        where, value = routed("f.block", [run[1] for run in runs])
        cursor.execute(
            f"DELETE FROM {table} f USING unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])"  # noqa: S608
            " AS t (scope, block, lo, hi)"
            " WHERE f.block = t.block AND f.lo <= t.hi AND f.hi >= t.lo AND f.scope = t.scope"
            f" AND NOT f.portion{where} RETURNING {_columns(kind, 'f')}",
            tuple(map(integers, zip(*runs, strict=True))) + value,
        )
        taken.extend(kind(*row) for row in cursor.fetchall())
    if touched.portions:
        scopes, children, parents = map(integers, zip(*touched.portions, strict=True))
        blocks = [child >> 6 for _, child, _ in touched.portions]
        where, value = routed("f.block", blocks)
        cursor.execute(
            f"DELETE FROM {table} f USING unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])"  # noqa: S608
            " AS t (scope, block, child, parent)"
            " WHERE f.block = t.block AND f.lo = t.child AND f.parent = t.parent AND f.scope = t.scope"
            f" AND f.portion{where}",
            (scopes, integers(blocks), children, parents) + value,  # noqa: RUF005
        )
    return taken


def take_facts(connection: Connection, rows: FactRows) -> None:
    """Delete the facts of events that an error declaration took out; keep their postings, marked void.

    :param rows: the rows of those events, as :func:`add_facts` wrote them
    """
    _change(connection, "UPDATE posting f SET void = true FROM", rows.postings)
    _change(connection, "DELETE FROM leg f USING", rows.legs)
    _change(connection, "DELETE FROM membership f USING", rows.members)
    _change(connection, "DELETE FROM mark f USING", rows.marks)
    _change(connection, "DELETE FROM emptying f USING", rows.emptyings)
    if rows.parents:
        _unmake_units(connection, rows.parents)


def _change(connection: Connection, what: str, rows: Sequence[Any]) -> None:
    """Change the rows of some events: found by their block, each event's own."""
    if rows:
        where, value = routed("f.block", (row.block for row in rows))
        driver(connection).execute(
            f"{what} unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t (block, at, event)"
            f" WHERE f.block = t.block AND f.at = t.at AND f.event = t.event{where}",
            (*_arrays(rows, "block", "at", "event"), *value),
        )


def _unmake_units(connection: Connection, parents: Collection[int]) -> None:
    """Note which of these parents no event that stands names as the parent of an aggregation any more."""
    psycopg = driver(connection)
    asked = sorted(parents)
    blocks = [parent >> 6 for parent in asked]
    where, value = routed("p.block", blocks)
    named = psycopg.execute(
        "SELECT DISTINCT t.thing, p.event FROM unnest(%s::bigint[], %s::bigint[]) AS t (block, thing)"  # noqa: S608
        " JOIN posting p ON p.block = t.block AND t.thing BETWEEN p.lo AND p.hi"
        f" WHERE p.role = %s AND NOT p.void{where}",
        (integers(blocks), integers(asked), int(Role.PARENT), *value),
    ).fetchall()
    aggregations = {
        number
        for (number,) in psycopg.execute(
            "SELECT id FROM event WHERE id = ANY(%s::bigint[]) AND type = %s",
            (integers({event for _, event in named}), TYPES["AggregationEvent"]),
        )
    }
    left = set(asked) - {thing for thing, event in named if event in aggregations}
    _mark_units(connection, left, "t.units & ~u.bits")


def _mark_units(connection: Connection, things: Collection[int], units: str) -> None:
    """Set or clear the bits that say which things of a row are units.

    :param units: from the bits of the row (``t.units``) and of these things (``u.bits``)
    """
    driver(connection).execute(
        f"UPDATE thing t SET units = {units} FROM ("  # noqa: S608 - constants
        "SELECT r.lo, bit_or(1::bigint << (w.thing - r.lo)::integer) AS bits"
        " FROM unnest(%s::bigint[]) AS w (thing) CROSS JOIN LATERAL"
        " (SELECT lo FROM thing WHERE lo <= w.thing ORDER BY lo DESC LIMIT 1) AS r"
        " GROUP BY r.lo ORDER BY r.lo"
        f") AS u WHERE t.lo = u.lo AND t.units <> {units}",
        (integers(sorted(things)),),
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
