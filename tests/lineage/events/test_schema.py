"""The tables of rules against the schema of the standard: the same verdict on thousands of damaged events."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from lineage.events import DocumentError, Problem, check_event, read_json
from lineage.events.wire import MEMBERS
from tests.lineage.events.documents import json_documents
from tests.vectors import require

SCHEMA = json.loads((require("gs1-epcis") / "epcis-json-schema.json").read_text(encoding="utf-8"))
DOCUMENTS = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)
VALIDATOR = jsonschema_rs.validator_for(
    {
        "$schema": SCHEMA["$schema"],
        "definitions": SCHEMA["definitions"],
        "$ref": "#/definitions/EPCIS-Document-Event",
    },
    validate_formats=True,
)
EVENTS = [
    event.document
    for path, valid in json_documents()
    if valid
    for event in read_json(path.read_bytes()).events
]
#: Where the rules here are stricter than the schema, and why: (code and pointer, part of the sentence).
STRICTER = {
    (r"missing-parent \S*/parentID", ""): "EPCIS 2.0 §7.4.2, which the schema leaves to prose",
    (r"\S+ \S*/persistentDisposition.*", ""): "the schema forgets its shape for all types but two",
    (r"\S+ .*", r"'[A-Za-z.+-]+:'"): "a scheme with nothing after it names nothing (RFC 3986 allows it)",
}
VALUES: list[Any] = [
    *(None, True, 0, -1.5, "", "x", "urn:x:a", [], {}, ["urn:x:a"], ["urn:x:a", "urn:x:a"], [{}]),
    *({"id": "urn:x:a"}, {"ext:a": 1}, "a b", "http://[bad", "http://x/%zz", "x:y#z#w", "1:x", "://x"),
    *("2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01t00:00:00z", "2026-01-01 00:00:00Z"),
    *("2016-12-31T23:59:60Z", "+08:00", "+14:30", "KGM", "kgm", "f0", "http://x/{a}"),
    *("ADD", "DELETE", "OBSERVE", "shipping", "in_transit", "po", "did_not_occur", "owning_party"),
    *("cbv:BizStep-shipping", "urn:epcglobal:cbv:bizstep:shipping", "gs1:Temperature", "Temperature"),
    *("https://ref.gs1.org/cbv/BizStep-shipping", "https://gs1.org/voc/Temperature", "ext:Type"),
    *("ObjectEvent", "AggregationEvent", "TransformationEvent", "AssociationEvent", "TransactionEvent"),
    *("ext:Event", "QuantityEvent", "2.0", "v2", ["x:a", {"a": "x:"}, {"a": "x:"}], [{"id": "urn:x:a"}]),
    *("2026-01-01T00:00:60Z", "2017-01-01T07:59:60+08:00", "2026-02-29T00:00:00Z", "2026-01-01T00:00:00"),
    *(
        "http://a:b:c/",
        "http://x:80a/",
        "http://a@b@c/",
        "http://[::1]/a",
        "http://[::::]/",
        "http://[v1.x]/",
    ),
    *("http://u:p@h:80/a?b#c", "file:///a", "http:", "x:", "http://", "urn:x:\u3000a", "urn:x:a\n"),
]
NAMES = [
    *(*sorted(MEMBERS), "note", "ext:a", "a/b", "a:", "", "id", "value", "set", "reason", "quantity", "time"),
    *("epcisHeader", "schemaVersion", "creationDate", "sender", "epcisBody", "queryName", "vocabularyList"),
]
WHOLE = [json.loads(path.read_bytes()) for path, valid in json_documents() if valid]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name in value:
            yield from places(value[name], (*path, name))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*path, index))


def changed(event: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Give the event with one to three of its values replaced, removed or added."""
    event = copy.deepcopy(event)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(places(event)))
        holder: Any = event
        for step in path[:-1]:
            holder = holder[step]
        value = copy.deepcopy(chance.choice(VALUES))
        what = chance.randrange(3) if path else 0
        if what == 1:
            del holder[path[-1]]
        elif what == 2:
            holder[path[-1]] = value
        elif isinstance(holder, dict):
            holder[chance.choice(NAMES)] = value
        else:
            holder.append(value)
    return event


@pytest.mark.parametrize("seed", range(8))
def test_the_verdict_is_that_of_the_schema(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        event = changed(chance.choice(EVENTS), chance)
        problems = check_event(event)
        if VALIDATOR.is_valid(event):
            assert all(map(is_stricter, problems)), event
        else:
            assert problems, event


@pytest.mark.parametrize("seed", range(8))
def test_the_verdict_on_documents_is_that_of_the_schema(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(250):
        document = changed(a_part_of(chance.choice(WHOLE), chance), chance)
        if not isinstance(document, dict):
            continue
        problems: list[Problem] = []
        try:
            read_json(json.dumps(document).encode())
        except DocumentError as error:
            problems = error.problems
        if DOCUMENTS.is_valid(document):
            assert all(map(is_stricter, problems)), document
        else:
            assert problems, document


def is_stricter(problem: Problem) -> bool:
    """Say whether the rules here are meant to be stricter."""
    return any(
        re.fullmatch(place, f"{problem.code} {problem.pointer}") and re.search(sentence, problem.message)
        for place, sentence in STRICTER
    )


def a_part_of(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Give the document with one or two of its events."""
    document = copy.deepcopy(document)
    body = document.get("epcisBody", {})
    body = body.get("queryResults", {}).get("resultsBody", body)
    if body.get("eventList"):
        start = chance.randrange(len(body["eventList"]))
        body["eventList"] = body["eventList"][start : start + 2]
    return document


def test_all_valid_events_are_valid_by_the_schema() -> None:
    assert len(EVENTS) > 100
    assert all(VALIDATOR.is_valid(event) for event in EVENTS)
