"""Agriculture: organic Qinzhou yellow millet, from three plots to packs with organic codes.

Beside the straight way: one mixed lot is larger than what was harvested for it, a plot is treated too short
before harvest and its lot is kept apart, a box is shipped and never received, a reader misses a pack, a
pack changes boxes unscanned, a box is packed again, packs are returned, the cooperative uploads late, a
packing is recorded wrongly.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from firmware_sim import numbers
from firmware_sim.worlds import shanxi
from firmware_sim.worlds.deeds import (
    Accident,
    Amount,
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
from firmware_sim.worlds.places import Site
from firmware_sim.worlds.world import DAY, HOUR, MINUTE, World

COOP_PREFIX, PREFIX = "69990401", "69990402"
SEED, RAW, CROP = (
    numbers.gtin(COOP_PREFIX, 9, 9),
    numbers.gtin(COOP_PREFIX, 1, 9),
    numbers.gtin(COOP_PREFIX, 2, 9),
)
MIXED = numbers.gtin(PREFIX, 1, 9)
BODY, YEAR = "101", 2026
GATES = ("STORE", "DOOR")
"""Where units leave and where they come in."""
YIELD = 0.72
"""Kilograms of millet from one kilogram of unhusked grain."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything one wave has."""

    plots: int
    lots: int
    boxes: int
    packs: int
    per_sale: int

    @classmethod
    def of(cls, events: int) -> "Size":
        """Give the size of a wave of about this many events."""
        if events < 400:
            return cls(3, 2, 2, 4, 2)
        if events < 4_000:
            return cls(3, 3, max(3, events // 30), 10, 4)
        return cls(6, 6, max(3, events // 48), 20, 8)


@dataclass(slots=True)
class _Box:
    id: str
    packs: list[str]
    missed: str = ""


class MilletWorld(World):
    """The millet of 檀山."""

    name: ClassVar[str] = "millet"
    regime: ClassVar[str] = "agri_crop"

    def __init__(self, seed: int, **options: object) -> None:
        super().__init__(seed, **options)  # type: ignore[arg-type]
        self.people = shanxi.millet(self.master, RAW, SEED, MIXED, f"organic_code:{BODY}{YEAR % 100}")

    def wave(self, events: int) -> Iterator[Deed]:
        """Let millet be sown, harvested, mixed, packed and eaten."""
        size = Size.of(events)
        name = f"{self.wave_number:05d}"
        sacks: list[tuple[str, Amount]] = []
        yield from self._fields(size, name, sacks)
        yield from self._mill(size, name, sacks)

    # The fields

    def _fields(self, size: Size, name: str, sacks: list[tuple[str, Amount]]) -> Iterator[Deed]:
        who, at = self.people, self.begin()
        seed = Amount(numbers.lot_id(SEED, f"S{name}"), 30.0)
        yield Commissioned(at=at, place=who.inputs.spot("SHOP"), amounts=(seed,), disposition="active")
        yield Observed(
            at=at + HOUR,
            place=who.inputs.spot("SHOP"),
            step="shipping",
            disposition="in_transit",
            amounts=(seed,),
            giver=who.inputs.operator,
            taker=who.farm.operator,
            to=who.farm.spot("YARD"),
        )
        yield Observed(
            at=at + 3 * HOUR,
            place=who.farm.spot("YARD"),
            step="receiving",
            disposition="in_progress",
            amounts=(seed,),
            giver=who.inputs.operator,
            taker=who.farm.operator,
        )
        late = self.accidents.happens("late_upload")
        for number in range(size.plots):
            plot = who.plots[number % len(who.plots)]
            sown = at + 4 * HOUR + number * HOUR
            crop = Amount(numbers.lot_id(CROP, f"T{name}{number}"), 1.0, "HAR")
            yield Transformed(
                at=sown,
                place=plot.spot("FIELD"),
                input_amounts=(Amount(seed.thing, 8.0),),
                output_amounts=(crop,),
                disposition="in_progress",
            )
            short = number == 2 and self.accidents.happens("safety_interval")
            treated = sown + 60 * DAY
            harvested = treated + (3 if short else 20) * DAY
            note = self.accident(
                "safety_interval",
                (crop.thing,),
                "harvested three days after a treatment that needs seven",
                "safety_interval",
            )
            yield Observed(
                at=treated,
                place=plot.spot("FIELD"),
                step="suyuan:spraying",
                amounts=(crop,),
                accidents=(note,) if short else (),
                extra={"input": "苦参碱水剂", "dose": "100 ml/亩", "safetyIntervalDays": 7},
            )
            harvest = Amount(numbers.lot_id(RAW, f"H{name}{number}"), 300.0)
            yield Transformed(
                at=harvested,
                place=plot.spot("FIELD"),
                step="suyuan:harvesting",
                input_amounts=(crop,),
                output_amounts=(harvest,),
                disposition="in_progress",
                ilmd={"cbvmda:harvestStartDate": timestamp(harvested)[:10]},
            )
            yield from self._sack(
                harvest, f"{name}{number}", harvested, short=short, late=late and number == 0, sacks=sacks
            )

    def _sack(
        self, harvest: Amount, name: str, at: int, *, short: bool, late: bool, sacks: list[tuple[str, Amount]]
    ) -> Iterator[Deed]:
        who, yard = self.people, self.people.farm.spot("YARD")
        yield Observed(
            at=at + DAY,
            place=yard,
            step="inspecting",
            disposition="non_conformant" if short else "conformant",
            amounts=(harvest,),
            documents=(("testres", f"NCP-{name}"),)
            if short
            else (("cert", f"CNDB-{name}"), ("testres", f"NCP-{name}")),
        )
        if short:
            return
        sack = numbers.unit_id(numbers.sscc(COOP_PREFIX, self.next("unit")))
        note = self.accident("late_upload", (sack,), "the cooperative uploads a packing five days late")
        yield Packed(
            at=at + DAY + HOUR,
            place=yard,
            parent=sack,
            portions=(harvest,),
            disposition="in_progress",
            late=5 * DAY if late else 0,
            accidents=(note,) if late else (),
        )
        yield Observed(
            at=at + DAY + 2 * HOUR,
            place=yard,
            step="shipping",
            disposition="in_transit",
            things=(sack,),
            giver=who.farm.operator,
            taker=who.mill.operator,
            to=who.mill.spot("DOCK"),
        )
        yield Observed(
            at=at + DAY + 5 * HOUR,
            place=who.mill.spot("DOCK"),
            step="receiving",
            disposition="in_progress",
            things=(sack,),
            giver=who.farm.operator,
            taker=who.mill.operator,
        )
        sacks.append((sack, harvest))

    # The mill

    def _mill(self, size: Size, name: str, sacks: list[tuple[str, Amount]]) -> Iterator[Deed]:
        who, place = self.people, self.people.mill.spot("MILL")
        at = self.begin() + 84 * DAY
        for number in range(size.lots):
            inputs = sacks[number :: size.lots]
            if not inputs:
                continue
            grain = sum(harvest.quantity for _, harvest in inputs)
            swollen = number == 1 and self.accidents.happens("volume_exceeds_harvest")
            out = round(grain * (1.6 if swollen else YIELD), 1)
            mixed = Amount(numbers.lot_id(MIXED, f"X{name}{number}"), out)
            note = self.accident(
                "volume_exceeds_harvest",
                (mixed.thing,),
                "more millet than the harvest gives",
                "mass_balance",
            )
            # The first lot takes its sacks as they are; for the others the grain is weighed out of them.
            weighed = number > 0
            for sack, _ in inputs if weighed else ():
                at += MINUTE
                yield Unpacked(at=at, place=place, parent=sack, disposition="in_progress")
            at += MINUTE
            yield Transformed(
                at=at,
                place=place,
                inputs=() if weighed else tuple(sack for sack, _ in inputs),
                input_amounts=tuple(harvest for _, harvest in inputs) if weighed else (),
                output_amounts=(mixed,),
                disposition="in_progress",
                accidents=(note,) if swollen else (),
            )
            at += 2 * HOUR
            yield Observed(
                at=at,
                place=who.mill.spot("LAB"),
                step="inspecting",
                disposition="conformant",
                amounts=(mixed,),
                documents=(("cert", f"CNDB-X{name}{number}"), ("testres", f"XM-{name}{number}")),
            )
            boxes: list[_Box] = []
            for index in range(size.boxes):
                at += 5 * MINUTE
                box = _Box(
                    numbers.unit_id(numbers.sscc(PREFIX, self.next("unit"))),
                    [self._code() for _ in range(size.packs)],
                )
                yield Transformed(
                    at=at,
                    place=who.mill.spot("PACK"),
                    input_amounts=(Amount(mixed.thing, size.packs * 0.5),),
                    outputs=tuple(box.packs),
                    disposition="active",
                    ilmd={
                        "suyuan:productionDate": timestamp(at)[:10],
                        "suyuan:geographicalIndication": "AGI00123",
                    },
                )
                yield from self._pack(box, at + MINUTE, number, index)
                boxes.append(box)
            at += HOUR
            yield from self._market(size, boxes, at)
            at += HOUR

    def _pack(self, box: _Box, at: int, number: int, index: int) -> Iterator[Deed]:
        place = self.people.mill.spot("PACK")
        missed: tuple[str, ...] = ()
        accidents: tuple[Accident, ...] = ()
        if (number, index) == (0, 0) and self.accidents.happens("missed_read"):
            missed, box.missed = (box.packs[-1],), box.packs[-1]
            note = "the pack went into the box unread and was seen there later"
            accidents = (self.accident("missed_read", missed, note, "seen_inside_unpacked"),)
        if index == 1 and self.accidents.happens("error_declaration"):
            note = "an empty box was recorded as packed"
            wrong = Packed(
                at=at,
                place=place,
                parent=numbers.unit_id(numbers.sscc(PREFIX, self.next("unit"))),
                children=tuple(box.packs[:1]),
                disposition="in_progress",
                mistaken=True,
            )
            yield wrong
            yield Voided(
                at=at + 5_000_000,
                place=place,
                deed=wrong,
                accidents=(self.accident("error_declaration", (wrong.parent,), note),),
            )
        yield Packed(
            at=at + 10_000_000,
            place=place,
            parent=box.id,
            children=tuple(box.packs),
            missed=missed,
            disposition="in_progress",
            accidents=accidents,
        )

    # The market

    def _market(self, size: Size, boxes: list[_Box], at: int) -> Iterator[Deed]:
        who, yard = self.people, self.people.market.spot("STORE")
        for box in boxes:
            at += MINUTE
            yield from self.hand_over((box.id,), at, self.minutes(60, 120), who.mill, who.market, GATES)
        at += 4 * HOUR
        if len(boxes) > 1 and self.accidents.happens("moved_without_unpacking"):
            pack = boxes[1].packs[0]
            note = self.accident(
                "moved_without_unpacking",
                (pack,),
                "the pack changed boxes unscanned",
                "moved_without_unpacking",
            )
            yield Packed(
                at=at,
                place=yard,
                parent=boxes[0].id,
                children=(pack,),
                disposition="in_progress",
                accidents=(note,),
            )
            boxes[1].packs.remove(pack)
            boxes[0].packs.append(pack)
        lost = 1 if self.accidents.happens("shipment_without_receipt") else -1
        for index, box in enumerate(boxes):
            at += 10 * MINUTE
            shop = who.shops[index % len(who.shops)]
            if index == lost:
                note = self.accident(
                    "shipment_without_receipt",
                    (box.id,),
                    "the shop has the box and never scanned its receipt",
                    "not_received",
                )
                yield Observed(
                    at=at,
                    place=yard,
                    step="shipping",
                    disposition="in_transit",
                    things=(box.id,),
                    accidents=(note,),
                    giver=who.market.operator,
                    taker=shop.operator,
                    to=shop.spot("DOOR"),
                )
                yield Observed(
                    at=at + HOUR,
                    place=shop.spot("DOOR"),
                    step="receiving",
                    disposition="in_progress",
                    things=(box.id,),
                    giver=who.market.operator,
                    taker=shop.operator,
                    recorded=False,
                )
                continue
            if index == 0 and self.accidents.happens("repack"):
                fresh = numbers.unit_id(numbers.sscc(PREFIX, self.next("unit")))
                note = self.accident("repack", tuple(box.packs), "a torn box: its packs were packed again")
                yield from self._check(box, at - 2 * MINUTE, who.market)
                yield Unpacked(at=at - MINUTE, place=yard, parent=box.id, disposition="in_progress")
                yield Packed(
                    at=at,
                    place=yard,
                    parent=fresh,
                    children=tuple(box.packs),
                    step="repackaging",
                    disposition="in_progress",
                    accidents=(note,),
                )
                box.id, at = fresh, at + MINUTE
            yield from self._shop(size, box, at, shop)

    def _check(self, box: _Box, at: int, site: Site) -> Iterator[Deed]:
        if box.missed:
            yield Checked(at=at, place=site.spot("STORE"), parent=box.id, children=tuple(box.packs))
            box.missed = ""

    def _shop(self, size: Size, box: _Box, at: int, shop: Site) -> Iterator[Deed]:
        who = self.people
        at = yield from self.hand_over((box.id,), at, self.minutes(60, 120), who.market, shop, GATES)
        yield from self._check(box, at + MINUTE, shop)
        at += 10 * MINUTE
        yield Unpacked(at=at, place=shop.spot("SHELF"), parent=box.id, disposition="in_progress")
        packs = list(box.packs)
        if len(packs) > 2 and self.accidents.happens("return"):
            back, packs = tuple(packs[:1]), packs[1:]
            note = self.accident("return", back, "a leaking pack goes back and is destroyed")
            yield Observed(
                at=at + MINUTE,
                place=shop.spot("DOOR"),
                step="shipping",
                disposition="returned",
                things=back,
                giver=shop.operator,
                taker=who.market.operator,
                to=who.market.spot("STORE"),
                accidents=(note,),
            )
            yield Observed(
                at=at + HOUR,
                place=who.market.spot("STORE"),
                step="receiving",
                disposition="returned",
                things=back,
                giver=shop.operator,
                taker=who.market.operator,
            )
            yield Ended(
                at=at + 2 * HOUR, place=who.market.spot("STORE"), things=back, extra={"reason": "破袋"}
            )
        for first in range(0, len(packs), size.per_sale):
            at += self.minutes(10, 60)
            yield Observed(
                at=at,
                place=shop.spot("TILL"),
                step="retail_selling",
                disposition="retail_sold",
                things=tuple(packs[first : first + size.per_sale]),
            )

    def _code(self) -> str:
        number = self.next("pack") * 104_729 % 10**12
        return numbers.scheme_id("organic_code", numbers.organic_code(BODY, YEAR, number))
