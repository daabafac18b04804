"""``lineage hash``, ``convert`` and ``validate``, called as a person calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lineage.commands import app, documents
from lineage.events import event_hash, read_document, read_json, read_xml
from tests.vectors import require

EXAMPLES = require("event-hash", "examples")
JSON = require("gs1-epcis", "JSON")
INVALID = require("openepcis", "2.0", "EPCIS", "JSON", "Capture", "Invalid")
INVALID_XML = require("openepcis", "2.0", "EPCIS", "XML", "Capture", "Invalid")
RUNNER = CliRunner()
REFERENCE = EXAMPLES / "ReferenceEventHashAlgorithm.xml"
HASH = REFERENCE.with_suffix(".hashes").read_text(encoding="utf-8").strip()


def test_hash_prints_one_line_an_event() -> None:
    result = RUNNER.invoke(app, ["hash", str(REFERENCE), str(REFERENCE.with_suffix(".jsonld"))])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [HASH, HASH]


def test_hash_as_json_and_pre_hash() -> None:
    result = RUNNER.invoke(app, ["hash", "--json", str(REFERENCE)])
    assert json.loads(result.stdout) == {"file": str(REFERENCE), "index": 0, "event_id": None, "hash": HASH}
    result = RUNNER.invoke(app, ["hash", "--pre-hash", str(REFERENCE)])
    assert result.stdout == REFERENCE.with_suffix(".prehashes").read_text(encoding="utf-8").strip() + "\n"


def test_hash_names_bad_events_and_hashes_the_good_ones() -> None:
    path = INVALID / "ObjectEvent_with_non_standard_bizStep_in_second_event.json"
    result = RUNNER.invoke(app, ["hash", str(path)])
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "/epcisBody/eventList/1/bizStep" in result.stderr
    assert "[unknown-biz-step]" in result.stderr


def test_hash_of_standard_input() -> None:
    result = RUNNER.invoke(app, ["hash", "-"], input=REFERENCE.read_bytes())
    assert result.stdout.strip() == HASH


@pytest.mark.parametrize("command", ["hash", "convert", "validate"])
def test_a_missing_file_is_wrong_usage(command: str, tmp_path: Path) -> None:
    more = ["--to", "json"] if command == "convert" else []
    result = RUNNER.invoke(app, [command, str(tmp_path / "none.json"), *more])
    assert result.exit_code == 2
    assert "none.json" in result.stderr


@pytest.mark.parametrize("large", [False, True])
def test_convert_both_ways(large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        monkeypatch.setattr(documents, "LARGE", 10)
    source = JSON / "WithFullCombinationOfFields" / "object_event_all_possible_fields.jsonld"
    expected = [event_hash(event) for event in read_document(source.read_bytes()).events]
    in_xml, in_json, lines = tmp_path / "a.xml", tmp_path / "a.json", tmp_path / "a.jsonl"
    for origin, form, target in (
        (source, "xml", in_xml),
        (in_xml, "json", in_json),
        (in_xml, "jsonl", lines),
    ):
        result = RUNNER.invoke(app, ["convert", str(origin), "--to", form, "-o", str(target)])
        assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert [event_hash(event) for event in read_xml(in_xml.read_bytes()).events] == expected
    document = read_json(in_json.read_bytes())
    assert [event_hash(event) for event in document.events] == expected
    assert document.members["sender"] == "urn:epc:id:sgln:0353579.00001.0"
    assert [event_hash(read_json(line).events[0]) for line in lines.read_bytes().splitlines()] == expected


def test_convert_to_1_2_says_what_it_cannot_and_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.xml"
    source = JSON / "WithSensorData" / "SensorDataExample14.jsonld"
    result = RUNNER.invoke(app, ["convert", str(source), "--to", "xml1.2", "-o", str(target)])
    assert result.exit_code == 1
    assert "/epcisBody/eventList/0/sensorElementList" in result.stderr
    assert list(tmp_path.iterdir()) == []
    source = JSON / "Example_9.6.4-TransformationEvent.jsonld"
    result = RUNNER.invoke(app, ["convert", str(source), "--to", "xml1.2", "-o", str(target)])
    assert result.exit_code == 0
    assert b'schemaVersion="1.2"' in target.read_bytes()
    hashes = [event_hash(event) for event in read_xml(target.read_bytes()).events]
    assert hashes == [event_hash(event) for event in read_document(source.read_bytes()).events]


def test_convert_says_what_the_json_schema_is_stricter_about() -> None:
    source = require("gs1-epcis", "XML") / "WithSensorData" / "SensorDataExamples.xml"
    result = RUNNER.invoke(app, ["convert", str(source), "--to", "jsonl"])
    assert result.exit_code == 0
    assert "not by the JSON schema" in result.stderr


def test_convert_refuses_an_invalid_document() -> None:
    result = RUNNER.invoke(
        app, ["convert", str(INVALID / "ObjectEvent_with_quantity_as_text.json"), "--to", "xml"]
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "/epcisBody/eventList/0/quantityList/0/quantity" in result.stderr


def test_validate_names_pointer_and_line() -> None:
    bad_json = INVALID / "Combination_of_multiple_invalid_fields.json"
    bad_xml = INVALID_XML / "ObjectEvent_with_unknown_element.xml"
    result = RUNNER.invoke(app, ["validate", str(bad_json), str(bad_xml), str(REFERENCE)])
    assert result.exit_code == 1
    assert (
        "/epcisBody/eventList/4/action: 'CREATE' is none of ADD, OBSERVE, DELETE. [unknown-action]"
        in result.stderr
    )
    assert f"{bad_xml}:13: /madeUpField:" in result.stderr
    assert f"{REFERENCE}: valid, 1 events" in result.stdout


def test_validate_as_json() -> None:
    result = RUNNER.invoke(
        app, ["validate", "--json", str(INVALID_XML / "ObjectEvent_with_invalid_eventTime_format.xml")]
    )
    found = json.loads(result.stdout)
    assert (found["valid"], found["events"], found["invalid_events"]) == (False, 1, 1)
    assert [(each["line"], each["pointer"], each["code"]) for each in found["problems"]] == [
        (7, "/eventTime", "bad-time")
    ]


def test_validate_warns_of_what_is_hardly_meant() -> None:
    source = JSON / "WithFullCombinationOfFields" / "object_event_all_possible_fields.jsonld"
    result = RUNNER.invoke(app, ["validate", "--json", str(source)])
    assert result.exit_code == 0
    codes = {warning["code"] for warning in json.loads(result.stdout)["warnings"]}
    assert codes == {"sensor-attribute-twice"}


@pytest.mark.parametrize("command", ["hash", "convert", "validate"])
def test_help_has_examples(command: str) -> None:
    result = RUNNER.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"lineage {command} " in result.stdout


def test_json_is_read_without_loading_the_xml_library() -> None:
    code = "import sys, lineage.events; assert not {'lxml', 'networkx', 'numpy', 'typer'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
