"""The worked example of the meaning of a trace (docs/lineage.md), through the running server."""

from typing import Any

import httpx
import pytest

from tests.end_to_end.world import Event, document, item, lot, unit

DAY = "2026-05-01T"
FARM_F, FARM_G = "https://id.gs1.org/414/6901234000016", "https://id.gs1.org/414/6901234000023"
DAIRY, SHOP = "https://id.gs1.org/414/6901234000030", "https://id.gs1.org/414/6901234000047"
M1, M2, Y1, K1 = lot(1, "M1"), lot(1, "M2"), lot(2, "Y1"), lot(3, "K1")
S1, S2, S3 = (item(2, f"s{number}") for number in (1, 2, 3))
BOX, PAL = unit(101), unit(102)


def event(at: str, kind: str, place: str, **fields: Any) -> Event:
    return {
        "type": kind,
        "eventTime": f"{DAY}{at}:00Z",
        "eventTimeZoneOffset": "+00:00",
        "bizLocation": {"id": place},
        "readPoint": {"id": place},
        **fields,
    }


def kilograms(thing: str, quantity: float) -> dict[str, Any]:
    return {"epcClass": thing, "quantity": quantity, "uom": "KGM"}


EVENTS = [
    event("08:00", "ObjectEvent", FARM_F, action="ADD", quantityList=[kilograms(M1, 1000)]),
    event("09:00", "ObjectEvent", FARM_G, action="ADD", quantityList=[kilograms(M2, 500)]),
    event(
        "10:00",
        "TransformationEvent",
        DAIRY,
        inputQuantityList=[kilograms(M1, 400)],
        outputQuantityList=[kilograms(Y1, 390)],
    ),
    event("10:30", "ObjectEvent", DAIRY, action="ADD", epcList=[S1, S2, S3], ilmd={"cbvmda:lotNumber": "Y1"}),
    event("11:00", "AggregationEvent", DAIRY, action="ADD", parentID=BOX, childEPCs=[S1, S2]),
    event("11:30", "AggregationEvent", DAIRY, action="ADD", parentID=PAL, childEPCs=[BOX]),
    event("12:00", "AggregationEvent", DAIRY, action="DELETE", parentID=BOX, childEPCs=[S1]),
    event("13:00", "ObjectEvent", DAIRY, action="OBSERVE", epcList=[PAL], bizStep="shipping"),
    event("15:00", "ObjectEvent", SHOP, action="OBSERVE", epcList=[PAL], bizStep="receiving"),
    event(
        "16:00",
        "TransformationEvent",
        SHOP,
        inputEPCList=[PAL],
        inputQuantityList=[kilograms(M2, 100)],
        outputQuantityList=[kilograms(K1, 90)],
    ),
]


@pytest.fixture(scope="module", autouse=True)
def captured(writer: httpx.Client) -> None:
    # The last first: arrival order must not matter.
    for one in reversed(EVENTS):
        answer = writer.post("/epcis/v2/capture", json=document([one]), headers={"Prefer": "wait=30"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"][0]["status"] == "accepted", answer.text


def ids(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {thing["id"] for thing in answer.json()["things"]}


@pytest.mark.parametrize(
    ("question", "parameters", "expected"),
    [
        ("source", {"id": S1}, {Y1, M1}),
        ("destination", {"id": M1}, {Y1, S1, S2, S3, K1}),
        ("destination", {"id": M1, "since": f"{DAY}10:15:00Z"}, set()),
        ("source", {"id": K1}, {PAL, BOX, S2, Y1, M1, M2}),
        ("source", {"id": K1, "until": f"{DAY}15:59:59Z"}, set()),
        ("destination", {"id": M2}, {K1}),
        ("destination", {"id": S2}, {K1}),
        ("destination", {"id": S1}, set()),
        ("source", {"id": PAL}, {BOX, S1, S2, Y1, M1}),
        ("destination", {"id": PAL, "since": f"{DAY}12:30:00Z"}, {BOX, S2, K1}),
        ("source", {"id": K1, "depth": "1"}, {PAL, BOX, S2, M2}),
    ],
)
def test_source_and_destination(
    inspector: httpx.Client, question: str, parameters: dict[str, str], expected: set[str]
) -> None:
    assert ids(inspector.get(f"/trace/v1/{question}", params=parameters)) == expected


def test_every_thing_is_explained_by_a_path_from_the_root(inspector: httpx.Client) -> None:
    answer = inspector.get("/trace/v1/source", params={"id": K1}).json()
    edges = answer["edges"]
    for thing in answer["things"]:
        here = K1
        for number in thing["via"]:
            assert edges[number]["to"] == here
            here = edges[number]["from"]
        assert here == thing["id"]
    kinds = {(edge["from"], edge["to"]): edge["kind"] for edge in edges}
    assert kinds[PAL, K1] == "made_from"
    assert kinds[S2, BOX] == "contains"
    assert kinds[Y1, S2] == "member"
    assert {thing["id"] for thing in answer["things"] if thing["origin"]} == {M1, M2}


def test_s1_stayed_behind(inspector: httpx.Client) -> None:
    steps = [
        entry.get("bizStep")
        for entry in inspector.get("/trace/v1/history", params={"id": S1}).json()["events"]
    ]
    assert "receiving" not in str(steps)
    reached = inspector.get("/trace/v1/destination", params={"id": M1, "now": "true"}).json()["things"]
    where = {thing["id"]: thing["where"] for thing in reached}
    assert where[S1]["site"] == DAIRY
    assert where[S2]["site"] == SHOP
