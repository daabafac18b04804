"""An event before it meets the database: its identity, its facts, and whether the database can hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from functools import lru_cache

import msgspec
import orjson

from lineage.errors import LineageError
from lineage.events import Event, Problem, event_hash
from lineage.facts import EventFacts, Statement, facts_of, micros, statement_of
from lineage.facts.quality import written
from lineage.memory import kept_if_usual
from trace_api.capture.events_repository import key_of
from trace_api.capture.interning_repository import TermKind

# PostgreSQL refuses index entries past some 2,700 bytes. The longest GS1 key has 90 characters.
LONGEST_KEY_BYTES = 2000


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """A valid event with everything that can be known of it without the database.

    :ivar index: its place in the document
    :ivar pointer: JSON pointer to it
    :ivar event_id: as captured, or its CBV hash where it came without one
    :ivar key: of its eventID
    :ivar declared_at: microseconds of its error declaration, 0 where there is none
    :ivar hash: SHA-256 of the bytes as captured
    :ivar document: the JSON to keep: as captured, with the eventID added where it came without one
    :ivar location: canonical id of the business location, ``None`` where there is none
    """

    index: int
    pointer: str
    event: Event
    event_id: str
    key: bytes
    declared_at: int
    hash: bytes
    document: bytes
    facts: EventFacts
    statement: Statement
    location: str | None

    def warnings(self) -> list[Problem]:
        """Give what is odd about the identifiers of the event, each of which is kept as it is."""
        return [
            Problem(self.pointer, warning.code, f"{id_[:100]}: {warning.message}")
            for group in self.facts.groups
            if group.warnings
            for id_ in group.ids
            for warning in group.warnings
        ]


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
        key_of(event_id),
        # 0 is the event itself, also where somebody declares in the first moment of 1970.
        0 if declared is None else micros(declared.time) or 1,
        hashlib.sha256(data).digest(),
        document,
        facts,
        statement,
        None if event.wire.biz_location is None else statement.site,
    )
    return _unkeepable(prepared) or prepared


def terms_of(prepared: Iterable[Prepared]) -> dict[TermKind, Collection[str]]:
    """Give every term that is stored with the events, by kind, each once."""
    steps, dispositions, places, units, parties, qualities = (set[str | None]() for _ in range(6))
    for one in prepared:
        said = one.statement
        steps.add(said.step)
        dispositions.add(said.disposition)
        places.update((said.read_point, one.location, said.bound_for))
        parties.update((said.giver, said.taker, said.carrier, said.owner))
        qualities.add(written(said.quality))
        for group in one.facts.groups:
            if group.uom is not None:
                units.add(group.uom)
    kinds = {
        TermKind.STEP: steps,
        TermKind.DISPOSITION: dispositions,
        TermKind.PLACE: places,
        TermKind.UNIT: units,
        TermKind.PARTY: parties,
        TermKind.QUALITY: qualities,
    }
    return {kind: {text for text in texts if text is not None} for kind, texts in kinds.items()}


def _with_id(document: bytes, event_id: str) -> bytes:
    body = document.strip()[1:].lstrip()
    return b'{"eventID":' + orjson.dumps(event_id) + b"," + body


def _unkeepable(prepared: Prepared) -> list[Problem]:
    """Name the texts that the database cannot hold as keys: too long, or with a NUL character."""
    facts, said = prepared.facts, prepared.statement
    lengths = [len(prepared.event_id), len(facts.transformation_id or "")]
    lengths.append(kept_if_usual(_longest_said, len(prepared.document))(said, prepared.location))
    lengths += [max(map(len, group.ids)) for group in facts.groups]
    lengths += [len(group.uom) for group in facts.groups if group.uom is not None]
    lengths += [len(group.lot) for group in facts.member_groups]
    # A NUL stands in JSON as an escape; to look for one character is quicker.
    escaped = b"\\" in prepared.document and b"\\u0000" in prepared.document
    if max(lengths) * 4 <= LONGEST_KEY_BYTES and not escaped:
        return []
    keys = [("/eventID", prepared.event_id), ("/transformationID", facts.transformation_id or "")]
    texts = [id_ for group in facts.groups for id_ in group.ids]
    texts += _texts_of(said, prepared.location)
    texts += [group.uom for group in facts.groups if group.uom is not None]
    texts += [group.lot for group in facts.member_groups]
    keys += [("", text) for text in texts]
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


def _texts_of(said: Statement, location: str | None) -> list[str]:
    """Give the texts of a statement that are numbered."""
    texts = (
        *(said.step, said.disposition, said.read_point, location, said.bound_for),
        *(said.giver, said.taker, said.carrier, said.owner),
    )
    return [text for text in texts if text is not None]


@lru_cache(maxsize=4096)
def _longest_said(said: Statement, location: str | None) -> int:
    """Give the characters of the longest of :func:`_texts_of`; what thousands of events say is remembered."""
    return max(map(len, _texts_of(said, location)), default=0)
