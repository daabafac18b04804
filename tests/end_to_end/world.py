"""Random supply chains as EPCIS events, with identifiers in mixed written forms.

Every event has a time of its own (one a minute), so that no answer hangs on the order of equal times.
The generator is careless on purpose: things move without being unpacked, containers are re-used, ended things
are packed again, lots are portioned into boxes, transformations are spread over several events.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 1, tzinfo=UTC)
PREFIX = "6901234"

Event = dict[str, Any]


def check_digit(digits: str) -> str:
    total = sum(
        int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)


def gtin(product: int) -> str:
    body = f"0{PREFIX}{product:05d}"
    return body + check_digit(body)


def item(product: int, serial: str) -> str:
    return f"https://id.gs1.org/01/{gtin(product)}/21/{serial}"


def lot(product: int, number: str) -> str:
    return f"https://id.gs1.org/01/{gtin(product)}/10/{number}"


def unit(number: int) -> str:
    body = f"3{PREFIX}{number:09d}"
    return f"https://id.gs1.org/00/{body}{check_digit(body)}"


def written(uri: str, chance: random.Random, lot_number: str | None = None) -> str:
    """Write a canonical URI in one of its other forms."""
    parts = uri.removeprefix("https://id.gs1.org/").split("/")
    form = chance.randrange(3)
    host = chance.choice(["https://id.gs1.org", "https://trace.example.cn", "https://example.com/some/stem"])
    if form == 0:
        return uri
    if form == 1:
        if lot_number and len(parts) == 4 and parts[2] == "21":
            return f"{host}/01/{parts[1]}/10/{lot_number}/21/{parts[3]}"
        return f"{host}/" + "/".join(parts)
    if parts[0] == "00":
        code = parts[1]
        return f"urn:epc:id:sscc:{PREFIX}.{code[0]}{code[8:17]}"
    item_reference = f"{parts[1][0]}{parts[1][8:13]}"
    if parts[2] == "21":
        return f"urn:epc:id:sgtin:{PREFIX}.{item_reference}.{parts[3]}"
    return f"urn:epc:class:lgtin:{PREFIX}.{item_reference}.{parts[3]}"


@dataclass
class Maker:
    """Plays a careless supply chain; ``events`` grow in order of their times."""

    seed: int
    chance: random.Random = field(init=False)
    events: list[Event] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    lot_of: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.units = [unit(number) for number in range(1, 9)]

    def write(self, uri: str) -> str:
        home = self.lot_of.get(uri)
        return written(uri, self.chance, home.rsplit("/", 1)[1] if home else None)

    def stamp(self, kind: str, **fields: Any) -> Event:
        at = START + timedelta(minutes=len(self.events))
        event = {
            "type": kind,
            "eventID": str(uuid.UUID(int=self.chance.getrandbits(128), version=4).urn),
            "eventTime": at.isoformat().replace("+00:00", "Z"),
            "eventTimeZoneOffset": "+08:00",
            **fields,
        }
        self.events.append(event)
        return event

    def some(self, pool: list[str], most: int) -> list[str]:
        return self.chance.sample(pool, min(len(pool), self.chance.randint(1, most))) if pool else []

    def new_lot(self) -> str:
        self.serial += 1
        made = lot(self.chance.randint(1, 4), f"L{self.serial}")
        self.lots.append(made)
        return made

    def make_lot(self) -> None:
        self.stamp(
            "ObjectEvent",
            action="ADD",
            quantityList=[{"epcClass": self.write(self.new_lot()), "quantity": 10, "uom": "KGM"}],
        )

    def commission(self) -> None:
        home = self.chance.choice(self.lots) if self.lots and self.chance.random() < 0.8 else None
        product = int(home.split("/01/")[1][8:13]) if home else self.chance.randint(1, 4)
        made = []
        for _ in range(self.chance.randint(1, 4)):
            self.serial += 1
            thing = item(product, f"S{self.serial}")
            made.append(thing)
            if home:
                self.lot_of[thing] = home
        self.items += made
        fields: Event = {"action": "ADD", "bizStep": "commissioning"}
        if home and self.chance.random() < 0.5:
            number = home.rsplit("/", 1)[1]
            fields["epcList"] = [
                f"https://id.gs1.org/01/{gtin(product)}/10/{number}/21/{thing.rsplit('/', 1)[1]}"
                for thing in made
            ]
        elif home:
            fields["epcList"] = [written(thing, self.chance) for thing in made]
            fields["ilmd"] = {"cbvmda:lotNumber": home.rsplit("/", 1)[1]}
        else:
            fields["epcList"] = [written(thing, self.chance) for thing in made]
        self.stamp("ObjectEvent", **fields)

    def transform(self) -> None:
        inputs = self.some(self.items, 3) if self.chance.random() < 0.5 else []
        if self.chance.random() < 0.3:
            inputs += self.some(self.units, 1)
        lots_in = self.some(self.lots, 2)
        if not inputs and not lots_in:
            return
        key = (
            f"https://example.cn/transformation/{self.chance.randint(1, 6)}"
            if self.chance.random() < 0.4
            else None
        )
        fields: Event = {"transformationID": key} if key else {}
        if key is None or self.chance.random() < 0.6:
            if inputs:
                fields["inputEPCList"] = [self.write(thing) for thing in inputs]
            if lots_in:
                fields["inputQuantityList"] = [
                    {"epcClass": self.write(thing), "quantity": 1, "uom": "KGM"} for thing in lots_in
                ]
        if key is None or self.chance.random() < 0.6:
            made = (
                self.new_lot()
                if self.chance.random() < 0.7 or not self.lots
                else self.chance.choice(self.lots)
            )
            fields["outputQuantityList"] = [{"epcClass": self.write(made), "quantity": 1, "uom": "KGM"}]
            if self.chance.random() < 0.3:
                self.serial += 1
                thing = item(self.chance.randint(1, 4), f"S{self.serial}")
                self.items.append(thing)
                fields["outputEPCList"] = [self.write(thing)]
        if fields.keys() & {"inputEPCList", "inputQuantityList", "outputQuantityList"}:
            self.stamp("TransformationEvent", **fields)

    def aggregate(self, action: str) -> None:
        parent = self.chance.choice(self.units)
        # Units nest upwards only: a unit goes into one of a higher number, so that no box is inside itself.
        others = [one for one in self.units if self.units.index(one) < self.units.index(parent)]
        pool = self.items[-12:] + others
        fields: Event = {"action": action, "parentID": self.write(parent)}
        listed = self.some(pool, 4) if pool else []
        if listed and not (action == "DELETE" and self.chance.random() < 0.3):
            fields["childEPCs"] = [self.write(thing) for thing in listed]
        if self.lots and self.chance.random() < 0.25 and (action != "DELETE" or "childEPCs" in fields):
            portion = self.chance.choice(self.lots)
            fields["childQuantityList"] = [{"epcClass": self.write(portion), "quantity": 2, "uom": "KGM"}]
        if action != "DELETE" and not fields.keys() & {"childEPCs", "childQuantityList"}:
            return
        self.stamp("AggregationEvent", **fields)

    def end(self) -> None:
        pool = self.items + self.units[:2]
        things = self.some(pool, 2)
        if things:
            self.stamp(
                "ObjectEvent",
                action="DELETE",
                epcList=[self.write(thing) for thing in things],
                bizStep="destroying",
            )

    def observe(self) -> None:
        things = self.some(self.items + self.units, 3)
        self.stamp(
            "ObjectEvent",
            action="OBSERVE",
            epcList=[self.write(thing) for thing in things],
            bizStep="storing",
        )

    def declare_error(self) -> Event | None:
        candidates = [event for event in self.events if "errorDeclaration" not in event]
        if not candidates:
            return None
        wrong = self.chance.choice(candidates)
        at = START + timedelta(days=30, minutes=len(self.events))
        return {
            **wrong,
            "errorDeclaration": {
                "declarationTime": at.isoformat().replace("+00:00", "Z"),
                "reason": "did_not_occur",
            },
        }


def make_world(seed: int, size: int, errors: int = 2) -> tuple[list[Event], list[Event]]:
    """Give (events in order of their times, error declarations on some of them) of about ``size`` events."""
    maker = Maker(seed)
    maker.make_lot()
    acts = [
        maker.make_lot, maker.commission, maker.commission, maker.transform, maker.transform, maker.transform,
        lambda: maker.aggregate("ADD"), lambda: maker.aggregate("ADD"), lambda: maker.aggregate("ADD"),
        lambda: maker.aggregate("DELETE"), lambda: maker.aggregate("OBSERVE"), maker.end, maker.observe,
    ]  # fmt: skip
    while len(maker.events) < size:
        maker.chance.choice(acts)()
    declared: dict[str, Event] = {}
    for _ in range(errors):
        declaration = maker.declare_error()
        if declaration:
            declared[declaration["eventID"]] = declaration
    return maker.events, list(declared.values())


def document(events: list[Event]) -> dict[str, Any]:
    return {
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"cbvmda": "urn:epcglobal:cbv:mda:"},
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-02T00:00:00Z",
        "epcisBody": {"eventList": events},
    }
