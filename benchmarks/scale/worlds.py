"""The data: the worlds of ``firmware_sim`` at any size, as documents on disk, with the truth about a sample.

A run has two parts, *early* (a tenth of the events) and *late* (the rest), so that the same questions can be
asked of a small and of a large store. Worlds are told wave by wave, two processes at a time; memory is
bounded by one wave. The ledger that knows the truth shares no code with the engine.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import orjson
import zstandard

from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Deed
from firmware_sim.worlds.documents import Event, EventWriter, document
from firmware_sim.worlds.ledger import Ledger
from firmware_sim.worlds.world import WAVE_EVENTS, World
from firmware_sim.worlds.writing import kind_of, thing_record

PARTS = ("early", "late")


@dataclass(frozen=True, slots=True)
class Tale:
    """A world that is told by one process.

    :ivar share: of all events
    :ivar turn: tales of one world count from places so far apart that no number is given out twice
    """

    world: str
    share: float
    turn: int = 0

    @property
    def name(self) -> str:
        """Name its folders."""
        return f"{self.world}-{self.turn}"

    def begin(self, seed: int) -> World:
        """Give the world before its first wave."""
        places = {"unit": 50_000_000, "serial": 10**9, "deed": 10**9, "wave": 50_000}
        return WORLDS[self.world](seed, counters={kind: self.turn * first for kind, first in places.items()})


# An event of the food world names some twenty things, one of the others three: together seventeen, as in a
# supply chain of cases and pallets. It is told as two tales, so that both processors have one.
TALES = (
    Tale("food", 0.4, 0),
    Tale("food", 0.4, 1),
    Tale("drug", 0.1),
    Tale("cylinder", 0.05),
    Tale("millet", 0.05),
)

# A wave of the food world of this size has raw lots that reach some 100,000 items.
BIG_WAVE = 24_000
# Worlds of fewer events than this are told in ordinary waves only.
BIG_FROM = 400_000

# The truth is learnt of so many waves of a part of a tale, evenly over it.
SAMPLED_WAVES = 10
# Things of a part, in each tale as many as its share of the events.
SAMPLED_ITEMS = 400
SAMPLED_UNITS = 80
# Of each such wave: its lots, and things of which it is only known where they are now.
SAMPLED_LOTS = 40
SAMPLED_PLACES = 400


@dataclass(frozen=True, slots=True)
class Document:
    """A capture document.

    It lies there compressed: what is read while capturing should not take the memory that the database is to
    have.

    :ivar things: how many its events name
    :ivar size: bytes, as it is sent
    """

    path: Path
    events: int
    things: int
    size: int

    def body(self) -> bytes:
        """Read it."""
        return zstandard.ZstdDecompressor().decompress(self.path.read_bytes())


@dataclass(frozen=True, slots=True)
class Data:
    """What was written.

    :ivar documents: those of each part, in order of arrival, the tales by turns
    """

    folder: Path
    documents: Mapping[str, Sequence[Document]]

    @property
    def events(self) -> int:
        """Count the events of both parts."""
        return sum(document.events for part in self.documents.values() for document in part)

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
    told = {"size": size, "per_document": per_document, "seed": seed, "tales": [t.name for t in TALES]}
    if not written.exists() or orjson.loads(written.read_bytes())["told"] != told:
        shutil.rmtree(folder, ignore_errors=True)
        with ProcessPoolExecutor(processes) as pool:
            jobs = [pool.submit(_tell, tale, size, per_document, seed, folder) for tale in TALES]
            lists = [job.result() for job in jobs]
        written.write_bytes(orjson.dumps({"told": told, "lists": lists}))
    lists = orjson.loads(written.read_bytes())["lists"]
    documents = {
        part: list(
            _by_turns([[Document(folder / path, *counts) for path, *counts in of[part]] for of in lists])
        )
        for part in PARTS
    }
    return Data(folder, documents)


Listed = tuple[str, int, int, int]
"""A document's path below the folder of the worlds, and its counts."""


