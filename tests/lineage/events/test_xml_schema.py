"""The XML binding against the schema of the standard, on thousands of damaged documents.

What the schema allows is read, unless the rules of the events forbid it; what is read, allowed or not, is
written as the schema wants it.
"""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import pytest
from lxml import etree

from lineage.events import Document, DocumentError, event_hash, read_xml, write_xml
from tests.lineage.events.documents import xml_documents
from tests.vectors import require

XSD = require("gs1-epcis", "XSD")
SCHEMAS = {
    name: etree.XMLSchema(etree.parse(str(XSD / f"EPCglobal-{name}-2_0.xsd")))
    for name in ("epcis", "epcis-query")
}
#: Codes with which documents are refused that the schema allows, and why.
STRICTER = {
    "bad-offset": "the schema takes any text, the standard an offset",
    "bad-unit": "the schema takes any text, the JSON schema a unit code",
    "bad-hex": "an empty hexBinary is none by the JSON schema",
    "bad-time": "the schema has times without offset in the head, the standard not",
    "not-a-uri": "anyURI takes any text, an identifier is an absolute URI",
    "repeated-item": "an identifier twice in a list beside another fault",
    "unknown-biz-step": "anyURI takes any text, the standard a word or a URI of another vocabulary",
    "unknown-disposition": "likewise",
    "unknown-component": "likewise",
    "unknown-measurement": "likewise",
    "unknown-sensor-alert": "likewise",
    "unknown-error-reason": "likewise",
    "unknown-source-type": "likewise",
    "unknown-transaction-type": "likewise",
    "unknown-member": "anyAttribute lets any name into sensor data, JSON one with a prefix",
    "missing-member": "the schema makes optional what the JSON schema requires",
    "missing-parent": "a rule over several members (EPCIS 2.0 §7.4)",
    "nothing-named": "likewise",
    "no-children": "likewise",
    "inputs-and-outputs": "likewise",
    "empty-list": "likewise",
    "ilmd-without-add": "likewise",
    "mixed-content": "text between elements has no JSON form",
    "unexpected-text": "the same in sensor data, whose elements hold text by the schema",
    "unexpected-attribute": "anyAttribute lets any name onto elements that are no objects in JSON",
    "repeated-element": "the schema repeats nothing here but in an extension element",
    "number-out-of-range": "INF and NaN have no JSON form",
    "wrong-type": "likewise",
    "no-events": "a message of the query interface",
}
#: What is written is not by the schema: part of its sentence, and why.
NOT_BY_SCHEMA = {
    r"Element '(\{http://example|inner)": "an extension that calls itself a type of XML Schema and is none",
    r"certificationInfo": "anyURI refuses some texts, which are kept as they are",
    r"ignoreFields": "stands before the body, as published, where the schema allows nothing",
    r"sensor(Report|Metadata)'.*content": "an extension with inner structure, which sensor data cannot have",
    r"Element '\{urn:x:ns\}.*not expected|Event'.*not expected": "an event of an extension's type",
}
TEXTS = (
    *(
        "",
        "x",
        "urn:x:a",
        " urn:x:a ",
        "a b",
        "2026-01-01T00:00:00Z",
        "2026-01-01",
        "+08:00",
        "ADD",
        "DELETE",
    ),
    *("1", "1.5", "1e3", "KGM", "urn:epcglobal:cbv:bizstep:shipping", "true", "f0", "\u3000", "http://x/例"),
)
ELEMENTS = (
    *(
        "eventTime",
        "action",
        "epcList",
        "epc",
        "bizStep",
        "readPoint",
        "id",
        "quantityElement",
        "set",
        "ilmd",
    ),
    *("sensorReport", "extension", "note", "{urn:x:ns}note", "EventList", "uom", "ObjectEvent", "children"),
)
ATTRIBUTES = ("type", "time", "value", "note", "{urn:x:ns}a", "schemaVersion", "deviceID", "id", "sDev")


