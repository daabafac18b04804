"""From one node to many: the plan against the real schema, the refusals, and a cluster where there is one."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import orjson
import psycopg
import pytest
from sqlalchemy import Connection, inspect, text
from starlette.testclient import TestClient
from typer.testing import CliRunner

from lineage.trace import FOREVER, NEVER
from lineage.trace.neighbours import Ask
from tests.trace_api.citus import SHARDS, distributed, empty, fresh
from tests.trace_api.documents import capture, document, known_things, seen
from tests.trace_api.test_facts import capture_all, compare, world
from trace_api.accounts.accounts import create_token
from trace_api.app import create_app
from trace_api.capture.service import Capturer, Request
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
from trace_api.settings import Settings
from trace_api.trace.neighbours_repository import PostgresNeighbours

CLUSTER = os.environ.get("TRACE_TEST_CITUS_URL")
CHOSEN = {"via", "edges", "recordTime", "creationDate", "depth"}

# Stand in for the functions of the extension: a table that is named must exist, and have that column.
FUNCTIONS = """
CREATE TABLE spread (name regclass, col text, colocated text);
CREATE FUNCTION create_distributed_table(name regclass, col text, colocate_with text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO spread SELECT name, attname, colocate_with FROM pg_attribute
    WHERE attrelid = name AND attname = col $$;
CREATE FUNCTION run_command_on_all_nodes(command text) RETURNS void
LANGUAGE sql AS $$ SELECT NULL $$;
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
        "the unique index event_key of event lacks page",
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


@pytest.fixture(scope="module")
def coordinator() -> str:
    """The address of the coordinator of a cluster."""
    if CLUSTER is None:
        pytest.skip(
            "NOT RUN ON A CLUSTER: TRACE_TEST_CITUS_URL names no coordinator of a Citus cluster;"
            " deploy/citus-cluster.sh starts one"
        )
    return CLUSTER


@pytest.fixture(scope="module")
def spread_url(coordinator: str) -> Iterator[str]:
    """The address of a database that is spread over the cluster."""
    with distributed(coordinator, f"suyuan_cluster_{os.getpid()}") as url:
        yield url


@pytest.fixture
def on_nodes(spread_url: str) -> Iterator[Database]:
    """An empty database that is spread over the cluster."""
    empty(spread_url)
    opened = Database(spread_url, pool_size=8)
    yield opened
    opened.close()


def test_a_fresh_database_is_distributed_once(coordinator: str) -> None:
    with fresh(coordinator, f"suyuan_once_{os.getpid()}") as url:
        opened = Database(url, pool_size=2)
        prepare(opened)
        assert distribute(opened) == statements()
        found = status(opened)
        assert {name: kind for name, kind, _, _ in found.tables} == {
            **dict.fromkeys([*BY_BLOCK, *BY_KEY], "distributed"),
            **dict.fromkeys(REFERENCE, "reference"),
        }
        assert len(found.nodes) >= 2
        with pytest.raises(ClusterError, match="already"):
            distribute(opened)
        opened.close()


@pytest.mark.parametrize("seed", range(3))
def test_writers_at_once_with_corrections_give_the_facts_of_the_memory(on_nodes: Database, seed: int) -> None:
    arriving = world(seed, 120, random.Random(seed), same_times=True)
    # Two server processes: what one has numbered the other has to find.
    processes = [Capturer(on_nodes, 1000), Capturer(on_nodes, 1000)]
    with ThreadPoolExecutor(4) as pool:
        writers = [
            pool.submit(capture_all, processes[part % 2], arriving[part::4], random.Random(part))
            for part in range(4)
        ]
        for writer in writers:
            writer.result()
    compare(on_nodes)


def test_every_question_is_answered_as_by_one_node(
    on_nodes: Database, database: Database, settings: Settings
) -> None:
    arriving = world(2, 60, random.Random(2), same_times=False)
    data = orjson.dumps(document(*arriving))
    answers = []
    for opened in (on_nodes, database):
        Capturer(opened, 1000).capture(Request(data, "application/json", "test", "proceed"))
        with opened.transaction() as connection:
            token = create_token(connection, "test", "inspector", None)
        headers = {"Authorization": f"Bearer {token}"}
        with opened.reading() as connection:
            keys = sorted(known_things(connection))
        with TestClient(create_app(settings, opened), headers=headers) as client:
            answers.append(ask_everything(client, random.Random(2).sample(keys, 12)))
    over_nodes, on_one = answers
    assert over_nodes.keys() == on_one.keys()
    for question, answer in on_one.items():
        assert over_nodes[question] == answer, question


def ask_everything(client: TestClient, keys: list[str]) -> dict[str, Any]:
    """Ask every question about every thing; give the answers in a form that numbering does not change."""
    questions: list[tuple[str, dict[str, str]]] = [("/epcis/v2/events", {"perPage": "500"})]
    for key in keys:
        questions += [
            ("/trace/v1/source", {"id": key, "until": "2026-06-01T00:00:00Z"}),
            ("/trace/v1/source", {"id": key, "contact": "true", "until": "2026-05-02T00:00:00Z"}),
            ("/trace/v1/destination", {"id": key, "now": "true", "quantities": "true"}),
            ("/trace/v1/history", {"id": key}),
            ("/trace/v1/responsibility", {"id": key}),
            ("/trace/v1/balance", {"lot": key}),
            ("/epcis/v2/events", {"MATCH_anyEPC": key}),
        ]
    answers = {}
    for path, parameters in questions:
        answer = client.get(path, params=parameters)
        assert answer.status_code < 500, (path, parameters, answer.text)
        answers[f"{path} {parameters}"] = (answer.status_code, plain(answer.json()))
    return answers


def plain(value: Any) -> Any:
    """Drop the order of lists and what is chosen among equals: paths, and times of recording."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name not in CHOSEN}
    if isinstance(value, list):
        return sorted(map(plain, value), key=json.dumps)
    return value


def test_a_question_goes_to_the_shards_of_what_it_is_about(on_nodes: Database) -> None:
    """What lies with a thing is read from its shard, what is found by the other end from each."""
    capture_all(Capturer(on_nodes, 1000), world(1, 60, random.Random(1), same_times=False), random.Random(1))
    with on_nodes.reading() as connection:
        (first, *_) = known_things(connection).values()
        plans = Tasks(connection)
        asks = [Ask(first, first, NEVER, FOREVER)]
        for near in (plans.lots_of, plans.containers, plans.oddities, plans.appearances):
            list(near(asks))
        assert plans.counts == [1, 1, 1, 1]
        plans.counts.clear()
        for far in (plans.items_of, plans.contents, plans.attached):
            list(far(asks))
        assert plans.counts == [SHARDS] * 3
    assert plans.moved == []


class Tasks(PostgresNeighbours):
    """Notes of each statement to how many shards it goes, and what Citus would have to move for it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.counts: list[int] = []
        self.moved: list[str] = []
        self._inner, self._cursor = self._cursor, cast("psycopg.Cursor[Any]", self)

    def execute(self, statement: str, values: Any = None) -> None:
        self._inner.execute(f"EXPLAIN {statement}", values)
        plan = [str(row[0]) for row in self._inner.fetchall()]
        self.counts += [int(line.split(":")[1]) for line in plan if "Task Count:" in line]
        self.moved += [line for line in plan if "Subplan" in line or "MapMergeJob" in line]
        self._inner.execute(statement, values)

    def fetchall(self) -> list[Any]:
        return self._inner.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._inner)
