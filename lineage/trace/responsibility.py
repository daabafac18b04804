"""Responsibility 责任: who had a thing, in which role, with which licences, and the gaps (semantics 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from lineage.facts import DAY, rfc3339
from lineage.profiles import Profile, Stage, profile_for
from lineage.trace.answer import Named
from lineage.trace.backwards import search_backwards
from lineage.trace.custody import Chain, Holding, chain_of
from lineage.trace.directory import Directory, Licence, NoDirectory, Party, Product
from lineage.trace.findings import Finding
from lineage.trace.history import one_each, touching
from lineage.trace.neighbours import FOREVER, Neighbours
from lineage.trace.runs import asks_for
from lineage.trace.search import Options
from lineage.trace.whereabouts import Holders

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CHINA = DAY // 3
"""Legal days are days in Beijing, UTC+8."""

_NO_DIRECTORY = NoDirectory()


def legal_day(at: int) -> date:
    """Give the day in China on which something happened."""
    return date.fromordinal(_EPOCH_DAY + (at + _CHINA) // DAY)


class Answerable(NamedTuple):
    """One holding with what the law says about it."""

    thing: int
    holding: Holding
    party: Party | None
    """As the directory knows it; ``None`` when nobody is named or the directory does not know them."""
    role: str
    stage: Stage | None
    licences: tuple[tuple[Licence, bool], ...]
    """With whether it was in force when the holding began."""
    findings: tuple[Finding, ...]


class Responsibility(NamedTuple):
    """Who answers for a thing (and, when asked, for what went into it)."""

    root: int
    upstream: bool
    custody: Sequence[Answerable]
    chains: Mapping[int, Chain]
    named: Named

    @property
    def findings(self) -> list[Finding]:
        """All findings: of the chains, and of the single holdings."""
        found = [finding for chain in self.chains.values() for finding in chain.findings]
        return [*found, *(finding for one in self.custody for finding in one.findings)]

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values."""
        return {
            "query": {
                "question": "responsibility",
                "id": self.named.things[self.root].id,
                "upstream": self.upstream,
            },
            "root": self.named.thing(self.root),
            "custody": [self._custody(one) for one in self.custody],
            "gaps": [
                {
                    "thing": self.named.things[thing].id,
                    "from": rfc3339(gap.start),
                    "to": rfc3339(gap.end),
                    "after_party": gap.after,
                    "before_party": gap.before,
                    "limit": f"PT{gap.limit // 1_000_000}S",
                    "code": gap.code,
                }
                for thing, chain in self.chains.items()
                for gap in chain.gaps
            ],
            "ownership": [
                {
                    "thing": self.named.things[thing].id,
                    "party": one.party,
                    "from": rfc3339(one.start),
                    "to": rfc3339(one.end),
                    "events": [self.named.events[event] for event in one.events],
                }
                for thing, chain in self.chains.items()
                for one in chain.owners
            ],
            "findings": [one.as_dict(self.named.things, self.named.events) for one in self.findings],
        }

    def _custody(self, one: Answerable) -> dict[str, Any]:
        holding, stage = one.holding, one.stage
        return {
            "thing": self.named.things[one.thing].id,
            "party": _party(holding.party, one.party),
            "role": one.role,
            "duty": stage.duty.en if stage else None,
            "duty_zh": stage.duty.zh if stage else None,
            "basis": stage.basis if stage else None,
            "basis_verified": stage.verified if stage else None,
            "site": holding.site,
            "from": rfc3339(holding.start),
            "to": rfc3339(holding.end),
            "in_transit": holding.in_transit,
            "events": [self.named.events[event] for event in holding.events],
            "licences": [
                {
                    "kind": licence.kind,
                    "number": licence.number,
                    "valid_at_time": valid,
                    "valid_from": _day(licence.valid_from),
                    "valid_to": _day(licence.valid_to),
                }
                for licence, valid in one.licences
            ],
            "findings": [finding.as_dict(self.named.things, self.named.events) for finding in one.findings],
        }


def responsibility(
    neighbours: Neighbours,
    thing: int,
    *,
    upstream: bool = False,
    directory: Directory = _NO_DIRECTORY,
    now: int | None = None,
) -> Responsibility:
    """Give the chain of custody of a thing, and of everything that went into it when asked.

    What went into the thing is followed up to the time at which it did.

    :param now: end of the observation, for transports that nobody has received
    """
    until = {thing: FOREVER}
    if upstream:
        found = search_backwards(neighbours, thing, FOREVER, Options(other_edges=0))
        for piece in found.labels.pieces():
            until.update(dict.fromkeys(range(piece.first, piece.last + 1), piece.at))
    names = neighbours.names(asks_for(until))
    chains: dict[int, Chain] = {}
    custody: list[Answerable] = []
    for one, end in until.items():
        product = directory.product_of(names[one].id)
        chains[one] = custody_of(neighbours, one, directory, product, until=end, now=now)
        custody += [answer_for(one, holding, product, directory) for holding in chains[one].holdings]
    custody.sort(key=lambda each: (each.holding.start, each.thing))
    return Responsibility(thing, upstream, custody, chains, _named(neighbours, chains, custody))


