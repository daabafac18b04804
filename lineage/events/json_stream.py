"""Large JSON in constant memory: a scanner that cuts events out of a stream that it never holds whole.

Accepted are an EPCISDocument, an EPCISQueryDocument, a list of events, and events one after the other
(JSON lines). The scanner looks at texts, brackets and colons only; every piece that it cuts is decoded and
checked by the code that reads small documents, and so is, at the end, what stood around the events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Protocol

import msgspec

from lineage.events.event import decode_exactly
from lineage.events.limits import MAX_EVENT_BYTES, MAX_HEAD_BYTES
from lineage.events.problems import Problem, refuse
from lineage.events.quick_check import BROKEN

_CHUNK: Final = 1 << 18
#: A text (group 1 is empty where it does not end yet), a bracket or a colon.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[{}\[\]:]', re.DOTALL)
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+("?)|[{}\[\]]', re.DOTALL)
_RAW = msgspec.json.Decoder(msgspec.Raw)
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
#: Up to here the decoder is asked for the end of an event; beyond, looking again from its start costs more.
_FEW: Final = 1 << 20
#: Names on the way from the root to a list of events.
_WAYS: Final = frozenset(
    (
        (),
        (b'"epcisBody"', b'"eventList"'),
        (b'"epcisBody"', b'"queryResults"', b'"resultsBody"', b'"eventList"'),
    )
)


class Readable(Protocol):
    """What is read: any binary stream."""

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes, none at the end."""


def size_of_value(text: memoryview) -> int | None:
    """Give the length of the JSON value with which the text starts; 0 if it ends later, ``None`` if unsure.

    The decoder passes over a value several times faster than tokens can be looked at here. It says where it
    stopped only in the sentence of its error; should that be worded differently one day, the tokens decide.
    """
    try:
        _RAW.decode(text)
    except msgspec.DecodeError as error:
        sentence = str(error)
        stopped = _TRAILING.search(sentence)
        if stopped is not None:
            size = len(bytes(text[: int(stopped[1]) - 1]).rstrip(b" \t\r\n"))
            return size if size and text[size - 1] == ord("}") else None
        return 0 if "truncated" in sentence else None
    except RecursionError:
        return None
    return len(bytes(text).rstrip(b" \t\r\n"))


