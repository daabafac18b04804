"""Which language a request gets, and that both languages say everything."""

import re
from pathlib import Path
from string import Formatter

import pytest

import trace_api.pages
from trace_api.console.things import TABS
from trace_api.lookup.service import _WARNINGS
from trace_api.pages.languages import LANGUAGES, Language, choose_language, words
from trace_api.recall.clock import STEPS

PAGES = Path(trace_api.pages.__file__).parent
TABLES = {language: words(language)._table for language in LANGUAGES}


@pytest.mark.parametrize(
    ("asked", "header", "chosen"),
    [
        (None, None, "zh"),
        (None, "", "zh"),
        ("en", "zh-CN", "en"),
        ("EN-GB", None, "en"),
        ("fr", "en", "en"),
        ("fr", None, "zh"),
        (None, "en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en;q=0.5, zh;q=0.9", "zh"),
        (None, "fr, en;q=0.1", "en"),
        (None, "en;q=nonsense", "zh"),
        (None, "en;q=0", "zh"),
        (None, "x" * 100_000 + ",en", "zh"),
    ],
)
def test_the_language_of_a_request(asked: str | None, header: str | None, chosen: str) -> None:
    assert choose_language(asked, header) == chosen


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    zh, en = TABLES["zh"], TABLES["en"]
    assert zh.keys() == en.keys()

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {key: (fields(zh[key]), fields(en[key])) for key in zh if fields(zh[key]) != fields(en[key])} == {}
    assert [key for table in TABLES.values() for key, text in table.items() if not text.strip()] == []


def test_chinese_texts_use_chinese_punctuation() -> None:
    wrong = re.compile(r"[\u4e00-\u9fff][,;?!]|[,;?!][\u4e00-\u9fff]|[\u4e00-\u9fff][:(]")
    assert [text for text in TABLES["zh"].values() if wrong.search(text)] == []


def test_every_key_that_a_page_uses_exists() -> None:
    used = set()
    for template in PAGES.rglob("*.html"):
        used |= set(re.findall(r'\bt\("([a-z0-9_.]+[a-z0-9_])"[,)]', template.read_text(encoding="utf-8")))
    assert len(used) > 100
    assert used - TABLES["zh"].keys() == set()


def test_names_of_what_code_names() -> None:
    table = TABLES["en"]
    assert [step.name for step in STEPS if f"duty.{step.name}" not in table] == []
    assert [tab for tab in TABS if f"tab.{tab}" not in table] == []
    assert [warning for warning in _WARNINGS.values() if f"warning.{warning}" not in table] == []


def test_every_step_disposition_and_finding_has_a_name() -> None:
    from lineage.events.vocabulary import BIZ_STEP, DISPOSITION, SUYUAN_STEPS
    from lineage.trace import CATALOGUE

    table = TABLES["zh"]
    assert [step for step in {*BIZ_STEP.words, *SUYUAN_STEPS} if f"step.{step}" not in table] == []
    assert [word for word in DISPOSITION.words if f"disposition.{word}" not in table] == []
    assert [code for code in CATALOGUE if f"finding.{code}" not in table] == []


def test_a_value_without_a_name_shows_itself() -> None:
    assert words("zh").name("step", "https://example.org/step") == "https://example.org/step"
    with pytest.raises(KeyError):
        words("zh")("no.such.key")


@pytest.mark.parametrize(
    ("language", "zh", "en", "shown"),
    [
        ("en", "奶", None, "奶"),
        ("en", "奶", "milk", "milk"),
        ("zh", None, "milk", "milk"),
        ("zh", None, None, ""),
    ],
)
def test_the_name_in_the_readers_language_or_the_other(
    language: Language, zh: str | None, en: str | None, shown: str
) -> None:
    assert words(language).of(zh, en) == shown
