"""Connections that read: what a question learned of the database serves the next one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from trace_api.database import Database
from trace_api.database.engine import PREPARE_THRESHOLD, AnotherStatement, driver
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


def test_a_glance_sees_one_statement(alone: Database) -> None:
    with alone.glancing() as connection:
        assert driver(connection).execute(STATEMENT, (1,)).fetchone() == (1,)
        with pytest.raises(AnotherStatement):
            driver(connection).execute(STATEMENT, (2,))


def test_a_glance_leaves_a_connection_that_reads_a_snapshot(alone: Database) -> None:
    snapshot = "SELECT current_setting('transaction_isolation'), pg_current_snapshot()::text"
    for _ in range(2):
        with alone.glancing() as connection:
            driver(connection).execute(STATEMENT, (1,))
        with pytest.raises(psycopg.errors.DivisionByZero), alone.glancing() as connection:
            driver(connection).execute("SELECT 1 / 0")
        with alone.reading() as connection:
            first = driver(connection).execute(snapshot).fetchone()
            with alone.transaction() as other:
                driver(other).execute("SELECT pg_current_xact_id()")
            assert driver(connection).execute(snapshot).fetchone() == first
            assert first is not None
            assert first[0] == "repeatable read"
