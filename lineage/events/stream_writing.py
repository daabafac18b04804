"""Streams out: events written one by one as JSON lines or as a JSON document, in constant memory.

A writer is a context manager: entering writes what stands before the events, ``write`` takes an event,
leaving completes the document.
"""

from __future__ import annotations

from types import TracebackType
from typing import IO, Any, Protocol, Self

from lineage.events.document import Document
from lineage.events.event import Event
from lineage.events.json_writing import wrap
from lineage.events.quick_check import encode


class EventWriter(Protocol):
    """Takes events one at a time."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def write(self, event: Event) -> None:
        """Write one event."""


class LinesWriter:
    """One event a line, each with the ``@context`` that it needs to be read alone; the head is lost.

    :param out: binary
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._context: list[Any] | None = None
        self._start = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def write(self, event: Event) -> None:
        """Write one event."""
        self._out.write(self.line(event))

    def line(self, event: Event) -> bytes:
        """Give the event as one line of JSON."""
        text = event.document_bytes
        if b"\n" in text or b"\r" in text:
            text = encode(event.document)
        context = event.around.context
        if not context:
            return text + b"\n"
        if event.has_own_context:
            return encode({**event.document, "@context": event.context}) + b"\n"
        if context is not self._context:
            self._context = context
            self._start = b'{"@context":' + encode(context) + b","
        return self._start + text[1:] + b"\n"


class JsonWriter:
    """A JSON document: its head, its events, its end.

    :param out: binary
    :param head: the document without its events
    """

    def __init__(self, out: IO[bytes], head: Document) -> None:
        self._out = out
        before, self._after = encode(wrap(head, [_PLACE])).split(b'"' + _PLACE.encode() + b'"')
        self._before = before
        self._separator = b""

    def __enter__(self) -> Self:
        self._out.write(self._before)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._out.write(self._after + b"\n")

    def write(self, event: Event) -> None:
        """Write one event."""
        self._out.write(self._separator + event.document_bytes)
        self._separator = b","


#: Stands for the events while the text around them is made; no document holds it by chance.
_PLACE = "urn:uuid:7a1c5f0e-2b6d-4c9a-9f5e-0d3b1a8c6e42"
