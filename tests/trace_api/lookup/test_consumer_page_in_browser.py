"""The consumer page in a real browser: phone and desk, both languages, without script, for everybody."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.browsing import CONTRAST, STRUCTURE, browser, check_structure, serving
from tests.trace_api.food_story import GS1
from tests.trace_api.lookup.test_issued import TYPE, file

pytestmark = pytest.mark.browser


def addresses(admin: TestClient, inspector: TestClient) -> dict[str, str]:
    """Give one address for each kind of page."""
    issued = f"{GS1}/01/{story.YOGHURT}/21/PRINTED1"
    batch = file(issued, **{"class": f"{GS1}/01/{story.YOGHURT}", "lot": f"{GS1}/01/{story.YOGHURT}/10/Y9"})
    admin.post("/labels/v1/issued", content=batch, headers=TYPE)
    body = {"regime": "food", "level": 1, "reason": "检出单核细胞增生李斯特氏菌", "seeds": [story.M1]}
    assert inspector.post("/recall/v1/cases", json=body).status_code == 201
    return {
        "home": "/",
        "recalled item": story.S2.removeprefix(GS1),
        "recalled lot": story.Y1.removeprefix(GS1),
        "lot": story.M2.removeprefix(GS1),
        "unit": story.PAL.removeprefix(GS1),
        "product": f"/01/{story.YOGHURT}",
        "issued": issued.removeprefix(GS1),
        "never issued": f"/01/{story.YOGHURT}/21/FAKE",
        "not a code": "/01/06901234567810",
    }


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_every_page_at_every_width_in_both_languages(
    app: FastAPI, device: TestClient, admin: TestClient, inspector: TestClient, tmp_path: Path, script: bool
) -> None:
    story.play(device, admin)
    pages = addresses(admin, inspector)
    with serving(app) as base, browser() as opened:
        for width in (360, 1280):
            context = opened.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
            page = context.new_page()
            wrong = complaints(page)
            for lang, tag in (("zh", "zh-Hans"), ("en", "en")):
                for name, address in pages.items():
                    page.goto(f"{base}{address}?lang={lang}")
                    check_page(page, script=script, lang=tag, width=width)
                    page.screenshot(path=tmp_path / f"{name}-{lang}-{width}.png", full_page=True)
            assert [text for text in wrong if "status of 40" not in text] == []
            context.close()


def complaints(page: Any) -> list[str]:
    """Collect what the browser complains about: a refused style, a file that is not there."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


def check_page(page: Any, *, script: bool, lang: str, width: int) -> None:
    if not script:
        assert page.locator("main h1").inner_text().strip()
        assert page.locator("main").inner_text().count("\n") > 3
        return
    check_structure(page.evaluate(STRUCTURE), lang=lang, width=width)
    assert page.evaluate(CONTRAST) == [], page.url


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    app: FastAPI, device: TestClient, admin: TestClient
) -> None:
    story.play(device, admin)
    with serving(app) as base, browser() as opened:
        page = opened.new_page(viewport={"width": 360, "height": 800})
        page.goto(f"{base}{story.S1.removeprefix(GS1)}?lang=en")
        reached = []
        for _ in range(5):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.textContent.trim()"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
        assert reached[0] == "Skip to content"
        assert {"中文", "Call 12315", "Report online"} <= set(reached)


def test_switching_the_language_keeps_the_page(app: FastAPI, device: TestClient, admin: TestClient) -> None:
    story.play(device, admin)
    with serving(app) as base, browser() as opened:
        page = opened.new_page(locale="zh-CN")
        page.goto(f"{base}{story.S1.removeprefix(GS1)}?17=261209")
        assert page.locator("h1").inner_text() == "沁源巴氏杀菌酸牛奶"
        page.get_by_role("link", name="English").click()
        assert page.locator("h1").inner_text() == "Qinyuan yoghurt"
        assert "17=261209" in page.url
        page.get_by_role("link", name="中文").click()
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
