"""Works out what a recall covers. Pure: events come in as ``Neighbours``, master data as ``Directory``.

The procedure, repeated as numbers in the code:

1. Every seed is affected, from its time on.
2. Everything that a seed may have gone into is affected (``destination``); a thing that several seeds reach
keeps
   the earliest time and the path of that one.
3. Of each thing: where it is now. Of each lot, which is handled by quantity: everybody who ever had a part
of it. 4. What the records do not tell is listed as a gap. A thing is never left out because something about
it is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, get_args

from lineage.trace.answer import Answer
from lineage.trace.directory import Directory
from lineage.trace.journeys import passages, stays_of
from lineage.trace.neighbours import FOREVER, NEVER, Neighbours
from lineage.trace.questions import destination
from lineage.trace.runs import asks_for, runs_of
from lineage.trace.whereabouts import Holders, Whereabouts, whereabouts
from trace_api.recall.model import Gap, Place, Scope, ScopedThing, State

MAX_THINGS: Final = 1_000_000
"""Things that one seed may reach; beyond it the scope says ``truncated`` and opens a gap of its own."""
SHOWN: Final = 50
"""Things that a gap names; it always says how many there are."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_GAPS: Final[Mapping[str, tuple[str, str]]] = {
    "whereabouts_unknown": (
        "Affected things of which no record says where they are: {count}.",
        "{count} 件受影响物品的去处没有记录。",
    ),
    "not_received": (
        "Affected things that were shipped and that nobody recorded receiving: {count}.",
        "{count} 件受影响物品已发出，无收货记录。",
    ),
    "no_holder": (
        "Affected things at places whose operator is not registered: {count}.",
        "{count} 件受影响物品所在场所没有登记经营者。",
    ),
    "by_quantity": (
        "Affected lots that are handled by quantity, so that all of each counts: {count}.",
        "{count} 个受影响批次按数量流转，无法区分单件，凡出自该批次者一律视为受影响。",
    ),
    "truncated": (
        "More things are affected than are listed: the search was stopped at its limit.",
        "受影响物品超过列出上限，检索已停止，仍有未列出者。",
    ),
}


class Start(NamedTuple):
    """One thing to start from.

    :ivar node: the thing's number in the source of neighbours
    :ivar since: microseconds; None for its first appearance
    """

    node: int
    since: int | None = None


def work_out(
    neighbours: Neighbours, starts: Sequence[Start], *, contact: bool, directory: Directory
) -> Scope:
    """Work out the scope of a recall.

    :param contact: sharing a container counts as being affected
    """
    scope = Scope()
    names = neighbours.names(asks_for({start.node for start in starts}))
    # 1. the seeds
    nodes: dict[int, int] = {}
    for start in starts:
        name = names[start.node]
        at = neighbours.first_seen(start.node) if start.since is None else start.since
        where = whereabouts(neighbours, [start.node], directory)[start.node]
        _keep_earliest(scope.things, _seed(name.id, name.kind, at, where))
        _note_lot(nodes, start.node, name.kind, at)
    # 2. what they went into, 3. and where that is
    for start in starts:
        answer = destination(
            neighbours,
            start.node,
            start.since,
            contact=contact,
            now=True,
            limit=MAX_THINGS,
            directory=directory,
        )
        for thing in _things(answer.as_dict()):
            _keep_earliest(scope.things, thing)
        for found in answer.graph.things:
            _note_lot(nodes, found.node, answer.named.things[found.node].kind, found.at)
        _findings(scope, answer)
        scope.truncated = scope.truncated or answer.graph.truncated
    scope.places = places_of(neighbours, nodes, directory)
    # 4. what is not known
    scope.gaps = gaps(scope.things.values(), directory, truncated=scope.truncated)
    return scope


def places_of(neighbours: Neighbours, lots: Mapping[int, int], directory: Directory) -> list[Place]:
    """Give everybody who had a part of some lots, and where.

    :param lots: lot -> the time from which on it is affected
    """
    runs = list(runs_of(lots))
    touched = [
        one
        for one in passages(neighbours, runs, stays_of(neighbours, runs))
        if not one.void and any(one.at >= lots[lot] for lot in range(one.first, one.last + 1) if lot in lots)
    ]
    told = neighbours.statements({one.event for one in touched})
    holders = Holders(directory)
    found: set[tuple[int, str | None, str | None]] = set()
    for one in touched:
        statement = told[one.event]
        parties = {
            statement.giver,
            statement.taker,
            statement.carrier,
            holders.operator(statement, one.at),
        } - {None}
        for lot in range(one.first, one.last + 1):
            if lot in lots and one.at >= lots[lot]:
                found |= {(lot, party, statement.site) for party in parties or {None}}
    names = neighbours.names(asks_for(set(lots)))
    return sorted(
        (Place(names[lot].id, party, site) for lot, party, site in found),
        key=lambda place: (place.lot, place.party or "", place.site or ""),
    )