class JsonScanner:
    """Cuts one stream: ``pieces`` gives the text of each event, and leaves the rest in ``head``.

    :param stream: binary, read forward only
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._path: list[bytes] = []
        self._closers = bytearray()
        self._lines = 0
        self._cut = (0, 0)
        #: What has been read so far without the events.
        self.head = bytearray()
        #: JSON pointer to the list of events; ``None`` for events one after the other.
        self.list_pointer: str | None = None

    def lines_above(self, piece: bytes) -> int:
        """Give the number of lines above the piece that was given last."""
        return self._lines_read() - piece.count(b"\n")

    def lower(self, problem: Problem) -> Problem:
        """Give a problem of ``head`` with its line in the stream, where the events stood in between."""
        above, cut = self._cut
        return problem if problem.line is None or problem.line <= above else problem.lower(cut)

    def _lines_read(self) -> int:
        return self._lines + self._buffer.count(b"\n", 0, self._at)

    def partial_head(self) -> Any:
        """Decode what has been read so far, with every bracket closed that is still open."""
        try:
            return decode_exactly(bytes(self.head) + bytes(reversed(self._closers)))
        except BROKEN:
            return None

    def pieces(self) -> Iterator[bytes]:
        """Give the text of each event in order.

        :raises DocumentError: ``not-json`` or ``too-large``
        """
        self._more()
        if self._buffer.startswith(b"\xef\xbb\xbf"):
            self._at = 3
        name = text = b""
        while True:
            match = _TOKEN.search(self._buffer, self._at)
            if match is None or (
                match[0][:1] == b'"' and not match[1]
            ):  # nothing more here, or a text that goes on
                self._copy(match.start() if match is not None else len(self._buffer))
                if not self._more():
                    break
                continue
            token = match[0]
            self._copy(match.end())
            if token == b":":
                name = text
            elif token == b"{":
                self._open(name, b"}")
                name = b""
            elif token == b"[":
                self._open(name, b"]")
                name = b""
                if tuple(self._path[1:]) in _WAYS:
                    yield from self._items()
            elif token in b"}]":
                self._close(token)
                if not self._path and self.list_pointer is None:
                    yield bytes(self.head)
                    self.head.clear()
            else:
                text = token
        if self._path:
            raise refuse("not-json", "The JSON ends before it is complete.")
        if self.list_pointer is None and self.head.strip():
            raise refuse("not-json", "Between the events stands something that is none.")

    def _items(self) -> Iterator[bytes]:
        """Give the items of the list that was just opened, up to its closing bracket."""
        self.list_pointer = "".join(f"/{step[1:-1].decode()}" for step in self._path[1:])
        above = self.head.count(b"\n")
        first = True
        while True:
            byte = self._next_byte()
            if byte == b"]":
                self._cut = (above + 1, self._lines_read() - above)
                return
            if not first:
                if byte != b",":
                    raise refuse(
                        "not-json", "In a list of events a comma is missing.", line=self._lines_read() + 1
                    )
                self._at += 1
                byte = self._next_byte()
            if byte != b"{":
                raise refuse(
                    "not-json",
                    "A list of events holds objects only.",
                    pointer=self.list_pointer,
                    line=self._lines_read() + 1,
                )
            yield self._value()
            first = False

    def _value(self) -> bytes:
        """Consume one object and give its text."""
        while len(self._buffer) - self._at < _FEW:
            size = size_of_value(memoryview(self._buffer)[self._at :])
            if size is None:
                break
            if size:
                start, self._at = self._at, self._at + size
                return self._buffer[start : self._at]
            if not self._more():
                raise refuse("not-json", "The JSON ends before it is complete.")
        return self._value_by_tokens()

    def _value_by_tokens(self) -> bytes:
        """Consume one object, whatever is inside it and however large it is."""
        depth = 0
        position = self._at
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
                    if not depth:
                        start, self._at = self._at, match.end()
                        return self._buffer[start : self._at]
                position = match.end()
            position -= self._at
            if len(self._buffer) - self._at > MAX_EVENT_BYTES:
                raise refuse("too-large", f"There is an event of more than {MAX_EVENT_BYTES} bytes.")
            if not self._more():
                raise refuse("not-json", "The JSON ends before it is complete.")

    def _next_byte(self) -> bytes:
        """Go to the next byte that is not white space and give it, nothing at the end."""
        while True:
            rest = self._buffer[self._at : self._at + 64]
            stripped = rest.lstrip(b" \t\r\n")
            self._at += len(rest) - len(stripped)
            if stripped:
                return stripped[:1]
            if self._at >= len(self._buffer) and not self._more():
                raise refuse("not-json", "The JSON ends before it is complete.")

    def _more(self) -> bool:
        """Read on; what was consumed is dropped."""
        chunk = self._stream.read(_CHUNK)
        if len(self._buffer) - self._at > MAX_EVENT_BYTES:
            raise refuse("too-large", "There is a text of excessive length.")
        self._lines = self._lines_read()
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _copy(self, end: int) -> None:
        self.head += self._buffer[self._at : end]
        self._at = end
        if len(self.head) > MAX_HEAD_BYTES:
            raise refuse("too-large", f"What stands around the events has more than {MAX_HEAD_BYTES} bytes.")

    def _open(self, name: bytes, closer: bytes) -> None:
        self._path.append(name)
        self._closers += closer

    def _close(self, token: bytes) -> None:
        if not self._path or self._closers[-1:] != token:
            raise refuse("not-json", "A bracket closes that was not open.")
        self._path.pop()
        del self._closers[-1:]
