"""The two languages of the pages: which one a request wants, and the words in it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
HTML_TAGS: Final[Mapping[Language, str]] = {"zh": "zh-Hans", "en": "en"}

_FOLDER = Path(__file__).parent / "words"
_MAX_ACCEPT: Final = 500  # browsers send well under 200 characters; longer is nobody's preference


class Words:
    """The words of one language, by key.

    A key that no table holds is a mistake of ours and raises ``KeyError``; words for values that come from
    data (a business step, a kind of licence) go through :meth:`name`, which falls back to the value itself.
    """

    def __init__(self, language: Language, table: Mapping[str, str]) -> None:
        self.language = language
        self._table = table

    def __call__(self, key: str, **values: object) -> str:
        """Give the words under a key, with ``{placeholders}`` filled in."""
        text = self._table[key]
        return text.format(**values) if values else text

    def name(self, group: str, value: object) -> str:
        """Give the name of a value that comes from data, e.g. ``name("step", "shipping")``."""
        text = "" if value is None else str(value)
        return self._table.get(f"{group}.{text}", text)

    def knows(self, group: str, value: object) -> bool:
        """Say whether a value has a name here."""
        return f"{group}.{value}" in self._table

    def value(self, group: str, name: str) -> str | None:
        """Give the value that has this name, the reverse of :meth:`name`."""
        start = f"{group}."
        return next(
            (
                key[len(start) :]
                for key, text in self._table.items()
                if text == name and key.startswith(start)
            ),
            None,
        )

    def of(self, zh: str | None, en: str | None) -> str:
        """Choose between a Chinese and an English name, falling back to the one there is."""
        return (zh or en or "") if self.language == "zh" else (en or zh or "")

    @property
    def other(self) -> Language:
        """Give the other language, for the switch on the page."""
        return "en" if self.language == "zh" else "zh"


@cache
def words(language: Language) -> Words:
    """Give the words of a language; the tables are read once."""
    table: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Words(language, table)


def choose_language(asked: str | None, accept_language: str | None) -> Language:
    """Choose the language of a page.

    :param asked: value of ``?lang=``, which wins when it is one of ours
    :param accept_language: the header (RFC 9110 section 12.5.4)
    :return: Chinese unless English is asked for or preferred
    """
    if asked is not None:
        for language in LANGUAGES:
            if asked.lower().split("-")[0] == language:
                return language
    best: tuple[float, Language] = (0.0, "zh")
    for part in (accept_language or "")[:_MAX_ACCEPT].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        for language in LANGUAGES:
            if tag.lower().split("-")[0] == language and weight > best[0]:
                best = (weight, language)
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
