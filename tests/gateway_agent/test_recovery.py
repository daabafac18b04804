"""A damaged journal at start: moved aside, saved as far as it can be read, and reported."""

import random
import shutil
from pathlib import Path

import pytest

from gateway_agent.journal.recovery import GAP
from tests.gateway_agent.benches import Bench, cup, ids


def filled(folder: Path, count: int = 400) -> list[str]:
    bench = Bench(folder)
    bench.take(*(cup(serial) for serial in range(count)))
    found = ids(bench.events())
    bench.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bench.close()
    return found


def test_a_sound_journal_is_opened_as_it_is(tmp_path: Path) -> None:
    before = filled(tmp_path)
    bench = Bench(tmp_path)
    assert bench.salvage is None
    assert ids(bench.events()) == before
    assert list(tmp_path.glob("*corrupt*")) == []
    bench.close()


def test_something_that_is_no_database_is_moved_aside(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(
        b"this is no database at all, but a long enough text to be read" * 100
    )
    bench = Bench(tmp_path)
    assert bench.salvage is not None
    assert bench.salvage.moved_to.name == "journal.db.corrupt-20261124T060000Z"
    assert bench.salvage.moved_to.read_bytes().startswith(b"this is no database")
    bench.take(cup(1))
    assert len(bench.events()) == 1
    bench.close()


def test_a_file_of_zeroes_after_a_power_cut(tmp_path: Path) -> None:
    filled(tmp_path)
    file = tmp_path / "journal.db"
    file.write_bytes(b"\0" * file.stat().st_size)
    bench = Bench(tmp_path)
    assert bench.salvage is not None
    assert bench.events() == []
    bench.close()


def test_an_empty_file_is_a_new_journal(tmp_path: Path) -> None:
    (tmp_path / "journal.db").touch()
    bench = Bench(tmp_path)
    bench.take(cup(1))
    assert len(bench.events()) == 1
    bench.close()


@pytest.mark.parametrize("seed", range(4))
def test_events_around_a_damaged_place_are_saved(tmp_path: Path, seed: int) -> None:
    before = filled(tmp_path)
    file = tmp_path / "journal.db"
    data = bytearray(file.read_bytes())
    pages = len(data) // 4096
    page = random.Random(seed).randrange(pages // 3, pages - 2)
    data[page * 4096 : (page + 1) * 4096] = random.Random(seed).randbytes(4096)
    file.write_bytes(data)
    bench = Bench(tmp_path)
    assert bench.salvage is not None
    after = ids(bench.events())
    assert set(after) <= set(before)
    assert len(after) > len(before) * 0.5, str(bench.salvage)
    assert after == [event for event in before if event in set(after)], "the order is kept"
    bench.derive()
    again = ids(bench.events())
    assert set(again) <= set(before), "what is derived again keeps its identifier"
    assert len(set(again)) == len(again)
    bench.take(cup(9999))
    (highest,) = bench.store.connection.execute("SELECT max(seq) FROM raw").fetchone()
    assert highest > GAP
    assert ids(bench.events())[-1] not in before
    bench.close()


def test_the_identifier_of_the_journal_outlives_the_file(tmp_path: Path) -> None:
    filled(tmp_path)
    bench = Bench(tmp_path)
    identifier = bench.store.identifier()
    bench.close()
    (tmp_path / "journal.db").write_bytes(b"x" * 10_000)
    bench = Bench(tmp_path)
    assert bench.store.identifier() == identifier
    bench.close()


@pytest.mark.parametrize("cut", [0, 1, 100, 4096, 8000])
def test_a_torn_write_ahead_log_loses_only_its_end(tmp_path: Path, cut: int) -> None:
    bench = Bench(tmp_path)
    bench.store.connection.execute("PRAGMA wal_autocheckpoint = 0")
    for serial in range(20):
        bench.take(cup(serial))
    before = ids(bench.events())
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for part in tmp_path.glob("journal.*"):
        if part.is_file() and not part.name.endswith("-shm"):
            shutil.copy(part, crashed / part.name)
    bench.close()
    log = crashed / "journal.db-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size - cut])
    again = Bench(crashed)
    assert again.salvage is None
    again.derive()
    found = ids(again.events())
    assert found == before[: len(found)]
    assert len(found) >= 18
    again.close()


def test_every_event_is_complete_or_absent_after_random_damage_of_the_log(tmp_path: Path) -> None:
    chance = random.Random(7)
    (tmp_path / "a").mkdir()
    bench = Bench(tmp_path / "a")
    for serial in range(30):
        bench.take(cup(serial))
    log = (tmp_path / "a" / "journal.db-wal").read_bytes()
    whole = (tmp_path / "a" / "journal.db").read_bytes()
    identity = (tmp_path / "a" / "journal.id").read_bytes()
    bench.close()
    for number in range(15):
        folder = tmp_path / f"b{number}"
        folder.mkdir()
        damaged = bytearray(log)
        for _ in range(5):
            damaged[chance.randrange(len(log) // 2, len(log))] ^= 1 << chance.randrange(8)
        (folder / "journal.db").write_bytes(whole)
        (folder / "journal.db-wal").write_bytes(damaged)
        (folder / "journal.id").write_bytes(identity)
        again = Bench(folder)
        again.derive()
        states = again.store.connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
        reads = again.store.connection.execute("SELECT count(*) FROM raw").fetchone()[0]
        assert states == reads, "each read has become its event"
        again.close()
