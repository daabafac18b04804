"""Special equipment: gas cylinders, from the maker through fillings, deliveries and inspections to scrap.

Beside the straight way: a cylinder is filled after its inspection ran out, one fails its inspection and is
scrapped, a rack is shipped and never received, a reader misses a cylinder, a filling is recorded for the
wrong cylinder, a cylinder changes racks unscanned, a customer uploads late, a rack is packed again.
"""

from collections.abc import Generator, Iterator
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
from firmware_sim.worlds.world import DAY, HOUR, MINUTE, SECOND, World

CATALOGUE, MAKER, YEAR = "2310", "10214", 2025
PREFIX = "69990303"
GATES = ("GATE", "DOCK")
"""Where units leave and where they come in."""
ROAD = 2 * HOUR
"""From one gate to the other."""
GAS = numbers.gtin("69990302", 1, 9)
FILL_LITRES = 6.0
"""Cubic metres of oxygen in a 40-litre cylinder at 15 MPa."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything one wave has."""

    racks: int
    per_rack: int
    rounds: int

    @classmethod
    def of(cls, events: int) -> "Size":
        """Give the size of a wave of about this many events."""
        if events < 400:
            return cls(2, 3, 2)
        return cls(max(3, min(events, 20_000) // 90), 8, 3)


@dataclass(slots=True)
class _Rack:
    number: int
    id: str
    cylinders: list[str]
    user: Site


class CylinderWorld(World):
    """Oxygen cylinders of 晋安气体."""

    name: ClassVar[str] = "cylinder"
    regime: ClassVar[str] = "gas_cylinder"

    def __init__(self, seed: int, **options: object) -> None:
        super().__init__(seed, **options)  # type: ignore[arg-type]
        self.people = shanxi.cylinder(self.master, CATALOGUE, GAS)

    def wave(self, events: int) -> Iterator[Deed]:
        """Let cylinders be made and go round."""
        size = Size.of(events)
        for number in range(size.racks):
            yield from self._rack(size, number, self.begin() + number * 3 * MINUTE)

    def _rack(self, size: Size, number: int, at: int) -> Iterator[Deed]:
        who = self.people
        cylinders = [self._code() for _ in range(size.per_rack)]
        yield from self._make(tuple(cylinders), at)
        at += 8 * HOUR
        expired = number == 0 and self.accidents.happens("filled_after_inspection_expired")
        for cylinder in cylinders:
            # The first cylinder came second-hand: its inspection had run out when it was registered.
            due = at - 40 * DAY if expired and cylinder == cylinders[0] else at + 1090 * DAY
            yield Observed(
                at=at,
                place=who.filler.spot("OFFICE"),
                step="suyuan:registering",
                things=(cylinder,),
                extra={
                    "registrationNumber": f"瓶23晋A{self.counters['cylinder'] % 100_000:05d}(26)",
                    "nextInspectionDate": timestamp(due)[:10],
                    "medium": "氧",
                },
            )
            at += 20 * SECOND
        user = who.users[number % len(who.users)]
        rack = _Rack(number, "", cylinders, user)
        for cycle in range(size.rounds):
            at = yield from self._round(rack, cycle, at + HOUR, expired=expired and cycle == 0)
            if at < 0:
                return

    def _make(self, cylinders: tuple[str, ...], at: int) -> Iterator[Deed]:
        who = self.people
        yield Commissioned(
            at=at,
            place=who.maker.spot("LINE"),
            things=cylinders,
            disposition="active",
            ilmd={"suyuan:designLifeYears": "20", "suyuan:productionDate": timestamp(at)[:10]},
        )
        at += HOUR
        yield Observed(
            at=at,
            place=who.maker.spot("TEST"),
            step="inspecting",
            disposition="conformant",
            things=cylinders,
            documents=(("cert", f"JDJY-{self.wave_number:05d}-{self.counters['cylinder']:06d}"),),
            extra={"check": "supervision"},
        )
        yield from self.hand_over(cylinders, at + HOUR, ROAD, who.maker, who.filler, GATES)

    def _round(self, rack: _Rack, cycle: int, at: int, *, expired: bool) -> Generator[Deed, None, int]:
        """Fill, deliver, return; returns when it is over, or -1 when the rack does not come back."""
        who, place = self.people, self.people.filler.spot("FILL")
        gas = Amount(numbers.lot_id(GAS, f"O{self.wave_number:05d}{rack.number:04d}{cycle}"), 60.0, "MTQ")
        yield Commissioned(
            at=at - 6 * HOUR, place=who.gas_works.spot("TANK"), amounts=(gas,), disposition="active"
        )
        yield Observed(
            at=at - 5 * HOUR,
            place=who.gas_works.spot("GATE"),
            step="shipping",
            disposition="in_transit",
            amounts=(gas,),
            giver=who.gas_works.operator,
            taker=who.filler.operator,
            to=who.filler.spot("DOCK"),
        )
        yield Observed(
            at=at - 4 * HOUR,
            place=who.filler.spot("DOCK"),
            step="receiving",
            disposition="in_progress",
            amounts=(gas,),
            giver=who.gas_works.operator,
            taker=who.filler.operator,
        )
        for index, cylinder in enumerate(rack.cylinders):
            accidents: tuple[Accident, ...] = ()
            if expired and index == 0:
                note = "the cylinder was filled forty days after its inspection ran out"
                accidents = (
                    self.accident(
                        "filled_after_inspection_expired",
                        (cylinder,),
                        note,
                        "inspection_expired",
                    ),
                )
            at = yield from self._fill(rack, index, gas.thing, at, accidents)
        rack.id = numbers.unit_id(numbers.sscc(PREFIX, self.next("unit")))
        missed: tuple[str, ...] = ()
        accidents = ()
        if rack.number == 1 and self.accidents.happens("missed_read"):
            missed = (rack.cylinders[-1],)
            note = "the cylinder went into the rack unread and was seen there later"
            accidents = (self.accident("missed_read", missed, note, "seen_inside_unpacked"),)
        yield Packed(
            at=at,
            place=place,
            parent=rack.id,
            children=tuple(rack.cylinders),
            missed=missed,
            disposition="in_progress",
            accidents=accidents,
        )
        at += 10 * MINUTE
        if cycle == 1 and self.accidents.happens("repack"):
            at = yield from self._repack(rack, at)
        return (yield from self._deliver(rack, cycle, at, seen=bool(missed)))

    def _fill(
        self, rack: _Rack, index: int, gas: str, at: int, accidents: tuple[Accident, ...]
    ) -> Generator[Deed, None, int]:
        place, cylinder = self.people.filler.spot(f"FILL{rack.number % 4 + 1}"), rack.cylinders[index]
        yield Observed(
            at=at,
            place=place,
            step="inspecting",
            disposition="conformant",
            things=(cylinder,),
            extra={"check": "pre_fill"},
        )
        filled = Amount(gas, FILL_LITRES, "MTQ")
        extra = {"medium": "氧", "filledQuantity": FILL_LITRES, "filledUnit": "MTQ"}
        if index == 1 and self.accidents.happens("error_declaration"):
            other = rack.cylinders[0]
            note = self.accident(
                "error_declaration", (other, cylinder), "the filling was recorded for the cylinder beside it"
            )
            wrong = Transformed(
                at=at + MINUTE,
                place=place,
                step="suyuan:filling",
                input_amounts=(filled,),
                outputs=(other,),
                extra=extra,
                mistaken=True,
            )
            right = Transformed(
                at=at + 2 * MINUTE,
                place=place,
                step="suyuan:filling",
                input_amounts=(filled,),
                outputs=(cylinder,),
                extra=extra,
                accidents=(note,),
            )
            yield wrong
            yield right
            yield Voided(
                at=at + 2 * MINUTE + 1000,
                place=place,
                deed=wrong,
                reason="incorrect_data",
                corrected_by=right,
            )
        else:
            yield Transformed(
                at=at + MINUTE,
                place=place,
                step="suyuan:filling",
                input_amounts=(filled,),
                outputs=(cylinder,),
                extra=extra,
                accidents=accidents,
            )
        yield Observed(
            at=at + 3 * MINUTE,
            place=place,
            step="inspecting",
            disposition="conformant",
            things=(cylinder,),
            extra={"check": "post_fill"},
        )
        return at + 4 * MINUTE

    def _repack(self, rack: _Rack, at: int) -> Generator[Deed, None, int]:
        place = self.people.filler.spot("YARD")
        note = self.accident(
            "repack", tuple(rack.cylinders), "the rack's forks were bent; its cylinders went into another"
        )
        yield Unpacked(at=at, place=place, parent=rack.id, disposition="in_progress")
        rack.id = numbers.unit_id(numbers.sscc(PREFIX, self.next("unit")))
        if self.accidents.happens("moved_without_unpacking"):
            # All go over by the book but for one, which is first put into a third rack and moved unscanned.
            third = numbers.unit_id(numbers.sscc(PREFIX, self.next("unit")))
            stray = rack.cylinders[-1:]
            yield Packed(
                at=at + MINUTE, place=place, parent=third, children=tuple(stray), disposition="in_progress"
            )
            moved = self.accident(
                "moved_without_unpacking",
                tuple(stray),
                "the cylinder changed racks unscanned",
                "moved_without_unpacking",
            )
            yield Packed(
                at=at + 2 * MINUTE,
                place=place,
                parent=rack.id,
                children=tuple(rack.cylinders),
                step="repackaging",
                disposition="in_progress",
                accidents=(note, moved),
            )
        else:
            yield Packed(
                at=at + 2 * MINUTE,
                place=place,
                parent=rack.id,
                children=tuple(rack.cylinders),
                step="repackaging",
                disposition="in_progress",
                accidents=(note,),
            )
        return at + 10 * MINUTE

    def _deliver(self, rack: _Rack, cycle: int, at: int, *, seen: bool) -> Generator[Deed, None, int]:
        who, user = self.people, rack.user
        lost = cycle == 1 and rack.number == 1 and self.accidents.happens("shipment_without_receipt")
        note = self.accident(
            "shipment_without_receipt",
            (rack.id,),
            "the customer has the rack and never scanned its receipt",
            "not_received",
        )
        yield Observed(
            at=at,
            place=who.filler.spot("GATE"),
            step="shipping",
            disposition="in_transit",
            things=(rack.id,),
            giver=who.filler.operator,
            taker=user.operator,
            to=user.spot("DOOR"),
            accidents=(note,) if lost else (),
        )
        at += 2 * HOUR
        yield Observed(
            at=at,
            place=user.spot("DOOR"),
            step="receiving",
            disposition="in_progress",
            things=(rack.id,),
            giver=who.filler.operator,
            taker=user.operator,
            recorded=not lost,
        )
        if lost:
            return -1
        if seen:
            yield Checked(
                at=at + MINUTE, place=user.spot("DOOR"), parent=rack.id, children=tuple(rack.cylinders)
            )
        yield Unpacked(at=at + 5 * MINUTE, place=user.spot("DOOR"), parent=rack.id, disposition="in_progress")
        at += 4 * HOUR
        late = DAY if self.accidents.happens("late_upload") else 0
        late_note = self.accident(
            "late_upload", tuple(rack.cylinders), "the customer uploads the return a day late"
        )
        back = self.accident("return", tuple(rack.cylinders), "the empty cylinders come back")
        yield Observed(
            at=at,
            place=user.spot("DOOR"),
            step="shipping",
            disposition="returned",
            things=tuple(rack.cylinders),
            late=late,
            giver=user.operator,
            taker=who.filler.operator,
            to=who.filler.spot("YARD"),
            accidents=(back, late_note) if late else (back,),
        )
        at += 2 * HOUR
        yield Observed(
            at=at,
            place=who.filler.spot("YARD"),
            step="receiving",
            disposition="returned",
            things=tuple(rack.cylinders),
            giver=user.operator,
            taker=who.filler.operator,
        )
        return (yield from self._inspect(rack, at + HOUR, scrap=self.accidents.happens("failed_inspection")))

    def _inspect(self, rack: _Rack, at: int, *, scrap: bool) -> Generator[Deed, None, int]:
        who, one = self.people, rack.cylinders[-1]
        if not scrap and self.random.random() > 0.1:
            return at
        at = yield from self.hand_over((one,), at, ROAD, who.filler, who.inspector, GATES)
        at += HOUR
        yield Observed(
            at=at,
            place=who.inspector.spot("TEST"),
            step="inspecting",
            things=(one,),
            extra=self._next(at, scrap=scrap),
            disposition="non_conformant" if scrap else "conformant",
            documents=(("cert", f"QPJY-{self.next('unit'):07d}"),),
        )
        at += HOUR
        if scrap:
            note = self.accident(
                "failed_inspection", (one,), "the cylinder failed its inspection and was made unusable"
            )
            yield Ended(
                at=at,
                place=who.inspector.spot("TEST"),
                things=(one,),
                step="suyuan:scrapping",
                disposition="disposed",
                accidents=(note,),
            )
            rack.cylinders.remove(one)
            return at
        return (yield from self.hand_over((one,), at, ROAD, who.inspector, who.filler, GATES))

    @staticmethod
    def _next(at: int, *, scrap: bool) -> dict[str, str]:
        return (
            {"check": "periodic"}
            if scrap
            else {"check": "periodic", "nextInspectionDate": timestamp(at + 1095 * DAY)[:10]}
        )

    def _code(self) -> str:
        maker, number = divmod(self.next("cylinder"), 10_000)
        code = numbers.equipment_code(CATALOGUE, f"{int(MAKER) + maker:05d}", YEAR, number)
        return numbers.scheme_id("equipment_code", code)
