"""Capturing a document, step by step.

1. Read: bytes to events, each valid or named with what is wrong.
2. Prepare: the identity of each event (eventID, or the CBV hash where it came without one), its facts,
   canonical identifiers.
3. Number: texts become integers, in a short transaction of its own (see ``interning_repository``).

Then, in one transaction:

4. Stand in line: captures share a lock that one holding an error declaration takes alone.
5. Recognise: the same Idempotency-Key gives the same job again; the same eventID is a duplicate when the
   content is the same, rejected when it is not. With ``rollback``, one rejected event ends the capture here.
6. Store the events: documents, rows, postings, legs, memberships, marks.
7. Take out what error declarations of this document void: facts of events already stored.
8. Derive containment again for exactly the children touched: lock their parents, find who was inside an
   emptied parent, lock the children, read all their marks, derive, replace their stays.
9. Store the job. Commit. Only now the caller may answer.

A lost race (two writers with the same new event) starts again at 4: the loser then finds a duplicate.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import orjson
from sqlalchemy import Connection

from lineage.events import Event, Problem, VocabularyElement, event_hash
from lineage.facts import facts_of
from trace_api.capture import events_repository as events
from trace_api.capture import facts_repository as facts
from trace_api.capture import interning_repository as interning
from trace_api.capture.containment import Touched, derive_rows, questions
from trace_api.capture.events_repository import EventRow, Known, PageRow
from trace_api.capture.interning import Interning, Numbers
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.jobs import Behaviour, Job, Result, job_of
from trace_api.capture.pages import ZSTD, pack, pages
from trace_api.capture.preparing import Prepared, prepare, terms_of
from trace_api.capture.reading import Received, receive
from trace_api.capture.rows import (
    ACTIONS,
    TYPES,
    FactRows,
    add_facts,
    things_of,
    transformation_ids,
)
from trace_api.capture.runs import Run, outside
from trace_api.capture.stored_events import stored_event, stored_events
from trace_api.database import Database
from trace_api.errors import TraceApiError
from trace_api.masterdata import apply_vocabulary
from trace_api.problems import Problem as Refusal

ROLLED_BACK = Problem(
    "", "rolled-back", "Nothing of this document was stored, because another of its events was rejected."
)

# Events of one transaction of an import: large enough for COPY to pay, small enough to see progress.
IMPORT_PART = 1000
# The command line acts for the operator of the server.
IMPORT_PRINCIPAL = "import"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks to be captured.

    :ivar principal: stable key of who asks
    :ivar idempotency_key: a name of the client's for this request; the same name gives the same job again
    """

    data: bytes
    media_type: str
    principal: str
    behaviour: Behaviour = "rollback"
    idempotency_key: str | None = None


class Capturer:
    """Captures documents into one database.

    :param limit: most events of one document
    :param clock: seconds since 1970, for record times
    """

    def __init__(self, database: Database, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._interning = Interning(database)
        self._limit = limit
        self._clock = clock

    def capture(self, request: Request, along: Callable[[Connection], None] | None = None) -> Job:
        """Capture a document; what the job calls accepted is durable and visible when this returns.

        :param along: further writing for the same transaction; may be called again after a lost race
        :raises DocumentError: the document around its events cannot be read
        :raises Refusal: too many events, or an Idempotency-Key that was used for something else
        """
        # 1.
        received = receive(request.data, request.media_type)
        if len(received.entries) > self._limit:
            raise Refusal(
                413,
                "epcisException:CaptureLimitExceededException",
                f"The document has {len(received.entries)} events; at most {self._limit} are taken at once.",
                hint="Send it in several requests.",
            )
        return self._capture(
            received, request.principal, request.behaviour, request.idempotency_key, request.data, along=along
        )

    def import_document(
        self, data: bytes, media_type: str, progress: Callable[[int, int], None] | None = None
    ) -> list[Job]:
        """Capture a document of any number of events in parts, keeping what is right (``proceed``).

        Each part is a job of its own; a document that was imported halfway is simply imported again.

        :param progress: told how many events of how many are done
        :raises DocumentError: the document around its events cannot be read
        """
        received = receive(data, media_type)
        total = len(received.entries)
        jobs = []
        for start in range(0, max(total, 1), IMPORT_PART):
            entries = received.entries[start : start + IMPORT_PART]
            # Master data comes with the first part.
            members = received.document.members if start == 0 else {}
            part = Received(replace(received.document, members=members), entries)
            jobs.append(self._capture(part, IMPORT_PRINCIPAL, "proceed", None, data, first=start))
            if progress is not None:
                progress(min(start + IMPORT_PART, total), total)
        return jobs

    def _capture(
        self,
        received: Received,
        principal: str,
        behaviour: Behaviour,
        idempotency_key: str | None,
        body: bytes,
        first: int = 0,
        along: Callable[[Connection], None] | None = None,
    ) -> Job:
        """Do steps 2 to 9.

        :param first: index of the first entry within the whole document
        """
        created_at = self._now()
        # 2.
        entries = [
            prepare(index, entry, received.pointer(index)) if isinstance(entry, Event) else entry
            for index, entry in enumerate(received.entries, first)
        ]
        prepared = [entry for entry in entries if isinstance(entry, Prepared)]
        # 3.
        numbers = self._numbers(received, prepared)
        capture = _Capture(
            entries=entries,
            first=first,
            master_data=received.document.master_data,
            numbers=numbers,
            principal=principal,
            behaviour=behaviour,
            idempotency_key=idempotency_key,
            body_hash=hashlib.sha256(body).digest(),
            created_at=created_at,
            now=self._now,
            along=along,
        )
        try:
            # 4. to 9.
            return self._database.run(capture.store)
        except _RolledBackError as rolled_back:
            job = rolled_back.job
            return self._database.run(lambda connection: capture.file(connection, job))

    def _numbers(self, received: Received, prepared: Sequence[Prepared]) -> Numbers:
        if not prepared:
            return Numbers()
        return self._interning.numbers(
            things_of(prepared),
            terms_of(prepared),
            transformation_ids(prepared),
            orjson.dumps(received.document.context),
        )

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)


