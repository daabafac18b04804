"""The journal: order, redelivery, one transaction from read to event, removal, full disk."""

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway_agent.clock import SECOND
from gateway_agent.configuration.settings import JournalSettings
from gateway_agent.errors import JournalError
from gateway_agent.journal import derivation
from gateway_agent.journal.database import connect, connect_reading
from gateway_agent.journal.reads import Delivery, Read
from gateway_agent.journal.recovery import lock
from gateway_agent.journal.store import Store
from gateway_agent.journal.writer import Writer
from gateway_agent.replay import replay
from tests.gateway_agent.benches import Bench, code, cup, ids
from tests.gateway_agent.clocks import ManualClock


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.close()


def test_a_commit_is_on_disk(bench: Bench) -> None:
    settings = {
        name: bench.store.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_reads_become_events_in_order(bench: Bench) -> None:
    assert bench.take(cup(1), cup(2), cup(3)) == 3
    assert [event["epcList"][0][-1] for event in bench.events()] == ["1", "2", "3"]
    assert len(set(ids(bench.events()))) == 3
    assert bench.events()[0]["eventTime"] == "2026-11-24T14:00:00.000+08:00"
    assert bench.derive() == 0


def test_a_redelivery_with_a_key_is_one_read(bench: Bench) -> None:
    assert bench.append(code(cup(1), key="a"), code(cup(2), key="b")) == (2, 0)
    assert bench.append(code(cup(1), key="a"), code(cup(3), key="c")) == (1, 1)
    assert bench.derive() == 3


def test_keys_belong_to_their_source(bench: Bench) -> None:
    tag = Read("gate", "tag", {"epc": "3034257BF7194E4000001A85"}, key="a")
    assert bench.append(code(cup(1), key="a"), tag) == (2, 0)


def test_a_flagged_redelivery_without_a_key_is_told_by_its_content(bench: Bench) -> None:
    reading = {"device": "x", "readings": [["Temperature", 4.0, "CEL"]]}
    sensor = Read("sensors", "sensor", reading)
    assert bench.append(sensor, sensor) == (2, 0), "two equal readings are two readings"
    assert bench.append(Read("sensors", "sensor", reading, redelivered=True)) == (0, 1)
    assert bench.append(Read("sensors", "sensor", {**reading, "device": "y"}, redelivered=True)) == (1, 0)


def test_a_scanner_repeats_only_its_last_scan(bench: Bench) -> None:
    bench.append(cup(1), cup(2))
    assert bench.append(code(cup(2), redelivered=True)) == (0, 1)
    assert bench.append(code(cup(1), redelivered=True)) == (1, 0)


def test_a_crash_before_the_derivation_commits_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    bench.append(cup(1), cup(2))

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "quarantine", fail)
        bench.append("nonsense")
        with pytest.raises(KeyboardInterrupt):
            bench.derive()
    assert bench.events() == []
    first = bench.derive()
    expected = ids(bench.events())
    assert first == 2
    bench.close()
    again = Bench(tmp_path)
    assert again.derive() == 0
    assert ids(again.events()) == expected
    again.close()


