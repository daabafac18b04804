"""Gathers what may be shown about one code, from master data, events, issued codes and recalls.

The steps, repeated as numbers in the code:

1. The thing, its lot and its product are found. What nobody issued and no event names is *never issued*.
2. What happened to it: dates, journey, conditions.
3. Where it came from: the origins, with their cities.
4. Who is responsible at each stage, with which licences.
5. Recalls that cover it, by itself or through its lot.
6. What looks wrong: another lot than recorded, sold twice, expired.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from lineage.events import Event
from lineage.facts import How, Role, facts_of, micros, moment
from lineage.identifiers import Identifier, name_uri
from lineage.trace import responsibility, source
from lineage.trace.examination import examine, sensed
from lineage.trace.history import one_each, touching
from lineage.trace.journeys import stays_of
from lineage.trace.neighbours import FOREVER, NEVER, Ask
from lineage.trace.runs import asks_for
from trace_api.china import day_in_china
from trace_api.lookup import repository
from trace_api.lookup.addresses import human_text, lot_number, serial_number
from trace_api.lookup.conditions import conditions_of
from trace_api.lookup.dates import dates_of
from trace_api.lookup.facts import Condition, Facts, Lookups, NamedDate, Origin, RecallNotice, Registered
from trace_api.lookup.journey import MAX_STAGES, stages_of
from trace_api.lookup.people import certificates_of, responsible_of
from trace_api.masterdata.model import Party, Product
from trace_api.recall import repository as recalls
from trace_api.responsibility.directory import MasterDirectory
from trace_api.trace.neighbours_repository import PostgresNeighbours

MAX_SOURCES: Final = 2000
"""Things looked at for where a product came from: a yoghurt has dozens. The page counts the rest."""
MAX_ORIGINS: Final = 8
MAX_EVENTS: Final = 400
"""Events of one thing that are read for its page, the newest first; an item has some twenty."""

MAX_READINGS: Final = 2000
"""Sensor events that are read for one page: a reading every five minutes for a week."""

_WARNINGS: Final = {
    "sold_twice": "sold_twice",
    "event_after_end": "event_after_end",
    "impossible_travel": "two_places",
    "inspection_expired": "inspection",
    "inspection_failed": "inspection",
}
"""Findings of the engine that a consumer has to see -> warning of the page."""


@dataclass(frozen=True, slots=True)
class NeverIssued:
    """A well-formed code that nobody issued and no event names.

    :ivar product: the product of the code, where that is known
    :ivar broader: the lot or product on record, for a link
    """

    identifier: Identifier
    text: str
    product: Product | None
    broader: Identifier | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What step 1 found."""

    identifier: Identifier
    node: int | None
    issue: repository.Issue | None
    product: Product | None
    lot_id: str | None
    recorded_lots: frozenset[str]


