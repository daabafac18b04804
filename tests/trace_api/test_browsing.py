"""The top-level resources of the EPCIS binding: lists, members, events of a member, and what is not here."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.trace_api.documents import capture, event, item, lot

BASE = "/epcis/v2"
SHOP = "https://id.gs1.org/414/9521234000013"
FIRST = event(
    at="2026-05-01T08:00:00Z",
    eventID="urn:uuid:00000000-0000-4000-8000-000000000001",
    action="ADD",
    epcList=[item("a"), item("b")],
    bizStep="commissioning",
    disposition="active",
    readPoint={"id": SHOP},
)
SECOND = event(
    "TransformationEvent",
    "2026-05-01T09:00:00Z",
    eventID="urn:uuid:00000000-0000-4000-8000-000000000002",
    inputEPCList=[item("a")],
    outputQuantityList=[{"epcClass": lot("L1"), "quantity": 1}],
    bizStep="assembling",
)


@pytest.fixture
def stored(device: TestClient, inspector: TestClient) -> TestClient:
    assert capture(device, [FIRST, SECOND])["accepted"] == 2
    return inspector


def members(client: TestClient, path: str) -> list[str]:
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "Collection"
    found: list[str] = answer.json()["member"]
    return found


def events(client: TestClient, path: str) -> list[str]:
    answer = client.get(f"{BASE}{path}")
    assert answer.status_code == 200, answer.text
    return [
        each["eventID"] for each in answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    ]


def test_the_lists_hold_what_events_name(stored: TestClient) -> None:
    assert {"events", "eventTypes", "epcs", "bizSteps"} <= set(members(stored, "/"))
    assert len(members(stored, "/eventTypes")) == 5
    assert set(members(stored, "/epcs")) == {item("a"), item("b"), lot("L1")}
    assert set(members(stored, "/bizSteps")) == {"commissioning", "assembling"}
    assert members(stored, "/dispositions") == ["active"]
    assert members(stored, "/readPoints") == [SHOP]


def test_a_list_comes_in_pages(stored: TestClient) -> None:
    address, found = f"{BASE}/epcs?perPage=2", []
    while address:
        answer = stored.get(address)
        found.append(answer.json()["member"])
        address = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert [len(page) for page in found] == [2, 1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/eventTypes/ObjectEvent", [FIRST]),
        ("/eventTypes/AssociationEvent", []),
        (f"/epcs/{quote(item('a'), safe='')}", [SECOND, FIRST]),
        ("/epcs/urn:epc:id:sgtin:9521234.054321.b", [FIRST]),
        (f"/epcs/{lot('L1')}", [SECOND]),
        ("/bizSteps/assembling", [SECOND]),
        ("/bizSteps/https:%2F%2Fref.gs1.org%2Fcbv%2FBizStep-assembling", [SECOND]),
        ("/dispositions/active", [FIRST]),
        (f"/readPoints/{quote(SHOP, safe='')}", [FIRST]),
        (f"/bizLocations/{quote(SHOP, safe='')}", []),
    ],
)
def test_a_member_leads_to_its_events(stored: TestClient, path: str, expected: list[dict[str, str]]) -> None:
    assert members(stored, path) == ["events"]
    assert events(stored, f"{path}/events") == [each["eventID"] for each in expected]
    assert events(stored, f"{path}/events?LT_eventTime=2026-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "path", ["/eventTypes/Other", "/bizSteps/packing", "/epcs/x", f"/epcs/{item('never')}", "/bizSteps/%00"]
)
def test_what_no_event_names_is_not_there(stored: TestClient, path: str) -> None:
    for address in (f"{BASE}{path}", f"{BASE}{path}/events"):
        answer = stored.get(address)
        assert answer.status_code == 404
        assert answer.json()["type"] == "epcisException:NoSuchResourceException"


def test_what_only_a_refused_document_named_is_not_there(device: TestClient, inspector: TestClient) -> None:
    assert capture(device, [FIRST, {**SECOND, "eventTime": "never"}])["rejected"] == 2
    assert members(inspector, "/epcs") == []


def test_a_device_finds_its_own_events_and_no_list_of_things(stored: TestClient, device: TestClient) -> None:
    assert stored.get(f"{BASE}/epcs").status_code == 200
    for name in ("epcs", "readPoints", "bizLocations"):
        answer = device.get(f"{BASE}/{name}")
        assert (answer.status_code, answer.json()["type"]) == (403, "epcisException:SecurityException")
    assert len(events(device, "/eventTypes/ObjectEvent/events")) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/queries"),
        ("POST", "/queries"),
        ("GET", "/queries/mine"),
        ("DELETE", "/queries/mine"),
        ("GET", "/queries/mine/events"),
        ("POST", "/queries/mine/subscriptions"),
        ("DELETE", "/queries/mine/subscriptions/1"),
        ("DELETE", "/nextPageToken/x"),
        ("GET", "/events?WD_readPoint=x"),
        ("GET", "/events?EQ_bizTransaction_po=x"),
        ("GET", "/events?GE_value_CEL=4"),
        ("GET", "/events?EQ_example:field=4"),
    ],
)
def test_what_is_not_part_of_this_server_says_so(inspector: TestClient, method: str, path: str) -> None:
    answer = inspector.request(method, f"{BASE}{path}")
    assert answer.status_code == 501
    assert answer.json()["type"] == "epcisException:ImplementationException"


def test_every_resource_says_what_it_allows(client: TestClient) -> None:
    paths = [path for path in client.get("/openapi.json").json()["paths"] if path.startswith(BASE)]
    assert len(paths) > 20
    for path in [*paths, f"{BASE}/queries", f"{BASE}/queries/mine/subscriptions/1"]:
        answer = client.options(path)
        assert answer.status_code == 204, path
        assert "OPTIONS" in answer.headers["Allow"]
        assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
