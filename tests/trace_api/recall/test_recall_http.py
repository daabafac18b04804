"""Recalls over HTTP: what they cover, how they follow the store, how they are worked on and closed."""

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.conftest import ClientAs

AFFECTED = {story.M1, story.Y1, story.S1, story.S2, story.S3, story.K1}


@pytest.fixture
def told(inspector: TestClient, device: TestClient, admin: TestClient) -> TestClient:
    story.play(device, admin)
    return inspector


def opened(client: TestClient, *seeds: Any, **more: Any) -> dict[str, Any]:
    body = {"regime": "food", "level": 1, "reason": "李斯特菌", "seeds": list(seeds), **more}
    answer = client.post("/recall/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/recall/v1/cases/{case['id']}"
    return case


def things(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {thing["id"]: thing for thing in case["scope"]["things"]}


def test_the_scope_is_the_seed_and_all_it_went_into(told: TestClient) -> None:
    case = opened(told, f"(01){story.MILK}(10)M1")
    found = things(case)
    assert set(found) == AFFECTED
    assert {id_: thing["where"]["state"] for id_, thing in found.items()} == {
        story.M1: "in_stock",
        story.Y1: "in_stock",
        story.S1: "in_stock",
        story.S2: "consumed",
        story.S3: "in_stock",
        story.K1: "in_stock",
    }
    assert found[story.K1]["where"]["site"] == story.KITCHEN
    assert case["progress"]["affected"] == 5
    assert case["progress"]["gone"] == 1


def test_each_thing_is_explained_by_events(told: TestClient) -> None:
    found = things(opened(told, story.M1))
    assert found[story.M1]["via"] == {"thing": None, "events": []}
    assert found[story.S1]["via"]["thing"] == story.Y1
    assert found[story.K1]["via"]["thing"] == story.S2
    assert len(found[story.K1]["via"]["events"]) >= 2
    event = told.get(f"/epcis/v2/events/{found[story.Y1]['via']['events'][0]}")
    assert event.status_code == 200


def test_a_later_suspicion_covers_less(told: TestClient) -> None:
    assert set(things(opened(told, {"id": story.M1, "since": "2026-11-18T10:15:00+08:00"}))) == {story.M1}


def test_holders_are_everybody_who_has_or_had_a_part(told: TestClient) -> None:
    holders = {holder["uscc"]: holder for holder in opened(told, story.M1)["scope"]["holders"]}
    assert set(holders) == {story.FARM_PARTY, story.DAIRY_PARTY, story.SHOP_PARTY}
    assert holders[story.DAIRY_PARTY]["states"] == {"in_stock": 4}
    assert holders[story.SHOP_PARTY]["states"] == {"consumed": 1, "in_stock": 1}
    assert holders[story.FARM_PARTY]["count"] == 0
    assert holders[story.FARM_PARTY]["lots"] == [story.M1]
    assert holders[story.SHOP_PARTY]["phone"] == "0354-5550003"


def test_what_is_not_known_is_listed(told: TestClient, device: TestClient) -> None:
    truck = story.event(
        "ObjectEvent",
        "17:00",
        action="OBSERVE",
        bizStep="shipping",
        disposition="in_transit",
        epcList=[story.S1],
        **story.at(story.DAIRY),
    )
    nowhere = story.event(
        "ObjectEvent",
        "17:30",
        action="OBSERVE",
        bizStep="receiving",
        epcList=[story.S3],
        **story.at(story.TRUCKS),
    )
    story.capture(device, [truck, nowhere])
    gaps = {gap["code"]: gap for gap in opened(told, story.M1)["scope"]["gaps"]}
    assert gaps["not_received"]["things"] == [story.S1]
    assert set(gaps["by_quantity"]["things"]) == {story.M1, story.Y1, story.K1}
    assert "no_holder" in gaps
    assert gaps["no_holder"]["things"] == [story.S3]


def test_a_seed_that_no_event_names_is_a_gap_and_comes_in_later(told: TestClient, device: TestClient) -> None:
    late = f"{story.GS1}/01/{story.MILK}/10/M9"
    case = opened(told, story.M2, late)
    assert "never_seen" in {gap["code"] for gap in case["scope"]["gaps"]}
    listed = story.event(
        "ObjectEvent",
        "07:00",
        action="ADD",
        bizStep="commissioning",
        quantityList=[story.quantity(late, 1)],
        **story.at(story.FARM_F),
    )
    story.capture(device, [listed])
    again = told.get(f"/recall/v1/cases/{case['id']}").json()
    assert late in things(again)
    assert "never_seen" not in {gap["code"] for gap in again["scope"]["gaps"]}


def test_nothing_known_opens_nothing(told: TestClient) -> None:
    answer = told.post(
        "/recall/v1/cases",
        json={"regime": "food", "level": 1, "reason": "x", "seeds": [f"{story.GS1}/01/{story.MILK}/10/NO"]},
    )
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "never-seen")
    assert told.get("/recall/v1/cases").json()["cases"] == []


def test_a_late_event_widens_an_open_case(told: TestClient, device: TestClient) -> None:
    case = opened(told, story.M1)
    late = f"{story.GS1}/01/{story.CAKE}/10/K2"
    story.capture(
        device,
        [
            story.event(
                "TransformationEvent",
                "15:30",
                bizStep="commissioning",
                inputEPCList=[story.S1],
                outputQuantityList=[story.quantity(late, 1)],
                **story.at(story.KITCHEN),
            )
        ],
    )
    again = told.get(f"/recall/v1/cases/{case['id']}").json()
    assert set(things(again)) == AFFECTED | {late}
    assert things(again)[story.S1]["where"]["state"] == "consumed"
    assert [entry["what"] for entry in again["journal"]] == ["opened", "scope changed"]
    assert again["scope"]["stale"] is False


def test_a_correction_takes_out_and_never_hides(told: TestClient, device: TestClient) -> None:
    case = opened(told, story.M1)
    used = next(each for each in story.events() if each.get("inputEPCList") == [story.PAL])
    history = told.get("/trace/v1/history", params={"id": story.K1}).json()["events"]
    declared = {
        **used,
        "eventID": history[0]["eventID"],
        "errorDeclaration": {"declarationTime": "2026-11-19T08:00:00+08:00", "reason": "did_not_occur"},
    }
    story.capture(device, [declared])
    again = told.get(f"/recall/v1/cases/{case['id']}").json()
    assert set(things(again)) == AFFECTED
    assert [id_ for id_, thing in things(again).items() if thing["withdrawn_at"]] == [story.K1]
    assert again["progress"]["withdrawn"] == 1


def test_a_closed_case_keeps_its_scope(told: TestClient, device: TestClient) -> None:
    case = opened(told, story.M1)
    told.post(f"/recall/v1/cases/{case['id']}/close", json={"outcome": "done", "accept_unsettled": True})
    story.capture(
        device,
        [
            story.event(
                "TransformationEvent",
                "15:30",
                bizStep="commissioning",
                inputEPCList=[story.S1],
                outputQuantityList=[story.quantity(f"{story.GS1}/01/{story.CAKE}/10/K2", 1)],
                **story.at(story.KITCHEN),
            )
        ],
    )
    again = told.get(f"/recall/v1/cases/{case['id']}").json()
    assert (again["status"], set(things(again))) == ("closed", AFFECTED)
    answer = told.post(f"/recall/v1/cases/{case['id']}/notices", json={})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "case-closed")


