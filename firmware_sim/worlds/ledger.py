"""What is true: learnt from the deeds as they happen, forward in time.

A thing carries what went into it. When things are put together, what each of them carries at that moment
goes along, with the time at which it last went in; so the sources of a thing, and whatever a thing got
into, are known without ever walking back. This is on purpose another way than a search through events, and
shares no code with it.

Two ledgers are kept of a world: `Ledger(everything=True)` knows what really happened,
`Ledger(everything=False)` knows what the records can show: not the receipt that nobody scanned, not the cup
that the reader missed.

Deeds must be told in the order of their times.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from firmware_sim.errors import WorldError
from firmware_sim.worlds.deeds import (
    Attached,
    Checked,
    Commissioned,
    Deed,
    Ended,
    Observed,
    Packed,
    Sensed,
    Transformed,
    Unpacked,
    Voided,
)
from firmware_sim.worlds.places import Party, Place

OPEN = 2**63 - 1
"""End of a stay that has not ended."""

Labels = dict[str, int]
"""Things, each with the time at which it last went in (sources) or first arrived (destinations)."""

ENDINGS = {
    "retail_selling": "sold",
    "dispensing": "sold",
    "destroying": "destroyed",
    "decommissioning": "destroyed",
    "suyuan:scrapping": "destroyed",
}
"""States after which a thing is no longer in anybody's stock, by business step."""


class Mark(NamedTuple):
    """A moment at which a thing is known to be somewhere."""

    at: int
    order: int
    party: Party
    place: Place
    state: str
    """in_stock, in_transit, sold, consumed or destroyed."""


class Custody(NamedTuple):
    """A time in which one party has a thing."""

    party: Party
    place: Place
    since: int
    until: int
    in_transit: bool


@dataclass(slots=True)
class Stay:
    """A child in a parent, `[start, end)`."""

    parent: str
    child: str
    start: int
    end: int = OPEN


@dataclass(slots=True)
class _Batch:
    """Items commissioned together: they carry the same."""

    lot: str
    at: int
    items: tuple[str, ...]
    carried: Labels


@dataclass(slots=True)
class _Run:
    """A process with its inputs so far (each with what it carried) and its outputs."""

    inputs: list[tuple[str, int, Labels]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)


