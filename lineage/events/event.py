"""One EPCIS event: an immutable view of its JSON, which it keeps exactly as captured."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, NamedTuple, cast

import msgspec

from lineage.events import vocabulary as v
from lineage.events.contexts import as_list
from lineage.events.limits import MAX_NUMBER_DIGITS
from lineage.events.problems import Problem
from lineage.events.times import read_time
from lineage.events.wire import MEMBERS, LooseWire, Quantity

Action = Literal["ADD", "OBSERVE", "DELETE"]
EventType = Literal[
    "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"
]


class ErrorDeclaration(NamedTuple):
    """Says that the event it stands on is wrong, and which events put it right."""

    time: datetime
    reason: str | None
    corrective_event_ids: tuple[str, ...]


class Around(NamedTuple):
    """What a document says about all of its events.

    :ivar context: its ``@context`` as a list
    :ivar ignored: extensions that its ``ignoreFields`` takes out of the event hash, as ``{namespace}name``
    """

    context: list[Any]
    ignored: frozenset[str] = frozenset()


class Event(msgspec.Struct, frozen=True, eq=False):
    """A valid event. Made by ``read_event``, ``read_json``, ``read_xml`` and ``iter_events`` only.

    All members of every type can be asked for; those that the type does not have are empty or ``None``.
    Identifiers are given as written. Words of the Core Business Vocabulary are given bare, other
    vocabularies as written.
    """

    #: The event as typed JSON.
    wire: LooseWire
    #: The event's JSON, byte for byte as captured (of an event read from XML: as converted).
    document_bytes: bytes
    #: What the document around the event says about all of its events.
    around: Around
    #: When it happened, in UTC.
    event_time: datetime
    #: Line of the source where the event begins, for events read from XML.
    line: int | None = None
    #: Rules of the JSON schema that this event, read from XML, does not keep.
    tolerated: tuple[Problem, ...] = ()
    #: It is known that its top level has no members but those that the standard names.
    standard: bool = False
    decoded: dict[str, Any] | None = None

    # What kind of event, and which.

    @property
    def type(self) -> EventType:
        """One of the five types of EPCIS 2.0; for an event of an extension its URI."""
        return cast("EventType", self.wire.type)

    @property
    def extended(self) -> bool:
        """Whether it has members at its top level that the standard does not name: theirs have a colon."""
        return not self.standard and any(":" in name for name in self.document)

    @property
    def event_id(self) -> str | None:
        """The event's identifier as captured."""
        return self.wire.event_id

    @property
    def action(self) -> Action | None:
        """ADD, OBSERVE or DELETE; ``None`` for transformations."""
        return cast("Action | None", self.wire.action)

    @property
    def error_declaration(self) -> ErrorDeclaration | None:
        """Whether the event was declared wrong."""
        declared = self.wire.error_declaration
        if declared is None:
            return None
        reason = declared.get("reason")
        return ErrorDeclaration(
            read_time(declared["declarationTime"]),
            None if reason is None else v.bare(v.ERROR_REASON, reason),
            tuple(declared.get("correctiveEventIDs", ())),
        )

    # When.

    @property
    def event_timezone_offset(self) -> str:
        """The local offset where it happened, e.g. ``+08:00``."""
        return self.wire.event_time_zone_offset

    @property
    def record_time(self) -> datetime | None:
        """When a repository recorded it, in UTC."""
        text = self.wire.record_time
        return None if text is None else read_time(text)

    # What.

    @property
    def epcs(self) -> tuple[str, ...]:
        """``epcList``."""
        return self.wire.epc_list or ()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """``quantityList``."""
        return self.wire.quantity_list or ()

    @property
    def parent_id(self) -> str | None:
        """``parentID``."""
        return self.wire.parent_id

    @property
    def child_epcs(self) -> tuple[str, ...]:
        """``childEPCs``."""
        return self.wire.child_epcs or ()

    @property
    def child_quantities(self) -> tuple[Quantity, ...]:
        """``childQuantityList``."""
        return self.wire.child_quantity_list or ()

    @property
    def input_epcs(self) -> tuple[str, ...]:
        """``inputEPCList``."""
        return self.wire.input_epc_list or ()

    @property
    def input_quantities(self) -> tuple[Quantity, ...]:
        """``inputQuantityList``."""
        return self.wire.input_quantity_list or ()

    @property
    def output_epcs(self) -> tuple[str, ...]:
        """``outputEPCList``."""
        return self.wire.output_epc_list or ()

    @property
    def output_quantities(self) -> tuple[Quantity, ...]:
        """``outputQuantityList``."""
        return self.wire.output_quantity_list or ()

    @property
    def transformation_id(self) -> str | None:
        """``transformationID``, which joins several events into one transformation."""
        return self.wire.transformation_id

    # Where and why.

    @property
    def read_point(self) -> str | None:
        """Identifier of the read point."""
        point = self.wire.read_point
        return None if point is None else point.id

    @property
    def biz_location(self) -> str | None:
        """Identifier of the business location."""
        point = self.wire.biz_location
        return None if point is None else point.id

    @property
    def biz_step(self) -> str | None:
        """Bare word of the CBV, or the URI of another vocabulary."""
        step = self.wire.biz_step
        return step if step is None or step in v.BIZ_STEP.words else v.bare(v.BIZ_STEP, step)

    @property
    def disposition(self) -> str | None:
        """Bare word of the CBV, or the URI of another vocabulary."""
        word = self.wire.disposition
        return word if word is None or word in v.DISPOSITION.words else v.bare(v.DISPOSITION, word)

    @property
    def persistent_disposition(self) -> dict[str, Any] | None:
        """``{"set": […], "unset": […]}`` as written."""
        return self.wire.persistent_disposition

    @property
    def biz_transactions(self) -> tuple[tuple[str | None, str], ...]:
        """(type, identifier) of each business transaction."""
        given = self.wire.biz_transaction_list or ()
        return tuple((_bare(v.BIZ_TRANSACTION_TYPE, each.type), each.biz_transaction) for each in given)

    @property
    def sources(self) -> tuple[tuple[str | None, str], ...]:
        """(type, identifier) of each source."""
        given = self.wire.source_list or ()
        return tuple((_bare(v.SOURCE_DESTINATION_TYPE, each.type), each.source) for each in given)

    @property
    def destinations(self) -> tuple[tuple[str | None, str], ...]:
        """(type, identifier) of each destination."""
        given = self.wire.destination_list or ()
        return tuple((_bare(v.SOURCE_DESTINATION_TYPE, each.type), each.destination) for each in given)

    # How, and what else.

    @property
    def sensor_elements(self) -> tuple[dict[str, Any], ...]:
        """``sensorElementList`` as written."""
        return tuple(self.wire.sensor_element_list or ())

    @property
    def ilmd(self) -> dict[str, Any] | None:
        """Instance and lot master data as written."""
        return self.wire.ilmd

    def ilmd_value(self, local: str) -> Any:
        """Give the first ilmd value whose name is ``local``, whatever its prefix, or ``None``."""
        for name, value in (self.wire.ilmd or {}).items():
            if name.rpartition(":")[2].rpartition("/")[2] == local:
                return value
        return None

    @property
    def lot_number(self) -> str | None:
        """``lotNumber`` of the ilmd."""
        value = self.ilmd_value("lotNumber")
        return None if value is None or isinstance(value, (dict, list)) else str(value)

    @property
    def certification_info(self) -> tuple[str, ...]:
        """URIs of certificates."""
        return tuple(as_list(self.wire.certification_info))

    @property
    def extensions(self) -> dict[str, Any]:
        """Members of the event that are not the standard's, as written."""
        return {name: value for name, value in self.document.items() if name not in MEMBERS}

    # The whole.

    @property
    def document(self) -> dict[str, Any]:
        """The event's JSON as captured. Treat it as read-only."""
        if self.decoded is None:
            msgspec.structs.force_setattr(self, "decoded", decode_exactly(self.document_bytes))
        return cast("dict[str, Any]", self.decoded)

    @property
    def context(self) -> list[Any]:
        """The ``@context`` that holds for the event: the document's, then its own, no part twice."""
        above = self.around.context
        if self.wire.context is None:
            return above
        own = as_list(self.wire.context)
        return [*(part for part in above if part not in own), *own]

    @property
    def has_own_context(self) -> bool:
        """Whether the event itself brings an ``@context``."""
        return self.wire.context is not None

    @property
    def ignored(self) -> frozenset[str]:
        """Extensions that are no content by the document's own word, as ``{namespace}name``."""
        return self.around.ignored

    def __eq__(self, other: object) -> bool:
        """Two events are equal when their JSON is, with the same context."""
        if not isinstance(other, Event):
            return NotImplemented
        return self.document == other.document and self.context == other.context

    def __hash__(self) -> int:
        return hash((self.type, self.event_time, self.event_id))

    def __repr__(self) -> str:
        return f"<{self.type} {self.event_time.isoformat()} {self.event_id or 'without eventID'}>"


def _bare(vocabulary: v.Vocabulary, text: str | None) -> str | None:
    return text if text is None or text in vocabulary.words else v.bare(vocabulary, text)


def exact_number(text: str) -> float | Decimal:
    """Give a JSON number with a fraction or exponent: as float where that loses nothing, else as Decimal.

    :raises ValueError: if it is no number, or one beyond what even Decimal can hold
    """
    value = float(text)
    if repr(value) == text:
        return value
    try:
        exact = Decimal(text)
    except ArithmeticError as error:
        if value == 0:  # an exponent of -10^18 and beyond
            return value
        raise ValueError(text) from error
    return value if isfinite(value) and Decimal(repr(value)) == exact else exact


def number_text(value: float | Decimal) -> str:
    """Give a number's text, written out unless it would be absurdly long."""
    if isinstance(value, Decimal) and (not value or abs(value.adjusted()) < MAX_NUMBER_DIGITS):
        return format(value, "f")
    return str(value)


_EXACT = msgspec.json.Decoder(float_hook=exact_number)


def decode_exactly(data: bytes) -> Any:
    """Decode JSON without losing a digit.

    :raises msgspec.DecodeError: if it is not JSON
    """
    return _EXACT.decode(data)
