"""SQL of recalls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, func, insert, or_, select, text, update

from trace_api.recall.model import (
    Case,
    Gap,
    Notice,
    Place,
    Progress,
    Recovery,
    Scope,
    ScopedThing,
    Seed,
)
from trace_api.recall.tables import case, case_number, entry, notice, recovery, thing

_WRITE_THINGS: Final = """
INSERT INTO recall_thing AS t
    (case_id, thing, kind, at, depth, seed, via_thing, via_events, state, party, site, unit, since, added_at)
SELECT :case, thing, kind, at, depth, seed, via_thing, string_to_array(via_events, E'\\n'), state, party,
site,
    unit, since, :now
FROM unnest(
    CAST(:thing AS text[]), CAST(:kind AS text[]), CAST(:at AS timestamptz[]), CAST(:depth AS integer[]),
    CAST(:seed AS text[]), CAST(:via_thing AS text[]), CAST(:via_events AS text[]), CAST(:state AS text[]),
    CAST(:party AS text[]), CAST(:site AS text[]), CAST(:unit AS text[]), CAST(:since AS timestamptz[])
) u (thing, kind, at, depth, seed, via_thing, via_events, state, party, site, unit, since)
ON CONFLICT (case_id, thing) DO UPDATE SET
    kind = excluded.kind, at = excluded.at, depth = excluded.depth, seed = excluded.seed,
    via_thing = excluded.via_thing, via_events = excluded.via_events, state = excluded.state,
    party = excluded.party, site = excluded.site, unit = excluded.unit, since = excluded.since,
    withdrawn_at = NULL
WHERE (t.kind, t.at, t.depth, t.seed, t.via_thing, t.via_events, t.state, t.party, t.site, t.unit, t.since)
    IS DISTINCT FROM (excluded.kind, excluded.at, excluded.depth, excluded.seed, excluded.via_thing,
        excluded.via_events, excluded.state, excluded.party, excluded.site, excluded.unit, excluded.since)
    OR t.withdrawn_at IS NOT NULL
