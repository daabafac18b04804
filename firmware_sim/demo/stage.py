"""The devices of the stories and the operator's hands: acts performed at stations, each exactly once.

An operator knows that a scan was taken when the scanner beeps (the agent acknowledged it), and sees on the
station's display which tags were read. When there was no beep, the power may have gone at any moment: the
operator waits until the agent is back, cancels whatever is half done, and looks up whether the record exists
before doing it again.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from firmware_sim.demo import ports
from firmware_sim.demo.agents import VANS, Source, scanner_name, van_name
from firmware_sim.demo.household import Household
from firmware_sim.demo.stations import AGENTS, Act, Agent, Station, command
from firmware_sim.devices.broker import Outlet, Thermometer, ZebraReader
from firmware_sim.devices.lines import Line, PtyLine, TcpLine
from firmware_sim.devices.scanner import Scanner
from firmware_sim.devices.scanner_frames import Symbol
from firmware_sim.devices.uhf_frames import AA_DD, BB_7E, Tag
from firmware_sim.devices.uhf_reader import Faults, UhfPost, UhfReader
from firmware_sim.errors import DemoError

BEEP_SECONDS = 5.0
"""How long an operator waits for the beep before thinking that something is wrong."""

BACK_SECONDS = 90.0
"""How long an operator waits for an agent that is down."""

SEEN_SECONDS = 30.0
"""How long tags are held before a reader."""

ATTEMPTS = 20

DISPLAY_DELAY = 0.2
"""A display that was drawn less than this after an act began may still show the one before."""

REOPEN = {"reopen_min": "50ms", "reopen_max": "500ms"}
RECONNECT = {"reconnect_min": "200ms", "reconnect_max": "1s"}
"""How patient the agents are with their devices: less than in the field, where nobody looks on."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FAULTS = Faults(missed=0.25, doubled=0.3, noise=0.1)
"""Of the stories' readers. A missed tag is seen in a later round, a doubled one counts once."""

SCANNER_FAULTS = Faults(missed=0.1)