def custody_of(
    neighbours: Neighbours,
    thing: int,
    directory: Directory,
    product: Product | None,
    *,
    until: int = FOREVER,
    now: int | None = None,
) -> Chain:
    """Give the chain of custody of one thing up to a time."""
    found = [one for one in one_each(touching(neighbours, thing)) if not one.void and one.at <= until]
    told = neighbours.statements({one.event for one in found})
    if until != FOREVER:
        now = until if now is None else min(now, until)
    return chain_of(thing, found, told, Holders(directory), profile_at(product, found[:1]), now)


def profile_at(product: Product | None, passages: Iterable[Any]) -> Profile:
    """Give the profile that held for a product when it was first seen."""
    at = next((one.at for one in passages), 0)
    return profile_for(product.regime if product else None, legal_day(at))


def answer_for(thing: int, holding: Holding, product: Product | None, directory: Directory) -> Answerable:
    """Say what the law asks of a holder, and whether it had the licences for it at that time."""
    day = legal_day(holding.start)
    profile = profile_for(product.regime if product else None, day)
    party = directory.party(holding.party) if holding.party else None
    stage = stage_of(profile, holding, party)
    role = role_of(party, stage)
    licences: tuple[tuple[Licence, bool], ...] = ()
    findings: tuple[Finding, ...] = ()
    if party is not None:
        known = directory.licences(party.id, holding.site, product.id if product else None)
        licences = tuple((licence, licence.holds(day)) for licence in known)
        needed = stage.licences.get(role, ()) if stage else ()
        findings = tuple(
            one._replace(rule=profile.rule_for(one.code))
            for one in _licence_findings(thing, holding, party, needed, licences)
        )
    return Answerable(thing, holding, party, role, stage, licences, findings)


def stage_of(profile: Profile, holding: Holding, party: Party | None) -> Stage | None:
    """Give the stage of a holding: of a transport, or of the first step that names one.

    A party that is registered with roles stands in a stage that one of them belongs to: a distributor that
    unpacks is no producer.
    """
    if holding.in_transit:
        return profile.stage_of("shipping")
    stages = [profile.stage_of(step) for step in holding.steps if step != "shipping"]
    named = [stage for stage in stages if stage is not None and "*" not in stage.steps]
    if party is not None and party.roles:
        named = [stage for stage in named if _fitting(party, stage)]
    return named[0] if named else profile.stage_of(None)


def role_of(party: Party | None, stage: Stage | None) -> str:
    """Give the role in which a party acts at a stage: one of its own where it is registered with any."""
    if party is not None and party.roles:
        return next(iter(_fitting(party, stage) if stage else ()), party.roles[0])
    return "holder" if stage is None else stage.role


def _fitting(party: Party, stage: Stage) -> list[str]:
    return [role for role in party.roles if role in (stage.role, *stage.roles)]


def _licence_findings(
    thing: int,
    holding: Holding,
    party: Party,
    needed: tuple[str, ...],
    licences: tuple[tuple[Licence, bool], ...],
) -> Iterable[Finding]:
    of_kind = [(licence, valid) for licence, valid in licences if licence.kind in needed]
    if not needed or any(valid for _, valid in of_kind):
        return
    name = party.name or party.id
    events = (holding.events[0],)
    if not of_kind:
        details = {"party": name, "kinds": ", ".join(needed)}
        yield Finding("licence_missing", (thing,), events, holding.start, details, party.id)
    for licence, _ in of_kind:
        details = {
            "party": name,
            "kind": licence.kind,
            "number": licence.number,
            "from": _day(licence.valid_from) or "…",
            "to": _day(licence.valid_to) or "…",
        }
        yield Finding("licence_expired", (thing,), events, holding.start, details, party.id)


def _named(neighbours: Neighbours, chains: Mapping[int, Chain], custody: Sequence[Answerable]) -> Named:
    events: set[int] = set()
    for chain in chains.values():
        for one in chain.owners:
            events.update(one.events)
        for finding in chain.findings:
            events.update(finding.events)
    for answerable in custody:
        events.update(answerable.holding.events)
    return Named.ask(neighbours, set(chains), events)


def _party(key: str | None, party: Party | None) -> dict[str, Any] | None:
    if key is None:
        return None
    if party is None:
        return {"id": key, "name": "", "uscc": None}
    return {"id": party.id, "name": party.name, "name_en": party.name_en, "uscc": party.uscc}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
