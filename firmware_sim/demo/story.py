"""A world told for the stage: in which order its deeds are played, how, and what is true afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from firmware_sim.demo.agents import VANS
from firmware_sim.demo.codes import symbol_for
from firmware_sim.demo.stage import Stage
from firmware_sim.demo.stations import LIVE_STEPS, Agent, Operator, Station, agent_of, station_of
from firmware_sim.errors import DemoError
from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Accident, Attached, Deed, Sensed, Voided
from firmware_sim.worlds.documents import Event, EventWriter
from firmware_sim.worlds.ledger import Ledger
from firmware_sim.worlds.world import SECOND, Serials
from firmware_sim.worlds.writing import ledgers

SMALL = 100
"""Size of a wave that is a story."""

LEAD = timedelta(minutes=10)
"""A story ends so long before it is played: what is told must not lie in the future."""

REHEARSALS = 12
"""Waves that are looked through for the stations they need. Chance decides whether some are visited."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One deed as it is played.

    :ivar corrects: it replaces the record of the deed before it at the same station
    """

    deed: Deed
    corrects: bool = False


@dataclass(slots=True)
class Told:
    """What a story leaves behind.

    :ivar windows: for deeds that happened while one watched: between which times (microseconds)
    """

    world: str
    seed: int
    deeds: list[Deed]
    uploads: list[Event]
    windows: dict[int, int] = field(default_factory=dict)

    def ledgers(self) -> tuple[Ledger, Ledger]:
        """Give what happened and what was recorded of it."""
        return ledgers(sorted(self.deeds, key=lambda deed: (deed.at, deed.number)))

    def accidents(self) -> Iterator[Accident]:
        """Give what went wrong."""
        for deed in self.deeds:
            yield from deed.accidents


class Story:
    """One wave of a world, ready to be played.

    :param counters: running numbers of the waves before
    :param serials: consumer serials as they were printed
    """

    def __init__(
        self,
        name: str,
        seed: int,
        host: str,
        counters: Mapping[str, int],
        serials: Serials | None = None,
    ) -> None:
        self.name = name
        self._seed = seed
        # The story is told once to learn how long it takes, and again so that it ends shortly before now.
        first = WORLDS[name](seed, chance=0.0, counters=counters)
        last = max(deed.at for deed in first.tell(SMALL))
        span = timedelta(microseconds=last - first.start)
        start = datetime.now(UTC) - span - LEAD
        self.world = WORLDS[name](seed, start=start, serials=serials, chance=0.0, counters=counters)
        self._operator = Operator(name, host)
        self._host = host
        deeds = self.world.tell(SMALL)
        self.scenes = list(_scenes(deeds))
        self.told = Told(name, seed, deeds, [])
        self._writer = EventWriter(f"demo:{name}:{seed}:{self.world.wave_number}", "mixed")
        self._vans: dict[str, int] = {}

    @property
    def counters(self) -> Counter[str]:
        """Running numbers for the wave after this one."""
        return self.world.counters

    def agent(self, scene: Scene) -> Agent | None:
        """Say at which agent a deed is played; None for those that nobody records there."""
        deed = scene.deed
        return None if isinstance(deed, Sensed) or not deed.recorded else agent_of(deed.place)

    def play(self, scene: Scene, stage: Stage) -> None:
        """Play one deed through devices; what is uploaded late is kept for later."""
        deed = scene.deed
        if not deed.recorded:
            return
        if deed.late:
            self.told.uploads += self._writer.events(deed)
        elif isinstance(deed, Sensed):
            stage.measure(self._vans[deed.things[0]], deed.device, deed.readings)
        else:
            if isinstance(deed, Attached) and deed.off:
                stage.release(self._vans.pop(deed.parent))
            self._now(deed, lambda: stage.perform(self._operator.act(deed, corrects=scene.corrects)))
            if isinstance(deed, Attached) and not deed.off:
                self._lend(deed.parent, stage)

    def _now(self, deed: Deed, perform: Callable[[], None]) -> None:
        """Play a deed; one that happens while one watches takes place between now and its end."""
        began = time.time_ns() // 1000
        perform()
        if deed.step in LIVE_STEPS and not isinstance(deed, Voided):
            deed.at = began
            self.told.windows[began] = time.time_ns() // 1000 + SECOND

    def _lend(self, carton: str, stage: Stage) -> None:
        free = set(range(1, VANS + 1)) - set(self._vans.values())
        if not free:
            raise DemoError("no-van", f"{carton} finds no van with a thermometer")
        self._vans[carton] = min(free)
        stage.watch(self._vans[carton], symbol_for(carton, self._host))


def _scenes(deeds: list[Deed]) -> Iterator[Scene]:
    """Give the deeds in playing order: a mistake is declared, and corrected, right after it was made.

    An operator can only take back what the station did last.
    """
    declared = {id(deed.deed): deed for deed in deeds if isinstance(deed, Voided)}
    corrections = {id(deed.corrected_by) for deed in declared.values() if deed.corrected_by is not None}
    for deed in deeds:
        if isinstance(deed, Voided) or id(deed) in corrections:
            continue
        yield Scene(deed)
        error = declared.get(id(deed))
        if error is not None and error.corrected_by is not None:
            yield Scene(error.corrected_by, corrects=True)
        elif error is not None:
            yield Scene(error)


def rehearse(name: str, host: str) -> dict[Station, bool]:
    """Look through some waves of a world for the stations they need.

    :returns: the stations in order of first use, with whether goods are ever passed by a tag reader there
    """
    operator = Operator(name, host)
    stations: dict[Station, bool] = {}
    for seed in range(REHEARSALS):
        world = WORLDS[name](seed, chance=0.0)
        for _ in range(2):
            for deed in world.tell(SMALL):
                if not isinstance(deed, Sensed) and deed.recorded and not deed.late:
                    station = station_of(name, deed)
                    stations[station] = stations.get(station, False) or bool(operator.act(deed).tags)
    return stations


def random_of(seed: int) -> Random:
    """Give the source of chance of the devices."""
    return Random(f"devices:{seed}")  # noqa: S311 - a demonstration is to be repeatable
