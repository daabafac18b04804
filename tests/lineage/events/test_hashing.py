"""The event hash: every published value, every set that must hash alike, and what must not change a hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.events import event_hash, pre_hash, read_document, read_event
from lineage.events.canonical_links import canonical
from lineage.identifiers import read_uri
from tests.lineage.events import samples
from tests.lineage.events.documents import name
from tests.vectors import VECTORS, require

EXAMPLES = require("event-hash", "examples")
EQUAL = require("event-hash", "expected_equal")
HASHED = [
    path
    for path in sorted([*EXAMPLES.glob("*.jsonld"), *EXAMPLES.glob("*.json"), *EXAMPLES.glob("*.xml")])
    if path.with_suffix(".hashes").exists()
]
ROWS = json.loads((VECTORS / "event-hash" / "dl-normaliser.json").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize("path", HASHED, ids=name)
def test_published_hashes(path: Path) -> None:
    hashes = path.with_suffix(".hashes").read_text(encoding="utf-8").split()
    assert [event_hash(event) for event in read_document(path.read_bytes()).events] == hashes


def test_there_are_published_hashes() -> None:
    assert len(HASHED) >= 24


@pytest.mark.parametrize("path", sorted(EQUAL.iterdir()), ids=name)
def test_files_whose_events_are_all_the_same(path: Path) -> None:
    events = read_document(path.read_bytes()).events
    assert len(events) > 1
    assert len({event_hash(event) for event in events}) == 1


@pytest.mark.parametrize(
    "row", [row for row in ROWS if isinstance(row["input"], str)], ids=lambda row: row["input"]
)
def test_published_canonical_links(row: dict[str, Any]) -> None:
    assert canonical(row["input"]) == (row["expected"] or row["input"])


@given(
    st.sampled_from(
        [
            "urn:epc:id:sgtin:0614141.107346.",
            "urn:epc:id:sgtin:614141000.1234.",
            "urn:epc:class:lgtin:0614141.107346.",
        ]
    ),
    st.text(alphabet="ABCxyz0189-._", min_size=1, max_size=20),
)
def test_the_canonical_link_is_the_identifiers_own(start: str, serial: str) -> None:
    identifier = read_uri(start + serial)
    assert canonical(start + serial) == identifier.id
    assert canonical(identifier.id) == identifier.id
    assert canonical(identifier.id.replace("id.gs1.org", "example.cn/trace") + "?17=271231") == identifier.id


def test_identifiers_of_other_schemes_take_the_form_of_the_identifiers() -> None:
    code = "83857930000879766660"
    expected = read_uri(f"https://id.suyuan.example/id/drug_code/{code}").id
    assert canonical(f"https://trace.example.cn/id/drug_code/{code}") == expected
    first = read_event(samples.object_event(epcList=[f"https://trace.example.cn/id/drug_code/{code}"]))
    second = read_event(samples.object_event(epcList=[expected]))
    assert event_hash(first) == event_hash(second)
    assert f"epc={expected}" in pre_hash(first)


def test_project_extensions_are_hashed_by_namespace_not_prefix() -> None:
    first = read_event(
        samples.object_event(**{"suyuan:device": "gate-3"}), [{"suyuan": "https://w3id.org/suyuan/v1/"}]
    )
    second = read_event(
        samples.object_event(**{"sy:device": " gate-3 "}), [{"sy": "https://w3id.org/suyuan/v1/"}]
    )
    assert pre_hash(first).endswith("{https://w3id.org/suyuan/v1/}device=gate-3")
    assert event_hash(first) == event_hash(second)


SAME: list[dict[str, Any]] = [
    {"eventTime": "2026-07-21T22:45:00.1230Z"},
    {"eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"},
    {"recordTime": "2026-08-01T00:00:00Z"},
    {"errorDeclaration": {"declarationTime": "2026-08-01T00:00:00Z"}},
    {"epcList": list(reversed(samples.EPCS))},
    {"epcList": [samples.EPCS[0] + "?17=271231", "http://example.com/01/10614141073464/10/LOT/21/2018"]},
    {"bizTransactionList": []},
    {"rdfs:comment": "seen at the gate"},
]
DIFFERENT: list[dict[str, Any]] = [
    {"eventTime": "2026-07-21T22:45:00.124Z"},
    {"eventTimeZoneOffset": "+09:00"},
    {"action": "DELETE"},
    {"epcList": samples.EPCS[:1]},
    {"bizStep": "shipping"},
    {"readPoint": {"id": "urn:epc:id:sgln:0012345.11111.400"}},
    {"quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 1}]},
    {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 4}]}]},
    {"persistentDisposition": {"set": ["recalled"]}},
    {"certificationInfo": "https://example.org/c/1"},
    {"example:extension": "1"},
]


@pytest.mark.parametrize("change", SAME, ids=lambda change: next(iter(change)))
def test_what_is_no_content_does_not_change_the_hash(change: dict[str, Any]) -> None:
    assert pre_hash(read_event(samples.object_event(**change))) == pre_hash(
        read_event(samples.object_event())
    )


def test_all_content_changes_the_hash() -> None:
    hashes = [event_hash(read_event(samples.object_event(**change))) for change in ({}, *DIFFERENT)]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize(
    ("given_number", "written"),
    [
        (1, "1"),
        (1.0, "1"),
        (0.1, "0.1"),
        (12.10000, "12.1"),
        (-0.0, "0"),
        (1e3, "1000"),
        (10**20, "1" + "0" * 20),
    ],
)
def test_numbers_lose_their_zeros(given_number: float, written: str) -> None:
    quantity = {"epcClass": "urn:x:a", "quantity": given_number}
    event = read_event(samples.object_event(quantityList=[quantity]))
    assert f"quantity={written}action=" in pre_hash(event)


@pytest.mark.parametrize(
    ("time", "written"),
    [
        ("2026-01-01T00:00:00.1415Z", "2026-01-01T00:00:00.142Z"),
        ("2026-01-01T00:00:00.1405Z", "2026-01-01T00:00:00.141Z"),
        ("2026-01-01T00:00:00.14049999999Z", "2026-01-01T00:00:00.140Z"),
        ("2025-12-31T23:59:59.9995Z", "2026-01-01T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_times_are_rounded_at_the_fourth_digit(time: str, written: str) -> None:
    assert f"eventTime={written}eventTimeZoneOffset" in pre_hash(
        read_event(samples.object_event(eventTime=time))
    )


def test_the_last_millisecond_of_all_can_be_hashed() -> None:
    event = read_event(samples.object_event(eventTime="9999-12-31T23:59:59.9999Z"))
    assert event_hash(event).startswith("ni:///sha-256;")
