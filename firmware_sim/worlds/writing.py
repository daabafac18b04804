"""A world of any size as files: EPCIS documents, master data, and the ledger as JSON lines.

```
DIR/
├── parties.csv sites.csv products.csv licences.csv
├── events-000001.json …      EPCIS 2.0 documents, in the order in which the records reach a server
└── ledger.jsonl              one object a line; the member "record" says what it is
```

Records of the ledger:

* `world`: first line; regime, seed, size, written forms;
* `thing`: one thing with its sources, destinations, custody and where it is, as far as the records can show
  it; `really` stands beside it where the truth differs (a receipt that nobody scanned);
* `accident`: what went wrong, to what, and the finding that is expected;
* `end`: last line; counts.

Long lists are not written out: `count` and `sha256` stand for them, the digest over the lines `<id> <time>`
in order of the identifier, each ended by a newline.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, BinaryIO

import orjson

from firmware_sim.errors import WorldError
from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Deed
from firmware_sim.worlds.documents import DocumentFolder, EventWriter, Forms, timestamp
from firmware_sim.worlds.ledger import OPEN, Custody, Labels, Ledger, Mark
from firmware_sim.worlds.world import DEFAULT_START, WAVE_EVENTS, World

INLINE = 2_000
"""Lists up to this long are written out: a line of the ledger stays below a quarter of a megabyte."""

SAMPLE_ABOVE = 20_000
"""Worlds up to this many events have a complete ledger; of larger ones each wave's lots and some items are
written.
"""

SAMPLED_ITEMS = 60
SAMPLED_UNITS = 15
MOST_CONTENTS = 500
"""Units with more contents than this are only written to a complete ledger."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    folder: Path
    events: int
    documents: int
    waves: int
    things: int
    accidents: int


def write_world(
    name: str,
    size: int,
    seed: int,
    folder: Path,
    *,
    forms: Forms = "mixed",
    per_document: int = 1000,
    start: datetime = DEFAULT_START,
    progress: Callable[[int], None] = lambda _: None,
) -> Written:
    """Write a world of about `size` events. Memory is bounded by one wave.

    :param progress: is told the number of events written so far
    :raises WorldError: `unknown-world`, `not-empty` when the folder already holds events
    """
    if name not in WORLDS:
        raise WorldError("unknown-world", f"there is no world {name!r}", f"one of {', '.join(WORLDS)}")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("events-*.json")):
        raise WorldError(
            "not-empty", f"{folder} already holds events", "give another folder or empty this one"
        )
    world = WORLDS[name](seed, start=start)
    world.master.write(folder)
    documents = DocumentFolder(folder, per_document)
    writer = EventWriter(f"{name}:{seed}", forms)
    complete = size <= SAMPLE_ABOVE
    with (folder / "ledger.jsonl").open("wb") as file:
        ledger = LedgerFile(file, Random(f"sample:{name}:{seed}"))  # noqa: S311 - the same sample every time
        ledger.head(world, seed, size, forms, complete=complete)
        while documents.events < size:
            deeds = world.tell(min(WAVE_EVENTS, max(size - documents.events, 1)))
            documents.add(event for deed in _by_arrival(deeds) for event in writer.events(deed))
            progress(documents.events)
            ledger.wave(deeds, complete=complete)
        documents.flush()
        ledger.end(documents.events, world.wave_number)
    return Written(
        folder, documents.events, documents.documents, world.wave_number, ledger.things, ledger.accidents
    )


def _by_arrival(deeds: list[Deed]) -> list[Deed]:
    return sorted(deeds, key=lambda deed: deed.at + deed.late)


