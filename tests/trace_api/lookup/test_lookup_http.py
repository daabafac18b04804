"""The look-up over HTTP: three kinds of page, JSON, linkset, redirects; open to all, safe for all."""

import json
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.food_story import GS1
from tests.trace_api.lookup.test_issued import TYPE, file
from tests.trace_api.masterdata.test_vocabulary import Element
from tests.vectors import require
from trace_api.database import Database
from trace_api.masterdata import apply_vocabulary

JSON = {"Accept": "application/json"}
LINKSET = {"Accept": "application/linkset+json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "User-Agent": "phone"}


def path(uri: str) -> str:
    return uri.removeprefix(GS1)


@pytest.fixture
def told(client: TestClient, device: TestClient, admin: TestClient) -> TestClient:
    story.play(device, admin)
    return client


def facts(client: TestClient, uri: str, **headers: str) -> dict[str, Any]:
    answer = client.get(path(uri), headers={**JSON, **headers})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_item_tells_its_story(told: TestClient) -> None:
    found = facts(told, story.S1)
    assert (found["id"], found["kind"], found["status"]) == (story.S1, "item", "recorded")
    assert found["product"]["name"] == "沁源巴氏杀菌酸牛奶"
    assert found["lot"] == {"id": story.Y1, "number": "Y1"}
    assert {date["kind"]: date["date"] for date in found["dates"]} == {
        "production": "2026-11-18",
        "expiry": "2026-12-09",
    }
    assert [(origin["id"], origin["city"]) for origin in found["origins"]] == [(story.M1, "朔州市")]
    assert [stage["step"] for stage in found["journey"]] == ["commissioning", "packing", "unpacking"]
    (producer,) = found["responsible"]
    assert (producer["role"], producer["uscc"]) == ("producer", story.DAIRY_PARTY)
    assert "食品安全法" in producer["basis"]
    (licence,) = found["certificates"]
    assert (licence["kind"], licence["state"], licence["valid_at_time"]) == ("food_production", "valid", True)


def test_a_licence_that_had_run_out_is_said(told: TestClient) -> None:
    licences = {each["number"]: each for each in facts(told, story.S2)["certificates"]}
    assert licences["JY11407000000019"]["state"] == "expired"
    assert licences["JY11407000000019"]["valid_at_time"] is False


def test_nothing_private_is_told(told: TestClient) -> None:
    for uri in (story.S1, story.S2, story.Y1, story.M1, story.K1, story.PAL):
        for headers in (JSON, BROWSER):
            text = told.get(path(uri), headers=headers).text
            assert "某路" not in text
            assert "某街" not in text
            assert "某乡" not in text
            assert "555000" not in text


def test_a_whole_lot_names_its_makers_and_not_to_whom_it_was_sold(told: TestClient) -> None:
    roles = {each["role"] for each in facts(told, story.Y1)["responsible"]}
    assert roles == {"producer"}


def test_the_same_item_in_every_written_form_of_its_address(told: TestClient) -> None:
    serial = story.S1.rpartition("/")[2]
    for address in (
        f"/01/{story.YOGHURT}/21/{serial}",
        f"/01/{story.YOGHURT}/21/{serial}/",
        f"/01/{story.YOGHURT}/10/Y1/21/{serial}",
        f"/01/{story.YOGHURT}/21/{serial}?17=261209&utm_source=x",
    ):
        assert told.get(address, headers=JSON).json()["id"] == story.S1


def test_another_lot_on_the_label_is_a_warning(told: TestClient) -> None:
    serial = story.S1.rpartition("/")[2]
    assert facts(told, f"/01/{story.YOGHURT}/10/Y1/21/{serial}")["warnings"] == []
    assert facts(told, f"/01/{story.YOGHURT}/10/OTHER/21/{serial}")["warnings"] == ["lot_mismatch"]


def test_three_different_pages(told: TestClient, admin: TestClient) -> None:
    issued = f"{GS1}/01/{story.YOGHURT}/21/PRINTED1"
    batch = file(issued, **{"class": f"{GS1}/01/{story.YOGHURT}", "lot": f"{GS1}/01/{story.YOGHURT}/10/Y9"})
    assert admin.post("/labels/v1/issued", content=batch, headers=TYPE).json()["accepted"] == 1
    texts = {}
    for name, address, status in (
        ("not a code", "/01/06901234567810", 400),
        ("never issued", f"/01/{story.YOGHURT}/21/FAKE", 404),
        ("issued", path(issued), 200),
        ("recorded", path(story.S1), 200),
    ):
        answer = told.get(address, headers={**BROWSER, "Accept-Language": "en"})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        texts[name] = answer.text
    assert "Not a traceability code" in texts["not a code"]
    assert "<mark>0</mark>" in texts["not a code"]
    assert "never issued" in texts["never issued"]
    assert "Qinyuan yoghurt" in texts["never issued"]
    assert "nothing recorded yet" in texts["issued"]
    assert "Y9" in texts["issued"]
    assert "On record" not in texts["issued"]
    assert "This code is on record" in texts["recorded"]


def test_the_same_three_as_json(told: TestClient) -> None:
    wrong = told.get("/01/06901234567810", headers=JSON)
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert wrong.json()["type"].endswith("/not-an-identifier")
    never = told.get(f"/01/{story.YOGHURT}/21/FAKE", headers=JSON)
    assert (never.status_code, never.json()["type"].rpartition("/")[2]) == (404, "never-issued")


def test_a_lot_is_issued_by_the_labels_of_its_items(told: TestClient, admin: TestClient) -> None:
    lot = f"{GS1}/01/{story.YOGHURT}/10/Y9"
    assert told.get(path(lot), headers=JSON).status_code == 404
    batch = file(
        f"{GS1}/01/{story.YOGHURT}/21/PRINTED1", **{"class": f"{GS1}/01/{story.YOGHURT}", "lot": lot}
    )
    admin.post("/labels/v1/issued", content=batch, headers=TYPE)
    assert facts(told, lot)["status"] == "issued"


def test_a_product_has_a_page_of_its_own(told: TestClient) -> None:
    found = facts(told, f"/01/{story.YOGHURT}")
    assert (found["kind"], found["status"], found["journey"]) == ("class", "registered", [])
    assert told.get("/01/06901234567892", headers=JSON).status_code == 404


def test_a_page_of_a_code_without_gtin(told: TestClient, device: TestClient, admin: TestClient) -> None:
    code = "https://id.suyuan.example/id/drug_code/83857930000879766660"
    table = "product_id,name,regime\ndrug_code:8385793,流感疫苗,vaccine\n"
    admin.post("/masterdata/v1/import", files={"file": ("p.csv", table.encode(), "text/csv")})
    listed = story.event("ObjectEvent", "10:30", action="ADD", bizStep="commissioning", epcList=[code])
    story.capture(device, [listed])
    found = told.get("/id/drug_code/83857930000879766660", headers=JSON).json()
    assert (found["status"], found["product"]["name"]) == ("recorded", "流感疫苗")
    assert told.get("/id/drug_code/1", headers=JSON).status_code == 400


def test_a_recalled_lot_shows_on_the_page_until_the_case_is_closed(
    told: TestClient, inspector: TestClient
) -> None:
    body = {"regime": "food", "level": 1, "reason": "<b>李斯特菌</b>", "seeds": [story.M1]}
    case = inspector.post("/recall/v1/cases", json=body).json()["id"]
    for uri in (story.M1, story.Y1, story.S1, story.S2, story.K1):
        (recall,) = facts(told, uri)["recalls"]
        assert (recall["case"], recall["level"], recall["advice"]) == (case, "1", "food")
    assert facts(told, story.M2)["recalls"] == []
    page = told.get(path(story.S1), headers=BROWSER).text
    assert 'role="alert"' in page
    assert "&lt;b&gt;李斯特菌&lt;/b&gt;" in page
    assert "<b>李" not in page
    late = f"/01/{story.YOGHURT}/10/Y1/21/NEVERSEEN"
    assert told.get(late, headers=JSON).status_code == 404
    inspector.post(f"/recall/v1/cases/{case}/close", json={"outcome": "done", "accept_unsettled": True})
    assert facts(told, story.S1)["recalls"] == []


def test_a_drill_shows_nowhere(told: TestClient, inspector: TestClient) -> None:
    inspector.post(
        "/recall/v1/drills", json={"regime": "food", "level": 1, "reason": "drill", "seeds": [story.M1]}
    )
    assert facts(told, story.S1)["recalls"] == []


def test_looks_are_counted_once_a_visitor_and_told(told: TestClient) -> None:
    assert facts(told, story.S1, **{"User-Agent": "a"})["lookups"]["count"] == 1
    assert facts(told, story.S1, **{"User-Agent": "a"})["lookups"]["count"] == 1
    assert facts(told, story.S1, **{"User-Agent": "b"})["lookups"]["count"] == 2
    assert facts(told, story.S1, **{"User-Agent": "c", "Sec-Purpose": "prefetch"})["lookups"]["count"] == 2
    told.head(path(story.S1), headers={"User-Agent": "d"})
    told.get(path(story.S1), headers={**LINKSET, "User-Agent": "e"})
    assert facts(told, story.S1, **{"User-Agent": "f"})["lookups"]["count"] == 3


def test_head_and_options(told: TestClient) -> None:
    head = told.head(path(story.S1), headers=BROWSER)
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/html")
    options = told.options(
        path(story.S1), headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"}
    )
    assert options.status_code == 204
    assert options.headers["access-control-allow-origin"] == "*"
    assert "GET" in options.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "address", [f"/01/{story.YOGHURT}", "/01/06901234567810", f"/01/{story.YOGHURT}/21/FAKE"]
)
@pytest.mark.parametrize("headers", [JSON, LINKSET, BROWSER])
def test_any_page_of_the_web_may_read_every_answer(
    told: TestClient, address: str, headers: dict[str, str]
) -> None:
    answer = told.get(address, headers={**headers, "Origin": "https://x.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_pages_carry_the_headers_that_keep_them_safe(told: TestClient) -> None:
    for address in (path(story.S1), "/01/1", "/", f"/01/{story.YOGHURT}/21/FAKE"):
        answer = told.get(address, headers=BROWSER)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert "onclick" not in answer.text


def test_the_language_is_said_and_can_be_switched(told: TestClient) -> None:
    zh = told.get(path(story.S1), headers={**BROWSER, "Accept-Language": "zh-CN"})
    assert '<html lang="zh-Hans">' in zh.text
    assert zh.headers["content-language"] == "zh-Hans"
    assert f'href="{path(story.S1)}?lang=en"' in zh.text
    en = told.get(path(story.S1) + "?lang=en", headers={**BROWSER, "Accept-Language": "zh-CN"})
    assert '<html lang="en">' in en.text
    assert "Qinyuan yoghurt" in en.text


def test_what_is_in_the_address_is_never_markup(told: TestClient) -> None:
    answer = told.get("/01/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", headers=BROWSER)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_the_linkset_of_an_item_names_its_lot_and_product(told: TestClient) -> None:
    schema = json.loads(require("resolver", "linkset", "gs1-linkset-schema.json").read_text())
    for ask in ({"headers": LINKSET}, {"params": {"linkType": "linkset"}}, {"params": {"linkType": "all"}}):
        answer = told.get(path(story.S1), **ask)
        assert answer.headers["content-type"] == "application/linkset+json"
        jsonschema_rs.validator_for(schema).validate(answer.json())
        anchors = [level["anchor"] for level in answer.json()["linkset"]]
        assert anchors == [
            f"http://testserver{path(each)}" for each in (story.S1, story.Y1, f"/01/{story.YOGHURT}")
        ]
        assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["link"]


def test_links_are_added_offered_and_removed(
    told: TestClient, admin: TestClient, inspector: TestClient
) -> None:
    link = {"anchor": story.YOGHURT, "linkType": "gs1:instructions", "href": "https://dairy.example/keep?a=1",
            "title": "贮存", "hreflang": ["zh"]}  # fmt: skip
    link["anchor"] = f"(01){story.YOGHURT}"
    assert inspector.post("/resolver/v1/links", json=link).status_code == 403
    assert told.post("/resolver/v1/links", json=link).status_code == 401
    assert admin.post("/resolver/v1/links", json=link).json()["changed"] is True
    assert admin.post("/resolver/v1/links", json=link).json()["changed"] is False
    answer = told.get(
        path(story.S1), params={"linkType": "gs1:instructions", "17": "261209"}, follow_redirects=False
    )
    assert answer.status_code == 307
    assert answer.headers["location"] == "https://dairy.example/keep?a=1&17=261209"
    assert 'rel="linkset"' in answer.headers["link"]
    second = {**link, "href": "https://dairy.example/keep-2"}
    admin.post("/resolver/v1/links", json=second)
    ambiguous = told.get(path(story.S1), params={"linkType": "gs1:instructions"}, follow_redirects=False)
    assert ambiguous.status_code == 300
    assert len(next(iter(ambiguous.json()["linkset"][0].values()))) == 2
    for each in (link, second):
        key = {name: str(each[name]) for name in ("anchor", "linkType", "href")}
        assert admin.request("DELETE", "/resolver/v1/links", params=key).status_code == 200
    assert told.get(path(story.S1), params={"linkType": "gs1:instructions"}).status_code == 404


def test_a_link_type_that_is_not_there(told: TestClient) -> None:
    for kind in ("gs1:recipeInfo", "gs1:nonsense", "https://evil.example/voc/pip", ""):
        answer = told.get(path(story.S1), params={"linkType": kind})
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/no-such-link")


def test_our_own_links_lead_to_the_page(told: TestClient) -> None:
    answer = told.get(path(story.S1), params={"linkType": "gs1:traceability"}, follow_redirects=False)
    assert answer.headers["location"] == f"http://testserver{path(story.S1)}"
    assert (
        told.get(path(story.S1), params={"linkType": "gs1:defaultLink"}, headers=BROWSER).status_code == 200
    )


@pytest.mark.parametrize(
    "change",
    [
        {"href": "javascript:alert(1)"},
        {"href": "https:///x"},
        {"href": "ftp://x/"},
        {"linkType": "gs1:defaultLink"},
        {"linkType": "x"},
        {"title": ""},
        {"hreflang": ["<b>"]},
        {"type": "x"},
        {"anchor": "nonsense"},
        {"more": 1},
    ],
)
def test_a_link_that_cannot_be_added(admin: TestClient, change: dict[str, Any]) -> None:
    body = {
        "anchor": f"(01){story.YOGHURT}",
        "linkType": "gs1:pip",
        "href": "https://x.example/",
        "title": "t",
        **change,
    }
    assert admin.post("/resolver/v1/links", json=body).status_code == 400


def test_the_resolver_describes_itself(client: TestClient) -> None:
    assert client.head("/.well-known/gs1resolver").status_code == 200
    asked = client.options("/.well-known/gs1resolver", headers={"Origin": "https://example.com"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    found = client.get("/.well-known/gs1resolver")
    assert found.headers["content-type"] == "application/json"
    assert found.json()["supportedPrimaryKeys"] == ["all"]
    context = client.get("/.well-known/linkset-context")
    assert context.headers["content-type"] == "application/ld+json"
    assert context.json()["@context"]["linkset"] == "@graph"


def test_typing_a_code_leads_to_its_page(told: TestClient) -> None:
    answer = told.get(
        "/lookup", params={"q": f" (01){story.YOGHURT}(10)Y1 ", "lang": "en"}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/01/{story.YOGHURT}/10/Y1?lang=en")
    assert told.get("/lookup", params={"q": "what?"}).status_code == 400
    assert told.get("/lookup", follow_redirects=False).headers["location"] == "/?lang=zh"
    assert told.get("/lookup", params={"q": "x" * 5000}).status_code == 400
    assert "产品溯源" in told.get("/").text


def test_a_bare_number_leads_to_the_one_code_on_record(told: TestClient) -> None:
    answer = told.get("/lookup", params={"q": story.YOGHURT, "lang": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/01/{story.YOGHURT}?lang=en")
    only = told.get("/lookup", params={"q": "83857930000879766660"}, follow_redirects=False)
    assert only.headers["location"].startswith("/id/drug_code/83857930000879766660"), (
        "it fits one scheme only"
    )


def test_a_bare_number_that_fits_several_schemes_is_asked_back(told: TestClient) -> None:
    answer = told.get("/lookup", params={"q": "6901234567892", "lang": "en"}, follow_redirects=False)
    assert answer.status_code == 300
    assert "Product bar code (GTIN)" in answer.text
    assert "/01/06901234567892?lang=en" in answer.text
    assert "Location number (GLN)" in answer.text


def test_an_address_that_does_not_exist(client: TestClient) -> None:
    page = client.get("/nowhere?lang=en", headers=BROWSER)
    assert (page.status_code, "There is no such page" in page.text) == (404, True)
    for headers in (JSON, {}):
        answer = client.get("/nowhere", headers=headers)
        assert answer.json()["type"].endswith("/no-such-resource")
    assert client.post("/nowhere", headers=BROWSER).headers["content-type"] == "application/problem+json"
    assert client.get("/labels/v1/issued", headers=BROWSER).status_code == 405


def test_files_of_pages(client: TestClient) -> None:
    css = client.get("/static/suyuan.css")
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in css.headers["cache-control"]
    assert css.headers["content-encoding"] == "gzip"
    plain = client.get("/static/suyuan.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == css.content
    assert client.get("/static/../rendering.py").status_code == 404
    assert client.get("/static/nothing.js").status_code == 404
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_what_is_registered_about_a_party_and_a_site(told: TestClient) -> None:
    place = facts(told, story.DAIRY)
    assert place["registered"]["city"] == "太原市"
    assert place["registered"]["operator"]["uscc"] == story.DAIRY_PARTY
    assert [each["number"] for each in place["certificates"]] == ["SC10614010000018"]
    page = told.get(path(story.DAIRY), headers=BROWSER).text
    assert "山西沁源乳业有限公司" in page
    assert "某路" not in page, "never a street address"
    assert 'id="authentic"' not in page


def test_a_party_without_a_credit_code_is_not_named(client: TestClient, database: Database) -> None:
    pgln = f"{GS1}/417/6901234500028"
    with database.transaction() as connection:
        assert apply_vocabulary(connection, [Element(pgln, {"cbvmda:name": "王小明"})]) == []
    page = client.get(path(pgln), headers=BROWSER)
    assert page.status_code == 200
    assert "个人经营者" in page.text
    assert "王小明" not in page.text
    assert "王小明" not in client.get(path(pgln), headers=JSON).text


def test_a_browser_gets_a_page_where_there_is_no_link(told: TestClient) -> None:
    answer = told.get(path(story.S1), params={"linkType": "gs1:recipeInfo", "lang": "en"}, headers=BROWSER)
    assert (answer.status_code, "There is no such link" in answer.text) == (404, True)


def test_a_failure_is_told_to_a_browser_with_a_page(
    told: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("trace_api.lookup.endpoints.read_address", fail)
    quiet = TestClient(told.app, raise_server_exceptions=False)
    page = quiet.get(path(story.S1), params={"lang": "en"}, headers=BROWSER)
    assert (page.status_code, "Something went wrong" in page.text) == (500, True)
    assert "unforeseen" not in page.text
    assert quiet.get(path(story.S1), headers=JSON).json()["type"].endswith("/internal-error")
