"""Where each key of a TOML file stands, so that a mistake can be named with its line.

``tomllib`` gives values without positions. This is a second, tolerant pass over a text that ``tomllib``
has already accepted; it follows table headers and ``key =`` lines and skips multi-line values.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
WORD = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
KEY = re.compile(rf"^\s*(?P<key>{WORD}(?:\s*\.\s*{WORD})*)\s*=")
PART = re.compile(WORD)


def locate(text: str) -> dict[Path, int]:
    """Give the line (from 1) of every table and key; arrays of tables are numbered from 0."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    closing: str | None = None
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            if closing in line:
                closing = None
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if header := HEADER.match(line):
            table = _enter(_parts(header["name"]), header["open"] == "[[", counts)
            found.setdefault(table, number)
            continue
        if key := KEY.match(line):
            path = table + _parts(key["key"])
            found.setdefault(path, number)
            rest = line[key.end() :]
            closing = _opens_text(rest)
            depth = 0 if closing else max(_depth(rest), 0)
    return found


def line_of(locations: dict[Path, int], path: Path) -> int | None:
    """Give the line of the path or of the nearest table around it."""
    while path:
        if path in locations:
            return locations[path]
        path = path[:-1]
    return None


def _parts(text: str) -> Path:
    return tuple(part.strip("\"'") for part in PART.findall(text))


def _enter(name: Path, is_array: bool, counts: dict[Path, int]) -> Path:
    table: Path = ()
    for index, part in enumerate(name):
        table += (part,)
        if is_array and index == len(name) - 1:
            counts[table] = counts.get(table, -1) + 1
        if table in counts:
            table += (counts[table],)
    return table


def _opens_text(rest: str) -> str | None:
    for mark in ('"""', "'''"):
        if rest.count(mark) == 1:
            return mark
    return None


def _depth(line: str) -> int:
    bare = re.sub(r"""("(?:[^"\\]|\\.)*"|'[^']*')|#.*$""", "", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