@pytest.mark.parametrize("written", [2, "2", "II", "ii", "Ⅱ", "二级"])
def test_a_level_is_read_as_laws_write_it(told: TestClient, written: object) -> None:
    assert opened(told, story.M1, level=written)["level"] == "2"


def test_sharing_a_box_counts_only_when_asked(told: TestClient) -> None:
    alone = opened(told, story.S1)
    assert set(things(alone)) == {story.S1}
    together = opened(told, story.S1, contact=True)
    assert {story.S1, story.S2} <= set(things(together))


def test_a_whole_product_as_seed(told: TestClient) -> None:
    assert {story.Y1, story.S1, story.S2, story.S3} <= set(things(opened(told, f"(01){story.YOGHURT}")))


def test_a_site_and_a_time_window_as_seed(told: TestClient) -> None:
    window = {"site": story.DAIRY, "since": "2026-11-18T10:45:00+08:00", "until": "2026-11-18T12:30:00+08:00"}
    found = set(things(opened(told, window)))
    assert {story.S1, story.S2, story.S3, story.BOX, story.PAL, story.K1} <= found, (
        "S3 was there before the window began"
    )
    assert story.M2 not in found
    before = {
        "site": story.FARM_G,
        "since": "2026-11-18T09:30:00+08:00",
        "until": "2026-11-18T09:40:00+08:00",
    }
    assert story.M2 in set(things(opened(told, before))), "it came before the window and had not left"


def test_a_party_as_seed(told: TestClient) -> None:
    found = set(things(opened(told, {"party": f"uscc:{story.DAIRY_PARTY}"})))
    assert {story.M1, story.Y1, story.S1, story.BOX, story.PAL, story.K1} <= found
    assert story.M2 not in found


def test_the_clock(told: TestClient) -> None:
    case = opened(told, story.M1, knew_at="2026-11-23T08:00:00+08:00")
    deadlines = {deadline["step"]: deadline for deadline in case["clock"]["deadlines"]}
    assert deadlines["start"]["due"] == "2026-11-24T00:00:00Z"
    assert deadlines["start"]["allowed"] == {"counting": "hours", "count": 24}
    assert deadlines["complete"]["due"].startswith("2026-12-08T00:00:00+08:00")
    assert deadlines["complete"]["basis"]
    assert deadlines["complete"]["verified"] is False


