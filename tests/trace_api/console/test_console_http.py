"""The console over HTTP: who gets in, what is shown, and that nothing is changed by somebody else's form."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.console.conftest import PASSWORD, LogIn, csrf_of
from trace_api.console.session import MAX_FAILURES, WINDOW_SECONDS, Failures, local
from trace_api.console.things import TABS


def test_nobody_gets_in_without_logging_in(client: TestClient) -> None:
    for address in (
        "/console",
        "/console/thing?id=x",
        "/console/recalls",
        "/console/recalls/new",
        "/console/recalls/R-1",
    ):
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/login?next=%2Fconsole")
    for address in (
        "/console/recalls",
        "/console/recalls/R-1/close",
        "/console/recalls/R-1/notices",
        "/console/logout",
    ):
        answer = client.post(address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/login?next=%2Fconsole")


def test_logging_in_and_out(log_in: LogIn) -> None:
    browser = log_in("inspector")
    page = browser.get("/console")
    assert page.status_code == 200
    assert "inspector-0" in page.text
    assert page.headers["cache-control"] == "no-store"
    browser.post("/console/logout", data={"csrf": csrf_of(page.text)})
    assert browser.get("/console").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: TestClient, log_in: LogIn) -> None:
    log_in("admin")
    answer = client.post(
        "/console/login", data={"name": "admin-0", "password": PASSWORD}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_wrong_passwords_and_too_many_of_them(client: TestClient) -> None:
    for number in range(MAX_FAILURES + 1):
        answer = client.post("/console/login", data={"name": "x", "password": "wrong"})
        assert answer.status_code == (401 if number < MAX_FAILURES else 429)
    assert client.post("/console/login", data={"name": "y", "password": "wrong"}).status_code == 429, (
        "same address"
    )


def test_failures_are_forgotten_after_a_while() -> None:
    now = [0.0]
    failures = Failures(lambda: now[0])
    for _ in range(MAX_FAILURES):
        failures.add("name:x")
    assert failures.too_many("name:x", "address:1")
    now[0] = WINDOW_SECONDS + 1
    assert not failures.too_many("name:x")
    failures.add("name:x")
    failures.forget("name:x")
    assert not failures.too_many("name:x")


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/console/recalls?drill=true", "/console/recalls?drill=true"),
        ("https://evil.example/console", "/console"),
        ("//evil.example/console", "/console"),
        ("/console\\evil", "/console"),
        ("/epcis/v2/events", "/console"),
        ("javascript:alert(1)", "/console"),
        ("", "/console"),
    ],
)
def test_logging_in_leads_nowhere_else(target: str, led_to: str) -> None:
    assert local(target) == led_to


def test_a_login_form_of_another_site_is_refused(client: TestClient) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert (
            client.post("/console/login", data={"name": "x", "password": "y"}, headers=headers).status_code
            == 403
        )


def test_devices_have_no_console_and_parties_only_look(log_in: LogIn) -> None:
    device = log_in("device")
    assert device.get("/console").status_code == 403
    party = log_in("party", story.SHOP_PARTY)
    page = party.get("/console")
    assert page.status_code == 200
    assert "最近记录" not in page.text
    assert party.get("/console/recalls/new").status_code == 403
    assert party.post("/console/recalls", data={"csrf": csrf_of(page.text)}).status_code == 403


def test_a_party_sees_only_what_concerns_it(inspector_browser: TestClient, log_in: LogIn) -> None:
    farm = log_in("party", story.FARM_PARTY)
    assert farm.get("/console/thing", params={"id": story.M1}).status_code == 200
    assert farm.get("/console/thing", params={"id": story.K1}).status_code == 403


def test_any_written_form_leads_to_the_thing(inspector_browser: TestClient) -> None:
    for text in (story.Y1, f"(01){story.YOGHURT}(10)Y1", f"https://x.cn/01/{story.YOGHURT}/10/Y1?17=261209"):
        answer = inspector_browser.get("/console/search", params={"q": text})
        assert answer.status_code == 303
        assert inspector_browser.get(answer.headers["location"]).status_code == 200


def test_names_are_found_too_and_wrong_codes_explained(inspector_browser: TestClient) -> None:
    found = inspector_browser.get("/console/search", params={"q": "沁源"})
    assert found.status_code == 200
    assert story.DAIRY_PARTY in found.text
    wrong = inspector_browser.get("/console/search", params={"q": "(01)06901234567810"})
    assert wrong.status_code == 404
    assert "<mark>0</mark>" in wrong.text
    assert inspector_browser.get("/console/search", params={"q": "%_\\"}).status_code == 404
    assert inspector_browser.get("/console/search").headers["location"] == "/console"


def test_a_bare_number_is_read_where_one_thing_is_meant(inspector_browser: TestClient) -> None:
    sscc = story.PAL.rpartition("/")[2]
    assert "00%2F" in inspector_browser.get("/console/search", params={"q": sscc}).headers["location"]
    several = inspector_browser.get("/console/search", params={"q": "6901234567892"})
    assert several.status_code == 300
    assert "商品条码" in several.text


def test_a_code_of_another_scheme_can_be_searched_and_recalled_again(
    inspector_browser: TestClient, device: TestClient
) -> None:
    code = "https://id.suyuan.example/id/drug_code/83857930000879766660"
    listed = story.event("ObjectEvent", "10:30", action="ADD", bizStep="commissioning", epcList=[code])
    story.capture(device, [listed])
    page = inspector_browser.get("/console/thing", params={"id": code}).text
    assert 'value="drug_code:83857930000879766660"' in page
    assert "seed=drug_code%3A83857930000879766660" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_tab_of_every_kind_of_thing(inspector_browser: TestClient, language: str) -> None:
    for uri in (story.M1, story.Y1, story.S1, story.S2, story.K1, story.PAL):
        for tab in TABS:
            answer = inspector_browser.get("/console/thing", params={"id": uri, "tab": tab, "lang": language})
            assert answer.status_code == 200, (uri, tab)
            assert " style=" not in answer.text
    assert (
        inspector_browser.get("/console/thing", params={"id": story.M1, "tab": "nonsense"}).status_code == 200
    )


def test_the_drawing_leads_on_and_the_table_says_the_same(inspector_browser: TestClient) -> None:
    page = inspector_browser.get(
        "/console/thing", params={"id": story.M1, "tab": "destination", "lang": "en"}
    ).text
    assert "<svg" in page
    assert page.count('class="box ') >= 5
    for uri in (story.Y1, story.S1, story.K1):
        assert uri.rpartition("/")[2] in page
    assert "in stock" in page
    source = inspector_browser.get(
        "/console/thing", params={"id": story.K1, "tab": "source", "lang": "en"}
    ).text
    assert "Raw milk M1" in source
    assert "origin" in source


def test_responsibility_names_duty_licence_and_what_was_wrong(inspector_browser: TestClient) -> None:
    page = inspector_browser.get("/console/thing", params={"id": story.S2, "tab": "responsibility"}).text
    assert "食品安全法" in page
    assert "当时无效" in page
    assert "许可过期" in page
    assert "https://id.gs1.org/414" not in page


def test_a_name_that_breaks_a_rule_is_found_when_events_have_it(
    inspector_browser: TestClient, device: TestClient
) -> None:
    short = "urn:epc:id:sscc:08600031303.0003"
    story.capture(device, [story.event("ObjectEvent", "10:40", action="OBSERVE", epcList=[short])])
    answer = inspector_browser.get("/console/search", params={"q": short})
    assert answer.status_code == 303
    assert short in inspector_browser.get(answer.headers["location"]).text


def test_things_that_cannot_be_shown(inspector_browser: TestClient) -> None:
    for text, status in (
        ("x", 400),
        ("\0", 400),
        (f"(01){story.YOGHURT}", 400),
        (f"(01){story.YOGHURT}(21)NEVER", 404),
        ("x" * 3000, 400),
    ):
        answer = inspector_browser.get("/console/thing", params={"id": text})
        assert answer.status_code == status, text[:20]
        assert answer.headers["content-type"].startswith("text/html")
    assert inspector_browser.get("/console/thing").status_code == 400
    assert inspector_browser.get("/console/recalls/R-1").status_code == 404


def test_a_recall_from_opening_to_closing(inspector_browser: TestClient) -> None:
    browser = inspector_browser
    form = browser.get(
        "/console/recalls/new", params={"seed": f"(01){story.MILK}(10)M1", "regime": "food"}
    ).text
    assert "(01)06901234567809(10)M1" in form
    csrf = csrf_of(form)
    given = {
        "csrf": csrf,
        "seeds": f"(01){story.MILK}(10)M1\n",
        "regime": "food",
        "level": "1",
        "reason": "<李斯特菌>",
        "knew_at": "2026-11-24T08:00",
    }
    wrong = browser.post("/console/recalls", data={**given, "seeds": "nonsense"})
    assert wrong.status_code == 400
    assert "nonsense" in wrong.text
    answer = browser.post("/console/recalls", data=given)
    assert answer.status_code == 303
    at = answer.headers["location"]
    page = browser.get(at).text
    assert "&lt;李斯特菌&gt;" in page
    assert "2026-11-25 08:00" in page, "a time in a form is China's"
    browser.post(
        f"{at}/notices", data={"csrf": csrf, "party": f"uscc:{story.SHOP_PARTY}", "channel": "phone"}
    )
    browser.post(f"{at}/notices", data={"csrf": csrf, "public": "1"})
    browser.post(
        f"{at}/recoveries", data={"csrf": csrf, "things": f"{story.S1}\n{story.S3}", "action": "recovered"}
    )
    strange = browser.post(f"{at}/recoveries", data={"csrf": csrf, "things": story.M2, "action": "recovered"})
    assert strange.status_code == 409
    assert "有编码不在本案范围内" in strange.text
    assert "M2" in strange.text
    assert browser.post(f"{at}/moments", data={"csrf": csrf, "moment": "reported_at"}).status_code == 303
    assert browser.post(f"{at}/moments", data={"csrf": csrf, "moment": "nonsense"}).status_code == 400
    assert browser.post(f"{at}/close", data={"csrf": csrf, "outcome": "done"}).status_code == 409
    closed = browser.post(f"{at}/close", data={"csrf": csrf, "outcome": "全部处理", "accept_unsettled": "1"})
    assert closed.status_code == 303
    page = browser.get(at, params={"state": "consumed"}).text
    assert "已结案" in page
    assert "None" not in page
    assert "全部处理" in page
    assert browser.get(f"/recall/v1/cases/{at.rpartition('/')[2]}/export").status_code == 200


def test_a_drill(inspector_browser: TestClient) -> None:
    csrf = csrf_of(inspector_browser.get("/console").text)
    given = {"csrf": csrf, "seeds": story.M1, "regime": "food", "level": "1", "reason": "演练", "drill": "1"}
    answer = inspector_browser.post("/console/recalls", data=given)
    assert answer.headers["location"].startswith("/console/recalls/D-")
    assert "演练" in inspector_browser.get("/console/recalls", params={"drill": True}).text


def test_a_form_of_somebody_else_changes_nothing(
    inspector_browser: TestClient, inspector: TestClient
) -> None:
    given = {"seeds": story.M1, "regime": "food", "level": "1", "reason": "x"}
    for csrf in ({}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "好"}):
        assert inspector_browser.post("/console/recalls", data={**given, **csrf}).status_code == 403
    assert inspector.get("/recall/v1/cases").json()["cases"] == []


def test_the_language_is_remembered(inspector_browser: TestClient) -> None:
    assert '<html lang="en">' in inspector_browser.get("/console", params={"lang": "en"}).text
    assert '<html lang="en">' in inspector_browser.get("/console/recalls").text
    assert '<html lang="zh-Hans">' in inspector_browser.get("/console/recalls", params={"lang": "zh"}).text


def test_long_tables_come_in_pages(inspector_browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trace_api.console.things.MAX_ROWS", 2)
    address = "/console/thing?" + urlencode({"id": story.M1, "tab": "destination"})
    seen: list[str] = []
    while address:
        page = inspector_browser.get(address).text
        table = page[page.index('id="things"') :]
        rows = re.findall(r'<td><a href="/console/thing\?id=([^&]+)&', table)
        assert 1 <= len(rows) <= 2
        seen += rows
        after = re.search(r'<a href="(\?[^"#]+)#things">下一页</a>', page)
        address = "/console/thing" + unescape(after[1]) if after else ""
    assert len(seen) == len(set(seen)) == 5
    assert inspector_browser.get("/console/thing", params={"id": story.M1, "skip": -1}).status_code == 400


def test_what_is_wrong_is_said_in_the_language_of_the_page(inspector_browser: TestClient) -> None:
    for text, said in (
        (f"(01){story.YOGHURT}", "品类编码代表一种产品"),
        (f"(01){story.YOGHURT}(21)NEVER", "没有任何事件记录提到这个编码"),
        ("x", "不是能识别的编码写法"),
    ):
        page = inspector_browser.get("/console/thing", params={"id": text, "lang": "zh"}).text
        assert said in page
        assert "https://id.gs1.org" not in page
