"""The journal's one SQLite file: tables, pragmas, opening and checking.

WAL with ``synchronous=FULL``: a commit returns after the write-ahead log is on disk, so what was committed
survives a power cut. There is one writing connection in the agent; everything else reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from gateway_agent.errors import JournalError

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Every read, in the order received. `seq` is never used twice: event identifiers derive from it.
CREATE TABLE raw (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_key TEXT,
    kind TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    wall_ns INTEGER NOT NULL,
    believed INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    boot_ns INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE UNIQUE INDEX raw_by_key ON raw (source, source_key) WHERE source_key IS NOT NULL;
CREATE INDEX raw_by_source ON raw (source, seq);
CREATE TABLE state (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
-- All states at a position of the journal: where a replay can start.
CREATE TABLE snapshot (seq INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL,
    declares INTEGER NOT NULL,
    lane TEXT NOT NULL,
    station TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'dead')),
    raw_seq INTEGER NOT NULL,
    wall_ns INTEGER NOT NULL,
    believed INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    boot_ns INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    queued_ns INTEGER NOT NULL,
    settled_ns INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    body BLOB NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (lane, seq) WHERE state = 'queued';
CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead';
CREATE INDEX outbox_sent ON outbox (settled_ns) WHERE state = 'sent';
CREATE INDEX outbox_by_event ON outbox (event_id);
-- Up to which event of a lane the event time is final: what was sent once is sent the same way ever after.
CREATE TABLE lane (name TEXT PRIMARY KEY, sealed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    station TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    message TEXT NOT NULL,
    raw_seq INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    count INTEGER NOT NULL,
    UNIQUE (source, station, code, text)
);
"""

CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
FULL = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)


def is_full(error: sqlite3.Error) -> bool:
    """Tell whether the error means that the disk takes no more at the moment."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in FULL


def is_corrupt(error: sqlite3.Error) -> bool:
    """Tell whether the error means that the file is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in CORRUPT


def connect(file: Path, *, max_size: int | None = None) -> sqlite3.Connection:
    """Open the journal for writing; a new file gets its tables.

    :param max_size: quota in bytes
    :raises JournalError: made by a newer version
    :raises sqlite3.DatabaseError: damaged
    """
    connection = sqlite3.connect(file, isolation_level=None, timeout=10.0, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 16777216")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(
                f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
        elif version > SCHEMA_VERSION:
            _refuse_newer(file)
        if max_size is not None:
            page = connection.execute("PRAGMA page_size").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {max(max_size // page, 64)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_newer(file: Path) -> NoReturn:
    raise JournalError(
        "newer-journal", f"{file.name} was written by a newer version", hint="install that version or newer"
    )


def connect_reading(file: Path) -> sqlite3.Connection:
    """Open the journal for reading beside a running agent.

    :raises JournalError: there is none
    """
    if not file.exists():
        raise JournalError(
            "no-journal",
            f"there is no journal at {file}",
            hint="the agent has never run with this configuration",
        )
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=10.0,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal for reading, for the length of a block.

    :raises JournalError: there is none, or what is there cannot be read
    """
    connection = connect_reading(file)
    try:
        yield connection
    except sqlite3.Error as error:
        raise JournalError(
            "unreadable",
            f"{file} cannot be read: {error}",
            hint="the agent repairs a damaged journal when it starts",
        ) from error
    finally:
        connection.close()


def damage(connection: sqlite3.Connection) -> str | None:
    """Give the first thing that is wrong with the file, None if nothing is."""
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found is None or found[0] == "ok" else str(found[0])