class _RolledBackError(TraceApiError):
    """Ends a transaction of which nothing may stay."""

    code = "rolled-back"

    def __init__(self, job: Job) -> None:
        super().__init__(job.job)
        self.job = job


@dataclass(frozen=True, slots=True)
class _Capture:
    """The steps of one capture that happen in its transaction. May be run again from the start."""

    entries: Sequence[Prepared | list[Problem]]
    first: int
    master_data: Sequence[VocabularyElement]
    numbers: Numbers
    principal: str
    behaviour: Behaviour
    idempotency_key: str | None
    body_hash: bytes
    created_at: int
    now: Callable[[], int]
    along: Callable[[Connection], None] | None

    def store(self, connection: Connection) -> Job:
        """Do steps 4 to 9 up to the commit."""
        # 4.
        events.lock_errata(
            connection,
            alone=any(isinstance(entry, Prepared) and entry.facts.declaration for entry in self.entries),
        )
        # 5.
        done = self._done_before(connection)
        if done is not None:
            return done
        results, new, known = self._recognise(connection)
        if self.behaviour == "rollback" and any(each.status == "rejected" for each in results):
            raise _RolledBackError(self._job([_rolled_back(each) for each in results]))
        number = events.new_capture(connection)
        rows = FactRows()
        if new:
            # 6.
            void = _voided(new, known)
            self._store_events(connection, new, void, number, rows)
        # 7.
        touched = rows.touched()
        lost = self._take_out(connection, new, known)
        # 8.
        _derive(connection, rows, lost, touched)
        # 9.
        apply_vocabulary(connection, self.master_data)
        if self.along is not None:
            self.along(connection)
        job = self._job(results)
        events.add_capture(
            connection,
            job.row(number, self.principal, self.body_hash),
            self.idempotency_key,
        )
        return job

    def file(self, connection: Connection, job: Job) -> Job:
        """Keep the job of a capture that was rolled back."""
        done = self._done_before(connection)
        if done is not None:
            return done
        number = events.new_capture(connection)
        events.add_capture(
            connection,
            job.row(number, self.principal, self.body_hash),
            self.idempotency_key,
        )
        return job

    def _job(self, results: Sequence[Result]) -> Job:
        name = secrets.token_urlsafe(15)
        listed = [each.as_dict() for each in results]
        return Job(name, self.created_at, self.now(), self.behaviour, listed)

    def _done_before(self, connection: Connection) -> Job | None:
        key = self.idempotency_key
        if key is None:
            return None
        row = events.capture_once(connection, self.principal, key)
        if row is None:
            return None
        if row.body_hash != self.body_hash:
            raise Refusal(
                422, "idempotency-key-reused", "This Idempotency-Key was used with another body.", pointer=""
            )
        return job_of(row)

    def _recognise(self, connection: Connection) -> tuple[list[Result], list[Prepared], list[Known]]:
        """Tell new events from known and wrong ones."""
        prepared = [entry for entry in self.entries if isinstance(entry, Prepared)]
        known = events.known(connection, {one.event_id for one in prepared}) if prepared else []
        stored = {(one.event_id, one.declared_at): one for one in known}
        taken: dict[tuple[str, int], Prepared] = {}
        results: list[Result] = []
        for index, entry in enumerate(self.entries, self.first):
            if not isinstance(entry, Prepared):
                results.append(Result(index, None, "rejected", entry))
                continue
            key = entry.event_id, entry.declared_at
            twin = taken.get(key)
            if twin is not None:
                same = twin.hash == entry.hash or _same(twin.event, entry.event)
            elif key in stored:
                same = stored[key].hash == entry.hash or _same(
                    stored_event(connection, stored[key].id), entry.event
                )
            else:
                taken[key] = entry
                results.append(Result(index, entry.event_id, "accepted", warnings=entry.warnings()))
                continue
            if same:
                results.append(Result(index, entry.event_id, "duplicate"))
            else:
                results.append(Result(index, entry.event_id, "rejected", [_conflict(entry)]))
        return results, list(taken.values()), known

    def _store_events(
        self,
        connection: Connection,
        new: Sequence[Prepared],
        void: set[str],
        capture: int,
        rows: FactRows,
    ) -> None:
        numbers = self.numbers
        made = _EventRows(numbers, capture, self.now())
        drawn = events.new_numbers(connection, len(new))
        event_rows, page_rows = [], []
        start = 0
        for count in pages(len(one.document) for one in new):
            page = drawn[start]
            some = new[start : start + count]
            page_rows.append(PageRow(page, numbers.context, ZSTD, pack([one.document for one in some])))
            for line, one in enumerate(some):
                number = drawn[start + line]
                taken_out = one.facts.declaration or one.event_id in void
                event_rows.append(made.row(one, number, page, line, void=taken_out))
                add_facts(rows, number, one.facts, one.event.type, numbers, void=taken_out)
            start += count
        events.add_events(connection, event_rows)
        events.add_pages(connection, page_rows)
        facts.add_facts(connection, rows)

    def _take_out(self, connection: Connection, new: Sequence[Prepared], known: Sequence[Known]) -> FactRows:
        """Take the facts of stored events out that a new declaration voids; give their rows."""
        declared = {one.event_id for one in new if one.facts.declaration}
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


