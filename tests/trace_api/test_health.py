"""Health, readiness, metrics, and the form of errors."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from trace_api.database import Database, SchemaError, prepare
from trace_api.database.migrate import head, migrate


def test_a_migrated_server_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ok"
    assert "process_" in client.get("/metrics").text
    for path in ("/healthz", "/readyz"):
        assert (client.head(path).status_code, client.head(path).content) == (200, b"")


def test_a_server_on_an_old_schema_is_alive_and_not_ready(client: TestClient, database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_unknown_paths_are_problems(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].startswith("https://w3id.org/suyuan/problems/")


def test_a_current_database_is_left_alone(database: Database) -> None:
    prepare(database)
    assert migrate(database) == (head(), head())


def test_an_old_or_foreign_or_newer_database_is_refused_with_advice(database: Database) -> None:
    for revision, advice in [("0001", "trace-api migrate"), ("9999", "newer version")]:
        with database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        with pytest.raises(SchemaError) as refused:
            prepare(database)
        assert advice in refused.value.hint
    with pytest.raises(SchemaError):
        migrate(database)
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(SchemaError, match="not ours"):
        prepare(database)
