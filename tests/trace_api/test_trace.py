"""``/trace/v1`` over a small store: forms of answers, forms of identifiers, refusals."""

from __future__ import annotations

import json
from typing import Any, cast

import psycopg
import pytest
from starlette.testclient import TestClient

from lineage.trace.neighbours import Leg, Transformation
from lineage.trace.runs import asks_for
from tests.trace_api.documents import GTIN, capture, event, item, lot
from trace_api.database import Database
from trace_api.database.engine import driver
from trace_api.trace.gathering_repository import FEW, Gathering, raw
from trace_api.trace.neighbours_repository import PostgresNeighbours

BOX, PALLET = "https://id.gs1.org/00/095212340000000013", "https://id.gs1.org/00/095212340000000020"

EVENTS = [
    event(
        at="2026-05-01T08:00:00Z",
        action="ADD",
        quantityList=[{"epcClass": lot("M"), "quantity": 10, "uom": "KGM"}],
    ),
    event(
        "TransformationEvent",
        "2026-05-01T09:00:00Z",
        inputQuantityList=[{"epcClass": lot("M"), "quantity": 4, "uom": "KGM"}],
        outputQuantityList=[{"epcClass": lot("Y"), "quantity": 3.5, "uom": "KGM"}],
    ),
    event(
        at="2026-05-01T10:00:00Z",
        action="ADD",
        epcList=[item("1"), item("2")],
        ilmd={"cbvmda:lotNumber": "Y"},
    ),
    event("AggregationEvent", "2026-05-01T11:00:00Z", action="ADD", parentID=BOX, childEPCs=[item("1")]),
    event("AggregationEvent", "2026-05-01T12:00:00Z", action="ADD", parentID=PALLET, childEPCs=[BOX]),
    event(at="2026-05-01T13:00:00Z", action="OBSERVE", epcList=[PALLET], bizStep="shipping"),
]


@pytest.fixture
def stored(device: TestClient, inspector: TestClient) -> TestClient:
    assert capture(device, EVENTS)["accepted"] == len(EVENTS)
    return inspector


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json()["things"]}


@pytest.mark.parametrize(
    "written",
    [
        item("1"),
        f"(01){GTIN}(21)1",
        f"]d201{GTIN}211",
        f"01{GTIN}211\x1d10Y",
        "urn:epc:id:sgtin:9521234.054321.1",
        f"https://shop.example/01/{GTIN}/10/Y/21/1?17=271231",
    ],
)
def test_every_written_form_asks_about_the_same_thing(stored: TestClient, written: str) -> None:
    answer = stored.get("/trace/v1/source", params={"id": written})
    assert answer.json()["root"] == {"id": item("1"), "kind": "item"}
    assert ids(answer) == {lot("Y"), lot("M")}


def test_paths_lead_back_to_the_root_on_evidence(stored: TestClient) -> None:
    answer = stored.get("/trace/v1/destination", params={"id": lot("M"), "now": "true"}).json()
    events = {
        one["eventID"] for one in stored.get("/trace/v1/history", params={"id": item("1")}).json()["events"]
    }
    assert len(events) == 4
    for thing in answer["things"]:
        here = lot("M")
        for number in thing["via"]:
            edge = answer["edges"][number]
            assert edge["from"] == here
            here = edge["to"]
        assert here == thing["id"]
    where = {thing["id"]: thing["where"] for thing in answer["things"]}
    assert where[item("1")]["unit"] == BOX
    assert where[item("1")]["state"] == "in_transit"
    assert where[item("2")]["unit"] is None


def test_a_name_that_breaks_a_rule_is_asked_about_as_events_had_it(
    device: TestClient, inspector: TestClient
) -> None:
    """Partners print SSCCs that are too short; what was inside them must be found all the same."""
    short = "urn:epc:id:sscc:08600031303.0003"
    packed = event("AggregationEvent", action="ADD", parentID=short, childEPCs=[item("1")])
    assert capture(device, [packed])["accepted"] == 1
    answer = inspector.get("/trace/v1/source", params={"id": short})
    assert answer.json()["root"] == {"id": short, "kind": "unit"}
    assert ids(answer) == {item("1")}
    never = inspector.get("/trace/v1/source", params={"id": short + "4"})
    assert never.status_code == 400
    assert never.json()["type"].endswith("/not-an-identifier")


