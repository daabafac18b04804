"""Random worlds: the engine's answers equal those of an oracle that looks at everything."""

import random
from typing import Any

import orjson
import pytest

from lineage.events import read_json
from lineage.events.times import read_time
from lineage.facts import micros, rfc3339
from lineage.trace import MemoryNeighbours, NoDirectory, destination, source, whereabouts
from tests.lineage.trace.worlds import Oracle, document, oracle, random_world

SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 60))]


def loaded(seed: int, size: int = 70, *, shuffled: bool = True) -> tuple[MemoryNeighbours, Oracle]:
    events = random_world(seed, size)
    truth = oracle(events)
    arriving = [*events, *random.Random(seed).sample(events, size // 10)]
    if shuffled:
        random.Random(seed).shuffle(arriving)
    return MemoryNeighbours(read_json(orjson.dumps(document(arriving))).events), truth


def thing_of(neighbours: MemoryNeighbours, name: str) -> int:
    return neighbours.find([name])[name]


def times(answer: dict[str, Any]) -> dict[str, str]:
    return {thing["id"]: thing["at"] for thing in answer["things"]}


def at_of(text: str) -> int:
    return micros(read_time(text))


@pytest.mark.parametrize("seed", SEEDS)
def test_destination_is_what_the_oracle_says(seed: int) -> None:
    neighbours, truth = loaded(seed)
    middle = str(truth.events[len(truth.events) // 2]["eventTime"])
    for name in truth.things:
        thing = thing_of(neighbours, name)
        assert times(destination(neighbours, thing, examined=0).as_dict()) == truth.destination(name), name
        since = destination(neighbours, thing, at_of(middle), examined=0).as_dict()
        assert times(since) == truth.destination(name, middle), name


@pytest.mark.parametrize("seed", SEEDS)
def test_source_is_what_the_oracle_says(seed: int) -> None:
    neighbours, truth = loaded(seed)
    middle = str(truth.events[len(truth.events) // 2]["eventTime"])
    for name in truth.things:
        thing = thing_of(neighbours, name)
        found = times(source(neighbours, thing, examined=0).as_dict())
        wanted = {one: None if at == "9999" else at for one, at in truth.source(name).items()}
        assert found == wanted, name
        until = source(neighbours, thing, at_of(middle), examined=0).as_dict()
        assert times(until) == truth.source(name, middle), name


@pytest.mark.parametrize("seed", SEEDS[:4])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_depth_limits_hops(seed: int, depth: int) -> None:
    neighbours, truth = loaded(seed)
    for name in truth.things[::3]:
        thing = thing_of(neighbours, name)
        forwards = destination(neighbours, thing, depth=depth, examined=0)
        assert times(forwards.as_dict()) == truth.destination(name, depth=depth), name
        assert all(one.depth <= depth for one in forwards.graph.things)
        backwards = source(neighbours, thing, at_of("2026-03-01T06:00:00Z"), depth=depth, examined=0)
        assert times(backwards.as_dict()) == truth.source(name, "2026-03-01T06:00:00Z", depth), name


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_contact_is_what_the_oracle_says(seed: int) -> None:
    neighbours, truth = loaded(seed, 50)
    for name in truth.things[::2]:
        answer = destination(neighbours, thing_of(neighbours, name), contact=True, examined=0)
        assert times(answer.as_dict()) == truth.destination(name, contact=True), name


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("contact", [False, True])
def test_source_and_destination_are_mirrors(seed: int, contact: bool) -> None:
    neighbours, truth = loaded(seed, 60)
    units = {stay.parent for stay in truth.stays}
    names = [name for name in truth.things if name not in units]
    reached = {
        name: set(
            times(destination(neighbours, thing_of(neighbours, name), contact=contact, examined=0).as_dict())
        )
        for name in truth.things
    }
    for name in names:
        origin = source(neighbours, thing_of(neighbours, name), contact=contact, examined=0).as_dict()
        assert set(times(origin)) & set(names) == {one for one in names if name in reached[one]}, name


@pytest.mark.parametrize("seed", SEEDS[:5])
@pytest.mark.parametrize("question", ["source", "destination"])
@pytest.mark.parametrize("contact", [False, True])
def test_every_thing_has_a_path_of_facts_that_chains_from_the_root(
    seed: int, question: str, contact: bool
) -> None:
    neighbours, truth = loaded(seed)
    stated = {str(event["eventID"]) for event in truth.events}
    for name in truth.things:
        thing = thing_of(neighbours, name)
        ask = source if question == "source" else destination
        answer = ask(neighbours, thing, contact=contact, examined=0).as_dict()
        touching = [edge for edge in answer["edges"] if edge["kind"] == "contact"]
        assert all(edge["from"] != edge["to"] for edge in touching), "nothing is in contact with itself"
        near, far = ("to", "from") if question == "source" else ("from", "to")
        for one in answer["things"]:
            path = [answer["edges"][number] for number in one["via"]]
            here = name
            for edge in path:
                assert edge[near] == here
                assert edge["event"] in stated
                here = edge[far]
            assert here == one["id"]
            moments = [edge["at"] or "9999" for edge in path]
            assert moments == sorted(moments, reverse=question == "source")
            assert path[-1]["at"] == one["at"]
            made = [edge["kind"] for edge in path]
            assert one["depth"] <= len(made)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_no_order_of_arrival_changes_an_answer(seed: int) -> None:
    shuffled, truth = loaded(seed)
    in_order, _ = loaded(seed, shuffled=False)
    for name in truth.things:
        for ask in (source, destination):
            first = ask(shuffled, thing_of(shuffled, name), examined=0).as_dict()
            second = ask(in_order, thing_of(in_order, name), examined=0).as_dict()
            assert times(first) == times(second)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_origins_are_the_things_that_nothing_went_into(seed: int) -> None:
    neighbours, truth = loaded(seed)
    for name in truth.things:
        for one in source(neighbours, thing_of(neighbours, name), examined=0).as_dict()["things"]:
            if one["kind"] == "unit":
                continue
            assert one["origin"] == (not truth.source(one["id"], one["at"] or "9999")), (name, one)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_things_are_where_they_were_seen_last(seed: int) -> None:
    neighbours, truth = loaded(seed, 60)
    instances = [name for name in truth.things if "/10/" not in name]
    numbers = {name: thing_of(neighbours, name) for name in instances}
    found = whereabouts(neighbours, numbers.values(), NoDirectory())
    for name in instances:
        assert found[numbers[name]].site == truth.where(name), name


def test_a_thing_that_only_a_wrong_event_named_reaches_nothing() -> None:
    events = random_world(3, 60)
    wrong = {event["eventID"] for event in events if "errorDeclaration" in event}
    events = [event for event in events if event["eventID"] in wrong or "errorDeclaration" in event]
    neighbours = MemoryNeighbours(read_json(orjson.dumps(document(events))).events)
    asked = 0
    for event in events:
        for text in event.get("epcList", []) + event.get("childEPCs", []):
            thing = neighbours.find([text]).get(text)
            if thing is not None:
                asked += 1
                assert destination(neighbours, thing).as_dict()["things"] == []
                assert source(neighbours, thing).as_dict()["things"] == []
    assert asked
    assert rfc3339(None) is None
