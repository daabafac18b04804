"""Rows that are written from one text are the rows that they would be one by one."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from lineage.trace.answer import Rows
from trace_api.trace.writing import alike, different

ODD = [
    'a","b',
    '"',
    "\\",
    '\\",\\"',
    "é 溯源",
    "\\u0000id",
    '"\\u0000id"',
    '"\\u0000number"',
    "a\n\tb",
    "",
    "100%",
]


@pytest.mark.parametrize(
    "ids", [["https://id.gs1.org/00/1"], ["a", "b", "c"], ODD], ids=["one", "three", "odd"]
)
@pytest.mark.parametrize("via", [None, (7,), (3, 1, 40)])
@pytest.mark.parametrize("text", ["plain", *ODD])
def test_alike_rows_are_written_as_they_are(ids: list[str], via: tuple[int, ...] | None, text: str) -> None:
    like: dict[str, Any] = {"id": "", "kind": text, "origin": False, "where": {"site": text, "unit": None}}
    if via is not None:
        like["via"] = ()
    rows = Rows(like, "id", ids, via)
    (texts,) = alike([rows])
    expected = list(rows.each())
    assert [one["id"] for one in expected] == ids
    assert [text for part in different(expected) for text in part] == list(texts)
    assert orjson.loads(f"[{','.join(texts)}]") == [orjson.loads(orjson.dumps(one)) for one in expected]


def test_the_last_number_of_via_counts_on() -> None:
    rows = Rows({"id": "", "via": ()}, "id", ["a", "b"], (1, 5))
    assert list(rows.each()) == [{"id": "a", "via": (1, 5)}, {"id": "b", "via": (1, 6)}]
