"""Everything about a few things in one statement, kept for the rest of one question.

A question about one item touches some thirty things, and asks of each who it is, what happened to it, what
it was made of, which lot and which unit it was in. Asked one by one, most of the time goes into exchanges
with the database. So the first call about a few things reads all of that at once, and later calls of the
same question are answered from here. Calls about many things go to the tables one by one instead, and so do
all later calls of that question: what is found of many is asked about for one thing at a time. What one call
adds here is what :data:`FEW` things have.

What a question asks next follows from what it found: which units a thing was in, with which sensors on them,
which lot it is of, what it was made of. So a statement goes on there by itself, and reads everything about
those things too, as far as they are few. Finding a thing leads on to its units, which nearly every question
asks for; to what it was made of only where that is the question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Any, Final

import psycopg
from psycopg.pq import Format

from lineage.facts import Scope
from lineage.trace.neighbours import BLOCK, FOREVER, NEVER, Ask, NameRun
from trace_api.capture.things_repository import NAMES, NAMING, NUMBERED, WITHIN, read_names
from trace_api.database.arrays import integers, texts
from trace_api.masterdata.repository import VERSION

#: Things of one call up to which everything about them is read at once.
FEW: Final = 96

#: Names of one call about which everything is read at once: a question has one, a scanned code two or three.
NAMED: Final = 4

# Runs of one statement. Those that are asked for come first; ways on lead to one thing a run.
_MOST_RUNS: Final = 2 * FEW

# A time that no time lies in.
_NOT_READ: Final = FOREVER, NEVER

_SHIFT: Final = BLOCK.bit_length() - 1

Row = tuple[Any, ...]
"""A row of a part, in the order of its columns; the last is the part."""

ASKED: Final = (
    "unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
    " AS a (block, first, last, since, until)"
)
OVERLAPS: Final = "f.block = a.block AND f.lo <= a.last AND f.hi >= a.first"
IN_TIME: Final = "f.start_at <= a.until AND f.end_at > a.since"
CONTAINED: Final = f"f.scope = {int(Scope.CONTAINMENT)}"
ATTACHED: Final = f"f.scope = {int(Scope.ASSOCIATION)}"


class Part(IntEnum):
    """What is read about a thing."""

    NAME = 0
    POSTING = 1
    MEMBERSHIP = 2
    ODDITY = 3
    STAY = 4
    ATTACHED = 5
    LEG = 6
    READ = 7
    MASTER_DATA = 8


# Bare numbers for what looks at each row: members of an enumeration are found and compared slowly.
_NAME_PART, _LEG_PART, _READ_PART, _MASTER_DATA_PART = map(
    int, (Part.NAME, Part.LEG, Part.READ, Part.MASTER_DATA)
)

_STAY: Final = "f.lo, f.hi, f.start_at, f.end_at, f.event, f.closed_by"
#: Each part as (columns, rows). The columns begin with the run that the row is about; the last two are a
#: number that may be broken, and a text.
_PARTS: Final = {
    Part.NAME: (f"{NAMING}, NULL, NULL, NULL, NULL, {NAMES}", f"thing f WHERE {WITHIN}"),
    Part.POSTING: (
        "f.lo, f.hi, f.at, f.event, f.role, f.unit, f.void::int, NULL, f.quantity, NULL",
        f"posting f WHERE {OVERLAPS} AND f.at >= a.since AND f.at <= a.until",
    ),
    Part.MEMBERSHIP: (
        "f.lo, f.hi, f.lot, f.at, f.event, NULL, NULL, NULL, NULL, NULL",
        f"membership f WHERE {OVERLAPS}",
    ),
    Part.ODDITY: (
        "f.lo, f.hi, f.code, f.at, f.event, f.parent, f.other, NULL, NULL, NULL",
        f"oddity f WHERE {OVERLAPS} AND {CONTAINED}",
    ),
    Part.STAY: (
        f"{_STAY}, f.parent, NULL, NULL, NULL",
        f"stay f WHERE {OVERLAPS} AND {IN_TIME} AND {CONTAINED}",
    ),
    # The run is the unit here: it is the one that was asked about.
    Part.ATTACHED: (
        f"f.parent, f.parent, {_STAY}, NULL, NULL",
        f"stay f WHERE f.parent BETWEEN a.first AND a.last AND {IN_TIME} AND {ATTACHED}",
    ),
    # Whole transformations: every leg of those that have an output among the things.
    Part.LEG: (
        "f.lo, f.hi, f.ref, f.at, f.event, f.output::int, NULL, NULL, NULL, NULL",
        f"leg g JOIN leg f ON f.ref = g.ref WHERE g.output AND {OVERLAPS.replace('f.', 'g.')}",
    ),
}
# What was read about, so that nobody asks again: the run and its time.
_PARTS[Part.READ] = ("a.first, a.last, a.since, a.until, NULL, NULL, NULL, NULL, NULL, NULL", "(SELECT) AS f")
_TYPES: Final = (*["bigint"] * 8, "float8", "text")
_COLUMNS: Final = ", ".join(f"f.c{place}::{kind}" for place, kind in enumerate(_TYPES))
_NAMES: Final = ", ".join(f"c{place}" for place in range(len(_TYPES)))
_ALWAYS: Final = f"'{NEVER}'::bigint AS since, '{FOREVER}'::bigint AS until"

_UNITS: Final = (
    "SELECT f.parent AS first, f.parent AS last,"  # noqa: S608 - constants
    " greatest(a.since, f.start_at) AS since, least(a.until, f.end_at) AS until"
    f" FROM stay f WHERE {OVERLAPS} AND {IN_TIME} AND {CONTAINED} AND NOT f.portion"
)
_SENSORS: Final = (
    "SELECT f.lo, f.hi, greatest(a.since, f.start_at), least(a.until, f.end_at)"  # noqa: S608 - constants
    f" FROM stay f WHERE f.parent BETWEEN a.first AND a.last AND {IN_TIME} AND {ATTACHED} AND f.lo = f.hi"
)
_LOTS: Final = f"SELECT f.lot, f.lot, {_ALWAYS} FROM membership f WHERE {OVERLAPS}"  # noqa: S608 - constants
# Few inputs side by side are lots and units. Many are items: they are read when they are asked for.
_SIDE_BY_SIDE: Final = 4
_INPUTS: Final = (
    f"SELECT g.lo, g.hi, {_ALWAYS} FROM leg f"  # noqa: S608 - constants
    f" JOIN leg g ON g.ref = f.ref AND NOT g.output AND g.hi - g.lo < {_SIDE_BY_SIDE}"
    f" WHERE f.output AND {OVERLAPS}"
)


# The number of the state of master data, in the place of a thing.
_MASTER_DATA: Final = (
    f"SELECT {_COLUMNS}, {int(Part.MASTER_DATA)}"  # noqa: S608 - constants
    f" FROM (SELECT ({VERSION}), {', '.join(['NULL'] * (len(_TYPES) - 1))}) AS f ({_NAMES})"
)


def _everything(asked: str, *ways: str, master_data: bool = False) -> bytes:
    """Write the statement that reads every part about the asked things, and on along the ways.

    It has numbered placeholders: a driver that looks for others would read it through each time.
    """
    parts = [
        f"SELECT {_COLUMNS}, {int(part)} FROM a"  # noqa: S608 - constants
        f" CROSS JOIN LATERAL (SELECT {columns} FROM {rows} OFFSET 0) AS f ({_NAMES})"
        for part, (columns, rows) in _PARTS.items()
    ]
    if master_data:
        parts.append(_MASTER_DATA)
    statement = (
        f"WITH RECURSIVE way AS ({asked} UNION SELECT w.first >> {_SHIFT}, w.* FROM way a"  # noqa: S608 - constants
        f" CROSS JOIN LATERAL ({' UNION ALL '.join(ways)}) AS w),"
        f" a AS MATERIALIZED (SELECT * FROM way LIMIT {_MOST_RUNS}) {' UNION ALL '.join(parts)}"
    )
    first, *others = statement.split("%s")
    return "".join([first, *(f"${place}{text}" for place, text in enumerate(others, 1))]).encode()


_NAMED: Final = (
    f"SELECT n.number >> {_SHIFT} AS block, n.number AS first, n.number AS last, {_ALWAYS}"  # noqa: S608 - constants
    f" FROM ({NUMBERED}) AS n"
)
_AROUND: Final = (_UNITS, _SENSORS)
_BACK: Final = (_LOTS, _INPUTS)
EVERYTHING: Final = _everything(f"SELECT * FROM {ASKED}", *_AROUND, *_BACK)  # noqa: S608 - constants
EVERYTHING_NAMED: Final = _everything(_NAMED, *_AROUND, master_data=True)
EVERYTHING_BEHIND: Final = _everything(_NAMED, *_AROUND, *_BACK, master_data=True)


def raw(connection: psycopg.Connection[Any]) -> psycopg.RawCursor[Any]:
    """Give a cursor for statements with numbered placeholders."""
    cursor = psycopg.RawCursor(connection)
    cursor.format = Format.BINARY
    return cursor


def name_run(row: Row) -> NameRun:
    """Read the names of a row of :data:`Part.NAME`."""
    lo, hi, kind, units, head = row[:5]
    return read_names(lo, hi, kind, units, head, row[9])


class Gathering:
    """What one question has read so far about few things.

    :ivar master_data: number of the state of master data, when names were looked for
    :param cursor: of the question's snapshot, see :func:`raw`
    :param most: things of one call up to which everything about them is read
    :param back: the question is what the named things were made of
    """

    def __init__(self, cursor: psycopg.RawCursor[Any], most: int = FEW, *, back: bool = False) -> None:
        self._cursor = cursor
        self.master_data: int | None = None
        self._most = most
        self._many = False
        """A call of this question was about many things."""
        self._named = EVERYTHING_BEHIND if back else EVERYTHING_NAMED
        self._times: dict[int, tuple[int, int]] = {}
        """Thing → the time that was read about."""
        self._rows: dict[tuple[int, int], dict[Row, None]] = defaultdict(dict)
        """(part, block) → rows."""
        self._legs: dict[int, dict[Row, None]] = defaultdict(dict)

    def has(self, asked: Sequence[Ask]) -> bool:
        """Make sure that everything about these things in their time is here; ``False`` if it stays away."""
        if sum(ask.last - ask.first for ask in asked) + len(asked) > self._most:
            self._many = True
            return False
        missing = list(self._missing(asked))
        if missing and self._many:
            return False
        if missing:
            first, last, since, until = zip(*missing, strict=True)
            blocks = [thing >> _SHIFT for thing in first]
            self._read(EVERYTHING, tuple(map(integers, (blocks, first, last, since, until))))
        return True

    def find(self, keys: Collection[str]) -> dict[str, int] | None:
        """Give the numbers of things by name, reading everything about them; ``None`` if they are many."""
        if len(keys) > min(self._most, NAMED):
            return None
        found: dict[str, int] = {}
        for row in self._read(self._named, (texts(keys),)):
            run = name_run(row)
            found.update((id_, run.first + place) for place, id_ in enumerate(run.ids) if id_ in keys)
        return found

    def rows(self, part: Part, asked: Iterable[Ask]) -> Iterable[Row]:
        """Give the rows of a part that overlap the asked runs, each once, in the order of its columns."""
        found: dict[Row, None] = {}
        for ask in asked:
            for row in self._rows.get((part, ask.first >> _SHIFT), ()):
                if row[0] <= ask.last and ask.first <= row[1]:
                    found[row] = None
        return found

    def has_some(self, part: Part, ask: Ask) -> bool:
        """Say whether rows of a part are here of the block of an asked run."""
        return (part, ask.first >> _SHIFT) in self._rows

    def legs(self, ref: int) -> Iterable[Row]:
        """Give all legs of a transformation; nothing for one that is not here."""
        return self._legs.get(ref, ())

    def _read(self, statement: bytes, values: Sequence[str]) -> list[Row]:
        """Keep what a statement gives, and give the names among it."""
        self._cursor.execute(statement, values)
        names = []
        for row in self._cursor.fetchall():
            part = row[-1]
            if part == _MASTER_DATA_PART:
                self.master_data = row[0]
                continue
            self._rows[part, row[0] >> _SHIFT][row] = None
            if part == _LEG_PART:
                self._legs[row[2]][row] = None
            elif part == _NAME_PART:
                names.append(row)
            elif part == _READ_PART:
                self._note(*row[:4])
        return names

    def _note(self, first: int, last: int, since: int, until: int) -> None:
        """Note what was read. Of two times with a gap between them the first stays."""
        for thing in range(first, last + 1):
            begin, end = self._times.get(thing, (since, until))
            if since <= end and begin <= until:
                self._times[thing] = min(since, begin), max(until, end)

    def _missing(self, asked: Iterable[Ask]) -> Iterator[Ask]:
        """Give what has to be read, over the time that was read before and the one that is asked for."""
        times = self._times
        for first, last, since, until in asked:
            begin, end, known = since, until, True
            for thing in range(first, last + 1):
                read_since, read_until = times.get(thing, _NOT_READ)
                if since < read_since or read_until < until:
                    known = False
                begin = min(begin, read_since)
                end = max(end, read_until)
            if not known:
                yield Ask(first, last, begin, end)