RETURNING (xmax = 0) AS added
"""

_WRITE_BATCH: Final = 20_000  # things of one statement: arrays of a few megabytes


class Tally(NamedTuple):
    """Things of a case that share holder, place, state and progress."""

    party: str | None
    site: str | None
    state: str
    progress: str
    withdrawn: bool
    things: int


def next_id(connection: Connection, *, drill: bool, year: int) -> str:
    """Give the number of a new case (R-2026-00001) or drill (D-2026-00002); none is used twice."""
    number = connection.execute(select(case_number.next_value())).scalar_one()
    return f"{'D' if drill else 'R'}-{year}-{number:05d}"


def add_case(connection: Connection, new: Case) -> None:
    """Keep a new case, without scope."""
    connection.execute(
        insert(case).values(
            id=new.id,
            drill=new.drill,
            status=new.status,
            regime=new.regime,
            level=new.level,
            reason=new.reason,
            responsible_uscc=new.responsible_uscc,
            contact=new.contact,
            seeds=[seed.as_dict() for seed in new.seeds],
            knew_at=new.knew_at,
            opened_at=new.opened_at,
            opened_by=new.opened_by,
            moments={},
            scope={},
        )
    )


def find_case(connection: Connection, case_id: str, *, lock: bool = False) -> Case | None:
    """Give a case.

    :param lock: keep others from changing it until the transaction ends
    """
    statement = select(case).where(case.c.id == case_id.replace("\0", ""))
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return None if row is None else _case(row)


def list_cases(
    connection: Connection,
    *,
    drill: bool,
    status: str | None,
    before: str | None,
    limit: int,
    party: Sequence[str] | None,
) -> list[Case]:
    """Give cases, the newest first.

    :param before: number of the case at which the page before ended
    :param party: only cases that concern a party known by one of these keys (party id, PGLN, code)
    """
    statement = select(case).where(case.c.drill == drill).order_by(case.c.opened_at.desc(), case.c.id.desc())
    if status is not None:
        statement = statement.where(case.c.status == status)
    if before is not None:
        opened = select(case.c.opened_at).where(case.c.id == before.replace("\0", "")).scalar_subquery()
        statement = statement.where(
            or_(case.c.opened_at < opened, and_(case.c.opened_at == opened, case.c.id < before))
        )
    if party is not None:
        concerned = (
            select(thing.c.case_id)
            .where(thing.c.case_id == case.c.id, thing.c.party.in_(list(party)))
            .exists()
        )
        statement = statement.where(or_(case.c.responsible_uscc.in_(list(party)), concerned))
    return [_case(row) for row in connection.execute(statement.limit(limit)).mappings()]


def replace_scope(
    connection: Connection, case_id: str, scope: Scope, *, event: int, at: datetime, milliseconds: int
) -> dict[str, int]:
    """Keep a newly worked out scope.

    Nothing is deleted: a thing that is no longer reached (an event was corrected) is marked withdrawn and
    stays listed.

    :return: how many things were ``added`` and ``withdrawn``
    """
    things = sorted(scope.things.values(), key=lambda each: each.id)
    added = sum(
        _write_things(connection, case_id, things[start : start + _WRITE_BATCH], at)
        for start in range(0, len(things), _WRITE_BATCH)
    )
    withdrawn = connection.execute(
        text(
            "UPDATE recall_thing t SET withdrawn_at = :at WHERE case_id = :case AND withdrawn_at IS NULL"
            " AND t.thing <> ALL(CAST(:ids AS text[]))"
        ),
        {"at": at, "case": case_id, "ids": [each.id for each in things]},
    ).rowcount
    connection.execute(
        update(case)
        .where(case.c.id == case_id)
        .values(
            scope_event=event,
            scope_at=at,
            scope_ms=milliseconds,
            scope={
                "gaps": [gap.as_dict() for gap in scope.gaps],
                "findings": scope.findings,
                "places": [asdict(place) for place in scope.places],
                "truncated": scope.truncated,
            },
        )
    )
    return {"added": added, "withdrawn": withdrawn}


def _write_things(connection: Connection, case_id: str, things: Sequence[ScopedThing], at: datetime) -> int:
    columns = ("kind", "at", "depth", "seed", "via_thing", "state", "party", "site", "unit", "since")
    rows = connection.execute(
        text(_WRITE_THINGS),
        {
            "case": case_id,
            "now": at,
            "thing": [each.id for each in things],
            "via_events": ["\n".join(each.via_events) for each in things],
            **{name: [getattr(each, name) for each in things] for name in columns},
        },
    )
    return sum(row.added for row in rows)


def things_of(
    connection: Connection,
    case_id: str,
    *,
    after: str | None = None,
    limit: int | None = None,
    parties: Collection[str] | None = None,
    state: str | None = None,
) -> list[ScopedThing]:
    """Give the things of a case in the order of their ids.

    :param parties: only those that one of these parties has
    """
    statement = select(thing).where(thing.c.case_id == case_id).order_by(thing.c.thing)
    if after is not None:
        statement = statement.where(thing.c.thing > after.replace("\0", ""))
    if parties is not None:
        statement = statement.where(thing.c.party.in_(list(parties)))
    if state is not None:
        statement = statement.where(thing.c.state == state)
    if limit is not None:
        statement = statement.limit(limit)
    return [_thing(row) for row in connection.execute(statement).mappings()]


def tally(connection: Connection, case_id: str) -> list[Tally]:
    """Count the things of a case by holder, place, state and progress."""
    withdrawn = thing.c.withdrawn_at.is_not(None)
    groups = (thing.c.party, thing.c.site, thing.c.state, thing.c.progress, withdrawn)
    rows = connection.execute(
        select(*groups, func.count()).where(thing.c.case_id == case_id).group_by(*groups)
    )
    return [Tally(*row) for row in rows]


def open_cases_of(connection: Connection, things: Collection[str]) -> list[tuple[Case, str]]:
    """Give the open recalls (no drills) that cover any of some things, each with the thing it covers."""
    rows = connection.execute(
        select(case, thing.c.thing.label("covered"))
        .join(thing, thing.c.case_id == case.c.id)
        .where(
            thing.c.thing.in_(list(things)),
            thing.c.withdrawn_at.is_(None),
            thing.c.progress != "released",
            case.c.status == "open",
            ~case.c.drill,
        )
        .order_by(case.c.opened_at)
    )
    return [(_case(row), row["covered"]) for row in rows.mappings()]


def set_progress(
    connection: Connection, case_id: str, things: Collection[str], progress: Progress, *, whole: bool
) -> set[str]:
    """Note what became of some things; give those that belong to the case.

    :param whole: False for a part of a lot: the lot as such stays as it was
    """
    mine = and_(thing.c.case_id == case_id, thing.c.thing.in_(list(things)))
    if not whole:
        return set(connection.execute(select(thing.c.thing).where(mine)).scalars())
    return set(
        connection.execute(
            update(thing).where(mine).values(progress=progress).returning(thing.c.thing)
        ).scalars()
    )


def add_notices(connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Keep notices."""
    return list(connection.execute(insert(notice).returning(notice.c.id), list(rows)).scalars())


