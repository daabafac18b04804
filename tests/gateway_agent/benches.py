"""A journal with its stations on a real disk, driven by hand: what the writer's thread does, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gateway_agent.configuration import Configuration
from gateway_agent.journal.database import connect
from gateway_agent.journal.derivation import Derivation
from gateway_agent.journal.reads import Read
from gateway_agent.journal.recovery import open_journal
from gateway_agent.journal.store import Store
from gateway_agent.journal.timekeeping import Timekeeper
from gateway_agent.stations.floor import Floor
from tests.gateway_agent.clocks import ManualClock
from tests.gateway_agent.floors import configuration

SELL = '[[station]]\nname = "till"\nkind = "sell"\nsources = ["scanner"]\ndedup = "0s"\n'


def code(text: str, **more: Any) -> Read:
    return Read("scanner", "code", {"text": text, "aim": ""}, **more)


def cup(serial: int) -> str:
    return f"https://id.gs1.org/01/06901234500103/10/Y1/21/{serial}"


class Bench:
    """One opened journal. Opening a second one on the same folder is what a restart does."""

    def __init__(
        self,
        folder: Path,
        stations: str = SELL,
        clock: ManualClock | None = None,
        max_size: int = 1 << 30,
        **more: Any,
    ) -> None:
        self.folder = folder
        self.file = folder / "journal.db"
        self.clock = clock or ManualClock()
        self.configuration: Configuration = configuration(stations)
        connection, self.salvage = open_journal(self.file, max_size, "20261124T060000Z")
        self.store = Store(connection)
        with self.store.transaction():
            self.keeper = Timekeeper(self.clock, self.store, **more)
        journal = self.store.identifier()
        self.derivation = Derivation(
            self.store, lambda states: Floor(self.configuration, journal, states), "+08:00"
        )

    def append(self, *reads: Read | str) -> tuple[int, int]:
        stamped = [
            (read, *self.keeper.stamp(read.device_ns))
            for read in (code(read) if isinstance(read, str) else read for read in reads)
        ]
        with self.store.transaction():
            found = self.store.append(stamped)
            self.keeper.remember(self.store)
        return found

    def derive(self) -> int:
        return self.derivation.run(self.keeper.wall())

    def take(self, *reads: Read | str) -> int:
        self.append(*reads)
        return self.derive()

    def events(self, state: str = "queued") -> list[dict[str, Any]]:
        rows = self.store.connection.execute("SELECT body FROM outbox WHERE state = ? ORDER BY seq", (state,))
        return [json.loads(row[0]) for row in rows]

    def quarantine(self) -> list[tuple[str, str, int]]:
        return self.store.connection.execute(
            "SELECT code, text, count FROM quarantine ORDER BY id"
        ).fetchall()

    def close(self) -> None:
        self.store.connection.close()


def ids(events: Iterable[dict[str, Any]]) -> list[str]:
    return [event["eventID"] for event in events]


def reopen(file: Path) -> Store:
    return Store(connect(file))
