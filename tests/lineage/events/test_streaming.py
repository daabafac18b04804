"""Streams: the same events as whole documents, in pieces of any size, in constant memory, both ways."""

from __future__ import annotations

import io
import itertools
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from lineage.events import (
    Document,
    DocumentError,
    EventStream,
    Problem,
    event_hash,
    iter_events,
    json_stream,
    read_document,
    read_event,
    read_json,
    read_xml,
    write_json,
)
from lineage.events.json_stream import JsonScanner, size_of_value
from lineage.events.stream_writing import JsonWriter, LinesWriter
from lineage.events.xml_reading import XmlReader
from lineage.events.xml_writing import XmlWriter
from tests.lineage.events import samples
from tests.lineage.events.documents import json_documents, name, xml_documents
from tests.vectors import require

require("gs1-epcis", "JSON")
VALID = [path for path, valid in [*json_documents(), *xml_documents()] if valid]
HEAD = {
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-07-22T10:30:00Z",
}


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time and cannot go back."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__()
        self._data = io.BytesIO(data)
        self._size = size

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(self._size, size) if size >= 0 else self._size)


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_stream_gives_the_events_of_the_document(path: Path) -> None:
    whole = read_document(path.read_bytes())
    stream = EventStream(io.BytesIO(path.read_bytes()), relaxed=True)
    events = list(stream.events())
    assert [event_hash(event) for event in events] == [event_hash(event) for event in whole.events]
    assert [event.document for event in events] == [event.document for event in whole.events]
    assert stream.count == len(whole.events)
    assert stream.document.master_data == whole.master_data


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("context_first", [True, False])
def test_json_in_pieces_of_any_size(size: int, context_first: bool) -> None:
    events = [
        samples.object_event(**{"example:text": text}) for text in ('a"]}', "b\\", "[{,:", '\\\\"', "中文")
    ]
    body = {"epcisBody": {"eventList": events, "example:other": [1, {"a": ["]"]}]}}
    context = {"@context": [samples.CONTEXT, {"example": "urn:example:"}]}
    document = {**context, **HEAD, **body} if context_first else {**HEAD, **body, **context}
    data = json.dumps(document, indent=1).encode()
    if context_first:
        found = list(iter_events(Trickle(data, size)))  # type: ignore[arg-type]
    else:
        found = list(iter_events(io.BytesIO(data)))
        with pytest.raises(DocumentError) as caught:
            list(iter_events(Trickle(data, size)))  # type: ignore[arg-type]
        assert caught.value.code == "context-after-events"
    assert [event.document for event in found] == events
    assert all("{urn:example:}text" in event_key for event_key in map(_pre_hash, found))


def _pre_hash(event: Any) -> str:
    from lineage.events import pre_hash

    return pre_hash(event)


def test_xml_byte_by_byte() -> None:
    path = require("event-hash", "examples") / "SensorDataExamples.xml"
    data = path.read_bytes()
    reader = XmlReader()
    found = [each for index in range(len(data)) for each in reader.feed(data[index : index + 1])]
    assert found == read_xml(data).events
    assert reader.close().context


def test_json_lines_and_lists() -> None:
    events = [samples.object_event(eventID=f"urn:x:{number}") for number in range(5)]
    alone = [{"@context": samples.CONTEXT, **event} for event in events]
    lines = b"\n".join(json.dumps(event).encode() for event in alone)
    assert [event.event_id for event in iter_events(io.BytesIO(lines))] == [
        event["eventID"] for event in events
    ]
    listed = json.dumps(events).encode()
    assert [event.document for event in iter_events(io.BytesIO(listed))] == events
    with pytest.raises(DocumentError, match="@context"):
        list(iter_events(io.BytesIO(json.dumps(events[0]).encode())))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"nothing",
        b"[",
        b"{",
        b'{"a',
        b"]",
        b"}",
        b"[{}",
        b"[1]",
        b"[{},]",
        b'{"epcisBody":{"eventList":[{}',
        b"[{}{}]",
    ],
)
def test_broken_streams_are_document_errors(data: bytes) -> None:
    with pytest.raises(DocumentError):
        list(iter_events(io.BytesIO(data), on_bad=lambda index, problems: None))


def test_bad_events_are_reported_in_their_place_and_the_others_given() -> None:
    good, bad = samples.object_event(), samples.object_event(action="CREATE")
    document = {"@context": samples.CONTEXT, **HEAD, "epcisBody": {"eventList": [good, bad, good]}}
    told: list[tuple[int, list[Problem]]] = []
    stream = EventStream(
        io.BytesIO(json.dumps(document).encode()),
        on_bad=lambda index, problems: told.append((index, problems)),
    )
    assert len(list(stream.events())) == 2
    assert [(index, problem.pointer) for index, problems in told for problem in problems] == [
        (1, "/epcisBody/eventList/1/action")
    ]


def test_the_head_of_a_stream_is_checked_too() -> None:
    document = {"@context": samples.CONTEXT, "type": "EPCISDocument", "epcisBody": {"eventList": []}}
    with pytest.raises(DocumentError) as caught:
        list(iter_events(io.BytesIO(json.dumps(document).encode())))
    assert [problem.pointer for problem in caught.value.problems] == ["/schemaVersion", "/creationDate"]


