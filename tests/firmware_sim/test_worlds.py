"""The four worlds: what the engine answers from their records is what their ledgers know."""

import csv
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from firmware_sim.errors import WorldError
from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.checking import Mismatch, Truth, findings, missing_findings, unexpected_findings
from firmware_sim.worlds.documents import EventWriter, document, timestamp
from firmware_sim.worlds.ledger import Ledger
from firmware_sim.worlds.world import DAY
from firmware_sim.worlds.writing import ledgers, write_world
from lineage.identifiers import read, read_uri
from lineage.trace import destination, examine, responsibility, source
from lineage.trace.answer import Named
from tests.firmware_sim.answers import TableDirectory, neighbours
from tests.vectors import require

EVERYWHERE = {
    "missed_read",
    "late_upload",
    "return",
    "repack",
    "error_declaration",
    "shipment_without_receipt",
}
REQUIRED = {
    "food": EVERYWHERE | {"moved_without_unpacking"},
    "drug": EVERYWHERE | {"double_sale", "cold_chain_excursion"},
    "cylinder": EVERYWHERE | {"filled_after_inspection_expired"},
    "millet": EVERYWHERE | {"volume_exceeds_harvest"},
}


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize(("size", "seed"), [(100, 1), (100, 2), (100, 3), (500, 4)])
def test_answers_equal_the_ledger(name: str, size: int, seed: int) -> None:
    world = WORLDS[name](seed)
    deeds = world.tell(size)
    _, recorded = ledgers(deeds)
    directory = TableDirectory(world.master)
    asked = neighbours(deeds)
    truth = Truth(recorded)
    now = max(deed.at for deed in deeds) + 10 * DAY
    wrong: list[Mismatch] = []
    things = recorded.things()
    for thing in things:
        number = asked.find([thing])[thing]
        wrong += truth.source(thing, source(asked, number).as_dict())
        wrong += truth.destination(thing, destination(asked, number, now=True, directory=directory).as_dict())
        chain_of = responsibility(asked, number, directory=directory, now=now).as_dict()
        wrong += truth.responsibility(thing, chain_of, directory.social_credit_codes)
    found = examine(
        asked, [asked.find([thing])[thing] for thing in things], directory, now=now, limit=len(things)
    )
    mentioned = set(chain.from_iterable(one.mentions() for one in found))
    named = Named.ask(asked, mentioned, set(chain.from_iterable(one.events for one in found)))
    codes = findings([{"findings": [one.as_dict(named.things, named.events) for one in found]}])
    accidents = [accident for deed in deeds for accident in deed.accidents]
    wrong += missing_findings(accidents, codes)
    wrong += unexpected_findings(accidents, codes)
    assert wrong == []


@pytest.mark.parametrize("name", WORLDS)
def test_every_accident_of_real_life_happens(name: str) -> None:
    kinds = Counter(
        accident.kind for deed in WORLDS[name](1, chance=0.0).tell(100) for accident in deed.accidents
    )
    assert REQUIRED[name] <= kinds.keys()


@pytest.mark.parametrize("name", WORLDS)
def test_what_nobody_recorded_is_known_all_the_same(name: str) -> None:
    deeds = WORLDS[name](1).tell(100)
    really, recorded = ledgers(deeds)
    lost = next(a for deed in deeds for a in deed.accidents if a.kind == "shipment_without_receipt").things[0]
    shown, true = recorded.where(lost), really.where(lost)
    assert shown is not None
    assert true is not None
    assert (shown.state, true.state) == ("in_transit", "in_stock")
    assert shown.party != true.party


@pytest.mark.parametrize("name", WORLDS)
def test_identifiers_are_valid(name: str) -> None:
    world = WORLDS[name](5)
    deeds = world.tell(100)
    _, recorded = ledgers(deeds)
    for thing in recorded.things():
        found = read_uri(thing)
        assert found.id == thing
        assert found.warnings == ()
        assert found.kind in ("item", "lot", "unit")
    for party in world.master.parties:
        assert read(f"uscc:{party.uscc}").warnings == ()
    for site in world.master.sites:
        assert read_uri(site.id).kind == "site"


