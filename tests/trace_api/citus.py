"""Databases on a real Citus cluster, for tests; ``deploy/citus-cluster.sh`` starts one on this machine.

The extension keeps its nodes by database. So a fresh database is made on every node that the coordinator's
own database (the one in the given address) knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from trace_api.database import Database, prepare
from trace_api.database.cluster import COORDINATOR, PLACED, distribute

#: Of each distributed table: enough that neighbouring blocks lie on different nodes.
SHARDS: Final = 8
#: Tables whose rows come with the schema.
_FILLED = ("alembic_version", "masterdata_version")


def nodes(url: str) -> list[URL]:
    """Give the addresses of the nodes, the coordinator first; none where the server is no coordinator."""
    if not _rows(make_url(url), "SELECT 1 FROM pg_extension WHERE extname = 'citus'"):
        return []
    found = _rows(make_url(url), "SELECT nodename, nodeport FROM pg_dist_node ORDER BY groupid")
    return [make_url(url).set(host=host, port=port) for host, port in found]


@contextmanager
def fresh(url: str, name: str) -> Iterator[str]:
    """Make an empty database with the extension on every node; give its address on the coordinator."""
    first, *workers = nodes(url)
    for node in (first, *workers):
        _rows(node, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        _rows(node, f"CREATE DATABASE {name}")
        _rows(node.set(database=name), "CREATE EXTENSION citus")
    here = first.set(database=name)
    _rows(here, f"ALTER DATABASE {name} SET citus.shard_count = {SHARDS}")
    _rows(here, f"SELECT citus_set_coordinator_host('{first.host}', {first.port})")
    for worker in workers:
        _rows(here, f"SELECT citus_add_node('{worker.host}', {worker.port})")
    yield here.render_as_string(hide_password=False)
    for node in (first, *workers):
        _rows(node, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def distributed(url: str, name: str) -> Iterator[str]:
    """Make a fresh database with the schema, spread over the cluster; give its address."""
    with fresh(url, name) as address:
        database = Database(address, pool_size=1)
        prepare(database)
        distribute(database)
        database.close()
        yield address


def empty(url: str) -> None:
    """Bring a distributed database to the state in which it was made."""
    tables = [table for table in (*PLACED, *COORDINATOR) if table not in _FILLED]
    _rows(make_url(url), f"TRUNCATE {', '.join(tables)}")


def _rows(url: URL, sql: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            found = connection.execute(text(sql))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()
