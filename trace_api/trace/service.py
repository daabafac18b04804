"""From a request's text to an answer: finds the thing, checks that who asks may, asks the engine.

All steps of one question share its neighbours: what was read to find the thing is not read again.
"""

from __future__ import annotations

import time

from lineage import trace
from lineage.errors import LineageError
from lineage.identifiers import Identifier, name_uri, read
from trace_api.accounts import Principal
from trace_api.problems import Problem
from trace_api.responsibility.directory import MasterDirectory
from trace_api.trace.neighbours_repository import PostgresNeighbours
from trace_api.visibility import check_concerns

#: Characters of an identifier in a request: a Digital Link with many attributes has a few hundred.
LONGEST_IDENTIFIER = 2000


def identifier(text: str) -> Identifier:
    """Read an identifier in any written form.

    :raises Problem: 400 ``not-an-identifier`` that says what is wrong with which character
    """
    if not text or len(text) > LONGEST_IDENTIFIER:
        detail = "No identifier was given." if not text else "This is too long to be an identifier."
        raise Problem(400, "not-an-identifier", detail)
    try:
        return read(text)
    except LineageError as error:
        told = {name: value for name, value in error.as_dict().items() if name not in {"code", "message"}}
        raise Problem(400, "not-an-identifier", error.message, reason=error.code, **told) from error


def kind_of(text: str) -> str | None:
    """Give the kind of what a text names; ``None`` for no identifier."""
    try:
        return identifier(text).kind
    except Problem:
        return None


def look_up(
    neighbours: PostgresNeighbours, text: str, principal: Principal | None = None
) -> tuple[Identifier, int]:
    """Give what a text names, and the number of that thing.

    A URI that breaks a rule of its scheme is kept as events had it, and is asked about in just that form.

    :param principal: who asks; ``None`` for the server itself
    :raises Problem: 400 for no identifier and for a class, 404 for what no event has named, 403 for what
        does not concern who asks
    """
    try:
        named = identifier(text)
        thing = neighbours.find([named.id]).get(named.id)
    except Problem as refusal:
        known = recorded(neighbours, text)
        if known is None:
            raise refusal from None
        named, thing = known
    if named.kind == "class":
        raise Problem(
            400,
            "class-not-traced",
            f"{named.id} is a kind of product, not a thing: ask about an item, a lot or a logistic unit.",
            id=named.id,
        )
    if thing is None:
        raise Problem(404, "never-seen", f"No event has named {named.id}.", id=named.id, kind=named.kind)
    if principal is not None:
        check_concerns(neighbours.connection, principal, thing)
    return named, thing


def find(neighbours: PostgresNeighbours, text: str, principal: Principal | None = None) -> int:
    """Give the number of the thing that a text names; raises as :func:`look_up` does."""
    return look_up(neighbours, text, principal)[1]


def recorded(neighbours: PostgresNeighbours, text: str) -> tuple[Identifier, int] | None:
    """Give the thing that events have named by this URI although the URI breaks a rule of its scheme."""
    if not text or len(text) > LONGEST_IDENTIFIER or "\0" in text:
        return None
    try:
        named = name_uri(text)
    except LineageError:
        return None
    thing = neighbours.find([named.id]).get(named.id)
    return None if thing is None else (named, thing)


def directory_beside(neighbours: PostgresNeighbours) -> MasterDirectory:
    """Give the master data of the snapshot that a question sees."""
    return MasterDirectory(neighbours.connection, neighbours.master_data)


def source(
    neighbours: PostgresNeighbours,
    thing: int,
    until: int | None = None,
    *,
    depth: int | None = None,
    contact: bool = False,
    page: trace.Page | None = None,
    runs: bool = False,
) -> trace.Answer:
    """Give everything that may have gone into a thing by a time (microseconds)."""
    return trace.source(
        neighbours,
        thing,
        until,
        depth=depth,
        contact=contact,
        page=page,
        runs=runs,
        directory=directory_beside(neighbours),
        now=time.time_ns() // 1000,
    )


def destination(
    neighbours: PostgresNeighbours,
    thing: int,
    since: int | None = None,
    *,
    depth: int | None = None,
    contact: bool = False,
    now: bool = False,
    quantities: bool = False,
    page: trace.Page | None = None,
    runs: bool = False,
) -> trace.Answer:
    """Give everything that a thing may have gone into from a time on.

    :param now: say where each thing is now
    :param quantities: say of each lot how much of it came from this one, at least and at most
    """
    return trace.destination(
        neighbours,
        thing,
        since,
        depth=depth,
        contact=contact,
        now=now,
        quantities=quantities,
        page=page,
        runs=runs,
        directory=directory_beside(neighbours),
    )


def history(neighbours: PostgresNeighbours, thing: int, *, direct: bool = False) -> trace.History:
    """Give every event that touches a thing, directly or through a container."""
    return trace.history(neighbours, thing, direct=direct)


def balance(neighbours: PostgresNeighbours, lot: int) -> trace.Balance:
    """Compare what came into a lot, what went out of it and what is left."""
    return trace.balance(neighbours, lot, directory=directory_beside(neighbours))
