"""Writes legal bases as people cite them: 《食品安全法》第53、54条; Food Safety Law, articles 53, 54. Pure.

Profiles keep a basis short (``食品安全法 53, 54; GSP``): parts between semicolons, each the name of a law
with the numbers of its articles. What is no law (a standard, a design decision) and remarks in brackets stand
there for whoever checks the profile.
"""

import re
from typing import Final

from trace_api.pages.languages import Words

_PARTS: Final = re.compile(r";\s*(?![^()]*\))")
_REMARK: Final = re.compile(r"\s*(?:\([^()]*\D\)|:.*)$")
_ARTICLES: Final = re.compile(r"(?P<law>.+?) (?P<articles>\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)")


def citation(basis: str | None, words: Words) -> str:
    """Write a basis of a profile.

    :param basis: as in the profile; remarks for those who check it are left out
    """
    return words("law.between").join(
        _cited(part.strip(), words) for part in _PARTS.split(basis or "") if part
    )


def _cited(part: str, words: Words) -> str:
    part = _REMARK.sub("", part)
    if words.knows("law", part):
        return words.name("law", part)
    found = _ARTICLES.fullmatch(part)
    if found is None or not words.knows("law", found["law"]):
        return part
    articles = found["articles"]
    many = "," in articles or "-" in articles
    return words(
        "law.articles" if many else "law.article",
        law=words.name("law", found["law"]),
        articles=articles.replace(", ", words("law.comma")).replace("-", "–"),
    )
