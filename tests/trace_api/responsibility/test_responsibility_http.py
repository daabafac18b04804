"""``/trace/v1/responsibility``: who had a thing, with duty, licences of the time, gaps and findings."""

from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.conftest import ClientAs


def test_the_chain_of_custody(device: TestClient, admin: TestClient, inspector: TestClient) -> None:
    story.play(device, admin)
    answer = inspector.get(
        "/trace/v1/responsibility", params={"id": f"(01){story.YOGHURT}(21){story.S2.rpartition('/')[2]}"}
    )
    assert answer.status_code == 200
    found = answer.json()
    chain = [(each["party"]["uscc"], each["role"], each["in_transit"]) for each in found["custody"]]
    assert chain[:3] == [
        (story.DAIRY_PARTY, "producer", False),
        (story.DAIRY_PARTY, "producer", True),
        (story.SHOP_PARTY, "retailer", False),
    ]
    assert all(
        one["to"] == two["from"] for one, two in zip(found["custody"], found["custody"][1:], strict=False)
    )
    assert found["custody"][0]["licences"][0]["valid_at_time"] is True
    assert found["custody"][2]["licences"][0]["valid_at_time"] is False
    assert "licence_expired" in {finding["code"] for finding in found["findings"]}


def test_upstream_adds_the_sources(device: TestClient, admin: TestClient, inspector: TestClient) -> None:
    story.play(device, admin)
    found = inspector.get("/trace/v1/responsibility", params={"id": story.K1, "upstream": True}).json()
    assert {each["thing"] for each in found["custody"]} >= {story.K1, story.M1, story.M2, story.Y1, story.S2}
    assert story.FARM_PARTY in {each["party"]["uscc"] for each in found["custody"] if each["party"]}


def test_who_may_ask_what(
    device: TestClient, admin: TestClient, client: TestClient, client_as: ClientAs
) -> None:
    story.play(device, admin)
    ask = {"id": story.K1}
    assert client.get("/trace/v1/responsibility", params=ask).status_code == 401
    assert device.get("/trace/v1/responsibility", params=ask).status_code == 403
    assert (
        client_as("party", party_uscc=story.SHOP_PARTY)
        .get("/trace/v1/responsibility", params=ask)
        .status_code
        == 200
    )
    assert client_as("party").get("/trace/v1/responsibility", params=ask).status_code == 403


def test_what_is_no_thing(inspector: TestClient) -> None:
    for text, status, code in (
        ("x", 400, "not-an-identifier"),
        ("", 400, "not-an-identifier"),
        (story.K1, 404, "never-seen"),
        (f"(01){story.YOGHURT}", 400, "class-not-traced"),
    ):
        answer = inspector.get("/trace/v1/responsibility", params={"id": text})
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, code)
