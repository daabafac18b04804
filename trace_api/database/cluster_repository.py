"""Statements about Citus: whether it is there, what it manages, what would keep a table from being spread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from trace_api.database.engine import driver

_UNIQUE_WITHOUT = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
JOIN unnest(%s::text[], %s::text[]) AS t (name, col)
  ON i.indrelid = t.name::regclass AND a.attname = t.col
WHERE i.indisunique AND NOT a.attnum = ANY(i.indkey::smallint[])
ORDER BY 1, 2
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, confrelid::regclass::text
FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY(%s::text[]::regclass[]) OR confrelid = ANY(%s::text[]::regclass[]))
ORDER BY 1, 2
"""
_SMALL_IDENTITIES = """
SELECT attrelid::regclass::text, attname
FROM pg_attribute
WHERE attrelid = ANY(%s::text[]::regclass[]) AND attidentity <> '' AND atttypid <> 'bigint'::regtype
ORDER BY 1, 2
"""


def version(connection: Connection) -> str | None:
    """Give the version of the extension in this database."""
    row = driver(connection).execute("SELECT extversion FROM pg_extension WHERE extname = 'citus'").fetchone()
    return None if row is None else str(row[0])


def nodes(connection: Connection) -> list[str]:
    """Give the addresses of the active worker nodes."""
    cursor = driver(connection).execute(
        "SELECT node_name, node_port FROM citus_get_active_worker_nodes() ORDER BY 1, 2"
    )
    return [f"{name}:{port}" for name, port in cursor]


def tables(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Give name, kind, distribution column and shards of every distributed and reference table."""
    cursor = driver(connection).execute(
        "SELECT table_name::text, citus_table_type, distribution_column, shard_count FROM citus_tables"
        " WHERE citus_table_type IN ('distributed', 'reference') ORDER BY 2, 1"
    )
    return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in cursor]


def is_used(connection: Connection) -> bool:
    """Say whether anything was ever captured."""
    row = driver(connection).execute(
        "SELECT EXISTS (SELECT FROM event) OR EXISTS (SELECT FROM thing) OR EXISTS (SELECT FROM capture)"
    )
    found = row.fetchone()
    return found is None or bool(found[0])


def obstacles(connection: Connection, spread: Mapping[str, str], copied: Collection[str]) -> list[str]:
    """Name everything in the schema that Citus refuses of these tables.

    :param spread: distributed tables with their column
    :param copied: reference tables
    """
    every = [*spread, *copied]
    execute = driver(connection).execute
    unique = execute(_UNIQUE_WITHOUT, (list(spread), list(spread.values()))).fetchall()
    foreign = execute(_FOREIGN_KEYS, (every, every)).fetchall()
    small = execute(_SMALL_IDENTITIES, (every,)).fetchall()
    return [
        *(f"the unique index {index} of {table} lacks {spread[table]}" for table, index in unique),
        *(f"{table} refers to {other} by a foreign key" for table, other in foreign),
        *(f"the identity {table}.{column} is no bigint" for table, column in small),
    ]


def spreading(table: str, column: str, *, beside: str = "none") -> str:
    """Give the statement that spreads a table by a column, its shards beside those of another table."""
    return f"SELECT create_distributed_table('{table}', '{column}', colocate_with => '{beside}')"


def copying(table: str) -> str:
    """Give the statement that puts a copy of a table on every node."""
    return f"SELECT create_reference_table('{table}')"


def setting(what: str) -> str:
    """Give the statement that makes a setting hold for this database on every node."""
    return f"SELECT run_command_on_all_nodes(format('ALTER DATABASE %I SET {what}', current_database()))"


def run(connection: Connection, statements: Iterable[str]) -> None:
    """Do these statements in the transaction of the connection."""
    for statement in statements:
        driver(connection).execute(statement)