class LedgerFile:
    """Writes the truth about waves as JSON lines.

    :param random: chooses the items that are written of a large wave
    """

    def __init__(self, file: BinaryIO, random: Random) -> None:
        self._file = file
        self._random = random
        self.things = 0
        self.accidents = 0

    def head(self, world: World, seed: int, size: int, forms: Forms, *, complete: bool) -> None:
        """Write the first line."""
        self._write(
            {
                "record": "world",
                "name": world.name,
                "regime": world.regime,
                "seed": seed,
                "size": size,
                "forms": forms,
                "complete": complete,
            }
        )

    def wave(self, deeds: list[Deed], *, complete: bool) -> None:
        """Write what is true of one wave."""
        really, recorded = ledgers(deeds)
        for thing in self._chosen(recorded, complete=complete):
            self._write(thing_record(thing, recorded, really))
            self.things += 1
        for deed in deeds:
            for accident in deed.accidents:
                self.accidents += 1
                self._write(
                    {
                        "record": "accident",
                        "kind": accident.kind,
                        "at": timestamp(deed.at),
                        "things": list(accident.things),
                        "finding": accident.finding or None,
                        "note": accident.note,
                    }
                )

    def end(self, events: int, waves: int) -> None:
        """Write the last line."""
        self._write(
            {
                "record": "end",
                "events": events,
                "waves": waves,
                "things": self.things,
                "accidents": self.accidents,
            }
        )

    def _chosen(self, ledger: Ledger, *, complete: bool) -> Iterator[str]:
        things = ledger.things()
        if complete:
            yield from things
            return
        items = [thing for thing in things if kind_of(thing, ledger) == "item"]
        units = [thing for thing in things if kind_of(thing, ledger) == "unit"]
        yield from self._random.sample(items, min(SAMPLED_ITEMS, len(items)))
        for unit in self._random.sample(units, min(SAMPLED_UNITS, len(units))):
            if len(ledger.destinations(unit)) <= MOST_CONTENTS:
                yield unit
        yield from (thing for thing in things if kind_of(thing, ledger) == "lot")

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(orjson.dumps(record) + b"\n")


def ledgers(deeds: list[Deed]) -> tuple[Ledger, Ledger]:
    """Give what happened and what the records can show of it."""
    really, recorded = Ledger(everything=True), Ledger(everything=False)
    for deed in deeds:
        really.learn(deed)
        recorded.learn(deed)
    return really, recorded


def kind_of(thing: str, ledger: Ledger) -> str:
    """Give item, lot or unit, as an answer names it."""
    if "/10/" in thing or "/id/lot/" in thing:
        return "lot"
    return "unit" if "/00/" in thing or ledger.is_unit(thing) else "item"


def thing_record(thing: str, recorded: Ledger, really: Ledger) -> dict[str, Any]:
    """Describe one thing."""
    record: dict[str, Any] = {
        "record": "thing",
        "id": thing,
        "kind": kind_of(thing, recorded),
        "first": timestamp(recorded.first_seen(thing)),
        "sources": _labels(recorded.sources(thing)),
        "destinations": _labels(recorded.destinations(thing)),
        "where": _where(recorded.where(thing), recorded.container(thing)),
        "custody": _chain(recorded.custody(thing)),
    }
    really_where = _where(really.where(thing), really.container(thing))
    if really_where != record["where"]:
        record["really"] = {"where": really_where, "custody": _chain(really.custody(thing))}
    return record


def _labels(labels: Labels) -> dict[str, Any]:
    lines = [(thing, None if at == OPEN else timestamp(at)) for thing, at in sorted(labels.items())]
    digest = sha256("".join(f"{thing} {at}\n" for thing, at in lines).encode()).hexdigest()
    return {"count": len(lines), "sha256": digest, **({"things": lines} if len(lines) <= INLINE else {})}


def _where(mark: Mark | None, container: str | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    gone = mark.state in ("sold", "consumed", "destroyed")
    return {
        "state": mark.state,
        # Whoever bought it has it, and nobody knows who that is.
        "party": None if mark.state == "sold" else mark.party.uscc,
        "site": mark.place.site.id,
        "since": timestamp(mark.at),
        "unit": None if gone else container,
    }


def _chain(custody: list[Custody]) -> list[dict[str, Any]]:
    return [
        {
            "party": one.party.uscc,
            "site": one.place.site.id,
            "from": timestamp(one.since),
            "to": None if one.until == OPEN else timestamp(one.until),
            "in_transit": one.in_transit,
        }
        for one in custody
    ]
