"""Connections that read: what a question learned of the database serves the next one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from trace_api.database import Database
from trace_api.database.engine import PREPARE_THRESHOLD, driver
from trace_api.problems import Problem

STATEMENT = "SELECT %s::bigint"


def ask(database: Database) -> int:
    """Ask one thing; give how many statements are prepared on the connection."""
    with database.reading() as connection:
        cursor = driver(connection).execute("SELECT count(*) FROM pg_prepared_statements")
        (prepared,) = cursor.fetchone() or (0,)
        driver(connection).execute(STATEMENT, (1,))
        return int(prepared)


def refuse(database: Database) -> None:
    """Ask about what nobody has seen."""
    with database.reading() as connection:
        driver(connection).execute(STATEMENT, (1,))
        raise Problem(404, "never-seen", "No event has named it.")


@pytest.fixture
def alone(database_url: str) -> Iterator[Database]:
    """A database with one connection that reads."""
    database = Database(database_url, pool_size=1)
    yield database
    database.close()


def test_a_refusal_forgets_nothing(alone: Database) -> None:
    for _ in range(PREPARE_THRESHOLD + 2):
        known = ask(alone)
    assert known > 0
    with pytest.raises(Problem):
        refuse(alone)
    assert ask(alone) >= known


def test_a_connection_whose_statement_failed_reads_again(alone: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), alone.reading() as connection:
        driver(connection).execute("SELECT 1 / 0")
    assert ask(alone) == ask(alone) == 0