def test_food_and_trade_licences_have_their_check_digit() -> None:
    for world in ("food", "millet"):
        for licence in WORLDS[world](1).master.licences:
            if licence.number.startswith(("SC", "JY")):
                scheme = "sc_license" if licence.number.startswith("SC") else "jy_license"
                assert read(licence.number, scheme=scheme).warnings == ()


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("forms", ["digital-link", "urn", "mixed"])
def test_documents_satisfy_the_schema(name: str, forms: str) -> None:
    schema = orjson.loads(require("gs1-epcis", "epcis-json-schema.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    writer = EventWriter("schema", forms)  # type: ignore[arg-type] # each is one of the forms
    deeds = WORLDS[name](1).tell(100)
    events = [event for deed in deeds for event in writer.events(deed)]
    written = orjson.loads(document(events, timestamp(deeds[-1].at)))
    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(written)] == []


def ledger_lines(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]


class TestWriting:
    """Worlds as files."""

    def test_the_same_seed_gives_the_same_files(self, tmp_path: Path) -> None:
        for folder in ("a", "b"):
            write_world("food", 300, 9, tmp_path / folder)
        names = sorted(path.name for path in (tmp_path / "a").iterdir())
        assert names == [
            "events-000001.json",
            "ledger.jsonl",
            "licences.csv",
            "parties.csv",
            "products.csv",
            "sites.csv",
        ]
        for name in names:
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    def test_documents_have_the_size_that_was_asked_for(self, tmp_path: Path) -> None:
        written = write_world("drug", 1000, 1, tmp_path, per_document=300)
        sizes = [
            len(orjson.loads(path.read_bytes())["epcisBody"]["eventList"])
            for path in sorted(tmp_path.glob("events-*"))
        ]
        assert sum(sizes) == written.events >= 1000
        assert set(sizes[:-1]) == {300}

    def test_no_thing_is_in_two_waves(self, tmp_path: Path) -> None:
        write_world("millet", 400, 2, tmp_path)
        lines = ledger_lines(tmp_path)
        things = [line["id"] for line in lines if line["record"] == "thing"]
        assert len(things) == len(set(things)) > 50
        assert lines[0]["complete"] is True
        assert lines[-1] == {
            "record": "end",
            "events": lines[-1]["events"],
            "waves": lines[-1]["waves"],
            "things": len(things),
            "accidents": sum(line["record"] == "accident" for line in lines),
        }
        assert lines[-1]["waves"] > 1

    def test_a_large_ledger_is_a_sample(self, tmp_path: Path) -> None:
        written = write_world("food", 21_000, 3, tmp_path)
        assert written.things < 1000
        lines = ledger_lines(tmp_path)
        assert lines[0]["complete"] is False
        widest = max(
            (line for line in lines if line["record"] == "thing"),
            key=lambda line: line["destinations"]["count"],
        )
        assert widest["destinations"]["count"] > 10_000
        assert "things" not in widest["destinations"]

    def test_master_data_can_be_read_back(self, tmp_path: Path) -> None:
        write_world("cylinder", 100, 1, tmp_path)
        with (tmp_path / "parties.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["roles"] for row in rows} >= {"filler;distributor", "inspector"}
        assert rows[0]["uscc"].startswith("91")

    def test_a_folder_with_events_is_left_alone(self, tmp_path: Path) -> None:
        write_world("food", 100, 1, tmp_path)
        with pytest.raises(WorldError) as caught:
            write_world("food", 100, 2, tmp_path)
        assert caught.value.code == "not-empty"

    def test_an_unknown_world_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(WorldError) as caught:
            write_world("wine", 100, 1, tmp_path)
        assert "food" in caught.value.hint


def test_a_ledger_wants_its_deeds_in_order() -> None:
    deeds = WORLDS["food"](1).tell(100)
    ledger = Ledger(everything=True)
    ledger.learn(deeds[-1])
    with pytest.raises(WorldError) as caught:
        ledger.learn(deeds[0])
    assert caught.value.code == "out-of-order"
