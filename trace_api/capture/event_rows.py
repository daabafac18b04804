"""The row of an event: what it says, as numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from lineage.facts.quality import written
from trace_api.capture.events_repository import EventRow
from trace_api.capture.interning import Numbers
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.preparing import Prepared
from trace_api.capture.rows import ACTIONS, TYPES


class EventRows:
    """Makes the rows of the events of one transaction.

    :param recorded: microseconds since 1970
    """

    def __init__(self, numbers: Numbers, recorded: int) -> None:
        # An absent term has no number.
        self._steps, self._dispositions, self._places, self._parties, self._qualities = (
            cast("Callable[[str | None], int | None]", numbers.terms[kind].get)
            for kind in (
                TermKind.STEP,
                TermKind.DISPOSITION,
                TermKind.PLACE,
                TermKind.PARTY,
                TermKind.QUALITY,
            )
        )
        self._recorded = recorded

    def row(self, one: Prepared, number: int, capture: int, page: int, line: int, *, void: bool) -> EventRow:
        """Give the row of an event, by the numbers of itself, of its capture and of its page."""
        said, event = one.statement, one.event
        places, parties = self._places, self._parties
        return EventRow(
            number,
            one.key,
            one.event_id,
            one.declared_at,
            one.facts.at,
            self._recorded,
            TYPES.get(event.type, 0),
            ACTIONS.get(event.action, 0),
            self._steps(said.step),
            self._dispositions(said.disposition),
            places(said.read_point),
            places(one.location),
            said.move,
            said.ends,
            parties(said.giver),
            parties(said.taker),
            parties(said.carrier),
            parties(said.owner),
            places(said.bound_for),
            said.sensed,
            self._qualities(written(said.quality)),
            one.facts.declaration,
            void,
            capture,
            page,
            line,
            one.hash,
        )
