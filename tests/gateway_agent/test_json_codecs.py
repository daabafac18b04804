"""Reader and sensor messages in JSON, in every shape that the field sends."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_agent.codecs import sensor, zebra
from gateway_agent.codecs.frames import FrameError
from gateway_agent.codecs.json_messages import MAX_MESSAGE
from gateway_agent.codecs.sensor import Reading, SensorReport
from gateway_agent.codecs.timestamps import read_timestamp
from gateway_agent.codecs.zebra import CodeReport, TagReport

EPC = "3034257BF7194E4000001A85"
CUSTOM: dict[str, Any] = {
    "data": {
        "eventNum": 1234, "format": "epc", "idHex": EPC.lower(), "antenna": 1, "peakRssi": -48, "reads": 3,
        "TID": "E280", "PC": "3000", "CRC": "ee2c", "phase": 12.5, "channel": 911.75, "USER": "00",
    },
    "timestamp": "2026-08-13T09:14:28.651+0000",
    "type": "CUSTOM",
}  # fmt: skip
AT = int(datetime(2026, 8, 13, 9, 14, 28, tzinfo=UTC).timestamp()) * 1_000_000_000 + 651_000_000


def tags(payload: object) -> list[TagReport]:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    found = zebra.read_message(data)
    assert all(isinstance(report, TagReport) for report in found), found
    return [report for report in found if isinstance(report, TagReport)]


def test_a_custom_report_with_all_fields() -> None:
    (report,) = tags(CUSTOM)
    assert report == TagReport(EPC, 1, -48.0, 3, AT, CUSTOM["timestamp"], 1234, 0x3000)


@pytest.mark.parametrize("kind", ["SIMPLE", "INVENTORY", "PORTAL", "CONVEYOR", "CUSTOM"])
def test_every_type_with_the_least_fields(kind: str) -> None:
    (report,) = tags({"data": {"idHex": EPC}, "timestamp": "2026-08-13T09:14:28.651+0000", "type": kind})
    assert (report.epc, report.count, report.antenna, report.rssi, report.number) == (
        EPC,
        1,
        None,
        None,
        None,
    )


def test_arrays_and_lines() -> None:
    assert len(tags([CUSTOM, CUSTOM, CUSTOM])) == 3
    lines = b"\n".join(json.dumps(CUSTOM).encode() for _ in range(4)) + b"\n"
    assert len(tags(lines)) == 4
    assert len(tags([{"data": {"idHex": EPC, "now": "2026-08-13T09:14:28Z"}, "type": "INVENTORY"}])) == 1


def test_a_sled_reports_tags_and_barcodes() -> None:
    message = {
        "type": "BALANCED_PERFORMANCE",
        "timestamp": "2026-08-13T09:14:28Z",
        "data": {
            "tagData": [
                {"EPCid": EPC, "EPC": EPC, "peakRssi": -39, "seenCount": 2, "eventNum": 1, "phase": 0}
            ],
            "barcodeData": [{"decodedBarcode": "0106901234500004", "symbology": "GS1-128"}],
        },
    }
    tag, code = zebra.read_message(json.dumps(message).encode())
    assert isinstance(tag, TagReport)
    assert (tag.count, tag.rssi) == (2, -39.0)
    assert isinstance(code, CodeReport)
    assert code.text == "0106901234500004"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "heartbeat", "timestamp": "2026-08-13T09:14:28Z", "data": {"cpu": 3}},
        {"type": "GPI", "data": {"pin": 1, "state": "HIGH"}},
        {"component": "RC", "eventNum": 5, "timestamp": "09:14:28", "type": "mqttConnEVT"},
        {"data": None},
        {"data": []},
        {},
        [],
    ],
)
def test_other_messages_of_the_broker_give_neither_read_nor_error(message: object) -> None:
    assert zebra.read_message(json.dumps(message).encode()) == []


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"\xff\xfe", b"17", b'"x"', b"[1, 2]", b'{"data":{"idHex":"xyz"}}', b'{"data":{"idHex":12}}',
     b'{"data":{"idHex":"303"}}', b'{"data":{"barcodeData":[{}]}}', b'{"data":{"tagData":[{"peakRssi":1}]}}',
     b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_report_becomes_an_error_each(payload: bytes) -> None:
    found = zebra.read_message(payload)
    assert found
    assert all(isinstance(item, FrameError) for item in found)
    assert all(len(item.raw) <= 512 for item in found if isinstance(item, FrameError))


def test_a_bad_line_costs_only_itself() -> None:
    found = zebra.read_message(json.dumps(CUSTOM).encode() + b"\n{broken\n" + json.dumps(CUSTOM).encode())
    assert [type(item).__name__ for item in found] == ["TagReport", "FrameError", "TagReport"]


def test_a_message_beyond_all_measure_is_refused() -> None:
    (found,) = zebra.read_message(b" " * (MAX_MESSAGE + 1))
    assert isinstance(found, FrameError)
    assert found.code == "too-long"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda s: (
            st.lists(s)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "data",
                        "idHex",
                        "timestamp",
                        "tagData",
                        "barcodeData",
                        "device",
                        "readings",
                        "temperature",
                        "x",
                    ]
                ),
                s,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_gives_no_exception(value: object) -> None:
    payload = json.dumps(value).encode()
    zebra.read_message(payload)
    sensor.read_message(payload)


def test_sensor_reports_in_full_and_short_form() -> None:
    full = {
        "device": "urn:epc:id:giai:4000001.111",
        "seq": 17,
        "time": "2026-08-13T09:14:28.651Z",
        "readings": [{"type": "Temperature", "value": 4.3, "uom": "CEL"}, {"type": "Count", "value": 2}],
    }
    (found,) = sensor.read_message(json.dumps(full).encode())
    assert found == SensorReport(
        "urn:epc:id:giai:4000001.111",
        (Reading("Temperature", 4.3, "CEL"), Reading("Count", 2.0, None)),
        AT,
        "2026-08-13T09:14:28.651Z",
        17,
    )
    short = b'[{"device":"fridge-1","temperature":4.3,"humidity":61},{"device":"fridge-2","temperature":5}]'
    first, second = sensor.read_message(short)
    assert isinstance(first, SensorReport)
    assert first.readings == (Reading("Temperature", 4.3, "CEL"), Reading("RelativeHumidity", 61.0, "P1"))
    assert isinstance(second, SensorReport)


@pytest.mark.parametrize(
    "message",
    [{}, {"device": ""}, {"device": "a"}, {"device": "a", "temperature": "warm"},
     {"device": "a", "temperature": True},
     {"device": "a", "readings": [{"type": "Temperature"}]}, {"device": "a", "readings": [7]},
     {"device": 7, "temperature": 1}, {"device": "a", "readings": [{"value": 4, "type": ""}]},
     {"device": "a", "readings": 5}, {"device": "a", "readings": {"type": "Temperature"}}],
)  # fmt: skip
def test_bad_sensor_messages_become_errors(message: object) -> None:
    (found,) = sensor.read_message(json.dumps(message).encode())
    assert isinstance(found, FrameError)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000_000),
        ("1970-01-01T00:00:00.5+0000", 500_000_000),
        ("1970-01-01T08:00:00+08:00", 0),
        ("1970-01-01 00:00:00,123456789Z", 123_456_789),
        ("1969-12-31T23:59:59.000Z", -1_000_000_000),
        ("2026-08-13T09:14:28.651+0000", AT),
    ],
)
def test_timestamps(text: str, nanoseconds: int) -> None:
    assert read_timestamp(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    ["", "09:14:28", "2026-08-13", "2026-08-13T09:14:28", "2026-13-13T09:14:28Z", "2026-08-13T25:14:28Z",
     "0000-01-01T00:00:00Z",
     None, 7, "2026-08-13T09:14:28+99:99", "x" * 10_000],
)  # fmt: skip
def test_what_is_no_moment_gives_none(text: object) -> None:
    assert read_timestamp(text) is None
