"""Request heads, bounded: the server's HTTP parser keeps as much of a header as a client sends."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request line with all headers. Ours have a few hundred, a proxy adds a few hundred more.
MAX_HEAD_BYTES: Final = 64 * 1024

_REFUSAL: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 37\r\nconnection: close\r\n\r\n"
    b"The head of the request is too large."
)


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's HTTP, ending a connection whose head, trailer or chunk size does not end."""

    _waiting = 0
    """Bytes that came in since the parser last passed something on."""

    def data_received(self, data: bytes) -> None:
        """Parse what came in."""
        self._waiting += len(data)
        super().data_received(data)
        if self._waiting > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._waiting = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass a part of the body on."""
        self._waiting = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._waiting = 0
        super().on_message_complete()
