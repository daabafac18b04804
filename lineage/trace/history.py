"""History 履历: every event that touches a thing, directly or through a container, in order (semantics 3).

Events that were declared wrong are shown, flagged, with the declaration beside them: history hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lineage.events import Event
from lineage.facts import rfc3339
from lineage.facts.custody import key_of
from lineage.facts.terms import own_word, step_of
from lineage.trace.answer import Named
from lineage.trace.journeys import Passage, passages, stays_of
from lineage.trace.neighbours import Neighbours

_ROLES = {1: "epc", 2: "parent", 3: "child", 4: "input", 5: "output"}


class History(NamedTuple):
    """Everything that happened to one thing."""

    root: int
    direct: bool
    passages: Sequence[Passage]
    events: Mapping[int, Event]
    named: Named

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values."""
        return {
            "query": {
                "question": "history",
                "id": self.named.things[self.root].id,
                "direct": self.direct,
            },
            "root": self.named.thing(self.root),
            "events": [self._entry(one) for one in self.passages],
        }

    def _entry(self, one: Passage) -> dict[str, Any]:
        event = self.events[one.event]
        return {
            "eventID": self.named.events[one.event],
            "eventTime": rfc3339(one.at),
            "type": event.type,
            "action": event.action,
            "bizStep": step_of(event),
            "disposition": own_word(event.disposition),
            "bizLocation": key_of(event.biz_location),
            "readPoint": key_of(event.read_point),
            "role": _ROLES[one.role],
            "through": None if one.through is None else self.named.things[one.through].id,
            "quantity": one.quantity,
            "uom": one.uom,
            "void": one.void,
            "declaration": event.error_declaration is not None,
        }


def history(neighbours: Neighbours, thing: int, *, direct: bool = False) -> History:
    """Give every event that touches the thing, in order.

    :param direct: leave out what happened to the containers it was in
    """
    found = one_each(touching(neighbours, thing, direct=direct))
    units = {one.through for one in found if one.through is not None}
    events = {one.event for one in found}
    named = Named.ask(neighbours, {thing, *units}, events)
    return History(thing, direct, found, neighbours.events(events), named)


def touching(neighbours: Neighbours, thing: int, *, direct: bool = False) -> list[Passage]:
    """Give all passages of one thing in order of time and record."""
    run = [(thing, thing)]
    stays = () if direct else stays_of(neighbours, run)
    return sorted(passages(neighbours, run, stays), key=lambda one: (one.at, one.event, one.through or -1))


def one_each(ordered: Iterable[Passage]) -> list[Passage]:
    """Keep one passage an event: the most direct, when it names a thing and its container."""
    kept: dict[int, Passage] = {}
    for one in ordered:
        known = kept.get(one.event)
        if known is None or (known.through is not None and one.through is None):
            kept[one.event] = one
    return list(kept.values())
