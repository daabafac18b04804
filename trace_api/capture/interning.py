"""The dictionary of a server process: texts to numbers, so that the database is asked for new ones only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from trace_api.capture import interning_repository as repository
from trace_api.capture.interning_repository import Term
from trace_api.database import Database

K = TypeVar("K")

# Texts remembered at once (some 250 bytes each); past it the memory of things starts anew.
REMEMBERED_THINGS = 200_000
REMEMBERED_OTHERS = 20_000


@dataclass(slots=True)
class Numbers:
    """The numbers of all texts of one capture."""

    things: dict[str, int] = field(default_factory=dict)
    terms: dict[Term, int] = field(default_factory=dict)
    transformations: dict[str, int] = field(default_factory=dict)
    context: int = 0


class Interning:
    """Gives numbers to texts; once given and committed, a number never changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._things: dict[str, int] = {}
        self._terms: dict[Term, int] = {}
        self._transformations: dict[str, int] = {}
        self._contexts: dict[bytes, int] = {}

    def numbers(
        self,
        kinds: Mapping[str, int],
        terms: Iterable[Term],
        transformations: Iterable[str],
        context: bytes,
    ) -> Numbers:
        """Give the numbers of all these, adding and committing what is new.

        :param kinds: canonical id → number of its kind, in order of first appearance
        :param context: the document's ``@context`` as JSON
        """
        hashed = hashlib.sha256(context).digest()
        found = Numbers(context=self._contexts.get(hashed, 0))
        new_things = _recall(kinds, self._things, found.things)
        new_terms = _recall(terms, self._terms, found.terms)
        new_transformations = _recall(transformations, self._transformations, found.transformations)
        if not (new_things or new_terms or new_transformations) and found.context:
            return found

        def work(connection: Connection) -> Numbers:
            added = Numbers(context=found.context)
            if new_things:
                added.things = repository.things(connection, new_things)
                unknown = {key: kinds[key] for key in new_things if key not in added.things}
                if unknown:
                    added.things |= repository.add_things(connection, unknown)
            if new_terms:
                added.terms = repository.terms(connection, new_terms)
            if new_transformations:
                added.transformations = repository.transformations(connection, new_transformations)
            if not added.context:
                added.context = repository.context(connection, hashed, context.decode())
            return added

        added = self._database.run(work)
        # Remembered only now that they are committed.
        _remember(self._things, added.things, REMEMBERED_THINGS)
        _remember(self._terms, added.terms, REMEMBERED_OTHERS)
        _remember(self._transformations, added.transformations, REMEMBERED_OTHERS)
        _remember(self._contexts, {hashed: added.context}, REMEMBERED_OTHERS)
        found.things |= added.things
        found.terms |= added.terms
        found.transformations |= added.transformations
        found.context = added.context
        return found


def _recall(wanted: Iterable[K], known: dict[K, int], found: dict[K, int]) -> list[K]:
    """Move what is known into ``found``; give the rest, once each, in order."""
    new: dict[K, None] = {}
    for key in wanted:
        number = known.get(key)
        if number is None:
            new[key] = None
        else:
            found[key] = number
    return list(new)


def _remember(known: dict[K, int], added: Mapping[K, int], most: int) -> None:
    if len(known) + len(added) > most:
        known.clear()
    if len(added) <= most:
        known.update(added)
