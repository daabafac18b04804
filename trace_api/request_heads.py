"""Request heads, bounded: the HTTP parser keeps as much of a header as a client sends, and waits for ever."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request line with all headers. Ours have a few hundred, a proxy adds a few hundred more.
MAX_HEAD_BYTES: Final = 64 * 1024
#: Seconds for a head to come in whole: a client that sends a byte now and then holds a connection no longer.
HEAD_SECONDS: Final = 20.0

_REFUSAL: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 37\r\nconnection: close\r\n\r\n"
    b"The head of the request is too large."
)


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's HTTP, ending a connection whose head does not come or does not end; so with trailers."""

    head_seconds: float = HEAD_SECONDS
    _waiting = 0
    """Bytes that came in since the parser last passed something on."""
    _patience: TimerHandle | None = None
    """Ends while a head is awaited."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing."""
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came in."""
        self._waiting += len(data)
        super().data_received(data)
        if self._waiting > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a head; between requests the keep-alive time counts."""
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._waiting = 0
        self._head_is_here()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on."""
        self._waiting = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._waiting = 0
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._head_is_here()
        self._patience = self.loop.call_later(self.head_seconds, self.transport.close)

    def _head_is_here(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
