"""Food: raw milk from farms, pasteurised and mixed, yoghurt in serialised cups, cases, pallets, shops, sold.

Beside the straight way: a farm uploads its records days late, a reader misses a cup, an operator packs the
wrong case and corrects the record, a case is repacked, a cup is moved without being unpacked, a case is
used up by a kitchen, a case is shipped and never received, cups are returned and destroyed.
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
from firmware_sim.worlds.world import DAY, HOUR, MINUTE, World, shares

PREFIX = "69990101"
"""Company prefix of the dairy."""
FARM_PREFIX = "69990102"
KITCHEN_PREFIX = "69990103"
MILK, CULTURE = numbers.gtin(FARM_PREFIX, 1, 9), numbers.gtin(PREFIX, 9, 9)
PASTEURISED, YOGHURT = numbers.gtin(PREFIX, 2, 9), numbers.gtin(PREFIX, 1)
GATES = ("DOCK", "DOOR")
"""Where units leave and where they come in."""
CAKE = numbers.gtin(KITCHEN_PREFIX, 1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything one wave has."""

    farms: int
    tanks: int
    lots_per_tank: int
    cases_per_lot: int
    cups_per_case: int
    cases_per_pallet: int
    cups_per_sale: int

    @classmethod
    def of(cls, events: int) -> "Size":
        """Give the size of a wave of about this many events."""
        if events < 400:
            return cls(2, 2, 1, 3, 4, 3, 2)
        if events < 4_000:
            return cls(3, 2, 2, max(4, events // 40), 12, 8, 4)
        return cls(5, 3, 4, max(6, events // 90), 48, 24, 24)


@dataclass(slots=True)
class _Case:
    id: str
    cups: list[str]
    packed: int
    accident: str = ""
    missed: str = ""


class FoodWorld(World):
    """The yoghurt of 清徐晋源乳业."""

    name: ClassVar[str] = "food"
    regime: ClassVar[str] = "food"

    def __init__(self, seed: int, **options: object) -> None:
        super().__init__(seed, **options)  # type: ignore[arg-type]
        self.people = shanxi.food(self.master, MILK, PASTEURISED, YOGHURT, CAKE, CULTURE)

    def wave(self, events: int) -> Iterator[Deed]:
        """Let milk become yoghurt and find its eaters."""
        size = Size.of(events)
        day = f"{self.wave_number:05d}"
        tanks: list[tuple[str, int]] = []
        yield from self._milk(size, day, tanks)
        for number, (tank, ready) in enumerate(tanks):
            for part in range(size.lots_per_tank):
                yield from self._yoghurt(size, f"{day}{number}{part}", tank, ready)

    # From the cow to the tank

    def _milk(self, size: Size, day: str, tanks: list[tuple[str, int]]) -> Iterator[Deed]:
        who, dawn = self.people, self.begin()
        milk: list[Amount] = []
        arrived = dawn
        for number in range(size.farms):
            farm = who.farms[number % len(who.farms)]
            lot = Amount(numbers.lot_id(MILK, f"M{day}{number}"), 1000.0)
            late = number == size.farms - 1 and self.accidents.happens("late_upload")
            delay = 3 * DAY if late else 0
            note = self.accident("late_upload", (lot.thing,), "the farm uploads its records three days late")
            milked = dawn + self.minutes(1, 60)
            yield Commissioned(
                at=milked,
                place=farm.spot("MILK"),
                amounts=(lot,),
                disposition="active",
                late=delay,
                accidents=(note,) if late else (),
                ilmd={"suyuan:productionDate": timestamp(milked)[:10]},
            )
            left = milked + self.minutes(60, 120)
            yield Observed(
                at=left,
                place=farm.spot("GATE"),
                step="shipping",
                disposition="in_transit",
                amounts=(lot,),
                late=delay,
                giver=farm.operator,
                taker=who.dairy.operator,
                to=who.dairy.spot("DOCK"),
            )
            here = left + self.minutes(30, 90)
            yield Observed(
                at=here,
                place=who.dairy.spot("DOCK"),
                step="receiving",
                disposition="in_progress",
                amounts=(lot,),
                giver=farm.operator,
                taker=who.dairy.operator,
            )
            milk.append(lot)
            arrived = max(arrived, here)
        # Each tank takes from two farms or more; what goes in is recorded before what comes out.
        start = arrived + 30 * MINUTE
        portions = {lot.thing: shares(lot.quantity, size.tanks, self.random) for lot in milk}
        for tank in range(size.tanks):
            inputs = tuple(
                Amount(lot.thing, portions[lot.thing][tank])
                for number, lot in enumerate(milk)
                if size.tanks == 1 or number % size.tanks != tank or len(milk) <= 2
            )
            lot = Amount(
                numbers.lot_id(PASTEURISED, f"P{day}{tank}"), round(sum(a.quantity for a in inputs) * 0.98, 1)
            )
            run = f"food-{day}-{tank}"
            place = who.dairy.spot("TANK")
            begun = start + tank * 5 * MINUTE
            yield Transformed(at=begun, place=place, run=run, input_amounts=inputs, disposition="in_progress")
            ready = begun + HOUR
            yield Transformed(
                at=ready, place=place, run=run, output_amounts=(lot,), disposition="in_progress"
            )
            tanks.append((lot.thing, ready))

    # From the tank to the pallet

    def _yoghurt(self, size: Size, name: str, tank: str, ready: int) -> Iterator[Deed]:
        who, line = self.people, self.people.dairy.spot("LINE")
        cups = size.cases_per_lot * size.cups_per_case
        lot = numbers.lot_id(YOGHURT, f"Y{name}")
        begun = ready + self.minutes(30, 60)
        culture = Amount(numbers.lot_id(CULTURE, f"C{name}"), 1.0)
        yield Commissioned(
            at=ready - 10 * MINUTE, place=who.dairy.spot("DOCK"), amounts=(culture,), disposition="active"
        )
        yield Transformed(
            at=begun,
            place=line,
            disposition="in_progress",
            input_amounts=(Amount(tank, round(cups * 0.2 * 1.02, 3)), Amount(culture.thing, 0.5)),
            output_amounts=(Amount(lot, round(cups * 0.2, 3)),),
            ilmd={"suyuan:productionDate": timestamp(begun)[:10]},
        )
        tested = begun + 4 * HOUR
        yield Observed(
            at=tested,
            place=who.dairy.spot("LAB"),
            step="inspecting",
            disposition="conformant",
            amounts=(Amount(lot, round(cups * 0.2, 3)),),
            documents=(("testres", f"JY-Y{name}"),),
        )
        at = tested + 30 * MINUTE
        expiry = timestamp(begun + 21 * DAY)[:10]
        cases: list[_Case] = []
        for number in range(size.cases_per_lot):
            at += self.minutes(1.0, 1.5)
            serials = self.serials.take(YOGHURT, f"Y{name}", size.cups_per_case)
            case = _Case("", [numbers.item_id(YOGHURT, serial) for serial in serials], at)
            yield Commissioned(
                at=at,
                place=line,
                things=tuple(case.cups),
                lot=lot,
                disposition="active",
                ilmd={"cbvmda:lotNumber": f"Y{name}", "cbvmda:itemExpirationDate": expiry},
            )
            cases.append(case)
            yield from self._pack(case, number)
        yield from self._pallets(size, cases)

    def _pack(self, case: _Case, number: int) -> Iterator[Deed]:
        place = self.people.dairy.spot("PACK")
        case.id = self._unit(PREFIX)
        case.packed += 20_000_000
        if number == 1 and self.accidents.happens("error_declaration"):
            wrong = Packed(
                at=case.packed,
                place=place,
                parent=case.id,
                children=tuple(case.cups[:-1]),
                disposition="in_progress",
                mistaken=True,
            )
            right = Packed(
                at=case.packed + 5_000_000,
                place=place,
                parent=case.id,
                children=tuple(case.cups),
                disposition="in_progress",
                accidents=(
                    self.accident(
                        "error_declaration", (case.id,), "packed with a cup too few on record, then corrected"
                    ),
                ),
            )
            case.packed += 5_000_000
            yield wrong
            yield right
            yield Voided(
                at=case.packed + 1, place=place, deed=wrong, reason="incorrect_data", corrected_by=right
            )
            return
        missed: tuple[str, ...] = ()
        accidents: tuple[Accident, ...] = ()
        if number == 0 and self.accidents.happens("missed_read"):
            case.missed = case.cups[-1]
            missed = (case.missed,)
            accidents = (
                self.accident(
                    "missed_read",
                    missed,
                    "the cup went into the case unread and was seen there later",
                    "seen_inside_unpacked",
                ),
            )
        yield Packed(
            at=case.packed,
            place=place,
            parent=case.id,
            children=tuple(case.cups),
            missed=missed,
            disposition="in_progress",
            accidents=accidents,
        )

    def _pallets(self, size: Size, cases: list[_Case]) -> Iterator[Deed]:
        who = self.people
        gate, dock = who.dairy.spot("GATE"), who.depot.spot("DOCK")
        for first in range(0, len(cases), size.cases_per_pallet):
            load = cases[first : first + size.cases_per_pallet]
            pallet = self._unit(PREFIX)
            at = max(case.packed for case in load) + self.minutes(2, 5)
            yield Packed(
                at=at,
                place=who.dairy.spot("PACK"),
                parent=pallet,
                children=tuple(case.id for case in load),
                disposition="in_progress",
            )
            at += self.minutes(20, 60)
            yield Observed(
                at=at,
                place=gate,
                step="shipping",
                disposition="in_transit",
                things=(pallet,),
                giver=who.dairy.operator,
                taker=who.depot.operator,
                to=dock,
            )
            at += self.minutes(60, 180)
            yield Observed(
                at=at,
                place=dock,
                step="receiving",
                disposition="in_progress",
                things=(pallet,),
                giver=who.dairy.operator,
                taker=who.depot.operator,
            )
            at += self.minutes(5, 15)
            yield Unpacked(at=at, place=who.depot.spot("RACK"), parent=pallet, disposition="in_progress")
            yield from self._depot(size, load, at)

    # From the depot to the eater

    def _depot(self, size: Size, cases: list[_Case], at: int) -> Iterator[Deed]:
        who, rack = self.people, self.people.depot.spot("RACK")
        for number, case in enumerate(cases):
            at += self.minutes(1, 3)
            if number == 1 and self.accidents.happens("repack"):
                fresh = self._unit(PREFIX)
                note = self.accident(
                    "repack", tuple(case.cups), "the case was damaged and its cups were packed again"
                )
                yield Unpacked(at=at, place=rack, parent=case.id, disposition="in_progress")
                yield Packed(
                    at=at + MINUTE,
                    place=rack,
                    parent=fresh,
                    children=tuple(case.cups),
                    step="repackaging",
                    disposition="in_progress",
                    accidents=(note,),
                )
                case.id = fresh
                at += 2 * MINUTE
            elif number == 2 and len(cases[1].cups) > 1 and self.accidents.happens("moved_without_unpacking"):
                cup = cases[1].cups[0]
                note = self.accident(
                    "moved_without_unpacking",
                    (cup,),
                    "the cup was put into another case unscanned",
                    "moved_without_unpacking",
                )
                yield Packed(
                    at=at,
                    place=rack,
                    parent=case.id,
                    children=(cup,),
                    disposition="in_progress",
                    accidents=(note,),
                )
                cases[1].cups.remove(cup)
                case.cups.append(cup)
        at += 5 * MINUTE
        kitchen = len(cases) - 1 if self.accidents.happens("used_whole") else -1
        lost = 1 if self.accidents.happens("shipment_without_receipt") and kitchen != 1 else -1
        for number, case in enumerate(cases):
            at += self.minutes(1, 2)
            if number == kitchen:
                yield from self._kitchen(case, at)
            else:
                yield from self._deliver(
                    size, case, at, who.shops[number % len(who.shops)], lost=number == lost
                )

    def _kitchen(self, case: _Case, at: int) -> Iterator[Deed]:
        """A case is used whole: everything in it goes into the cake."""
        who, oven = self.people, self.people.kitchen.spot("OVEN")
        yield from self.hand_over((case.id,), at, self.minutes(30, 90), who.depot, who.kitchen, GATES)
        flour = Amount(
            numbers.lot_id(numbers.gtin(KITCHEN_PREFIX, 9, 9), f"F{self.counters['unit']:06d}"), 2.0
        )
        cake = Amount(numbers.lot_id(CAKE, f"K{self.counters['unit']:06d}"), 2.5)
        yield Commissioned(
            at=at + 2 * HOUR, place=who.kitchen.spot("DOOR"), amounts=(flour,), disposition="active"
        )
        yield Transformed(
            at=at + 4 * HOUR,
            place=oven,
            inputs=(case.id,),
            input_amounts=(flour,),
            output_amounts=(cake,),
            disposition="in_progress",
        )

    def _deliver(self, size: Size, case: _Case, at: int, shop: Site, *, lost: bool) -> Iterator[Deed]:
        who = self.people
        if lost:
            yield Observed(
                at=at,
                place=who.depot.spot("DOCK"),
                step="shipping",
                disposition="in_transit",
                things=(case.id,),
                giver=who.depot.operator,
                taker=shop.operator,
                to=shop.spot("DOOR"),
                accidents=(
                    self.accident(
                        "shipment_without_receipt",
                        (case.id,),
                        "the shop has the case and never scanned its receipt",
                        "not_received",
                    ),
                ),
            )
            yield Observed(
                at=at + HOUR,
                place=shop.spot("DOOR"),
                step="receiving",
                disposition="in_progress",
                things=(case.id,),
                giver=who.depot.operator,
                taker=shop.operator,
                recorded=False,
            )
            return
        at = yield from self.hand_over((case.id,), at, self.minutes(30, 90), who.depot, shop, GATES)
        at += 10 * MINUTE
        if case.missed in case.cups:
            yield Checked(at=at, place=shop.spot("DOOR"), parent=case.id, children=tuple(case.cups))
            at += MINUTE
        yield Unpacked(at=at, place=shop.spot("SHELF"), parent=case.id, disposition="in_progress")
        cups = list(case.cups)
        if len(cups) > 2 and self.accidents.happens("return"):
            back, cups = tuple(cups[:2]), cups[2:]
            yield from self._return(back, at + HOUR, shop)
        for first in range(0, len(cups), size.cups_per_sale):
            at += self.minutes(5, 60)
            yield Observed(
                at=at,
                place=shop.spot("TILL"),
                step="retail_selling",
                disposition="retail_sold",
                things=tuple(cups[first : first + size.cups_per_sale]),
            )

    def _return(self, cups: tuple[str, ...], at: int, shop: Site) -> Iterator[Deed]:
        who, note = (
            self.people,
            self.accident("return", cups, "the shop sends damaged cups back; they are destroyed"),
        )
        yield Observed(
            at=at,
            place=shop.spot("DOOR"),
            step="shipping",
            disposition="returned",
            things=cups,
            giver=shop.operator,
            taker=who.depot.operator,
            to=who.depot.spot("DOCK"),
            accidents=(note,),
        )
        yield Observed(
            at=at + 2 * HOUR,
            place=who.depot.spot("DOCK"),
            step="receiving",
            disposition="returned",
            things=cups,
            giver=shop.operator,
            taker=who.depot.operator,
        )
        yield Ended(
            at=at + 3 * HOUR, place=who.depot.spot("WASTE"), things=cups, extra={"reason": "包装破损"}
        )

    def _unit(self, prefix: str) -> str:
        return numbers.unit_id(numbers.sscc(prefix, self.next("unit")))
