"""Digital Links read fast: what is the same for many of them is checked once.

What this module takes, ``digital_link.parse`` takes with the same result. Links come from few hosts and
combine application identifiers in few ways: the checks of the stem and of the combination are remembered,
and values are matched against one compiled pattern each. Fragments, other parameters, and anything that is
wrong are left to ``digital_link.parse``, which says why.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from lineage.errors import IdentifierError
from lineage.identifiers import ai_rules, ai_table, digital_link
from lineage.identifiers.ai_table import Component
from lineage.identifiers.element_string import Element, check_content
from lineage.identifiers.percent import unescape

_CHARACTERS = {
    "N": "[0-9]",
    "X": r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]",
    "Y": r"[#\-/0-9A-Z]",
    "Z": r"[A-Za-z0-9_\-]",
}
"""Characters of each set, without the padding of the last, which is left to the full reader."""
_DEEPEST_PATH = 8
"""Path elements from a primary key on, with all qualifiers that any key has."""
_SIGNATURE = "8030"


def _pattern(part: Component) -> str:
    text = f"{_CHARACTERS[part.charset]}{{{part.minimum},{part.maximum}}}"
    return f"(?:{text})?" if part.optional else text


@cache
def _pattern_of(ai: str) -> re.Pattern[str] | None:
    entry = ai_table.find(ai)
    return re.compile("".join(map(_pattern, entry.components))) if entry else None


@cache
def _is_linted(ai: str) -> bool:
    entry = ai_table.find(ai)
    return entry is not None and any(part.linters for part in entry.components)


@cache
def _is_key(ai: str) -> bool | None:
    """Tell whether an AI is a primary key; None when it is no AI."""
    entry = ai_table.find(ai) if len(ai) <= 4 else None
    return None if entry is None else entry.qualifiers is not None


@lru_cache(maxsize=1024)
def _is_stem(stem: str) -> bool:
    """Tell whether scheme, authority and path before the key are right."""
    try:
        digital_link.check_authority(stem + "/")
    except IdentifierError:
        return False
    return True


@lru_cache(maxsize=4096)
def _go_together(path: tuple[str, ...], attributes: tuple[str, ...]) -> bool:
    """Tell whether AIs may stand so in path and query, whatever their values."""
    if _SIGNATURE in attributes:
        return False
    path_elements = [Element(ai, "") for ai in path]
    attribute_elements = [Element(ai, "") for ai in attributes]
    try:
        digital_link.check_structure(path_elements, attribute_elements)
        ai_rules.check_together([*path_elements, *attribute_elements])
    except IdentifierError:
        return False
    return True


@lru_cache(maxsize=16_384)
def _is_content(ai: str, value: str) -> bool:
    """Tell whether a value passes the content checks. Few products and dates, so most are remembered."""
    entry = ai_table.find(ai)
    try:
        return entry is not None and check_content(entry, value) == len(value)
    except IdentifierError:
        return False


def _element(ai: str, value: str) -> Element | None:
    pattern = _pattern_of(ai)
    if pattern is None or not pattern.fullmatch(value):
        return None
    return Element(ai, value) if not _is_linted(ai) or _is_content(ai, value) else None


def _path(head: str) -> tuple[str, list[str]] | None:
    """Divide a URI without query into stem and the path elements from the rightmost primary key on."""
    for count in range(2, _DEEPEST_PATH + 1, 2):
        stem, *rest = head.rsplit("/", count)
        if len(rest) < count:
            return None
        key = _is_key(rest[0])
        if key is None:
            return None
        if key:
            return stem, rest
    return None


def _query(query: str) -> list[tuple[str, str]] | None:
    """Divide a query into AIs and unescaped values; None when it holds anything else."""
    pairs = []
    for part in query.split("&"):
        name, equals, written = part.partition("=")
        if not equals or "+" in written:
            return None
        pairs.append((name, unescape(written)))
    return pairs


def parse(uri: str) -> tuple[tuple[Element, ...], tuple[Element, ...]] | None:
    """Read a Digital Link; give path and attributes, or None when it has to be read in full."""
    if "#" in uri or digital_link.ILLEGAL.search(uri):
        return None
    head, _, query = uri.partition("?")
    found = _path(head)
    if found is None or not _is_stem(found[0]):
        return None
    words = found[1]
    pairs: list[tuple[str, str]] = list(zip(words[::2], map(unescape, words[1::2]), strict=True))
    depth = len(pairs)
    attributes_of = _query(query) if query else []
    if attributes_of is None:
        return None
    elements = []
    for ai, value in pairs + attributes_of:
        element = _element(ai, value)
        if element is None:
            return None
        elements.append(element)
    path, attributes = tuple(elements[:depth]), tuple(elements[depth:])
    if not _go_together(tuple([ai for ai, _ in path]), tuple([ai for ai, _ in attributes])):
        return None
    return path, attributes