def test_time_and_depth_bound_the_answer(stored: TestClient) -> None:
    def source(**parameters: Any) -> set[str]:
        return ids(stored.get("/trace/v1/source", params={"id": item("1"), **parameters}))

    assert source(depth=1) == {lot("Y")}
    assert source(depth=0) == set()
    assert source(until="2026-05-01T08:30:00Z") == {lot("Y")}
    assert source(until="2026-05-01T17:00:00+08:00") == {lot("Y"), lot("M")}
    late = {"id": lot("M"), "since": "2026-05-01T09:30:00Z"}
    assert ids(stored.get("/trace/v1/destination", params=late)) == set()


def test_ndjson_has_the_head_and_a_line_for_each_thing(stored: TestClient) -> None:
    for path, more in (("source", {}), ("destination", {"now": "true"}), ("history", {})):
        parameters = {"id": lot("Y"), **more}
        whole = stored.get(f"/trace/v1/{path}", params=parameters).json()
        answer = stored.get(
            f"/trace/v1/{path}", params=parameters, headers={"Accept": "application/x-ndjson"}
        )
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        head, *lines = [json.loads(line) for line in answer.text.splitlines()]
        listed = whole.pop("things", None) or whole.pop("events", None)
        assert lines == listed
        assert head.pop("count") == len(lines)
        assert head == whole


