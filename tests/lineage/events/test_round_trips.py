"""Any valid event: through JSON and XML and back it is the same event with the same hash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.events import (
    Document,
    DocumentError,
    check_event,
    event_hash,
    read_event,
    read_json,
    read_xml,
    write_json,
    write_xml,
)
from lineage.events import vocabulary as v
from lineage.events.advice import advise
from lineage.events.json_reading import read_raw_event
from lineage.events.quick_check import encode, quick_read
from lineage.events.uris import are_plain_uris, is_uri

#: Drawing an event takes longer than all that is tested with it.
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PREFIXES = {
    "suyuan": "https://w3id.org/suyuan/v1/",
    "ex": "urn:example:ns:",
    "other": "http://example.com/other#",
}
#: Text that both forms can hold: what XML 1.0 allows, without the line breaks that it normalises.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    max_size=12,
)
URIS = st.one_of(
    st.builds("https://id.gs1.org/01/06901234000016/21/{}".format, st.integers(0, 10**6)),
    st.builds("urn:epc:id:sgtin:0614141.107346.{}".format, st.integers(0, 10**6)),
    st.builds("https://id.suyuan.example/id/organic_code/{}".format, st.integers(10**16, 10**17 - 1)),
    st.builds("urn:example:{}".format, st.from_regex(r"[a-z0-9.:_~-]{1,12}", fullmatch=True)),
    st.just("https://example.cn/批次/1%20a?x=1#y"),
)
TIMES = st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}{}".format,
    st.datetimes(),
    st.sampled_from(["", ".5", ".123", ".123456", ".1234567"]),
    st.sampled_from(["Z", "+08:00", "-13:59", "+00:00"]),
).filter(lambda text: "0001-01-01" < text[:10] < "9999-12-31" and len(text.split("T")[0]) == 10)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.builds(
    "{}:{}".format, st.sampled_from(sorted(PREFIXES)), st.sampled_from(["a", "lotNumber", "数量", "b-1.c"])
)


HEAD: dict[str, Any] = {
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-01-01T00:00:00Z",
    "epcisBody": {"eventList": []},
}


def words(vocabulary: v.Vocabulary) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(vocabulary.words)) | st.sampled_from(
        ["suyuan:filling", "https://example.cn/step"]
    )


def unlike_one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of two or more: a list of one is the same as its value."""
    return st.lists(values, min_size=2, max_size=3)


