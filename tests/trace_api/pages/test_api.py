"""The API document as a page: whole, in both languages, and from this server alone."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(("lang", "title"), [("zh", "接口文档"), ("en", "API document")])
def test_the_page_has_every_operation(client: TestClient, lang: str, title: str) -> None:
    answer = client.get("/docs", params={"lang": lang})
    assert answer.status_code == 200
    text = html.unescape(answer.text)
    assert title in text
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}<" in text
            assert operation["summary"] in text
    assert '"eventList"' in text


def test_nothing_on_it_comes_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/docs")
    assert "<script" not in answer.text
    for address in re.findall(r'(?:href|src)="([^"]*)"', answer.text):
        assert address.startswith(("/", "#")), address
    assert "default-src 'none'" in answer.headers["content-security-policy"]
