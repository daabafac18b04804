"""Request bodies, bounded: nobody can make the server hold more than it was set to."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trace_api.masterdata.workbook import MAX_FILE_BYTES
from trace_api.problems import Problem
from trace_api.settings import Settings

# A body that is too large is read on and thrown away up to this many times the limit, so that the
# client, which is still sending, gets to read the answer.
_DRAINED: Final = 8

#: Bytes of a form or JSON object: room for the thousands of identifiers that one may list.
MAX_FORM_BYTES: Final = 4 * 1024 * 1024
#: Bytes of a table that is sent as a form, with what the form adds.
MAX_TABLE_BYTES: Final = MAX_FILE_BYTES + 64 * 1024
# Paths whose bodies :func:`read_body` bounds, once it is known who sends them; and the one that takes files.
_BOUNDED_THEMSELVES: Final = ("/epcis/v2/", "/ingest/v1/", "/labels/v1/")
_TABLES: Final = "/masterdata/v1/import"

_TOO_LARGE = "epcisException:CaptureLimitExceededException"


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it came in, perhaps compressed.

    :ivar content_type: as sent
    """

    raw: bytes
    encoding: str
    content_type: str
    inflated_limit: int

    def content(self) -> bytes:
        """Give the body, inflated when it came compressed.

        :raises Problem: 413 when it inflates to more than the limit, 400 when it is no gzip,
            415 for another encoding
        """
        if self.encoding in {"", "identity"}:
            return self.raw
        if self.encoding not in {"gzip", "x-gzip"}:
            raise Problem(
                415, "unsupported-encoding", f"Content-Encoding {self.encoding!r}: only gzip is taken."
            )
        return inflate(self.raw, self.inflated_limit)


def inflate(data: bytes, limit: int) -> bytes:
    """Inflate gzip data, at most ``limit`` bytes of it.

    :raises Problem: 413 past the limit, 400 for anything that is not whole gzip data
    """
    parts: list[bytes] = []
    left = limit
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(data, left + 1)
        except zlib.error as error:
            raise Problem(400, "bad-gzip", f"The body is not gzip: {error}.") from error
        if len(part) > left:
            raise Problem(413, _TOO_LARGE, f"The body inflates to more than {limit} bytes.")
        if not member.eof:
            raise Problem(400, "bad-gzip", "The gzip body ends before it is complete.")
        parts.append(part)
        left -= len(part)
        data = member.unused_data
    return b"".join(parts)


def read_body(*types: str) -> Callable[[Request], Awaitable[Body]]:
    """Give the dependency that reads a body of one of these media types.

    Place it after the one that asks for a token: nobody unknown gets to send megabytes.
    """
    allowed = frozenset(types)

    async def body(request: Request) -> Body:
        settings: Settings = request.app.state.settings
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() not in allowed:
            raise Problem(
                415,
                "epcisException:UnsupportedMediaTypeException",
                f"Content-Type {content_type[:100]!r}: this takes {', '.join(sorted(allowed))}.",
            )
        raw = await _read(request, settings.max_body_bytes)
        encoding = request.headers.get("content-encoding", "").strip().lower()
        return Body(raw, encoding, content_type, settings.max_inflated_bytes)

    return body


class BoundedBodies:
    """Middleware that ends a request whose form or JSON object grows past its bound.

    The framework reads those bodies whole, and before it asks who sends them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its body as it comes in."""
        if scope["type"] != "http" or scope["path"].startswith(_BOUNDED_THEMSELVES):
            await self._app(scope, receive, send)
            return
        limit = MAX_TABLE_BYTES if scope["path"] == _TABLES else MAX_FORM_BYTES
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size <= limit:
                return message
            while message.get("more_body") and size <= limit * _DRAINED:
                message = await receive()
                size += len(message.get("body", b""))
            # of the framework's own kind: it lets no other error of a body through
            raise HTTPException(413, f"The body has more than {limit} bytes.", {"Connection": "close"})

        await self._app(scope, counted, send)


async def _read(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > limit * _DRAINED:
            break
        else:
            parts.clear()
    if size > limit:
        raise Problem(
            413, _TOO_LARGE, f"The body has more than {limit} bytes.", headers={"Connection": "close"}
        )
    return b"".join(parts)