def _derive(connection: Connection, rows: FactRows, lost: FactRows, touched: Touched) -> None:
    """Do step 8 for the marks that came (``rows``) and the marks that went (``lost``)."""
    emptyings = [*rows.emptyings, *lost.emptyings]
    if not touched and not emptyings and not lost.marks:
        return
    facts.lock_parents(connection, rows.locked_parents() | lost.locked_parents())
    for mark in [*lost.marks, *facts.marks_beside(connection, lost.emptyings)]:
        touched.add(Run(mark.block, mark.lo, mark.hi), mark.scope, mark.parent, portion=mark.portion)
    for stay in facts.inside_when_emptied(connection, emptyings):
        touched.add(Run(stay.block, stay.lo, stay.hi), stay.scope, stay.parent, portion=stay.portion)
    if not touched:
        return
    facts.lock_children(connection, touched.blocks())
    marks = facts.marks_of(connection, touched)
    emptied = facts.next_emptied(connection, questions(marks))
    stays, oddities = derive_rows(touched, marks, emptied)
    old_stays, old_oddities = facts.take_stays(connection, touched)
    # A stored run may reach beyond the touched children: what lies outside stays as it was.
    holes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for scope, run in touched.runs():
        holes.setdefault((scope, run.block), []).append((run.lo, run.hi))
    for stay in old_stays:
        for run in outside(Run(stay.block, stay.lo, stay.hi), holes.get((stay.scope, stay.block), ())):
            stays.append(stay._replace(lo=run.lo, hi=run.hi))
    for odd in old_oddities:
        for run in outside(Run(odd.block, odd.lo, odd.hi), holes.get((odd.scope, odd.block), ())):
            oddities.append(odd._replace(lo=run.lo, hi=run.hi))
    facts.add_stays(connection, stays, oddities)


class _EventRows:
    """Makes the rows of the events of one capture."""

    def __init__(self, numbers: Numbers, capture: int, recorded: int) -> None:
        # An absent term has no number.
        self._steps, self._dispositions, self._places, self._parties = (
            cast("Callable[[str | None], int | None]", numbers.terms[kind].get)
            for kind in (TermKind.STEP, TermKind.DISPOSITION, TermKind.PLACE, TermKind.PARTY)
        )
        self._capture = capture
        self._recorded = recorded

    def row(self, one: Prepared, number: int, page: int, line: int, *, void: bool) -> EventRow:
        said, event = one.statement, one.event
        places, parties = self._places, self._parties
        return EventRow(
            number,
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
            said.tells_more,
            one.facts.declaration,
            void,
            self._capture,
            page,
            line,
            one.hash,
        )


def _voided(new: Sequence[Prepared], known: Sequence[Known]) -> set[str]:
    """Give the eventIDs that a declaration, stored or in this document, takes out."""
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


def _rolled_back(result: Result) -> Result:
    if result.status == "rejected":
        return result
    return Result(result.index, result.event_id, "rejected", [ROLLED_BACK])


def _add_stored_facts(connection: Connection, rows: FactRows, number: int, event: Event) -> None:
    """Add the rows that a stored event wrote when it was captured."""
    found = facts_of(event)
    named = [id_ for group in found.groups for id_ in group.ids] + [lot for lot, _ in found.member_groups]
    numbers = Numbers(things=interning.things(connection, named))
    units = [(TermKind.UNIT, group.uom) for group in found.groups if group.uom is not None]
    if units:
        terms = interning.terms(connection, units)
        numbers.terms = {TermKind.UNIT: {text: number for (_, text), number in terms.items()}}
    if found.transformation_id is not None:
        numbers.transformations = interning.transformations(connection, [found.transformation_id])
    add_facts(rows, number, found, event.type, numbers, void=False)
