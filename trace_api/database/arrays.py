"""Arrays as PostgreSQL writes them: one text a statement, where the driver would dump value by value.

A capture of a thousand events asks about ten thousand texts and numbers at once; writing the array literal
directly takes a tenth of the time. The statement casts: ``= ANY(%s::bigint[])``.
"""

from __future__ import annotations

from collections.abc import Iterable


def integers(values: Iterable[int]) -> str:
    """Give the literal of an array of integers."""
    return "{" + ",".join(map(str, values)) + "}"


def texts(values: Iterable[str]) -> str:
    """Give the literal of an array of texts."""
    return "{" + ",".join(map(_quoted, values)) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
