"""Writing rows: COPY for many; for a few one INSERT, which needs one exchange with the server, not three."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from trace_api.database.arrays import texts, uuids
from trace_api.database.engine import driver

#: Rows from which COPY pays: below it its extra exchanges cost more than it saves.
COPY_FROM: Final = 40
#: The same for rows of kilobytes, which INSERT takes as text.
COPY_LARGE_FROM: Final = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A table and the columns to write, in the order of the rows' values.

    :ivar types: of the columns, as PostgreSQL calls them in short (``int8``, ``text``, ``bytea`` …); for a
        ``uuid`` its sixteen bytes are given
    :ivar copy_from: rows from which they are copied
    """

    table: str
    columns: Sequence[str]
    types: Sequence[str]
    copy_from: int = COPY_FROM

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows; nothing for none."""
        if len(rows) >= self.copy_from:
            self._copy(connection, rows)
        elif rows:
            self._insert(connection, rows)

    def _copy(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        statement = f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN (FORMAT BINARY)"
        with driver(connection).cursor().copy(statement) as copy:
            # A UUID comes in as its bytes.
            copy.set_types(["bytea" if kind == "uuid" else kind for kind in self.types])
            for row in rows:
                copy.write_row(row)

    def _insert(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        arrays = ", ".join(f"%s::{kind}[]" for kind in self.types)
        columns = ", ".join(self.columns)
        driver(connection).execute(
            f"INSERT INTO {self.table} ({columns}) SELECT * FROM unnest({arrays})",  # noqa: S608 - own names
            [array(kind, column) for kind, column in zip(self.types, zip(*rows, strict=True), strict=True)],
        )


def array(kind: str, column: Iterable[Any]) -> str:
    """Give the literal of an array of this type; ``None`` is NULL, but not among bytes."""
    return _WRITERS.get(kind, _plain)(column)


def _plain(column: Iterable[Any]) -> str:
    """Give the array literal of numbers and truth values."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in column) + "}"


def _bytes(column: Iterable[bytes]) -> str:
    return texts(f"\\x{value.hex()}" for value in column)


_WRITERS: Final[dict[str, Callable[[Iterable[Any]], str]]] = {"text": texts, "bytea": _bytes, "uuid": uuids}
