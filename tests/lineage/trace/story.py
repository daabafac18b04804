"""Small supply chains, told event by event."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from lineage.events import read_json
from lineage.events.times import read_time
from lineage.facts import micros
from lineage.trace import Licence, MemoryNeighbours, Party, Product, Site
from tests.end_to_end.world import item, lot, unit

__all__ = ["Books", "Story", "at", "item", "kg", "licence", "lot", "party", "site", "time", "unit"]

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"cbvmda": "urn:epcglobal:cbv:mda:", "suyuan": "https://w3id.org/suyuan/v1/"},
]


def site(number: int) -> str:
    body = f"690123400{number:03d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"https://id.gs1.org/414/{body}{-total % 10}"


def party(number: int) -> str:
    return site(number).replace("/414/", "/417/")


def kg(thing: str, quantity: float, uom: str = "KGM") -> dict[str, Any]:
    return {"epcClass": thing, "quantity": quantity, "uom": uom}


def time(text: str) -> str:
    """Write "3T10:30" (day 3, half past ten, UTC) as RFC 3339; without a day, day 1."""
    day, _, clock = text.rpartition("T")
    return f"2026-05-{int(day or 1):02d}T{clock}:00Z"


def at(text: str) -> int:
    return micros(read_time(time(text)))


@dataclass
class Story:
    """Events in the order told; the order does not matter to anybody."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def tell(
        self,
        when: str,
        kind: str,
        where: int | None = None,
        own: dict[str, Any] | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """Add an event. ``own`` are members of the project's namespace."""
        event: dict[str, Any] = {
            "type": f"{kind}Event",
            "eventID": f"https://example.cn/event/{len(self.events) + 1}",
            "eventTime": time(when),
            "eventTimeZoneOffset": "+08:00",
            **members,
            **{f"suyuan:{name}": value for name, value in (own or {}).items()},
        }
        if where is not None:
            event |= {"readPoint": {"id": site(where)}, "bizLocation": {"id": site(where)}}
        self.events.append(event)
        return event

    def make(self, when: str, *things: str, where: int | None = None, **members: Any) -> None:
        """ObjectEvent ADD of items."""
        self.tell(when, "Object", where, action="ADD", epcList=list(things), **members)

    def create(self, when: str, *amounts: dict[str, Any], where: int | None = None, **members: Any) -> None:
        """ObjectEvent ADD of lots."""
        self.tell(when, "Object", where, action="ADD", quantityList=list(amounts), **members)

    def see(self, when: str, *things: str, where: int | None = None, **members: Any) -> None:
        self.tell(when, "Object", where, action="OBSERVE", epcList=list(things), **members)

    def pack(self, when: str, parent: str, *children: str, where: int | None = None, **members: Any) -> None:
        listed: dict[str, Any] = {"childEPCs": list(children)} if children else {}
        self.tell(when, "Aggregation", where, action="ADD", parentID=parent, **listed, **members)

    def unpack(self, when: str, parent: str, *children: str, where: int | None = None) -> None:
        listed: dict[str, Any] = {"childEPCs": list(children)} if children else {}
        self.tell(when, "Aggregation", where, action="DELETE", parentID=parent, **listed)

    def look(self, when: str, parent: str, *children: str) -> None:
        self.tell(when, "Aggregation", action="OBSERVE", parentID=parent, childEPCs=list(children))

    def mix(
        self,
        when: str,
        inputs: list[Any],
        outputs: list[Any],
        where: int | None = None,
        **members: Any,
    ) -> None:
        """TransformationEvent; amounts are dicts, items are text."""
        for name, entries in (("input", inputs), ("output", outputs)):
            listed = [entry for entry in entries if isinstance(entry, str)]
            amounts = [entry for entry in entries if not isinstance(entry, str)]
            members |= {f"{name}EPCList": listed} if listed else {}
            members |= {f"{name}QuantityList": amounts} if amounts else {}
        self.tell(when, "Transformation", where, **members)

    def declare_wrong(self, number: int, *instead: str) -> None:
        """Take back the event with this number, counted from 1."""
        declaration = {"declarationTime": "2026-06-01T00:00:00Z", "reason": "incorrect_data"}
        corrective = {"correctiveEventIDs": list(instead)} if instead else {}
        self.events.append({**self.events[number - 1], "errorDeclaration": {**declaration, **corrective}})

    def neighbours(self) -> MemoryNeighbours:
        head = {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-05-02T00:00:00Z",
        }
        data = orjson.dumps({**head, "epcisBody": {"eventList": self.events}})
        return MemoryNeighbours(read_json(data).events)


@dataclass
class Books:
    """Master data: site *n* is operated by party *n*."""

    roles: dict[int, tuple[str, ...]] = field(default_factory=dict)
    regime: str | None = "food"
    storage: tuple[float | None, float | None] = (None, None)
    shelf_life_days: int | None = None
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    held: dict[int, list[Licence]] = field(default_factory=dict)

    def _number(self, key: str) -> int:
        return int(key.rsplit("/", 1)[1][9:12])

    def operator_of(self, site: str, at: int) -> str | None:
        del at
        return party(self._number(site))

    def party(self, party: str) -> Party | None:
        number = self._number(party)
        return Party(party, f"P{number}", None, self.roles[number]) if number in self.roles else None

    def site(self, site: str) -> Site | None:
        latitude, longitude = self.places.get(self._number(site), (None, None))
        return Site(site, f"S{self._number(site)}", latitude, longitude)

    def product_of(self, thing: str) -> Product | None:
        low, high = self.storage
        return Product(thing, self.regime, "", low, high, self.shelf_life_days)

    def licences(self, party: str, site: str | None, product: str | None) -> list[Licence]:
        del site, product
        return self.held.get(self._number(party), [])


def licence(kind: str, valid_from: str, valid_to: str) -> Licence:
    return Licence(kind, f"{kind}-1", date.fromisoformat(valid_from), date.fromisoformat(valid_to))
