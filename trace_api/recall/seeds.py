"""Turns the seeds of a recall into things to start from, over the store of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from lineage.facts import facts_of
from lineage.identifiers import name_uri
from lineage.trace.neighbours import Neighbours
from lineage.trace.whereabouts import whereabouts
from trace_api.masterdata import repository as masterdata
from trace_api.recall import seeds_repository
from trace_api.recall.model import Gap, Seed
from trace_api.recall.scope import Start
from trace_api.responsibility.directory import MasterDirectory

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class Starts:
    """What a scope begins with, and what is already unknown about that."""

    starts: list[Start] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def resolve(
    connection: Connection, neighbours: Neighbours, directory: MasterDirectory, seeds: Iterable[Seed]
) -> Starts:
    """Find the things that seeds mean.

    A thing that no event names yet is a gap, not an error: its events may come late.
    """
    found = Starts()
    earliest: dict[int, int | None] = {}
    for seed in seeds:
        if seed.kind == "thing":
            _things(connection, neighbours, seed, found, earliest)
        elif seed.kind == "site":
            _site(connection, neighbours, directory, seed, found, earliest)
        else:
            _party(connection, neighbours, directory, seed, found, earliest)
    found.starts = [Start(node, since) for node, since in earliest.items()]
    return found


def _things(
    connection: Connection, neighbours: Neighbours, seed: Seed, found: Starts, earliest: dict[int, int | None]
) -> None:
    ids = [seed.id]
    identifier = name_uri(seed.id)
    if identifier.kind == "class":
        ids, complete = seeds_repository.things_of_class(connection, identifier)
        if not complete:
            found.gaps.append(_incomplete(seed))
    nodes = neighbours.find(ids)
    if not nodes:
        found.gaps.append(
            Gap(
                "never_seen",
                1,
                (seed.id,),
                message=f"No event names {seed.id} yet.",
                message_zh=f"{seed.id} 尚无任何记录。",
            )
        )
    for node in nodes.values():
        _keep(earliest, node, _micros(seed.since))


def _site(
    connection: Connection,
    neighbours: Neighbours,
    directory: MasterDirectory,
    seed: Seed,
    found: Starts,
    earliest: dict[int, int | None],
) -> None:
    since, until = _micros(seed.since), _micros(seed.until)
    passing = seeds_repository.events_at(connection, [seed.id], since, until)
    _passing(neighbours, seed, passing, found, earliest)
    if since is None:
        return
    # What came before the window and was still there when it began was there, too.
    before = seeds_repository.events_at(connection, [seed.id], None, since)
    if not before.complete:
        found.gaps.append(_incomplete(seed))
    nodes = [node for node, _ in _named(neighbours, before.events)]
    for node, where in whereabouts(neighbours, nodes, directory, since).items():
        if where.site == seed.id and where.state in {"in_stock", "unknown"}:
            _keep(earliest, node, since)


def _party(
    connection: Connection,
    neighbours: Neighbours,
    directory: MasterDirectory,
    seed: Seed,
    found: Starts,
    earliest: dict[int, int | None],
) -> None:
    party = directory.party_record(seed.id)
    keys = {seed.id, *((party.party_id, party.pgln) if party else ())} - {None}
    sites = masterdata.sites_operated_by(connection, party.uscc) if party and party.uscc else []
    since, until = _micros(seed.since), _micros(seed.until)
    for passing in (
        seeds_repository.events_naming(connection, {key for key in keys if key}, since, until),
        seeds_repository.events_at(connection, [site.site_id for site in sites], since, until),
    ):
        _passing(neighbours, seed, passing, found, earliest)


def _passing(
    neighbours: Neighbours,
    seed: Seed,
    passing: seeds_repository.Passing,
    found: Starts,
    earliest: dict[int, int | None],
) -> None:
    if not passing.complete:
        found.gaps.append(_incomplete(seed))
    for node, at in _named(neighbours, passing.events):
        _keep(earliest, node, at)


def _named(neighbours: Neighbours, events: list[int]) -> list[tuple[int, int]]:
    """Give the things that events name, with the time of the event."""
    named: dict[str, int] = {}
    for event in neighbours.events(events).values():
        facts = facts_of(event)
        for posting in facts.postings:
            if posting.traced:
                at = named.get(posting.thing.id)
                named[posting.thing.id] = facts.at if at is None else min(at, facts.at)
    return [(node, named[id_]) for id_, node in neighbours.find(named).items()]


def _keep(earliest: dict[int, int | None], node: int, since: int | None) -> None:
    if node not in earliest:
        earliest[node] = since
        return
    known = earliest[node]
    earliest[node] = None if since is None or known is None else min(since, known)


def _incomplete(seed: Seed) -> Gap:
    return Gap(
        "seed_truncated",
        1,
        (seed.id,),
        message=f"More passed {seed.id} than is looked at: choose a shorter time window.",
        message_zh=f"{seed.id} 涉及的记录超过上限，请缩短时间范围。",
    )


def _micros(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MICROSECOND
