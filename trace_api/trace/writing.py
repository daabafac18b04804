"""Answers as bytes: JSON or NDJSON, a piece at a time when they are large.

A small answer goes out at once. A large one is never held whole as text: its things and edges are written
while they are sent, from names that were read in the snapshot of the question. Rows that are alike are
written from one text with gaps for what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from lineage.trace.answer import Rows

NDJSON: Final = "application/x-ndjson"
JSON: Final = "application/json"

Row = Mapping[str, Any]
Texts = Sequence[str]
"""Some rows, each as JSON."""

# Rows written at once, and characters sent at once: each piece that is sent costs a change of threads.
_ROWS: Final = 256
_CHUNK: Final = 256 * 1024

# Stand in a row for what differs. No text inside of a row looks as these do in JSON: what begins a text is
# a quotation mark that is not escaped, and no identifier begins with NUL.
_ID, _NUMBER = "\0id", "\0number"
_ID_GAP, _NUMBER_GAP = (orjson.dumps(mark).decode() for mark in (_ID, _NUMBER))


def wants_lines(request: Request) -> bool:
    """Say whether the client asks for NDJSON."""
    return NDJSON in request.headers.get("accept", "")


def whole(answer: Row) -> Response:
    """Write a small answer as JSON."""
    return Response(orjson.dumps(answer), media_type=JSON)


def different(rows: Iterable[Row]) -> Iterator[Texts]:
    """Write rows one by one."""
    left = iter(rows)
    while batch := list(islice(left, _ROWS)):
        yield [orjson.dumps(row).decode() for row in batch]


def alike(several: Iterable[Rows]) -> Iterator[Texts]:
    """Write rows that are alike: what they share once, and for each what differs."""
    for rows in several:
        # Between two texts, and nowhere else, JSON has a comma between quotation marks.
        ids = orjson.dumps(rows.ids).decode()[2:-2].split('","')
        if rows.via is None:
            begin, end = _text({**rows.like, rows.member: _ID}).split(_ID_GAP)
            yield [f'{begin}"{key}"{end}' for key in ids]
            continue
        *before, first = rows.via
        begin, rest = _text({**rows.like, rows.member: _ID, "via": [*before, _NUMBER]}).split(_ID_GAP)
        between, end = rest.split(_NUMBER_GAP)
        yield [f'{begin}"{key}"{between}{number}{end}' for number, key in enumerate(ids, first)]


def written(head: Row, name: str, rows: Iterable[Texts], more: Mapping[str, Iterable[Texts]]) -> Response:
    """Write an answer as JSON, with its rows and more lists in the one object."""
    return _sent(chain(_object(head, {name: rows, **more}), ("}",)), JSON)


def written_lines(head: Row, rows: Iterable[Texts], more: Mapping[str, Iterable[Texts]]) -> Response:
    """Write an answer as NDJSON: its head with the further lists, then a line for each row."""
    lines = ("\n".join((*texts, "")) for texts in rows)
    return _sent(chain(_object(head, more), ("}\n",), lines), NDJSON)


def _object(members: Row, lists: Mapping[str, Iterable[Texts]]) -> Iterator[str]:
    """Write an object but for its last brace; ``members`` are not empty."""
    yield _text(members)[:-1]
    for name, rows in lists.items():
        yield f',"{name}":['
        between = ""
        for texts in rows:
            yield between + ",".join(texts)
            between = ","
        yield "]"


def _text(value: Row) -> str:
    return orjson.dumps(value).decode()


def _sent(pieces: Iterator[str], media_type: str) -> Response:
    """Send at once what fits one chunk, anything larger chunk by chunk."""
    chunks = _chunks(pieces)
    begin = list(islice(chunks, 2))
    if len(begin) == 1:
        return Response(begin[0], media_type=media_type)
    return StreamingResponse(chain(begin, chunks), media_type=media_type)


def _chunks(pieces: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()