class Ledger:
    """The truth about every thing of a world, or of one wave of it.

    :param everything: True to know what happened, False to know what was recorded
    """

    def __init__(self, *, everything: bool) -> None:
        self._everything = everything
        self._now = -OPEN
        self._order = 0
        self._first: Labels = {}
        self._carried: dict[str, Labels] = defaultdict(dict)
        self._arrivals: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
        self._reached: dict[str, Labels] = defaultdict(dict)
        self._batch: dict[str, _Batch] = {}
        self._batches: dict[str, list[_Batch]] = defaultdict(list)
        self._runs: dict[str, _Run] = defaultdict(_Run)
        self._stays: dict[str, list[Stay]] = defaultdict(list)
        self._contents: dict[str, list[Stay]] = defaultdict(list)
        self._marks: dict[str, list[Mark]] = defaultdict(list)

    # What happens

    def learn(self, deed: Deed) -> None:
        """Take note of one deed.

        :raises WorldError: `out-of-order` when its time is before that of the one before
        """
        if deed.at < self._now:
            raise WorldError("out-of-order", f"deed {deed.number} is told after a later one")
        if deed.mistaken or isinstance(deed, Voided) or not (self._everything or deed.recorded):
            return
        self._now = deed.at
        self._order += 1
        match deed:
            case Commissioned():
                self._commission(deed)
            case Transformed():
                self._transform(deed)
            case Packed():
                self._pack(deed)
            case Unpacked():
                self._see(deed, (deed.parent, *deed.children))
                self._empty(deed.parent, deed.at, deed.children)
            case Checked():
                self._check(deed)
            case Ended():
                self._see(deed, deed.things)
                for thing in deed.things:
                    self._leave(thing, deed.at)
                    self._empty(thing, deed.at, ())
            case Attached():
                self._see(deed, (deed.parent, *deed.children))
            case Observed():
                self._see(deed, (*deed.things, *(a.thing for a in deed.amounts)))
            case Sensed():
                pass  # a sensor that travels along says how warm it is, not where or with whom
            case _:
                raise WorldError("unknown-deed", f"the ledger does not know {type(deed).__name__}")

    # What is asked

    def things(self) -> list[str]:
        """Every thing that has happened, in order of first appearance."""
        return list(self._first)

    def first_seen(self, thing: str) -> int:
        """When a thing first appeared."""
        return self._first[thing]

    def is_unit(self, thing: str) -> bool:
        """Tell whether a thing has ever contained others."""
        return thing in self._contents

    def sources(self, thing: str) -> Labels:
        """Give everything that went into a thing, with the latest time.

        Of a unit: everything it ever contained as well, with what that carried. The times of such contents
        are those at which they left; `OPEN` for what is still inside.
        """
        found = dict(self._carrying(thing))
        for content, _, end in self._ever_inside(thing, -OPEN, OPEN):
            _keep_latest(found, content, end)
            for source, at in self._carrying(content, end).items():
                _keep_latest(found, source, at)
        found.pop(thing, None)
        return found

    def destinations(self, thing: str) -> Labels:
        """Give everything that a thing got into, with the earliest time.

        Of a unit: its contents, and what they got into, as well.
        """
        found: Labels = {}
        for reached, at in self._reaching(thing, -OPEN):
            _keep_earliest(found, reached, at)
        since = self._first.get(thing, -OPEN)
        for content, start, _ in self._ever_inside(thing, since, OPEN):
            _keep_earliest(found, content, max(start, since))
            for reached, at in self._reaching(content, max(start, since)):
                _keep_earliest(found, reached, at)
        found.pop(thing, None)
        return found

    def where(self, thing: str) -> Mark | None:
        """Give the last moment at which a thing is known to be somewhere, directly or with its container."""
        return max(self._all_marks(thing), default=None, key=lambda mark: (mark.at, mark.order))

    def container(self, thing: str) -> str | None:
        """Give what a thing is directly inside of, now."""
        return next((stay.parent for stay in self._stays.get(thing, ()) if stay.end == OPEN), None)

    def custody(self, thing: str) -> list[Custody]:
        """Give who had a thing, one after the other; the last one's end is `OPEN`.

        A party that has it at several places in a row is named once, at the first; being shipped is a time
        of its own.
        """
        chain: list[Custody] = []
        for mark in sorted(self._all_marks(thing), key=lambda mark: (mark.at, mark.order)):
            moving = mark.state == "in_transit"
            if chain and chain[-1].party == mark.party and chain[-1].in_transit == moving:
                continue
            if chain:
                chain[-1] = chain[-1]._replace(until=mark.at)
            chain.append(Custody(mark.party, mark.place, mark.at, OPEN, moving))
        return chain

    # How it is known

    def _see(self, deed: Deed, things: Iterable[str], state: str = "") -> None:
        party = deed.place.party
        state = state or ENDINGS.get(deed.step, "in_stock")
        if isinstance(deed, Observed):
            if deed.step == "shipping":
                state, party = "in_transit", deed.carrier or party
            elif deed.taker is not None:
                party = deed.taker
        mark = Mark(deed.at, self._order, party, deed.place, state)
        for thing in things:
            self._first.setdefault(thing, deed.at)
            self._marks[thing].append(mark)

    def _commission(self, deed: Commissioned) -> None:
        self._see(deed, (*deed.things, *(a.thing for a in deed.amounts)))
        if not deed.lot:
            return
        self._first.setdefault(deed.lot, deed.at)
        carried = {deed.lot: deed.at, **self._carried.get(deed.lot, {})}
        batch = _Batch(deed.lot, deed.at, deed.things, carried)
        self._batches[deed.lot].append(batch)
        self._batch.update(dict.fromkeys(deed.things, batch))

    def _transform(self, deed: Transformed) -> None:
        run = self._runs[deed.run] if deed.run else _Run()
        going_in = [*deed.inputs, *(a.thing for a in deed.input_amounts)]
        coming_out = [*deed.outputs, *(a.thing for a in deed.output_amounts)]
        lots = {a.thing for a in (*deed.input_amounts, *deed.output_amounts)}
        # 1. What goes in, with what is inside it and what all of it carries now.
        fresh = [(thing, self._carrying(thing)) for thing in going_in]
        for unit in going_in:
            fresh += [(content, self._carrying(content)) for content in self._inside_now(unit, deed.at)]
        # 2. Everything in the process reaches everything that has come out of it.
        for output in run.outputs:
            for thing, carried in fresh:
                self._influence(output, thing, deed.at, carried, deed.at)
        run.inputs += [(thing, deed.at, carried) for thing, carried in fresh]
        for output in coming_out:
            for thing, at, carried in run.inputs:
                self._influence(output, thing, at, carried, deed.at)
        run.outputs += coming_out
        # 3. Items and units that went in are used up; a lot is a portion and may go on.
        self._see(deed, [thing for thing in going_in if thing in lots])
        self._see(deed, [thing for thing in going_in if thing not in lots], "consumed")
        self._see(deed, coming_out)
        for thing in deed.inputs:
            self._leave(thing, deed.at)

    def _pack(self, deed: Packed) -> None:
        children = deed.children
        if not self._everything:
            children = tuple(child for child in children if child not in deed.missed)
        self._see(deed, (deed.parent, *children, *(a.thing for a in deed.portions)))
        for child in children:
            self._leave(child, deed.at)
            self._enter(child, deed.parent, deed.at)
        for portion in deed.portions:
            self._enter(portion.thing, deed.parent, deed.at)

    def _check(self, deed: Checked) -> None:
        self._see(deed, (deed.parent, *deed.children))
        for child in deed.children:
            if not any(stay.parent == deed.parent for stay in self._inside(child, deed.at)):
                self._leave(child, deed.at)
                self._enter(child, deed.parent, deed.at)

    def _influence(self, output: str, thing: str, at: int, carried: Labels, arrival: int) -> None:
        mine = self._carried[output]
        arrivals = self._arrivals[output]
        _keep_latest(mine, thing, at)
        arrivals.append((arrival, thing, at))
        _keep_earliest(self._reached[thing], output, arrival)
        for source, when in carried.items():
            _keep_latest(mine, source, when)
            arrivals.append((arrival, source, when))
            _keep_earliest(self._reached[source], output, arrival)

    def _carrying(self, thing: str, until: int = OPEN) -> Labels:
        """Everything in a thing by a time. Of an item: from its commissioning, and what was put in since."""
        own = self._carried.get(thing, {})
        if until != OPEN:
            own = {}
            for arrival, source, at in self._arrivals.get(thing, ()):
                if arrival <= until:
                    _keep_latest(own, source, at)
        batch = self._batch.get(thing)
        if batch is None:
            return dict(own)
        merged = dict(batch.carried)
        for source, at in own.items():
            _keep_latest(merged, source, at)
        return merged

    def _reaching(self, thing: str, since: int) -> Iterator[tuple[str, int]]:
        """Where a thing got to from a time on: outputs, the items made of them, and its own items."""
        reached = {thing: since}
        for output, at in self._reached.get(thing, {}).items():
            if at >= since:
                reached[output] = at
                yield output, at
        for lot, at in reached.items():
            for batch in self._batches.get(lot, ()):
                if batch.at >= at:
                    yield from ((item, batch.at) for item in batch.items)

    def _enter(self, child: str, parent: str, at: int) -> None:
        stay = Stay(parent, child, at)
        self._stays[child].append(stay)
        self._contents[parent].append(stay)

    def _leave(self, child: str, at: int) -> None:
        for stay in self._stays.get(child, ()):
            if stay.end == OPEN:
                stay.end = at

    def _empty(self, parent: str, at: int, children: tuple[str, ...]) -> None:
        wanted = set(children)
        for stay in self._contents.get(parent, ()):
            if stay.end == OPEN and (not wanted or stay.child in wanted):
                stay.end = at

    def _inside(self, child: str, at: int) -> list[Stay]:
        return [stay for stay in self._stays.get(child, ()) if stay.start <= at < stay.end]

    def _inside_now(self, parent: str, at: int) -> Iterator[str]:
        for stay in self._contents.get(parent, ()):
            if stay.start <= at < stay.end:
                yield stay.child
                yield from self._inside_now(stay.child, at)

    def _ever_inside(self, parent: str, since: int, until: int) -> Iterator[tuple[str, int, int]]:
        for stay in self._contents.get(parent, ()):
            start, end = max(since, stay.start), min(until, stay.end)
            if start < end:
                yield stay.child, start, end
                yield from self._ever_inside(stay.child, start, end)

    def _all_marks(self, thing: str, since: int = -OPEN, until: int = OPEN) -> Iterator[Mark]:
        marks = self._marks.get(thing, ())
        for mark in marks[bisect_left(marks, (since,)) :]:
            if mark.at >= until:
                break
            yield mark
        for stay in self._stays.get(thing, ()):
            start, end = max(since, stay.start), min(until, stay.end)
            if start < end:
                yield from self._all_marks(stay.parent, start, end)


def _keep_latest(labels: Labels, thing: str, at: int) -> None:
    if labels.get(thing, -OPEN) < at:
        labels[thing] = at


def _keep_earliest(labels: Labels, thing: str, at: int) -> None:
    if labels.get(thing, OPEN) > at:
        labels[thing] = at
