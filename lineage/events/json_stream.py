"""Large JSON in constant memory: a scanner that cuts events out of a document it never holds whole.

Accepted are an EPCISDocument, an EPCISQueryDocument, a list of events, and events one after the other (JSON lines).
The scanner looks at strings, brackets and colons only; every piece that it cuts is decoded and checked by the same
code that reads small documents. What stands around the events is kept and checked at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

from lineage.events.limits import MAX_EVENT_BYTES, MAX_HEAD_BYTES
from lineage.events.problems import refuse

_CHUNK: Final = 1 << 18
#: A whole text (group 1 empty where it does not end yet), a bracket, a separator, or the first byte of a bare scalar.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[{}\[\],:]|[^\s"{}\[\],:]', re.DOTALL)
#: Inside an event only nesting counts.
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[{}\[\]]', re.DOTALL)
#: Names on the way to the list of events.
_WAYS: Final = (
    (b'"epcisBody"', b'"eventList"'),
    (b'"epcisBody"', b'"queryResults"', b'"resultsBody"', b'"eventList"'),
)


class Piece(NamedTuple):
    """One event's text, and the pointer to it in its document."""

    data: bytes
    pointer: str


class JsonScanner:
    """Cuts one stream. After ``pieces`` is exhausted, ``head`` holds the document without its events.

    :param stream: binary, read forward only
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._ended = False
        self._head = bytearray()
        #: Whether the stream is a document; otherwise it is a list or a sequence of bare events.
        self.is_document = False

    @property
    def head(self) -> bytes:
        """The document's text without its events."""
        return bytes(self._head)

    def pieces(self) -> Iterator[Piece]:
        """Give the text of each event.

        :raises DocumentError: ``not-json`` or ``too-large``
        """
        self._skip_bom()
        first = self._peek()
        if first == b"[":
            yield from self._list("", keep=False)
            return
        number = 0
        while first == b"{":
            start = self._head_of_first() if number == 0 else b""
            if number == 0 and self.is_document:
                yield from self._document()
                return
            del start
            yield Piece(self._value(), "" if number == 0 and self._nothing_follows() else f"/{number}")
            number += 1
            first = self._peek()
        if first or not number:
            raise refuse("not-json", "Here should be an event or a document.")

    # --- bytes --------------------------------------------------------------------------------------------------

    def _more(self) -> bool:
        """Read on; what was consumed is dropped."""
        chunk = b"" if self._ended else self._stream.read(_CHUNK)
        if not chunk:
            self._ended = True
            return False
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return True

    def _skip_bom(self) -> None:
        self._more()
        if self._buffer.startswith(b"\xef\xbb\xbf"):
            self._at = 3

    def _peek(self) -> bytes:
        """Give the next byte that is not white space, without consuming it; nothing at the end."""
        while True:
            while self._at < len(self._buffer):
                byte = self._buffer[self._at : self._at + 1]
                if byte not in b" \t\r\n":
                    return byte
                self._at += 1
            if not self._more():
                return b""

    def _nothing_follows(self) -> bool:
        return not self._peek()

    def _value(self) -> bytes:
        """Consume one object or list and give its text."""
        depth = 0
        start = position = self._at
        while True:
            for match in _NESTING.finditer(self._buffer, position):
                token = match[0]
                if token[:1] == b'"':
                    if not match[1]:
                        break  # a text that goes on in the next chunk
                elif token in b"{[":
                    depth += 1
                else:
                    depth -= 1
                    if depth == 0:
                        self._at = match.end()
                        return self._buffer[start : self._at]
                position = match.end()
            if len(self._buffer) - start > MAX_EVENT_BYTES:
                raise refuse("too-large", f"There is an event of more than {MAX_EVENT_BYTES} bytes.")
            kept, self._at = position - start, start
            if not self._more():
                raise refuse("not-json", "The JSON ends before it is complete.")
            start, position = 0, kept

    # --- documents ----------------------------------------------------------------------------------------------

    def _head_of_first(self) -> bytes:
        """Look at the first object's names until it is clear whether it is a document or an event."""
        while True:
            window = self._buffer[self._at :]
            if b'"epcisBody"' in window:
                self.is_document = _names_at_top(window, b'"epcisBody"')
                if self.is_document:
                    return b""
            complete = _first_value_is_complete(window)
            if complete or len(window) > MAX_HEAD_BYTES or not self._grow():
                return b""

    def _grow(self) -> bool:
        chunk = self._stream.read(_CHUNK)
        if not chunk:
            self._ended = True
            return False
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return True

    def _document(self) -> Iterator[Piece]:
        """Walk through a document, copying all but the events to the head."""
        path: list[bytes] = []
        name = b""
        expecting_name = True
        depth = 0
        while True:
            token = self._next()
            self._keep(token)
            if token == b"{":
                if depth:
                    path.append(name)
                depth += 1
                expecting_name = True
            elif token == b"[":
                if depth == len(path) + 1 and (*path, name) in _WAYS:
                    yield from self._list("/" + "/".join(step[1:-1].decode() for step in (*path, name)), keep=True)
                else:
                    self._copy_list()
            elif token == b"}":
                depth -= 1
                if path:
                    path.pop()
                if depth == 0:
                    return
                expecting_name = False
            elif token == b",":
                expecting_name = True
            elif token == b":":
                expecting_name = False
            elif token[:1] == b'"' and expecting_name:
                name = token

    def _copy_list(self) -> None:
        """Copy a list that holds no events of the document, whose opening bracket was just kept."""
        depth = 1
        while depth:
            token = self._next()
            self._keep(token)
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))

    def _list(self, pointer: str, *, keep: bool) -> Iterator[Piece]:
        """Give the items of a list of events and consume its end."""
        if not keep:
            self._next()
        number = 0
        while True:
            first = self._peek()
            if first == b"]":
                token = self._next()
                if keep:
                    self._keep(token)
                return
            if first == b",":
                self._next()
                continue
            if first != b"{":
                raise refuse("not-json", "A list of events holds objects only.", pointer=f"{pointer}/{number}")
            yield Piece(self._value(), f"{pointer}/{number}")
            number += 1

    def _next(self) -> bytes:
        """Consume one token; a bare scalar comes byte by byte."""
        while True:
            match = _TOKEN.search(self._buffer, self._at)
            if match is not None and (match[0][:1] != b'"' or match[1]):
                between = self._buffer[self._at : match.start()]
                self._at = match.end()
                if between.strip():
                    raise refuse("not-json", "The JSON is broken.")
                return match[0]
            if len(self._buffer) - self._at > MAX_HEAD_BYTES:
                raise refuse("too-large", "There is a text of excessive length.")
            if not self._more():
                raise refuse("not-json", "The JSON ends before it is complete.")

    def _keep(self, token: bytes) -> None:
        self._head += token
        if len(self._head) > MAX_HEAD_BYTES:
            raise refuse("too-large", f"What stands around the events has more than {MAX_HEAD_BYTES} bytes.")
