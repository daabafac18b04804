"""The source of neighbours over PostgreSQL: every call is one or two statements, each an index walk by thing.

The asked runs travel as arrays and are joined with the table, whose index answers one after the other. What
is found by its own block is read from the shards of those blocks, what is found by the other end (contents,
items, opposite legs) from every shard; ``docs/growing.md`` has the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, starmap
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Connection

from lineage.events import Event
from lineage.facts import How, Move, Role, Scope, Statement
from lineage.facts.quality import UNSAID, read_quality
from lineage.trace.neighbours import (
    FOREVER,
    NEVER,
    Appearance,
    Ask,
    Interval,
    Leg,
    Membership,
    Name,
    NameRun,
    OddityOf,
    Transformation,
)
from lineage.trace.runs import asks_for, together
from trace_api.capture.containment import ODDITIES
from trace_api.capture.rows import ACTIONS, TYPES
from trace_api.capture.stored_events import remember_places, stored_events
from trace_api.capture.things_repository import ENDS, NAMES, NAMING, WITHIN, read_ends, read_names
from trace_api.capture.things_repository import numbers as numbers_of
from trace_api.database.arrays import integers, routed
from trace_api.database.engine import driver, on_cluster, remembered
from trace_api.database.memory import Memory
from trace_api.trace.finding_repository import lots, posted
from trace_api.trace.gathering_repository import (
    ASKED,
    CONTAINED,
    FEW,
    IN_TIME,
    OVERLAPS,
    Gathering,
    Part,
    Row,
    name_run,
    raw,
)

# Of a gathered posting: what a look-up of postings gives.
_POSTED: Final = itemgetter(0, 1, 2, 3, 4, 5, 6, 8)
_WITHIN_PARENT: Final = "f.parent BETWEEN a.first AND a.last"
_STATEMENTS: Final = (
    "SELECT id, event_id, type, action, move, ends, sensed,"
    " location, read_point, giver, taker, carrier, owner, bound_for, step, disposition, quality, page, line"
    " FROM event WHERE id = ANY(%s::bigint[])"
)
_TERMS: Final = slice(7, 17)
_ROLES: Final = {int(role): role for role in Role}

# What the connections of a pool remember of what never changes: texts of terms, what events say.
_REMEMBERED_TERMS: Final = 20_000
_REMEMBERED_EVENTS: Final = 20_000


class PostgresNeighbours:
    """The facts in a database. Satisfies :class:`lineage.trace.neighbours.Neighbours`.

    :ivar connection: of one snapshot (``Database.reading()``), so that all calls see the same state
    :param back: the question will be where things came from: that is read with the things that are found
    """

    def __init__(self, connection: Connection, *, back: bool = False) -> None:
        self.connection = connection
        # One cursor answers one statement at a time, and each is read to its end before the next is asked.
        self._cursor = driver(connection).cursor(binary=True)
        self._names: dict[int, Name] = {}
        # On a cluster a statement goes to the shards of one table: nothing is gathered there.
        self._few = Gathering(raw(driver(connection)), 0 if on_cluster(connection) else FEW, back=back)

    @property
    def master_data(self) -> int | None:
        """The number of the state of master data, if it came with what was found."""
        return self._few.master_data

    # Facts

    def made_from(self, outputs: Sequence[Ask]) -> Iterable[Transformation]:
        """See :meth:`Neighbours.made_from`."""
        if not self._few.has(_always(outputs)):
            return self._transformations(outputs, output=True)
        own: dict[int, list[Leg]] = defaultdict(list)
        for first, last, ref, at, event, output, *_ in self._few.rows(Part.LEG, outputs):
            if output:
                own[ref].append(Leg(first, last, at, event))
        return [
            Transformation(ref, _side(self._few.legs(ref), output=False), its) for ref, its in own.items()
        ]

    def made_into(self, inputs: Sequence[Ask]) -> Iterable[Transformation]:
        """See :meth:`Neighbours.made_into`."""
        return self._transformations(inputs, output=False)

    def transformations(self, refs: Collection[int]) -> Iterable[Transformation]:
        """See :meth:`Neighbours.transformations`."""
        legs = {ref: self._few.legs(ref) for ref in refs}
        missing = [ref for ref, known in legs.items() if not known]
        if missing:
            self._cursor.execute(
                "SELECT lo, hi, ref, at, event, output FROM leg WHERE ref = ANY(%s::bigint[])",
                (integers(missing),),
            )
            for ref, rows in groupby(sorted(self._cursor.fetchall(), key=itemgetter(2)), itemgetter(2)):
                legs[ref] = list(rows)
        return [
            Transformation(ref, _side(its, output=False), _side(its, output=True))
            for ref, its in legs.items()
        ]

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
            f"{OVERLAPS} AND {side} AND {time}",
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
        if self._few.has(_always(items)):
            return [Membership(*row[:5]) for row in self._few.rows(Part.MEMBERSHIP, items)]
        return self._members(items, OVERLAPS)

    def items_of(self, lots: Sequence[Ask]) -> Iterable[Membership]:
        """See :meth:`Neighbours.items_of`."""
        return self._members(lots, "f.lot BETWEEN a.first AND a.last AND f.at >= a.since")

    def _members(self, asked: Sequence[Ask], condition: str) -> list[Membership]:
        rows = self._look_up(asked, "lo, hi, lot, at, event", "membership", condition)
        return list(map(Membership._make, rows))

    def contents(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.contents`."""
        if self._few.has(_always(parents)):
            # Only units have contents: most things that are asked about are none.
            units = [row for row in self._few.rows(Part.NAME, parents) if row[3]]
            parents = [ask for ask in parents if any(_has_unit(row, ask) for row in units)]
        return self._intervals(parents, _WITHIN_PARENT, Scope.CONTAINMENT)

    def containers(self, children: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.containers`."""
        if self._few.has(children):
            return [
                Interval(parent, first, last, start, end, event, closed_by)
                for first, last, start, end, event, closed_by, parent, *_ in self._few.rows(
                    Part.STAY, children
                )
            ]
        return self._intervals(together(children), OVERLAPS, Scope.CONTAINMENT)

    def attached(self, parents: Sequence[Ask]) -> Iterable[Interval]:
        """See :meth:`Neighbours.attached`."""
        if self._few.has(parents):
            return [Interval(*row[1:8]) for row in self._few.rows(Part.ATTACHED, parents)]
        return self._intervals(parents, _WITHIN_PARENT, Scope.ASSOCIATION)

    def _intervals(self, asked: Sequence[Ask], condition: str, scope: Scope) -> list[Interval]:
        rows = self._look_up(
            asked,
            "parent, lo, hi, start_at, end_at, event, closed_by",
            "stay",
            f"{condition} AND {IN_TIME} AND f.scope = {int(scope)}",
        )
        return list(map(Interval._make, rows))

    def oddities(self, things: Sequence[Ask]) -> Iterable[OddityOf]:
        """See :meth:`Neighbours.oddities`."""
        rows: Iterable[tuple[Any, ...]]
        if self._few.has(_always(things)):
            rows = (row[:7] for row in self._few.rows(Part.ODDITY, things))
        else:
            columns = "lo, hi, code, at, event, parent, other"
            rows = self._look_up(things, columns, "oddity", f"{OVERLAPS} AND {CONTAINED}")
        return [OddityOf(lo, hi, ODDITIES[code], *rest) for lo, hi, code, *rest in rows]

    def appearances(self, things: Sequence[Ask]) -> Iterable[Appearance]:
        """See :meth:`Neighbours.appearances`."""
        if self._few.has(things):
            rows = list(map(_POSTED, self._few.rows(Part.POSTING, things)))
        else:
            rows = self._look_up(
                things,
                "lo, hi, at, event, role, unit, void, quantity",
                "posting",
                f"{OVERLAPS} AND f.at >= a.since AND f.at <= a.until",
            )
        terms = self._terms({row[5] for row in rows})
        return [
            Appearance(lo, hi, at, event, _ROLES[role], quantity, terms.get(unit), bool(void))
            for lo, hi, at, event, role, unit, void, quantity in rows
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
        """See :meth:`Neighbours.names`. Asked several times about all of an answer: they are read once."""
        known = self._names
        asked = [thing for ask in things for thing in range(ask.first, ask.last + 1)]
        missing = asks_for(thing for thing in asked if thing not in known)
        for run in self.name_runs(missing):
            named = map(Name, run.ids, run.kinds)
            known.update(zip(range(run.first, run.first + len(run.ids)), named, strict=True))
        return {thing: known[thing] for thing in asked if thing in known}

    def name_runs(self, things: Sequence[Ask]) -> Iterator[NameRun]:
        """See :meth:`Neighbours.name_runs`. What is known of this question already is not read again."""
        missing: list[Ask] = []
        for ask in things:
            rows = list(self._few.rows(Part.NAME, [ask])) if self._few.has_some(Part.NAME, ask) else []
            if sum(min(row[1], ask.last) - max(row[0], ask.first) + 1 for row in rows) > ask.last - ask.first:
                yield from map(name_run, rows)
            else:
                missing.append(ask)
        for row in self._look_up(missing, f"{NAMING}, {NAMES}", "thing", WITHIN):
            yield read_names(*row)

    def end_names(self, things: Sequence[Ask]) -> Mapping[int, Name]:
        """See :meth:`Neighbours.end_names`."""
        return dict(chain.from_iterable(starmap(read_ends, self._look_up(things, ENDS, "thing", WITHIN))))

    def event_ids(self, events: Collection[int]) -> Mapping[int, str]:
        """See :meth:`Neighbours.event_ids`."""
        said, missing = self._said().recall(dict.fromkeys(events))
        known = {event: event_id for event, (event_id, _) in said.items()}
        if missing:
            self._cursor.execute(
                "SELECT id, event_id FROM event WHERE id = ANY(%s::bigint[])", (integers(missing),)
            )
            known.update(self._cursor.fetchall())
        return known

    def statements(self, events: Collection[int]) -> Mapping[int, Statement]:
        """See :meth:`Neighbours.statements`."""
        said = self._said()
        known, missing = said.recall(dict.fromkeys(events))
        if missing:
            new = dict(self._read_statements(missing))
            said.remember(new)
            known |= new
        return {event: statement for event, (_, statement) in known.items()}

    def _said(self) -> Memory[int, tuple[str, Statement]]:
        """Give the eventIDs and statements that are remembered: an event never changes them."""
        return remembered(self.connection, "said", lambda: Memory(_REMEMBERED_EVENTS))

    def _read_statements(self, events: Collection[int]) -> Iterator[tuple[int, tuple[str, Statement]]]:
        self._cursor.execute(_STATEMENTS, (integers(events),))
        rows = self._cursor.fetchall()
        terms = self._terms({term for row in rows for term in row[_TERMS]})
        remember_places(self.connection, {row[0]: row[17:] for row in rows})
        for row in rows:
            number, event_id, kind, action, move, ends, sensed = row[:7]
            location, read_point, *parties, bound_for, step, disposition, quality = map(
                terms.get, row[_TERMS]
            )
            giver, taker, carrier, owner = parties
            statement = Statement(
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
                sensed=sensed,
                quality=UNSAID if quality is None else read_quality(quality),
            )
            yield number, (event_id, statement)

    def events(self, events: Collection[int]) -> Mapping[int, Event]:
        """See :meth:`Neighbours.events`."""
        return stored_events(self.connection, events) if events else {}

    def find(self, ids: Collection[str]) -> Mapping[str, int]:
        """See :meth:`Neighbours.find`. A number that was given and that no event uses is nothing."""
        numbers = self._few.find(ids)
        if numbers is None:
            numbers = numbers_of(self._cursor, ids)
            used = posted(self._cursor, numbers.values())
        else:
            used = {
                number
                for number in numbers.values()
                if self._few.rows(Part.POSTING, [Ask(number, number, NEVER, FOREVER)])
            }
        used |= lots(self._cursor, {number for number in numbers.values() if number not in used})
        return {key: number for key, number in numbers.items() if number in used}

    # How it asks

    def _look_up(
        self, asked: Sequence[Ask], columns: str, table: str, condition: str
    ) -> list[tuple[Any, ...]]:
        """Give the rows that each asked run finds, every row once."""
        if not asked:
            return []
        first, last, since, until = zip(*asked, strict=True)
        blocks = [thing >> 6 for thing in first]
        where, value = routed("f.block", blocks) if condition.startswith(OVERLAPS) else ("", ())
        self._cursor.execute(
            f"SELECT {columns} FROM {ASKED} JOIN {table} f ON {condition}{where}",  # noqa: S608 - constants
            (*map(integers, (blocks, first, last, since, until)), *value),
        )
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        # Runs of different blocks never find the same.
        return rows if len(set(blocks)) == len(blocks) else list(dict.fromkeys(rows))

    def _terms(self, numbers: Collection[int | None]) -> Mapping[int | None, str]:
        memory = remembered(self.connection, "terms", lambda: Memory[int, str](_REMEMBERED_TERMS))
        known, new = memory.recall({number for number in numbers if number is not None})
        if new:
            self._cursor.execute("SELECT id, value FROM term WHERE id = ANY(%s::integer[])", (integers(new),))
            read = dict(self._cursor.fetchall())
            memory.remember(read)
            known |= read
        return cast("Mapping[int | None, str]", known)


def _always(asked: Sequence[Ask]) -> list[Ask]:
    """Ask about the same things at any time."""
    return [Ask(ask.first, ask.last, NEVER, FOREVER) for ask in asked]


def _side(legs: Iterable[tuple[Any, ...]], *, output: bool) -> list[Leg]:
    """Give the legs of one side of a transformation."""
    return [Leg(row[0], row[1], row[3], row[4]) for row in legs if bool(row[5]) is output]


def _has_unit(row: Row, ask: Ask) -> bool:
    """Say whether one of the asked things is a unit, by a row of names."""
    lo, hi, _, units, *_ = row
    places = range(max(lo, ask.first) - lo, min(hi, ask.last) - lo + 1)
    return any(units >> place & 1 for place in places)
