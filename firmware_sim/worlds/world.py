"""What all worlds share: dice, clocks, serials, the size of a wave, and the way from a wave to its files.

A world is told in waves. A wave is a supply chain from its raw materials to its consumers, of some twenty
thousand events at most: everything that is remembered about it is forgotten when it has been written, so that
a world of any size needs no more memory than one wave.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import ClassVar, Protocol

from firmware_sim.worlds.deeds import Accident, Deed, Observed
from firmware_sim.worlds.places import MasterData, Site

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WAVE_EVENTS = 20_000
"""Events of a large wave: its raw lots reach tens of thousands of items; its ledger fits in some 200 MB."""

DEFAULT_START = datetime(2026, 3, 2, tzinfo=UTC)
"""When the first wave of a bulk world begins."""


class Serials(Protocol):
    """Where the serial numbers of consumer items come from."""

    def take(self, gtin14: str, lot: str, count: int) -> list[str]:
        """Give serials for items of a product and lot that were never given before."""


class SeededSerials:
    """Serials that follow from the seed, for worlds that must be the same every time.

    Real serials must not be guessable; those are made by the label tool.
    """

    ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    def __init__(self, random: Random, counters: Counter[str]) -> None:
        self._random = random
        self._counters = counters

    def take(self, gtin14: str, lot: str, count: int) -> list[str]:  # noqa: ARG002 - the same alphabet for all
        """Give serials: a running number, so that none comes twice, and a random tail."""
        first = self._counters["serial"]
        self._counters["serial"] += count
        return [f"{number:X}{self._tail()}" for number in range(first, first + count)]

    def _tail(self) -> str:
        bits = self._random.getrandbits(40)
        return "Z" + "".join(self.ALPHABET[bits >> shift & 31] for shift in range(0, 40, 5))


@dataclass(slots=True)
class Accidents:
    """Decides when things go wrong: each kind once as soon as it can, and again by its chance.

    :ivar chance: 0 for a story that has each accident exactly once
    """

    random: Random
    chance: float = 0.0
    _seen: set[str] = field(default_factory=set)

    def happens(self, kind: str) -> bool:
        """Tell whether an accident of this kind happens here."""
        if kind not in self._seen:
            self._seen.add(kind)
            return True
        return self.random.random() < self.chance


class World(ABC):
    """One supply chain, seeded.

    :param seed: the same seed gives the same world
    :param start: when the first wave begins
    :param serials: where consumer serials come from; seeded by default
    :param chance: how often each accident happens beyond its first time
    :ivar counters: the running numbers that have been given out, by kind. They grow from wave to wave; a
        world that goes on where an earlier one stopped starts with that one's, and gives out no number twice.
    """

    name: ClassVar[str]
    regime: ClassVar[str]

    def __init__(
        self,
        seed: int,
        *,
        start: datetime = DEFAULT_START,
        serials: Serials | None = None,
        chance: float = 0.01,
        counters: Mapping[str, int] | None = None,
    ) -> None:
        self.random = Random(f"{self.name}:{seed}")  # noqa: S311 - a simulation is to be repeatable
        self.counters = Counter(counters or {})
        # Of their own, so that a world takes the same course whoever makes its serials.
        dice = Random(f"serials:{self.name}:{seed}")  # noqa: S311 - the same world every time
        self.serials = serials or SeededSerials(dice, self.counters)
        self.accidents = Accidents(self.random, chance)
        self.start = int(start.timestamp()) * SECOND
        self.master = MasterData()
        self._told = 0

    @abstractmethod
    def wave(self, events: int) -> Iterator[Deed]:
        """Let one supply chain happen, of about this many events, in any order of time.

        The smallest wave is a story that a person can follow, with each accident once.
        """

    def tell(self, events: int) -> list[Deed]:
        """Give the deeds of one wave in order of time, numbered.

        An error declaration keeps its place behind the deed it voids, a correction behind its mistake.
        """
        deeds = sorted(self.wave(events), key=lambda deed: deed.at)
        for deed in deeds:
            deed.number = self.next("deed")
        self.counters["wave"] += 1
        self._told += 1
        return deeds

    @property
    def wave_number(self) -> int:
        """Which wave this is, counted over all worlds that this one goes on with."""
        return self.counters["wave"]

    def begin(self) -> int:
        """Give the time at which the current wave begins: a new one every twelve hours."""
        return self.start + self._told * 12 * HOUR

    def next(self, kind: str) -> int:
        """Give the next running number of a kind, from 1."""
        self.counters[kind] += 1
        return self.counters[kind]

    def minutes(self, least: float, most: float) -> int:
        """Give a random span between two numbers of minutes, in whole milliseconds."""
        return round(self.random.uniform(least, most) * 60_000) * 1000

    def hand_over(
        self, things: tuple[str, ...], at: int, travel: int, giver: Site, taker: Site, gates: tuple[str, str]
    ) -> Generator[Deed, None, int]:
        """Ship and receive; returns the time of the receipt.

        :param travel: microseconds on the road
        :param gates: places at the giver's and at the taker's where things go out and come in
        """
        out, into = giver.spot(gates[0]), taker.spot(gates[1])
        yield Observed(
            at=at,
            place=out,
            step="shipping",
            disposition="in_transit",
            things=things,
            giver=giver.operator,
            taker=taker.operator,
            to=into,
        )
        at += travel
        yield Observed(
            at=at,
            place=into,
            step="receiving",
            disposition="in_progress",
            things=things,
            giver=giver.operator,
            taker=taker.operator,
        )
        return at

    def accident(self, kind: str, things: tuple[str, ...], note: str, finding: str = "") -> Accident:
        """Describe an accident of this world."""
        return Accident(kind, things, note, finding)


def shares(total: float, parts: int, random: Random) -> list[float]:
    """Divide an amount into uneven parts that add up to it, in whole numbers but for the last."""
    cuts = [random.uniform(0.7, 1.3) for _ in range(parts)]
    whole = [float(int(total * cut / sum(cuts))) for cut in cuts[:-1]]
    return [*whole, round(total - sum(whole), 3)]