@pytest.mark.parametrize("question", ["source", "destination"])
def test_pages_of_an_answer_are_the_whole_of_it(
    stored: TestClient, device: TestClient, question: str
) -> None:
    thing = PALLET if question == "source" else lot("M")

    def ask(**parameters: Any) -> Any:
        answer = stored.get(f"/trace/v1/{question}", params={"id": thing, **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()

    whole = ask(until="2026-06-01T00:00:00Z") if question == "source" else ask()
    assert (whole["truncated"], whole["next"]) == (False, None)
    bounds = {"until": "2026-06-01T00:00:00Z"} if question == "source" else {}
    listed: list[Any] = []
    after = ""
    while after is not None:
        page = ask(limit=1, after=after, **bounds)
        assert page["truncated"] == (page["next"] is not None)
        (one,) = page["things"]
        assert [page["edges"][number] for number in one["via"]] == [
            whole["edges"][number] for number in whole["things"][len(listed)]["via"]
        ]
        listed.append({**one, "via": None})
        after = page["next"]
    assert listed == [{**one, "via": None} for one in whole["things"]]
    # What comes in between two pages would shift them.
    begun = ask(limit=1, **bounds)["next"]
    late = event(at="2026-05-01T10:30:00Z", action="ADD", epcList=[item("9")], ilmd={"cbvmda:lotNumber": "Y"})
    boxed = event(
        "AggregationEvent", "2026-05-01T10:40:00Z", action="ADD", parentID=BOX, childEPCs=[item("9")]
    )
    assert capture(device, [late, boxed])["accepted"] == 2
    parameters = {"id": thing, "limit": 1, "after": begun, **bounds}
    answer = stored.get(f"/trace/v1/{question}", params=parameters)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/answer-changed")


def test_runs_say_how_many_came_in_the_same_way(device: TestClient, inspector: TestClient) -> None:
    serials = [f"n{number:03}" for number in range(200)]
    made = event(
        at="2026-05-01T10:00:00Z",
        action="ADD",
        epcList=[item(serial) for serial in serials],
        ilmd={"cbvmda:lotNumber": "Y"},
    )
    assert capture(device, [*EVENTS[:2], made])["accepted"] == 3
    whole = inspector.get("/trace/v1/destination", params={"id": lot("M")}).json()
    answer = inspector.get("/trace/v1/destination", params={"id": lot("M"), "runs": "true"}).json()
    assert sum(run["count"] for run in answer["things"]) == len(whole["things"]) == 201
    assert sum(run["count"] for run in answer["edges"]) == len(whole["edges"])
    batch, items = answer["things"]
    assert (batch["first"], batch["last"], batch["count"]) == ({"id": lot("Y"), "kind": "lot"},) * 2 + (1,)
    assert (items["first"]["id"], items["last"]["id"]) == (item(serials[0]), item(serials[-1]))
    path = [answer["edges"][number] for number in items["via"]]
    assert [(edge["from"], edge["to"]) for edge in path] == [(lot("M"), lot("Y")), (lot("Y"), item("n000"))]
    assert (path[-1]["last"], path[-1]["count"]) == (item(serials[-1]), 200)
    back = inspector.get("/trace/v1/source", params={"id": item("n001"), "runs": "true"}).json()
    assert [run["origin"] for run in back["things"]] == [False, True]
    refused = inspector.get("/trace/v1/destination", params={"id": lot("M"), "runs": "true", "now": "true"})
    assert refused.status_code == 400


def test_a_balance_adds_up(stored: TestClient) -> None:
    answer = stored.get("/trace/v1/balance", params={"lot": lot("M")}).json()
    assert (answer["lot"], answer["uom"]) == (lot("M"), "KGM")
    assert answer["left"] == 6


@pytest.mark.parametrize(
    ("identifier", "status", "kind"),
    [
        (item("never"), 404, "/never-seen"),
        (f"https://id.gs1.org/01/{GTIN}", 400, "/class-not-traced"),
        (item("1").replace("3213/", "3214/"), 400, "/not-an-identifier"),
        ("x" * 5000, 400, "/not-an-identifier"),
        ("\0", 400, "/not-an-identifier"),
        ("", 400, "/not-an-identifier"),
    ],
)
def test_refusals_say_what_is_wrong(stored: TestClient, identifier: str, status: int, kind: str) -> None:
    for path, name in (("source", "id"), ("destination", "id"), ("history", "id"), ("balance", "lot")):
        answer = stored.get(f"/trace/v1/{path}", params={name: identifier})
        assert answer.status_code == status
        assert answer.json()["type"].endswith(kind)
    assert stored.get("/trace/v1/source").status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"until": "soon"},
        {"until": "2026-05-01"},
        {"until": "0000-01-01T00:00:00Z"},
        {"depth": "-1"},
        {"depth": "9" * 40},
        {"limit": "0"},
        {"limit": "9" * 40},
        {"after": "7"},
        {"after": "7-0123456789ABCDEF"},
    ],
)
def test_wrong_parameters_are_named(stored: TestClient, parameters: dict[str, str]) -> None:
    answer = stored.get("/trace/v1/source", params={"id": item("1"), **parameters})
    assert answer.status_code == 400
    assert next(iter(parameters)) in answer.json()["detail"]


def test_traces_need_an_inspector_or_a_party(client: TestClient, device: TestClient) -> None:
    assert client.get("/trace/v1/source", params={"id": item("1")}).status_code == 401
    assert device.get("/trace/v1/source", params={"id": item("1")}).status_code == 403


