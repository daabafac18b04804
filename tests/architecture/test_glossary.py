"""The glossary is the vocabulary of the code: its words stand there, and its Chinese is that of the pages."""

import json
import re
from functools import cache

from tests.architecture.test_layout import PACKAGES
from tests.vectors import ROOT

ROW = re.compile(
    r"^\| (?P<en>[^|]+?) \| (?P<zh>[^|]+?) \| (?P<code>`[^|]+`) \| (?P<meaning>[^|]+) \|$", re.MULTILINE
)
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = [match.groupdict() for match in ROW.finditer(PAGE)]

# Keys of the pages' words that are the very term, by its English.
ON_PAGES = {
    "thing": "table.thing",
    "item": "kind.item",
    "lot": "kind.lot",
    "logistic unit": "kind.unit",
    "class": "kind.class",
    "party": "kind.party",
    "site": "kind.site",
    "document": "kind.document",
    "product": "part.product",
    "unified social credit code": "fact.uscc",
    "role": "table.role",
    "duty": "table.duty",
    "holder": "where.party",
    "regime": "case.regime",
    "source": "tab.source",
    "destination": "tab.destination",
    "responsibility": "tab.responsibility",
    "history": "tab.history",
    "finding": "tab.findings",
    "origin": "table.origin",
    "hop": "table.depth",
    "balance": "balance.title",
    "contact": "edge.contact",
    "containment": "edge.contains",
    "membership": "edge.member",
    "commissioning": "step.commissioning",
    "error declaration": "history.declaration",
    "in stock": "state.in_stock",
    "in transit": "state.in_transit",
    "cold chain excursion": "finding.cold_chain_excursion",
    "recall case": "case.title",
    "level": "case.level",
    "clock": "case.clock",
    "drill": "case.drill",
    "seed": "case.seed",
    "serial": "fact.serial",
    "notice": "export.notices",
    "recovery": "export.recoveries",
    "look-up": "home.search",
    "state": "where.state",
}


@cache
def words_of_the_code() -> frozenset[str]:
    """Give every word that stands in a module or data file of the packages."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.suffix in {".py", ".toml", ".json"}:
                found.update(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", path.read_text(encoding="utf-8")))
                found.update(path.relative_to(ROOT).with_suffix("").parts)
    return frozenset(found)


def test_every_row_of_the_glossary_is_read() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| English")]
    assert len(rows) == len(TERMS) > 80


def test_every_name_of_the_glossary_stands_in_the_code() -> None:
    missing = [
        (term["en"], name)
        for term in TERMS
        for name in re.findall(r"`([^`]+)`", term["code"])
        if name not in words_of_the_code()
    ]
    assert not missing


def test_a_term_is_explained_once() -> None:
    english = [term["en"] for term in TERMS]
    assert len(set(english)) == len(english)


def test_the_pages_say_the_same_in_chinese() -> None:
    pages = json.loads((ROOT / "trace_api" / "pages" / "words" / "zh.json").read_text(encoding="utf-8"))
    chinese = {term["en"]: term["zh"] for term in TERMS}
    different = {
        english: (chinese[english], pages[key])
        for english, key in ON_PAGES.items()
        if pages[key] != chinese[english]
    }
    assert not different
