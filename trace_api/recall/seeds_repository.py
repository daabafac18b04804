"""SQL that turns the seeds of a recall into things: all of a product, all that passed a place or a party.

Places and parties have no index of their own: the time window bounds what is read.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from lineage.identifiers import GS1_HOST, LOCAL_HOST, Identifier
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.things_repository import MEMBERS

MAX_EVENTS: Final = 20_000
"""Events of one seed; a week of a busy distribution centre. Beyond it the scope says so."""
MAX_CLASS_THINGS: Final = 200_000
"""Things of one product that a recall of the whole product starts from."""

_AFTER_ALL: Final = "\U0010ffff"
"""Sorts behind every character that an identifier can hold."""
_LONGEST: Final = (
    "(SELECT char_length(key) AS length FROM thing WHERE tails {} ORDER BY char_length(key) DESC LIMIT 1)"
)
_BETWEEN: Final = (
    "SELECT * FROM thing WHERE tails {} AND char_length(key) = l.length AND key >= r.first AND key < r.last"
)
_OF_CLASS: Final = (
    # The indexes are by length: one step for each up to the longest.
    f"WITH longest AS ({_LONGEST.format('IS NULL')} UNION ALL {_LONGEST.format('IS NOT NULL')})"  # noqa: S608
    " SELECT m.key FROM unnest(CAST(:first AS text[]), CAST(:last AS text[])) AS r (first, last)"
    " CROSS JOIN LATERAL (SELECT generate_series(char_length(r.first), max(length)) FROM longest)"
    " AS l (length)"
    " CROSS JOIN LATERAL ("
    f"{_BETWEEN.format('IS NULL')} UNION ALL {_BETWEEN.format('IS NOT NULL')}"
    # The things of a run are of one class: the first tells.
    f") AS t {MEMBERS} WHERE m.key <> :class LIMIT :limit"
)


class Passing(NamedTuple):
    """Events that passed a seed, oldest first."""

    events: list[int]
    complete: bool


def events_at(
    connection: Connection, sites: Collection[str], since: int | None, until: int | None
) -> Passing:
    """Give the standing events whose business location or read point is one of some sites."""
    return _passing(
        connection,
        "SELECT e.id FROM event e WHERE NOT e.void AND NOT e.declaration AND (e.location IN"
        " (SELECT id FROM term WHERE kind = :kind AND value = ANY(:values)) OR e.read_point IN"
        " (SELECT id FROM term WHERE kind = :kind AND value = ANY(:values)))",
        {"kind": TermKind.PLACE, "values": list(sites)},
        since,
        until,
    )


def events_naming(
    connection: Connection, parties: Collection[str], since: int | None, until: int | None
) -> Passing:
    """Give the standing events in which one of some parties gives, takes, carries or owns."""
    return _passing(
        connection,
        "SELECT e.id FROM event e JOIN term t ON t.kind = :kind AND t.value = ANY(:values)"
        " AND t.id IN (e.giver, e.taker, e.carrier, e.owner) WHERE NOT e.void AND NOT e.declaration",
        {"kind": TermKind.PARTY, "values": list(parties)},
        since,
        until,
    )


def things_of_class(connection: Connection, product: Identifier) -> tuple[list[str], bool]:
    """Give the ids of every known lot and item of a product, and whether these are all."""
    if product.id.startswith(GS1_HOST):
        prefixes = [product.id + "/"]
    else:
        prefixes = [product.id, f"{LOCAL_HOST}/id/lot/{product.scheme}.{product.value}."]
    rows = connection.execute(
        text(_OF_CLASS),
        {
            "first": prefixes,
            "last": [prefix + _AFTER_ALL for prefix in prefixes],
            "class": product.id,
            "limit": MAX_CLASS_THINGS + 1,
        },
    )
    found = list(rows.scalars())
    return found[:MAX_CLASS_THINGS], len(found) <= MAX_CLASS_THINGS


def _passing(
    connection: Connection, statement: str, values: dict[str, object], since: int | None, until: int | None
) -> Passing:
    if since is not None:
        statement += " AND e.event_time >= :since"
    if until is not None:
        statement += " AND e.event_time <= :until"
    rows = connection.execute(
        text(statement + " ORDER BY e.event_time, e.id LIMIT :limit"),
        {**values, "since": since, "until": until, "limit": MAX_EVENTS + 1},
    )
    found = list(dict.fromkeys(rows.scalars()))
    return Passing(found[:MAX_EVENTS], len(found) <= MAX_EVENTS)
