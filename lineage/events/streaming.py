"""Events of a stream, one at a time, whatever the wire form and size: the memory is that of one event.

``EventStream`` tells the form by the first byte. What stands around the events of a document is there when
the last event has been given. In JSON the ``@context`` may stand after the events that need it: then the
stream must be seekable, and is read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Final

from lineage.events.contexts import as_list
from lineage.events.document import Document
from lineage.events.event import Around, Event, decode_exactly
from lineage.events.json_documents import BOM, ignored_fields, split_json, syntax_problem
from lineage.events.json_reading import read_json_leniently, read_raw_event
from lineage.events.json_stream import JsonScanner, Readable
from lineage.events.problems import DocumentError, Problem, refuse
from lineage.events.quick_check import BROKEN

_CHUNK: Final = 1 << 16
#: Called with the index of an event that cannot be taken, and what is wrong with it.
OnBadEvent = Callable[[int, list[Problem]], None]


def iter_events(
    stream: IO[bytes],
    content_type: str | None = None,
    *,
    on_bad: OnBadEvent | None = None,
    relaxed: bool = False,
) -> Iterator[Event]:
    """Give the events of a document in order, in constant memory.

    :param stream: binary; JSON, JSON lines or XML
    :param content_type: media type, where known; otherwise the first byte tells
    :param on_bad: what to do with an event that is not valid; without it the first one ends the iteration
    :param relaxed: take events that keep the XML schema but not the JSON schema also from JSON
    :raises DocumentError: for the document, or for an event without ``on_bad``
    """
    return EventStream(stream, content_type, on_bad=on_bad, relaxed=relaxed).events()


def read_document(data: bytes, content_type: str | None = None) -> Document:
    """Read a whole document, JSON or XML.

    :param content_type: media type, where known; otherwise the first byte tells
    :raises DocumentError: with every problem found
    """
    document, bad = read_document_leniently(data, content_type)
    if bad:
        raise DocumentError([problem for problems in bad.values() for problem in problems])
    return document


def read_document_leniently(
    data: bytes, content_type: str | None = None
) -> tuple[Document, dict[int, list[Problem]]]:
    """Read like :func:`read_document`, but give the good events beside the problems of each bad one by index.

    :raises DocumentError: if the document around the events is broken
    """
    if is_xml(data[:64], content_type):
        from lineage.events.xml_reading import read_xml_leniently  # noqa: PLC0415 - lxml is loaded for XML only

        return read_xml_leniently(data)
    return read_json_leniently(data)


def is_xml(start: bytes, content_type: str | None = None) -> bool:
    """Say whether this is XML: by the media type where it says so, else by the first bytes."""
    if content_type:
        media = content_type.partition(";")[0].strip().lower()
        if media.endswith(("/xml", "+xml")):
            return True
        if media.endswith(("/json", "+json")):
            return False
    return start.removeprefix(BOM).lstrip()[:1] == b"<" or start[:2] in (b"\xff\xfe", b"\xfe\xff")


class EventStream:
    """One pass over a stream; ``document`` is there after the last event.

    :ivar count: number of events seen so far, good and bad
    :ivar document: the document around the events (without them): as far as it stands before them while they
        are given, whole after the last one

    :param head_first: make sure that all of the document's head is known before the first event, if need be
        by reading the stream twice
    """

    def __init__(
        self,
        stream: IO[bytes],
        content_type: str | None = None,
        *,
        on_bad: OnBadEvent | None = None,
        relaxed: bool = False,
        head_first: bool = False,
    ) -> None:
        self._stream = stream
        self._content_type = content_type
        self._on_bad = on_bad
        self._relaxed = relaxed
        self._head_first = head_first
        self.count = 0
        self.document = Document([], [], wrapped=False)

    def events(self) -> Iterator[Event]:
        """Give the events in order. To be called once.

        :raises DocumentError: for the document, or for an event where nobody listens to bad ones
        """
        start = self._stream.read(_CHUNK)
        joined = _Joined(start, self._stream)
        if is_xml(start[:64], self._content_type):
            return self._xml(joined)
        return self._json(joined)

    def _xml(self, stream: Readable) -> Iterator[Event]:
        from lineage.events.xml_reading import XmlReader  # noqa: PLC0415 - lxml is loaded for XML only

        reader = XmlReader()
        while chunk := stream.read(_CHUNK):
            for made in reader.feed(chunk):
                if not self.count:
                    self.document = reader.front
                yield from self._give(made if isinstance(made, Event) else made.problems, "")
        self.document = reader.close()

    def _json(self, stream: _Joined) -> Iterator[Event]:
        scanner = JsonScanner(stream)
        around: Around | None = None
        for data in scanner.pieces():
            if around is None:
                around = self._around(scanner, stream)
            bare = scanner.list_pointer is None
            made = read_raw_event(
                data, around, needs_context=bare and not self._relaxed, relaxed=self._relaxed
            )
            if isinstance(made, list):
                above = scanner.lines_above(data)
                made = [problem.lower(above) for problem in made]
            yield from self._give(made, "" if bare else f"{scanner.list_pointer}/{self.count}")
        if scanner.list_pointer:
            try:
                self.document = split_json(bytes(scanner.head)).document
            except DocumentError as error:
                raise DocumentError([scanner.lower(problem) for problem in error.problems]) from error
        elif not self.count and scanner.list_pointer is None:
            split_json(bytes(scanner.head))
            raise refuse("not-json", "There is nothing here.")

    def _around(self, scanner: JsonScanner, stream: _Joined) -> Around:
        """Find the context: in what was read so far, else by reading on to the end and coming back."""
        if not scanner.list_pointer:
            return Around([])
        head = scanner.partial_head()
        if self._head_first or not (isinstance(head, dict) and "@context" in head):
            whole = stream.look_ahead()
            self.document = split_json(whole).document
            try:
                head = decode_exactly(whole)
            except BROKEN as error:
                raise DocumentError([syntax_problem(whole, error)]) from error
        context = as_list(head.get("@context"))
        return Around(context, ignored_fields(head, context))

    def _give(self, made: Event | list[Problem], pointer: str) -> Iterator[Event]:
        index = self.count
        self.count += 1
        if isinstance(made, Event):
            yield made
            return
        problems = [problem.below(pointer) for problem in made]
        if self._on_bad is None:
            raise DocumentError(problems)
        self._on_bad(index, problems)


class _Joined:
    """A stream of which the beginning was already read."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes, the beginning first."""
        if self._start:
            start, self._start = self._start, b""
            return start
        return self._stream.read(size)

    def look_ahead(self) -> bytes:
        """Scan from the very beginning to the end for what stands around the events, and come back.

        :raises DocumentError: if the stream cannot go back
        """
        if not self._stream.seekable():
            raise refuse(
                "context-after-events",
                "The @context stands after the events, and this stream can be read only once.",
                hint="Give the document as a file, or write its @context first.",
            )
        here = self._stream.tell()
        self._stream.seek(0)
        scanner = JsonScanner(self._stream)
        for _ in scanner.pieces():
            pass
        self._stream.seek(here)
        return bytes(scanner.head)
