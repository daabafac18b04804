"""Statements that find stored events for ``/events``."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from trace_api.capture import things_repository
from trace_api.capture.events_repository import UNDER_IDS, under_ids
from trace_api.database.arrays import integers, routed
from trace_api.database.engine import driver
from trace_api.epcis.queries import Match, Query
from trace_api.visibility_repository import CONDITION, Bounds, values_of


class Found(NamedTuple):
    """An event that a query found, and its place in the order."""

    id: int
    place: int


def find(
    connection: Connection, query: Query, visible: Bounds | None, after: tuple[int, int] | None, count: int
) -> list[Found]:
    """Give events of a query in its order.

    :param visible: ``None`` sees everything
    :param after: (place, id) of the last event of the page before
    """
    conditions: list[str] = []
    values: list[Any] = []

    def where(condition: str, *given: Any) -> None:
        conditions.append(condition)
        values.extend(given)

    for column, operator, at in query.ranges:
        where(f"e.{column} {operator} %s", at)
    for column, numbers in query.numbers:
        where(f"e.{column} = ANY(%s::smallint[])", list(numbers))
    for term in query.terms:
        of_kind = "SELECT id FROM term WHERE kind = %s AND value = ANY(%s)"
        where(
            f"e.{term.column} = ANY(ARRAY({of_kind}))",
            int(term.kind),
            list(term.values),
        )
    for match in query.matches:
        where("e.id = ANY(%s::bigint[])", integers(_naming(connection, match)))
    if query.event_ids is not None:
        where(UNDER_IDS, *under_ids(query.event_ids))
    if query.declared:
        where("e.declaration")
    if visible is not None:
        where(CONDITION, *values_of(visible))
    direction, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
    if after is not None:
        where(f"(e.{query.order}, e.id) {beyond} (%s, %s)", *after)
    condition = " AND ".join(conditions) or "true"
    statement = (
        f"SELECT e.id, e.{query.order} FROM event e WHERE {condition}"  # noqa: S608 - columns of Query
        f" ORDER BY e.{query.order} {direction}, e.id {direction} LIMIT %s"
    )
    cursor = driver(connection).execute(statement, (*values, count))
    return [Found(*row) for row in cursor]


def _naming(connection: Connection, match: Match) -> set[int]:
    """Give the events that name some thing in some role."""
    psycopg = driver(connection)
    things = list(things_repository.numbers(psycopg.cursor(), match.ids).values())
    blocks = [thing >> 6 for thing in things]
    where, value = routed("p.block", blocks)
    cursor = psycopg.execute(
        "SELECT p.event FROM unnest(%s::bigint[], %s::bigint[]) AS t (block, thing)"  # noqa: S608
        " JOIN posting p ON p.block = t.block AND t.thing BETWEEN p.lo AND p.hi"
        f" WHERE p.role = ANY(%s::smallint[]){where}",
        (integers(blocks), integers(things), integers(map(int, match.roles)), *value),
    )
    return {event for (event,) in cursor}


def under_id(connection: Connection, event_id: str, visible: Bounds | None) -> list[int]:
    """Give the events with an eventID in the order of capture: an event, and the declarations on it."""
    condition, values = ("true", []) if visible is None else (CONDITION, values_of(visible))
    statement = f"SELECT e.id FROM event e WHERE {UNDER_IDS} AND {condition} ORDER BY e.id"  # noqa: S608
    cursor = driver(connection).execute(statement, (*under_ids([event_id]), *values))
    return [number for (number,) in cursor]
