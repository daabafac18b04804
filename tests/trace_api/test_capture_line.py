"""Captures that wait together are stored together, and none answers for another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Event
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from lineage.events import DocumentError
from tests.trace_api.documents import document, item, known_things, seen
from trace_api.capture import events_repository as events
from trace_api.capture import line
from trace_api.capture.jobs import Job
from trace_api.capture.service import LONG_BYTES, Capturer, Request
from trace_api.database import Database
from trace_api.problems import Problem

Together = Callable[..., list[Future[Job]]]
JSON = "application/json"
IDENT = "urn:uuid:00000000-0000-4000-8000-00000000000{}"


def request(*captured: dict[str, Any], principal: str = "device 1", **members: Any) -> Request:
    return Request(orjson.dumps(document(*captured)), JSON, principal, **members)


@contextmanager
def kept_waiting(database: Database, capturer: Capturer) -> Iterator[Future[Job]]:
    """Have a first capture wait for the database until the block ends, and others behind it."""
    with database.transaction() as connection:
        events.lock_errata(connection, alone=True)
        busy = capturer.submit(request(seen("busy")))
        _until_waiting(database, 1)
        yield busy


@pytest.fixture
def together(database: Database) -> Together:
    """Give the means to have captures wait until all of them stand in line."""

    def submit(*requests: Request) -> list[Future[Job]]:
        capturer = Capturer(database, 1000)
        with kept_waiting(database, capturer) as busy:
            futures = [capturer.submit(one) for one in requests]
        wait(futures, 30)
        capturer.close()
        assert busy.result().success
        return futures

    return submit


def _until_waiting(database: Database, count: int) -> None:
    end = time.monotonic() + 20
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while time.monotonic() < end:
        with database.reading() as connection:
            if int(connection.exec_driver_sql(query).scalar_one()) == count:
                return
        time.sleep(0.01)
    pytest.fail("the workers do not wait for the lock")


def transactions(database: Database) -> int:
    """Give how many transactions wrote the events that are there."""
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(DISTINCT xmin::text) FROM event").scalar_one())


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_what_waits_is_stored_in_one_transaction(together: Together, database: Database) -> None:
    futures = together(*[request(seen(f"{number}")) for number in range(20)])
    assert [one.result().counts for one in futures] == [{"accepted": 1}] * 20
    assert len({one.result().job for one in futures}) == 20
    assert transactions(database) == 1 + 1
    assert count(database, "capture") == 1 + 20


def test_one_that_cannot_be_read_is_refused_alone(together: Together) -> None:
    good, bad, other = together(request(seen("1")), Request(b"{", JSON, "device 2"), request(seen("2")))
    assert good.result().success
    assert other.result().success
    with pytest.raises(DocumentError):
        bad.result()


def test_one_that_is_rolled_back_leaves_its_job_and_nothing_else(
    together: Together, database: Database
) -> None:
    wrong = {**seen("2"), "eventTime": "yesterday"}
    good, bad, partly = together(
        request(seen("1")), request(seen("3"), wrong), request(seen("4"), wrong, behaviour="proceed")
    )
    assert good.result().counts == {"accepted": 1}
    assert bad.result().counts == {"rejected": 2}
    assert partly.result().counts == {"accepted": 1, "rejected": 1}
    assert count(database, "event") == 1 + 2
    assert count(database, "capture") == 1 + 3


def test_the_first_with_an_event_has_it(together: Together, database: Database) -> None:
    one = seen("1", eventID=IDENT.format(1))
    first, again, other, beside = together(
        request(one),
        request(one, seen("2")),
        request(seen("3", eventID=IDENT.format(1)), seen("4")),
        request(seen("5")),
    )
    assert first.result().counts == {"accepted": 1}
    assert again.result().counts == {"duplicate": 1, "accepted": 1}
    assert other.result().counts == {"rejected": 2}
    assert beside.result().counts == {"accepted": 1}
    assert count(database, "event") == 1 + 3


def test_an_event_of_one_that_is_rolled_back_is_free_for_the_next(together: Together) -> None:
    one = seen("1", eventID=IDENT.format(1))
    wrong, right = together(request(one, {**seen("2"), "eventTime": "yesterday"}), request(one))
    assert wrong.result().counts == {"rejected": 2}
    assert right.result().counts == {"accepted": 1}


def test_a_key_that_comes_twice_is_one_capture(together: Together, database: Database) -> None:
    key = {"idempotency_key": "7"}
    first, again, other_body, other_sender = together(
        request(seen("1"), **key),
        request(seen("1"), **key),
        request(seen("2"), **key),
        request(seen("3"), principal="device 2", **key),
    )
    assert again.result() == first.result()
    with pytest.raises(Problem) as refused:
        other_body.result()
    assert refused.value.status == 422
    assert other_sender.result().counts == {"accepted": 1}
    assert count(database, "capture") == 1 + 2


def test_a_declaration_takes_out_what_waited_with_it(together: Together, database: Database) -> None:
    one = seen("1", eventID=IDENT.format(1))
    declared = {**one, "errorDeclaration": {"declarationTime": "2026-06-01T00:00:00Z"}}
    futures = together(request(one), request(declared), request(seen("2")))
    assert [each.result().counts for each in futures] == [{"accepted": 1}] * 3
    with database.reading() as connection:
        query = "SELECT declaration, void FROM event WHERE event_id = %s ORDER BY 1"
        assert connection.exec_driver_sql(query, (IDENT.format(1),)).all() == [(False, True), (True, True)]


def test_what_fails_with_one_is_no_matter_of_the_others(together: Together, database: Database) -> None:
    def fail(_: Connection) -> None:
        raise OSError("the disk of the other table is full")

    calls: list[str] = []
    good, bad, noted = together(
        request(seen("1")),
        request(seen("2"), along=fail),
        request(seen("3"), along=lambda _: calls.append("noted")),
    )
    assert good.result().success
    assert noted.result().success
    with pytest.raises(OSError, match="disk"):
        bad.result()
    assert calls[-1] == "noted"
    assert count(database, "event") == 1 + 2


def test_one_that_nobody_waits_for_any_more_is_not_begun(database: Database) -> None:
    capturer = Capturer(database, 1000)
    with kept_waiting(database, capturer) as busy:
        gone, left = capturer.submit(request(seen("1"))), capturer.submit(request(seen("2")))
        assert gone.cancel()
    assert left.result(30).success
    assert busy.result(30).success
    capturer.close()
    with database.reading() as connection:
        known = known_things(connection)
        assert item("1") not in known
        query = "SELECT count(*) FROM posting WHERE %s BETWEEN lo AND hi"
        assert connection.exec_driver_sql(query, (known[item("2")],)).scalar_one() == 1


def test_the_next_is_read_while_one_is_stored(database: Database) -> None:
    capturer = Capturer(database, 1000)
    with kept_waiting(database, capturer) as busy:
        after, wrong = capturer.submit(request(seen("1"))), capturer.submit(Request(b"{", JSON, "device 2"))
        # It is told what is wrong with it before the database is free.
        with pytest.raises(DocumentError):
            wrong.result(20)
        assert not busy.done()
        assert not after.done()
    assert busy.result(30).success
    assert after.result(30).success
    capturer.close()


def test_no_more_is_read_than_one_group_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "GROUP_SIZE", 3)
    read: list[int] = []
    free = Event()

    def store(group: Sequence[line.Waiting[int, int]]) -> None:
        assert free.wait(20)
        for one in group:
            one.future.set_result(one.item)

    def note(number: int) -> int:
        read.append(number)
        return number

    lines: line.TwoLines[int, int, int] = line.TwoLines(note, store)
    futures = [lines.join(number, 10) for number in range(50)]
    time.sleep(0.3)
    # Those that are being stored, and as many that wait.
    assert len(read) <= 2 * 3
    free.set()
    assert [each.result(20) for each in futures] == list(range(50))
    lines.close()


def test_a_scan_does_not_wait_for_long_documents(database: Database) -> None:
    capturer = Capturer(database, 10_000)
    pallet = [item(f"{number:06}") for number in range(3000)]
    with database.transaction() as connection:
        events.lock_errata(connection, alone=True)
        documents = [request(seen(f"{number}", epcList=pallet)) for number in range(2)]
        assert min(len(one.data) for one in documents) > LONG_BYTES
        long = [capturer.submit(one) for one in documents]
        _until_waiting(database, 1)
        short = capturer.submit(request(seen("short")))
        _until_waiting(database, 2)
    assert short.result(30).success
    assert all(one.result(30).success for one in long)
    capturer.close()
