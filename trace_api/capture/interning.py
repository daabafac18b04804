"""The dictionary of a server process: texts to numbers, so that the database is asked for new ones only."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection

from trace_api.capture import interning_repository as repository
from trace_api.capture.interning_repository import Term, TermKind
from trace_api.database import Database

K = TypeVar("K", bound=Hashable)

# Texts remembered at once; a thing takes some 250 bytes.
REMEMBERED_THINGS = 200_000
REMEMBERED_OTHERS = 20_000


@dataclass(slots=True)
class Numbers:
    """The numbers of all texts of one capture."""

    things: Mapping[str, int] = field(default_factory=dict)
    terms: Mapping[TermKind, Mapping[str, int]] = field(
        default_factory=lambda: {kind: {} for kind in TermKind}
    )
    transformations: Mapping[str, int] = field(default_factory=dict)
    contexts: Mapping[bytes, int] = field(default_factory=dict)


class _Memory(Generic[K]):
    """Numbers of the texts that were met last: a young generation, and the one before it.

    A text that is met again moves to the young one, so what is in use stays and what is not goes.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[K, int] = {}
        self._old: dict[K, int] = {}

    def recall(self, wanted: Collection[K]) -> tuple[dict[K, int], list[K]]:
        """Give the numbers of the texts that are known, and the other texts, in order.

        :param wanted: each once
        """
        young, old = self._young, self._old
        found = dict(zip(wanted, map(young.get, wanted), strict=True))
        new = []
        for key in [key for key, number in found.items() if number is None]:
            number = old.get(key)
            if number is None:
                new.append(key)
                del found[key]
            else:
                found[key] = young[key] = number
        return cast("dict[K, int]", found), new

    def remember(self, added: Mapping[K, int]) -> None:
        """Keep numbers for the next time."""
        if len(self._young) + len(added) > self._half:
            self._young, self._old = {}, self._young
        if len(added) <= self._half:
            self._young.update(added)


class Interning:
    """Gives numbers to texts; once given and committed, a number never changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._things: _Memory[str] = _Memory(REMEMBERED_THINGS)
        self._terms: dict[TermKind, _Memory[str]] = {kind: _Memory(REMEMBERED_OTHERS) for kind in TermKind}
        self._transformations: _Memory[str] = _Memory(REMEMBERED_OTHERS)
        self._contexts: _Memory[bytes] = _Memory(REMEMBERED_OTHERS)

    def numbers(
        self,
        kinds: Mapping[str, int],
        terms: Mapping[TermKind, Collection[str]],
        transformations: Collection[str],
        contexts: Collection[bytes],
    ) -> Numbers:
        """Give the numbers of all these, adding and committing what is new.

        :param kinds: canonical id → number of its kind, in order of first appearance
        :param terms: the texts of each kind, each once
        :param transformations: transformationIDs, each once
        :param contexts: the ``@context`` of each document as JSON, each once
        """
        things, new_things = self._things.recall(kinds.keys())
        of_kind = {kind: self._terms[kind].recall(texts) for kind, texts in terms.items()}
        known_transformations, new_transformations = self._transformations.recall(transformations)
        known_contexts, new_contexts = self._contexts.recall(contexts)
        new_terms = [(kind, text) for kind, (_, texts) in of_kind.items() for text in texts]

        add = iter([repository.add_things])

        def work(connection: Connection) -> _Added:
            added = _Added()
            if new_things:
                added.things = repository.things(connection, new_things)
                unknown = {key: kinds[key] for key in new_things if key not in added.things}
                if unknown:
                    # Another writer may add the same: the second attempt puts up with that.
                    added.things |= next(add, repository.join_things)(connection, unknown)
            if new_terms:
                added.terms = repository.terms(connection, new_terms)
            if new_transformations:
                added.transformations = repository.transformations(connection, new_transformations)
            for context in sorted(new_contexts):
                hashed = hashlib.sha256(context).digest()
                added.contexts[context] = repository.context(connection, hashed, context.decode())
            return added

        if new_things or new_terms or new_transformations or new_contexts:
            added = self._database.run(work)
            # Remembered only now that they are committed.
            self._things.remember(added.things)
            self._transformations.remember(added.transformations)
            self._contexts.remember(added.contexts)
            things |= added.things
            known_transformations |= added.transformations
            known_contexts |= added.contexts
            for (kind, text), number in added.terms.items():
                self._terms[kind].remember({text: number})
                of_kind[kind][0][text] = number
        found = Numbers(things=things, transformations=known_transformations, contexts=known_contexts)
        found.terms = {kind: of_kind[kind][0] if kind in of_kind else {} for kind in TermKind}
        return found


@dataclass(slots=True)
class _Added:
    """What one unit of work brought."""

    things: dict[str, int] = field(default_factory=dict)
    terms: dict[Term, int] = field(default_factory=dict)
    transformations: dict[str, int] = field(default_factory=dict)
    contexts: dict[bytes, int] = field(default_factory=dict)
