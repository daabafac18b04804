"""Who has to hear of a recall, and how far it has come: counted from the things of a case."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from trace_api.recall import repository
from trace_api.recall.model import GONE, SETTLED, Case, Holder, Notice
from trace_api.responsibility.directory import MasterDirectory


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recall has come.

    :ivar affected: things that count: neither withdrawn by a correction nor gone (consumed, destroyed) before
    :ivar outstanding: of these, the ones that are neither recovered, destroyed nor released
    """

    listed: int
    affected: int
    gone: int
    withdrawn: int
    found: int
    recovered: int
    destroyed: int
    released: int
    outstanding: int
    holders: int
    notified: int
    acknowledged: int

    def as_dict(self) -> dict[str, Any]:
        """Give the progress as JSON fields; ``effectiveness`` is the settled share of what is affected."""
        settled = self.affected - self.outstanding
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "effectiveness": round(settled / self.affected, 4) if self.affected else None,
        }


def holders(connection: Connection, case: Case) -> list[Holder]:
    """Give the parties that have to be told, the ones with most affected things first.

    These are the parties that have affected things now; the ones that had them last, where they are sold,
    under way or consumed; and everybody who had a part of an affected lot.
    """
    directory = MasterDirectory(connection)
    states: dict[str, Counter[str]] = defaultdict(Counter)
    settled: Counter[str] = Counter()
    sites: dict[str, set[str]] = defaultdict(set)
    lots: dict[str, set[str]] = defaultdict(set)
    for row in repository.tally(connection, case.id):
        key = None if row.withdrawn else _holder_key(directory, row.party, row.site)
        if key is None:
            continue
        states[key][row.state] += row.things
        settled[key] += row.things if row.progress in SETTLED else 0
        if row.site:
            sites[key].add(row.site)
    for place in case.places:
        key = _holder_key(directory, place.party, place.site)
        if key is None:
            continue
        lots[key].add(place.lot)
        if place.site and directory.operator_of(place.site, 0) in {None, key}:
            sites[key].add(place.site)
    told: dict[str, list[Notice]] = defaultdict(list)
    for notice in repository.notices_of(connection, case.id):
        told[_holder_key(directory, notice.party, None) or notice.party].append(notice)
    found = [
        _holder(directory, key, states[key], settled[key], sites[key], lots[key], told[key])
        for key in {**states, **lots}
    ]
    return sorted(found, key=lambda holder: (-holder.count, holder.party))


def progress(connection: Connection, case: Case) -> Progress:
    """Count how far a case has come."""
    rows = repository.tally(connection, case.id)
    live = [row for row in rows if not row.withdrawn]
    affected = [row for row in live if row.state not in GONE or row.progress != "affected"]
    by_progress: Counter[str] = Counter()
    for row in affected:
        by_progress[row.progress] += row.things
    told = holders(connection, case)
    return Progress(
        listed=_count(rows),
        affected=_count(affected),
        gone=_count(live) - _count(affected),
        withdrawn=_count(row for row in rows if row.withdrawn),
        found=by_progress["found"],
        recovered=by_progress["recovered"],
        destroyed=by_progress["destroyed"],
        released=by_progress["released"],
        outstanding=_count(row for row in affected if row.progress not in SETTLED),
        holders=len(told),
        notified=sum(holder.notified_at is not None for holder in told),
        acknowledged=sum(holder.acknowledged_at is not None for holder in told),
    )


def _count(rows: Iterable[repository.Tally]) -> int:
    return sum(row.things for row in rows)


def _holder_key(directory: MasterDirectory, party: str | None, site: str | None) -> str | None:
    """Give the one key of a party that events may name in several ways; of a place, that of its operator."""
    named = party or (directory.operator_of(site, 0) if site else None)
    if named is None:
        return None
    found = directory.party_record(named)
    return found.party_id if found else named


def _holder(
    directory: MasterDirectory,
    key: str,
    states: Mapping[str, int],
    settled: int,
    sites: set[str],
    lots: set[str],
    notices: Sequence[Notice],
) -> Holder:
    party = directory.party_record(key)
    confirmed = [notice.acknowledged_at for notice in notices if notice.acknowledged_at]
    return Holder(
        party=key,
        name=party.name if party else None,
        name_en=party.name_en if party else None,
        uscc=party.uscc if party else None,
        phone=party.phone if party else None,
        sites=tuple(sorted(sites)),
        states=dict(states),
        settled=settled,
        lots=tuple(sorted(lots)),
        notified_at=min((notice.sent_at for notice in notices), default=None),
        acknowledged_at=min(confirmed, default=None),
    )
