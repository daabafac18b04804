"""Tokens, accounts, sessions: who gets in and who does not."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from lineage.errors import LineageError
from tests.trace_api.conftest import PARTY_USCC, ClientAs
from trace_api.accounts import Principal, RequiredRole, accounts_repository
from trace_api.accounts.access import CSRF_HEADER, SESSION_COOKIE, Credentials
from trace_api.accounts.accounts import (
    AccountError,
    create_account,
    create_token,
    first_admin,
    log_in,
    log_out,
)
from trace_api.accounts.passwords import secret_hash
from trace_api.database import Database


@pytest.fixture
def guarded(app: FastAPI) -> FastAPI:
    @app.api_route("/only-inspectors", methods=["GET", "POST"])
    def only_inspectors(
        who: Annotated[Principal, Depends(RequiredRole("inspector", "party"))],
    ) -> dict[str, str | None]:
        return {"name": who.name, "role": who.role, "party": who.party_uscc}

    return app


def test_a_token_opens_what_its_role_may(guarded: FastAPI, client_as: ClientAs) -> None:
    assert client_as("inspector").get("/only-inspectors").json()["role"] == "inspector"
    assert client_as("admin").get("/only-inspectors").json()["role"] == "admin"
    assert client_as("party").get("/only-inspectors").json()["party"] == PARTY_USCC
    refused = client_as("device").get("/only-inspectors")
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer " + "x" * 10_000, "bearer \xff"]
)
def test_anything_else_does_not(guarded: FastAPI, client: TestClient, header: str) -> None:
    answer = client.get("/only-inspectors", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_kept_as_a_hash_only(database: Database) -> None:
    with database.transaction() as connection:
        token = create_token(connection, "gate 7", "device")
    with database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT row_to_json(t)::text FROM token t").scalar_one()
    assert token not in kept
    assert len(token) >= 43


def test_a_revoked_or_expired_token_is_unknown(database: Database) -> None:
    with database.transaction() as connection:
        token = create_token(connection, "gate 7", "device")
        short = create_token(connection, "gate 8", "device", days=-1)
        (row, _) = accounts_repository.tokens(connection)
        assert accounts_repository.token_principal(connection, secret_hash(token)) is not None
        assert accounts_repository.token_principal(connection, secret_hash(short)) is None
        assert accounts_repository.revoke_tokens(connection, str(row.id)) == [row.id]
        assert accounts_repository.revoke_tokens(connection, str(row.id)) == []
        assert accounts_repository.token_principal(connection, secret_hash(token)) is None


@pytest.mark.anyio
async def test_a_revoked_token_is_trusted_for_moments_only(database: Database) -> None:
    now = 0.0
    credentials = Credentials(database, clock=lambda: now)
    with database.transaction() as connection:
        token = create_token(connection, "gate 7", "device")
    assert await credentials.bearer(token) is not None
    with database.transaction() as connection:
        accounts_repository.revoke_tokens(connection, str(accounts_repository.tokens(connection)[0].id))
    assert await credentials.bearer(token) is not None
    now = 2.1
    assert await credentials.bearer(token) is None


@pytest.mark.parametrize(
    ("name", "role", "party"),
    [("a", "king", None), ("", "device", None), ("a\0b", "device", None)],
)
def test_tokens_that_make_no_sense(database: Database, name: str, role: str, party: str | None) -> None:
    with database.transaction() as connection, pytest.raises(AccountError):
        create_token(connection, name, role, party)


def test_tokens_of_a_name_are_revoked_together(database: Database) -> None:
    with database.transaction() as connection:
        create_token(connection, "gate", "device")
        create_token(connection, "gate", "device")
        create_token(connection, "other", "device")
        assert len(accounts_repository.revoke_tokens(connection, "gate")) == 2
        live = [row.name for row in accounts_repository.tokens(connection) if row.revoked_at is None]
        assert live == ["other"]


def test_a_party_is_named_by_a_true_credit_code_or_not_at_all(database: Database) -> None:
    with database.transaction() as connection:
        secret = create_token(connection, "a", "party")
        found = accounts_repository.token_principal(connection, secret_hash(secret))
        assert found is not None
        assert (found.role, found.party_uscc) == ("party", None)


def test_a_wrong_credit_code_makes_no_token(database: Database) -> None:
    with database.transaction() as connection, pytest.raises(LineageError):
        create_token(connection, "a", "party", "91110000100006021X")


def test_the_first_administrator_is_made_once(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        path = first_admin(connection, tmp_path / "data")
        assert path is not None
        assert first_admin(connection, tmp_path / "data") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    password = path.read_text().strip()
    with database.transaction() as connection:
        assert log_in(connection, "admin", password, 1) is not None
        assert log_in(connection, "admin", password + "x", 1) is None
        assert log_in(connection, "nobody", password, 1) is None
        assert log_in(connection, "adm\0in", "x" * 100_000, 1) is None


def test_a_session_reads_and_writes_only_with_its_secret(
    guarded: FastAPI, client: TestClient, database: Database
) -> None:
    with database.transaction() as connection:
        create_account(connection, "li", "inspector", "correct horse battery")
        logged_in = log_in(connection, "li", "correct horse battery", 1)
    assert logged_in is not None
    cookie, person = logged_in
    client.cookies.set(SESSION_COOKIE, cookie)
    assert client.get("/only-inspectors").json()["name"] == "li"
    assert client.post("/only-inspectors").status_code == 403
    assert client.post("/only-inspectors", headers={CSRF_HEADER: "guess"}).status_code == 403
    assert client.post("/only-inspectors", headers={CSRF_HEADER: person.csrf or ""}).status_code == 200
    assert client.post("/only-inspectors", data={"csrf": person.csrf or ""}).status_code == 200
    with database.transaction() as connection:
        log_out(connection, cookie)
    assert client.get("/only-inspectors").status_code == 401
