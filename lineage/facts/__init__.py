"""Facts: what events establish (semantics 2), derived purely, the same way for files and for the server.

What one event says alone is :func:`facts_of`; what events say together about one child is :func:`derive`;
who had a thing is :func:`statement_of`. Errors do not occur here: an event that could be read has facts.
"""

from lineage.facts.containment import OPEN, ChildMark, Derived, Emptied, Oddity, Order, Stay, derive
from lineage.facts.custody import Move, Statement, statement_of
from lineage.facts.model import (
    Ending,
    EventFacts,
    Group,
    How,
    Mark,
    MarkKind,
    Marks,
    Member,
    Members,
    Posting,
    Role,
    Scope,
    Thing,
    kind_named,
)
from lineage.facts.quality import Quality
from lineage.facts.reading import facts_of, lot_key
from lineage.facts.times import DAY, SECOND, micros, moment, rfc3339

__all__ = [
    "DAY",
    "OPEN",
    "SECOND",
    "ChildMark",
    "Derived",
    "Emptied",
    "Ending",
    "EventFacts",
    "Group",
    "How",
    "Mark",
    "MarkKind",
    "Marks",
    "Member",
    "Members",
    "Move",
    "Oddity",
    "Order",
    "Posting",
    "Quality",
    "Role",
    "Scope",
    "Statement",
    "Stay",
    "Thing",
    "derive",
    "facts_of",
    "kind_named",
    "lot_key",
    "micros",
    "moment",
    "rfc3339",
    "statement_of",
]