def documents() -> list[tuple[Any, etree.XMLSchema]]:
    """Give the roots of all documents of the sets that the schema allows."""
    found = []
    for path, valid in xml_documents():
        parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
        root = etree.fromstring(path.read_bytes(), parser)
        schema = schema_of(root)
        if valid and "xsd:2" in root.tag and schema.validate(root):
            found.append((root, schema))
    return found


def schema_of(root: Any) -> etree.XMLSchema:
    return SCHEMAS["epcis-query" if "Query" in root.tag else "epcis"]


DOCUMENTS = documents()


def damaged(root: Any, chance: random.Random) -> bytes:
    """Give the document with two of its events and one change to an element, its text or an attribute."""
    root = copy.deepcopy(root)
    for listed in root.iter("EventList"):
        keep = chance.randrange(max(1, len(listed)))
        for index, each in enumerate(list(listed)):
            if index not in (keep, keep + 1):
                listed.remove(each)
    element = chance.choice([each for each in root.iter() if isinstance(each.tag, str)])
    parent = element.getparent()
    what = chance.randrange(8 if parent is not None else 4)
    if what == 0:
        element.text = chance.choice(TEXTS)
    elif what == 1:
        child = etree.Element(chance.choice(ELEMENTS))
        child.text = chance.choice(TEXTS)
        element.insert(chance.randint(0, len(element)), child)
    elif what == 2:
        element.set(chance.choice(ATTRIBUTES), chance.choice(TEXTS))
    elif what == 3:
        for name in list(element.attrib)[:1]:
            element.set(name, chance.choice(TEXTS))
    elif what == 4:
        parent.remove(element)
    elif what == 5:
        element.addnext(copy.deepcopy(element))
    elif what == 6:
        element.tag = chance.choice(ELEMENTS)
    else:
        parent.remove(element)
        parent.insert(chance.randint(0, len(parent)), element)
    return etree.tostring(root)


def read(data: bytes) -> tuple[Document | None, set[str]]:
    """Give the document, or the codes of what is wrong with it."""
    try:
        return read_xml(data), set()
    except DocumentError as error:
        return None, {problem.code for problem in error.problems}


def write(document: Document) -> tuple[bytes | None, set[str]]:
    """Give the XML, or the codes of what keeps it from being written."""
    try:
        return write_xml(document), set()
    except DocumentError as error:
        return None, {problem.code for problem in error.problems}


def test_there_are_documents_to_damage() -> None:
    assert len(DOCUMENTS) > 50