def _tell(tale: Tale, size: int, per_document: int, seed: int, folder: Path) -> dict[str, list[Listed]]:
    """Write one tale; list the documents of each part."""
    gc.disable()  # deeds and events make no cycles, and there are too many to look through again and again
    world = tale.begin(seed)
    master = folder / f"master-{tale.world}"
    if tale.turn == 0:
        master.mkdir(parents=True)
        world.master.write(master)
    writer = EventWriter(f"{tale.world}:{seed}", "mixed")
    random = Random(f"sample:{tale.name}:{seed}")
    whole = round(size * tale.share)
    lists: dict[str, list[Listed]] = {}
    for part, target in zip(PARTS, (whole // 10, whole - whole // 10), strict=True):
        documents = _Documents(folder, f"{part}/{tale.name}", per_document)
        big = tale is TALES[0] and size >= BIG_FROM and part == "late"
        waves = max(1, round(target / WAVE_EVENTS))
        step = -(-waves // SAMPLED_WAVES)
        share = tale.share / len(range(0, waves, step))
        with (folder / f"truth-{part}-{tale.name}.jsonl").open("wb") as file:
            for wave in range(waves):
                events = BIG_WAVE if big and wave == 0 else (target - documents.events) // (waves - wave)
                deeds = world.tell(events)
                late_last = sorted(deeds, key=lambda deed: deed.at + deed.late)
                documents.add(event for deed in late_last for event in writer.events(deed))
                for record in _sample(deeds, random, share) if wave % step == 0 else ():
                    file.write(orjson.dumps(record) + b"\n")
        documents.flush()
        lists[part] = documents.listed
    return lists


class _Documents:
    """Writes events into compressed documents as they come, holding one document at a time."""

    def __init__(self, folder: Path, below: str, per_document: int) -> None:
        (folder / below).mkdir(parents=True)
        self._folder = folder
        self._below = below
        self._per_document = per_document
        self._events: list[Event] = []
        self.events = 0
        self.listed: list[Listed] = []

    def add(self, events: Iterator[Event]) -> None:
        """Take events in the order in which they reach the server."""
        for event in events:
            self._events.append(event)
            if len(self._events) == self._per_document:
                self.flush()

    def flush(self) -> None:
        """Write what is left."""
        if not self._events:
            return
        body = document(self._events, created=max(event["eventTime"] for event in self._events))
        path = f"{self._below}/events-{len(self.listed) + 1:06d}.json.zst"
        (self._folder / path).write_bytes(zstandard.ZstdCompressor(1).compress(body))
        things = sum(map(things_of, self._events))
        self.listed.append((path, len(self._events), things, len(body)))
        self.events += len(self._events)
        self._events.clear()


def things_of(event: Mapping[str, Any]) -> int:
    """Count the things that an event names."""
    lists = ("EPCs", "EPCList", "epcList", "uantityList")
    return sum(len(value) for name, value in event.items() if name.endswith(lists)) + ("parentID" in event)


def _sample(deeds: Sequence[Deed], random: Random, share: float) -> Iterator[dict[str, Any]]:
    """Describe some things of a wave as the records show them."""
    ledger = Ledger(everything=False)
    for deed in deeds:
        ledger.learn(deed)
    kinds: dict[str, list[str]] = {"item": [], "unit": [], "lot": []}
    for thing in ledger.things():
        kinds[kind_of(thing, ledger)].append(thing)
    items, units = -(-SAMPLED_ITEMS * share // 1), -(-SAMPLED_UNITS * share // 1)
    for kind, most in (("item", items), ("unit", units), ("lot", SAMPLED_LOTS)):
        for thing in random.sample(kinds[kind], min(int(most), len(kinds[kind]))):
            yield {**thing_record(thing, ledger, ledger), "asked": True}
    for thing in random.sample(kinds["item"], min(SAMPLED_PLACES, len(kinds["item"]))):
        yield {**thing_record(thing, ledger, ledger), "asked": False}


def _by_turns(several: Sequence[Sequence[Document]]) -> Iterator[Document]:
    """Give one of each in turn, each list spread over the whole."""
    placed = [
        ((number + 0.5) / len(each), turn, document)
        for turn, each in enumerate(several)
        for number, document in enumerate(each)
    ]
    for _, _, one in sorted(placed, key=lambda place: place[:2]):
        yield one