class Stage:
    """All devices of a demonstration.

    :param worlds: names of the stories that are played
    :param stations: those that have a tag reader
    :param random: of the devices' faults
    :ivar doubts: how often an operator had to look up whether a deed was recorded
    """

    def __init__(
        self, household: Household, worlds: Iterable[str], stations: Iterable[Station], random: Random
    ) -> None:
        self._household = household
        self._random = random
        self._broker = f"mqtt://{ports.LOCAL}:{household.mqtt_port}"
        self._sources: dict[Agent, list[Source]] = {agent: [] for agent in AGENTS}
        self._scanners: dict[tuple[Agent, str], Scanner] = {}
        self._readers: dict[Station, UhfPost | ZebraReader] = {}
        self._reader_names: dict[Station, str] = {}
        self._outlets: list[Outlet] = []
        self._vans: dict[int, Thermometer] = {}
        self._working_at: dict[Scanner, str] = {}
        self._records: dict[Agent, Counter[str]] = {}
        self._readings: Counter[int] = Counter()
        self.doubts = 0
        for world in worlds:
            for agent in AGENTS:
                self._add_scanner(agent, world)
        for number, station in enumerate(stations, 1):
            self._add_reader(station, number)
        for van in range(1, VANS + 1):
            self._add_van(van)

    def sources(self, agent: Agent) -> list[Source]:
        """Give the devices of an agent."""
        return self._sources[agent]

    def reader_of(self, station: Station) -> str | None:
        """Give the name of a station's tag reader."""
        return self._reader_names.get(station)

    def take_stock(self) -> None:
        """Look up what the agents have recorded before anything is played."""
        for agent in AGENTS:
            journal = self._household.status(agent).get("journal") or {}
            self._records[agent] = Counter(journal.get("by_station", {}))
            for van in self._vans:
                self._readings[van] = max(
                    self._readings[van], journal.get("by_source", {}).get(van_name(van), 0)
                )

    def close(self) -> None:
        """Switch everything off."""
        for scanner in self._scanners.values():
            scanner.close()
        for reader in self._readers.values():
            if isinstance(reader, UhfPost):
                reader.close()
        for outlet in self._outlets:
            outlet.close()

    # What the operator does

    def perform(self, act: Act) -> None:
        """Do an act at its station until its record exists, exactly once.

        :raises DemoError: `agent-down` when the agent does not come back, `not-recorded` when it makes no
            record
        """
        station = act.station
        records = self._records[station.agent]
        wanted = records[station.name] + act.events
        for _ in range(ATTEMPTS):
            turns = self._household.agents[station.agent].turns
            done = self._try(act)
            if done and turns == self._household.agents[station.agent].turns:
                records[station.name] = wanted
                return
            self.doubts += 1
            # Scans that were not acknowledged may have been kept, and the power may have gone at any moment.
            self._start_over(station.agent, station.world, station.name)
            made = self._recorded(station.agent)[station.name]
            if made == wanted:
                records[station.name] = wanted
                return
            if made != wanted - act.events:
                raise DemoError("not-recorded", f"{station.name} has {made} records instead of {wanted}")
        raise DemoError("not-recorded", f"{station.name} made no record in {ATTEMPTS} attempts")

    def check_records(self) -> None:
        """Compare what the agents have recorded with what was done.

        :raises DemoError: `not-recorded` with what an agent did not understand
        """
        for agent in AGENTS:
            found, done = self._recorded(agent), self._records[agent]
            wrong = [name for name in done if found[name] != done[name] and not name.startswith("van-")]
            if wrong:
                told = "; ".join(f"{name}: {found[name]} instead of {done[name]}" for name in wrong[:5])
                raise DemoError(
                    "not-recorded",
                    f"the agent {agent} has other records: {told}",
                    self._household.refusals(agent),
                )

    def watch(self, van: int, carton: Symbol) -> None:
        """Tell a van's station which carton its thermometer is in."""
        self._until_taken(
            "warehouse", "drug", [command(f"STATION={van_name(van)}"), command("RELEASE"), carton]
        )

    def measure(self, van: int, device: str, readings: Iterable[tuple[int, float]]) -> None:
        """Let a van's thermometer report readings: pairs of microseconds since 1970 and degrees Celsius."""
        for at, celsius in readings:
            self._vans[van].report(celsius, device=device, moment=EPOCH + timedelta(microseconds=at))
            self._readings[van] += 1

    def release(self, van: int) -> None:
        """Tell a van's station that the carton is taken out, once all its readings have arrived."""
        limit = time.monotonic() + BACK_SECONDS
        while self._arrived(van) < self._readings[van]:
            if time.monotonic() > limit:
                raise DemoError("not-recorded", f"the readings of {van_name(van)} do not arrive")
            time.sleep(0.2)
        self._until_taken("warehouse", "drug", [command(f"STATION={van_name(van)}"), command("RELEASE")])

    # How

    def _try(self, act: Act) -> bool:
        station = act.station
        scanner = self._scanners[station.agent, station.world]
        symbols = list(act.before)
        if act.tags:
            # A tag that was read late, after the act before, must not count for this one.
            symbols.insert(0, command("CANCEL"))
        if self._working_at.get(scanner) != station.name:
            symbols.insert(0, command(f"STATION={station.name}"))
        if not act.tags:
            symbols += act.after
        if not scanner.scan_all(symbols, BEEP_SECONDS):
            return False
        self._working_at[scanner] = station.name
        return not act.tags or (self._pass(station, act.tags) and scanner.scan_all(act.after, BEEP_SECONDS))

    def _pass(self, station: Station, tags: list[Tag]) -> bool:
        """Hold tags before a station's reader until its display shows exactly them."""
        reader = self._readers[station]
        began = time.time()
        if isinstance(reader, UhfPost):
            reader.present(tags)
        else:
            reader.pass_by(tags)
        limit = time.monotonic() + SEEN_SECONDS
        try:
            while time.monotonic() < limit:
                if self._household.glanced(station.agent) > began + DISPLAY_DELAY:
                    shown = self._household.glance(station.agent).get("stations", {}).get(station.name, {})
                    if shown.get("things", 0) >= len(tags):
                        return bool(shown["things"] == len(tags))
                time.sleep(0.05)
        finally:
            if isinstance(reader, UhfPost):
                reader.present([])
        return False

    def _start_over(self, agent: Agent, world: str, station: str) -> None:
        """Wait for the agent to be back, and cancel what is half done."""
        self._scanners[agent, world].calm_down()
        self._until_taken(agent, world, [command(f"STATION={station}"), command("CANCEL")])

    def _until_taken(self, agent: Agent, world: str, symbols: list[Symbol]) -> None:
        """Scan until the agent has taken all of it. For scans that may be repeated."""
        scanner = self._scanners[agent, world]
        self._working_at.pop(scanner, None)
        limit = time.monotonic() + BACK_SECONDS
        while not scanner.scan_all(symbols, BEEP_SECONDS):
            if time.monotonic() > limit:
                tail = self._household.agents[agent].tail()
                raise DemoError("agent-down", f"the agent {agent} does not take scans", tail)
            scanner.calm_down()

    def _recorded(self, agent: Agent) -> Counter[str]:
        """Give what an agent has recorded, once it has made everything of its reads that can be made."""
        before: Counter[str] | None = None
        while True:
            found = Counter(self._household.status(agent)["journal"]["by_station"])
            if found == before:
                return found
            before = found
            time.sleep(0.3)

    def _arrived(self, van: int) -> int:
        journal = self._household.status("warehouse")["journal"]
        return int(journal["by_source"].get(van_name(van), 0))

    # What is plugged in where

    def _add_scanner(self, agent: Agent, world: str) -> None:
        name = scanner_name(world)
        line = PtyLine(self._household.folder.at("devices", f"{agent}-{name}"))
        self._scanners[agent, world] = Scanner(line, self._random, SCANNER_FAULTS)
        options = {"port": line.address, "acknowledge": True, "suffix": "cr", **REOPEN}
        self._sources[agent].append(Source(name, "barcode", options))

    def _add_reader(self, station: Station, number: int) -> None:
        if station.reader == "zebra":
            name = f"zebra-{number}"
            outlet = Outlet(ports.LOCAL, self._household.mqtt_port, f"demo-{name}")
            self._outlets.append(outlet)
            first = int(time.time() * 10)  # goes on counting when the demonstration is started again
            self._readers[station] = ZebraReader(
                outlet, f"rfid/{name}", self._random, FAULTS, first_number=first
            )
            options: dict[str, object] = {"broker": self._broker, "topics": [f"rfid/{name}"], **RECONNECT}
            source = Source(name, "mqtt-reader", options)
        else:
            # Both framings and both kinds of line are used.
            framing = (BB_7E, AA_DD)[number % 2]
            name = f"uhf-{number}"
            line: Line = TcpLine() if number % 3 == 2 else PtyLine(self._household.folder.at("devices", name))
            self._readers[station] = UhfPost(line, UhfReader(framing, self._random, FAULTS))
            source = Source(name, "uhf", {"port": line.address, **REOPEN})
        self._reader_names[station] = name
        self._sources[station.agent].append(source)

    def _add_van(self, van: int) -> None:
        name = van_name(van)
        outlet = Outlet(ports.LOCAL, self._household.mqtt_port, f"demo-{name}")
        self._outlets.append(outlet)
        self._vans[van] = Thermometer(outlet, f"cold/{name}", name)
        options = {"broker": self._broker, "topics": [f"cold/{name}"], **RECONNECT}
        self._sources["warehouse"].append(Source(name, "mqtt-sensor", options))
