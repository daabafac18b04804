"""The console in a real browser: an inspector's way from a code to a recall, at a desk and on a phone."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.browsing import CONTRAST, STRUCTURE, browser, check_structure, serving
from tests.trace_api.console.conftest import PASSWORD
from trace_api.accounts.accounts import create_account
from trace_api.console.things import TABS
from trace_api.database import Database

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_from_a_code_to_a_recall(
    app: FastAPI, database: Database, device: TestClient, admin: TestClient, tmp_path: Path, width: int
) -> None:
    story.play(device, admin)
    with database.transaction() as connection:
        create_account(connection, "王检", "inspector", PASSWORD)
    wrong: list[str] = []
    with serving(app) as base, browser() as opened:
        page = opened.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))

        def look(name: str) -> None:
            page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
            check_structure(page.evaluate(STRUCTURE), lang="zh-Hans", width=width)
            assert page.evaluate(CONTRAST) == [], name

        page.goto(f"{base}/console")
        look("login")
        page.get_by_label("用户名").fill("王检")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        look("home")
        page.get_by_label("编码或名称").fill(f"(01){story.MILK}(10)M1")
        page.get_by_role("button", name="查询").click()
        look("overview")
        for tab in TABS[1:]:
            page.locator(f'nav.tabs a[href*="tab={tab}"]').click()
            look(tab)
        page.locator('nav.tabs a[href*="tab=destination"]').click()
        page.locator("table[data-sort] th button").first.click()
        assert page.locator('th[aria-sort="ascending"]').count() == 1
        page.locator("svg a.box", has_text="Y1").first.click()
        assert page.locator("h1").inner_text() == "沁源巴氏杀菌酸牛奶"
        page.go_back()
        page.get_by_role("link", name="发起召回").click()
        look("new")
        page.get_by_label("原因").fill("检出单核细胞增生李斯特氏菌")
        page.get_by_role("button", name="发起召回").click()
        look("case")
        assert page.locator(".tile__number").first.inner_text() == "5"
        page.get_by_role("button", name="登记已通知全部").click()
        assert page.get_by_text("未通知").count() == 0
        page.get_by_label("追溯单元，每行一个").fill(story.S1)
        page.get_by_role("button", name="登记", exact=True).click()
        look("worked on")
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 Excel").click()
        assert download.value.suggested_filename.endswith(".xlsx")
        page.get_by_role("button", name="退出").click()
        assert page.url.endswith("/console/login")
    assert wrong == []
