"""What lies in the database: sizes, the ceiling of COPY, an edge table, and a recursive query over it.

The edge table holds what the facts say as pairs of things, without times and containers: what goes in beside
what comes out, lots beside items, and what was inside a unit that went into something. It is what the peers
get too.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from trace_api.capture.things_repository import numbers

from .timing import Times

LINEAGE = ("posting", "leg", "membership", "mark", "emptying", "stay", "oddity")
WRITTEN = ("thing", "event", "event_page", *LINEAGE)
# The ceiling is measured with the rows of the newest events, at most so many.
CEILING_EVENTS = 100_000

_EDGES = """
CREATE TABLE bench_edge AS
SELECT i.x AS src, o.x AS dst
FROM leg a JOIN leg b ON b.ref = a.ref AND b.output AND NOT a.output
CROSS JOIN LATERAL generate_series(a.lo, a.hi) AS i (x)
CROSS JOIN LATERAL generate_series(b.lo, b.hi) AS o (x)
UNION ALL
SELECT m.lot, i.x FROM membership m CROSS JOIN LATERAL generate_series(m.lo, m.hi) AS i (x)
UNION ALL
SELECT i.x, a.lo
FROM leg a JOIN stay s ON s.parent BETWEEN a.lo AND a.hi AND s.start_at <= a.at AND s.end_at >= a.at
CROSS JOIN LATERAL generate_series(s.lo, s.hi) AS i (x)
WHERE NOT a.output
"""
_DOWN = (
    "WITH RECURSIVE r (x) AS (VALUES (%s::bigint) UNION"
    " SELECT e.dst FROM r JOIN bench_edge e ON e.src = r.x) SELECT x FROM r"
)
_UP = _DOWN.replace("e.dst", "e.src").replace("ON e.src", "ON e.dst")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes and rows of tables.

    :ivar tables: table → (bytes with indexes, rows)
    """

    events: int
    tables: dict[str, tuple[int, int]]

    @property
    def lineage_bytes(self) -> float:
        """Bytes an event of facts and postings, with their indexes."""
        return sum(self.tables[table][0] for table in LINEAGE) / self.events

    @property
    def lineage_rows(self) -> float:
        """Rows an event of facts and postings."""
        return sum(self.tables[table][1] for table in LINEAGE) / self.events

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report."""
        each = {
            table: {
                "bytes_per_event": round(size / self.events, 1),
                "rows_per_event": round(rows / self.events, 3),
            }
            for table, (size, rows) in self.tables.items()
        }
        return {
            "lineage_bytes_per_event": round(self.lineage_bytes, 1),
            "lineage_rows_per_event": round(self.lineage_rows, 3),
            "tables_per_event": each,
        }


class Store:
    """The benchmark's own connection to the database of the servers."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def settle(self) -> None:
        """Let statistics and visibility be as they are on a store that has run for a while."""
        self._connection.execute("VACUUM (ANALYZE)")
        self._connection.execute("CHECKPOINT")

    def sizes(self) -> Sizes:
        """Measure the tables that capture writes."""
        found = {
            table: self._row(f"SELECT pg_total_relation_size('{table}'), (SELECT count(*) FROM {table})")
            for table in WRITTEN
        }
        return Sizes(found["event"][1], {table: (row[0], row[1]) for table, row in found.items()})

    def ceiling(self) -> float:
        """Copy the rows of the newest events again into the tables that they were in; give events a second.

        So the peer has what capture has: tables and indexes of the store's size, and a commit that is on
        disk. What it is spared: other clients, one transaction a request, and all that makes rows of
        documents. The rows are taken out first, and their traces in the indexes too. Afterwards the store is
        as it was.
        """
        total = int(self._row("SELECT count(*) FROM event")[0])
        events = min(total // 2, CEILING_EVENTS)
        first = self._row("SELECT id FROM event ORDER BY id DESC OFFSET %s LIMIT 1", events - 1)[0]
        things = self._row("SELECT count(*) FROM thing")[0] * events // total
        from_thing = self._row("SELECT lo FROM thing ORDER BY lo DESC OFFSET %s LIMIT 1", things - 1)[0]
        newest = dict.fromkeys(LINEAGE, f"event >= {first}")
        newest |= dict.fromkeys(("event", "event_page"), f"id >= {first}")
        newest["thing"] = f"lo >= {from_thing}"
        with tempfile.TemporaryDirectory(prefix="suyuan-ceiling-") as folder:
            for table, condition in newest.items():
                self._copy_out(f"SELECT * FROM {table} WHERE {condition}", Path(folder) / table)
            with self._connection.transaction():
                for table, condition in newest.items():
                    self._connection.execute(f"DELETE FROM {table} WHERE {condition}")
            self._connection.execute(f"VACUUM (INDEX_CLEANUP ON) {', '.join(newest)}")
            self._connection.execute("CHECKPOINT")
            start = time.perf_counter()
            with self._connection.transaction():
                for table in newest:
                    self._copy_in(table, Path(folder) / table)
            took = time.perf_counter() - start
        return events / took

    def make_edges(self) -> int:
        """Make the edge table with an index for each direction, give its length."""
        self._connection.execute("DROP TABLE IF EXISTS bench_edge")
        self._connection.execute(_EDGES)
        self._connection.execute("CREATE INDEX ON bench_edge (src) INCLUDE (dst)")
        self._connection.execute("CREATE INDEX ON bench_edge (dst) INCLUDE (src)")
        self._connection.execute("VACUUM (ANALYZE) bench_edge")
        return int(self._row("SELECT count(*) FROM bench_edge")[0])

    def write_edges(self, file: Path) -> None:
        """Write the edge table to a file."""
        self._copy_out("SELECT src, dst FROM bench_edge", file, "CSV")

    def highest(self) -> int:
        """Give the highest number of a thing."""
        return int(self._row("SELECT max(hi) FROM thing")[0])

    def drop_edges(self) -> None:
        """Take the edge table away."""
        self._connection.execute("DROP TABLE IF EXISTS bench_edge")

    def numbers(self, things: Sequence[str]) -> list[int]:
        """Give the numbers of things, in order."""
        found = numbers(self._connection.cursor(), things)
        return [found[thing] for thing in things]

    def walk(self, things: Sequence[int], *, down: bool) -> tuple[Times, list[int]]:
        """Ask for everything reached from each thing with a recursive query; give times and counts."""
        statement = _DOWN if down else _UP
        took, counts = [], []
        for thing in things:
            start = time.perf_counter()
            rows = self._connection.execute(statement, (thing,), prepare=True, binary=True).fetchall()
            took.append(time.perf_counter() - start)
            counts.append(len(rows) - 1)
        return Times.of(took), counts

    def _row(self, query: str, *values: int) -> tuple[Any, ...]:
        row = self._connection.execute(query, values).fetchone()
        assert row is not None
        return row

    def _copy_out(self, query: str, file: Path, form: str = "BINARY") -> None:
        with (
            file.open("wb") as out,
            self._connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT {form})") as copy,
        ):
            for part in copy:
                out.write(part)

    def _copy_in(self, table: str, file: Path) -> None:
        with (
            file.open("rb") as source,
            self._connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            while part := source.read(1 << 18):
                copy.write(part)
