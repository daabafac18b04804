"""Answers as bytes: JSON or NDJSON, a piece at a time when they are large.

A small answer goes out at once. A large one is never held whole as text: its things and edges are written
while they are sent, from names that were read in the snapshot of the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

NDJSON: Final = "application/x-ndjson"
JSON: Final = "application/json"

Row = Mapping[str, Any]

# Rows written at once, and bytes sent at once.
_ROWS: Final = 256
_CHUNK: Final = 64 * 1024


def wants_lines(request: Request) -> bool:
    """Say whether the client asks for NDJSON."""
    return NDJSON in request.headers.get("accept", "")


def whole(answer: Row) -> Response:
    """Write a small answer as JSON."""
    return Response(orjson.dumps(answer), media_type=JSON)


def written(head: Row, name: str, rows: Iterable[Row], more: Mapping[str, Iterable[Row]]) -> Response:
    """Write an answer as JSON, with its rows and more lists in the one object."""
    return _sent(chain(_object(head, {name: rows, **more}), (b"}",)), JSON)


def written_lines(head: Row, rows: Iterable[Row], more: Mapping[str, Iterable[Row]]) -> Response:
    """Write an answer as NDJSON: its head with the further lists, then a line for each row."""
    lines = (
        b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch)
        for batch in _batches(rows)
    )
    return _sent(chain(_object(head, more), (b"}\n",), lines), NDJSON)


def _object(members: Row, lists: Mapping[str, Iterable[Row]]) -> Iterator[bytes]:
    """Write an object but for its last brace; ``members`` are not empty."""
    yield orjson.dumps(members)[:-1]
    for name, rows in lists.items():
        yield b',"' + name.encode() + b'":['
        between = b""
        for batch in _batches(rows):
            yield between + orjson.dumps(batch)[1:-1]
            between = b","
        yield b"]"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _ROWS)):
        yield batch


def _sent(pieces: Iterator[bytes], media_type: str) -> Response:
    """Send at once what fits one chunk, anything larger chunk by chunk."""
    chunks = _chunks(pieces)
    begin = list(islice(chunks, 2))
    if len(begin) == 1:
        return Response(begin[0], media_type=media_type)
    return StreamingResponse(chain(begin, chunks), media_type=media_type)


def _chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
