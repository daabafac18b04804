"""Numbers for things: whatever is listed in whatever way by whatever process, one thing has one number."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from sqlalchemy import Connection, text

from tests.trace_api.conftest import ClientAs
from tests.trace_api.documents import capture, document, event, item, known_things
from trace_api.capture import events_repository, things_repository
from trace_api.capture.interning import Interning
from trace_api.capture.known_runs import KnownRun, KnownRuns
from trace_api.capture.naming import Named, Room, Things
from trace_api.capture.runs import BLOCK_BITS, Run
from trace_api.capture.service import Capturer, Request
from trace_api.database import Database
from trace_api.database.engine import driver

CASE = [item(f"A{number:04}") for number in range(48)]


def numbers(interning: Interning, *lists: Sequence[str]) -> Things:
    """Have lists numbered together."""
    named = Named()
    for ids in lists:
        named.add(ids, 0)
    return interning.numbers(named, {}, [], []).things


def each(runs: Iterable[Run]) -> list[int]:
    """Give the things of runs."""
    assert all(run.lo >> BLOCK_BITS == run.hi >> BLOCK_BITS == run.block for run in runs)
    return [thing for run in runs for thing in range(run.lo, run.hi + 1)]


def rows(database: Database) -> int:
    """Count the rows of things."""
    with database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM thing")).scalar_one())


def test_a_list_in_order_is_one_row_and_one_run(database: Database) -> None:
    things = numbers(Interning(database), CASE)
    (run,) = things.runs(CASE)
    assert run.hi - run.lo == 47
    assert rows(database) == 1
    with database.reading() as connection:
        known = known_things(connection)
        assert list(known) == CASE
        assert list(known.values()) == each([run])
        assert things_repository.numbers(driver(connection).cursor(), [*CASE, item("A9")]) == known


def test_a_part_of_a_list_is_a_part_of_its_run(database: Database) -> None:
    whole = numbers(Interning(database), CASE)
    (run,) = whole.runs(CASE)
    for interning in (Interning(database), Interning(database)):
        for _ in range(2):
            part, last = CASE[5:20], CASE[-4:]
            things = numbers(interning, part, last, [CASE[7]])
            assert things.runs(part) == [Run(run.block, run.lo + 5, run.lo + 19)]
            assert things.runs(last) == [Run(run.block, run.hi - 3, run.hi)]
            assert things.number(CASE[7]) == run.lo + 7
    assert rows(database) == 1


def test_a_part_may_come_together_with_the_whole(database: Database) -> None:
    things = numbers(Interning(database), CASE[:16], CASE, CASE[16:32], [CASE[40]])
    (run,) = things.runs(CASE)
    assert each(things.runs(CASE[:16])) == each([run])[:16]
    assert each(things.runs(CASE[16:32])) == each([run])[16:32]
    assert things.number(CASE[40]) == run.lo + 40
    assert rows(database) == 1


def test_a_long_list_is_a_run_a_block(database: Database) -> None:
    pallet = [item(f"P{number:06}") for number in range(1000)]
    things = numbers(Interning(database), pallet)
    assert len(things.runs(pallet)) == rows(database) == 16
    assert len(set(each(things.runs(pallet)))) == 1000
    other = Interning(database)
    assert numbers(other, pallet).runs(pallet) == things.runs(pallet)
    assert each(numbers(other, pallet[60:70]).runs(pallet[60:70])) == each(things.runs(pallet))[60:70]


def test_serials_without_leading_zeros_are_runs_too(database: Database) -> None:
    interning = Interning(database)
    for start in range(1000, 1480, 48):
        numbers(interning, [item(str(number)) for number in range(start, start + 48)])
    for start in range(10_000, 14_800, 48):
        numbers(interning, [item(str(number)) for number in range(start, start + 48)])
    assert rows(database) == 110


@pytest.mark.parametrize(
    "ids",
    [
        [item(serial) for serial in ("B2", "B1", "B4", "B3", "B6")],
        [item(serial) for serial in ("9", "10", "11", "12")],
        [item(serial) for serial in ("K7", "LQ", "XA", "ZB")],
        [f"https://example.com/one\ntwo{number}" for number in range(5)],
        [item(f"%E6%BA%90{number}") for number in range(3)],
        [f"https://example.com/源{number}𠮷" for number in range(5)],
    ],
)
def test_other_lists_are_numbered_one_by_one_or_not_all_the_same(database: Database, ids: list[str]) -> None:
    things = numbers(Interning(database), ids)
    by_number = [things.number(id_) for id_ in ids]
    assert len(set(by_number)) == len(ids)
    assert sorted(each(things.runs(ids))) == sorted(by_number)
    again = numbers(Interning(database), ids[::-1])
    assert [again.number(id_) for id_ in ids] == by_number
    with database.reading() as connection:
        assert known_things(connection) == dict(zip(ids, by_number, strict=True))


def a_list(random: random.Random) -> list[str]:
    """Make a list of things: in order or not, counted or drawn, overlapping with others or not."""
    width, step = random.choice((0, 3, 5)), random.choice((1, 1, 1, 2, 7))
    first = random.randrange(300)
    ids = [item(f"{number:0{width}}") for number in range(first, first + random.randint(1, 90) * step, step)]
    if random.random() < 0.2:
        random.shuffle(ids)
    return ids


@pytest.mark.parametrize("seed", range(12))
def test_one_thing_has_one_number(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    processes = [Interning(database), Interning(database)]
    truth: dict[str, int] = {}
    for _ in range(25):
        if chance.random() < 0.1:
            processes[0] = Interning(database)
        lists = [a_list(chance) for _ in range(chance.randint(1, 6))]
        things = numbers(chance.choice(processes), *lists)
        for ids in lists:
            found = {id_: things.number(id_) for id_ in ids}
            assert sorted(each(things.runs(ids))) == sorted(found.values())
            for id_, number in found.items():
                assert truth.setdefault(id_, number) == number
    assert len(set(truth.values())) == len(truth)
    with database.reading() as connection:
        assert known_things(connection) == truth
        asked = [*truth, *(item(f"{number}x") for number in range(50))]
        assert things_repository.numbers(driver(connection).cursor(), asked) == truth


def test_writers_at_once_agree(database: Database) -> None:
    def write(seed: int) -> dict[str, int]:
        chance, interning = random.Random(seed % 2), Interning(database)
        found: dict[str, int] = {}
        for _ in range(15):
            lists = [a_list(chance) for _ in range(4)]
            things = numbers(interning, *lists)
            found |= {id_: things.number(id_) for ids in lists for id_ in ids}
        return found

    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(write, range(4)))
    truth: dict[str, int] = {}
    for part in parts:
        for id_, number in part.items():
            assert truth.setdefault(id_, number) == number
    assert len(set(truth.values())) == len(truth)


def test_units_within_a_run_are_told_from_others(client_as: ClientAs) -> None:
    boxes = [f"https://id.gs1.org/00/09521234000001{number:04}" for number in range(1000, 1010)]
    device, inspector = client_as("device"), client_as("inspector")
    events = [
        event(action="ADD", bizStep="commissioning", epcList=boxes),
        event("AggregationEvent", action="ADD", parentID=boxes[3], childEPCs=[item("1")]),
        event("AggregationEvent", action="ADD", parentID=boxes[9], childEPCs=[item("2")]),
    ]
    assert capture(device, events)["accepted"] == 3
    answer = inspector.get("/trace/v1/destination", params={"id": boxes[3]}).json()
    assert item("1") in {thing["id"] for thing in answer["things"]}
    assert item("2") not in {thing["id"] for thing in answer["things"]}
    answer = inspector.get("/trace/v1/history", params={"id": boxes[4]}).json()
    assert len(answer["events"]) == 1


def test_remembered_runs_are_found_by_their_parts() -> None:
    ids = [f"a{number:03}" for number in range(200)]
    known = KnownRuns(1000)
    for lo, start in ((64, 0), (256, 64), (640, 128)):
        known.add(KnownRun.of(lo, ids[start : start + 64]))
    assert known.runs(ids[60:70], "\n".join(ids[60:70])) == [Run(1, 124, 127), Run(4, 256, 261)]
    assert known.runs(ids[5:6], ids[5]) == [Run(1, 69, 69)]
    for absent in (["a0305"], ids[190:], ids[3:9:2], ["a00\na"], ["b"], [*ids[:3], "a0021"]):
        assert known.runs(absent, "\n".join(absent)) is None


def test_what_was_met_before_is_found_beside_what_is_new() -> None:
    """Among the younger runs one begins before it: that one does not have it."""
    known = KnownRuns(100)
    before, after, later = ([f"{case}{number:02}" for number in range(40)] for case in "bac")
    for number, ids in enumerate((before, after, later)):
        known.add(KnownRun.of(number * 64, ids))
        assert known.runs(ids, "\n".join(ids)) is not None
        assert known.runs(before[3:9], "\n".join(before[3:9])) == [Run(0, 3, 8)]


def test_what_is_not_met_again_is_forgotten() -> None:
    known = KnownRuns(200)
    lists = [[f"{case}{number:02}" for number in range(50)] for case in "abcdefgh"]
    for number, ids in enumerate(lists):
        known.add(KnownRun.of(number * 64, ids))
        assert known.runs(lists[0], "\n".join(lists[0])) is not None
    assert known.runs(lists[1], "\n".join(lists[1])) is None
    assert known.runs(lists[7], "\n".join(lists[7])) is not None


def test_a_list_never_crosses_a_block(database: Database) -> None:
    room = Room(things_repository.draw_blocks)
    given: list[int] = []
    with database.transaction() as connection:
        for count in (10, 60, 64, 1, 48, 20):
            first = room.together(connection, count)
            assert first >> BLOCK_BITS == first + count - 1 >> BLOCK_BITS
            given += range(first, first + count)
            given += room.single(connection, count)
    assert len(set(given)) == len(given)


def test_numbers_of_before_a_crash_are_not_used_after_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a process remembers may be gone from PostgreSQL: its commit was not waited for."""
    capturer = Capturer(database, 1000)
    body = orjson.dumps(
        document(event(action="ADD", epcList=CASE), event(action="ADD", epcList=[item("single")]))
    )
    request = Request(body, "application/json", "test")

    def refused(*_: object, **__: object) -> str:
        raise OSError("not stored")

    with monkeypatch.context() as patch:
        patch.setattr(events_repository, "known", refused)
        with pytest.raises(OSError, match="not stored"):
            capturer.capture(request)
    lost = numbers(capturer._interning, CASE)
    # As the crash leaves it: neither the rows nor the numbers that were drawn; others have those now.
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM thing")
        connection.exec_driver_sql("SELECT setval('thing_id', 128, false)")
    other = [item(f"Z{number:04}") for number in range(48)]
    (taken,) = numbers(Interning(database), other).runs(other)
    assert [taken] == list(lost.runs(CASE))

    for where, name in ((things_repository, "lock"), (events_repository, "lock_errata")):
        original = getattr(where, name)

        def restarted(
            connection: Connection, original: Callable[..., str] = original, **members: bool
        ) -> str:
            return f"after {original(connection, **members)}"

        monkeypatch.setattr(where, name, restarted)
    assert capturer.capture(request).counts == {"accepted": 2}
    with database.reading() as connection:
        known = known_things(connection)
        assert len(set(known.values())) == len(known) == 48 + 48 + 1
        posted = connection.exec_driver_sql("SELECT lo, hi FROM posting ORDER BY lo").all()
    assert sorted(thing for lo, hi in posted for thing in range(lo, hi + 1)) == sorted(
        known[id_] for id_ in [*CASE, item("single")]
    )
    capturer.close()


def test_things_of_before_are_found_afterwards(database: Database) -> None:
    with database.transaction() as connection:
        for number, id_ in ((70, item("A0003")), (71, item("A0005"))):
            insert = "INSERT INTO thing VALUES (%s, %s, 0, 0, NULL, %s, NULL)"
            connection.exec_driver_sql(insert, (number, number, id_))
        connection.exec_driver_sql("SELECT setval('thing_id', 128, false)")
    things = numbers(Interning(database), CASE)
    assert things.number(item("A0003")) == 70
    assert things.number(item("A0005")) == 71
    assert len(set(each(things.runs(CASE)))) == 48
