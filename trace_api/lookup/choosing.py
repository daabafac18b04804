"""What a bare number may mean: every scheme it fits, those on record first. Nothing is guessed."""

from dataclasses import dataclass

from sqlalchemy import Connection

from lineage.errors import IdentifierError
from lineage.identifiers import Identifier, read
from lineage.identifiers.regime_schemes import schemes
from trace_api.lookup import repository
from trace_api.pages.languages import Words
from trace_api.responsibility.directory import MasterDirectory
from trace_api.trace.neighbours_repository import PostgresNeighbours


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of a number.

    :ivar known: an event, a batch of labels or the master data names it
    """

    identifier: Identifier
    known: bool

    def label(self, words: Words) -> str:
        """Give the name of the scheme."""
        name = self.identifier.scheme
        own = schemes().get(name)
        return words.of(own.zh, own.en) if own is not None else words.name("scheme", name)


def choices_of(connection: Connection, text: str, error: IdentifierError) -> list[Choice]:
    """Give the readings of a text that could not be read because its scheme is open."""
    readings: dict[str, Identifier] = {}
    for scheme in error.candidates:
        try:
            identifier = read(f"{scheme}:{text}")
        except IdentifierError:
            continue
        readings[identifier.id] = identifier
    seen = PostgresNeighbours(connection).find(readings.keys()) if readings else {}
    directory = MasterDirectory(connection)
    choices = [
        Choice(identifier, id_ in seen or _is_known(connection, directory, identifier))
        for id_, identifier in readings.items()
    ]
    return sorted(choices, key=lambda choice: not choice.known)


def only_one(choices: list[Choice]) -> Identifier | None:
    """Give the reading that is meant, when there is one only, or one only is on record."""
    known = [choice for choice in choices if choice.known]
    left = known or choices
    return left[0].identifier if len(left) == 1 else None


def _is_known(connection: Connection, directory: MasterDirectory, identifier: Identifier) -> bool:
    if identifier.kind == "class":
        return directory.product_record(identifier.id) is not None
    if identifier.kind == "party":
        return directory.party_record(identifier.id) is not None
    if identifier.kind == "site":
        return directory.site_record(identifier.id) is not None
    return repository.issue_of(connection, identifier.id, lot=identifier.kind == "lot") is not None
