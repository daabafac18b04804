"""What a principal may see.

Inspectors and administrators see everything. A device sees the events that it captured itself. A party sees
what concerns it: events that it captured, that happened at a place it operates, or that name it as giver,
taker, carrier or owner; and the traces of things that such an event names. One whose token names no party
sees what it captured.
"""

from __future__ import annotations

from sqlalchemy import Connection

from trace_api import visibility_repository as repository
from trace_api.accounts import Principal
from trace_api.problems import Problem
from trace_api.visibility_repository import Bounds


def bounds(connection: Connection, principal: Principal) -> Bounds | None:
    """Give the bounds of what a principal sees; ``None`` when there are none."""
    if principal.role in {"inspector", "admin"}:
        return None
    if principal.role == "party" and principal.party_uscc:
        return repository.bounds_of_party(connection, principal.key, principal.party_uscc)
    return Bounds(principal.key, [])


def check_concerns(connection: Connection, principal: Principal, thing: int) -> None:
    """Let pass a question about a thing that concerns who asks.

    :raises Problem: 403
    """
    within = bounds(connection, principal)
    if within is not None and not repository.concerns(connection, within, thing):
        raise Problem(
            403,
            "not-concerned",
            "No event about this thing concerns the party of this token.",
            hint="A party sees things that it captured, held, gave, took, carried or owned.",
        )
