"""Drugs: vaccine with 20-digit traceability codes on three packing levels, kept cold, dispensed at clinics.

Beside the straight way: a carton gets warm on the road, a code is dispensed twice at two clinics, a reader
misses a vial, a dispensing is recorded by mistake and declared an error, a box is packed again at the
disease control centre, a vial is returned, a box is shipped and never received, a clinic uploads a day
late.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import ClassVar

from firmware_sim import numbers
from firmware_sim.worlds import shanxi
from firmware_sim.worlds.deeds import (
    Accident,
    Amount,
    Attached,
    Checked,
    Commissioned,
    Deed,
    Observed,
    Packed,
    Sensed,
    Transformed,
    Unpacked,
    Voided,
)
from firmware_sim.worlds.documents import timestamp
from firmware_sim.worlds.places import Site
from firmware_sim.worlds.world import DAY, HOUR, MINUTE, SECOND, World

PREFIX = "69990201"
VIAL, BOX, CARTON = "8990017", "8990025", "8990033"
"""Identification codes of the three packing levels."""
ANTIGEN = numbers.gtin(PREFIX, 1, 9)
COLD = (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything one wave has."""

    lots: int
    cartons: int
    boxes: int
    vials: int
    per_dose: int

    @classmethod
    def of(cls, events: int) -> "Size":
        """Give the size of a wave of about this many events."""
        if events < 400:
            return cls(1, 2, 2, 4, 1)
        if events < 4_000:
            return cls(2, max(2, events // 150), 5, 10, 4)
        return cls(4, max(2, events // 600), 10, 20, 5)


@dataclass(slots=True)
class _Box:
    code: str
    vials: list[str]
    missed: str = ""


class DrugWorld(World):
    """The vaccine of 并州生物."""

    name: ClassVar[str] = "drug"
    regime: ClassVar[str] = "vaccine"

    def __init__(self, seed: int, **options: object) -> None:
        super().__init__(seed, **options)  # type: ignore[arg-type]
        self.people = shanxi.drug(self.master, ANTIGEN, (VIAL, BOX, CARTON))

    def wave(self, events: int) -> Iterator[Deed]:
        """Let a vaccine be made, packed, kept cold and given."""
        size = Size.of(events)
        for number in range(size.lots):
            yield from self._lot(size, f"V{self.wave_number:05d}{number}", self.begin() + number * HOUR)

    def _lot(self, size: Size, name: str, at: int) -> Iterator[Deed]:
        who = self.people
        line, total = who.maker.spot("FILL"), size.cartons * size.boxes * size.vials
        bulk = Amount(numbers.lot_id(ANTIGEN, name.replace("V", "A")), 10.0, "LTR")
        lot = numbers.scheme_id("lot", f"drug_code.{VIAL}.{name}")
        yield Commissioned(at=at, place=who.maker.spot("BULK"), amounts=(bulk,), disposition="active")
        at += 2 * HOUR
        yield Transformed(
            at=at,
            place=line,
            input_amounts=(bulk,),
            output_amounts=(Amount(lot, float(total), ""),),
            disposition="in_progress",
        )
        made, expiry = timestamp(at)[:10], timestamp(at + 365 * DAY)[:10]
        ilmd = {"cbvmda:lotNumber": name, "cbvmda:itemExpirationDate": expiry, "suyuan:productionDate": made}
        yield Observed(
            at=at + HOUR,
            place=who.maker.spot("LAB"),
            step="inspecting",
            disposition="conformant",
            amounts=(Amount(lot, float(total), ""),),
            documents=(("cert", f"SXPQF-{name}"),),
        )
        at += 2 * HOUR
        for number in range(size.cartons):
            boxes: list[_Box] = []
            for index in range(size.boxes):
                box = _Box(self._code(BOX), [self._code(VIAL) for _ in range(size.vials)])
                yield Commissioned(
                    at=at, place=line, things=tuple(box.vials), lot=lot, disposition="active", ilmd=ilmd
                )
                at += 20 * SECOND
                yield self._pack_box(box, at, first=number == 0 and index == 0)
                at += 20 * SECOND
                boxes.append(box)
            carton = self._code(CARTON)
            yield Packed(
                at=at,
                place=who.maker.spot("PACK"),
                parent=carton,
                children=tuple(box.code for box in boxes),
                disposition="in_progress",
            )
            at += MINUTE
            yield from self._journey(size, carton, boxes, at, number)

    def _pack_box(self, box: _Box, at: int, *, first: bool) -> Deed:
        accidents: tuple[Accident, ...] = ()
        if first and self.accidents.happens("missed_read"):
            box.missed = box.vials[-1]
            note = "the vial went into the box unread and was seen there later"
            accidents = (self.accident("missed_read", (box.missed,), note, "seen_inside_unpacked"),)
        return Packed(
            at=at,
            place=self.people.maker.spot("PACK"),
            parent=box.code,
            children=tuple(box.vials),
            missed=(box.missed,) if box.missed else (),
            disposition="in_progress",
            accidents=accidents,
        )

    # The cold chain

    def _journey(self, size: Size, carton: str, boxes: list[_Box], at: int, number: int) -> Iterator[Deed]:
        who = self.people
        sensor = numbers.asset_id(PREFIX, f"TS{self.next('unit'):06d}")
        yield Commissioned(
            at=at - 5 * MINUTE, place=who.maker.spot("GATE"), things=(sensor,), disposition="active"
        )
        yield Attached(at=at, place=who.maker.spot("GATE"), parent=carton, children=(sensor,))
        at += 10 * MINUTE
        warm = number == 1 and self.accidents.happens("cold_chain_excursion")
        at = yield from self._cold_leg(carton, sensor, at, who.maker, who.depot, warm=warm)
        at += self.minutes(60, 300)
        at = yield from self._cold_leg(carton, sensor, at, who.depot, who.centre, warm=False)
        at += 10 * MINUTE
        yield Attached(at=at, place=who.centre.spot("DOCK"), parent=carton, children=(sensor,), off=True)
        at += MINUTE
        yield Unpacked(at=at, place=who.centre.spot("COLD"), parent=carton, disposition="in_progress")
        for index, box in enumerate(boxes):
            at += self.minutes(1, 3)
            yield from self._clinic(size, box, at, number, index)

    def _cold_leg(
        self, carton: str, sensor: str, at: int, giver: Site, taker: Site, *, warm: bool
    ) -> Generator[Deed, None, int]:
        """Ship, measure on the way, receive; returns the time of the receipt."""
        hours = 3
        yield Observed(
            at=at,
            place=giver.spot("GATE"),
            step="shipping",
            disposition="in_transit",
            things=(carton,),
            giver=giver.operator,
            taker=taker.operator,
            to=taker.spot("DOCK"),
        )
        for hour in range(hours):
            readings = tuple(
                (at + hour * HOUR + step * 15 * MINUTE, round(self.random.uniform(3.0, 6.5), 1))
                for step in range(4)
            )
            accidents: tuple[Accident, ...] = ()
            if warm and hour == 1:
                readings = (
                    *readings[:2],
                    *((when, round(celsius + 7.5, 1)) for when, celsius in readings[2:]),
                )
                note = "the van's cooling failed for half an hour"
                accidents = (self.accident("cold_chain_excursion", (carton,), note, "cold_chain_excursion"),)
            yield Sensed(
                at=readings[-1][0],
                place=giver.spot("VAN"),
                device=sensor,
                things=(carton,),
                readings=readings,
                limits=COLD,
                accidents=accidents,
            )
        at += hours * HOUR
        yield Observed(
            at=at,
            place=taker.spot("DOCK"),
            step="receiving",
            disposition="in_progress",
            things=(carton,),
            giver=giver.operator,
            taker=taker.operator,
        )
        return at

    # At the clinic

    def _clinic(self, size: Size, box: _Box, at: int, number: int, index: int) -> Iterator[Deed]:
        who = self.people
        clinic, other = who.clinics[index % 2], who.clinics[(index + 1) % 2]
        if number == 0 and index == 1 and self.accidents.happens("repack"):
            fresh = self._code(BOX)
            note = self.accident(
                "repack", tuple(box.vials), "the box was wet; its vials were packed again under a new code"
            )
            yield Unpacked(at=at, place=who.centre.spot("COLD"), parent=box.code, disposition="in_progress")
            yield Packed(
                at=at + MINUTE,
                place=who.centre.spot("COLD"),
                parent=fresh,
                children=tuple(box.vials),
                step="repackaging",
                disposition="in_progress",
                accidents=(note,),
            )
            box.code, at = fresh, at + 2 * MINUTE
        lost = number == 1 and index == 1 and self.accidents.happens("shipment_without_receipt")
        note = self.accident(
            "shipment_without_receipt",
            (box.code,),
            "the clinic has the box and never scanned its receipt",
            "not_received",
        )
        yield Observed(
            at=at,
            place=who.centre.spot("DOCK"),
            step="shipping",
            disposition="in_transit",
            things=(box.code,),
            giver=who.centre.operator,
            taker=clinic.operator,
            to=clinic.spot("DOOR"),
            accidents=(note,) if lost else (),
        )
        at += HOUR
        yield Observed(
            at=at,
            place=clinic.spot("DOOR"),
            step="receiving",
            disposition="in_progress",
            things=(box.code,),
            giver=who.centre.operator,
            taker=clinic.operator,
            recorded=not lost,
        )
        if lost:
            return
        at += 10 * MINUTE
        if box.missed:
            yield Checked(at=at, place=clinic.spot("FRIDGE"), parent=box.code, children=tuple(box.vials))
            at += MINUTE
        yield Unpacked(at=at, place=clinic.spot("FRIDGE"), parent=box.code, disposition="in_progress")
        yield from self._give(size, list(box.vials), at + HOUR, clinic, other)

    def _give(self, size: Size, vials: list[str], at: int, clinic: Site, other: Site) -> Iterator[Deed]:
        who = self.people
        if len(vials) > 3 and self.accidents.happens("return"):
            back, vials = (vials[0],), vials[1:]
            note = self.accident("return", back, "the clinic sends a vial back unopened")
            yield Observed(
                at=at,
                place=clinic.spot("DOOR"),
                step="shipping",
                disposition="returned",
                things=back,
                giver=clinic.operator,
                taker=who.centre.operator,
                to=who.centre.spot("DOCK"),
                accidents=(note,),
            )
            yield Observed(
                at=at + HOUR,
                place=who.centre.spot("DOCK"),
                step="receiving",
                disposition="returned",
                things=back,
                giver=clinic.operator,
                taker=who.centre.operator,
            )
        late = DAY if self.accidents.happens("late_upload") else 0
        for first in range(0, len(vials), size.per_dose):
            given = tuple(vials[first : first + size.per_dose])
            at += self.minutes(10, 40)
            if first and self.accidents.happens("error_declaration"):
                note = self.accident(
                    "error_declaration", given, "recorded as given before the child's parents declined"
                )
                wrong = self._dispense(at, clinic, given, mistaken=True)
                yield wrong
                at += 5 * MINUTE
                yield Voided(at=at, place=clinic.spot("ROOM"), deed=wrong, accidents=(note,))
                at += 20 * MINUTE
            note = self.accident("late_upload", given, "the clinic uploads a day late")
            yield self._dispense(at, clinic, given, late=late, accidents=(note,) if late else ())
            late = 0
            if first and self.accidents.happens("double_sale"):
                note = self.accident(
                    "double_sale",
                    given[:1],
                    "the same code is given again at another clinic",
                    "sold_twice",
                )
                yield self._dispense(at + 3 * HOUR, other, given[:1], accidents=(note,))

    def _dispense(
        self,
        at: int,
        clinic: Site,
        vials: tuple[str, ...],
        *,
        mistaken: bool = False,
        late: int = 0,
        accidents: tuple[Accident, ...] = (),
    ) -> Observed:
        return Observed(
            at=at,
            place=clinic.spot("ROOM"),
            step="dispensing",
            disposition="dispensed",
            things=vials,
            mistaken=mistaken,
            late=late,
            accidents=accidents,
        )

    def _code(self, level: str) -> str:
        return numbers.scheme_id("drug_code", numbers.drug_code(level, self.next(level) * 7919 % 10**13))
