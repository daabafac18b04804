"""Digital Links read fast: what is the same for many of them is checked once.

What this module takes, ``digital_link.parse`` takes with the same key and qualifiers. Links come from few
hosts and combine application identifiers in few ways: the checks of the stem and of the combination are
remembered, and each value is matched against one compiled pattern. Fragments, other parameters, and anything
that is wrong are left to ``digital_link.parse``, which says why.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import ai_rules, ai_table, digital_link
from lineage.identifiers.ai_table import Component
from lineage.identifiers.check_characters import gs1_check_digit
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
_AS_PATTERN = {"gcppos1": "(?=[0-9]{4})", "gcppos2": "(?=.[0-9]{4})", "zero": "(?=0)"}
"""Content checks that a pattern can hold: a company prefix starts with four digits; the zero of a GRAI."""


class _Form(NamedTuple):
    """What the values of an AI look like."""

    ai: str
    pattern: re.Pattern[str]
    check_digit: slice | None
    """The digits that end in a GS1 check digit."""
    is_linted: bool
    """There are more checks than pattern and check digit."""


def _pattern(part: Component) -> str:
    """Write one component as a pattern, with those of its checks that a pattern can express."""
    text = "".join(_AS_PATTERN.get(name, "") for name in part.linters)
    text += f"{_CHARACTERS[part.charset]}{{{part.minimum},{part.maximum}}}"
    return f"(?:{text})?" if part.optional else text


@cache
def _form_of(ai: str) -> _Form | None:
    entry = ai_table.find(ai)
    if entry is None:
        return None
    check_digit = None
    at = 0
    is_linted = False
    for part in entry.components:
        for name in part.linters:
            if name == "csum" and part.minimum == part.maximum and not part.optional:
                check_digit = slice(at, at + part.maximum)
            elif name not in _AS_PATTERN or (name == "zero" and part.maximum > 1):
                is_linted = True
        at += part.maximum
    return _Form(ai, re.compile("".join(map(_pattern, entry.components))), check_digit, is_linted)


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
def _forms(ais: tuple[str, ...], depth: int) -> tuple[_Form, ...] | None:
    """Give the forms of AIs that may stand so in path and query, whatever their values, or None.

    :param depth: so many of the AIs stand in the path
    """
    forms = tuple([form for form in map(_form_of, ais) if form])
    if len(forms) < len(ais) or _SIGNATURE in ais:
        return None
    elements = [Element(ai, "") for ai in ais]
    try:
        digital_link.check_structure(elements[:depth], elements[depth:])
        ai_rules.check_together(elements)
    except IdentifierError:
        return None
    return forms


@lru_cache(maxsize=16_384)
def _is_content(ai: str, value: str) -> bool:
    """Tell whether a value passes the content checks. Few products and dates, so most are remembered."""
    entry = ai_table.find(ai)
    try:
        return entry is not None and check_content(entry, value) == len(value)
    except IdentifierError:
        return False


def _fits(form: _Form, value: str) -> bool:
    """Tell whether a value has the form of its AI."""
    if not form.pattern.fullmatch(value):
        return False
    if form.check_digit:
        digits = value[form.check_digit]
        if gs1_check_digit(digits[:-1]) != digits[-1]:
            return False
    return not form.is_linted or _is_content(form.ai, value)


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


def _query(query: str) -> tuple[list[str], list[str]] | None:
    """Divide a query into AIs and values as written; None when it holds anything else."""
    names, values = [], []
    for part in query.split("&"):
        name, equals, written = part.partition("=")
        if not equals or "+" in written:
            return None
        names.append(name)
        values.append(written)
    return names, values


def parse_path(uri: str) -> tuple[Element, ...] | None:
    """Check a Digital Link; give its key and qualifiers, or None when it has to be read in full."""
    if "#" in uri or digital_link.ILLEGAL.search(uri):
        return None
    head, _, query = uri.partition("?")
    found = _path(head)
    if found is None or not _is_stem(found[0]):
        return None
    names, values = found[1][::2], found[1][1::2]
    depth = len(names)
    if query:
        attributes = _query(query)
        if attributes is None:
            return None
        names += attributes[0]
        values += attributes[1]
    forms = _forms(tuple(names), depth)
    if forms is None:
        return None
    if "%" in uri:
        values = list(map(unescape, values))
    if not all(map(_fits, forms, values)):
        return None
    return tuple(map(Element, names[:depth], values))
