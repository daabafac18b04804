"""Opening the journal at start, also when power was lost in the worst moment or the card is dying.

A damaged file is moved aside, never deleted; what can still be read of it goes into a new file: events
that the server has not confirmed, reads that have not become events, states, quarantine.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gateway_agent.errors import JournalError
from gateway_agent.journal.database import connect, damage, is_corrupt

log = logging.getLogger(__name__)

GAP = 1_000_000
"""How far the positions of a salvaged journal jump ahead, so that none that may have been lost is used
again: event identifiers derive from positions."""

SALVAGED = ("meta", "lane", "state", "snapshot", "quarantine", "outbox", "raw")
"""Tables in the order they are copied."""


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was found damaged and what was saved."""

    reason: str
    moved_to: Path
    rows: dict[str, int]

    def __str__(self) -> str:
        saved = ", ".join(f"{count} {table}" for table, count in self.rows.items() if count)
        where = f"moved to {self.moved_to.name}; saved: {saved or 'nothing'}"
        return f"the journal was damaged ({self.reason}); {where}"


def lock(folder: Path) -> IO[str]:
    """Make sure that no other agent works on the same folder; the lock lasts as long as the file object.

    :raises JournalError: another agent does
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "agent.lock").open("w", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise JournalError(
            "already-running",
            f"another agent works in {folder}",
            hint="stop it, or give this one a folder of its own",
        ) from error
    return handle


def open_journal(file: Path, max_size: int, stamp: str) -> tuple[sqlite3.Connection, Salvage | None]:
    """Open the journal for writing, whatever state it is in.

    :param stamp: ends the name of a damaged file that is moved aside
    """
    reason = None
    try:
        connection = connect(file, max_size=max_size)
        reason = damage(connection)
        if reason is None:
            _identify(connection, file.with_suffix(".id"))
            return connection, None
        connection.close()
    except sqlite3.DatabaseError as error:
        if not is_corrupt(error):
            raise
        reason = str(error)
    moved = _move_aside(file, stamp)
    connection = connect(file, max_size=max_size)
    salvage = Salvage(reason, moved, _salvage(moved, connection))
    _identify(connection, file.with_suffix(".id"))
    log.error("%s", salvage)
    return connection, salvage


def _identify(connection: sqlite3.Connection, beside: Path) -> None:
    """Make sure that the journal has its identifier, also in a file beside it.

    Event identifiers derive from it: a journal that lost it would give old reads new identifiers.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()
    if found is None:
        try:
            identifier = uuid.UUID(beside.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            identifier = uuid.uuid4()
        connection.execute("INSERT INTO meta (key, value) VALUES ('journal', ?)", (str(identifier),))
    else:
        identifier = uuid.UUID(found[0])
    if not beside.exists() or beside.read_text(encoding="ascii").strip() != str(identifier):
        beside.write_text(f"{identifier}\n", encoding="ascii")
        with beside.open("rb") as handle:
            os.fsync(handle.fileno())


def _move_aside(file: Path, stamp: str) -> Path:
    moved = file.with_name(f"{file.name}.corrupt-{stamp}")
    for ending in ("", "-wal", "-shm"):
        part = file.with_name(file.name + ending)
        if part.exists():
            part.rename(moved.with_name(moved.name + ending))
    return moved


def _salvage(damaged: Path, target: sqlite3.Connection) -> dict[str, int]:
    saved: dict[str, int] = {}
    try:
        source = sqlite3.connect(damaged, isolation_level=None)
    except sqlite3.Error:
        return saved
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    target.execute("BEGIN IMMEDIATE")
    for table in SALVAGED:
        saved[table] = sum(_insert(target, table, row) for row in _readable_rows(source, table))
    _find_position(target)
    _jump_ahead(target)
    target.execute("COMMIT")
    source.close()
    return saved


def _readable_rows(source: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Give the rows of a table as far as they can be read, from both ends towards the damage."""
    column = {"raw": "seq", "outbox": "seq", "snapshot": "seq", "quarantine": "id"}.get(table)
    if column is None:
        yield from _read(source, f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
        return
    last = None
    for row in _read(source, f"SELECT * FROM {table} ORDER BY {column}"):  # noqa: S608
        last = row[column]
        yield row
    behind = []
    for row in _read(source, f"SELECT * FROM {table} ORDER BY {column} DESC"):  # noqa: S608
        if last is not None and row[column] <= last:
            break
        behind.append(row)
    yield from reversed(behind)


def _read(source: sqlite3.Connection, statement: str) -> Iterator[dict[str, Any]]:
    try:
        cursor = source.execute(statement)
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))
    except sqlite3.Error as error:
        log.warning("%s stops at a damaged place: %s", statement, error)


def _insert(target: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    try:
        return target.execute(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
            tuple(row.values()),
        ).rowcount
    except sqlite3.Error:
        return 0


def _find_position(target: sqlite3.Connection) -> None:
    """Where the position of the derivation was lost, take the last one that left a trace."""
    target.execute(
        "INSERT OR IGNORE INTO meta (key, value) SELECT 'consumed', max("
        "(SELECT coalesce(max(raw_seq), 0) FROM outbox), (SELECT coalesce(max(seq), 0) FROM snapshot))"
    )


def _jump_ahead(target: sqlite3.Connection) -> None:
    for table in ("raw", "outbox"):
        highest = target.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0]  # noqa: S608
        target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        target.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest + GAP))