def test_working_on_a_case(told: TestClient) -> None:
    case = opened(told, story.M1)
    at = f"/recall/v1/cases/{case['id']}"
    first = told.post(f"{at}/notices", json={"parties": [f"uscc:{story.SHOP_PARTY}"], "channel": "phone"})
    assert (first.status_code, first.json()["count"]) == (201, 1)
    rest = told.post(f"{at}/notices", json={"parties": "all", "public": True}).json()
    assert rest["count"] == 2
    assert told.post(f"{at}/notices", json={}).json()["count"] == 0
    notice = first.json()["notices"][0]
    assert told.post(f"{at}/notices/{notice}/acknowledge").status_code == 204
    assert told.post(f"{at}/notices/999999/acknowledge").status_code == 404
    now = told.get(at).json()
    assert (now["progress"]["notified"], now["progress"]["acknowledged"]) == (3, 1)
    assert "announced_at" in now["moments"]
    assert (
        told.post(f"{at}/recoveries", json={"action": "recovered", "things": [story.S1, story.S3]}).json()[
            "count"
        ]
        == 2
    )
    assert (
        told.post(f"{at}/recoveries", json={"action": "destroyed", "things": [story.S1]}).status_code == 201
    )
    part = {"action": "recovered", "things": [story.M1], "quantity": 100, "uom": "KGM"}
    assert told.post(f"{at}/recoveries", json=part).status_code == 201
    now = told.get(at).json()
    assert (now["progress"]["recovered"], now["progress"]["destroyed"], now["progress"]["outstanding"]) == (
        1,
        1,
        3,
    )
    assert now["progress"]["effectiveness"] == 0.4
    strange = told.post(f"{at}/recoveries", json={"action": "recovered", "things": [story.M2]})
    assert (strange.status_code, strange.json()["things"]) == (409, [story.M2])
    refused = told.post(f"{at}/close", json={"outcome": "done"})
    assert (refused.status_code, refused.json()["outstanding"]) == (409, 3)
    told.post(f"{at}/recoveries", json={"action": "destroyed", "things": [story.M1, story.Y1, story.K1]})
    assert told.post(f"{at}/close", json={"outcome": "全部销毁"}).json()["status"] == "closed"
    journal = [entry["what"] for entry in told.get(at).json()["journal"]]
    assert journal == [
        "opened",
        "notified",
        "notified",
        "notified",
        "acknowledged",
        "recovered",
        "destroyed",
        "recovered",
        "destroyed",
        "closed",
    ]
    assert told.post(f"{at}/moments", json={"summary_at": "2026-11-24T00:00:00Z"}).status_code == 204


def test_moments_of_the_future_are_refused(told: TestClient) -> None:
    at = f"/recall/v1/cases/{opened(told, story.M1)['id']}/moments"
    assert told.post(at, json={"completed_at": "2999-01-01T00:00:00Z"}).status_code == 400
    assert told.post(at, json={}).status_code == 400
    assert told.post(at, json={"completed_at": "2026-11-24T00:00:00"}).status_code == 400
    assert told.post(at, json={"opened_at": "2026-11-24T00:00:00Z"}).status_code == 400


def test_a_drill_is_filed_and_has_no_effect(told: TestClient) -> None:
    answer = told.post(
        "/recall/v1/drills", json={"regime": "food", "level": 2, "reason": "exercise", "seeds": [story.M1]}
    )
    assert answer.status_code == 201
    drill = answer.json()
    assert (drill["id"][0], drill["drill"], drill["status"]) == ("D", True, "closed")
    assert set(things(drill)) == AFFECTED
    assert drill["scope"]["milliseconds"] >= 0
    assert told.get("/recall/v1/cases").json()["cases"] == []
    assert [case["id"] for case in told.get("/recall/v1/cases", params={"drill": True}).json()["cases"]] == [
        drill["id"]
    ]


def test_lists_and_scopes_are_read_page_by_page(told: TestClient) -> None:
    ids = [opened(told, story.M1)["id"] for _ in range(3)]
    first = told.get("/recall/v1/cases", params={"limit": 2}).json()
    assert [case["id"] for case in first["cases"]] == [ids[2], ids[1]]
    second = told.get("/recall/v1/cases", params={"limit": 2, "after": first["next"]}).json()
    assert ([case["id"] for case in second["cases"]], second["next"]) == ([ids[0]], None)
    found: list[str] = []
    after = None
    while True:
        page = told.get(
            f"/recall/v1/cases/{ids[0]}", params={"limit": 4, **({"after": after} if after else {})}
        ).json()
        found += things(page)
        after = page["scope"]["next"]
        if after is None:
            break
    assert (len(found), set(found)) == (6, AFFECTED)


