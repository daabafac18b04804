"""The source of neighbours over PostgreSQL: every call is one or two statements, each an index walk by thing.

The asked runs travel as arrays and are joined with the table, whose index answers one after the other. What
is found by its own block is read from the shards of those blocks, what is found by the other end (contents,
items, opposite legs) from every shard; ``docs/growing.md`` has the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from lineage.events import Event
from lineage.facts import How, Move, Role, Scope, Statement
from lineage.trace.neighbours import (
    Appearance,
    Ask,
    Interval,
    Leg,
    Membership,
    Name,
    OddityOf,
    Transformation,
)
from trace_api.capture.containment import ODDITIES
from trace_api.capture.interning_repository import KINDS
from trace_api.capture.rows import ACTIONS, TYPES
from trace_api.capture.stored_events import stored_events
from trace_api.database.arrays import integers, routed, texts
from trace_api.database.engine import driver

_ASKED: Final = (
    "unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
    " AS a (block, first, last, since, until)"
)
_OVERLAPS: Final = "f.block = a.block AND f.lo <= a.last AND f.hi >= a.first"
_WITHIN_PARENT: Final = "f.parent BETWEEN a.first AND a.last"
_STATEMENTS: Final = (
    "SELECT id, type, action, move, ends, tells_more,"
    " location, read_point, giver, taker, carrier, owner, bound_for, step, disposition"
    " FROM event WHERE id = ANY(%s::bigint[])"
)
_TERMS: Final = slice(6, None)

# Texts of terms remembered by each pooled connection.
_REMEMBERED_TERMS: Final = 20_000


class PostgresNeighbours:
    """The facts in a database. Satisfies :class:`lineage.trace.neighbours.Neighbours`.

    :param connection: of one snapshot (``Database.reading()``), so that all calls see the same state
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # One cursor answers one statement at a time, and each is read to its end before the next is asked.
        self._cursor = driver(connection).cursor(binary=True)

    # Facts

    def made_from(self, outputs: Sequence[Ask]) -> Iterable[Transformation]:
        """See :meth:`Neighbours.made_from`."""
        return self._transformations(outputs, output=True)

    def made_into(self, inputs: Sequence[Ask]) -> Iterable[Transformation]:
        """See :meth:`Neighbours.made_into`."""
        return self._transformations(inputs, output=False)

    def _transformations(self, asked: Sequence[Ask], *, output: bool) -> list[Transformation]:
        side, other, time = (
            ("f.output", "NOT output", "f.at <= a.until")
            if output
            else ("NOT f.output", "output", "f.at >= a.since")
        )
        own: dict[int, dict[Leg, None]] = defaultdict(dict)
        for ref, *leg in self._look_up(
            asked,
            "ref, lo, hi, at, event",
            "leg",
            f"{_OVERLAPS} AND {side} AND {time}",
        ):
            own[ref][Leg(*leg)] = None
        if not own:
            return []
        opposite: dict[int, list[Leg]] = defaultdict(list)
        self._cursor.execute(
            f"SELECT ref, lo, hi, at, event FROM leg WHERE ref = ANY(%s::bigint[]) AND {other}",  # noqa: S608 - constants
            (integers(own),),
        )
        for ref, *leg in self._cursor:
            opposite[ref].append(Leg(*leg))
        return [
            Transformation(ref, opposite[ref], list(legs))
            if output
            else Transformation(ref, list(legs), opposite[ref])
            for ref, legs in own.items()
        ]

    def lots_of(self, items: Sequence[Ask]) -> Iterable[Membership]:
        """See :meth:`Neighbours.lots_of`."""
        return self._members(items, _OVERLAPS)

    def items_of(self, lots: Sequence[Ask]) -> Iterable[Membership]:
        """See :meth:`Neighbours.items_of`."""
        return self._members(lots, "f.lot BETWEEN a.first AND a.last AND f.at >= a.since")

    def _members(self, asked: Sequence[Ask], condition: str) -> list[Membership]:
        return [
            Membership(*row)
            for row in self._look_up(asked, "lo, hi, lot, at, event", "membership", condition)
        ]

    def contents(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.contents`."""
        return self._intervals(parents, _WITHIN_PARENT, Scope.CONTAINMENT)

    def containers(self, children: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.containers`."""
        return self._intervals(children, _OVERLAPS, Scope.CONTAINMENT)

    def attached(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.attached`."""
        return self._intervals(parents, _WITHIN_PARENT, Scope.ASSOCIATION)

    def _intervals(self, asked: Sequence[Ask], condition: str, scope: Scope) -> list[Interval]:
        rows = self._look_up(
            asked,
            "parent, lo, hi, start_at, end_at, event, closed_by",
            "stay",
            f"{condition} AND f.start_at <= a.until AND f.end_at > a.since AND f.scope = {int(scope)}",
        )
        return [Interval(*row) for row in rows]

    def oddities(self, things: Sequence[Ask]) -> Iterable[OddityOf]:
        """See :meth:`Neighbours.oddities`."""
        rows = self._look_up(
            things,
            "lo, hi, code, at, event, parent, other",
            "oddity",
            f"{_OVERLAPS} AND f.scope = {int(Scope.CONTAINMENT)}",
        )
        return [OddityOf(lo, hi, ODDITIES[code], *rest) for lo, hi, code, *rest in rows]

    def appearances(self, things: Sequence[Ask]) -> Iterable[Appearance]:
        """See :meth:`Neighbours.appearances`."""
        rows = self._look_up(
            things,
            "lo, hi, at, event, role, quantity, unit, void",
            "posting",
            f"{_OVERLAPS} AND f.at >= a.since AND f.at <= a.until",
        )
        terms = self._terms({row[6] for row in rows})
        return [
            Appearance(lo, hi, at, event, Role(role), quantity, terms.get(unit), void)
            for lo, hi, at, event, role, quantity, unit, void in rows
        ]

    def first_seen(self, thing: int) -> int | None:
        """See :meth:`Neighbours.first_seen`."""
        self._cursor.execute(
            "SELECT least("
            "(SELECT at FROM posting WHERE block = %s AND %s BETWEEN lo AND hi AND NOT void"
            " ORDER BY at LIMIT 1),"
            " (SELECT at FROM membership WHERE lot = %s ORDER BY at LIMIT 1))",
            (thing >> 6, thing, thing),
        )
        row = self._cursor.fetchone()
        return row[0] if row else None

    # Names, events

    def names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """See :meth:`Neighbours.names`."""
        rows = self._look_up(things, "id, key, kind, unit", "thing", "f.id BETWEEN a.first AND a.last")
        return {number: Name(key, "unit" if unit else KINDS[kind]) for number, key, kind, unit in rows}

    def event_ids(self, events: Collection[int]) -> Mapping[int, str]:
        """See :meth:`Neighbours.event_ids`."""
        if not events:
            return {}
        self._cursor.execute(
            "SELECT id, event_id FROM event WHERE id = ANY(%s::bigint[])", (integers(events),)
        )
        return dict(self._cursor.fetchall())

    def statements(self, events: Collection[int]) -> Mapping[int, Statement]:
        """See :meth:`Neighbours.statements`."""
        if not events:
            return {}
        self._cursor.execute(_STATEMENTS, (integers(events),))
        rows = self._cursor.fetchall()
        terms = self._terms({term for row in rows for term in row[_TERMS]})
        found: dict[int, Statement] = {}
        for row in rows:
            number, kind, action, move, ends, tells_more = row[:6]
            location, read_point, *parties, bound_for, step, disposition = map(terms.get, row[_TERMS])
            giver, taker, carrier, owner = parties
            found[number] = Statement(
                move=Move(move),
                ends=None if ends is None else How(ends),
                site=location or read_point,
                read_point=read_point,
                giver=giver,
                taker=taker,
                carrier=carrier,
                owner=owner,
                bound_for=bound_for,
                step=step,
                disposition=disposition,
                creates=kind == TYPES["ObjectEvent"] and action == ACTIONS["ADD"],
                tells_more=tells_more,
            )
        return found

    def events(self, events: Collection[int]) -> Mapping[int, Event]:
        """See :meth:`Neighbours.events`."""
        return stored_events(self._connection, events) if events else {}

    def find(self, ids: Collection[str]) -> Mapping[str, int]:
        """See :meth:`Neighbours.find`. A number that was given and that no event uses is nothing."""
        self._cursor.execute("SELECT key, id FROM thing WHERE key = ANY(%s::text[])", (texts(ids),))
        numbers: dict[str, int] = dict(self._cursor.fetchall())
        used = self._used(numbers.values())
        return {key: number for key, number in numbers.items() if number in used}

    def _used(self, things: Collection[int]) -> set[int]:
        """Give the things that an event names, or that are the lot of an item."""
        used: set[int] = set()
        if things:
            blocks = [thing >> 6 for thing in things]
            where, value = routed("f.block", blocks)
            # As there is one block a question, DISTINCT is LIMIT 1, in a form that Citus sends to the shards.
            self._cursor.execute(
                "SELECT a.thing FROM unnest(%s::bigint[], %s::bigint[]) AS a (block, thing)"  # noqa: S608
                " CROSS JOIN LATERAL (SELECT DISTINCT f.block FROM posting f"
                f" WHERE f.block = a.block AND a.thing BETWEEN f.lo AND f.hi{where}) AS f",
                (integers(blocks), integers(things), *value),
            )
            used.update(number for (number,) in self._cursor)
        if len(used) < len(things):
            self._cursor.execute(
                "SELECT DISTINCT lot FROM membership WHERE lot = ANY(%s::bigint[])",
                (integers(thing for thing in things if thing not in used),),
            )
            used.update(number for (number,) in self._cursor)
        return used

    # How it asks

    def _look_up(
        self, asked: Sequence[Ask], columns: str, table: str, condition: str
    ) -> list[tuple[Any, ...]]:
        """Give the rows that each asked run finds, every row once."""
        if not asked:
            return []
        first, last, since, until = zip(*asked, strict=True)
        blocks = [thing >> 6 for thing in first]
        where, value = routed("f.block", blocks) if condition.startswith(_OVERLAPS) else ("", ())
        self._cursor.execute(
            f"SELECT {columns} FROM {_ASKED} JOIN {table} f ON {condition}{where}",  # noqa: S608 - constants
            (*map(integers, (blocks, first, last, since, until)), *value),
        )
        return list(dict.fromkeys(self._cursor.fetchall()))

    def _terms(self, numbers: Collection[int | None]) -> Mapping[int | None, str]:
        known: dict[int | None, str] = self._connection.info.setdefault("suyuan_terms", {})
        new = [number for number in numbers if number is not None and number not in known]
        if new:
            if len(known) + len(new) > _REMEMBERED_TERMS:
                known.clear()
                new = [number for number in numbers if number is not None]
            self._cursor.execute("SELECT id, value FROM term WHERE id = ANY(%s::integer[])", (integers(new),))
            known.update(self._cursor.fetchall())
        return known
