"""An event before it meets the database: its identity, its facts, and whether the database can hold it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from lineage.errors import LineageError
from lineage.events import Event, Problem, event_hash
from lineage.facts import EventFacts, Statement, facts_of, micros, statement_of
from lineage.facts.custody import key_of
from trace_api.capture.interning_repository import Term, TermKind

# PostgreSQL refuses index entries past some 2,700 bytes. The longest GS1 key has 90 characters.
LONGEST_KEY_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid event with everything that can be known of it without the database.

    :ivar index: its place in the document
    :ivar pointer: JSON pointer to it
    :ivar event_id: as captured, or its CBV hash where it came without one
    :ivar declared_at: microseconds of its error declaration, 0 where there is none
    :ivar hash: SHA-256 of the bytes as captured
    :ivar document: the JSON to keep: as captured, with the eventID added where it came without one
    :ivar read_point: canonical id, ``None`` where there is none
    """

    index: int
    pointer: str
    event: Event
    event_id: str
    declared_at: int
    hash: bytes
    document: bytes
    facts: EventFacts
    statement: Statement
    read_point: str | None
    location: str | None

    def warnings(self) -> list[Problem]:
        """Give what is odd about the identifiers of the event, each of which is kept as it is."""
        return [
            Problem(self.pointer, warning.code, f"{posting.thing.id[:100]}: {warning.message}")
            for posting in self.facts.postings
            for warning in posting.thing.warnings
        ]

    def terms(self) -> list[Term]:
        """Give every term that is stored with the event."""
        said = self.statement
        wanted = [
            (TermKind.STEP, said.step),
            (TermKind.DISPOSITION, said.disposition),
            (TermKind.PLACE, self.read_point),
            (TermKind.PLACE, self.location),
            (TermKind.PLACE, said.bound_for),
            *((TermKind.PARTY, party) for party in (said.giver, said.taker, said.carrier, said.owner)),
        ]
        found: list[Term] = [(kind, value) for kind, value in wanted if value is not None]
        found += [(TermKind.UNIT, posting.uom) for posting in self.facts.postings if posting.uom is not None]
        return found


def prepare(index: int, event: Event, pointer: str) -> Prepared | list[Problem]:
    """Prepare one event; give what keeps it from being stored where there is something.

    :param pointer: to the event within its document
    """
    try:
        facts = facts_of(event)
        statement = statement_of(event)
    except OverflowError:
        return [Problem(pointer, "number-out-of-range", "A quantity is too large to reckon with.")]
    except LineageError as error:
        return [Problem(pointer, error.code, error.message)]
    data = event.document_bytes
    event_id = event.event_id
    document = data
    if event_id is None:
        event_id = event_hash(event)
        document = _with_id(data, event_id)
    declared = event.error_declaration
    prepared = Prepared(
        index,
        pointer,
        event,
        event_id,
        # 0 is the event itself, also where somebody declares in the first moment of 1970.
        0 if declared is None else micros(declared.time) or 1,
        hashlib.sha256(data).digest(),
        document,
        facts,
        statement,
        statement.read_point,
        key_of(event.biz_location),
    )
    return _unkeepable(prepared) or prepared


def _with_id(document: bytes, event_id: str) -> bytes:
    body = document.strip()[1:].lstrip()
    return b'{"eventID":' + orjson.dumps(event_id) + b"," + body


def _unkeepable(prepared: Prepared) -> list[Problem]:
    """Name the texts that the database cannot hold as keys: too long, or with a NUL character."""
    keys = [("/eventID", prepared.event_id), ("/transformationID", prepared.facts.transformation_id or "")]
    keys += [("", posting.thing.id) for posting in prepared.facts.postings]
    keys += [("", value) for _, value in prepared.terms()]
    problems = []
    for pointer, key in keys:
        if len(key) * 4 > LONGEST_KEY_BYTES and len(key.encode("utf-8", "replace")) > LONGEST_KEY_BYTES:
            message = f"{key[:60]}… has more than the {LONGEST_KEY_BYTES} bytes of an identifier."
            problems.append(Problem(prepared.pointer + pointer, "identifier-too-long", message))
        elif "\0" in key:
            problems.append(
                Problem(prepared.pointer + pointer, "nul-character", "The text holds a NUL character.")
            )
    return problems
