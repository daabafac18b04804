"""Capturing documents: how they stand in line, are read, numbered and stored.

1. Stand in line (``line``).
2. Read: bytes to events, each valid or named with what is wrong.
3. Prepare: the identity of each event (eventID, or the CBV hash where it came without one), its facts,
   canonical identifiers. Then stand in line once more: captures that wait together are stored together.
4. Number: texts become integers, in a short transaction of its own (see ``interning_repository``).
5. Store everything in one transaction (``storing``); then each caller gets its job.

What goes wrong with one capture of a group is no matter of the others: the group is then stored one by one.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection

from lineage.events import Event
from trace_api.capture.interning import Interning, Numbers, StartedAnew
from trace_api.capture.jobs import Behaviour, Job
from trace_api.capture.line import TwoLines, Waiting
from trace_api.capture.preparing import Prepared, prepare, terms_of
from trace_api.capture.reading import Received, receive
from trace_api.capture.rows import things_of, transformation_ids
from trace_api.capture.storing import Capture, Storing
from trace_api.database import Database
from trace_api.problems import Problem as Refusal

# Events of one transaction of an import: large enough for COPY to pay, small enough to see progress.
IMPORT_PART = 1000
# The command line acts for the operator of the server.
IMPORT_PRINCIPAL = "import"


# Documents of this size and more (some fifty events) have a line of their own, so that a scan never waits for
# somebody's archive.
LONG_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks to be captured.

    :ivar principal: stable key of who asks
    :ivar idempotency_key: a name of the client's for this request; the same name gives the same job again
    :ivar along: further writing for the same transaction; may be called again after a lost race
    """

    data: bytes
    media_type: str
    principal: str
    behaviour: Behaviour = "rollback"
    idempotency_key: str | None = None
    along: Callable[[Connection], None] | None = None


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
        self._short: TwoLines[Request, Capture, Job] = TwoLines(self._read, self._settle)
        self._long: TwoLines[Request, Capture, Job] = TwoLines(self._read, self._settle)

    def submit(self, request: Request) -> Future[Job]:
        """Have a document captured; what the job calls accepted is durable and visible when it is there.

        The future raises:

        * ``DocumentError``: the document around its events cannot be read
        * ``Refusal``: too many events, or an Idempotency-Key that was used for something else
        """
        size = len(request.data)
        return (self._short if size < LONG_BYTES else self._long).join(request, size)

    def capture(self, request: Request) -> Job:
        """Capture a document and wait for it; see :meth:`submit`."""
        return self.submit(request).result()

    def close(self) -> None:
        """Finish what is waiting."""
        self._short.close()
        self._long.close()

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
        jobs: list[Job] = []
        for start in range(0, max(total, 1), IMPORT_PART):
            entries = received.entries[start : start + IMPORT_PART]
            # Master data comes with the first part.
            members = received.document.members if start == 0 else {}
            part = Received(replace(received.document, members=members), entries)
            request = Request(data, media_type, IMPORT_PRINCIPAL, "proceed")
            jobs += [
                one for one in self._store([self._prepared(part, request, start)]) if isinstance(one, Job)
            ]
            if progress is not None:
                progress(min(start + IMPORT_PART, total), total)
        return jobs

    def _read(self, request: Request) -> Capture:
        """Do steps 2 and 3."""
        received = receive(request.data, request.media_type)
        if len(received.entries) > self._limit:
            raise Refusal(
                413,
                "epcisException:CaptureLimitExceededException",
                f"The document has {len(received.entries)} events; at most {self._limit} are taken at once.",
                hint="Send it in several requests.",
            )
        return self._prepared(received, request)

    def _prepared(self, received: Received, request: Request, first: int = 0) -> Capture:
        """Prepare the events of a document, or of a part of one.

        :param first: index of the first entry within the whole document
        """
        created_at = self._now()
        entries = [
            prepare(index, entry, received.pointer(index)) if isinstance(entry, Event) else entry
            for index, entry in enumerate(received.entries, first)
        ]
        return Capture(
            entries=entries,
            first=first,
            master_data=received.document.master_data,
            context=orjson.dumps(received.document.context),
            principal=request.principal,
            behaviour=request.behaviour,
            idempotency_key=request.idempotency_key,
            body_hash=b"" if request.idempotency_key is None else hashlib.sha256(request.data).digest(),
            created_at=created_at,
            along=request.along,
        )

    def _settle(self, group: Sequence[Waiting[Capture, Job]]) -> None:
        """Do steps 4 and 5 for what waited together; one by one when they cannot be stored together."""
        try:
            outcomes = self._store([one.item for one in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
            if len(group) == 1:
                group[0].future.set_exception(error)
            else:
                for one in group:
                    self._settle([one])
            return
        for one, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Job):
                one.future.set_result(outcome)
            else:
                one.future.set_exception(outcome)

    def _store(self, captures: Sequence[Capture]) -> list[Job | Refusal]:
        if not captures:
            return []
        while True:
            try:
                storing = Storing(captures, self._numbers(captures), self._now)
                return self._database.run(storing.store)
            except StartedAnew:
                # With whatever of them is known: the first that is not makes the memory begin anew.
                self._interning.forget("")

    def _numbers(self, captures: Sequence[Capture]) -> Numbers:
        prepared = [entry for capture in captures for entry in capture.entries if isinstance(entry, Prepared)]
        if not prepared:
            return Numbers()
        return self._interning.numbers(
            things_of(prepared),
            terms_of(prepared),
            transformation_ids(prepared),
            {capture.context for capture in captures},
        )

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)