SCALARS = TEXT | NUMBERS | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(NAMES, inner | unlike_one(SCALARS), min_size=1, max_size=3),
    max_leaves=6,
)
EXTENSIONS = st.dictionaries(NAMES, VALUES | unlike_one(VALUES), max_size=3)
QUANTITIES = st.lists(
    st.fixed_dictionaries(
        {"epcClass": URIS}, optional={"quantity": NUMBERS, "uom": st.sampled_from(["KGM", "LTR", "XBX"])}
    ),
    min_size=1,
    max_size=2,
)
EPCS = st.lists(URIS, min_size=1, max_size=3, unique=True)
PLACE = st.builds(lambda uri, more: {"id": uri, **more}, URIS, EXTENSIONS)
REPORT = st.fixed_dictionaries(
    {"type": st.sampled_from(["Temperature", "ex:Warmth"])},
    optional={
        "value": NUMBERS,
        "time": TIMES,
        "deviceID": URIS,
        "bizRules": URIS,
        "booleanValue": st.booleans(),
        "stringValue": TEXT,
        "hexBinaryValue": st.just("f0F1"),
        "component": st.sampled_from(["x", "latitude", "ex:deep"]),
        "exception": st.sampled_from(["ALARM_CONDITION"]),
        "uom": st.just("CEL"),
        "ex:note": TEXT,
    },
)
ELEMENT = st.builds(
    lambda reports, metadata, more: {"sensorReport": reports, **metadata, **more},
    st.lists(REPORT, min_size=1, max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "sensorMetadata": st.fixed_dictionaries(
                {}, optional={"time": TIMES, "rawData": URIS, "ex:m": TEXT}
            )
        },
    ),
    EXTENSIONS,
)
ENDS = st.sampled_from(["owning_party", "possessing_party", "location", "ex:keeper"])
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "eventID": URIS,
    "recordTime": TIMES,
    "bizStep": words(v.BIZ_STEP),
    "disposition": words(v.DISPOSITION),
    "readPoint": PLACE,
    "bizLocation": PLACE,
    "certificationInfo": URIS | st.lists(URIS, min_size=2, max_size=2),
    "sourceList": st.lists(st.fixed_dictionaries({"type": ENDS, "source": URIS}), min_size=1, max_size=2),
    "destinationList": st.lists(
        st.fixed_dictionaries({"type": ENDS, "destination": URIS}), min_size=1, max_size=2
    ),
    "sensorElementList": st.lists(ELEMENT, min_size=1, max_size=2),
    "persistentDisposition": st.fixed_dictionaries(
        {"set": st.just(["recalled"])}, optional={"unset": st.just(["available", "expired"])}
    ),
    "errorDeclaration": st.builds(
        lambda time, more: {"declarationTime": time, "reason": "incorrect_data", **more}, TIMES, EXTENSIONS
    ),
}
TRANSACTIONS = st.lists(
    st.fixed_dictionaries(
        {"bizTransaction": URIS}, optional={"type": st.sampled_from(["po", "inv", "ex:order"])}
    ),
    min_size=1,
    max_size=2,
)
ILMD = st.builds(lambda lot, more: {"cbvmda:lotNumber": lot, **more}, TEXT, EXTENSIONS)
KINDS: dict[str, tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]] = {
    "ObjectEvent": (
        {"epcList": EPCS, "action": st.just("ADD")},
        {"quantityList": QUANTITIES, "ilmd": ILMD, "bizTransactionList": TRANSACTIONS},
    ),
    "AggregationEvent": (
        {"parentID": URIS, "childEPCs": EPCS, "action": st.sampled_from(["ADD", "OBSERVE", "DELETE"])},
        {"childQuantityList": QUANTITIES},
    ),
    "AssociationEvent": (
        {"parentID": URIS, "childEPCs": EPCS, "action": st.sampled_from(["ADD", "OBSERVE", "DELETE"])},
        {"childQuantityList": QUANTITIES},
    ),
    "TransactionEvent": (
        {"bizTransactionList": TRANSACTIONS, "epcList": EPCS, "action": st.just("OBSERVE")},
        {"parentID": URIS, "quantityList": QUANTITIES},
    ),
    "TransformationEvent": (
        {"inputEPCList": EPCS, "outputQuantityList": QUANTITIES},
        {"inputQuantityList": QUANTITIES, "outputEPCList": EPCS, "transformationID": URIS, "ilmd": ILMD},
    ),
}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """Draw any valid event whose prefixes are those of ``PREFIXES``."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    required, optional = KINDS[kind]
    event = draw(
        st.fixed_dictionaries(
            {
                "eventTime": TIMES,
                "eventTimeZoneOffset": st.sampled_from(["+08:00", "-06:00", "+14:00"]),
                **required,
            },
            optional={**COMMON, **optional},
        )
    )
    return {"type": kind, **event, **draw(EXTENSIONS)}


@SOME
@given(events())
def test_quick_and_exact_reading_agree(event: dict[str, Any]) -> None:
    assert check_event(event) == []
    data = encode(event)
    made = read_event(event, [PREFIXES])
    assert made.document_bytes == data
    assert made.document == event
    places = (event.get("readPoint", {}), event.get("bizLocation", {}))
    if b"\\" not in data and all(len(place) < 2 for place in places):
        assert quick_read(data) is not None


@SOME
@given(events())
def test_json_and_back(event: dict[str, Any]) -> None:
    made = read_event(event, [PREFIXES])
    document = Document(
        [made],
        ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", PREFIXES],
        members=dict(HEAD),
    )
    (again,) = read_json(write_json(document)).events
    assert again.document == event
    assert again.document_bytes == made.document_bytes
    assert event_hash(again) == event_hash(made)


@SOME
@given(events())
def test_xml_and_back(event: dict[str, Any]) -> None:
    made = read_event(event, [PREFIXES])
    document = Document(
        [made],
        ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", PREFIXES],
        members=dict(HEAD),
    )
    again = read_xml(write_xml(document))
    assert again.events[0].document == event
    assert again.context == document.context
    assert again.members == document.members
    assert event_hash(again.events[0]) == event_hash(made)


@SOME
@given(events(), st.randoms(use_true_random=False))
def test_the_order_of_members_and_lists_does_not_change_the_hash(event: dict[str, Any], chance: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            chance.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        if isinstance(value, list):
            items = [shuffled(each) for each in value]
            chance.shuffle(items)
            return items
        return value

    assert event_hash(read_event(event, [PREFIXES])) == event_hash(read_event(shuffled(event), [PREFIXES]))


@SOME
@given(events(), st.sampled_from(["type", "eventTime", "action", "epcList", "childEPCs", "inputEPCList"]))
def test_without_a_required_member_nothing_is_read(event: dict[str, Any], name: str) -> None:
    if name not in event or (name, event["type"]) == ("inputEPCList", "TransformationEvent"):
        return
    del event[name]
    if check_event(event):
        assert isinstance(read_raw_event(encode(event), read_event({**_SMALL}).around), list)


_SMALL = {
    "type": "ObjectEvent",
    "eventTime": "2026-01-01T00:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "action": "OBSERVE",
    "epcList": [],
}


FOREIGN: dict[str, Any] = {
    "type": "suyuan:Inspection",
    "eventTime": "2026-01-01T00:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": ["urn:example:1", "urn:example:2"],
    "bizStep": "inspecting",
    "bizTransactionList": "something of its own",
    "quantityList": ["a", "b"],
    "sensorElementList": "likewise",
    "suyuan:a": 1,
}


def test_events_of_an_extension_may_use_the_names_of_the_standard_as_they_like() -> None:
    made = read_event(FOREIGN, [PREFIXES])
    document = Document([made], [PREFIXES], members=dict(HEAD))
    (again,) = read_xml(write_xml(document)).events
    assert again.document == FOREIGN
    renamed = {**FOREIGN, "type": "sy:Inspection"}
    same = read_event(renamed, [{**PREFIXES, "sy": PREFIXES["suyuan"]}])
    assert event_hash(made) == event_hash(again) == event_hash(same)
    assert advise(made) == []


def test_a_standard_prefix_that_the_document_binds_anew_keeps_both_namespaces_apart() -> None:
    """The author's ``cbvmda`` is not the standard's: neither may take the other's name in XML and back."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-01-01T00:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "epcList": ["urn:epc:id:sgtin:0614141.812345.1"],
        "ilmd": {"cbvmda:countryOfExport": "DE", "urn:epcglobal:cbv:mda:countryOfExport": "IT"},
    }
    context = [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"cbvmda": "https://other.example/ns/"},
    ]
    body = {"epcisBody": {"eventList": [event]}, "@context": context, "schemaVersion": "2.0"}
    document = read_json(encode({**HEAD, "creationDate": "2026-01-01T00:00:00Z", **body}))
    through_xml = read_xml(write_xml(document))
    again = read_json(write_json(through_xml))
    assert len({event_hash(one.events[0]) for one in (document, through_xml, again)}) == 1