def test_a_number_without_an_event_is_nothing(device: TestClient, database: Database) -> None:
    made = event(action="ADD", epcList=[item("1")], eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    capture(device, [made])
    other = {**made, "epcList": [item("2")]}
    assert capture(device, [other])["rejected"] == 1
    with database.reading() as connection:
        neighbours = PostgresNeighbours(connection)
        assert set(neighbours.find([item("1"), item("2"), item("3")])) == {item("1")}


def test_a_unit_is_one_while_an_event_that_stands_says_so(device: TestClient, inspector: TestClient) -> None:
    rack = "https://example.org/rack/7"
    packed = event("AggregationEvent", action="ADD", parentID=rack, childEPCs=[item("1")])
    number = capture(device, [packed])["results"][0]["eventID"]

    def kind() -> str:
        answer = inspector.get("/trace/v1/history", params={"id": rack})
        return str(answer.json()["root"]["kind"])

    assert kind() == "unit"
    declared = {**packed, "eventID": number, "errorDeclaration": {"declarationTime": "2026-05-02T00:00:00Z"}}
    capture(device, [declared])
    assert kind() == "item"


@pytest.mark.parametrize(("few", "statements"), [(0, 12), (FEW, 8)], ids=["table by table", "gathered"])
def test_each_statement_walks_an_index(
    stored: TestClient, database: Database, few: int, statements: int
) -> None:
    """No statement of the request path reads a whole table, also while the planner thinks that cheap."""
    with database.reading() as connection:
        plans = PlanReader(connection, few)
        things = list(plans.find([item("1"), lot("M"), BOX]).values())
        plans.ask_everything(things)
        assert plans.explained >= statements
        assert plans.scans == []


def test_few_things_are_answered_as_many_are(stored: TestClient, database: Database) -> None:
    """What is gathered in one statement is what the tables say one by one."""
    with database.reading() as connection:
        tables, gathered = PostgresNeighbours(connection), PostgresNeighbours(connection)
        tables._few = Gathering(tables._few._cursor, most=0)
        ids = [item("1"), item("2"), lot("M"), lot("Y"), BOX, PALLET]
        things = sorted(tables.find(ids).values())
        named = [item("1"), lot("M"), PALLET, item("nobody named this")]
        assert gathered.find(named) == tables.find(named)
        assert len(gathered.find(named)) == 3
        asks = asks_for(things)
        for name in ("lots_of", "contents", "containers", "attached", "oddities", "appearances", "names"):
            assert _sorted(getattr(gathered, name)(asks)) == _sorted(getattr(tables, name)(asks)), name
        made = [sorted(map(_sides, source.made_from(asks))) for source in (gathered, tables)]
        assert made[0] == made[1]
        refs = [ref for ref, *_ in made[0]]
        assert refs
        whole = [sorted(map(_sides, source.transformations(refs))) for source in (gathered, tables)]
        assert whole[0] == whole[1]


def test_what_is_prepared_serves_the_next_question(stored: TestClient, database: Database) -> None:
    """Planning takes longer than most statements do: it is done once a connection, not once a question."""
    for _ in range(3):
        with database.reading() as connection:
            PostgresNeighbours(connection).find([item("1")])
    with database.reading() as connection:
        query = "SELECT count(*) FROM pg_prepared_statements WHERE left(statement, 14) = 'WITH RECURSIVE'"
        assert connection.exec_driver_sql(query).scalar_one() == 1


def _sorted(found: Any) -> list[Any]:
    return sorted(found.items() if isinstance(found, dict) else found, key=repr)


def _sides(one: Transformation) -> tuple[int, list[Leg], list[Leg]]:
    return one.ref, sorted(one.inputs), sorted(one.outputs)


class PlanReader(PostgresNeighbours):
    """Explains each statement before it runs."""

    def __init__(self, connection: Any, few: int) -> None:
        super().__init__(connection)
        self.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        self.explained = 0
        self.scans: list[str] = []
        self._cursor = cast("psycopg.Cursor[Any]", Explaining(self._cursor, self))
        self._few = Gathering(
            cast("psycopg.RawCursor[Any]", Explaining(raw(driver(self.connection)), self)), few
        )

    def ask_everything(self, things: list[int]) -> None:
        asks = asks_for(things)
        for ask in (
            self.made_from,
            self.made_into,
            self.lots_of,
            self.items_of,
            self.contents,
            self.containers,
            self.attached,
            self.oddities,
            self.appearances,
        ):
            list(ask(asks))
        self.names(asks)
        list(self.name_runs(asks))
        self.first_seen(things[0])
        self.event_ids([1])
        self.statements([1])


class Explaining:
    """A cursor that writes down tables that are scanned from end to end."""

    def __init__(self, cursor: Any, reader: PlanReader) -> None:
        self._inner = cursor
        self._reader = reader

    def execute(self, statement: str | bytes, values: Any = None) -> None:
        with type(self._inner)(self._inner.connection) as cursor:
            text = statement.decode() if isinstance(statement, bytes) else statement
            cursor.execute("EXPLAIN " + text, values)
            plan = [row[0] for row in cursor.fetchall()]
        self._reader.explained += 1
        self._reader.scans += [line for line in plan if "Seq Scan" in line]
        self._inner.execute(statement, values)

    def __iter__(self) -> Any:
        return iter(self._inner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
