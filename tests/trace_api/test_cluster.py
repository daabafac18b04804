"""From one node to many: the plan against the real schema, the refusals, and a cluster where there is one."""

from __future__ import annotations

import json
import os

import pytest
from sqlalchemy import inspect, text
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.trace_api.conftest import named, statement
from tests.trace_api.documents import capture, seen
from trace_api.commands import app
from trace_api.database import Database, prepare
from trace_api.database import cluster_repository as repository
from trace_api.database.cluster import (
    BY_BLOCK,
    BY_KEY,
    COORDINATOR,
    REFERENCE,
    ClusterError,
    distribute,
    statements,
    status,
)

CLUSTER = os.environ.get("TRACE_TEST_CITUS_URL")

# Stand in for the functions of the extension: a table that is named must exist, and have that column.
FUNCTIONS = """
CREATE TABLE spread (name regclass, col text, colocated text);
CREATE FUNCTION create_distributed_table(name regclass, col text, colocate_with text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO spread SELECT name, attname, colocate_with FROM pg_attribute
    WHERE attrelid = name AND attname = col $$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void
LANGUAGE sql AS $$ INSERT INTO spread VALUES (name, NULL, NULL) $$;
"""


def test_every_table_has_its_place(database: Database) -> None:
    """A new table must be put into one of the lists."""
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
    assert sorted([*BY_BLOCK, *BY_KEY, *REFERENCE, *COORDINATOR]) == sorted(tables)


def test_citus_would_take_the_schema(database: Database) -> None:
    with database.reading() as connection:
        spread = {**dict.fromkeys(BY_BLOCK, "block"), **BY_KEY}
        assert repository.obstacles(connection, spread, REFERENCE) == []


def test_what_citus_refuses_is_named(database: Database) -> None:
    with database.reading() as connection:
        found = repository.obstacles(connection, {"event": "page", "issued_code": "id"}, ["term"])
    assert found == [
        "the unique index event_event_id_declared_at_key of event lacks page",
        "the unique index event_pkey of event lacks page",
        "issued_code refers to issued_batch by a foreign key",
        "the identity term.id is no bigint",
    ]


def test_the_statements_name_tables_and_columns_that_exist(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text(FUNCTIONS))
        repository.run(connection, statements())
        rows = connection.execute(text("SELECT name::text, col, colocated FROM spread")).all()
    assert {(name, col) for name, col, _ in rows} == {
        *((table, "block") for table in BY_BLOCK),
        *BY_KEY.items(),
        *((table, None) for table in REFERENCE),
    }
    assert {colocated for _, col, colocated in rows if col == "block"} == {"none", "posting"}


def test_a_database_without_the_extension_is_refused_and_unchanged(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if status(database).version is not None:
        pytest.skip("this PostgreSQL has Citus")
    with pytest.raises(ClusterError, match="no Citus extension"):
        distribute(database)
    monkeypatch.setenv("TRACE_DATABASE_URL", database.url)
    said = CliRunner().invoke(app, ["cluster", "distribute"])
    assert said.exit_code == 1
    assert "no Citus extension" in said.stderr
    shown = CliRunner().invoke(app, ["cluster", "status", "--json"])
    assert json.loads(shown.stdout) == {"citus": None, "nodes": [], "tables": []}


def test_the_statements_are_shown_without_a_database() -> None:
    shown = CliRunner().invoke(app, ["cluster", "distribute", "--show"])
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [f"{each};" for each in statements()]


def test_a_used_database_is_known(database: Database, device: TestClient) -> None:
    with database.reading() as connection:
        assert not repository.is_used(connection)
    capture(device, [seen("1")])
    with database.reading() as connection:
        assert repository.is_used(connection)


@pytest.fixture
def cluster() -> Database:
    """A fresh database on a real cluster."""
    if CLUSTER is None:
        pytest.skip("NOT RUN ON A CLUSTER: TRACE_TEST_CITUS_URL names no coordinator of a Citus cluster")
    statement(CLUSTER, "DROP DATABASE IF EXISTS suyuan_cluster WITH (FORCE)")
    statement(CLUSTER, "CREATE DATABASE suyuan_cluster")
    url = named(CLUSTER, "suyuan_cluster")
    statement(url, "CREATE EXTENSION citus")
    database = Database(url, pool_size=4)
    prepare(database)
    return database


def test_a_fresh_database_is_distributed_once(cluster: Database) -> None:
    assert distribute(cluster) == statements()
    found = {name: kind for name, kind, _, _ in status(cluster).tables}
    assert found == {
        **dict.fromkeys([*BY_BLOCK, *BY_KEY], "distributed"),
        **dict.fromkeys(REFERENCE, "reference"),
    }
    with pytest.raises(ClusterError, match="already"):
        distribute(cluster)
    cluster.close()
