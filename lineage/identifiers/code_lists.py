"""Code lists that GS1 element strings refer to: countries, currencies, package types, AIDC media types.

``code_lists.txt`` holds one list after another: a line with its name, then indented lines of codes; ``a-b``
is a run of numbers of equal width. The lists are ISO 3166-1, ISO 4217, UN/ECE Rec 21 with GS1's additions,
and the media types assigned by ICCBBA.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _expand(word: str) -> list[str]:
    first, dash, last = word.partition("-")
    if not dash:
        return [word]
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]


@cache
def _lists() -> dict[str, frozenset[str]]:
    lists: dict[str, list[str]] = {}
    codes: list[str] = []
    for line in files(__package__).joinpath("code_lists.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            codes.extend(code for word in line.split() for code in _expand(word))
        else:
            codes = lists.setdefault(line, [])
    return {name: frozenset(members) for name, members in lists.items()}


def code_list(name: str) -> frozenset[str]:
    """Give the members of a list by the name it has in ``code_lists.txt``."""
    return _lists()[name]
