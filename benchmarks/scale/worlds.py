"""The data: the worlds of ``firmware_sim`` at any size, as documents on disk, with the truth about a sample.

A run has two parts, *early* (a tenth of the events) and *late* (the rest), so that the same questions can be
asked of a small and of a large store. Worlds are told wave by wave, two processes at a time; memory is
bounded by one wave. The ledger that knows the truth shares no code with the engine.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import orjson

from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Deed
from firmware_sim.worlds.documents import DocumentFolder, EventWriter
from firmware_sim.worlds.ledger import Ledger
from firmware_sim.worlds.world import WAVE_EVENTS, World
from firmware_sim.worlds.writing import kind_of, thing_record

PARTS = ("early", "late")
# An event of the food world names some twenty things, one of the others three: together seventeen, as in a
# supply chain of cases and pallets.
SHARE = {"food": 0.8, "drug": 0.1, "cylinder": 0.05, "millet": 0.05}

# A wave of the food world of this size has raw lots that reach some 100,000 items.
BIG_WAVE = 24_000
# Worlds of fewer events than this are told in ordinary waves only.
BIG_FROM = 400_000

SAMPLED_ITEMS = 60
SAMPLED_UNITS = 10
SAMPLED_LOTS = 40
# Where each thing is now is held against the truth for this many more things of a wave.
SAMPLED_PLACES = 200


@dataclass(frozen=True, slots=True)
class Data:
    """What was written.

    :ivar documents: files of each part, in order of arrival, the worlds by turns
    :ivar truths: sampled records of each part
    """

    folder: Path
    events: dict[str, int]
    documents: dict[str, list[Path]]

    def truths(self, part: str) -> list[dict[str, Any]]:
        """Read the sampled things of a part."""
        return [
            orjson.loads(line)
            for path in sorted(self.folder.glob(f"truth-{part}-*.jsonl"))
            for line in path.read_bytes().splitlines()
        ]

    def master_data(self) -> list[Path]:
        """Give the tables of parties, sites, products and licences."""
        return sorted(self.folder.glob("master-*/*.csv"))


def generate(folder: Path, size: int, per_document: int, seed: int, processes: int = 2) -> Data:
    """Write worlds of about ``size`` events together; worlds that lie there already are used again."""
    written = folder / "written.json"
    told = {"size": size, "per_document": per_document, "seed": seed}
    if written.exists() and orjson.loads(written.read_bytes())["told"] == told:
        counts = orjson.loads(written.read_bytes())["counts"]
    else:
        shutil.rmtree(folder, ignore_errors=True)
        with ProcessPoolExecutor(processes) as pool:
            jobs = [pool.submit(_tell, name, size, per_document, seed, folder) for name in SHARE]
            counts = [job.result() for job in jobs]
        written.write_bytes(orjson.dumps({"told": told, "counts": counts}))
    documents = {
        part: list(_by_turns([sorted((folder / part / name).glob("*.json")) for name in SHARE]))
        for part in PARTS
    }
    events = {part: sum(count[part] for count in counts) for part in PARTS}
    return Data(folder, events, documents)


def _tell(name: str, size: int, per_document: int, seed: int, folder: Path) -> dict[str, int]:
    """Write one world; give the events of each part."""
    world: World = WORLDS[name](seed)
    master = folder / f"master-{name}"
    master.mkdir(parents=True)
    world.master.write(master)
    writer = EventWriter(f"{name}:{seed}", "mixed")
    random = Random(f"sample:{name}:{seed}")
    whole = round(size * SHARE[name])
    counts: dict[str, int] = {}
    for part, target in zip(PARTS, (whole // 10, whole - whole // 10), strict=True):
        (folder / part / name).mkdir(parents=True)
        documents = DocumentFolder(folder / part / name, per_document)
        with (folder / f"truth-{part}-{name}.jsonl").open("wb") as file:
            while documents.events < target:
                big = name == "food" and size >= BIG_FROM and documents.events == 0 and part == "late"
                events = BIG_WAVE if big else min(WAVE_EVENTS, target - documents.events)
                deeds = world.tell(events)
                late_last = sorted(deeds, key=lambda deed: deed.at + deed.late)
                documents.add(event for deed in late_last for event in writer.events(deed))
                for record in _sample(deeds, random):
                    file.write(orjson.dumps(record) + b"\n")
        documents.flush()
        counts[part] = documents.events
    return counts


def _sample(deeds: Sequence[Deed], random: Random) -> Iterator[dict[str, Any]]:
    """Describe some things of a wave as the records show them."""
    ledger = Ledger(everything=False)
    for deed in deeds:
        ledger.learn(deed)
    kinds: dict[str, list[str]] = {"item": [], "unit": [], "lot": []}
    for thing in ledger.things():
        kinds[kind_of(thing, ledger)].append(thing)
    for kind, most in (("item", SAMPLED_ITEMS), ("unit", SAMPLED_UNITS), ("lot", SAMPLED_LOTS)):
        for thing in random.sample(kinds[kind], min(most, len(kinds[kind]))):
            yield {**thing_record(thing, ledger, ledger), "asked": True}
    for thing in random.sample(kinds["item"], min(SAMPLED_PLACES, len(kinds["item"]))):
        yield {**thing_record(thing, ledger, ledger), "asked": False}


def _by_turns(several: Sequence[Sequence[Path]]) -> Iterator[Path]:
    """Give one of each in turn, each list spread over the whole."""
    placed = [
        ((number + 0.5) / len(each), turn, path)
        for turn, each in enumerate(several)
        for number, path in enumerate(each)
    ]
    for _, _, path in sorted(placed):
        yield path