def test_quantities_are_written_as_the_schema_has_them() -> None:
    quantities = [
        {"epcClass": "urn:example:1", "quantity": 1e20},
        {"epcClass": "urn:example:2", "uom": "KGM"},
        {"epcClass": "urn:example:3", "quantity": 1e-7, "uom": "KGM"},
    ]
    made = read_event({**_SMALL, "quantityList": quantities, "sourceList": [], "sensorElementList": []})
    written = write_xml(Document([made], members=dict(HEAD)))
    assert b"<quantity>100000000000000000000.0</quantity>" in written
    assert b"<quantity>0.0000001</quantity>" in written
    assert b"sourceList" not in written
    assert b"sensorElementList" not in written
    (again,) = read_xml(written).events
    assert again.document["quantityList"] == quantities
    assert event_hash(again) == event_hash(made)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"epcisHeader": {"epcisMasterData": {"suyuan:a": 1}}}, "/epcisHeader/epcisMasterData/suyuan:a"),
        ({"suyuan:a": {"b c": 1}}, "/suyuan:a/b c"),
        ({"rep:ignoreFields": [{}]}, "/rep:ignoreFields"),
    ],
)
def test_what_xml_has_no_place_for_around_the_events_is_refused(
    members: dict[str, Any], pointer: str
) -> None:
    context = [{**PREFIXES, "rep": "https://repository-x.example.com/"}]
    document = Document([read_event(_SMALL, context)], context, members={**HEAD, **members})
    with pytest.raises(DocumentError) as caught:
        write_xml(document)
    assert (caught.value.code, caught.value.pointer) == ("not-expressible-in-xml", pointer)


@given(st.from_regex(r"(?:https?|urn|ni|a1):/{0,3}[a-z0-9@:.\[\]/?#%é -]{0,12}", fullmatch=True))
def test_the_quick_look_at_uris_takes_no_more_than_the_exact_one(text: str) -> None:
    assert not are_plain_uris([text]) or is_uri(text)
