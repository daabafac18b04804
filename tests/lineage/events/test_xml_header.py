"""What stands around the events: headers, master data, query results, and namespaces of every kind."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from lineage.events import Document, VocabularyElement, event_hash, read_json, read_xml, write_json, write_xml
from tests.lineage.events import samples

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
DOCUMENT = f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:h="{SBDH}" xmlns:ex="urn:example:"
 schemaVersion="2.0" creationDate="2026-07-22T10:30:00Z">
 <EPCISHeader>
  <h:StandardBusinessDocumentHeader>
   <h:HeaderVersion>1.0</h:HeaderVersion>
   <h:Sender><h:Identifier Authority="GS1">6901234000016</h:Identifier></h:Sender>
   <h:Receiver><h:Identifier>6909876000011</h:Identifier></h:Receiver>
   <h:DocumentIdentification><h:Standard>GS1</h:Standard><h:TypeVersion>3.0</h:TypeVersion>
    <h:InstanceIdentifier>9999</h:InstanceIdentifier><h:Type>Seafood</h:Type>
    <h:CreationDateAndTime>2026-07-22T10:30:00Z</h:CreationDateAndTime></h:DocumentIdentification>
  </h:StandardBusinessDocumentHeader>
  <extension><EPCISMasterData><VocabularyList>
   <Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation"><VocabularyElementList>
    <VocabularyElement id="urn:epc:id:sgln:0037000.00729.0">
     <attribute id="urn:epcglobal:cbv:mda#latitude">+18.0000</attribute>
     <attribute id="urn:epcglobal:cbv:mda#phone">1</attribute>
     <attribute id="urn:epcglobal:cbv:mda#phone">2</attribute>
     <attribute id="urn:epcglobal:cbv:mda#address"><ex:address xmlns:ex="urn:example:" lang="zh">
      <ex:street>一号路</ex:street></ex:address></attribute>
     <children><id>urn:epc:id:sgln:0037000.00729.8201</id></children>
    </VocabularyElement></VocabularyElementList></Vocabulary>
  </VocabularyList></EPCISMasterData></extension>
 </EPCISHeader>
 <EPCISBody><EventList/></EPCISBody>
 <ex:seal xmlns:ex="urn:example:">x</ex:seal>
</e:EPCISDocument>""".encode()


def _both_ways(document: Document) -> Document:
    return read_xml(write_xml(read_json(write_json(read_xml(write_xml(document))))))


def test_header_and_master_data() -> None:
    document = read_xml(DOCUMENT)
    assert document.members["sender"] == "6901234000016"
    assert document.members["receiver"] == "6909876000011"
    assert document.members["instanceIdentifier"] == "9999"
    assert document.members["ex:seal"] == "x"
    header = document.header
    assert header is not None
    sbdh = header["h:StandardBusinessDocumentHeader"]
    assert sbdh["h:Sender"]["h:Identifier"] == {"@Authority": "GS1", "#text": "6901234000016"}
    assert document.master_data == [
        VocabularyElement(
            "urn:epcglobal:epcis:vtype:BusinessLocation",
            "urn:epc:id:sgln:0037000.00729.0",
            {
                "urn:epcglobal:cbv:mda#latitude": "+18.0000",
                "urn:epcglobal:cbv:mda#phone": ["1", "2"],
                "urn:epcglobal:cbv:mda#address": {"ex:address": {"@lang": "zh", "ex:street": "一号路"}},
            },
            ("urn:epc:id:sgln:0037000.00729.8201",),
        )
    ]
    assert _both_ways(document).members == document.members
    assert read_json(write_json(document)).members == document.members


def test_a_header_of_three_facts_is_made_and_taken_back() -> None:
    members = {
        "@context": samples.CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-07-22T10:30:00Z",
        "sender": "urn:epc:id:pgln:0353579.00001",
        "receiver": "urn:epc:id:pgln:5012345.00001",
        "instanceIdentifier": "1234567890",
        "epcisBody": {"eventList": []},
    }
    document = read_json(json.dumps(members).encode())
    written = write_xml(document)
    assert etree.fromstring(written).findtext(f".//{{{SBDH}}}InstanceIdentifier") == "1234567890"
    assert read_xml(written).members == document.members
    assert read_xml(write_xml(document, "1.2")).members == document.members


