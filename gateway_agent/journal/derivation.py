"""From rows of the journal to events in the outbox, in one transaction per stretch of rows.

A crash anywhere leaves either the old position with the old states, or the new position with the new
states and the events; deriving again gives the same events with the same identifiers. Rows that changed only
states are therefore stored together with the next event, not each time: a gate that reads the same tags all
day must not wear out the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gateway_agent.clock import event_time
from gateway_agent.journal.store import NewEvent, Store
from gateway_agent.stations.floor import Floor
from gateway_agent.stations.rows import Declared, Effect, Emitted, Refused, Row
from lineage.events import check_event

log = logging.getLogger(__name__)

STRETCH = 1000
"""Rows per transaction: enough to make the commit cheap, few enough to bound memory and repeated work."""

UNSAVED = 5000
"""Rows without any effect after which states are stored all the same; a restart repeats at most these."""


class Derivation:
    """Feeds the stations from the journal.

    :param make_floor: builds the stations from stored states
    :param offset: ``eventTimeZoneOffset`` of this agent
    """

    def __init__(self, store: Store, make_floor: Callable[[dict[str, bytes]], Floor], offset: str) -> None:
        self._store = store
        self._make_floor = make_floor
        self._offset = offset
        self._poison: set[int] = set()
        self._return_to_disk()

    def run(self, now: int) -> int:
        """Derive everything that waits in the journal (writes, commits); gives how many events were made.

        :param now: wall time, for the outbox
        """
        made = 0
        while rows := self._store.rows_after(self.consumed, STRETCH):
            made += self._stretch(rows, now)
        return made

    def save(self, now: int) -> None:
        """Store the states as they are (writes, commits)."""
        if self.consumed > self._saved:
            self._save([], now)

    def _return_to_disk(self) -> None:
        """Forget what is not stored: the stations must not remember more than the disk does."""
        self.floor = self._make_floor(self._store.states())
        self.consumed = self._saved = self._store.consumed()

    def _stretch(self, rows: list[Row], now: int) -> int:
        try:
            effects = [effect for row in rows for effect in self._apply(row)]
        except Exception:  # a defect of ours must not stop the line nor lose the read
            culprit = self._current
            log.exception("row %d of the journal cannot be derived; it is kept in quarantine", culprit.seq)
            self._poison.add(culprit.seq)
            self._return_to_disk()
            return 0
        self.consumed = rows[-1].seq
        if not effects and self.consumed - self._saved < UNSAVED:
            return 0
        return self._save(effects, now)

    def _save(self, effects: list[Effect], now: int) -> int:
        events: list[NewEvent] = []
        refusals: list[Refused] = []
        try:
            with self._store.transaction():
                for effect in effects:
                    self._sort(effect, events, refusals)
                self._store.save_derivation(self.consumed, self.floor.dump_changes(), events, refusals, now)
        except BaseException:
            self._return_to_disk()
            raise
        self._saved = self.consumed
        self._poison = {seq for seq in self._poison if seq > self.consumed}
        return len(events)

    def _apply(self, row: Row) -> Sequence[Effect]:
        self._current = row
        if row.seq in self._poison:
            return [_refused(row, "internal-error", "the station failed at this read; please report it")]
        if row.kind not in {"tag", "code", "sensor", "tick"}:
            return [_refused(row, row.payload.get("code", "broken"), row.payload.get("message", ""))]
        return self.floor.apply(row)

    def _sort(self, effect: Effect, events: list[NewEvent], refusals: list[Refused]) -> None:
        if isinstance(effect, Refused):
            refusals.append(effect)
        elif isinstance(effect, Emitted):
            events.append(new_event(effect, self._offset))
        else:
            self._declare(effect, events, refusals)

    def _declare(self, effect: Declared, events: list[NewEvent], refusals: list[Refused]) -> None:
        known = next(
            ((new.body, new.anchor, new.stated) for new in events if new.key == effect.event_id), None
        ) or self._store.event_body(effect.event_id)
        if known is None:
            message = f"the event {effect.event_id} is not kept any more and cannot be declared an error here"
            refusals.append(
                Refused(effect.station, "", effect.seq, "event-gone", message, effect.event_id, effect.anchor)
            )
            return
        body, anchor, stated = known
        event: dict[str, Any] = orjson.loads(body)
        event["errorDeclaration"] = {
            "declarationTime": event_time(effect.anchor.wall, self._offset),
            "reason": effect.reason,
        }
        if effect.corrective:
            event["errorDeclaration"]["correctiveEventIDs"] = list(effect.corrective)
        key = f"{effect.event_id}#error"
        # The copy carries the original's anchor, so that its event time stays the original's.
        events.append(
            NewEvent(
                key=key,
                event_id=effect.event_id,
                declares=True,
                lane=effect.lane,
                station=effect.station,
                raw_seq=effect.seq,
                anchor=anchor,
                stated=stated,
                body=orjson.dumps(event),
            )
        )


def new_event(effect: Emitted, offset: str) -> NewEvent:
    """Write an event for the outbox; one that breaks a rule of EPCIS is marked as dead."""
    body = {
        "type": effect.body["type"],
        "eventID": effect.event_id,
        "eventTime": effect.stated_time or event_time(effect.anchor.wall, offset),
        **effect.body,
    }
    problems = check_event(body)
    dead = "; ".join(f"{problem.pointer}: {problem.message}" for problem in problems[:5])
    return NewEvent(
        key=effect.event_id,
        event_id=effect.event_id,
        declares=False,
        lane=effect.lane,
        station=effect.station,
        raw_seq=effect.seq,
        anchor=effect.anchor,
        stated=effect.stated_time is not None,
        body=orjson.dumps(body),
        dead=dead,
    )


def _refused(row: Row, code: str, message: str) -> Refused:
    text = row.payload.get("text") or row.payload.get("epc") or row.payload.get("hex") or ""
    return Refused("", row.source, row.seq, code, message, str(text), row.anchor)
