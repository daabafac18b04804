"""The stations of a configuration, fed by hand: scans, tags, readings and time, without disk or device."""

import uuid
from pathlib import Path
from typing import Any

from gateway_agent.clock import SECOND
from gateway_agent.configuration import Configuration, parse
from gateway_agent.stations.floor import Floor
from gateway_agent.stations.rows import Anchor, Declared, Effect, Emitted, Refused, Row, RowKind
from lineage.events import check_event
from tests.gateway_agent.clocks import START

JOURNAL = uuid.UUID("00000000-0000-4000-8000-000000000001")

HEAD = """
[agent]
id = "test"
data = "data"
party = "uscc:91110000600037341L"
read_point = "(414)6901234500011(254)L1"
biz_location = "(414)6901234500011"
timezone = "+08:00"
[uplink]
url = "http://127.0.0.1:9"
[[source]]
name = "scanner"
driver = "barcode"
port = "/dev/null"
[[source]]
name = "gate"
driver = "uhf"
port = "/dev/null"
[[source]]
name = "sensors"
driver = "mqtt-sensor"
broker = "mqtt://127.0.0.1"
topics = ["t"]
"""


def configuration(stations: str, head: str = HEAD) -> Configuration:
    return parse(head + stations, Path("/tmp/agent.toml"))


class Hand:
    """Feeds a floor; keeps every row, so that the same rows can be fed again."""

    def __init__(self, stations: str, head: str = HEAD, states: dict[str, bytes] | None = None) -> None:
        self.configuration = configuration(stations, head)
        self.floor = Floor(self.configuration, JOURNAL, states)
        self.rows: list[Row] = []
        self.effects: list[Effect] = []
        self.at = 0

    def wait(self, seconds: float) -> "Hand":
        self.at += round(seconds * SECOND)
        return self

    def row(self, source: str, kind: RowKind, payload: dict[str, Any]) -> list[Effect]:
        anchor = Anchor(START + self.at, believed=True, boot=0, boot_ns=self.at)
        row = Row(len(self.rows) + 1, source, kind, self.at, anchor, payload)
        self.rows.append(row)
        found = self.floor.apply(row)
        self.effects += found
        return found

    def scan(self, *texts: str, source: str = "scanner", gap: float = 0.5) -> list[Effect]:
        """Scan texts one after the other; an AIM identifier in front is split off as the codec does."""
        found: list[Effect] = []
        for text in texts:
            aim = text[:3] if text.startswith("]") else ""
            found += self.row(source, "code", {"text": text.removeprefix(aim), "aim": aim})
            self.wait(gap)
        return found

    def tag(self, *epcs: str, gap: float = 0.01, **payload: Any) -> list[Effect]:
        found: list[Effect] = []
        for epc in epcs:
            found += self.row("gate", "tag", {"epc": epc, "pc": 0x3000, "rssi": -50, **payload})
            self.wait(gap)
        return found

    def sense(self, device: str, **readings: float) -> list[Effect]:
        names = {"temperature": ("Temperature", "CEL"), "humidity": ("RelativeHumidity", "P1")}
        values = [[*names[name][:1], value, names[name][1]] for name, value in readings.items()]
        return self.row("sensors", "sensor", {"device": device, "readings": values})

    def tick(self) -> list[Effect]:
        return self.row("", "tick", {})

    @property
    def events(self) -> list[dict[str, Any]]:
        return [effect.body for effect in self.effects if isinstance(effect, Emitted)]

    @property
    def refusals(self) -> list[Refused]:
        return [effect for effect in self.effects if isinstance(effect, Refused)]

    @property
    def declared(self) -> list[Declared]:
        return [effect for effect in self.effects if isinstance(effect, Declared)]


def events(effects: list[Effect]) -> list[dict[str, Any]]:
    """Give the bodies of the events among effects, each checked against the rules of EPCIS."""
    found = []
    for effect in effects:
        assert not isinstance(effect, Refused), effect
        if isinstance(effect, Emitted):
            whole = {**effect.body, "eventID": effect.event_id, "eventTime": "2026-11-24T06:00:00.000Z"}
            assert check_event(whole) == []
            found.append(effect.body)
    return found


def event(effects: list[Effect]) -> dict[str, Any]:
    """Give the one event among effects."""
    found = events(effects)
    assert len(found) == 1, found
    return found[0]


def refusal(effects: list[Effect]) -> Refused:
    """Give the one refusal among effects."""
    assert len(effects) == 1, effects
    assert isinstance(effects[0], Refused)
    return effects[0]
