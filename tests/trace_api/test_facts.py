"""The facts in the database equal those of the source in memory, whatever order the events arrived in."""

from __future__ import annotations

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import orjson
import pytest

from lineage.trace import FOREVER, NEVER, MemoryNeighbours
from lineage.trace.neighbours import Ask, Neighbours
from lineage.trace.runs import runs_of
from tests.lineage.trace.worlds import random_world
from tests.trace_api.documents import Event, document, known_things
from trace_api.capture.service import Capturer, Request
from trace_api.capture.stored_events import stored_events
from trace_api.database import Database
from trace_api.trace.neighbours_repository import PostgresNeighbours

Facts = dict[str, set[Any]]


def facts_of(source: Neighbours, things: Iterable[str], event_ids: dict[int, str]) -> Facts:
    """Write down everything a source knows about some things, with names for numbers."""
    found = source.find(list(things))
    number_of = dict(found)
    asks = [Ask(number, number, NEVER, FOREVER) for number in sorted(number_of.values())]
    # A lot may be known from its items only, and a run may name neighbours that were not asked for.
    names = source.names(asks)
    name_of = {number: name.id for number, name in names.items()}
    runs = [Ask(*run, NEVER, FOREVER) for run in runs_of(name_of)]
    ends = source.end_names(runs)
    assert all(ends[end] == names[end] for run in runs for end in run[:2])
    event = event_ids.__getitem__

    def each(first: int, last: int) -> list[str]:
        return [name_of[number] for number in range(first, last + 1)]

    def stays(intervals: Iterable[Any]) -> set[Any]:
        return {
            (
                name_of[one.parent],
                child,
                one.start,
                one.end,
                event(one.event),
                None if one.closed_by is None else event(one.closed_by),
            )
            for one in intervals
            for child in each(one.first, one.last)
        }

    legs: set[Any] = set()
    for transformation in source.made_into(asks):
        inputs = {
            (thing, leg.at, event(leg.event))
            for leg in transformation.inputs
            for thing in each(leg.first, leg.last)
        }
        outputs = frozenset(
            (thing, leg.at, event(leg.event))
            for leg in transformation.outputs
            for thing in each(leg.first, leg.last)
        )
        legs |= {(one, outputs) for one in inputs}
    for transformation in source.made_from(asks):
        outputs_asked = {thing for leg in transformation.outputs for thing in each(leg.first, leg.last)}
        legs |= {("made from", thing) for thing in outputs_asked}
    return {
        "names": {(name.id, name.kind) for name in names.values()},
        "names in runs": {
            (key, kind)
            for run in source.name_runs(runs)
            for number, key, kind in zip(count(run.first), run.ids, run.kinds, strict=False)
            if name_of[number] == key
        },
        "legs": legs,
        "members": {
            (thing, name_of[one.lot], one.at, event(one.event))
            for one in source.lots_of(asks)
            for thing in each(one.first, one.last)
        },
        "items": {
            (thing, name_of[one.lot], one.at, event(one.event))
            for one in source.items_of(asks)
            for thing in each(one.first, one.last)
        },
        "inside": stays(source.containers(asks)),
        "contents": stays(source.contents(asks)),
        "attached": stays(source.attached(asks)),
        "odd": {
            (
                thing,
                one.code,
                one.at,
                event(one.event),
                name_of[one.parent],
                None if one.other is None else name_of[one.other],
            )
            for one in source.oddities(asks)
            for thing in each(one.first, one.last)
        },
        "postings": {
            (thing, one.at, event(one.event), one.role, one.quantity, one.uom, one.void)
            for one in source.appearances(asks)
            for thing in each(one.first, one.last)
        },
        "first": {(name, source.first_seen(number)) for name, number in number_of.items()},
    }


def compare(database: Database) -> None:
    """Compare the database with the source in memory over the very events that it holds, in record order."""
    with database.reading() as connection:
        numbers = [row[0] for row in connection.exec_driver_sql("SELECT id FROM event ORDER BY id")]
        events = stored_events(connection, numbers)
        memory = MemoryNeighbours(events.values())
        keys = list(known_things(connection))
        stored = PostgresNeighbours(connection)
        ids = {
            number: f"{event.event_id}{'!' * bool(event.error_declaration)}"
            for number, event in events.items()
        }
        assert stored.event_ids(numbers) == {number: event.event_id for number, event in events.items()}
        assert stored.statements(numbers) == dict(
            zip(numbers, memory.statements(range(len(numbers))).values(), strict=True)
        )
        expected = facts_of(memory, keys, dict(enumerate(ids[number] for number in numbers)))
        found = facts_of(stored, keys, ids)
    for name, facts in expected.items():
        assert found[name] == facts, name


def capture_all(capturer: Capturer, events: list[Event], chance: random.Random) -> None:
    while events:
        count = chance.randint(1, 9)
        data = orjson.dumps(document(*events[:count]))
        capturer.capture(Request(data, "application/json", "test", "proceed"))
        del events[:count]


def world(seed: int, size: int, chance: random.Random, *, same_times: bool) -> list[Event]:
    """Give a random world with declarations, some of them twice, shuffled."""
    events = random_world(seed, size)
    if same_times:
        times = [event["eventTime"] for event in events]
        for event in events:
            if chance.random() < 0.4:
                event["eventTime"] = chance.choice(times[:8])
    taken_out = {event["eventID"] for event in events if "errorDeclaration" in event}
    standing = [event for event in events if event["eventID"] not in taken_out]
    declared = [
        {**event, "errorDeclaration": {"declarationTime": "2026-06-01T00:00:00Z", "reason": "incorrect_data"}}
        for event in chance.sample(standing, size // 8)
    ]
    arriving = [*events, *declared, *chance.sample(events, size // 8)]
    chance.shuffle(arriving)
    return arriving


@pytest.mark.parametrize("same_times", [False, True], ids=["own times", "same times"])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_gives_the_facts_of_the_memory(database: Database, seed: int, same_times: bool) -> None:
    chance = random.Random(seed)
    capture_all(Capturer(database, 1000), world(seed, 120, chance, same_times=same_times), chance)
    compare(database)


@pytest.mark.parametrize("seed", range(3))
def test_many_writers_give_the_facts_of_the_memory(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    arriving = world(seed + 50, 160, chance, same_times=True)
    capturer = Capturer(database, 1000)
    with ThreadPoolExecutor(6) as pool:
        done = [
            pool.submit(capture_all, capturer, arriving[part::6], random.Random(part)) for part in range(6)
        ]
        for one in done:
            one.result()
    compare(database)


def test_one_document_gives_the_facts_of_the_memory(database: Database) -> None:
    chance = random.Random(7)
    arriving = world(7, 200, chance, same_times=True)
    data = orjson.dumps(document(*arriving))
    job = Capturer(database, 1000).capture(Request(data, "application/json", "test"))
    assert job.success
    compare(database)
