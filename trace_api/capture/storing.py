"""Storing captures that waited together, in one transaction.

1. Stand in line: transactions share a lock that one holding an error declaration takes alone.
2. Recognise: the same Idempotency-Key gives the same job again; the same eventID is a duplicate when the
   content is the same, rejected when it is not. With ``rollback``, one rejected event ends its capture here.
3. Store the events: documents, rows, postings, legs, memberships, marks.
4. Take out what error declarations among them void: facts of events already stored.
5. Derive containment again for exactly the children touched (``deriving``).
6. Store the jobs. Commit. Only now the callers may answer.

A lost race (two writers with the same new event) starts again at 1: the loser then finds a duplicate.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from lineage.events import Event, Problem, VocabularyElement, event_hash
from lineage.facts import facts_of
from trace_api.capture import events_repository as events
from trace_api.capture import facts_repository as facts
from trace_api.capture import interning_repository as interning
from trace_api.capture import things_repository
from trace_api.capture.deriving import derive_again
from trace_api.capture.event_rows import EventRows
from trace_api.capture.events_repository import Known, PageRow
from trace_api.capture.interning import Numbers, StartedAnew
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.jobs import Behaviour, Job, Result, job_of
from trace_api.capture.naming import Things
from trace_api.capture.pages import ZSTD, pack, pages
from trace_api.capture.preparing import Prepared
from trace_api.capture.rows import FactRows, add_facts
from trace_api.capture.stored_events import stored_event, stored_events
from trace_api.database.engine import driver
from trace_api.masterdata import apply_vocabulary
from trace_api.problems import Problem as Refusal

ROLLED_BACK = Problem(
    "", "rolled-back", "Nothing of this document was stored, because another of its events was rejected."
)

Key = tuple[str, int]
"""What an event is recognised by: its eventID, and when an error declaration was made (0 for none)."""


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """One document on its way into the database.

    :ivar entries: for each event in order, the event or its problems
    :ivar first: index of the first entry within the whole document
    :ivar context: ``@context`` as JSON
    :ivar body_hash: SHA-256 of the request, where it has an Idempotency-Key: nothing else asks for it
    :ivar along: further writing for the same transaction
    """

    entries: Sequence[Prepared | list[Problem]]
    first: int
    master_data: Sequence[VocabularyElement]
    context: bytes
    principal: str
    behaviour: Behaviour
    idempotency_key: str | None
    body_hash: bytes
    created_at: int
    along: Callable[[Connection], None] | None

    @property
    def key(self) -> tuple[str, str] | None:
        """What a repeated request is recognised by."""
        return None if self.idempotency_key is None else (self.principal, self.idempotency_key)


Outcome = Job | Refusal
"""What a capture comes to: its job, or why there is none."""


class _New(NamedTuple):
    """An event to be stored, and the numbers of the capture that brought it and of the context around it."""

    event: Prepared
    capture: int
    context: int


@dataclass(frozen=True, slots=True)
class Storing:
    """The steps of one transaction. May be run again from the start.

    Raises ``StartedAnew`` when the numbers may be lost: ask for them again.

    :ivar numbers: of everything that the captures name
    :ivar now: microseconds since 1970, for record times
    """

    captures: Sequence[Capture]
    numbers: Numbers
    now: Callable[[], int]

    def store(self, connection: Connection) -> list[Outcome]:
        """Do steps 1 to 6 up to the commit; give the outcome of each capture."""
        # 1.
        prepared = [entry for one in self.captures for entry in one.entries if isinstance(entry, Prepared)]
        started = events.lock_errata(connection, alone=any(one.facts.declaration for one in prepared))
        if self.numbers.started not in {"", started}:
            raise StartedAnew("PostgreSQL was started anew")
        # 2.
        outcomes = self._done_before(connection)
        going = [capture for capture in self.captures if capture not in outcomes]
        known = events.known(connection, {one.key for one in prepared}) if prepared else []
        recognising = _Recognising(connection, known)
        new: list[_New] = []
        jobs = []
        standing: list[Capture] = []
        for number, capture in zip(events.new_captures(connection, len(going)), going, strict=True):
            if not _repeats(capture, outcomes):
                results, brought = recognising.results(capture)
                if brought is not None:
                    standing.append(capture)
                    context = self.numbers.contexts.get(capture.context, 0)
                    new += [_New(one, number, context) for one in brought]
                job = outcomes[capture] = self._job(capture, results)
                jobs.append((job.row(number, capture.principal, capture.body_hash), capture.idempotency_key))
        # 3.
        rows = self._store_events(connection, new, known)
        # 4. and 5.
        derive_again(connection, rows, _take_out(connection, new, known))
        for capture in standing:
            apply_vocabulary(connection, capture.master_data)
            if capture.along is not None:
                capture.along(connection)
        # 6.
        events.add_captures(connection, jobs)
        return [outcomes[capture] for capture in self.captures]

    def _done_before(self, connection: Connection) -> dict[Capture, Outcome]:
        """Give the outcome of captures whose key was used: the same job again, or a refusal."""
        keyed = {capture: capture.key for capture in self.captures if capture.key is not None}
        done = events.captures_once(connection, set(keyed.values())) if keyed else {}
        return {
            capture: job_of(done[key]) if done[key].body_hash == capture.body_hash else _key_reused()
            for capture, key in keyed.items()
            if key in done
        }

    def _job(self, capture: Capture, results: Sequence[Result]) -> Job:
        name = secrets.token_urlsafe(15)
        listed = [each.as_dict() for each in results]
        return Job(name, capture.created_at, self.now(), capture.behaviour, listed)

    def _store_events(self, connection: Connection, new: Sequence[_New], known: Sequence[Known]) -> FactRows:
        rows = FactRows()
        if not new:
            return rows
        void = _voided([one.event for one in new], known)
        made = EventRows(self.numbers, self.now())
        drawn = iter(events.new_numbers(connection, len(new)))
        event_rows, page_rows = [], []
        for some in _paged(new):
            numbers = list(islice(drawn, len(some)))
            page = numbers[0]
            page_rows.append(PageRow(page, some[0].context, ZSTD, pack([one.event.document for one in some])))
            for line, (number, (one, capture, _)) in enumerate(zip(numbers, some, strict=True)):
                taken_out = one.facts.declaration or one.event_id in void
                event_rows.append(made.row(one, number, capture, page, line, void=taken_out))
                add_facts(rows, number, one.facts, one.event.type, self.numbers, void=taken_out)
        events.add_events(connection, event_rows)
        events.add_pages(connection, page_rows)
        facts.add_facts(connection, rows)
        return rows


class _Recognising:
    """Tells new events from known and wrong ones, capture by capture.

    :param known: what is on record under the eventIDs of all captures
    """

    def __init__(self, connection: Connection, known: Sequence[Known]) -> None:
        self._connection = connection
        self._stored = {(one.event_id, one.declared_at): one for one in known}
        self._taken: dict[Key, Prepared] = {}

    def results(self, capture: Capture) -> tuple[list[Result], list[Prepared] | None]:
        """Give what becomes of each event of a capture, and what it brings: ``None`` if it is rolled back."""
        own: dict[Key, Prepared] = {}
        results: list[Result] = []
        for index, entry in enumerate(capture.entries, capture.first):
            if not isinstance(entry, Prepared):
                results.append(Result(index, None, "rejected", entry))
                continue
            key = entry.event_id, entry.declared_at
            same = self._same(entry, own.get(key) or self._taken.get(key), self._stored.get(key))
            if same is None:
                own[key] = entry
                results.append(Result(index, entry.event_id, "accepted", warnings=entry.warnings()))
            elif same:
                results.append(Result(index, entry.event_id, "duplicate"))
            else:
                results.append(Result(index, entry.event_id, "rejected", [_conflict(entry)]))
        if capture.behaviour == "rollback" and any(each.status == "rejected" for each in results):
            return [_rolled_back(each) for each in results], None
        self._taken |= own
        return results, list(own.values())

    def _same(self, entry: Prepared, twin: Prepared | None, stored: Known | None) -> bool | None:
        """Say whether an event has the content of the one that was there first; ``None`` where none was."""
        if twin is not None:
            return twin.hash == entry.hash or _same(twin.event, entry.event)
        if stored is not None:
            return stored.hash == entry.hash or _same(stored_event(self._connection, stored.id), entry.event)
        return None


def _repeats(capture: Capture, outcomes: dict[Capture, Outcome]) -> bool:
    """Say whether an earlier capture of the group has the same key; then the outcome is its, too."""
    if capture.key is None:
        return False
    for earlier, outcome in outcomes.items():
        if earlier.key == capture.key:
            outcomes[capture] = outcome if earlier.body_hash == capture.body_hash else _key_reused()
            return True
    return False


def _paged(new: Sequence[_New]) -> Iterator[Sequence[_New]]:
    """Put events onto pages; a page has one context."""
    for _, group in groupby(new, attrgetter("context")):
        alike = list(group)
        start = 0
        for count in pages(len(one.event.document) for one in alike):
            yield alike[start : start + count]
            start += count


def _take_out(connection: Connection, new: Sequence[_New], known: Sequence[Known]) -> FactRows:
    """Take the facts of stored events out that a new declaration voids; give their rows."""
    declared = {one.event.event_id for one in new if one.event.facts.declaration}
    lost = [one for one in known if one.event_id in declared and not one.declaration and not one.void]
    rows = FactRows()
    if not lost:
        return rows
    numbers = [one.id for one in lost]
    events.set_void(connection, numbers)
    for number, event in stored_events(connection, numbers).items():
        _add_stored_facts(connection, rows, number, event)
    facts.take_facts(connection, rows)
    return rows


def _add_stored_facts(connection: Connection, rows: FactRows, number: int, event: Event) -> None:
    """Add the rows that a stored event wrote when it was captured."""
    found = facts_of(event)
    named = [id_ for group in found.groups for id_ in group.ids] + [lot for lot, _ in found.member_groups]
    numbers = Numbers(things=Things(things_repository.numbers(driver(connection).cursor(), named)))
    units = [(TermKind.UNIT, group.uom) for group in found.groups if group.uom is not None]
    if units:
        terms = interning.terms(connection, units)
        numbers.terms = {TermKind.UNIT: {text: number for (_, text), number in terms.items()}}
    if found.transformation_id is not None:
        numbers.transformations = interning.transformations(connection, [found.transformation_id])
    add_facts(rows, number, found, event.type, numbers, void=False)


def _voided(new: Sequence[Prepared], known: Sequence[Known]) -> set[str]:
    """Give the eventIDs that a declaration, stored or new, takes out."""
    return {one.event_id for one in known if one.declaration} | {
        one.event_id for one in new if one.facts.declaration
    }


def _same(one: Event, other: Event) -> bool:
    """Say whether two events with one eventID have the same content: the same JSON, or the same CBV hash."""
    ignored = {"eventID", "recordTime"}
    first = {name: value for name, value in one.document.items() if name not in ignored}
    second = {name: value for name, value in other.document.items() if name not in ignored}
    return first == second or event_hash(one) == event_hash(other)


def _conflict(entry: Prepared) -> Problem:
    return Problem(
        f"{entry.pointer}/eventID",
        "event-id-taken",
        f"The eventID {entry.event_id[:200]} is on record with other content. To take an event back, send it"
        " with an errorDeclaration.",
    )


def _key_reused() -> Refusal:
    return Refusal(
        422, "idempotency-key-reused", "This Idempotency-Key was used with another body.", pointer=""
    )


def _rolled_back(result: Result) -> Result:
    if result.status == "rejected":
        return result
    return Result(result.index, result.event_id, "rejected", [ROLLED_BACK])
