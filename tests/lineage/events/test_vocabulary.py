"""The tables of words against the published contexts and schema, and the three written forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineage.events import vocabulary as v
from lineage.events.check import ALLOWED, EVENTS
from lineage.events.wire import MEMBERS
from lineage.events.xml_shapes import CHILDREN
from tests.vectors import require

CONTEXTS = require("gs1-epcis", "JSON-LD-Context")
SCHEMA = json.loads((require("gs1-epcis") / "epcis-json-schema.json").read_text(encoding="utf-8"))[
    "definitions"
]
TABLES = [
    (v.BIZ_STEP, "cbv-context-bizstep", "bizStep"),
    (v.DISPOSITION, "cbv-context-disposition", "disposition"),
    (v.BIZ_TRANSACTION_TYPE, "cbv-context-biztransaction-type", "bizTransaction-type"),
    (v.SOURCE_DESTINATION_TYPE, "cbv-context-sourcedest-type", "source-dest-type"),
    (v.ERROR_REASON, "cbv-context-error-reason", "error-reason"),
    (v.COMPONENT, "cbv-context-component", "component"),
    (v.MEASUREMENT, "gs1-context-measurement-type", "measurementType"),
    (v.SENSOR_ALERT, "gs1-context-sensor-alert-type", "sensorAlertType"),
]


@pytest.mark.parametrize(
    ("vocabulary", "context", "definition"), TABLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_words_are_those_of_the_published_context_and_schema(
    vocabulary: v.Vocabulary, context: str, definition: str
) -> None:
    terms = json.loads((CONTEXTS / f"{context}.jsonld").read_text(encoding="utf-8"))["@context"]
    namespaces = {"cbv": v.CBV_NAMESPACE, "gs1": v.GS1_NAMESPACE}
    uris = {
        word: namespaces[target.partition(":")[0]] + target.partition(":")[2]
        for word, target in terms.items()
        if word not in namespaces and not word.startswith("@")
    }
    assert uris == {word: v.web_uri(vocabulary, word) for word in vocabulary.words}
    enumerated = next(each["enum"] for each in SCHEMA[definition]["anyOf"] if "enum" in each)
    assert set(enumerated) == vocabulary.words


def test_standard_prefixes_are_those_of_the_root_context() -> None:
    root = json.loads((CONTEXTS / "epcis-context-root.jsonld").read_text(encoding="utf-8"))["@context"]
    published = {name: root[name] for name in v.STANDARD_PREFIXES}
    assert published == v.STANDARD_PREFIXES


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_members_are_those_of_the_schema(kind: str) -> None:
    names: set[str] = set(SCHEMA["common-event-properties"]["anyOf"][0]["enum"])
    for part in SCHEMA[kind]["allOf"]:
        for choice in part.get("propertyNames", {}).get("anyOf", ()):
            names.update(choice.get("enum", ()))
    assert names == ALLOWED[kind]
    assert names <= MEMBERS
    assert set(CHILDREN[kind]) == names - {"@context", "type"}


@pytest.mark.parametrize(
    "text",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "https://ns.gs1.org/cbv/BizStep-shipping",
        "http://ns.gs1.org/cbv/BizStep-shipping",
    ],
)
def test_three_forms_of_one_word(text: str) -> None:
    assert v.bare(v.BIZ_STEP, text) == "shipping"
    assert v.web_uri(v.BIZ_STEP, text) == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert v.urn(v.BIZ_STEP, text) == "urn:epcglobal:cbv:bizstep:shipping"


def test_foreign_words_stay_as_they_are() -> None:
    for text in ("suyuan:filling", "https://example.cn/step", "urn:epcglobal:cbv:disp:shipping", ""):
        assert v.bare(v.BIZ_STEP, text) == v.web_uri(v.BIZ_STEP, text) == v.urn(v.BIZ_STEP, text) == text


def test_words_without_urn() -> None:
    form: Any = v.urn(v.MEASUREMENT, "Temperature")
    assert form == "Temperature"
    assert v.bare(v.MEASUREMENT, "https://www.gs1.org/voc/Temperature") == "Temperature"


def test_steps_of_the_project_are_no_words_of_the_standard() -> None:
    assert not set(v.SUYUAN_STEPS) & v.BIZ_STEP.words
