"""The GS1 application identifiers: format, checks, pairings and Digital Link role of each.

Read from ``application_identifiers.tsv`` (columns in ``ai_dictionary.py``) when first asked for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

TABLE_NAME = "application_identifiers.tsv"


class Component(NamedTuple):
    """One part of a value: so many characters of one character set, with checks of the content."""

    charset: str
    """``N`` digits, ``X`` CSET 82, ``Y`` CSET 39, ``Z`` base64url."""
    minimum: int
    maximum: int
    optional: bool
    linters: tuple[str, ...]


class ApplicationIdentifier(NamedTuple):
    """One application identifier of the GS1 General Specifications."""

    ai: str
    title: str
    fixed: bool
    """Of predefined length: no FNC1 is needed after it."""
    attribute: bool
    """May stand in the query of a Digital Link URI."""
    components: tuple[Component, ...]
    requires: tuple[tuple[tuple[str, ...], ...], ...]
    """Conditions, all to be met; each is a choice of groups of AIs or patterns, ``n`` standing for a
    digit."""
    excludes: tuple[str, ...]
    qualifiers: tuple[tuple[str, ...], ...] | None
    """None when no Digital Link key; else the permitted sequences of key qualifiers."""
    minimum: int
    maximum: int


_COMPONENT = re.compile(r"(\?)?([NXYZ])(?:(\d+)-)?(\d+)(?::(.*))?")


def _component(word: str) -> Component:
    match = _COMPONENT.fullmatch(word)
    assert match, word  # noqa: S101 - the table is ours; a broken line must not pass silently
    optional, charset, least, most, linters = match.groups()
    return Component(
        charset,
        int(least or most),
        int(most),
        optional is not None,
        tuple((linters or "").split(",")) if linters else (),
    )


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(text.split(mark)) if text else ()


def _expand(ais: str) -> list[str]:
    first, _, last = ais.partition("-")
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last or first) + 1)]


@cache
def table() -> dict[str, ApplicationIdentifier]:
    """Give every application identifier by its number."""
    entries: dict[str, ApplicationIdentifier] = {}
    text = files(__package__).joinpath(TABLE_NAME).read_text(encoding="utf-8")
    for line in text.splitlines():
        ais, flags, components, requires, excludes, key, title = line.split("\t")
        parts = tuple(_component(word) for word in components.split())
        conditions = tuple(
            tuple(tuple(group.split("+")) for group in condition.split("|"))
            for condition in _split(requires, ";")
        )
        qualifiers = {"-": None, ".": ()}.get(key, tuple(tuple(each.split(",")) for each in key.split("|")))
        for ai in _expand(ais):
            entries[ai] = ApplicationIdentifier(
                ai,
                title,
                "f" in flags,
                "d" in flags,
                parts,
                conditions,
                _split(excludes, "|"),
                qualifiers,
                sum(part.minimum for part in parts if not part.optional),
                sum(part.maximum for part in parts),
            )
    return entries


@cache
def lengths() -> dict[str, int]:
    """Give the number of digits of an AI by its first two digits."""
    return {ai[:2]: len(ai) for ai in table()}


def find(ai: str) -> ApplicationIdentifier | None:
    """Give one application identifier, or None when the dictionary has no such number."""
    return table().get(ai)


def keys() -> tuple[str, ...]:
    """Give the primary keys of Digital Link URIs."""
    return tuple(ai for ai, entry in table().items() if entry.qualifiers is not None)


def qualifier_sequences(key: str) -> tuple[tuple[str, ...], ...]:
    """Give the sequences of qualifiers that may follow a key; only the empty one for an AI that is no key."""
    entry = table().get(key)
    return (entry.qualifiers if entry else None) or ((),)
