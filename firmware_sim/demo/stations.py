"""Which stations a story needs, and what an operator does at them: deeds turned into scans.

A station is found for each kind of deed at each place. Its operator works it with one scanner a story,
moved from station to station by a command barcode; some stations have a tag reader beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from firmware_sim.demo.codes import symbol_for, tag_for
from firmware_sim.devices.scanner_frames import Symbol
from firmware_sim.devices.uhf_frames import Tag
from firmware_sim.errors import DemoError
from firmware_sim.worlds.deeds import (
    Amount,
    Attached,
    Checked,
    Commissioned,
    Deed,
    Ended,
    Observed,
    Packed,
    Transformed,
    Unpacked,
    Voided,
)
from firmware_sim.worlds.documents import timestamp
from firmware_sim.worlds.places import Place

Agent = Literal["factory", "warehouse", "street"]
AGENTS: tuple[Agent, ...] = ("factory", "warehouse", "street")
"""The three edge boxes: producers; depots, fillers and inspectors; shops, clinics and users."""

SCHEMES = {"food": (), "drug": ("drug_code",), "cylinder": ("equipment_code",), "millet": ("organic_code",)}
"""How a story's stations read codes that do not say what they are."""

LIVE_STEPS = frozenset({"retail_selling", "dispensing"})
"""Steps that happen while one watches. Everything before is told with the time at which it happened: a
story of days must fit into a minute, and goods do not travel a hundred kilometres in one."""

Reader = Literal["uhf", "zebra"]
READERS: dict[tuple[str, str, str], Reader] = {
    # One reader per framing and kind of line, where the goods carry tags.
    ("food", "GATE", "shipping"): "uhf",
    ("food", "DOCK", "receiving"): "zebra",
    ("cylinder", "GATE", "shipping"): "uhf",
    ("millet", "DOOR", "receiving"): "zebra",
}
"""Stations with a tag reader: by story, read point and step."""


@dataclass(frozen=True, slots=True)
class Station:
    """A place where one kind of deed is recorded."""

    world: str
    agent: Agent
    kind: str
    place: Place
    step: str
    disposition: str
    action: str = ""

    @property
    def name(self) -> str:
        """Name in the agent's configuration, unique in it."""
        parts = [
            self.world,
            self.place.site.gln[-5:-1],
            self.place.extension,
            self.kind,
            self.step,
            self.disposition,
            self.action,
        ]
        return "-".join(part.replace(":", "_") for part in parts if part).lower()

    @property
    def reader(self) -> Reader | None:
        """The tag reader beside the scanner."""
        wanted = READERS.get((self.world, self.place.extension, self.step))
        # The smallest packages of a consignment come back singly and are scanned.
        return wanted if self.disposition != "returned" and self.agent != "street" else None


@dataclass(slots=True)
class Act:
    """What an operator does for one deed.

    :ivar before: scanned first: what the deed is about
    :ivar tags: then passed by the reader
    :ivar after: scanned last
    :ivar events: how many records the station makes of it
    """

    station: Station
    before: list[Symbol] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    after: list[Symbol] = field(default_factory=list)
    events: int = 1


def agent_of(place: Place) -> Agent:
    """Say whose edge box stands at a place."""
    roles = set(place.party.roles)
    if roles & {"distributor", "filler", "inspector", "carrier"}:
        return "warehouse"
    return "street" if roles & {"retailer", "hospital", "user"} else "factory"


def station_of(world: str, deed: Deed) -> Station:
    """Give the station at which a deed is recorded.

    :raises DemoError: `no-station` for a deed that no station records
    """
    action = ""
    match deed:
        case Commissioned():
            kind = "commission"
        case Transformed():
            kind = "transform"
        case Packed():
            kind = "pack"
        case Checked():
            kind, action = "pack", "OBSERVE"
        case Unpacked():
            kind = "unpack"
        case Attached():
            kind, action = "associate", "DELETE" if deed.off else "ADD"
        case Ended():
            kind = "decommission"
        case Observed():
            kind = KINDS.get(deed.step, "observe")
        case Voided():
            return station_of(world, deed.deed)
        case _:
            raise DemoError("no-station", f"no station records {type(deed).__name__}")
    disposition = "" if kind == "inspect" else deed.disposition
    return Station(world, agent_of(deed.place), kind, deed.place, deed.step, disposition, action)


KINDS = {
    "shipping": "ship",
    "receiving": "receive",
    "inspecting": "inspect",
    "retail_selling": "sell",
    "dispensing": "sell",
}


