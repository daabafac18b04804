"""Hostile and broken input: the package's own errors with a place, and nothing else."""

from __future__ import annotations

import contextlib
import io
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.events import (
    DocumentError,
    Event,
    check_event,
    event_hash,
    iter_events,
    read_document,
    read_event,
    read_json,
    read_xml,
    write_json,
    write_xml,
)
from lineage.events.json_reading import has_repeated_name
from tests.lineage.events import samples
from tests.lineage.events.documents import json_documents, xml_documents
from tests.vectors import require

require("gs1-epcis", "JSON")
SOURCES = [path for path, valid in [*json_documents(), *xml_documents()] if valid]


def bare(**members: Any) -> bytes:
    return json.dumps({"@context": samples.CONTEXT, **samples.object_event(**members)}).encode()


def raw(text: str) -> bytes:
    """Give a bare event with this JSON text as the value of an extension."""
    return bare(**{"example:x": "HERE"}).replace(b'"HERE"', text.encode())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-json"),
        (b"   ", "not-json"),
        (b"\x00", "not-json"),
        (b"null", "wrong-type"),
        (b"7", "wrong-type"),
        (b'"text"', "wrong-type"),
        (b"{}", "missing-member"),
        (bare()[:-1], "not-json"),
        (bare() + b"x", "not-json"),
        (bare() + b"\x00", "not-json"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 100_000, "too-deep"),
        (bare().decode().encode("utf-16"), "not-json"),
        (bare(**{"example:x": "é"}).replace(b"\\u00e9", b"\xe9"), "not-utf-8"),
        (raw("[" * 500 + "]" * 500), "too-deep"),
        (raw("NaN"), "not-json"),
        (raw("Infinity"), "not-json"),
        (raw('"\\u0000"'), "nul-character"),
        (raw('{"\\u0000": 1}'), "nul-character"),
        (raw('"\\ud800"'), "not-json"),
        (raw("1e9999999999999999999"), "number-out-of-range"),
        (raw("9" * 5000), "number-out-of-range"),
        (raw("tru"), "not-json"),
        (raw('"a\nb"'), "not-json"),
        (b'{"type":"EPCISDocument"}', "missing-member"),
        (
            b'{"type":"EPCISDocument","@context":"a:b","schemaVersion":"2.0","creationDate":"2026-01-01T00:00:00Z","epcisBody":[]}',
            "wrong-type",
        ),
        (
            b'{"type":"EPCISDocument","@context":"a:b","schemaVersion":"2.0","creationDate":"2026-01-01T00:00:00Z","epcisBody":{"eventList":{}}}',
            "wrong-type",
        ),
        (
            b'{"type":"EPCISDocument","@context":"a:b","schemaVersion":"2.0","creationDate":"2026-01-01T00:00:00Z","epcisBody":{"eventList":[7]}}',
            "wrong-type",
        ),
        (b'{"type":["EPCISDocument"]}', "wrong-type"),
    ],
)
def test_broken_json(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_json(data)
    assert caught.value.code == code


def test_a_syntax_error_names_line_and_column() -> None:
    with pytest.raises(DocumentError) as caught:
        read_json(b'{\n "type": "ObjectEvent",\n "epcList": [,]\n}')
    assert caught.value.line == 3
    assert "line 3 column 14" in caught.value.message


def test_the_line_is_that_of_the_document() -> None:
    events = (
        "[\n"
        + json.dumps(samples.object_event())
        + ",\n"
        + json.dumps(samples.object_event(eventID="urn:x:2"))
        + "\n]"
    )
    with pytest.raises(DocumentError) as caught:
        read_json(events.replace("OBSERVE", "OBSÿERVE").encode("latin-1"))
    assert [(problem.pointer, problem.line) for problem in caught.value.problems] == [("/0", 2), ("/1", 3)]


@pytest.mark.parametrize(
    "data", [b'{"epcisBody":{"eventList":[{}]},"\xff":1}', b'{"epcisBody":{"eventList":[{}]},"a":"\xff"}']
)
def test_broken_text_after_the_events_of_a_stream(data: bytes) -> None:
    with pytest.raises(DocumentError):
        list(iter_events(io.BytesIO(data), on_bad=lambda index, problems: None))


def test_numbers_are_kept_to_the_last_digit() -> None:
    numbers = ("0.10000000000000000000000001", "123456789012345678901234567890", "1e400")
    text = '{{"example:a": {}, "example:b": {}, "example:c": {}}}'.format(*numbers)
    (event,) = read_json(raw(text)).events
    assert event.document["example:x"] == {
        "example:a": Decimal("0.10000000000000000000000001"),
        "example:b": 123456789012345678901234567890,
        "example:c": Decimal("1e400"),
    }
    assert text.encode() in event.document_bytes
    assert event_hash(event) == event_hash(read_xml(write_xml(read_json(raw(text)))).events[0])


HUGE = ["1e999999999", "1e-999999999", "1e-9999999999999999999", "0." + "9" * 5000, "-1e400"]


@pytest.mark.parametrize("text", HUGE)
def test_numbers_of_any_size_can_be_kept_hashed_and_written(text: str) -> None:
    document = read_json(raw(text))
    assert text.encode() in document.events[0].document_bytes
    assert event_hash(document.events[0]) == event_hash(read_xml(write_xml(document)).events[0])


def test_names_written_twice_are_found_however_they_are_escaped() -> None:
    assert has_repeated_name(b'{"a":1,"b":{"c":1,"\\u0063":2}}')
    assert not has_repeated_name(b'{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}')
    for twice in (b'"action":"ADD",', b'"acti\\u006fn":"ADD",', b'"action" :"ADD",', b'"action":"A\\"DD",'):
        data = bare().replace(b'"action"', twice + b'"action"', 1)
        (event,) = read_json(data).events
        assert event.action == "OBSERVE"
        names = [name for name, _ in json.loads(event.document_bytes, object_pairs_hook=list)]
        assert names.count("action") == 1


XML = """<?xml version="1.0"?>{doctype}<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2"
 schemaVersion="2.0" creationDate="2026-07-22T10:30:00Z"><EPCISBody><EventList><ObjectEvent>
<eventTime>2026-07-22T06:45:00Z</eventTime><eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
<epcList><epc>{epc}</epc></epcList><action>ADD</action>{more}
</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"""


def xml(doctype: str = "", epc: str = "urn:x:1", more: str = "") -> bytes:
    return XML.format(doctype=doctype, epc=epc, more=more).encode()


def test_the_xml_of_these_tests_is_valid() -> None:
    assert read_xml(xml()).events[0].epcs == ("urn:x:1",)
    assert read_xml(xml(doctype="<!DOCTYPE project>")).events


LAUGHS = (
    "<!ENTITY a '"
    + "ha" * 50
    + "'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xml()[:-5], "not-xml"),
        (xml() + b"<more/>", "not-xml"),
        (xml().replace(b"ADD", b"A\x00D"), "not-xml"),
        (xml(more="&undefined;"), "not-xml"),
        (xml(doctype='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "doctype"),
        (xml(doctype='<!DOCTYPE a PUBLIC "x" "http://localhost:1/x.dtd">'), "doctype"),
        (xml(doctype='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', epc="&x;"), "doctype"),
        (xml(doctype=f"<!DOCTYPE a [{LAUGHS}]>", epc="&j;"), "not-xml"),
        (xml(doctype="<!DOCTYPE a [<!ELEMENT a ANY><!ATTLIST a b CDATA 'c'>]>"), "doctype"),
        (xml(more="<a>" * 5000 + "</a>" * 5000), "too-deep"),
        (xml(more="<x:a xmlns:x='urn:x:'>" + "<x:b>" * 100 + "</x:b>" * 100 + "</x:a>"), "too-deep"),
        (xml(more="<x:a xmlns:x='urn:x:'>text<x:b/></x:a>"), "mixed-content"),
        (xml(more="<action>ADD</action>"), "repeated-element"),
        (xml(more="<bizStep><a/></bizStep>"), "unexpected-element"),
        (xml(epc="a</epc><other>x</other><epc>urn:x:2"), "unexpected-element"),
        (b"<a/>", "unknown-root"),
        (b"<ObjectEvent/>", "missing-member"),
        (b"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:2'/>", "missing-attribute"),
        (b"\xff\xfe<", "not-xml"),
        (b"<?xml version='1.0' encoding='x-unknown'?><a/>", "not-xml"),
    ],
)
def test_broken_or_hostile_xml(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(data, "application/xml")
    assert caught.value.code == code
    assert caught.value.line or code == "not-xml"


def test_xml_errors_name_the_line_of_the_element() -> None:
    data = xml(
        more="\n\n<bizStep>transforming</bizStep>\n<sourceList>\n<source>urn:x:1</source></sourceList>"
    )
    with pytest.raises(DocumentError) as caught:
        read_xml(data)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [
        ("unknown-biz-step", 6),
        ("missing-member", 8),
    ]


@pytest.mark.parametrize(
    "members",
    [
        {"example:x": "form feed \f"},
        {"example:1st": "x"},
        {"type": "example:1st"},
        {"example:x": {"#text": "a", "example:b c": "x"}},
        {"example:x": {"@example:a": {}}},
    ],
    ids=str,
)
def test_what_xml_cannot_say_is_an_error_with_its_place(members: dict[str, Any]) -> None:
    document = read_json(bare(**members))
    with pytest.raises(DocumentError) as caught:
        write_xml(document)
    assert caught.value.code == "not-expressible-in-xml"
    assert caught.value.pointer is not None
    assert caught.value.pointer.startswith(("/example:", "/type"))


@pytest.mark.parametrize("make", [samples.association_event, samples.object_event])
def test_what_version_1_2_cannot_say_is_an_error_with_its_place(make: Any) -> None:
    extra = {
        "sensorElementList": [{"sensorReport": [{"type": "Temperature"}]}],
        "persistentDisposition": {"set": ["recalled"]},
    }
    document = read_json(json.dumps([make(**({} if make is samples.association_event else extra))]).encode())
    with pytest.raises(DocumentError) as caught:
        write_xml(document, "1.2")
    assert {problem.code for problem in caught.value.problems} == {"not-expressible-in-1.2"}
    assert caught.value.hint


def test_python_values_that_json_cannot_hold() -> None:
    with pytest.raises(DocumentError) as caught:
        read_event(samples.object_event(**{"example:x": object()}))
    assert caught.value.code == "not-json"
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(DocumentError):
        read_event(samples.object_event(**{"example:x": loop}))


# --- fuzz: any bytes, and real documents with any damage
# --------------------------------------------------------


def survives(data: bytes) -> None:
    """Read; whatever can be read can be hashed and written, and whatever cannot is refused properly."""
    try:
        document = read_document(data)
    except DocumentError:
        return
    for event in document.events:
        assert event_hash(event)
    write_json(document)
    with contextlib.suppress(DocumentError):
        write_xml(document)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@settings(deadline=None)
@given(st.data())
def test_damaged_documents(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SOURCES))
    source = bytearray(path.read_bytes())
    seed = data.draw(st.integers(0, 2**32))
    survives(damaged(source, random.Random(seed)))


def damaged(source: bytearray, chance: random.Random) -> bytes:
    """Change, drop, double or insert a few pieces."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(source))
        end = min(len(source), at + chance.choice((1, 1, 2, 8, 40)))
        what = chance.randrange(5)
        if what == 0:
            source[at:end] = bytes(chance.choice(b'{}[]",:<>&/0e-\\\x00\xff a') for _ in range(end - at))
        elif what == 1:
            del source[at:end]
        elif what == 2:
            source[at:at] = source[at:end]
        elif what == 3:
            other = chance.randrange(len(source))
            source[at:end] = source[other : other + end - at]
        else:
            del source[at:]
        if not source:
            return b""
    return bytes(source)


@pytest.mark.slow
def test_damaged_documents_for_minutes() -> None:
    chance = random.Random(20261124)
    for _ in range(60_000):
        survives(damaged(bytearray(chance.choice(SOURCES).read_bytes()), chance))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.sampled_from(samples.ALL_TYPES), st.data())
def test_events_with_any_member_replaced(make: Any, data: st.DataObject) -> None:
    event = make()
    names = st.sampled_from(
        [*event, "bizStep", "readPoint", "quantityList", "sensorElementList", "ilmd", "example:x"]
    )
    for name in data.draw(st.lists(names, max_size=3)):
        event[name] = data.draw(JSON_VALUES)
    problems = check_event(event)
    try:
        made = read_event(event)
    except DocumentError:
        assert problems or "\\u0000" in json.dumps(event) or "e+" in json.dumps(event)
        return
    assert not problems
    assert isinstance(made, Event)


def test_the_sources_of_the_fuzz_are_there() -> None:
    assert len(SOURCES) > 100
    assert all(isinstance(path, Path) for path in SOURCES)