@pytest.mark.parametrize(
    "change",
    [
        {"regime": "toys"},
        {"level": 4},
        {"level": None},
        {"reason": ""},
        {"reason": "x" * 2001},
        {"seeds": []},
        {"seeds": ["x"]},
        {"seeds": [{"id": story.M1, "site": story.DAIRY}]},
        {"seeds": [{"site": story.DAIRY}]},
        {"seeds": [{"id": story.M1, "since": "yesterday"}]},
        {"seeds": [{"id": story.M1, "since": "2026-11-18T00:00:00"}]},
        {"seeds": [story.M1] * 201},
        {"knew_at": "2999-01-01T00:00:00Z"},
        {"responsible": "123"},
        {"unknown": 1},
        {"seeds": [{"party": story.M1 + "/x"}]},
        {"knew_at": "1999-12-31T00:00:00Z"},
        {"seeds": [{"id": story.M1, "since": "0001-01-01T00:00:00+14:00"}]},
        {"seeds": ["(01)06901234567810"]},
    ],
)
def test_what_opens_no_case(inspector: TestClient, change: dict[str, Any]) -> None:
    body = {"regime": "food", "level": 1, "reason": "x", "seeds": [story.M1], **change}
    answer = inspector.post("/recall/v1/cases", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_may_do_what(
    told: TestClient, client: TestClient, device: TestClient, admin: TestClient, client_as: ClientAs
) -> None:
    body = {"regime": "food", "level": 1, "reason": "x", "seeds": [story.M1]}
    shop = client_as("party", party_uscc=story.SHOP_PARTY)
    stranger = client_as("party")
    for other, status in ((client, 401), (device, 403), (shop, 403)):
        assert other.post("/recall/v1/cases", json=body).status_code == status
        assert other.post("/recall/v1/drills", json=body).status_code == status
    case = admin.post("/recall/v1/cases", json=body).json()["id"]
    at = f"/recall/v1/cases/{case}"
    for other, status in ((client, 401), (device, 403), (shop, 403)):
        for action in ("notices", "recoveries", "moments", "close"):
            assert other.post(f"{at}/{action}", json={}).status_code == status
        assert other.get(f"{at}/export").status_code == status
    seen = shop.get(at).json()
    assert set(things(seen)) == {story.S2, story.K1}
    assert [holder["uscc"] for holder in seen["scope"]["holders"]] == [story.SHOP_PARTY]
    assert seen["journal"] == []
    assert [each["id"] for each in shop.get("/recall/v1/cases").json()["cases"]] == [case]
    assert stranger.get(at).status_code == 404
    assert stranger.get("/recall/v1/cases").json()["cases"] == []
    assert client.get("/recall/v1/cases").status_code == 401


def test_no_such_case(inspector: TestClient) -> None:
    for case in ("R-2026-99999", "x" * 500, "%00"):
        answer = inspector.get(f"/recall/v1/cases/{case}")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "no-such-case")


def test_the_workbook(told: TestClient, admin: TestClient) -> None:
    evil = f'uscc,name\n{story.SHOP_PARTY},"=HYPERLINK(""https://evil.example"")"\n'
    admin.post("/masterdata/v1/import", files={"file": ("p.csv", evil.encode(), "text/csv")})
    case = opened(told, story.M1)
    answer = told.get(f"/recall/v1/cases/{case['id']}/export", params={"format": "xlsx", "lang": "zh"})
    assert answer.headers["content-disposition"] == f'attachment; filename="{case["id"]}.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["案件", "期限", "受影响", "持有者", "缺口与异常", "通知", "处理", "记录"]
    rows = list(book["受影响"].iter_rows(values_only=True))
    assert {row[0] for row in rows[1:]} == AFFECTED
    names = [cell for row in book["持有者"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [cell.data_type for cell in names] == ["s"]
    english = told.get(f"/recall/v1/cases/{case['id']}/export", params={"lang": "en"})
    assert openpyxl.load_workbook(io.BytesIO(english.content)).sheetnames[0] == "Case"


def test_the_evidence_can_be_followed_by_hand(told: TestClient) -> None:
    case = opened(told, story.M1)
    at = f"/recall/v1/cases/{case['id']}/export"
    answer = told.get(at, params={"format": "evidence"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"case.json", "case.xlsx", "events.jsonl", "SHA256SUMS"}
    events = {json.loads(line)["eventID"] for line in files["events.jsonl"].splitlines()}
    told_of = {
        event
        for thing in json.loads(files["case.json"])["scope"]["things"]
        for event in thing["via"]["events"]
    }
    assert told_of <= events
    assert files["SHA256SUMS"].count(b"\n") == 3
    assert told.get(at, params={"format": "json"}).json()["id"] == case["id"]
    assert told.get(at, params={"format": "pdf"}).status_code == 400