def acknowledge(connection: Connection, case_id: str, notice_id: int, at: datetime) -> Notice | None:
    """Note that a notice was acknowledged; the first time counts."""
    row = (
        connection.execute(
            update(notice)
            .where(notice.c.id == notice_id, notice.c.case_id == case_id)
            .values(acknowledged_at=func.coalesce(notice.c.acknowledged_at, at))
            .returning(*notice.c)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else _notice(row)


def notices_of(connection: Connection, case_id: str) -> list[Notice]:
    """Give the notices of a case, the oldest first."""
    rows = connection.execute(select(notice).where(notice.c.case_id == case_id).order_by(notice.c.id))
    return [_notice(row) for row in rows.mappings()]


def add_recoveries(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep what became of things."""
    connection.execute(insert(recovery), list(rows))


def recoveries_of(connection: Connection, case_id: str) -> list[Recovery]:
    """Give what was recorded of a case's things, the oldest first."""
    rows = connection.execute(select(recovery).where(recovery.c.case_id == case_id).order_by(recovery.c.id))
    return [_recovery(row) for row in rows.mappings()]


def set_moments(connection: Connection, case_id: str, moments: Mapping[str, datetime]) -> None:
    """Note when things happened that the legal clock counts from."""
    written = {name: at.astimezone(UTC).isoformat() for name, at in moments.items()}
    connection.execute(
        update(case).where(case.c.id == case_id).values(moments=case.c.moments.concat(written))
    )


def close_case(connection: Connection, case_id: str, *, at: datetime, by: str, outcome: str) -> None:
    """Close a case."""
    connection.execute(
        update(case)
        .where(case.c.id == case_id)
        .values(status="closed", closed_at=at, closed_by=by, outcome=outcome)
    )


def add_entry(
    connection: Connection, case_id: str, at: datetime, by: str, what: str, details: Mapping[str, Any]
) -> None:
    """Write into the journal of a case."""
    connection.execute(
        insert(entry).values(case_id=case_id, at=at, by_whom=by, what=what, details=dict(details))
    )


def entries_of(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    """Give the journal of a case, the oldest entry first."""
    rows = connection.execute(select(entry).where(entry.c.case_id == case_id).order_by(entry.c.id))
    return [
        {"at": row["at"], "by": row["by_whom"], "what": row["what"], "details": row["details"]}
        for row in rows.mappings()
    ]


def _case(row: Any) -> Case:
    scope = row["scope"]
    return Case(
        id=row["id"],
        drill=row["drill"],
        status=row["status"],
        regime=row["regime"],
        level=row["level"],
        reason=row["reason"],
        responsible_uscc=row["responsible_uscc"],
        contact=row["contact"],
        seeds=tuple(
            Seed(seed["kind"], seed["id"], _time(seed["since"]), _time(seed["until"]))
            for seed in row["seeds"]
        ),
        knew_at=row["knew_at"],
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        moments={name: datetime.fromisoformat(at) for name, at in row["moments"].items()},
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
        outcome=row["outcome"],
        scope_event=row["scope_event"],
        scope_at=row["scope_at"],
        scope_ms=row["scope_ms"],
        gaps=[Gap(**{**gap, "things": tuple(gap["things"])}) for gap in scope.get("gaps", ())],
        findings=scope.get("findings", []),
        places=[Place(**place) for place in scope.get("places", ())],
        truncated=scope.get("truncated", False),
    )


def _time(text_: str | None) -> datetime | None:
    return datetime.fromisoformat(text_) if text_ else None


def _thing(row: Any) -> ScopedThing:
    return ScopedThing(
        id=row["thing"],
        kind=row["kind"],
        at=row["at"],
        depth=row["depth"],
        seed=row["seed"],
        via_thing=row["via_thing"],
        via_events=tuple(row["via_events"]),
        state=row["state"],
        party=row["party"],
        site=row["site"],
        unit=row["unit"],
        since=row["since"],
        progress=row["progress"],
        withdrawn_at=row["withdrawn_at"],
    )


def _notice(row: Any) -> Notice:
    return Notice(**{name: row[name] for name in Notice.__dataclass_fields__})


def _recovery(row: Any) -> Recovery:
    values = {name: row[name] for name in Recovery.__dataclass_fields__}
    return Recovery(**{**values, "quantity": None if row["quantity"] is None else float(row["quantity"])})