@pytest.mark.parametrize("seed", range(4))
def test_what_is_read_is_written_by_the_schema(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(250):
        root, schema = chance.choice(DOCUMENTS)
        data = damaged(root, chance)
        document, codes = read(data)
        if document is None:
            assert codes <= STRICTER.keys() or not schema.validate(etree.fromstring(data)), data
            continue
        written, codes = write(document)
        assert codes <= {"not-expressible-in-xml"}, data
        if written is None:
            continue
        if not schema_of(etree.fromstring(written)).validate(etree.fromstring(written)):
            message = str(schema_of(etree.fromstring(written)).error_log)
            assert any(re.search(reason, message) for reason in NOT_BY_SCHEMA), (message, data)
        again = read_xml(written)
        assert [event_hash(each) for each in again.events] == [event_hash(each) for each in document.events]


XML = """<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="urn:x:ns" schemaVersion="2.0"
 creationDate="2026-07-22T10:30:00Z"{root}>{head}<EPCISBody{body}>{before}<EventList>{list}<ObjectEvent{event}>
<eventTime>2026-07-22T06:45:00Z</eventTime><eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
<epcList{epcs}><epc{epc}>urn:x:1</epc></epcList><action>ADD</action>
<readPoint><id>urn:x:2</id>{point}</readPoint>{more}</ObjectEvent>{list}</EventList></EPCISBody>{after}
</e:EPCISDocument>"""
PLACES = dict.fromkeys(
    ("root", "head", "body", "before", "list", "event", "epcs", "epc", "point", "more", "after"), ""
)


def xml(**parts: str) -> bytes:
    return XML.format(**{**PLACES, **parts}).encode()


SENSORS = (
    "<sensorElementList><sensorElement>{}<sensorReport type='gs1:Time'/></sensorElement></sensorElementList>"
)
MASTER = (
    "<EPCISHeader><extension><EPCISMasterData><VocabularyList>{}</VocabularyList></EPCISMasterData>"
    "</extension></EPCISHeader>"
)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"root": " note='1'"}, "unexpected-attribute"),
        ({"root": " xsi='1'"}, "unexpected-attribute"),
        ({"body": " x:a='1'"}, "unexpected-attribute"),
        ({"event": " note='1'"}, "unexpected-attribute"),
        ({"epcs": " x:a='1'"}, "unexpected-attribute"),
        ({"epc": " type='1'"}, "unexpected-attribute"),
        ({"before": "text"}, "unexpected-text"),
        ({"list": "text"}, "unexpected-text"),
        ({"more": "text"}, "unexpected-text"),
        ({"after": "text"}, "unexpected-text"),
        ({"point": "\u3000"}, "unexpected-text"),
        ({"point": "<note/>"}, "unexpected-element"),
        ({"before": "<EventList/>"}, "repeated-element"),
        ({"after": "<EPCISBody/>"}, "repeated-element"),
        ({"after": "<note/>"}, "unknown-element"),
        ({"before": "<note/>"}, "unknown-element"),
        ({"more": SENSORS.format("<sensorMetadata/><sensorMetadata/>")}, "repeated-element"),
        ({"more": SENSORS.format("text")}, "unexpected-text"),
        ({"more": "<sensorElementList><note/></sensorElementList>"}, "unexpected-element"),
        ({"head": MASTER.format("<Vocabulary/>")}, "missing-attribute"),
        ({"head": MASTER.format("text")}, "unexpected-text"),
        ({"head": MASTER.format("<Vocabulary type='urn:x:t'><type/></Vocabulary>")}, "unexpected-element"),
        ({"head": "<EPCISHeader note='1'/>"}, "unexpected-attribute"),
    ],
    ids=str,
)
def test_nothing_is_dropped_silently(parts: dict[str, str], code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_xml(xml(**parts))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert all(problem.line for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xml().replace(b'"2.0"', b'"two"'), "bad-version"),
        (re.sub(b"<EPCISBody.*EPCISBody>", b"", xml(), flags=re.DOTALL), "missing-element"),
        (xml().replace(b"e:EPCISDocument", b"note"), "unknown-root"),
        (
            xml(
                more="<quantityList><quantityElement><epcClass>urn:x:c</epcClass><quantity/></quantityElement></quantityList>"
            ),
            "wrong-type",
        ),
    ],
    ids=["version", "body", "root", "quantity"],
)
def test_what_a_document_needs(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_xml(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "parts",
    [
        {"root": " x:a='1'"},
        {"event": " x:a='1'"},
        {"before": "<x:a>1</x:a>"},
        {"before": "<extension><a>1</a></extension>"},
        {"after": "<extension><x:a>1</x:a></extension><x:b>2</x:b>"},
        {"point": "<extension><a>1</a></extension><x:b>2</x:b>"},
        {"more": "<persistentDisposition><set>urn:x:s</set><set>urn:x:s</set></persistentDisposition>"},
        {
            "head": MASTER.format(
                "<Vocabulary type='urn:x:t'><extension><x:a>1</x:a></extension></Vocabulary>"
            )
        },
    ],
    ids=str,
)
def test_extensions_around_events_are_kept(parts: dict[str, str]) -> None:
    document = read_xml(xml(**parts))
    again = read_xml(write_xml(document))
    assert again.members == document.members
    assert again.events == document.events
    assert again.members != read_xml(xml()).members or again.events != read_xml(xml()).events
