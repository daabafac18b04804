"""Every statement that a request makes walks an index, whatever the size of the store.

Each statement is explained just before it runs. Reading a whole table is made unattractive first: what still
does it has no index to walk.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.trace_api.conftest import ClientAs
from tests.trace_api.documents import GTIN, capture, item, lot
from tests.trace_api.test_trace import BOX, EVENTS, PALLET
from trace_api.database import Database

# Tables that hold a row for each thing, event or fact: what grows with the store.
GROWING = {
    "capture",
    "emptying",
    "event",
    "event_page",
    "issued_code",
    "leg",
    "mark",
    "membership",
    "oddity",
    "posting",
    "read_batch",
    "recall_thing",
    "stay",
    "term",
    "thing",
    "transformation",
}
_PLANNED = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_INDEX = re.compile(r"Index (?:Only )?Scan(?: Backward)? using \w+ on (\w+)")
_SCAN = re.compile(r"Seq Scan on (\w+)")


class Plans:
    """Plans of all statements that any connection made, but for COPY."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def explain(self, cursor: Any, query: Any, params: Any) -> None:
        """Write down the plan of a statement that is about to run."""
        if isinstance(query, bytes):
            query = query.decode()
        if not isinstance(query, str) or not _PLANNED.match(query):
            return
        # Of its own kind: a statement may have numbered placeholders.
        with type(cursor)(cursor.connection) as own:
            execute(own, "SET LOCAL enable_seqscan = off")
            execute(own, "EXPLAIN " + query, params)
            plan = "\n".join(row[0] for row in own.fetchall())
        self.texts.append(f"{query}\n{plan}")

    def scans(self) -> list[str]:
        """Give the statements that read a growing table from end to end."""
        return [each for each in self.texts if GROWING & set(_SCAN.findall(each) + _whole_indexes(each))]


execute = psycopg.Cursor.execute


def _whole_indexes(plan: str) -> list[str]:
    """Give the tables of indexes that are walked from end to end, as nothing stops it."""
    lines = [*plan.splitlines(), ""]
    return [
        found[1]
        for line, following in pairwise(lines)
        if (found := _INDEX.search(line)) and "Index Cond" not in following and "Limit" not in plan
    ]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    plans = Plans()

    def explained(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        plans.explain(self, query, params)
        return execute(self, query, params, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", explained)
    return plans


def test_a_scan_is_seen(plans: Plans, database: Database) -> None:
    with database.reading() as connection:
        connection.execute(text("SELECT count(hi) FROM posting WHERE quantity = :amount"), {"amount": 7})
        connection.execute(text("SELECT hi FROM posting WHERE block = :block"), {"block": 7})
        connection.execute(text("SELECT id FROM event ORDER BY id"))
    assert len(plans.scans()) == 2


def test_no_request_reads_a_whole_table(plans: Plans, client_as: ClientAs, client: TestClient) -> None:
    device, inspector = client_as("device"), client_as("inspector")
    party = client_as("party")
    assert capture(device, EVENTS)["accepted"] == len(EVENTS)
    assert capture(device, EVENTS)["duplicate"] == len(EVENTS)
    answers = [
        *(
            inspector.get(f"/trace/v1/{question}", params={"id": thing, **more})
            for question, more in (
                ("source", {"contact": "true"}),
                ("destination", {"contact": "true", "now": "true"}),
                ("destination", {"runs": "true"}),
                ("history", {}),
                ("responsibility", {"upstream": "true"}),
            )
            for thing in (item("1"), lot("M"), BOX, PALLET)
        ),
        inspector.get("/trace/v1/balance", params={"lot": lot("M")}),
        client.get(f"/01/{GTIN}/21/1", headers={"Accept": "text/html"}),
        client.get(f"/01/{GTIN}/21/1", headers={"Accept": "application/json"}),
        client.get(f"/01/{GTIN}/10/Y", headers={"Accept": "application/json"}),
        *(
            inspector.get("/epcis/v2/events", params=parameters)
            for parameters in (
                {"MATCH_epc": item("1")},
                {"MATCH_anyEPC": item("1")},
                {"MATCH_parentID": BOX},
                {"EQ_eventID": "urn:uuid:00000000-0000-4000-8000-000000000001"},
                {"GE_eventTime": "2026-05-01T12:00:00Z", "LT_eventTime": "2026-05-01T14:00:00Z"},
                {"EQ_bizStep": "shipping"},
            )
        ),
        party.get("/trace/v1/source", params={"id": item("1")}),
        inspector.post(
            "/recall/v1/drills",
            json={"regime": "food", "level": 2, "reason": "exercise", "seeds": [lot("M")]},
        ),
    ]
    made = [answer for answer in answers if answer.status_code not in {200, 201, 403}]
    assert not made, [(answer.url, answer.text[:200]) for answer in made]
    assert len(plans.texts) > 100
    assert plans.scans() == []


def test_a_question_reads_on_by_itself(plans: Plans, client_as: ClientAs) -> None:
    device, inspector = client_as("device"), client_as("inspector")
    assert capture(device, EVENTS)["accepted"] == len(EVENTS)
    for question, most in (("source", 1), ("history", 1), ("responsibility", 1)):
        before = len(plans.texts)
        assert inspector.get(f"/trace/v1/{question}", params={"id": item("1")}).status_code == 200
        gathered = [each for each in plans.texts[before:] if each.startswith("WITH RECURSIVE way")]
        assert len(gathered) == most, question
