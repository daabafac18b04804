"""Looks at what happened to many things and reports what does not add up.

1. What touched the things is read set-wise (see ``journeys``), and the documents of those events that have
   sensor data.
2. Things that the same events touched are looked at once. Each is held to every rule of ``rules``; lots
   besides to their balance.
3. Findings that say the same of several things (the forty cups of one lost pallet) become one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise

from lineage.facts.sensors import temperatures
from lineage.profiles import Basis
from lineage.trace.balance import findings_of
from lineage.trace.books import Books
from lineage.trace.custody import Holding, chain_of
from lineage.trace.directory import Directory, NoDirectory, Product
from lineage.trace.findings import Finding, Of
from lineage.trace.history import one_each
from lineage.trace.journeys import InUnit, Passage, asks_during, passages, stays_of
from lineage.trace.neighbours import FOREVER, NEVER, Neighbours
from lineage.trace.responsibility import answer_for, legal_day, profile_at
from lineage.trace.rules import RULES, View
from lineage.trace.runs import asks_for, runs_of
from lineage.trace.whereabouts import Holders

DEFAULT_EXAMINED = 2_000
"""Things looked at for one answer. A page shows fewer; a recall case asks for all of its own."""

_NO_DIRECTORY = NoDirectory()


def examine(
    neighbours: Neighbours,
    things: Collection[int],
    directory: Directory = _NO_DIRECTORY,
    *,
    now: int | None = None,
    limit: int = DEFAULT_EXAMINED,
    count: int | None = None,
) -> list[Finding]:
    """Give the findings of these things, the earliest first.

    :param now: end of the observation, for transports that nobody has received
    :param limit: most things to look at; the rest is named in a finding ``not_examined``
    :param count: how many things there are, where ``things`` are only the first of them
    """
    everything = sorted(set(things))
    looked_at = everything[:limit]
    found: list[Finding] = []
    if len(looked_at) < (count or len(everything)):
        details = {"count": count or len(everything), "examined": limit}
        found.append(Finding("not_examined", (), (), None, details))
    examination = _Examination(neighbours, looked_at, directory, now)
    for alike in examination.groups():
        found += [one._replace(things=tuple(alike)) for one in examination.of(alike)]
    found += examination.balances()
    found += examination.oddities()
    found = [one._replace(rule=examination.rule_for(one)) for one in found]
    return sorted(_merged(found), key=lambda one: (one.at or 0, one.code, one.things))


class _Examination:
    """What is known of the things that are looked at, read in a bounded number of calls."""

    def __init__(
        self, neighbours: Neighbours, things: Sequence[int], directory: Directory, now: int | None
    ) -> None:
        self._ask = neighbours
        self._things = things
        self._directory = directory
        self._now = now
        self._holders = Holders(directory)
        self._in_order: set[Hashable] = set()
        # 1.
        self._names = neighbours.names(asks_for(things))
        lots = {thing for thing in things if self._names[thing].kind == "lot"}
        instances = list(runs_of(thing for thing in things if thing not in lots))
        stays = stays_of(neighbours, instances)
        touched = [
            *passages(neighbours, [*instances, *runs_of(lots)], stays),
            *sensed(neighbours, things, stays),
        ]
        touched.sort(key=lambda one: (one.at, one.event))
        stands = [one for one in touched if not one.void]
        self._alike = list(touched_alike(things, stands))
        self._passages = {thing: its for those, its in self._alike for thing in those}
        events = {one.event for one in stands}
        self._told = neighbours.statements(events)
        self._yields: dict[int, float] = {}
        # Many things have the readings of one sensor: they are read once.
        reported = neighbours.events({event for event in events if self._told[event].sensed})
        self._readings = {number: list(temperatures(event)) for number, event in reported.items()}

    def groups(self) -> Iterable[list[int]]:
        """Give the things together that the same events touched in the same way: one look is enough."""
        alike: dict[Hashable, list[int]] = defaultdict(list)
        numbers: dict[Hashable, int] = {}
        for things, its in self._alike:
            way = tuple((one.event, one.role, one.through) for one in its)
            number = numbers.setdefault(way, len(numbers))
            for thing in things:
                name = self._names[thing]
                product = self._directory.product_of(name.id)
                alike[number, name.kind, product and product.id].append(thing)
        return alike.values()

    def of(self, alike: Sequence[int]) -> Iterator[Finding]:
        """2. Hold things that are alike to every rule, by the first of them."""
        thing = alike[0]
        seen = one_each(self._passages[thing])
        name = self._names[thing]
        product = self._directory.product_of(name.id)
        profile = profile_at(product, seen)
        stated = [(one, self._told[one.event]) for one in seen]
        view = View(thing, name, seen, stated, self._told, self._readings, product, profile, self._directory)
        for rule in RULES:
            yield from rule(view)
        if name.kind == "lot":
            self._yields.update(dict.fromkeys(alike, profile.limit("yield_ratio").value))
            return
        chain = chain_of(thing, seen, self._told, self._holders, profile, self._now)
        yield from chain.findings
        for holding in chain.holdings:
            yield from self._of_holding(thing, holding, product)

    def _of_holding(self, thing: int, holding: Holding, product: Product | None) -> Sequence[Finding]:
        """Give what is wrong with a holding; many are alike, and most of them in order."""
        day, steps = legal_day(holding.start), tuple(holding.steps)
        way = (product and product.id, holding.party, holding.site, holding.in_transit, steps, day)
        if way in self._in_order:
            return ()
        found = answer_for(thing, holding, product, self._directory).findings
        if not found:
            self._in_order.add(way)
        return found

    def rule_for(self, finding: Finding) -> Basis | None:
        """Give what makes a finding matter in the regime of its things."""
        if not finding.things:
            return None
        thing = finding.things[0]
        product = self._directory.product_of(self._names[thing].id)
        return profile_at(product, self._passages[thing]).rule_for(finding.code)

    def balances(self) -> list[Finding]:
        """Hold the lots that were looked at to their balance."""
        books = {
            lot: Books(lot, [one for one in self._passages[lot] if one.through is None], self._told)
            for lot in self._yields
        }
        return findings_of(self._ask, books, self._yields)

    def oddities(self) -> Iterator[Finding]:
        """Report what the derivation of containment found odd."""
        looked_at = set(self._things)
        for odd in self._ask.oddities(asks_for(self._things)):
            for thing in range(odd.first, odd.last + 1):
                if thing in looked_at:
                    details = {"parent": Of(odd.parent)}
                    if odd.other is not None:
                        details["other"] = Of(odd.other)
                    yield Finding(odd.code, (thing,), (odd.event,), odd.at, details)


def touched_alike(
    things: Sequence[int], touched: Iterable[Passage]
) -> Iterator[tuple[Sequence[int], list[Passage]]]:
    """Cut things, in order of their numbers, into stretches of which the same passages touched each one.

    :param touched: passages of these things, in the order in which each stretch is to have its own
    """
    placed = [(bisect_left(things, one.first), bisect_right(things, one.last), one) for one in touched]
    cuts = sorted({0, len(things), *(begin for begin, _, _ in placed), *(end for _, end, _ in placed)})
    number = {cut: place for place, cut in enumerate(cuts)}
    its: list[list[Passage]] = [[] for _ in cuts]
    for begin, end, one in placed:
        for place in range(number[begin], number[end]):
            its[place].append(one)
    for place, (begin, end) in enumerate(pairwise(cuts)):
        yield things[begin:end], its[place]


def sensed(neighbours: Neighbours, things: Sequence[int], stays: Sequence[InUnit]) -> Iterator[Passage]:
    """Give what sensors reported while they were on a thing, or on a unit that it was in."""
    own = set(things)
    in_unit: dict[int, list[InUnit]] = defaultdict(list)
    for stay in stays:
        in_unit[stay.unit].append(stay)
    on: dict[int, list[InUnit]] = defaultdict(list)
    units = [ask for ask in asks_during(in_unit) if ask.first not in own]
    for interval in neighbours.attached([*asks_for(things), *units]):
        unit = interval.parent
        itself = [InUnit(unit, NEVER, FOREVER, 0, ((unit, unit),))] if unit in own else ()
        for stay in (*itself, *in_unit.get(unit, ())):
            start, end = max(stay.start, interval.start), min(stay.end, interval.end)
            if start < end:
                for sensor in range(interval.first, interval.last + 1):
                    on[sensor].append(InUnit(sensor, start, end, 0, stay.runs))
    yield from passages(neighbours, (), [stay for its in on.values() for stay in its])


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """3. Join findings that differ in nothing but the thing."""
    alike: dict[Hashable, list[Finding]] = defaultdict(list)
    for one in findings:
        details = tuple(sorted(one.details.items()))
        alike[one.code, one.events, one.at, one.against, one.rule, details].append(one)
    for group in alike.values():
        # In the order of their numbers, in whatever order a store answers.
        things = {thing for one in group for thing in one.things}
        yield group[0]._replace(things=tuple(sorted(things)))