def test_deriving_from_the_start_again_gives_the_same_identifiers_and_no_second_event(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(cup(1), cup(2), "SUYUAN:VOID")
    before = bench.events()
    with bench.store.transaction():
        bench.store.set_meta("consumed", "0")
        bench.store.connection.execute("DELETE FROM state")
    bench.close()
    again = Bench(tmp_path)
    again.derive()
    assert again.events() == before
    again.close()


def test_reads_that_make_no_event_are_not_worth_a_commit_each(tmp_path: Path) -> None:
    stations = '[[station]]\nname = "in"\nkind = "receive"\nsources = ["gate"]\nclose_idle = "3s"\n'
    bench = Bench(tmp_path, stations)
    tag = Read("gate", "tag", {"epc": "3034257BF7194E4000001A85", "pc": 0x3000})
    for _ in range(20):
        bench.take(tag)
    assert bench.store.consumed() == 0, "all that is known follows from the rows"
    bench.close()
    again = Bench(tmp_path, stations)
    again.derive()
    assert again.derivation.floor.open_acts()["in"]["things"] == 1
    again.take(*[tag] * derivation.UNSAVED)
    assert again.store.consumed() > derivation.UNSAVED, "a restart does not begin at the beginning of the day"
    again.take(tag)
    again.derivation.save(0)
    assert again.store.consumed() == again.derivation.consumed
    again.close()


def test_an_open_act_survives_a_restart(tmp_path: Path) -> None:
    stations = '[[station]]\nname = "out"\nkind = "ship"\nsources = ["scanner"]\n'
    bench = Bench(tmp_path, stations)
    bench.take(cup(1), "SUYUAN:DOC=po:7")
    bench.close()
    again = Bench(tmp_path, stations)
    again.take(cup(2), "SUYUAN:DONE")
    (event,) = again.events()
    assert [epc[-1] for epc in event["epcList"]] == ["1", "2"]
    assert event["bizTransactionList"][0]["type"] == "po"
    again.close()


def test_what_cannot_be_used_is_kept_and_counted(bench: Bench) -> None:
    broken = Read("scanner", "broken", {"code": "checksum", "message": "bad", "hex": "bb02"})
    bench.take("nonsense", "nonsense", "SUYUAN:NOPE", broken, cup(1))
    assert [row[1:] for row in bench.quarantine()] == [("nonsense", 2), ("SUYUAN:NOPE", 1), ("bb02", 1)]
    assert len(bench.events()) == 1


def test_a_defect_in_a_station_costs_only_the_read_that_shows_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = type(bench.derivation.floor).apply

    def apply(self: Any, row: Any) -> Any:
        if row.payload.get("text") == cup(2):
            raise ZeroDivisionError
        return original(self, row)

    monkeypatch.setattr(type(bench.derivation.floor), "apply", apply)
    bench.take(cup(1), cup(2), cup(3))
    assert [event["epcList"][0][-1] for event in bench.events()] == ["1", "3"]
    assert bench.quarantine() == [("internal-error", cup(2), 1)]


def test_an_event_that_breaks_a_rule_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path, '[[station]]\nname = "s"\nkind = "ship"\nsources = ["scanner"]\n')
    bench.take(cup(1), "SUYUAN:STEP=not a step", "SUYUAN:DONE")
    assert bench.events() == []
    (row,) = bench.store.connection.execute("SELECT reason FROM outbox WHERE state = 'dead'")
    assert "bizStep" in row[0]
    bench.close()


def test_an_error_declaration_repeats_the_event(bench: Bench) -> None:
    bench.take(cup(1))
    bench.clock.pass_time(60)
    bench.take("SUYUAN:VOID=incorrect_data")
    original, copy = bench.events()
    declaration = copy.pop("errorDeclaration")
    assert copy == original
    assert declaration == {"declarationTime": "2026-11-24T14:01:00.000+08:00", "reason": "incorrect_data"}


def test_an_event_that_is_no_longer_kept_cannot_be_declared(bench: Bench) -> None:
    bench.take(cup(1))
    bench.store.connection.execute("DELETE FROM outbox")
    bench.take("SUYUAN:VOID")
    assert bench.events() == []
    assert bench.quarantine()[0][0] == "event-gone"


def test_removal_keeps_what_is_needed(bench: Bench) -> None:
    bench.take(cup(1), cup(2))
    with bench.store.transaction():
        bench.store.settle([1], [(2, "no")], bench.keeper.wall())
        bench.store.save_snapshot(
            bench.derivation.consumed, bench.configuration.fingerprint, bench.derivation.floor.dump()
        )
    bench.clock.pass_time(3600)
    bench.take(cup(3))
    with bench.store.transaction():
        bench.store.prune(bench.keeper.wall() - 1800 * SECOND)
    rows = bench.store.connection.execute("SELECT seq FROM raw").fetchall()
    assert rows == [(3,)], "reads go up to a snapshot, not beyond"
    states = bench.store.connection.execute("SELECT seq, state FROM outbox ORDER BY seq").fetchall()
    assert states == [(2, "dead"), (3, "queued")]
    (again,) = list(replay(bench.store.connection, bench.configuration))
    assert (again.verdict, again.row) == ("same", 3)


def test_a_replay_finds_what_differs_and_what_is_gone(bench: Bench) -> None:
    with pytest.raises(JournalError, match="no state of this configuration"):
        list(replay(bench.store.connection, bench.configuration))
    with bench.store.transaction():
        bench.store.save_snapshot(0, bench.configuration.fingerprint, {})
    bench.take(cup(1), cup(2), cup(3))
    assert [event.verdict for event in replay(bench.store.connection, bench.configuration)] == ["same"] * 3
    bench.store.connection.execute(
        "UPDATE outbox SET body = replace(body, 'retail_sold', 'other') WHERE seq = 1"
    )
    bench.store.connection.execute("DELETE FROM outbox WHERE seq = 3")
    verdicts = [event.verdict for event in replay(bench.store.connection, bench.configuration)]
    assert verdicts == ["different", "same", "gone"]


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    connection = connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="newer version"):
        connect(file)


def test_two_agents_do_not_share_a_folder(tmp_path: Path) -> None:
    first = lock(tmp_path)
    with pytest.raises(JournalError, match="another agent"):
        lock(tmp_path)
    first.close()
    lock(tmp_path).close()


# The writer's thread


