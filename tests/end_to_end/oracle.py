"""A slow and obvious reading of docs/lineage.md: play the events, watch where an influence goes.

It derives no intervals and walks no graph: it keeps who is in whom *now*, and passes a taint on, event by
event. The source of a thing is every thing whose taint reaches it.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.end_to_end.world import Event, gtin

INFINITY = "9999"


def canonical(uri: str) -> tuple[str, str | None]:
    """Give (key of the thing, key of the lot its identifier names), by plain string work."""
    if uri.startswith("urn:epc:id:sscc:"):
        prefix, rest = uri.rsplit(":", 1)[1].split(".")
        body = rest[0] + prefix + rest[1:]
        return f"00/{body}", None
    if uri.startswith(("urn:epc:id:sgtin:", "urn:epc:class:lgtin:")):
        _, rest, tail = uri.rsplit(":", 1)[1].split(".", 2)
        key = f"01/{gtin(int(rest[1:]))}"
        return (f"{key}/21/{tail}", None) if ":sgtin:" in uri else (f"{key}/10/{tail}", None)
    parts = uri.split("/")
    if "00" in parts:
        return f"00/{parts[parts.index('00') + 1][:17]}", None
    start = parts.index("01")
    key = f"01/{parts[start + 1]}"
    qualifiers = dict(zip(parts[start + 2 :: 2], parts[start + 3 :: 2], strict=True))
    if "21" in qualifiers:
        return f"{key}/21/{qualifiers['21']}", f"{key}/10/{qualifiers['10']}" if "10" in qualifiers else None
    return f"{key}/10/{qualifiers['10']}", None


def is_lot(thing: str) -> bool:
    return "/10/" in thing


def is_unit(thing: str) -> bool:
    return thing.startswith("00/")


def things(event: Event, *members: str) -> list[str]:
    entries = [entry for member in members for entry in event.get(member, [])]
    return [canonical(entry["epcClass"] if isinstance(entry, dict) else entry)[0] for entry in entries]


@dataclass
class Inside:
    """Who is in whom at this moment. An observation adds a home and closes none; a lot may be in many."""

    homes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def within(self, parent: str) -> set[str]:
        found: set[str] = set()
        todo = [parent]
        while todo:
            one = todo.pop()
            inner = {child for child, homes in self.homes.items() if one in homes}
            todo += inner - found
            found |= inner
        return found

    def play(self, event: Event) -> None:
        kind, action = event["type"], event.get("action")
        if kind == "AggregationEvent":
            parent = canonical(event["parentID"])[0]
            children = things(event, "childEPCs", "childQuantityList")
            if action == "DELETE" and not children:
                self.empty(parent)
            for child in children:
                if action == "DELETE":
                    self.homes[child].discard(parent)
                elif action == "OBSERVE" or is_lot(child):
                    self.homes[child].add(parent)
                else:
                    self.homes[child] = {parent}
        elif kind == "ObjectEvent" and action == "DELETE":
            for thing in things(event, "epcList"):
                self.homes.pop(thing, None)
                self.empty(thing)
        elif kind == "TransformationEvent":
            for thing in things(event, "inputEPCList"):
                self.homes.pop(thing, None)

    def empty(self, parent: str) -> None:
        for homes in self.homes.values():
            homes.discard(parent)


def births(event: Event) -> list[tuple[str, str]]:
    """Give (item, lot) for the items that this event commissions into a lot."""
    if event["type"] == "ObjectEvent" and event.get("action") == "ADD":
        members = event.get("epcList", [])
    elif event["type"] == "TransformationEvent":
        members = event.get("outputEPCList", [])
    else:
        return []
    found = []
    for uri in members:
        thing, home = canonical(uri)
        number = (event.get("ilmd") or {}).get("cbvmda:lotNumber")
        if home is None and number:
            home = f"{thing.split('/21/')[0]}/10/{number}"
        if home:
            found.append((thing, home))
    return found


def touched(event: Event) -> set[str]:
    lists = [f"{role}{kind}" for role in ("child", "input", "output") for kind in ("EPCList", "QuantityList")]
    lists += ["epcList", "childEPCs", "quantityList"]
    found = set(things(event, *lists)) | {home for _, home in births(event)}
    return found | ({canonical(event["parentID"])[0]} if event.get("parentID") else set())


class Oracle:
    """Answers about one set of events."""

    def __init__(self, events: list[Event], declarations: list[Event]) -> None:
        void = {event["eventID"] for event in declarations}
        self.events = sorted(
            (event for event in events if event["eventID"] not in void),
            key=lambda event: str(event["eventTime"]),
        )
        self.things = sorted({thing for event in self.events for thing in touched(event)})
        self.spreads: dict[str, dict[str, str]] = {}

    def first(self, thing: str) -> str:
        return str(next(event["eventTime"] for event in self.events if thing in touched(event)))

    def destination(self, root: str, since: str | None = None) -> dict[str, str]:
        """Give each thing that ``root`` may have gone into from ``since`` on, with the earliest time."""
        return self.spread(root, self.first(root) if since is None else since, contents=is_unit(root))

    def spread(self, root: str, since: str, *, contents: bool) -> dict[str, str]:
        inside = Inside()
        tainted = {root: since}
        mixed: set[str] = set()
        outputs_so_far: dict[str, set[str]] = defaultdict(set)
        started = False
        for event in self.events:
            at = str(event["eventTime"])
            if contents and not started and at > since:
                tainted |= dict.fromkeys(inside.within(root) - set(tainted), since)
            started = started or at >= since
            if event["type"] == "TransformationEvent":
                mix = str(event.get("transformationID") or event["eventID"])
                used = set(things(event, "inputEPCList", "inputQuantityList"))
                used |= {inner for thing in used if is_unit(thing) for inner in inside.within(thing)}
                outputs = set(things(event, "outputEPCList", "outputQuantityList"))
                outputs_so_far[mix] |= outputs
                if started and used & set(tainted):
                    mixed.add(mix)
                    outputs = outputs_so_far[mix]
                if mix in mixed:
                    tainted |= dict.fromkeys(outputs - set(tainted), at)
            inside.play(event)
            if started:
                tainted |= {
                    thing: at for thing, home in births(event) if home in tainted and thing not in tainted
                }
            if contents and started:
                tainted |= dict.fromkeys(inside.within(root) - set(tainted), at)
        if contents and not started:
            tainted |= dict.fromkeys(inside.within(root) - set(tainted), since)
        del tainted[root]
        return tainted

    def source(self, root: str, until: str = INFINITY) -> set[str]:
        """Give everything that may have gone into ``root`` by ``until``."""
        targets = {root: until} | (self.held(root, until) if is_unit(root) else {})
        found = set(targets)
        for thing in self.things:
            if thing not in self.spreads:
                self.spreads[thing] = self.spread(thing, "", contents=False)
            reached = self.spreads[thing]
            if any(target in reached and reached[target] <= limit for target, limit in targets.items()):
                found.add(thing)
        return found - {root}

    def held(self, root: str, until: str) -> dict[str, str]:
        """Give what the container ever held by ``until``, at every depth, with when it last left."""
        inside = Inside()
        left: dict[str, str] = {}
        now: set[str] = set()
        for event in self.events:
            if event["eventTime"] > until:
                break
            inside.play(event)
            after = inside.within(root)
            left |= dict.fromkeys(now - after, str(event["eventTime"]))
            now = after
        return left | dict.fromkeys(now, until)