def _note_lot(lots: dict[int, int], node: int, kind: str, at: int | None) -> None:
    if kind == "lot":
        since = NEVER if at is None else at
        lots[node] = min(since, lots.get(node, since))


def gaps(things: Iterable[ScopedThing], directory: Directory, *, truncated: bool) -> list[Gap]:
    """List what the records do not tell about affected things, by kind, last holder and last place."""
    grouped: dict[tuple[str, str | None, str | None], list[str]] = defaultdict(list)
    for thing in things:
        code = _gap_of(thing, directory)
        if code is not None:
            grouped[(code, thing.party, thing.site)].append(thing.id)
        if thing.kind == "lot" and thing.state not in {"consumed", "destroyed"}:
            grouped[("by_quantity", None, None)].append(thing.id)
    found = [
        _gap(code, ids, party, site)
        for (code, party, site), ids in sorted(
            grouped.items(), key=lambda item: tuple(part or "" for part in item[0])
        )
    ]
    if truncated:
        found.append(_gap("truncated", [], None, None))
    return found


def _gap_of(thing: ScopedThing, directory: Directory) -> str | None:
    if thing.state == "unknown":
        return "whereabouts_unknown"
    if thing.state == "in_transit":
        return "not_received"
    if thing.state == "in_stock" and (thing.party is None or _nobodys(thing.site, directory)):
        return "no_holder"
    return None


def _nobodys(site: str | None, directory: Directory) -> bool:
    """Say whether a thing was seen last at a place that nobody is known to operate, whoever had it before."""
    return site is not None and directory.operator_of(site, FOREVER) is None


def _gap(code: str, ids: Sequence[str], party: str | None, site: str | None) -> Gap:
    english, chinese = _GAPS[code]
    count = len(ids)
    return Gap(
        code,
        count,
        tuple(sorted(ids)[:SHOWN]),
        party,
        site,
        english.format(count=count),
        chinese.format(count=count),
    )


def _seed(id_: str, kind: str, at: int | None, where: Whereabouts) -> ScopedThing:
    return ScopedThing(
        id=id_,
        kind=kind,
        at=_moment(at),
        depth=0,
        seed=id_,
        via_thing=None,
        via_events=(),
        state=where.state,
        party=where.party,
        site=where.site,
        unit=None,
        since=_moment(where.since),
    )


def _things(answer: Mapping[str, Any]) -> Iterable[ScopedThing]:
    seed = answer["root"]["id"]
    edges = answer["edges"]
    listed = {seed, *(thing["id"] for thing in answer["things"])}
    for thing in answer["things"]:
        path = [edges[number] for number in thing["via"]]
        via_thing, via_events = _last_stretch(path, thing["id"], listed)
        where = thing["where"]
        yield ScopedThing(
            id=thing["id"],
            kind=thing["kind"],
            at=_read(thing["at"]),
            depth=thing["depth"],
            seed=seed,
            via_thing=via_thing or seed,
            via_events=via_events,
            state=_state(where["state"]),
            party=where["party"],
            site=where["site"],
            unit=where["unit"],
            since=_read(where["since"]),
        )


def _last_stretch(
    path: Sequence[Mapping[str, Any]], id_: str, listed: set[str]
) -> tuple[str | None, tuple[str, ...]]:
    """Give the affected thing before this one on its path, and the events between the two."""
    events: list[str] = []
    for edge in reversed(path):
        events.append(edge["event"])
        before = next((end for end in (edge["from"], edge["to"]) if end != id_ and end in listed), None)
        if before is not None:
            return before, tuple(dict.fromkeys(reversed(events)))
    return None, tuple(dict.fromkeys(reversed(events)))


def _findings(scope: Scope, answer: Answer) -> None:
    known = {repr(finding) for finding in scope.findings}
    for finding in answer.head()["findings"]:
        if repr(finding) not in known:
            scope.findings.append(finding)


def _keep_earliest(things: dict[str, ScopedThing], thing: ScopedThing) -> None:
    known = things.get(thing.id)
    if known is None or _order(thing) < _order(known):
        things[thing.id] = thing


def _order(thing: ScopedThing) -> tuple[datetime, int]:
    return (thing.at or datetime.min.replace(tzinfo=UTC), thing.depth)


def _state(text: str) -> State:
    return next(state for state in get_args(State) if state == text)


def _moment(at: int | None) -> datetime | None:
    return None if at is None or at in {NEVER, FOREVER} else _EPOCH + timedelta(microseconds=at)


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