class Operator:
    """Knows how to work the stations of one story.

    :param host: what the links in printed codes begin with
    """

    def __init__(self, world: str, host: str) -> None:
        self._world = world
        self._host = host

    def act(self, deed: Deed, *, corrects: bool = False) -> Act:
        """Say what to scan for a deed.

        :param corrects: the station's last record is to be replaced by this one
        """
        act = Act(station_of(self._world, deed))
        if isinstance(deed, Voided):
            act.before = [command(f"VOID={deed.reason}")]
            return act
        if corrects:
            act.before.append(command("CORRECT"))
            act.events = 2
        act.before += [command(text) for text in _commands(deed)]
        act.after.append(command("DONE"))
        self._things(deed, act)
        return act

    def _things(self, deed: Deed, act: Act) -> None:
        match deed:
            case Commissioned():
                self._scan(act, deed.things, deed.amounts, lot=deed.lot)
            case Transformed():
                act.before.append(command("INPUT"))
                self._scan(act, deed.inputs, deed.input_amounts)
                act.before.append(command("OUTPUT"))
                self._scan(act, deed.outputs, deed.output_amounts)
            case Packed():
                self._parent(
                    act, deed.parent, [c for c in deed.children if c not in deed.missed], deed.portions
                )
            case Unpacked() | Checked() | Attached():
                self._parent(act, deed.parent, deed.children, ())
            case Ended():
                self._scan(act, deed.things, ())
            case Observed():
                tags = [tag for thing in deed.things if (tag := tag_for(thing)) is not None]
                if act.station.reader and len(tags) == len(deed.things) and not deed.amounts:
                    act.tags = tags
                else:
                    self._scan(act, deed.things, deed.amounts)
            case _:
                raise DemoError("no-station", f"no station records {type(deed).__name__}")

    def _parent(self, act: Act, parent: str, children: Iterable[str], portions: Iterable[Amount]) -> None:
        act.before += [command("PARENT"), symbol_for(parent, self._host), command("CHILD")]
        self._scan(act, children, portions)

    def _scan(self, act: Act, things: Iterable[str], amounts: Iterable[Amount], lot: str = "") -> None:
        act.before += [symbol_for(thing, self._host, lot) for thing in things]
        for amount in amounts:
            act.before.append(symbol_for(amount.thing, self._host))
            act.before.append(command(f"QTY={amount.quantity:g} {amount.uom}".rstrip()))


def command(text: str) -> Symbol:
    """Give a command barcode. Text beyond ASCII does not fit into Code 128 and is printed as QR code."""
    return Symbol("code-128" if text.isascii() else "qr", f"SUYUAN:{text}")


_ILMD = {
    "cbvmda:lotNumber": "LOT",
    "cbvmda:itemExpirationDate": "EXPIRY",
    "suyuan:productionDate": "MADE",
    "cbvmda:harvestStartDate": "HARVESTED",
}
_EXTRA = {"nextInspectionDate": "NEXT", "registrationNumber": "REG", "medium": "MEDIUM", "reason": "REASON"}
_RESULTS = {"conformant": "pass", "non_conformant": "fail"}


def _commands(deed: Deed) -> Iterable[str]:
    """Give the commands that say what is not on any label."""
    if deed.step not in LIVE_STEPS:
        yield f"AT={timestamp(deed.at)}"
    if isinstance(deed, Observed):
        if deed.giver is not None:
            yield f"FROM=uscc:{deed.giver.uscc}"
        if deed.taker is not None:
            yield f"TO=uscc:{deed.taker.uscc}"
        if deed.to is not None:
            yield f"TO_SITE=(414){deed.to.site.gln}"
        if deed.step == "inspecting" and deed.disposition in _RESULTS:
            yield f"RESULT={_RESULTS[deed.disposition]}"
    if isinstance(deed, Transformed) and deed.run:
        yield f"TRANSFORMATION={deed.run}"
    for kind, number in deed.documents:
        yield f"DOC={kind}:{number}"
    for name, value in getattr(deed, "ilmd", {}).items():
        yield f"{_ILMD.get(name, f'ILMD.{name}')}={value}"
    extra = dict(deed.extra)
    if "filledQuantity" in extra:
        yield f"FILLED={extra.pop('filledQuantity'):g} {extra.pop('filledUnit')}"
    for name, value in extra.items():
        yield f"{_EXTRA.get(name, f'EXT.{name}')}={value}"
