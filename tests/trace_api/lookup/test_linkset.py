"""Linksets hold to the published schema, and link types are read in every spelling."""

import json

import jsonschema_rs
import pytest

from tests.vectors import require
from trace_api.lookup.linkset import LINK_TYPES, Level, candidates, choose, header, link_type, linkset
from trace_api.lookup.repository import Link

ITEM = Level(
    "i",
    "https://h.example/01/1/21/2",
    "Yoghurt",
    (Link("i", "pip", "https://h.example/01/1/21/2", "Info", ("zh", "en"), "text/html"),),
)
LOT = Level(
    "l",
    "https://h.example/01/1/10/3",
    "Lot",
    (Link("l", "instructions", "https://x.example/", "Store cold"),),
)


def test_a_linkset_holds_to_the_schema() -> None:
    schema = json.loads(require("resolver", "linkset", "gs1-linkset-schema.json").read_text())
    written = linkset([ITEM, LOT], ITEM.anchor)
    jsonschema_rs.validator_for(schema).validate(written)
    assert [level["anchor"] for level in written["linkset"]] == [ITEM.anchor, LOT.anchor]


def test_every_link_type_of_the_vocabulary_is_known() -> None:
    published = json.loads(require("identifiers", "gs1-link-types.json").read_text())["linkTypes"]
    assert {each["id"].removeprefix("gs1:") for each in published} == LINK_TYPES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("gs1:pip", "pip"),
        ("pip", "pip"),
        ("https://gs1.org/voc/pip", "pip"),
        ("https://ref.gs1.org/voc/pip", "pip"),
        ("gs1:nothing", None),
        ("", None),
        ("gs1:", None),
        ("x" * 1000, None),
    ],
)
def test_spellings_of_link_types(text: str, kind: str | None) -> None:
    assert link_type(text) == kind


def test_links_are_looked_for_up_the_levels() -> None:
    assert candidates([ITEM, LOT], "instructions") == list(LOT.links)
    assert candidates([ITEM, LOT], "pip") == list(ITEM.links)
    assert candidates([ITEM, LOT], "recipeInfo") == []


def test_language_then_media_type_choose_among_links() -> None:
    zh = Link("a", "pip", "https://x/zh", "t", ("zh-CN",), "text/html")
    en = Link("a", "pip", "https://x/en", "t", ("en",), "text/html")
    pdf = Link("a", "pip", "https://x/pdf", "t", ("en",), "application/pdf")
    assert choose([zh, en, pdf], ["zh"], []) == [zh]
    assert choose([zh, en, pdf], ["en"], ["application/pdf"]) == [pdf]
    assert choose([zh, en, pdf], ["en"], ["image/png"]) == [en, pdf]
    assert choose([zh], ["fr"], []) == [zh]


def test_the_header_leads_to_the_linkset() -> None:
    assert header("https://h/01/1", "https://h/c").startswith(
        '<https://h/01/1?linkType=linkset>; rel="linkset"'
    )
    assert "&linkType=linkset" in header("https://h/01/1?17=271231", "https://h/c")