@pytest.mark.parametrize("path", [path for path in VALID if path.parent.name != "Events"], ids=name)
def test_writing_a_stream_is_writing_the_document(path: Path) -> None:
    document = read_document(path.read_bytes())
    if not document.wrapped:
        return
    head = Document([], document.context, document.kind, document.members)
    expected = [event_hash(event) for event in document.events]
    out = io.BytesIO()
    with JsonWriter(out, head) as writer:
        for event in document.events:
            writer.write(event)
    assert json.loads(out.getvalue()) == json.loads(write_json(document))
    out = io.BytesIO()
    with XmlWriter(out, head) as xml_writer:
        for event in document.events:
            xml_writer.write(event)
    again = read_xml(out.getvalue())
    assert [event_hash(event) for event in again.events] == expected
    assert again.master_data == document.master_data
    lines = LinesWriter(io.BytesIO())
    alone = [read_json(lines.line(event), relaxed=True).events[0] for event in document.events]
    if not document.events or not document.events[0].ignored:
        assert [event_hash(event) for event in alone] == expected


def _large_json(events: int) -> Any:
    event = json.dumps(samples.object_event()).encode()
    start = json.dumps({"@context": samples.CONTEXT, **HEAD, "epcisBody": {"eventList": []}}).encode()[:-3]
    return itertools.chain([start, event], (b"," + event for _ in range(events - 1)), [b"]}}"])


def _large_xml(events: int) -> Any:
    event = b"""<ObjectEvent><eventTime>2026-07-22T06:45:00Z</eventTime>
        <eventTimeZoneOffset>+02:00</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:9521141.001234.2017</epc></epcList>
        <action>ADD</action></ObjectEvent>\n"""
    start = b"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"
        creationDate="2026-07-22T10:30:00Z"><EPCISBody><EventList>"""
    end = b"</EventList></EPCISBody></e:EPCISDocument>"
    return itertools.chain([start], itertools.repeat(event, events), [end])


class Pieces(io.RawIOBase):
    """A stream made of pieces as they come."""

    def __init__(self, pieces: Any) -> None:
        super().__init__()
        self._pieces = iter(pieces)

    def read(self, size: int = -1, /) -> bytes:
        del size
        return b"".join(itertools.islice(self._pieces, 200))


@pytest.mark.parametrize("make", [_large_json, _large_xml])
def test_memory_does_not_grow_with_the_document(make: Any) -> None:
    def peak(events: int) -> int:
        tracemalloc.start()
        count = len([0 for _ in iter_events(Pieces(make(events)))])  # type: ignore[arg-type]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == events
        return most

    assert peak(20_000) < 1.5 * peak(4_000) + 200_000


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (b'{"a":1}', 7),
        (b'{"a":1},{"b":', 7),
        (b'{"a":"}"} \n ]', 9),
        (b'{"a":{"b":["]}"]}}x', 18),
        (b'{"a":1', 0),
        (b'{"a":"', 0),
        (b'{"a":tru}', None),
        (b"{" + b'"a":{' * 2000, None),
    ],
)
def test_the_decoder_says_where_a_value_ends(text: bytes, size: int | None) -> None:
    assert size_of_value(memoryview(text)) == size


def test_tokens_find_the_same_ends() -> None:
    events = [
        json.dumps(samples.object_event(**{"example:x": text})).encode() for text in ("}", '{"', "\\", "]")
    ]
    data = b"[" + b" , ".join(events) + b"]"
    scanner = JsonScanner(io.BytesIO(data))
    assert list(scanner.pieces()) == events
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_FEW", 0)
        assert list(JsonScanner(Trickle(data, 5)).pieces()) == events


def test_an_endless_event_is_cut_off() -> None:
    scanner = JsonScanner(Pieces(itertools.chain([b'[{"a":"'], itertools.repeat(b"x" * 65536))))
    with pytest.raises(DocumentError) as caught:
        next(scanner.pieces())
    assert caught.value.code == "too-large"


def test_one_event_read_alone_equals_itself_in_a_stream() -> None:
    event = read_event(samples.aggregation_event())
    assert next(iter_events(io.BytesIO(b"[" + event.document_bytes + b"]"))) == event


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ('"action"', '"ex:a": NaN, "action"'),
        ('"action"', '"ex:a": "\xff", "action"'),
        ("LIST", "x"),
        ("END", "x"),
    ],
)
def test_lines_are_those_of_the_stream(place: str, fault: str) -> None:
    event = json.dumps(samples.object_event(), indent=1)
    head = json.dumps({"@context": "urn:x:c", **HEAD}, indent=1)[:-2]
    text = f'{head},\n\n"epcisBody": {{"eventList": [\n{event},\n{event}\n LIST ]}}\n}}\nEND'
    at = text.rindex(place)
    broken = (text[:at] + fault + text[at + len(place) :]).replace("LIST", "").replace("END", "")
    with pytest.raises(DocumentError) as caught:
        list(iter_events(io.BytesIO(broken.encode("latin-1"))))
    line = text[:at].count("\n") + 1
    assert caught.value.line == line
    assert f"line {line} column" in caught.value.message or "column" not in caught.value.message
