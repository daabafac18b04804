"""What is told of a recall case: the fields of ``/recall/v1/cases/{id}`` and of its exports."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from trace_api.china import day_in_china
from trace_api.recall import clock, repository
from trace_api.recall.holders import holders, progress
from trace_api.recall.model import Case, ScopedThing

MAX_THINGS: Final = 100_000
"""Things that one answer may hold; a larger scope is read page by page with ``after``."""
DEFAULT_THINGS: Final = 10_000


def head(case: Case) -> dict[str, Any]:
    """Give what a case is, without what it covers."""
    rules = clock.rules_for(case.regime, case.level, day_in_china(case.knew_at))
    return {
        "id": case.id,
        "drill": case.drill,
        "status": case.status,
        "regime": case.regime,
        "level": case.level if rules.levels > 1 else None,
        "law": rules.law,
        "law_en": rules.law_en,
        "trigger": rules.level.trigger.zh,
        "trigger_en": rules.level.trigger.en,
        "reason": case.reason,
        "responsible": case.responsible_uscc,
        "seeds": [seed.as_dict() for seed in case.seeds],
        "contact": case.contact,
        "knew_at": case.knew_at,
        "opened_at": case.opened_at,
        "opened_by": case.opened_by,
        "moments": dict(case.moments),
        "closed_at": case.closed_at,
        "closed_by": case.closed_by,
        "outcome": case.outcome,
    }


def whole(
    connection: Connection,
    case: Case,
    deadlines: Sequence[clock.Deadline],
    *,
    now: datetime,
    stale: bool,
    limit: int = DEFAULT_THINGS,
    after: str | None = None,
    parties: Collection[str] | None = None,
) -> dict[str, Any]:
    """Give a case with its scope, clock and progress.

    :param parties: a party that may see only its own part, by every key it is known under
    """
    things = repository.things_of(connection, case.id, after=after, limit=limit + 1, parties=parties)
    shown = things[:limit]
    told = holders(connection, case)
    if parties is not None:
        told = [holder for holder in told if holder.party in parties or holder.uscc in parties]
    how_far = progress(connection, case)
    return {
        **head(case),
        "scope": {
            "as_of": case.scope_at,
            "as_of_event": case.scope_event,
            "stale": stale,
            "milliseconds": case.scope_ms,
            "total": how_far.listed,
            "truncated": case.truncated,
            "things": [thing.as_dict() for thing in shown],
            "next": shown[-1].id if len(things) > limit else None,
            "holders": [holder.as_dict() for holder in told],
            "gaps": [gap.as_dict() for gap in case.gaps] if parties is None else [],
            "findings": list(case.findings) if parties is None else [],
        },
        "clock": {"now": now, "deadlines": [deadline.as_dict() for deadline in deadlines]},
        "progress": how_far.as_dict(),
        "notices": [
            asdict(notice)
            for notice in repository.notices_of(connection, case.id)
            if parties is None or notice.party in parties
        ],
        "recoveries": [
            asdict(recovery)
            for recovery in repository.recoveries_of(connection, case.id)
            if parties is None or recovery.party in parties
        ],
        "journal": repository.entries_of(connection, case.id) if parties is None else [],
    }


def all_things(connection: Connection, case: Case) -> list[ScopedThing]:
    """Give everything a case lists, however much that is."""
    return repository.things_of(connection, case.id)
