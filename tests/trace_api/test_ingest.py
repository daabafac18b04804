"""Raw reads: understood ones become events, the others are kept with their reason."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.trace_api.documents import GTIN, item, lot
from trace_api.database import Database

READS = "/ingest/v1/reads"
SHOP = "https://id.gs1.org/414/9521234000013"


def batch(*reads: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"batchID": "b-1", "readPoint": SHOP, "bizStep": "receiving", "reads": list(reads), **members}


def a_read(code: str, time: str = "2026-05-01T16:00:00+08:00", **members: Any) -> dict[str, Any]:
    return {"time": time, "code": code, **members}


GOOD = batch(
    a_read("3034257BF7194E4000001A85", antenna=1, rssi=-41.5),
    a_read(f"(01){GTIN}(21)A1"),
    a_read(f"]d201{GTIN}21A2", "2026-05-01T16:00:01+08:00"),
    a_read("rubbish"),
    a_read(f"(01){GTIN}"),
    a_read(lot("L1"), readPoint="https://id.gs1.org/414/9521234000020"),
)


def test_reads_become_observations(device: TestClient, inspector: TestClient, database: Database) -> None:
    answer = device.post(READS, json=GOOD)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["understood"], told["refused"]) == (4, 2)
    assert [one["status"] for one in told["results"]] == ["accepted"] * 3 + ["refused"] * 2 + ["accepted"]
    assert told["results"][1]["id"] == item("A1")
    assert told["results"][4]["error"]["code"] == "class-not-traced"
    listed = inspector.get("/epcis/v2/events").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(listed) == 3
    assert all(one["action"] == "OBSERVE" and one["bizStep"] == "receiving" for one in listed)
    assert all(one["eventTimeZoneOffset"] == "+08:00" for one in listed)
    history = inspector.get("/trace/v1/history", params={"id": item("A2")}).json()["events"]
    assert [one["readPoint"] for one in history] == [SHOP]
    with database.reading() as connection:
        refused = connection.exec_driver_sql(
            "SELECT jsonb_array_length(refused) FROM read_batch"
        ).scalar_one()
    assert refused == 2


def test_a_batch_sent_again_changes_nothing(device: TestClient, database: Database) -> None:
    first = device.post(READS, json=GOOD).json()
    assert device.post(READS, json=GOOD).json() == first
    other = device.post(READS, json=batch(a_read(item("Z"))))
    assert other.status_code == 422
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one() == 3
        assert connection.exec_driver_sql("SELECT count(*) FROM read_batch").scalar_one() == 1


def test_a_batch_of_nothing_understood_is_kept(device: TestClient, database: Database) -> None:
    assert device.post(READS, json=batch(a_read("rubbish"))).json()["refused"] == 1
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM read_batch").scalar_one() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        batch(),
        batch(a_read("x" * 3000)),
        batch(a_read("x", time="0000-01-01T00:00:00Z")),
        batch(a_read("x", colour="red")),
        batch(a_read(item("1")), batchID=""),
        batch(a_read(item("1")), bizStep="juggling"),
        batch(a_read(item("1")), readPoint="no uri"),
    ],
)
def test_what_is_no_batch_is_refused_whole(device: TestClient, database: Database, body: Any) -> None:
    answer = device.post(READS, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"].endswith("/bad-batch")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one() == 0


def test_a_time_without_zone_is_no_time(device: TestClient) -> None:
    told = device.post(READS, json=batch(a_read(item("1"), time="2026-05-01T16:00:00"))).json()
    assert told["results"][0]["error"]["code"] == "no-time-zone"


def test_reads_need_a_token_that_writes(client: TestClient, inspector: TestClient) -> None:
    assert client.post(READS, json=GOOD).status_code == 401
    assert inspector.post(READS, json=GOOD).status_code == 403
