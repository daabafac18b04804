"""The rules that one thing's events are held to, each a function from what is known to findings.

A rule says nothing where it does not know enough: no coordinates, no travel; no range, no excursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from lineage.facts import How, Move, Quality, Role, Statement, rfc3339
from lineage.facts.sensors import Reading
from lineage.facts.times import SECOND
from lineage.profiles import Profile
from lineage.trace.directory import Directory, Product, Site
from lineage.trace.findings import Finding
from lineage.trace.journeys import Passage
from lineage.trace.neighbours import Name
from lineage.trace.responsibility import legal_day

MINUTE = 60 * SECOND
EARTH_KM = 6371.0

FILLING = "suyuan:filling"
HARVESTING = "suyuan:harvesting"
_TREATING = {"suyuan:spraying", "suyuan:applying", "suyuan:feeding"}
_TRADING = {"shipping", "retail_selling", "dispensing", "packing", FILLING}
"""Business acts that nobody may do with a thing past its last day. Receiving back and destroying are none."""

_HOW = {
    How.CONSUMED: ("used up", "投料使用"),
    How.SOLD: ("sold", "销售"),
    How.DISPENSED: ("dispensed", "使用"),
    How.DESTROYED: ("destroyed", "销毁"),
    How.DECOMMISSIONED: ("taken out of use", "停用"),
}


class View(NamedTuple):
    """What is known of one thing."""

    thing: int
    name: Name
    passages: Sequence[Passage]
    """What touched it, events that stand only, one each, in order."""
    stated: Sequence[tuple[Passage, Statement]]
    """Each passage with what its event says."""
    told: Mapping[int, Statement]
    readings: Mapping[int, Sequence[Reading]]
    """Temperatures that events report."""
    product: Product | None
    profile: Profile
    directory: Directory

    def limit(self, name: str) -> float:
        """Give a figure of the profile."""
        return self.profile.limit(name).value

    def finding(
        self, code: str, events: Iterable[int], at: int, against: str | None = None, **details: Any
    ) -> Finding:
        """Report something about this thing."""
        return Finding(code, (self.thing,), tuple(dict.fromkeys(events)), at, details, against)


def ends(view: View) -> Iterator[Finding]:
    """``event_after_end`` and ``sold_twice`` (semantics 2.8)."""
    if view.name.kind == "lot":
        return
    ended: tuple[Passage, How] | None = None
    later: list[Passage] = []
    sales: list[Passage] = []
    for one, statement in view.stated:
        if ended is not None and one.through is None:
            later.append(one)
        how = How.CONSUMED if one.role is Role.INPUT else statement.ends if one.role is Role.EPC else None
        if how is None or (one.through is not None and how is How.DECOMMISSIONED):
            continue
        if how in (How.SOLD, How.DISPENSED):
            sales.append(one)
        ended = ended or (one, how)
    if ended is not None and later:
        en, zh = _HOW[ended[1]]
        steps = dict.fromkeys(view.told[one.event].step or "?" for one in later)
        yield view.finding(
            "event_after_end",
            (ended[0].event, *(one.event for one in later)),
            later[0].at,
            how=en,
            how_zh=zh,
            ended=rfc3339(ended[0].at),
            step=", ".join(steps),
        )
    if len(sales) > 1 and not _came_back(view, sales):
        yield view.finding("sold_twice", (one.event for one in sales), sales[1].at, count=len(sales))


def _came_back(view: View, sales: Sequence[Passage]) -> bool:
    """Say whether the thing was recorded as returned between its first and last sale."""
    return any(
        statement.disposition == "returned" and sales[0].at <= one.at <= sales[-1].at
        for one, statement in view.stated
    )


def birth(view: View) -> Iterator[Finding]:
    """``never_commissioned``: an item that no event brought into being."""
    direct = [one for one in view.passages if one.through is None]
    if view.name.kind != "item" or not direct:
        return
    born = any(
        one.role is Role.OUTPUT or (one.role is Role.EPC and view.told[one.event].creates) for one in direct
    )
    if not born:
        first = direct[0]
        yield view.finding(
            "never_commissioned", (first.event,), first.at, step=view.told[first.event].step or "?"
        )


def travel(view: View) -> Iterator[Finding]:
    """``impossible_travel``: in two places faster than anything travels."""
    if view.name.kind == "lot":
        return
    before: tuple[Passage, Site] | None = None
    slack = view.limit("travel_slack_minutes") * MINUTE
    for one, statement in view.stated:
        site = view.directory.site(statement.site) if statement.site else None
        if site is None or site.latitude is None or site.longitude is None:
            continue
        if before is not None and before[1].id != site.id:
            km = distance_km(before[1], site)
            took = one.at - before[0].at
            least = km / view.limit("travel_kmh") * 60 * MINUTE
            if least > took + slack:
                yield view.finding(
                    "impossible_travel",
                    (before[0].event, one.event),
                    one.at,
                    place=before[1].name or before[1].id,
                    other=site.name or site.id,
                    km=round(km),
                    minutes=round(took / MINUTE),
                )
        before = one, site


def distance_km(one: Site, other: Site) -> float:
    """Give the great-circle distance between two places whose coordinates are known."""
    lat1, lon1 = radians(one.latitude or 0), radians(one.longitude or 0)
    lat2, lon2 = radians(other.latitude or 0), radians(other.longitude or 0)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def cold_chain(view: View) -> Iterator[Finding]:
    """``cold_chain_excursion``: outside the storage range for longer than the profile allows, or an alarm."""
    if not view.readings:
        return
    low = view.product.storage_min_c if view.product else None
    high = view.product.storage_max_c if view.product else None
    allowed = view.limit("excursion_minutes") * MINUTE
    readings: list[tuple[Reading, int]] = [
        (reading, one.event)
        for one in view.passages
        if one.role in (Role.EPC, Role.PARENT)
        for reading in view.readings.get(one.event, ())
    ]
    readings.sort(key=lambda entry: entry[0].at)
    streak: list[tuple[Reading, int]] = []
    for entry in [*readings, None]:
        if entry is not None and _outside(entry[0], low, high):
            streak.append(entry)
            continue
        if streak and _is_excursion(streak, allowed):
            worst = max(streak, key=lambda one: _distance(one[0], low, high))[0]
            beyond = worst.low if low is not None and worst.low < low else worst.high
            yield view.finding(
                "cold_chain_excursion",
                (event for _, event in streak),
                streak[0][0].at,
                temperature=round(beyond, 1),
                low="−∞" if low is None else low,
                high="∞" if high is None else high,
            )
        streak = []


def _outside(reading: Reading, low: float | None, high: float | None) -> bool:
    return (
        reading.alarm or (low is not None and reading.low < low) or (high is not None and reading.high > high)
    )


def _distance(reading: Reading, low: float | None, high: float | None) -> float:
    below = 0.0 if low is None else low - reading.low
    above = 0.0 if high is None else reading.high - high
    return max(below, above)


def _is_excursion(streak: Sequence[tuple[Reading, int]], allowed: float) -> bool:
    """An alarm is one at once; else the readings outside must span more than what is allowed."""
    lasted = streak[-1][0].at - streak[0][0].at
    return any(reading.alarm for reading, _ in streak) or allowed <= 0 or lasted > allowed


def inspection(view: View) -> Iterator[Finding]:
    """``inspection_expired`` and ``inspection_failed``: filled although the inspection forbids it."""
    due: date | None = None
    failed: Passage | None = None
    for one, statement in view.stated:
        if one.through is not None:
            continue
        if statement.step == FILLING:
            if due is not None and legal_day(one.at) > due:
                yield view.finding("inspection_expired", (one.event,), one.at, due=due.isoformat())
            if failed is not None:
                yield view.finding(
                    "inspection_failed",
                    (failed.event, one.event),
                    one.at,
                    ended=rfc3339(failed.at),
                )
            continue
        if statement.step == "inspecting":
            failed = one if statement.disposition == "non_conformant" else None
        due = statement.quality.inspection_due or due


def safety_interval(view: View) -> Iterator[Finding]:
    """``safety_interval``: harvested too soon after a treatment."""
    treatments: list[tuple[Passage, Quality]] = []
    for one, statement in view.stated:
        if statement.step in _TREATING and one.role is not Role.INPUT:
            treatments.append((one, statement.quality))
            continue
        if statement.step != HARVESTING and one.role is not Role.INPUT:
            continue
        for treatment, said in treatments:
            days = said.interval_days
            if days is None:
                days = int(view.limit("safety_interval_days"))
            if legal_day(one.at) < legal_day(treatment.at) + timedelta(days=days):
                yield view.finding(
                    "safety_interval",
                    (treatment.event, one.event),
                    one.at,
                    applied=rfc3339(treatment.at),
                    days=days,
                    input=said.input or "?",
                )


def shelf_life(view: View) -> Iterator[Finding]:
    """``shelf_life_exceeded``: traded after its last day."""
    last: date | None = None
    for one, statement in view.stated:
        if one.through is None:
            last = _last_day(view, statement.quality) or last
        if last is not None and statement.step in _TRADING and legal_day(one.at) > last:
            yield view.finding(
                "shelf_life_exceeded",
                (one.event,),
                one.at,
                due=last.isoformat(),
                step=statement.step,
            )


def _last_day(view: View, said: Quality) -> date | None:
    """Give the last day that an event names; else the product's shelf life from the day it was made."""
    days = view.product.shelf_life_days if view.product else None
    if said.last_day is not None or said.made is None or days is None:
        return said.last_day
    return said.made + timedelta(days=days)


def receipts_of_lots(view: View) -> Iterator[Finding]:
    """``not_received`` for lots, whose parts travel at the same time: each shipment needs a receipt."""
    if view.name.kind != "lot":
        return
    receipts: list[tuple[Passage, Statement]] = [
        (one, statement) for one, statement in view.stated if statement.move is Move.RECEIVE
    ]
    for one, statement in view.stated:
        if statement.move is not Move.SHIP or one.through is not None:
            continue
        fitting = [
            receipt for receipt in receipts if receipt[0].at >= one.at and _fits(statement, receipt[1])
        ]
        if fitting:
            receipts.remove(fitting[0])
        else:
            party = statement.giver or statement.site or "?"
            yield view.finding("not_received", (one.event,), one.at, statement.giver, party=party)


def _fits(shipped: Statement, received: Statement) -> bool:
    """Say whether a receipt can be of a shipment: nothing that both name may differ."""
    if shipped.taker and received.taker and shipped.taker != received.taker:
        return False
    return not (shipped.giver and received.giver and shipped.giver != received.giver)


Rule = Callable[[View], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    ends,
    birth,
    travel,
    cold_chain,
    inspection,
    safety_interval,
    shelf_life,
    receipts_of_lots,
)
