"""Which of some numbers stand for a thing: a number is given before the event that names it is stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg

from trace_api.database.arrays import integers, routed


def posted(cursor: psycopg.Cursor[Any], things: Collection[int]) -> set[int]:
    """Give the things that an event names."""
    if not things:
        return set()
    blocks = [thing >> 6 for thing in things]
    where, value = routed("f.block", blocks)
    # As there is one block a question, DISTINCT is LIMIT 1, in a form that Citus sends to the shards.
    cursor.execute(
        "SELECT a.thing FROM unnest(%s::bigint[], %s::bigint[]) AS a (block, thing)"  # noqa: S608
        " CROSS JOIN LATERAL (SELECT DISTINCT f.block FROM posting f"
        f" WHERE f.block = a.block AND a.thing BETWEEN f.lo AND f.hi{where}) AS f",
        (integers(blocks), integers(things), *value),
    )
    return {number for (number,) in cursor}


def lots(cursor: psycopg.Cursor[Any], things: Collection[int]) -> set[int]:
    """Give the things that are the lot of an item."""
    if not things:
        return set()
    cursor.execute("SELECT DISTINCT lot FROM membership WHERE lot = ANY(%s::bigint[])", (integers(things),))
    return {number for (number,) in cursor}
