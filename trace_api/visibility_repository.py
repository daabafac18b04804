"""Statements on which events concern a party."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from trace_api.capture.interning_repository import TermKind
from trace_api.database.engine import driver


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
        " SELECT id FROM term WHERE kind = %s"
        " AND regexp_replace(value, '/254/.*$', '') IN (SELECT id FROM own)"
        " UNION SELECT id FROM term WHERE kind = %s AND value IN (SELECT id FROM own)"
        " UNION SELECT id FROM term WHERE kind = %s"
        " AND (value IN (SELECT id FROM named) OR value LIKE '%%/id/uscc/' || %s)",
        (uscc, uscc, int(TermKind.PLACE), int(TermKind.PLACE), int(TermKind.PARTY), uscc),
    )
    return Bounds(principal, [number for (number,) in cursor])


def concerns(connection: Connection, bounds: Bounds, thing: int) -> bool:
    """Say whether some event that names the thing is within the bounds."""
    statement = (
        "SELECT EXISTS (SELECT FROM posting p JOIN event e ON e.id = p.event"  # noqa: S608 - constants
        f" WHERE p.block = %s AND %s BETWEEN p.lo AND p.hi AND {CONDITION})"
    )
    row = driver(connection).execute(statement, (thing >> 6, thing, *values_of(bounds))).fetchone()
    return bool(row and row[0])
