"""Statements on which events concern a party."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from trace_api.capture.interning_repository import TermKind
from trace_api.database.arrays import integers
from trace_api.database.engine import driver

# Events of a thing that are looked at together.
_AT_ONCE: Final = 1000


class Bounds(NamedTuple):
    """Whose events may be seen.

    :ivar principal: key of the principal, for what it captured
    :ivar terms: numbers of its places and of its own identifiers as events name them
    """

    principal: str
    terms: list[int]


#: Condition on an event ``e``; takes the values of :func:`values_of`.
CONDITION: Final = (
    "(e.read_point = ANY(%s::integer[]) OR e.location = ANY(%s::integer[])"
    " OR e.giver = ANY(%s::integer[]) OR e.taker = ANY(%s::integer[])"
    " OR e.carrier = ANY(%s::integer[]) OR e.owner = ANY(%s::integer[])"
    " OR EXISTS (SELECT FROM capture c WHERE c.id = e.capture AND c.principal = %s))"
)


def values_of(bounds: Bounds) -> list[Any]:
    """Give the values for :data:`CONDITION`."""
    return [*[bounds.terms] * 6, bounds.principal]


def bounds_of_party(connection: Connection, principal: str, uscc: str) -> Bounds:
    """Give the bounds of the party with this unified social credit code.

    Its places are the sites it operates and everything within them (GLN extensions).
    """
    cursor = driver(connection).execute(
        "WITH own AS (SELECT site_id AS id FROM site WHERE operator_uscc = %s),"
        " named AS (SELECT unnest(ARRAY[party_id, pgln]) AS id FROM party WHERE uscc = %s)"
        " SELECT id FROM term WHERE kind = %s AND"
        " (value IN (SELECT id FROM own) OR regexp_replace(value, '/254/.*$', '') IN (SELECT id FROM own))"
        " UNION ALL SELECT id FROM term WHERE kind = %s"
        " AND (value IN (SELECT id FROM named) OR value LIKE '%%/id/uscc/' || %s)",
        (uscc, uscc, int(TermKind.PLACE), int(TermKind.PARTY), uscc),
    )
    return Bounds(principal, [number for (number,) in cursor])


def concerns(connection: Connection, bounds: Bounds, thing: int) -> bool:
    """Say whether some event that names the thing is within the bounds."""
    psycopg = driver(connection)
    after = (-(2**63), 0)
    while True:
        # Postings lie on the thing's shard and events on the coordinator: some at a time, not a join.
        named = psycopg.execute(
            "SELECT at, event FROM posting WHERE block = %s AND %s BETWEEN lo AND hi AND at >= %s"
            " AND (at, event) > (%s, %s) ORDER BY at, event LIMIT %s",
            (thing >> 6, thing, after[0], *after, _AT_ONCE),
        ).fetchall()
        found = psycopg.execute(
            f"SELECT FROM event e WHERE e.id = ANY(%s::bigint[]) AND {CONDITION} LIMIT 1",
            (integers({event for _, event in named}), *values_of(bounds)),
        ).fetchone()
        if found is not None or len(named) < _AT_ONCE:
            return found is not None
        after = named[-1]