class LookupService:
    """Answers one look-up on one snapshot of the store."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._neighbours = PostgresNeighbours(connection)
        self._directory = MasterDirectory(connection)

    def look_up(self, identifier: Identifier) -> Facts | NeverIssued:
        """Give what may be shown about a code."""
        # 1. the thing
        found = self._find(identifier)
        if isinstance(found, NeverIssued):
            return found
        if found.node is None:
            return self._without_events(found)
        return self._recorded(found, found.node)

    def _find(self, identifier: Identifier) -> _Found | NeverIssued:
        product = self._directory.product_record(identifier.id)
        wanted = {identifier.id, identifier.lot} - {None}
        nodes = self._neighbours.find({key for key in wanted if key})
        node = None if identifier.kind == "class" else nodes.get(identifier.id)
        issue = repository.issue_of(self._connection, identifier.id, lot=identifier.kind == "lot")
        recorded = self._lots_of(node) if node is not None else frozenset[str]()
        lot_id = next(iter(sorted(recorded)), None) or (issue.lot_id if issue else None) or identifier.lot
        if identifier.kind == "lot":
            lot_id = identifier.id
        known = node is not None or issue is not None or self._is_master_data(identifier, product)
        if not known:
            broader = identifier.lot if identifier.lot in nodes else None
            if broader is None and product is not None and identifier.kind != "class":
                broader = identifier.class_id
            return NeverIssued(
                identifier,
                human_text(identifier),
                product,
                name_uri(broader) if broader is not None else None,
            )
        return _Found(identifier, node, issue, product, lot_id, recorded)

    def _is_master_data(self, identifier: Identifier, product: Product | None) -> bool:
        if identifier.kind == "class":
            return product is not None
        if identifier.kind == "party":
            return self._directory.party_record(identifier.id) is not None
        return identifier.kind == "site" and self._directory.site_record(identifier.id) is not None

    def _lots_of(self, node: int) -> frozenset[str]:
        lots = {found.lot for found in self._neighbours.lots_of([Ask(node, node, NEVER, FOREVER)])}
        return (
            frozenset(name.id for name in self._neighbours.names(asks_for(lots)).values())
            if lots
            else frozenset()
        )

    def _without_events(self, found: _Found) -> Facts:
        """Give a code that was issued and has no event yet, or one that stands for master data."""
        product, issue = found.product, found.issue
        said = issue.product if issue else {}
        code = (product.producer_uscc if product else None) or said.get("producer_uscc")
        producer = self._named(code)
        common = self._common(found)
        about = common["registered"] or Registered()
        holder = producer or self._named(about.uscc) or about.operator
        dates = dates_of((), issue.attributes if issue else {}, product.shelf_life_days if product else None)
        return Facts(
            **common,
            status="issued" if issue else "registered",
            producer=producer,
            dates=dates,
            recalls=self._recalls(found),
            certificates=certificates_of(self._directory, holder, product, (), self._today()),
            warnings=self._expired(dates),
        )

    def _common(self, found: _Found) -> dict[str, Any]:
        product, issue = found.product, found.issue
        said = issue.product if issue else {}
        count, first_at = repository.lookups_of(self._connection, found.identifier.id)
        name, name_en = (
            (product.name, product.name_en) if product else (said.get("name"), said.get("name_en"))
        )
        registered = None
        if found.identifier.kind == "site" and (site := self._directory.site_record(found.identifier.id)):
            name, name_en = site.name, site.name_en
            registered = Registered(operator=self._named(site.operator_uscc), city=site.city)
        if found.identifier.kind == "party" and (party := self._directory.party_record(found.identifier.id)):
            named = self._named(party.uscc)
            name, name_en = (named.name, named.name_en) if named else (None, None)
            registered = Registered(uscc=party.uscc, roles=tuple(party.roles))
        return {
            "identifier": found.identifier,
            "text": human_text(found.identifier),
            "product": product,
            "product_name": name,
            "product_name_en": name_en,
            "lot": lot_number(found.lot_id) if found.lot_id else None,
            "lot_id": found.lot_id,
            "serial": serial_number(found.identifier),
            "registered": registered,
            "lookups": Lookups(count, first_at),
        }

    def _named(self, uscc: str | None) -> Party | None:
        """Give a party that is named in public: one without a social credit code may be a natural person."""
        return self._directory.party_record(uscc) if uscc else None

    def _recorded(self, found: _Found, node: int) -> Facts:
        product = found.product
        # 2. what happened
        touched = [one for one in one_each(touching(self._neighbours, node)) if not one.void][-MAX_EVENTS:]
        read = self._neighbours.events({one.event for one in touched})
        events = [read[one.event] for one in touched]
        made = [
            read[one.event] for one in touched if one.role in {Role.EPC, Role.OUTPUT} and one.through is None
        ]
        attributes = found.issue.attributes if found.issue else {}
        dates = dates_of(
            [*made[:1], *self._making_of_lot(found)], attributes, product.shelf_life_days if product else None
        )
        # 4. who answers for it
        chain = responsibility(self._neighbours, node, directory=self._directory).as_dict()
        findings = examine(self._neighbours, [node], self._directory, now=micros(self._now))
        codes = {finding.code for finding in findings}
        producer = self._named(product.producer_uscc if product else None)
        responsible = responsible_of(chain, self._directory, whole_lot=found.identifier.kind != "item")
        conditions = conditions_of(
            events,
            self._sensed(node) if product and product.storage_max_c is not None else (),
            product,
            excursion="cold_chain_excursion" in codes,
            today=self._today(),
        )
        journey = stages_of(touched, read, self._directory)
        # 3. where it came from
        origins, left_out = self._origins(node)
        gone = _ended(events, found.identifier.id, _GONE)
        sold = _ended(events, found.identifier.id, _SOLD)
        used = _ended(events, found.identifier.id, {How.DISPENSED})
        return Facts(
            **self._common(found),
            status="recorded",
            producer=producer,
            dates=dates,
            recalls=self._recalls(found),
            origins=origins,
            origins_left_out=left_out,
            journey=journey[-MAX_STAGES:],
            journey_left_out=max(len(journey) - MAX_STAGES, 0),
            responsible=responsible,
            certificates=certificates_of(
                self._directory, producer, product, responsible, self._today(), dates
            ),
            conditions=conditions,
            warnings=self._warnings(found, codes, conditions, () if used or gone else dates, gone),
            last_recorded_at=events[-1].event_time if events else None,
            sold_at=sold,
        )

    def _sensed(self, node: int) -> list[Event]:
        """Give what sensors reported while they were on a thing, or on a container that it was in."""
        passages = sensed(self._neighbours, [node], stays_of(self._neighbours, [(node, node)]))
        numbers = sorted({one.event for one in passages if not one.void})[-MAX_READINGS:]
        return list(self._neighbours.events(numbers).values())

    def _making_of_lot(self, found: _Found) -> list[Event]:
        """Give the event that brought the lot of an item into being."""
        if found.lot_id is None or found.lot_id == found.identifier.id:
            return []
        node = self._neighbours.find([found.lot_id]).get(found.lot_id)
        if node is None:
            return []
        appearances = [
            one
            for one in self._neighbours.appearances([Ask(node, node, NEVER, FOREVER)])
            if not one.void and one.role in {Role.EPC, Role.OUTPUT}
        ]
        if not appearances:
            return []
        first = min(appearances, key=lambda one: (one.at, one.event)).event
        return [self._neighbours.events([first])[first]]

    def _origins(self, node: int) -> tuple[tuple[Origin, ...], int]:
        answer = source(self._neighbours, node, limit=MAX_SOURCES)
        things = [
            thing
            for thing in answer.graph.things
            if thing.origin and answer.named.things[thing.node].kind != "unit"
        ]
        shown = things[:MAX_ORIGINS]
        cities = self._first_cities([thing.node for thing in shown])
        origins = []
        for thing in shown:
            identifier = name_uri(answer.named.things[thing.node].id)
            product = self._directory.product_record(identifier.id)
            number = lot_number(identifier.id) if identifier.kind == "lot" else human_text(identifier)
            name = product.name if product else None
            name_en = (product.name_en or product.name) if product else None
            origins.append(
                Origin(
                    thing=identifier.id,
                    kind=identifier.kind,
                    label=f"{name} · {number}" if name else number,
                    label_en=f"{name_en} · {number}" if name_en else number,
                    product=product,
                    city=cities.get(thing.node),
                    at=None if thing.at == FOREVER else moment(thing.at),
                )
            )
        return tuple(origins), len(things) - len(shown)

    def _first_cities(self, nodes: Sequence[int]) -> dict[int, str]:
        """Give the city in which each thing first appears."""
        first: dict[int, tuple[int, int]] = {}
        for one in self._neighbours.appearances(asks_for(set(nodes))):
            for node in range(one.first, one.last + 1):
                if not one.void and (node not in first or (one.at, one.event) < first[node]):
                    first[node] = (one.at, one.event)
        told = self._neighbours.statements({event for _, event in first.values()})
        cities: dict[int, str] = {}
        for node, (_, event) in first.items():
            site = self._directory.site_record(told[event].site or told[event].read_point or "")
            if site is not None and site.city:
                cities[node] = site.city
        return cities

    def _recalls(self, found: _Found) -> tuple[RecallNotice, ...]:
        # 5. recalls
        covered = {found.identifier.id, found.lot_id, found.identifier.lot, *found.recorded_lots} - {None}
        notices = []
        seen = set()
        for case, thing in recalls.open_cases_of(self._connection, {key for key in covered if key}):
            if case.id in seen:
                continue
            seen.add(case.id)
            # Each maker recalls its own product, whoever made what went into it.
            code = (found.product.producer_uscc if found.product else None) or case.responsible_uscc
            responsible = self._named(code)
            notices.append(
                RecallNotice(
                    case=case.id,
                    regime=case.regime,
                    level=case.level if case.regime not in _WITHOUT_LEVELS else None,
                    reason=case.reason,
                    opened_at=case.opened_at,
                    responsible=responsible,
                    advice=_ADVICE.get(case.regime, "goods"),
                    via=thing,
                )
            )
        return tuple(notices)

    def _warnings(
        self,
        found: _Found,
        codes: Iterable[str],
        conditions: Iterable[Condition],
        dates: Iterable[NamedDate],
        gone_at: datetime | None,
    ) -> tuple[str, ...]:
        # 6. what looks wrong
        warnings = ["ended"] if gone_at is not None else []
        warnings += [warning for code, warning in _WARNINGS.items() if code in codes]
        if found.identifier.lot and found.recorded_lots and found.identifier.lot not in found.recorded_lots:
            warnings.append("lot_mismatch")
        if any(condition.verdict == "bad" for condition in conditions):
            warnings.append("conditions")
        warnings += self._expired(dates)
        return tuple(dict.fromkeys(warnings))

    def _expired(self, dates: Iterable[NamedDate]) -> tuple[str, ...]:
        return (
            ("expired",)
            if any(date.kind in {"expiry", "best_before"} and date.day < self._today() for date in dates)
            else ()
        )

    def _today(self) -> date:
        return day_in_china(self._now)


_WITHOUT_LEVELS: Final = frozenset({"consumer", "special_equipment", "gas_cylinder"})
_ADVICE: Final = {
    "food": "food", "agri_crop": "food", "agri_livestock": "food", "drug": "drug", "vaccine": "drug",
    "special_equipment": "equipment", "gas_cylinder": "equipment", "consumer": "goods",
}  # fmt: skip


_SOLD: Final = frozenset({How.SOLD, How.DISPENSED})
_GONE: Final = frozenset({How.CONSUMED, How.DESTROYED, How.DECOMMISSIONED})


def _ended(events: Sequence[Event], thing: str, how: Collection[How] = frozenset(How)) -> datetime | None:
    """Give when a thing first ended: sold, dispensed, destroyed, or in one of the ways that are given."""
    for event in events:
        if any(ending.thing == thing and ending.how in how for ending in facts_of(event).endings):
            return event.event_time
    return None
