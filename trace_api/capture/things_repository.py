"""The dictionary of things: which number stands for which identifier, in the table ``thing``.

A row is one identifier, or a *run*: identifiers of one length that one event lists in ascending order and
that begin alike, with consecutive numbers within one block. A run keeps what they begin with once (``head``
characters of ``key``) and the rest of each as a line of ``tails``: forty-eight cups cost what four did.

Runs of one length do not overlap: none begins between the first and the last identifier of another. So an
identifier has a row of its own, or it is in the run of its length that begins at it or last before it, or it
is unknown: two walks down an index. (Among all lengths, serial numbers that are counted without leading zeros
would lie between the shorter ones.) Adding keeps that, one writer at a time (:func:`lock`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, overload

import psycopg
from sqlalchemy import Connection

from lineage.trace.neighbours import BLOCK, Kind, Name, NameRun
from trace_api.database.arrays import texts
from trace_api.database.bulk import Target
from trace_api.database.engine import STARTED, driver

#: How kinds of things are stored: only append.
KINDS: Final[tuple[Kind, ...]] = ("item", "lot", "unit", "class")
KIND_NUMBER: Final[Mapping[str, int]] = {kind: number for number, kind in enumerate(KINDS)}

#: Between the tails of a run. An identifier that holds one is kept in a row of its own.
LINE: Final = "\n"

# Held to the end of the short transaction that adds things.
_LOCK: Final = 7304


class ThingRow(NamedTuple):
    """The identifiers of the things ``lo..hi``.

    :ivar kind: number of their kind, see :data:`KINDS`
    :ivar units: bit n is set when ``lo + n`` is a unit, see :func:`units_of`
    :ivar key: identifier of ``lo``
    :ivar head: how many of its characters all of them begin with; ``None`` for a thing alone
    :ivar tails: the rest of each, a line each; ``None`` for a thing alone
    """

    lo: int
    hi: int
    units: int
    kind: int
    head: int | None
    key: str
    tails: str | None


def units_of(kind: int) -> int:
    """Give the ``units`` of a new row: what is a unit by its identifier is one for good."""
    return -1 if kind == KIND_NUMBER["unit"] else 0


_THING: Final = Target("thing", ThingRow._fields, ("int8", "int8", "int8", "int2", "int2", "text", "text"))

# The run that begins at an identifier or last before it.
_LAST_RUN: Final = (
    "SELECT * FROM thing WHERE tails IS NOT NULL AND char_length(key) = char_length({0}) AND key <= {0}"
    " ORDER BY key DESC LIMIT 1"
)
#: (key, number) of those of some keys that have one; takes an array of texts.
NUMBERED: Final = (
    "SELECT w.key, coalesce(o.lo, r.number) AS number FROM unnest(%s::text[]) AS w (key)"  # noqa: S608 - constants
    " LEFT JOIN LATERAL (SELECT lo FROM thing WHERE tails IS NULL AND char_length(key) = char_length(w.key)"
    " AND key = w.key LIMIT 1) AS o ON true"
    " LEFT JOIN LATERAL ("
    r"SELECT b.lo - 1 + array_position(string_to_array(b.tails, E'\n'), substr(w.key, b.head + 1))"
    f" AS number FROM ({_LAST_RUN.format('w.key')}) AS b"
    " WHERE o.lo IS NULL AND starts_with(w.key, left(b.key, b.head))"
    ") AS r ON true WHERE coalesce(o.lo, r.number) IS NOT NULL"
)

#: Each thing of rows ``t`` alone, as ``m (number, key)``.
MEMBERS: Final = (
    "CROSS JOIN LATERAL (SELECT t.lo - 1 + s.place, coalesce(left(t.key, t.head), '') || s.tail"
    r" FROM unnest(CASE WHEN t.tails IS NULL THEN ARRAY[t.key] ELSE string_to_array(t.tails, E'\n') END)"
    " WITH ORDINALITY AS s (tail, place)) AS m (number, key)"
)

#: What :func:`name_run` reads, of rows ``f``: the numbers, then the text.
NAMING: Final = "f.lo, f.hi, f.kind, f.units, f.head"
NAMES: Final = r"coalesce(left(f.key, f.head) || E'\n' || f.tails, f.key)"
# Thing {0} of a row: whether it was the parent of an aggregation, and its identifier.
_ONE: Final = (
    "f.units >> ({0} - f.lo)::int & 1,"
    r" coalesce(left(f.key, f.head) || split_part(f.tails, E'\n', ({0} - f.lo)::int + 1), f.key)"
)
#: What :func:`read_ends` reads, of rows ``f`` and ``a``.
ENDS: Final = "greatest(f.lo, a.first), least(f.hi, a.last), f.kind, {}, {}".format(
    *map(_ONE.format, ("greatest(f.lo, a.first)", "least(f.hi, a.last)"))
)
#: Which rows hold things ``first..last`` of one ``block``, of rows ``f`` and ``a``.
WITHIN: Final = "f.lo BETWEEN a.block << 6 AND a.last AND f.hi >= a.first"


_RUNS_WITHIN: Final = (
    "SELECT a.place, f.* FROM unnest(%s::text[], %s::text[])"  # noqa: S608 - constants
    " WITH ORDINALITY AS a (first, last, place)"
    " CROSS JOIN LATERAL ("
    f"SELECT {NAMING}, {NAMES} FROM ({_LAST_RUN.format('a.first')}) AS f"
    r" WHERE left(f.key, f.head) || split_part(f.tails, E'\n', -1) >= a.first"
    f" UNION ALL (SELECT {NAMING}, {NAMES} FROM thing f WHERE f.tails IS NOT NULL"
    f" AND char_length(f.key) = char_length(a.first) AND f.key > a.first AND f.key <= a.last LIMIT {BLOCK})"
    " UNION ALL (SELECT NULL, NULL, NULL, NULL, NULL, NULL FROM thing WHERE tails IS NULL"
    " AND char_length(key) = char_length(a.first) AND key BETWEEN a.first AND a.last LIMIT 1)"
    ") AS f"
)


class Identifiers(Sequence[str]):
    """The identifiers of a run. Of many runs only the ends are shown: others are made when asked for.

    :param text: what they begin with, then the rest of each, a line each
    """

    __slots__ = ("_count", "_ids", "_text")

    def __init__(self, text: str, count: int) -> None:
        self._text = text
        self._count = count
        self._ids: list[str] | None = None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if self._ids is None:
            if place == 0:
                head, first, *_ = self._text.split(LINE, 2)
                return head + first
            if place == self._count - 1:
                return self._text.partition(LINE)[0] + self._text.rpartition(LINE)[2]
            head, *tails = self._text.split(LINE)
            self._ids = [head + tail for tail in tails]
        return self._ids[place]


def read_names(lo: int, hi: int, kind: int, units: int, head: int | None, text: str) -> NameRun:
    """Read the names of one row, see :data:`NAMING` and :data:`NAMES`."""
    if head is None:
        return NameRun(lo, [text], ["unit" if units else KINDS[kind]])
    ids = Identifiers(text, hi - lo + 1)
    if not units:
        return NameRun(lo, ids, [KINDS[kind]] * len(ids))
    return NameRun(lo, ids, ["unit" if units >> place & 1 else KINDS[kind] for place in range(hi - lo + 1)])


def read_ends(
    first: int, last: int, kind: int, first_is_unit: int, first_id: str, last_is_unit: int, last_id: str
) -> tuple[tuple[int, Name], tuple[int, Name]]:
    """Read the names of the first and the last of the asked things of one row, see :data:`ENDS`."""
    named = KINDS[kind]
    return (
        (first, Name(first_id, "unit" if first_is_unit else named)),
        (last, Name(last_id, "unit" if last_is_unit else named)),
    )


def numbers(cursor: psycopg.Cursor[Any], keys: Collection[str]) -> dict[str, int]:
    """Give the numbers of those keys that have one."""
    cursor.execute(NUMBERED, (texts(keys),))
    return dict(cursor.fetchall())


def lock(connection: Connection) -> str:
    """Keep every other writer from adding things, to the end of the transaction; do not wait for its commit.

    The commit of the capture that the numbers are for comes later in the log: when it is on disk, so are
    they. Until then a crash may take them back, those that were drawn and not used as well. Who keeps numbers
    has to forget them when PostgreSQL was started anew.

    :return: when it was started
    """
    cursor = driver(connection).execute(
        f"SELECT {STARTED}, set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(%s)",
        (_LOCK,),
    )
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def within(connection: Connection, ranges: Sequence[tuple[str, str]]) -> dict[int, list[NameRun]]:
    """Say which of some ranges of identifiers (first, last) are taken, by place, and give the runs there.

    A range that lies within a run is taken, whether or not the run has one of its identifiers; one that has a
    single thing is taken and may have no run. Of many runs some are given.

    :param ranges: first and last are of one length
    """
    cursor = driver(connection).cursor(binary=True)
    cursor.execute(_RUNS_WITHIN, (texts(first for first, _ in ranges), texts(last for _, last in ranges)))
    found: dict[int, list[NameRun]] = {}
    for place, lo, hi, kind, units, head, text in cursor.fetchall():
        runs = found.setdefault(place - 1, [])
        if lo is not None:
            runs.append(read_names(lo, hi, kind, units, head, text))
    return found


def draw_blocks(connection: Connection, count: int) -> list[int]:
    """Give the first numbers of so many fresh blocks."""
    cursor = driver(connection).execute("SELECT nextval('thing_id') FROM generate_series(1, %s)", (count,))
    return [number for (number,) in cursor.fetchall()]


def add(connection: Connection, rows: Sequence[ThingRow]) -> None:
    """Write rows for things that have none; the caller holds the lock and has looked."""
    _THING.write(connection, rows)
