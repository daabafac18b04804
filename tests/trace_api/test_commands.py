"""The command line: tokens, import, migrate, settings, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.trace_api.documents import event, item, seen, text
from trace_api.commands import app
from trace_api.database import Database
from trace_api.settings import Settings, SettingsError, from_environment

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TRACE_DATABASE_URL", database_url)
    return CliRunner()


def test_a_token_is_the_last_word_and_works_while_the_server_runs(run: CliRunner, client: TestClient) -> None:
    made = run.invoke(app, ["token", "create", "--role", "inspector", "--name", "office"])
    assert made.exit_code == 0
    token = made.stdout.split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/trace/v1/history", params={"id": item("1")}, headers=headers).status_code == 404
    (listed,) = (
        json.loads(line) for line in run.invoke(app, ["token", "list", "--json"]).stdout.splitlines()
    )
    assert (listed["name"], listed["role"], listed["revoked"]) == ("office", "inspector", None)
    assert token not in run.invoke(app, ["token", "list"]).output
    assert run.invoke(app, ["token", "revoke", str(listed["id"])]).exit_code == 0
    assert run.invoke(app, ["token", "revoke", str(listed["id"])]).exit_code == 1


@pytest.mark.parametrize("role", ["device", "party", "inspector", "admin"])
def test_every_role_has_tokens(run: CliRunner, role: str) -> None:
    assert run.invoke(app, ["token", "create", "--role", role, "--name", "x"]).exit_code == 0
    assert run.invoke(app, ["token", "revoke", "x"]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["token", "create", "--role", "king", "--name", "x"], 2),
        (["token", "create", "--role", "party", "--name", "x", "--party", "911"], 1),
    ],
)
def test_what_cannot_be_done_is_said(run: CliRunner, arguments: list[str], code: int) -> None:
    result = run.invoke(app, arguments)
    assert result.exit_code == code
    assert not isinstance(result.exception, ValueError)


def test_documents_are_imported_once_and_bad_events_named(
    run: CliRunner, tmp_path: Path, inspector: TestClient
) -> None:
    file = tmp_path / "events.jsonld"
    file.write_bytes(
        text(*(seen(str(number)) for number in range(2500)), event(action="MOVE", epcList=[item("x")]))
    )
    first = run.invoke(app, ["import", "--json", str(file)])
    assert first.exit_code == 1
    report = json.loads(first.stdout)
    assert (report["accepted"], report["duplicate"], len(report["rejected"])) == (2500, 0, 1)
    assert report["rejected"][0]["event"] == 2500
    assert report["rejected"][0]["pointer"].startswith("/epcisBody/eventList/2500/")
    again = json.loads(run.invoke(app, ["import", "--json", str(file)]).stdout)
    assert (again["accepted"], again["duplicate"]) == (0, 2500)
    assert inspector.get("/trace/v1/history", params={"id": item("2499")}).status_code == 200


def test_what_is_no_document_is_named(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text("{")
    result = run.invoke(app, ["import", "--json", str(file)])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rejected"][0]["code"] == "not-json"


def test_an_old_database_is_refused_until_migrated(run: CliRunner, database: Database) -> None:
    assert run.invoke(app, ["migrate"]).exit_code == 0
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert run.invoke(app, ["token", "list"]).exit_code == 1


def test_settings_come_from_the_environment_and_flags_win() -> None:
    environ = {
        "TRACE_PORT": "9000",
        "TRACE_SECURE_COOKIES": "no",
        "TRACE_DATA_DIR": "/x",
        "TRACE_THREADS": " ",
    }
    settings = from_environment(environ, port=None, host="0.0.0.0")
    assert (settings.port, settings.secure_cookies, settings.data_dir) == (9000, False, Path("/x"))
    assert (settings.host, settings.threads) == ("0.0.0.0", Settings().threads)
    assert from_environment(environ, port=1).port == 1
    with pytest.raises(SettingsError, match="TRACE_PORT"):
        from_environment({"TRACE_PORT": "many"})


def test_the_documentation_names_every_setting() -> None:
    page = (DOCS / "trace-api.md").read_text()
    for name in Settings.__dataclass_fields__:
        assert f"TRACE_{name.upper()}" in page, name
