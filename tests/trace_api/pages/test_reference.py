"""The page about the HTTP interface: everything of the description, nothing from elsewhere."""

import re

from starlette.testclient import TestClient

from trace_api.pages.languages import words
from trace_api.pages.reference import groups_of


def test_every_operation_is_on_the_page(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operations = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    }
    groups = groups_of(document)
    assert {(each.method, each.path) for group in groups for each in group.operations} == operations
    for language in ("zh", "en"):
        page = client.get("/docs", params={"lang": language}).text
        assert all(path in page for _, path in operations)
        assert "eventList" in page, "examples are shown"
        t = words("zh" if language == "zh" else "en")
        assert [group.name for group in groups if not t.knows("reference.group", group.name)] == []


def test_an_operation_tells_parameters_body_answers_and_examples(client: TestClient) -> None:
    groups = groups_of(client.get("/openapi.json").json())
    by_name = {(each.method, each.path): each for group in groups for each in group.operations}
    source = by_name["GET", "/trace/v1/source"]
    assert source.needs_token
    assert {field.name for field in source.parameters} >= {"id", "until", "depth", "contact"}
    assert {field.type for field in source.parameters} >= {"string", "integer", "boolean"}
    opened = by_name["POST", "/recall/v1/cases"]
    assert {field.name for body in opened.bodies for field in body.fields if field.required} >= {"seeds"}
    assert any(body.example for body in opened.bodies)
    assert {answer.status for answer in opened.answers} >= {"201", "400", "403"}


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/docs", params={"lang": "en"})
    assert "<script" not in answer.text
    loaded = re.findall(r'<(?:link|img|script)[^>]+(?:href|src)="([^"]+)"', answer.text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    assert "<code>party</code>" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