def writer(bench: Bench, **settings: Any) -> Writer:
    found = Writer(bench.store, bench.derivation, bench.keeper, JournalSettings(min_free=0, **settings), "x")
    found.start()
    return found


def finish(found: Writer) -> None:
    found.stop()
    found.join(10)
    assert not found.is_alive()


def test_nothing_is_acknowledged_before_it_is_on_disk(bench: Bench) -> None:
    seen: list[int] = []

    def committed() -> None:
        reading = connect_reading(bench.file)
        seen.append(reading.execute("SELECT count(*) FROM raw").fetchone()[0])
        reading.close()

    work = writer(bench)
    assert work.put(Delivery((code(cup(1)), code(cup(2))), committed))
    assert work.drain(5)
    finish(work)
    assert seen == [2]
    assert len(bench.events()) == 2


def test_many_reads_share_a_commit(bench: Bench) -> None:
    work = Writer(bench.store, bench.derivation, bench.keeper, JournalSettings(min_free=0), "x")
    for serial in range(1000):
        work.put(Delivery((code(cup(serial)),)))
    work.start()
    assert work.drain(10)
    finish(work)
    assert work.figures.reads == 1000
    # Reads and events are committed for at most 256 reads each: two commits for each group.
    assert work.figures.commits <= 2 * (1000 // 256 + 2)


def test_silence_ends_an_act_through_the_journal(tmp_path: Path) -> None:
    stations = '[[station]]\nname = "in"\nkind = "receive"\nsources = ["scanner"]\nclose_idle = "50ms"\n'
    bench = Bench(tmp_path, stations)
    work = writer(bench)
    work.put(Delivery((code(cup(1)),)))
    assert work.drain(5)
    bench.clock.pass_time(0.05)
    until = time.monotonic() + 5
    reading = connect_reading(bench.file)
    while not reading.execute("SELECT count(*) FROM outbox").fetchone()[0]:
        assert time.monotonic() < until
        time.sleep(0.01)
    reading.close()
    finish(work)
    kinds = [row[0] for row in bench.store.connection.execute("SELECT kind FROM raw ORDER BY seq")]
    assert kinds == ["code", "tick"]
    assert [event.verdict for event in replay(bench.store.connection, _with_fingerprint(bench))] == ["same"]
    bench.close()


def _with_fingerprint(bench: Bench) -> Any:
    import dataclasses

    return dataclasses.replace(bench.configuration, fingerprint="x")


def test_a_full_disk_stops_the_acknowledgements_and_nothing_else(tmp_path: Path) -> None:
    bench = Bench(tmp_path, max_size=2 * 1024 * 1024)
    work = writer(bench)
    acknowledged: list[int] = []
    lock_ = threading.Lock()

    def committed(serial: int) -> None:
        with lock_:
            acknowledged.append(serial)

    def put(serial: int) -> bool:
        return work.put(Delivery((code(cup(serial)),), lambda: committed(serial)), timeout=0.05)

    given = 0
    until = time.monotonic() + 30
    while "disk" not in work.figures.alarms:
        assert time.monotonic() < until
        if put(given):
            given += 1
    assert work.is_alive()
    count = len(acknowledged)
    time.sleep(0.3)
    assert len(acknowledged) == count, "nothing is acknowledged while the disk is full"
    # The server takes the events that wait, whenever there are some; there is room again.
    until = time.monotonic() + 20
    reading = connect_reading(bench.file)
    while len(acknowledged) < given:
        assert time.monotonic() < until, work.figures.alarms
        seqs = [row[0] for row in reading.execute("SELECT seq FROM outbox WHERE state = 'queued'")]
        work.call(lambda store, seqs=seqs: store.remove(seqs)).result(20)  # type: ignore[misc]
        time.sleep(0.05)
    reading.close()
    finish(work)
    assert "disk" not in work.figures.alarms
    assert sorted(acknowledged) == list(range(given)), "every read was acknowledged once, in the end"
    bench.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a disk of its own needs the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_that_others_have_filled_still_lets_delivered_events_go(small_disk: Path) -> None:
    bench = Bench(small_disk)
    work = writer(bench)
    assert work.drain(5)
    left = os.statvfs(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (left.f_bavail * left.f_frsize - 1_500_000))
    acknowledged: list[int] = []
    given = 0
    until = time.monotonic() + 60
    while "disk" not in work.figures.alarms:
        assert time.monotonic() < until
        if work.put(Delivery((code(cup(given)),), lambda: acknowledged.append(0)), timeout=0.05):
            given += 1
    count = len(acknowledged)
    reading = connect_reading(bench.file)
    seqs = [row[0] for row in reading.execute("SELECT seq FROM outbox WHERE state = 'queued'")]
    while True:
        assert time.monotonic() < until, "what the server has can be removed"
        try:
            work.call(lambda store: store.remove(seqs)).result(20)
        except sqlite3.OperationalError:
            continue
        break
    assert len(acknowledged) < given
    filler.unlink()
    while len(acknowledged) < given:
        assert time.monotonic() < until, (count, len(acknowledged), given)
        time.sleep(0.05)
    reading.close()
    finish(work)
    assert (small_disk / "reserve").stat().st_size > 1_000_000
    bench.close()


def test_a_dead_writer_says_so_instead_of_keeping_others_waiting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        error = sqlite3.DatabaseError("malformed")
        raise error

    work = writer(bench)
    monkeypatch.setattr(Store, "append", broken)
    work.put(Delivery((code(cup(1)),)))
    work.join(5)
    assert isinstance(work.failure, sqlite3.DatabaseError)
    with pytest.raises(JournalError, match="malformed"):
        work.call(lambda store: store.consumed()).result(1)


# Time


def test_logical_time_never_goes_back(tmp_path: Path) -> None:
    clock = ManualClock()
    bench = Bench(tmp_path, clock=clock)
    at, _ = bench.keeper.stamp()
    clock.pass_time(10)
    clock.wall -= 3600 * SECOND
    later, anchor = bench.keeper.stamp()
    assert later - at == 10 * SECOND
    assert not anchor.believed, "a clock that went back an hour is not believed"
    bench.append(cup(1))
    bench.close()
    rebooted = ManualClock(wall=clock.wall + 7200 * SECOND, monotonic=5 * SECOND, boot_id="boot-2")
    bench = Bench(tmp_path, clock=rebooted)
    assert bench.keeper.stamp()[0] > later
    assert bench.keeper.boot == 1
    bench.close()


def test_a_process_that_starts_again_in_the_same_boot_goes_on_exactly(tmp_path: Path) -> None:
    clock = ManualClock()
    bench = Bench(tmp_path, clock=clock)
    at, _ = bench.keeper.stamp()
    bench.append(cup(1))
    bench.close()
    clock.pass_time(7)
    bench = Bench(tmp_path, clock=clock)
    assert bench.keeper.stamp()[0] - at == 7 * SECOND
    assert bench.keeper.boot == 0
    bench.close()


def test_a_clock_that_was_never_set_is_not_believed_and_put_right_later(tmp_path: Path) -> None:
    clock = ManualClock(wall=1000 * SECOND)
    bench = Bench(tmp_path, clock=clock)
    _, anchor = bench.keeper.stamp()
    assert not anchor.believed
    assert bench.keeper.final_wall(anchor, waited=5, hold=600) is None
    clock.pass_time(30)
    true = ManualClock().wall
    clock.wall = true
    assert bench.keeper.final_wall(anchor, waited=30, hold=600) == (true - 30 * SECOND, True)
    bench.close()


def test_a_time_that_stays_unknown_is_sent_as_it_is_after_the_hold(tmp_path: Path) -> None:
    bench = Bench(tmp_path, clock=ManualClock(wall=1000 * SECOND))
    _, anchor = bench.keeper.stamp()
    assert bench.keeper.final_wall(anchor, waited=600, hold=600) == (1000 * SECOND, False)
    bench.close()


def test_a_clock_a_week_off_is_put_right_by_the_servers(tmp_path: Path) -> None:
    clock = ManualClock()
    true = clock.wall + 7 * 86400 * SECOND
    bench = Bench(tmp_path, clock=clock)
    _, anchor = bench.keeper.stamp()
    assert anchor.believed
    clock.pass_time(10)
    bench.keeper.learn(true + 10 * SECOND)
    assert not bench.keeper.believed()
    assert bench.keeper.final_wall(anchor, waited=10, hold=600) == (true, True)
    bench.keeper.learn(clock.wall)
    assert bench.keeper.believed()
    bench.close()


def test_a_kernel_that_is_synchronised_is_believed_more_than_a_server(tmp_path: Path) -> None:
    clock = ManualClock()
    clock.kernel = True
    bench = Bench(tmp_path, clock=clock, needs_kernel=True)
    bench.keeper.learn(clock.wall + 86400 * SECOND)
    assert bench.keeper.believed()
    clock.kernel = False
    assert not bench.keeper.believed()
    bench.close()


def test_the_time_of_a_device_counts_within_reason(tmp_path: Path) -> None:
    clock = ManualClock()
    bench = Bench(tmp_path, clock=clock)
    now = clock.wall
    at, anchor = bench.keeper.stamp(now - 3600 * SECOND)
    logical, _ = bench.keeper.stamp()
    assert (anchor.wall, logical - at) == (now - 3600 * SECOND, 3600 * SECOND)
    for unlikely in (now + 60 * SECOND, now - 30 * 86400 * SECOND, 0):
        assert bench.keeper.stamp(unlikely)[1].wall == now
    bench.close()
