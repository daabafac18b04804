"""``/events``: filters, order, pages, single events, and who sees what."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.trace_api.conftest import PARTY_USCC, ClientAs
from tests.trace_api.documents import CONTEXT, GTIN, capture, document, event, item, lot, seen
from trace_api.database import Database

EVENTS = "/epcis/v2/events"
BOX = "https://id.gs1.org/00/095212340000000013"
SHOP = "https://id.gs1.org/414/9521234000013"


def ident(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


STORED = [
    event(
        at="2026-05-01T08:00:00Z",
        eventID=ident(1),
        action="ADD",
        epcList=[item("a")],
        bizStep="commissioning",
    ),
    event(
        "AggregationEvent",
        "2026-05-01T09:00:00Z",
        eventID=ident(2),
        action="ADD",
        parentID=BOX,
        childEPCs=[item("a")],
        bizStep="packing",
        readPoint={"id": SHOP},
    ),
    event(
        "TransformationEvent",
        "2026-05-01T10:00:00Z",
        eventID=ident(3),
        inputQuantityList=[{"epcClass": lot("L1"), "quantity": 1}],
        outputEPCList=[item("b")],
        bizLocation={"id": "urn:epc:id:sgln:9521234.00001.0"},
    ),
    event(
        at="2026-05-01T11:00:00Z", eventID=ident(4), action="OBSERVE", epcList=[BOX], disposition="in_transit"
    ),
]


@pytest.fixture
def stored(device: TestClient) -> TestClient:
    assert capture(device, STORED)["accepted"] == 4
    return device


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    listed = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [int(one["eventID"][-12:]) for one in listed]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [4, 3, 2, 1]),
        ({"orderBy": "eventTime", "orderDirection": "ASC"}, [1, 2, 3, 4]),
        ({"orderBy": "eventTime", "eventCountLimit": "2"}, [4, 3]),
        ({"eventType": "ObjectEvent"}, [4, 1]),
        ({"eventType": "AggregationEvent|TransformationEvent"}, [3, 2]),
        ({"GE_eventTime": "2026-05-01T09:00:00Z", "LT_eventTime": "2026-05-01T11:00:00Z"}, [3, 2]),
        ({"GE_eventTime": "2026-05-01T17:00:00+08:00"}, [4, 3, 2]),
        ({"LT_recordTime": "2020-01-01T00:00:00Z"}, []),
        ({"EQ_action": "ADD"}, [2, 1]),
        ({"EQ_bizStep": "packing|commissioning"}, [2, 1]),
        ({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:packing"}, [2]),
        ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-packing"}, [2]),
        ({"EQ_disposition": "https://ref.gs1.org/cbv/Disp-in_transit"}, [4]),
        ({"EQ_disposition": "in_transit"}, [4]),
        ({"EQ_readPoint": "urn:epc:id:sgln:9521234.00001.0"}, [2]),
        ({"EQ_bizLocation": SHOP}, [3]),
        ({"EQ_eventID": ident(3)}, [3]),
        ({"MATCH_epc": f"(01){GTIN}(21)a"}, [2, 1]),
        ({"MATCH_epc": "urn:epc:id:sgtin:9521234.054321.a"}, [2, 1]),
        ({"MATCH_parentID": BOX}, [2]),
        ({"MATCH_anyEPC": BOX}, [4, 2]),
        ({"MATCH_outputEPC": item("b")}, [3]),
        ({"MATCH_inputEPCClass": lot("L1")}, [3]),
        ({"MATCH_anyEPCClass": lot("L2")}, []),
        ({"MATCH_epc": item("a"), "EQ_action": "ADD", "EQ_bizStep": "packing"}, [2]),
        ({"EXISTS_errorDeclaration": "true"}, []),
        ({"EQ_bizStep": ""}, [4, 3, 2, 1]),
    ],
)
def test_a_filter(
    stored: TestClient, inspector: TestClient, parameters: dict[str, str], expected: list[int]
) -> None:
    assert numbers(inspector.get(EVENTS, params=parameters)) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        {"colour": "red"},
        {"EQ_action": "MOVE"},
        {"GE_eventTime": "yesterday"},
        {"GE_eventTime": "2026-05-01T09:00:00"},
        {"orderDirection": "UP"},
        {"eventCountLimit": "2"},
        {"eventCountLimit": "0", "orderBy": "eventTime"},
        {"eventCountLimit": "1", "maxEventCount": "1", "orderBy": "eventTime"},
        {"MATCH_epc": "rubbish"},
        {"perPage": "0"},
        {"perPage": "x"},
        {"nextPageToken": "rubbish"},
        {"EQ_bizStep": "a\0b"},
    ],
)
def test_a_wrong_parameter_is_a_query_parameter_exception(
    inspector: TestClient, parameters: dict[str, str]
) -> None:
    answer = inspector.get(EVENTS, params=parameters)
    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:QueryParameterException"


def test_too_many_events_is_an_exception_not_a_part(stored: TestClient, inspector: TestClient) -> None:
    answer = inspector.get(EVENTS, params={"maxEventCount": 3})
    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:QueryTooLargeException"
    assert numbers(inspector.get(EVENTS, params={"maxEventCount": 4})) == [4, 3, 2, 1]


def test_pages_neither_repeat_nor_skip_while_events_arrive(device: TestClient, inspector: TestClient) -> None:
    for number in range(10):
        # all at one time: only the order of record tells them apart
        capture(device, [seen(str(number), eventID=ident(number))])
    found: list[int] = []
    url: str | None = f"{EVENTS}?perPage=3&EQ_action=OBSERVE"
    while url:
        answer = inspector.get(url)
        found += numbers(answer)
        capture(device, [seen(f"x{len(found)}", eventID=ident(100 + len(found)), at="2026-05-02T00:00:00Z")])
        link = answer.headers.get("link")
        assert (link is None) == ("gs1-next-page-token-expires" not in answer.headers)
        url = link.split(">")[0].strip("<") if link else None
    assert found == list(range(9, -1, -1))
    token = inspector.get(f"{EVENTS}?perPage=3").headers["link"].split("nextPageToken=")[1].split(">")[0]
    assert inspector.get(f"{EVENTS}?perPage=3&EQ_action=ADD&nextPageToken={token}").status_code == 400


def test_documents_with_different_contexts_share_one_answer(
    device: TestClient, inspector: TestClient
) -> None:
    for number, meaning in ((1, "https://a.example/"), (2, "https://b.example/")):
        made = document(seen(str(number), eventID=ident(number), **{"ext:a": number}))
        made["@context"] = [*CONTEXT, {"ext": meaning}]
        assert device.post("/epcis/v2/capture", json=made).status_code == 202
    listed = inspector.get(EVENTS).json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert [one["@context"][-1]["ext"] for one in listed] == ["https://b.example/", "https://a.example/"]
    assert statuses_of(device, listed) == ["duplicate", "duplicate"]


def statuses_of(device: TestClient, events: list[dict[str, Any]]) -> list[str]:
    job = capture(device, events)
    return [result["status"] for result in job["results"]]


def test_one_event_is_captured_by_itself(device: TestClient, inspector: TestClient) -> None:
    one = {"@context": CONTEXT, **seen("1", eventID=ident(1))}
    first = device.post(EVENTS, json=one)
    assert first.status_code == 201
    assert numbers(inspector.get(first.headers["location"])) == [1]
    assert device.post(EVENTS, json=one).status_code == 200
    taken = device.post(EVENTS, json={**one, "epcList": [item("2")]})
    assert taken.status_code == 409
    assert taken.json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert device.post(EVENTS, json={**one, "action": "MOVE"}).status_code == 400
    assert device.post(EVENTS, json=document(seen("1"), seen("2"))).status_code == 400


@pytest.mark.parametrize("unknown", ["nothing", "a%00b", "x" * 3000, "ni:///sha-256;0?ver=CBV2.0"])
def test_an_unknown_event_is_404(inspector: TestClient, unknown: str) -> None:
    answer = inspector.get(f"{EVENTS}/{unknown}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "epcisException:NoSuchResourceException"


def test_options_say_what_is_spoken(client: TestClient) -> None:
    for path in ("/capture", "/capture/x", "/events", "/events/urn:x:y"):
        answer = client.options(f"/epcis/v2{path}")
        assert answer.status_code == 204
        assert "GET" in answer.headers["allow"]
        assert answer.headers["gs1-epcis-min"] == "2.0.0"


def test_a_device_sees_what_it_captured(client_as: ClientAs) -> None:
    one, other = client_as("device"), client_as("device")
    capture(one, STORED)
    assert numbers(one.get(EVENTS)) == [4, 3, 2, 1]
    assert numbers(other.get(EVENTS)) == []
    assert other.get(f"{EVENTS}/{ident(1)}").status_code == 404


def test_a_party_sees_what_concerns_it(
    stored: TestClient, client_as: ClientAs, database: Database, inspector: TestClient
) -> None:
    party, stranger = client_as("party"), client_as("party", party_uscc="91440300708461136T")
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO site (site_id, operator_uscc, origin) VALUES (%s, %s, 'table')", (SHOP, PARTY_USCC)
        )
    handed = event(
        at="2026-05-01T12:00:00Z",
        eventID=ident(5),
        action="OBSERVE",
        epcList=[item("c")],
        destinationList=[
            {"type": "possessing_party", "destination": f"https://id.suyuan.example/id/uscc/{PARTY_USCC}"}
        ],
    )
    capture(stored, [handed])
    assert numbers(party.get(EVENTS)) == [5, 3, 2]
    assert numbers(stranger.get(EVENTS)) == []
    for thing, status in ((item("a"), 200), (item("c"), 200), (lot("L1"), 200), (item("b"), 200)):
        assert party.get("/trace/v1/history", params={"id": thing}).status_code == status
        assert stranger.get("/trace/v1/history", params={"id": thing}).status_code == 403
        assert inspector.get("/trace/v1/history", params={"id": thing}).status_code == 200
