"""What a directory remembers from one question to the next is never older than the tables."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from trace_api.database import Database
from trace_api.masterdata import repository
from trace_api.masterdata.model import Site
from trace_api.responsibility.directory import MasterDirectory

PLACE = "https://id.gs1.org/414/9521234000013"


def name_of(connection: Connection) -> str | None:
    found = MasterDirectory(connection).site(PLACE)
    return None if found is None else found.name


def write(connection: Connection, name: str) -> None:
    repository.upsert(connection, "sites", [Site(PLACE, name=name)], origin="table")


@pytest.fixture
def single(database_url: str) -> Database:
    """A database with one connection in each pool, so that every question gets the same one."""
    return Database(database_url, pool_size=1)


def test_a_change_is_seen_by_the_next_question(single: Database) -> None:
    for name in ("Dairy", "Dairy One", "Dairy Two"):
        with single.transaction() as connection:
            write(connection, name)
        for _ in range(2):
            with single.reading() as connection:
                assert name_of(connection) == name
    single.close()


def test_what_was_found_is_kept_while_nothing_changes(single: Database) -> None:
    with single.transaction() as connection:
        write(connection, "Dairy")
    with single.reading() as connection:
        first = MasterDirectory(connection).site_record(PLACE)
    with single.transaction() as connection:
        write(connection, "Dairy")  # the same again is no change
    with single.reading() as connection:
        assert MasterDirectory(connection).site_record(PLACE) is first
    single.close()


def test_what_one_connection_found_another_knows(database_url: str) -> None:
    database = Database(database_url, pool_size=2)
    with database.transaction() as connection:
        write(connection, "Dairy")
    with database.reading() as one, database.reading() as other:
        assert one.connection.driver_connection is not other.connection.driver_connection
        first = MasterDirectory(one).site_record(PLACE)
        assert first is not None
        assert MasterDirectory(other).site_record(PLACE) is first
    database.close()


def test_what_was_rolled_back_is_forgotten(single: Database) -> None:
    def fail() -> None:
        with single.transaction() as connection:
            write(connection, "Never")
            assert name_of(connection) == "Never"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with single.transaction() as connection:
        assert name_of(connection) is None
    with single.transaction() as connection:
        write(connection, "Dairy")
    with single.transaction() as connection:
        assert name_of(connection) == "Dairy"
    single.close()
