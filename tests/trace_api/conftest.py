"""A real PostgreSQL once a session, a fresh database for each test, and clients with tokens."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.trace_api.citus import distributed, empty, nodes
from trace_api.accounts.accounts import create_token
from trace_api.app import create_app
from trace_api.database import Database, prepare
from trace_api.database.embedded import EmbeddedPostgres
from trace_api.settings import Settings

with warnings.catch_warnings():
    # Starlette would rather have its test client built on httpx's successor; the agent keeps httpx.
    warnings.simplefilter("ignore", UserWarning)
    from starlette.testclient import TestClient

# The store of a test is thrown away: what it costs to survive a power cut is tested on its own.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "'128MB'"}

TEMPLATE = "suyuan_template"
PARTY_USCC = "91110000100006021A"

_numbers = itertools.count()

ClientAs = Callable[..., TestClient]


def statement(url: str, sql: str) -> None:
    """Run one statement outside a transaction, as CREATE DATABASE needs it."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(sql))
    engine.dispose()


def named(url: str, database: str) -> str:
    """Give the address of another database of the same server."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL: TRACE_TEST_DATABASE_URL, or one of our own."""
    given = os.environ.get("TRACE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Not below pytest's own folder: another session that starts closes that one to all but its owner, and
    # PostgreSQL, which for root runs as a user of its own, would lose its files.
    with tempfile.TemporaryDirectory(prefix="suyuan-pg-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data", FAST)
        yield server.start()
        server.stop()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """A migrated, empty database to clone."""
    name = f"{TEMPLATE}_{os.getpid()}"
    statement(postgres, f"DROP DATABASE IF EXISTS {name}")
    statement(postgres, f"CREATE DATABASE {name}")
    database = Database(named(postgres, name), pool_size=1)
    prepare(database)
    database.close()
    return name


@pytest.fixture(scope="session")
def spread(postgres: str) -> Iterator[str | None]:
    """A distributed database where the server is the coordinator of a Citus cluster: used again and again."""
    if not nodes(postgres):
        yield None
        return
    with distributed(postgres, f"suyuan_{os.getpid()}") as url:
        yield url


@pytest.fixture
def database_url(postgres: str, template: str, spread: str | None) -> Iterator[str]:
    """The address of a fresh, migrated database; one spread over the nodes where the server has some."""
    if spread is not None:
        empty(spread)
        yield spread
        return
    name = f"suyuan_{os.getpid()}_{next(_numbers)}"
    statement(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield named(postgres, name)
    statement(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    opened = Database(database_url, pool_size=8)
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a server on that database."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url, threads=8, secure_cookies=False)


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    """The application on a fresh database."""
    return create_app(settings, database)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client that says nothing of who it is; answers 500 come back as answers."""
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def client_as(app: FastAPI, client: TestClient, database: Database) -> ClientAs:
    """Give a client with a token: ``client_as("inspector")``, ``client_as("party", party_uscc=…)``."""

    def make(role: str, *, party_uscc: str | None = None) -> TestClient:
        if role == "party" and party_uscc is None:
            party_uscc = PARTY_USCC
        with database.transaction() as connection:
            token = create_token(connection, f"test {role}", role, party_uscc)
        return TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {token}"})

    return make


@pytest.fixture
def device(client_as: ClientAs) -> TestClient:
    """A client that may capture."""
    return client_as("device")


@pytest.fixture
def inspector(client_as: ClientAs) -> TestClient:
    """A client that may ask for traces."""
    return client_as("inspector")


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    """A client that may do everything."""
    return client_as("admin")
