"""The schemes of Chinese law and of regimes that are not GS1's: layout, check rule, severity, level.

The table is ``regime_schemes.toml``, where its columns are described. A value is read field by field, so
that an error can name the field and the character.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from lineage.errors import LineageError
from lineage.identifiers.charsets import DIGITS
from lineage.identifiers.check_characters import USCC_ALPHABET
from lineage.identifiers.identifier import Kind

Level = Literal["class", "batch", "instance", "party", "site", "document"]
Severity = Literal["block", "warn"]

TEXT = "text"
"""Alphabet of codes that nobody has laid down: anything printable."""

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = {
    "digits": DIGITS,
    "capitals": _CAPITALS,
    "alnum": DIGITS + _CAPITALS,
    "uscc": USCC_ALPHABET,
    "province_zh": "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼",
    "text": TEXT,
}
_FIELD = re.compile(
    r"(?P<zh>[^/]+) / (?P<en>[^:]+) : (?P<chars>\S+) (?:(?P<least>\d+)-)?(?P<most>\d+)(?: (?P<rule>\w+))?"
)


class Field(NamedTuple):
    """One part of a code."""

    zh: str
    en: str
    alphabet: str
    length: int
    check: str
    """Name of a rule of ``regimes.FIELD_RULES`` that the part must meet; may be empty."""
    shortest: int
    """Fewest characters; equal to ``length`` when the length is fixed."""


class Layout(NamedTuple):
    """A row of fields; ``prefix`` stands before them and is a part of the value."""

    prefix: str
    fields: tuple[Field, ...]


class RegimeScheme(NamedTuple):
    """One scheme of identifiers."""

    name: str
    zh: str
    en: str
    level: Level
    kind: Kind
    layouts: tuple[Layout, ...]
    check: str
    """Name of a rule of ``regimes.VALUE_RULES`` for the whole value; empty when no check is published."""
    severity: Severity
    """What a failed check means: refused, or taken with a warning and looked up in the register."""
    aliases: tuple[str, ...]
    verified: bool
    keep: str
    """Separators that belong to the value."""
    class_fields: int
    """As many leading fields name the class that the thing belongs to."""

    @property
    def is_text(self) -> bool:
        """Tell whether values have no form of their own."""
        return self.layouts[0].fields[0].alphabet == TEXT


def _field(text: str) -> Field:
    match = _FIELD.fullmatch(text)
    if match is None:
        raise LineageError("scheme-table", f"{text!r} is no field of a scheme")
    chars, most = match["chars"], int(match["most"])
    alphabet = chars[1:] if chars.startswith("=") else _ALPHABETS[chars]
    return Field(match["zh"], match["en"], alphabet, most, match["rule"] or "", int(match["least"] or most))


def _scheme(name: str, entry: dict[str, Any]) -> RegimeScheme:
    layouts = tuple(
        Layout(layout.get("prefix", ""), tuple(map(_field, layout["fields"]))) for layout in entry["layouts"]
    )
    return RegimeScheme(
        name, entry["zh"], entry["en"], entry["level"], entry["kind"], layouts, entry.get("check", ""),
        entry.get("severity", "block"), tuple(entry.get("aliases", ())), entry.get("verified", True),
        entry.get("keep", ""), entry.get("class_fields", 0),
    )  # fmt: skip


@cache
def schemes() -> dict[str, RegimeScheme]:
    """Give all schemes by name."""
    table = tomllib.loads(files(__package__).joinpath("regime_schemes.toml").read_text(encoding="utf-8"))
    return {name: _scheme(name, entry) for name, entry in table.items()}


@cache
def _names() -> dict[str, RegimeScheme]:
    return {name: scheme for scheme in schemes().values() for name in (scheme.name, *scheme.aliases)}


def find(name: str) -> RegimeScheme | None:
    """Give a scheme by its name or one of its other names, in any case."""
    return _names().get(name.lower())