def test_a_query_answer_with_master_data() -> None:
    members: dict[str, Any] = {
        "@context": [samples.CONTEXT, {"example": "urn:example:"}],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-07-22T10:30:00Z",
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleMasterDataQuery",
                "subscriptionID": "7",
                "resultsBody": {
                    "eventList": [],
                    "vocabularyList": [
                        {
                            "type": "urn:x:t",
                            "vocabularyElementList": [{"id": "urn:x:1", "attributes": []}, {"id": "urn:x:2"}],
                        }
                    ],
                },
            }
        },
    }
    document = read_json(json.dumps(members).encode())
    again = read_xml(write_xml(document))
    assert again.kind == "query"
    results = again.members["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("SimpleMasterDataQuery", "7")
    assert [
        entry["id"] for entry in results["resultsBody"]["vocabularyList"][0]["vocabularyElementList"]
    ] == [
        "urn:x:1",
        "urn:x:2",
    ]


def _event(more: str, declared: str = "") -> bytes:
    return f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:a="urn:one:" schemaVersion="2.0"
 creationDate="2026-07-22T10:30:00Z"><EPCISBody><EventList><ObjectEvent {declared}>
 <eventTime>2026-07-22T06:45:00Z</eventTime><eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
 <epcList/><action>ADD</action>{more}</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>""".encode()


def test_one_prefix_for_two_namespaces_and_two_for_one() -> None:
    data = _event(
        "<a:x>1</a:x><b:x xmlns:b='urn:one:'>2</b:x><a:x xmlns:a='urn:two:'>3</a:x>"
        "<x xmlns='urn:three:'>4</x>"
    )
    document = read_xml(data)
    (event,) = document.events
    assert document.context[1] == {"a": "urn:one:"}
    assert event.document["a:x"] == ["1", "2"]
    own = event.document["@context"]
    assert sorted(own.values()) == ["urn:three:", "urn:two:"]
    by_namespace = {namespace: prefix for prefix, namespace in own.items()}
    assert event.document[f"{by_namespace['urn:two:']}:x"] == "3"
    assert event.document[f"{by_namespace['urn:three:']}:x"] == "4"
    assert [event_hash(each) for each in _both_ways(document).events] == [event_hash(event)]


def test_an_event_may_give_a_prefix_of_the_document_another_meaning() -> None:
    first = read_xml(_event("<a:x>1</a:x>", "xmlns:a='urn:two:'")).events[0]
    second = read_xml(_event("<b:x xmlns:b='urn:two:'>1</b:x>")).events[0]
    assert first.document["@context"] == {"a": "urn:two:"}
    assert event_hash(first) == event_hash(second)


def test_elements_in_the_standards_namespace_are_the_standards() -> None:
    data = (
        _event("")
        .replace(b"<action>ADD</action>", b"<e:action>ADD</e:action>")
        .replace(b"<epcList/>", b"<e:epcList/>")
    )
    assert read_xml(data).events == read_xml(_event("")).events


def test_wrappers_of_old_versions_are_transparent() -> None:
    quantities = (
        "<quantityList><quantityElement><epcClass>urn:x:c</epcClass></quantityElement></quantityList>"
    )
    plain = read_xml(_event(quantities)).events[0]
    for wrapped in (
        f"<extension>{quantities}</extension>",
        f"<extension><extension>{quantities}</extension></extension>",
    ):
        assert read_xml(_event(wrapped)).events[0] == plain


def test_the_quantity_event_of_version_1_0() -> None:
    data = b"""<QuantityEvent><eventTime>2026-07-22T06:45:00Z</eventTime>
        <eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
        <epcClass>urn:epc:idpat:sgtin:4012345.012345.*</epcClass><quantity>200</quantity></QuantityEvent>"""
    (event,) = read_xml(data).events
    assert (event.type, event.action, event.quantities[0].quantity) == ("ObjectEvent", "OBSERVE", 200)


def test_unknown_event_types_are_named_in_their_place() -> None:
    data = (
        _event("")
        .replace(b"<EventList>", b"<EventList><Strange/>")
        .replace(b"</EventList>", b"<ex:Own xmlns:ex='urn:ex:'/></EventList>")
    )
    from lineage.events import read_xml_leniently

    document, bad = read_xml_leniently(data)
    assert len(document.events) == 1
    assert {index: problems[0].code for index, problems in bad.items()} == {
        0: "unknown-event-type",
        2: "missing-member",
    }


def test_an_event_of_an_extension_type() -> None:
    data = (
        _event("")
        .replace(b"ObjectEvent", b"ex:Own")
        .replace(b"<EventList>", b"<EventList xmlns:ex='urn:ex:'>")
    )
    (event,) = read_xml(data).events
    assert str(event.type) == "ex:Own"
    again = read_xml(write_xml(read_xml(data)))
    assert event_hash(again.events[0]) == event_hash(event)
