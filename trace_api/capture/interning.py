"""The dictionary of a server process: texts to numbers, so that the database is asked for new ones only."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from trace_api.capture import interning_repository as repository
from trace_api.capture import things_repository
from trace_api.capture.interning_repository import Term, TermKind
from trace_api.capture.known_runs import KnownRun, KnownRuns
from trace_api.capture.naming import Ascending, Listed, Named, Room, Things, apart
from trace_api.capture.things_repository import LINE, ThingRow, units_of
from trace_api.database import Database
from trace_api.database.engine import driver
from trace_api.database.memory import Memory
from trace_api.errors import TraceApiError

# Texts remembered at once; a thing takes some 250 bytes, in a run some 60.
REMEMBERED_THINGS = 60_000
REMEMBERED_IN_RUNS = 400_000
REMEMBERED_OTHERS = 20_000


class StartedAnew(TraceApiError):  # noqa: N818 - nothing failed: what was remembered is asked again
    """PostgreSQL was started anew: numbers from before may never have reached its disk."""

    code = "started-anew"


@dataclass(slots=True)
class Numbers:
    """The numbers of all texts of one capture.

    :ivar started: start of the PostgreSQL that gave them; empty for none
    """

    started: str = ""
    things: Things = field(default_factory=Things)
    terms: Mapping[TermKind, Mapping[str, int]] = field(
        default_factory=lambda: {kind: {} for kind in TermKind}
    )
    transformations: Mapping[str, int] = field(default_factory=dict)
    contexts: Mapping[bytes, int] = field(default_factory=dict)


class Interning:
    """Gives numbers to texts; once given and committed, a number never changes.

    What is remembered holds for one start of PostgreSQL (``things_repository.lock``).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # Two lines of captures ask at once.
        self._memory = Lock()
        self._forget("")

    def _forget(self, started: str) -> None:
        """Begin anew with a PostgreSQL that was started then."""
        self._started = started
        self._things: Memory[str, int] = Memory(REMEMBERED_THINGS)
        self._runs = KnownRuns(REMEMBERED_IN_RUNS)
        self._room = Room(things_repository.draw_blocks)
        self._terms: dict[TermKind, Memory[str, int]] = {kind: Memory(REMEMBERED_OTHERS) for kind in TermKind}
        self._transformations: Memory[str, int] = Memory(REMEMBERED_OTHERS)
        self._contexts: Memory[bytes, int] = Memory(REMEMBERED_OTHERS)

    def numbers(
        self,
        named: Named,
        terms: Mapping[TermKind, Collection[str]],
        transformations: Collection[str],
        contexts: Collection[bytes],
    ) -> Numbers:
        """Give the numbers of all these, adding and committing what is new.

        :param terms: the texts of each kind, each once
        :param transformations: transformationIDs, each once
        :param contexts: the ``@context`` of each document as JSON, each once
        """
        with self._memory:
            started = self._started
            things, new_things = self._recall_things(named)
            of_kind = {kind: self._terms[kind].recall(texts) for kind, texts in terms.items()}
            known_transformations, new_transformations = self._transformations.recall(transformations)
            known_contexts, new_contexts = self._contexts.recall(contexts)
        new_terms = [(kind, text) for kind, (_, texts) in of_kind.items() for text in texts]

        def work(connection: Connection) -> _Added:
            added = _Added()
            now = things_repository.lock(connection)
            if now != started:
                self.forget(now)
                raise StartedAnew("PostgreSQL was started anew")
            if new_things.single or new_things.lists:
                added.things, added.runs = self._add_things(connection, new_things)
            if new_terms:
                added.terms = repository.terms(connection, new_terms)
            if new_transformations:
                added.transformations = repository.transformations(connection, new_transformations)
            for context in sorted(new_contexts):
                hashed = hashlib.sha256(context).digest()
                added.contexts[context] = repository.context(connection, hashed, context.decode())
            return added

        if new_things.single or new_things.lists or new_terms or new_transformations or new_contexts:
            try:
                added = self._database.run(work)
            except StartedAnew:
                return self.numbers(named, terms, transformations, contexts)
            # Remembered only now that they are committed.
            with self._memory:
                if self._started == started:
                    self._remember(added)
            things.single |= added.things.single
            things.lists |= added.things.lists
            known_transformations |= added.transformations
            known_contexts |= added.contexts
            for (kind, text), number in added.terms.items():
                of_kind[kind][0][text] = number
        of_kinds = {kind: of_kind[kind][0] if kind in of_kind else {} for kind in TermKind}
        return Numbers(started, things, of_kinds, known_transformations, known_contexts)

    def forget(self, started: str) -> None:
        """Forget numbers that were given before PostgreSQL was started anew."""
        with self._memory:
            if started != self._started:
                self._forget(started)

    def _remember(self, added: _Added) -> None:
        self._things.remember(added.things.single)
        for run in added.runs:
            self._runs.add(run)
        self._transformations.remember(added.transformations)
        self._contexts.remember(added.contexts)
        for (kind, text), number in added.terms.items():
            self._terms[kind].remember({text: number})

    def _recall_things(self, named: Named) -> tuple[Things, _NewThings]:
        """Give the numbers that are remembered, and what has to be looked up."""
        things, new = Things(), _NewThings()
        kinds = dict(named.single)
        for ends, (ids, kind) in named.lists.items():
            text = LINE.join(ids)
            if (runs := self._runs.runs(ids, text)) is not None:
                things.lists[ends] = Listed(ids, runs)
            elif (ascending := Ascending.of(ids, kind, text)) is not None:
                new.lists.append(ascending)
            else:
                _note(kinds, ids, kind)
        things.single, unknown = self._things.recall(kinds.keys())
        new.single = {id_: kinds[id_] for id_ in unknown}
        return things, new

    def _add_things(self, connection: Connection, new: _NewThings) -> tuple[Things, Sequence[KnownRun]]:
        """Look things up, and give numbers to those that have none; give the runs that were met, too."""
        rows, met = self._new_runs(connection, new.lists)
        known = KnownRuns(2 * sum(run.count for run in met))
        for run in met:
            known.add(run)
        added, kinds = Things(), dict(new.single)
        for one in new.lists:
            if (runs := known.runs(one.ids, one.text)) is not None:
                added.lists[one.ends] = Listed(one.ids, runs)
            else:
                _note(kinds, one.ids, one.kind)
        left = []
        for id_ in kinds:
            if (runs := known.runs([id_], id_)) is not None:
                added.single[id_] = runs[0].lo
            else:
                left.append(id_)
        if left:
            cursor = driver(connection).cursor(binary=True)
            added.single |= things_repository.numbers(cursor, left)
        unknown = [id_ for id_ in left if id_ not in added.single]
        for number, id_ in zip(self._room.single(connection, len(unknown)), unknown, strict=True):
            added.single[id_] = number
            rows.append(ThingRow(number, number, units_of(kinds[id_]), kinds[id_], None, id_, None))
        things_repository.add(connection, rows)
        return added, met

    def _new_runs(
        self, connection: Connection, lists: Sequence[Ascending]
    ) -> tuple[list[ThingRow], list[KnownRun]]:
        """Make runs of lists that nothing is in the way of; give their rows, and all runs that were met."""
        free = apart(lists)
        taken = things_repository.within(connection, [each for one in free for each in one.ranges])
        met = {run.first: KnownRun.of(run.first, run.ids) for runs in taken.values() for run in runs}
        rows: list[ThingRow] = []
        place = 0
        for one in free:
            places = range(place, place + len(one.parts))
            place = places.stop
            if taken.keys().isdisjoint(places):
                starts = [self._room.together(connection, len(part)) for _, part in one.parts]
                rows += one.rows(starts)
                for lo, (_, part) in zip(starts, one.parts, strict=True):
                    met[lo] = KnownRun.of(lo, part)
        return rows, list(met.values())


def _note(kinds: dict[str, int], ids: Iterable[str], kind: int) -> None:
    for id_ in ids:
        kinds.setdefault(id_, kind)


@dataclass(slots=True)
class _NewThings:
    """Things that are not remembered.

    :ivar single: identifier → number of its kind
    """

    single: dict[str, int] = field(default_factory=dict)
    lists: list[Ascending] = field(default_factory=list)


@dataclass(slots=True)
class _Added:
    """What one unit of work brought."""

    things: Things = field(default_factory=Things)
    runs: Sequence[KnownRun] = ()
    terms: dict[Term, int] = field(default_factory=dict)
    transformations: dict[str, int] = field(default_factory=dict)
    contexts: dict[bytes, int] = field(default_factory=dict)
