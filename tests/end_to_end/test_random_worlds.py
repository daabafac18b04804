"""Random worlds through HTTP: shuffled, in batches, by several writers at once; answers equal the oracle."""

import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.end_to_end.conftest import Server
from tests.end_to_end.oracle import Oracle, touched
from tests.end_to_end.world import Event, document, make_world

PREFIX = "https://id.gs1.org/"


def key(uri: str) -> str:
    """Bring an answer's identifier to the oracle's spelling (an SSCC without its check digit)."""
    path = uri.removeprefix(PREFIX)
    return path[:-1] if path.startswith("00/") else path


def code(thing: str) -> str:
    """Give the oracle's thing as an identifier to ask for."""
    if not thing.startswith("00/"):
        return PREFIX + thing
    digits = thing.removeprefix("00/")
    total = sum(
        int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(digits))
    )
    return f"{PREFIX}00/{digits}{-total % 10}"


def capture(server: Server, token: str, batches: list[list[Event]]) -> None:
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:
        for batch in batches:
            answer = client.post("/epcis/v2/capture", json=document(batch), headers={"Prefer": "wait=60"})
            assert answer.status_code == 200, answer.text
            assert {result["status"] for result in answer.json()["results"]} <= {"accepted", "duplicate"}, (
                answer.text
            )


def check(inspector: httpx.Client, oracle: Oracle, things: list[str]) -> None:
    for thing in things:
        answer = inspector.get("/trace/v1/destination", params={"id": code(thing)})
        assert answer.status_code == 200, answer.text
        found = {key(one["id"]): one["at"][:19] for one in answer.json()["things"]}
        assert found == {name: at[:19] for name, at in oracle.destination(thing).items()}, (
            f"destination of {thing}"
        )
        answer = inspector.get("/trace/v1/source", params={"id": code(thing)})
        assert {key(one["id"]) for one in answer.json()["things"]} == oracle.source(thing), (
            f"source of {thing}"
        )
        # Half a minute beside an event: what an instant holds while it changes is no question for a person.
        middle = str(oracle.events[len(oracle.events) // 2]["eventTime"]).replace(":00Z", ":30Z")
        first = oracle.first(thing)
        if first <= middle:
            answer = inspector.get("/trace/v1/source", params={"id": code(thing), "until": middle})
            found_until = {key(one["id"]) for one in answer.json()["things"]}
            assert found_until == oracle.source(thing, middle), f"source of {thing} until {middle}"
        answer = inspector.get("/trace/v1/destination", params={"id": code(thing), "since": middle})
        found_since = {key(one["id"]) for one in answer.json()["things"]}
        assert found_since == set(oracle.destination(thing, middle)), f"destination of {thing} since {middle}"


def play(server: Server, inspector: httpx.Client, seed: int, size: int, asked: int, writers: int = 3) -> None:
    chance = random.Random(seed)
    events, declarations = make_world(seed, size, errors=4)
    # Some events arrive twice; corrections arrive anywhere, also before what they correct.
    arriving = [*events, *declarations, *chance.sample(events, size // 10)]
    chance.shuffle(arriving)
    batches = []
    while arriving:
        count = chance.randint(1, 12)
        batches.append(arriving[:count])
        arriving = arriving[count:]
    token = server.token("device")
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(lambda part: capture(server, token, batches[part::writers]), range(writers)))
    oracle = Oracle(events, declarations)
    check(inspector, oracle, chance.sample(oracle.things, min(asked, len(oracle.things))))
    hidden = {thing for event in declarations for thing in touched(event)} - set(oracle.things)
    for thing in sorted(hidden)[:3]:
        assert inspector.get("/trace/v1/source", params={"id": code(thing)}).json().get("things", []) == []


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_random_world_is_answered_as_the_oracle_does(fresh_server: Server, seed: int) -> None:
    with fresh_server.client("inspector") as inspector:
        play(fresh_server, inspector, seed, size=150, asked=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_a_large_random_world(fresh_server: Server, seed: int) -> None:
    with fresh_server.client("inspector") as inspector:
        play(fresh_server, inspector, seed, size=2500, asked=25)
