"""Random worlds of events, and what semantics.md says about them, worked out in the slowest and most
obvious way.

The oracle follows the words of the page: it looks at every event for every question, keeps no index, and
applies the rule "from (o, t)" to everything again and again until nothing changes. It shares no code with
the engine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.end_to_end.world import document, gtin, item, lot, unit, written

__all__ = ["Oracle", "document", "oracle", "random_world"]

Event = dict[str, Any]

START = datetime(2026, 3, 1, tzinfo=UTC)
EARLIEST, LATEST = "0000", "9999"
SITES = [f"https://id.gs1.org/414/690123400{number:03d}{check}" for number, check in ((1, 6), (2, 3), (3, 0))]


class Stay(NamedTuple):
    parent: str
    child: str
    start: str
    end: str


@dataclass
class _Maker:
    chance: random.Random
    events: list[Event] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    homes: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def __post_init__(self) -> None:
        self.units = [unit(number) for number in range(1, 8)]

    def emit(self, kind: str, **members: Any) -> None:
        at = START + timedelta(minutes=7 * len(self.events))
        site = self.chance.choice(SITES)
        self.events.append(
            {
                "type": kind,
                "eventID": f"urn:uuid:00000000-0000-4000-8000-{self.chance.getrandbits(48):012x}",
                "eventTime": at.isoformat().replace("+00:00", "Z"),
                "eventTimeZoneOffset": "+08:00",
                "readPoint": {"id": site},
                **members,
            }
        )

    def write(self, thing: str) -> str:
        home = self.homes.get(thing)
        return written(thing, self.chance, home.rsplit("/", 1)[1] if home else None)

    def amounts(self, things: list[str]) -> list[Event]:
        return [
            {"epcClass": self.write(one), "quantity": self.chance.randint(1, 9), "uom": "KGM"}
            for one in things
        ]

    def pick(self, pool: list[str], most: int) -> list[str]:
        return self.chance.sample(pool, min(len(pool), self.chance.randint(0, most)))

    def fresh_lot(self) -> str:
        self.serial += 1
        made = lot(self.chance.randint(1, 3), f"B{self.serial}")
        self.lots.append(made)
        return made

    def create_lot(self) -> None:
        self.emit("ObjectEvent", action="ADD", quantityList=self.amounts([self.fresh_lot()]))

    def commission(self) -> None:
        home = self.chance.choice(self.lots)
        product, number = int(home.split("/01/")[1][8:13]), home.rsplit("/", 1)[1]
        made = []
        for _ in range(self.chance.randint(1, 5)):
            self.serial += 1
            made.append(item(product, f"T{self.serial}"))
        in_ilmd = self.chance.random() < 0.5
        if not in_ilmd:
            self.homes.update(dict.fromkeys(made, home))
        texts = [
            f"https://id.gs1.org/01/{gtin(product)}/10/{number}/21/{one.rsplit('/', 1)[1]}" for one in made
        ]
        members: Event = {"action": "ADD", "epcList": made if in_ilmd else texts}
        if in_ilmd:
            members["ilmd"] = {"cbvmda:lotNumber": number}
        self.items += made
        self.emit("ObjectEvent", **members)

    def transform(self) -> None:
        shared = self.chance.random() < 0.45
        key = f"https://example.cn/run/{self.chance.randint(1, 4)}" if shared else None
        inputs = self.pick(self.items[-15:], 2) + (
            self.pick(self.units, 2) if self.chance.random() < 0.5 else []
        )
        amounts_in = self.pick(self.lots, 2)
        outputs = [self.fresh_lot()] if self.chance.random() < 0.6 else self.pick(self.lots, 1)
        if not shared and not ((inputs or amounts_in) and outputs):
            return
        members: Event = {"transformationID": key} if key else {}
        if inputs:
            members["inputEPCList"] = [self.write(one) for one in inputs]
        if amounts_in:
            members["inputQuantityList"] = self.amounts(amounts_in)
        if outputs:
            members["outputQuantityList"] = self.amounts(outputs)
        if self.chance.random() < 0.3:
            self.serial += 1
            made = item(1, f"T{self.serial}")
            self.items.append(made)
            members["outputEPCList"] = [made]
        if len(members) > (1 if key else 0):
            self.emit("TransformationEvent", **members)

    def aggregate(self) -> None:
        action = self.chance.choice(["ADD", "ADD", "ADD", "DELETE", "OBSERVE"])
        level = self.chance.randrange(len(self.units))
        children = self.pick(self.items[-12:], 4) + self.pick(self.units[:level], 2)
        portions = self.pick(self.lots[-4:], 1) if self.chance.random() < 0.3 else []
        if action != "DELETE" and not children and not portions:
            return
        members: Event = {"action": action, "parentID": self.write(self.units[level])}
        if children:
            members["childEPCs"] = [self.write(one) for one in children]
        if portions:
            members["childQuantityList"] = self.amounts(portions)
        self.emit("AggregationEvent", **members)

    def associate(self) -> None:
        if self.items:
            self.emit(
                "AssociationEvent",
                action=self.chance.choice(["ADD", "DELETE"]),
                parentID=self.chance.choice(self.units),
                childEPCs=[self.write(self.chance.choice(self.items))],
            )

    def end(self) -> None:
        things = self.pick(self.items, 1) + self.pick(self.units, 1)
        if things:
            self.emit("ObjectEvent", action="DELETE", epcList=[self.write(one) for one in things])

    def see(self) -> None:
        things = self.pick(self.items + self.units, 3)
        if things:
            self.emit("ObjectEvent", action="OBSERVE", epcList=[self.write(one) for one in things])


def random_world(seed: int, size: int) -> list[Event]:
    """Give about ``size`` events in order of their times (all different), error declarations last.

    Deterministic. Containers are re-used and nest, things move without being unpacked and come back after
    their end, lots are portions in containers and inputs, transformations are spread over events, sensors
    sit on containers.
    """
    maker = _Maker(random.Random(seed))
    maker.create_lot()
    maker.commission()
    acts = [maker.create_lot, *[maker.commission] * 2, *[maker.transform] * 4, *[maker.aggregate] * 6]
    acts += [maker.associate, maker.end, maker.see]
    while len(maker.events) < size:
        maker.chance.choice(acts)()
    wrong = maker.chance.sample(maker.events, max(1, size // 40))
    declared = {"declarationTime": "2026-06-01T00:00:00Z", "reason": "incorrect_data"}
    return [*maker.events, *({**event, "errorDeclaration": declared} for event in wrong)]


def key_of(text: str) -> str:
    """Give the canonical URI of what :func:`random_world` writes, by plain string work."""
    body = text.rsplit(":", 1)[1] if text.startswith("urn:") else ""
    if text.startswith("urn:epc:id:sscc:"):
        return unit(int(body.split(".")[1][1:]))
    if text.startswith("urn:"):
        _, product, tail = body.split(".", 2)
        return item(int(product[1:]), tail) if ":sgtin:" in text else lot(int(product[1:]), tail)
    parts = text.split("/")
    if "00" in parts:
        return f"https://id.gs1.org/00/{parts[parts.index('00') + 1]}"
    at = parts.index("01")
    names = dict(zip(parts[at::2], parts[at + 1 :: 2], strict=True))
    tail = f"21/{names['21']}" if "21" in names else f"10/{names['10']}"
    return f"https://id.gs1.org/01/{names['01']}/{tail}"


def oracle(events: list[Event]) -> "Oracle":
    """Give what semantics.md says about these events, in whatever order they stand."""
    return Oracle(events)


class Oracle:
    """Answers, by looking at everything."""

    def __init__(self, events: list[Event]) -> None:
        wrong = {event["eventID"] for event in events if "errorDeclaration" in event}
        once = {event["eventID"]: event for event in events if event["eventID"] not in wrong}
        self.events = sorted(once.values(), key=lambda event: str(event["eventTime"]))
        self.stays = list(self._stays())
        self.things = sorted({thing for event in self.events for thing in self._named(event)})

    # What events say

    def _list(self, event: Event, *members: str) -> list[str]:
        entries = [entry for member in members for entry in event.get(member, [])]
        return [key_of(entry["epcClass"] if isinstance(entry, dict) else entry) for entry in entries]

    def _children(self, event: Event) -> list[str]:
        return self._list(event, "childEPCs", "childQuantityList")

    def _inputs(self, event: Event) -> list[str]:
        return self._list(event, "inputEPCList", "inputQuantityList")

    def _outputs(self, event: Event) -> list[str]:
        return self._list(event, "outputEPCList", "outputQuantityList")

    def _parent(self, event: Event) -> str | None:
        return key_of(event["parentID"]) if "parentID" in event else None

    def _direct(self, event: Event) -> set[str]:
        found = {*self._list(event, "epcList", "quantityList"), *self._children(event)}
        found |= {*self._inputs(event), *self._outputs(event)}
        parent = self._parent(event)
        return found | {parent} if parent else found

    def _named(self, event: Event) -> set[str]:
        return self._direct(event) | {home for _, home in self._births(event)}

    def _births(self, event: Event) -> list[tuple[str, str]]:
        if event["type"] == "ObjectEvent" and event["action"] == "ADD":
            texts = event.get("epcList", [])
        elif event["type"] == "TransformationEvent":
            texts = event.get("outputEPCList", [])
        else:
            return []
        found = []
        for text in texts:
            number = event.get("ilmd", {}).get("cbvmda:lotNumber")
            if "/10/" in text:
                number = text.split("/10/")[1].split("/")[0]
            if number:
                found.append((key_of(text), f"{key_of(text).split('/21/')[0]}/10/{number}"))
        return found

    # 2.1 Containment

    def _stays(self) -> Iterator[Stay]:
        """Open an interval at each event that opens one, and look through all that follow for its end."""
        for index, event in enumerate(self.events):
            if event["type"] != "AggregationEvent" or event["action"] == "DELETE":
                continue
            parent = str(self._parent(event))
            for child in self._children(event):
                if not self._inside_before(index, parent, child):
                    closers = (
                        later for later in self.events[index + 1 :] if self._closes(later, parent, child)
                    )
                    end = next((str(one["eventTime"]) for one in closers), LATEST)
                    yield Stay(parent, child, str(event["eventTime"]), end)

    def _inside_before(self, index: int, parent: str, child: str) -> bool:
        """Say whether the child is directly in the parent when an event happens: look back for the last
        word."""
        for event in reversed(self.events[:index]):
            if self._closes(event, parent, child):
                return False
            opens = event["type"] == "AggregationEvent" and event["action"] != "DELETE"
            if opens and self._parent(event) == parent and child in self._children(event):
                return True
        return False

    def _closes(self, event: Event, parent: str, child: str) -> bool:
        portion = "/10/" in child
        if event["type"] == "AggregationEvent":
            listed, mine = self._children(event), self._parent(event) == parent
            if event["action"] == "DELETE":
                return mine and (not listed or child in listed)
            return event["action"] == "ADD" and not mine and child in listed and not portion
        if event["type"] == "ObjectEvent" and event["action"] == "DELETE":
            ended = self._list(event, "epcList")
            return parent in ended or (child in ended and not portion)
        return event["type"] == "TransformationEvent" and child in self._inputs(event) and not portion

    def contents(self, parent: str, at: str) -> set[str]:
        """Everything inside, at every depth, at a time."""
        found: set[str] = set()
        todo = [parent]
        while todo:
            one = todo.pop()
            inner = {s.child for s in self.stays if s.parent == one and s.start <= at < s.end} - found
            found |= inner
            todo += inner
        return found

    def _ever_inside(self, root: str, since: str, until: str) -> dict[str, list[tuple[str, str]]]:
        """Give when each thing was inside the root between two times, nesting intersects intervals."""
        found: dict[str, list[tuple[str, str]]] = {}
        todo = [(root, since, until)]
        while todo:
            unit_, low, high = todo.pop()
            for stay in self.stays:
                start, end = max(stay.start, low), min(stay.end, high)
                if stay.parent == unit_ and start < end:
                    window = start, end
                    if window not in found.setdefault(stay.child, []):
                        found[stay.child].append(window)
                        todo.append((stay.child, start, end))
        return found

    # 2.3 Transformations: (inputs with times, outputs with times)

    def _runs(self) -> list[tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
        runs: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}
        for event in self.events:
            if event["type"] == "TransformationEvent":
                key = str(event.get("transformationID", event["eventID"]))
                inputs, outputs = runs.setdefault(key, ([], []))
                inputs += [(thing, event["eventTime"]) for thing in self._inputs(event)]
                outputs += [(thing, event["eventTime"]) for thing in self._outputs(event)]
        return list(runs.values())

    # 3. Questions

    def first(self, thing: str) -> str:
        return str(next(event["eventTime"] for event in self.events if thing in self._named(event)))

    def source(self, root: str, until: str = LATEST, depth: int = 999) -> dict[str, str]:
        """Give everything that may have gone into the root by a time, with its latest time."""
        labels = {root: until}
        for hop in range(depth):
            ways = [*self._went_in(labels), *(self._ever_held(root, until) if hop == 0 else ())]
            better: dict[str, str] = {}
            for thing, at in ways:
                if at > max(labels.get(thing, EARLIEST), better.get(thing, EARLIEST)):
                    better[thing] = at
            if not better:
                break
            labels |= better
        return {thing: at for thing, at in labels.items() if thing != root}

    def _went_in(self, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
        """From each (o, t): inputs that were in by t, what was in them, and the lot of o."""
        for inputs, outputs in self._runs():
            for output, made in outputs:
                for thing, at in inputs:
                    if output in labels and max(at, made) <= labels[output]:
                        yield from ((one, at) for one in {thing} | self.contents(thing, at))
        for event in self.events:
            for born, home in self._births(event):
                if born in labels:
                    yield home, min(str(event["eventTime"]), labels[born])

    def _ever_held(self, root: str, until: str) -> Iterator[tuple[str, str]]:
        for inner, windows in self._ever_inside(root, EARLIEST, LATEST).items():
            yield from ((inner, min(end, until)) for start, end in windows if start <= until)

    def destination(
        self, root: str, since: str | None = None, depth: int = 999, *, contact: bool = False
    ) -> dict[str, str]:
        """Give everything that the root may have gone into from a time on, with its earliest time."""
        begin = self.first(root) if since is None else since
        labels = {root: begin}
        for hop in range(depth):
            ways = [*self._came_out(labels), *(self._touched(labels) if contact else ())]
            if hop == 0:
                inside = self._ever_inside(root, begin, LATEST)
                ways += [(inner, start) for inner, windows in inside.items() for start, _ in windows]
            better: dict[str, str] = {}
            for thing, at in ways:
                if at < min(labels.get(thing, "~"), better.get(thing, "~")):
                    better[thing] = at
            if not better:
                break
            labels |= better
        return {thing: at for thing, at in labels.items() if thing != root}

    def _came_out(self, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
        """From each (o, t): outputs of what o went into, itself or in a container, and the items of lot o."""
        for inputs, outputs in self._runs():
            for thing, at in inputs:
                carried = {thing} | self.contents(thing, at)
                if any(labels.get(one, "~") <= at for one in carried):
                    yield from ((output, max(at, made)) for output, made in outputs)
        for event in self.events:
            at = str(event["eventTime"])
            yield from ((born, at) for born, home in self._births(event) if labels.get(home, "~") <= at)

    def _touched(self, labels: dict[str, str]) -> Iterator[tuple[str, str]]:
        """What shared a container with something affected, at any depth, from when both were inside."""
        for parent in {stay.parent for stay in self.stays}:
            inside = [
                (thing, start, end)
                for thing, windows in self._ever_inside(parent, EARLIEST, LATEST).items()
                for start, end in windows
            ]
            for affected, low, high in inside:
                arrived = max(low, labels.get(affected, "~"))
                for other, start, end in inside:
                    if max(arrived, start) < min(high, end):
                        yield other, max(arrived, start)

    def where(self, thing: str) -> str | None:
        """Give the last place at which the thing was seen, itself or through what it was in."""
        for event in reversed(self.events):
            at, direct = str(event["eventTime"]), self._direct(event)
            through = {one for one in direct if thing in self.contents(one, at)}
            emptied = self._parent(event) if event["type"] == "AggregationEvent" else None
            just_left = emptied is not None and any(
                stay.end == at and self._held(emptied, thing, stay) for stay in self.stays
            )
            if thing in direct or through or just_left:
                return str(event["readPoint"]["id"])
        return None

    def _held(self, parent: str, thing: str, stay: Stay) -> bool:
        """Say whether this stay in the parent carried the thing until it ended."""
        if stay.parent != parent:
            return False
        if stay.child == thing:
            return True
        inner = self._ever_inside(stay.child, stay.start, stay.end).get(thing, [])
        return any(end == stay.end for _, end in inner)

    def holder(self, thing: str, at: str) -> str | None:
        """Give the place that had the thing at a time: every event here says a place, and nothing is
        shipped."""
        earlier = Oracle([event for event in self.events if event["eventTime"] <= at])
        return earlier.where(thing)
