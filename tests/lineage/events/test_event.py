"""What an event gives: every field of the standard, words bare, times in UTC, everything else as written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lineage.events import DocumentError, ErrorDeclaration, Quantity, read_event
from tests.lineage.events import samples


def test_fields_of_an_object_event() -> None:
    event = read_event(
        samples.object_event(
            action="ADD",
            eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
            recordTime="2026-07-22T00:00:00Z",
            bizStep="https://ref.gs1.org/cbv/BizStep-commissioning",
            disposition="cbv:Disp-active",
            persistentDisposition={"set": ["completeness_verified"]},
            readPoint={"id": "urn:epc:id:sgln:0012345.11111.400", "example:note": "gate 3"},
            bizLocation={"id": "urn:epc:id:sgln:0012345.11111.0"},
            quantityList=[
                {"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200.5, "uom": "KGM"},
                {"epcClass": "urn:epc:idpat:sgtin:4012345.044444.*"},
            ],
            bizTransactionList=[{"bizTransaction": "urn:x:1"}, {"type": "po", "bizTransaction": "urn:x:2"}],
            sourceList=[{"type": "possessing_party", "source": "urn:epc:id:pgln:4012345.00225"}],
            destinationList=[{"type": "cbv:SDT-location", "destination": "urn:epc:id:sgln:0614141.00777.0"}],
            sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL"}]}],
            ilmd={"cbvmda:lotNumber": "L1", "suyuan:spec": {"suyuan:grams": 160}},
            certificationInfo="https://example.org/certificate/1",
            **{"suyuan:device": "gate-3", "example:deep": {"example:a": [1, {"example:b": None}]}},
        )
    )
    assert event.type == "ObjectEvent"
    assert event.event_id == "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    assert event.event_time == datetime(2026, 7, 21, 22, 45, 0, 123000, tzinfo=UTC)
    assert event.event_timezone_offset == "+08:00"
    assert event.record_time == datetime(2026, 7, 22, tzinfo=UTC)
    assert event.action == "ADD"
    assert event.epcs == tuple(samples.EPCS)
    assert event.quantities == (
        Quantity("urn:epc:class:lgtin:4012345.012345.998877", 200.5, "KGM"),
        Quantity("urn:epc:idpat:sgtin:4012345.044444.*", None, None),
    )
    assert event.biz_step == "commissioning"
    assert event.disposition == "active"
    assert event.persistent_disposition == {"set": ["completeness_verified"]}
    assert event.read_point == "urn:epc:id:sgln:0012345.11111.400"
    assert event.biz_location == "urn:epc:id:sgln:0012345.11111.0"
    assert event.biz_transactions == ((None, "urn:x:1"), ("po", "urn:x:2"))
    assert event.sources == (("possessing_party", "urn:epc:id:pgln:4012345.00225"),)
    assert event.destinations == (("location", "urn:epc:id:sgln:0614141.00777.0"),)
    assert event.sensor_elements[0]["sensorReport"][0]["value"] == 4.5
    assert event.lot_number == "L1"
    assert event.ilmd_value("spec") == {"suyuan:grams": 160}
    assert event.ilmd_value("absent") is None
    assert event.certification_info == ("https://example.org/certificate/1",)
    assert event.extensions == {
        "suyuan:device": "gate-3",
        "example:deep": {"example:a": [1, {"example:b": None}]},
    }
    assert event.document["readPoint"]["example:note"] == "gate 3"
    assert event.parent_id is None
    assert event.child_epcs == event.input_epcs == event.output_epcs == ()


def test_fields_of_the_other_types() -> None:
    packed = read_event(
        samples.aggregation_event(
            childQuantityList=[{"epcClass": "urn:epc:class:lgtin:1.2.3", "quantity": 4}]
        )
    )
    assert packed.parent_id == "urn:epc:id:sscc:0614141.1234567890"
    assert packed.child_epcs == tuple(samples.EPCS)
    assert packed.child_quantities == (Quantity("urn:epc:class:lgtin:1.2.3", 4),)
    made = read_event(
        samples.transformation_event(
            inputQuantityList=[{"epcClass": "urn:x:a"}],
            outputQuantityList=[{"epcClass": "urn:x:b"}],
            transformationID="urn:x:t",
        )
    )
    assert (made.input_epcs, made.output_epcs) == (tuple(samples.EPCS[:1]), tuple(samples.EPCS[1:]))
    assert (made.input_quantities[0].epc_class, made.output_quantities[0].epc_class) == ("urn:x:a", "urn:x:b")
    assert made.transformation_id == "urn:x:t"
    assert made.action is None


def test_an_error_declaration() -> None:
    declared = {
        "declarationTime": "2026-08-01T00:00:00+01:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:x:9"],
    }
    event = read_event(samples.object_event(errorDeclaration=declared))
    time = datetime(2026, 7, 31, 23, tzinfo=UTC)
    assert event.error_declaration == ErrorDeclaration(time, "incorrect_data", ("urn:x:9",))
    assert read_event(samples.object_event()).error_declaration is None


def test_the_context_of_an_event_is_the_documents_and_its_own() -> None:
    event = read_event({"@context": {"b": "urn:b:"}, **samples.object_event()}, ["urn:c", {"a": "urn:a:"}])
    assert event.context == ["urn:c", {"a": "urn:a:"}, {"b": "urn:b:"}]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-03T20:33:31Z", datetime(2026, 4, 3, 20, 33, 31, tzinfo=UTC)),
        ("2026-04-03t20:33:31z", datetime(2026, 4, 3, 20, 33, 31, tzinfo=UTC)),
        ("2026-04-03T20:33:31.5-14:00", datetime(2026, 4, 4, 10, 33, 31, 500000, tzinfo=UTC)),
        ("2026-04-03T20:33:31.123456789+05:45", datetime(2026, 4, 3, 14, 48, 31, 123456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_with_any_offset_are_given_in_utc(text: str, moment: datetime) -> None:
    event = read_event(samples.object_event(eventTime=text))
    assert event.event_time == moment
    assert event.event_time.utcoffset() == timedelta(0)
    assert event.document["eventTime"] == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0000-04-03T20:33:31Z", "bad-time"),
        ("2026-02-30T20:33:31Z", "bad-time"),
        ("2026-04-03T20:33:31", "bad-time"),
        ("2026-04-03 20:33:31Z", "bad-time"),
        ("2026-04-03T24:00:00Z", "bad-time"),
        ("2026-04-03T20:33:31+24:00", "bad-time"),
        ("2026-04-03T20:33:31+0800", "bad-time"),
        ("20260403T203331Z", "bad-time"),
        ("2026-W14-5T20:33:31Z", "bad-time"),
        ("٢٠٢٦-04-03T20:33:31Z", "bad-time"),
        ("", "bad-time"),
        ("9999-12-31T23:59:59-14:00", "time-out-of-range"),
        ("0001-01-01T00:00:00+14:00", "time-out-of-range"),
        ("9999-12-31T23:59:60Z", "time-out-of-range"),
    ],
)
def test_what_is_no_time_is_a_problem_with_its_place(text: str, code: str) -> None:
    for member in ("eventTime", "recordTime"):
        with pytest.raises(DocumentError) as caught:
            read_event(samples.object_event(**{member: text}))
        assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
            (f"/{member}", code)
        ]


def test_events_compare_by_content() -> None:
    first, same = read_event(samples.object_event()), read_event(samples.object_event())
    assert first == same
    assert hash(first) == hash(same)
    assert first != read_event(samples.object_event(eventID="urn:x:1"))
    assert first != "an event"


def test_events_cannot_be_changed() -> None:
    event = read_event(samples.object_event())
    with pytest.raises(AttributeError):
        event.event_time = datetime(2026, 1, 1, tzinfo=UTC)  # type: ignore[misc]
    assert event.document is event.document
