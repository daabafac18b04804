"""The event as typed JSON: decoded in one pass, the common case of validation for free.

``Wire`` is the union of the members of all event types. Which member belongs to which type, and everything
that types cannot say, is checked after decoding. Members that are rare or open (sensor data, ilmd,
certification, error declarations) stay plain JSON here.

None of these classes takes part in garbage collection: what JSON decodes to has no cycles.

A ``null`` member decodes like an absent one; ``json_reading`` notices it by counting, as it does repeated
names.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import msgspec


class Quantity(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """A quantity of a class or lot: EPCIS 2.0 QuantityElement.

    :ivar epc_class: URI of the class, lot or pattern, as written
    :ivar quantity: number, ``None`` where the count is not known
    :ivar uom: UN/ECE Recommendation 20 unit, ``None`` for pieces
    """

    epc_class: str
    quantity: int | float | None = None
    uom: str | None = None


class Point(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A read point or business location; extensions beside ``id`` stay in the document."""

    id: str


class BizTransaction(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """A business transaction with its optional type."""

    biz_transaction: str
    type: str | None = None


class Source(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Where things come from, with the required type."""

    source: str
    type: str


class Destination(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Where things go to, with the required type."""

    destination: str
    type: str


#: Python name → JSON name of every member of every event type.
NAMES: Final[dict[str, str]] = {
    "context": "@context",
    "type": "type",
    "event_id": "eventID",
    "event_time": "eventTime",
    "record_time": "recordTime",
    "event_time_zone_offset": "eventTimeZoneOffset",
    "error_declaration": "errorDeclaration",
    "certification_info": "certificationInfo",
    "epc_list": "epcList",
    "quantity_list": "quantityList",
    "parent_id": "parentID",
    "child_epcs": "childEPCs",
    "child_quantity_list": "childQuantityList",
    "input_epc_list": "inputEPCList",
    "input_quantity_list": "inputQuantityList",
    "output_epc_list": "outputEPCList",
    "output_quantity_list": "outputQuantityList",
    "transformation_id": "transformationID",
    "action": "action",
    "biz_step": "bizStep",
    "disposition": "disposition",
    "persistent_disposition": "persistentDisposition",
    "read_point": "readPoint",
    "biz_location": "bizLocation",
    "biz_transaction_list": "bizTransactionList",
    "source_list": "sourceList",
    "destination_list": "destinationList",
    "sensor_element_list": "sensorElementList",
    "ilmd": "ilmd",
}
MEMBERS: Final = frozenset(NAMES.values())
PYTHON_NAMES: Final = {name: python for python, name in NAMES.items()}


class LooseWire(msgspec.Struct, gc=False, omit_defaults=True, rename=NAMES):
    """An event whose unknown members are extensions and stay in the document."""

    type: str
    event_time: str
    event_time_zone_offset: str
    context: Any = None
    event_id: str | None = None
    record_time: str | None = None
    error_declaration: dict[str, Any] | None = None
    certification_info: Any = None
    epc_list: tuple[str, ...] | None = None
    quantity_list: tuple[Quantity, ...] | None = None
    parent_id: str | None = None
    child_epcs: tuple[str, ...] | None = None
    child_quantity_list: tuple[Quantity, ...] | None = None
    input_epc_list: tuple[str, ...] | None = None
    input_quantity_list: tuple[Quantity, ...] | None = None
    output_epc_list: tuple[str, ...] | None = None
    output_quantity_list: tuple[Quantity, ...] | None = None
    transformation_id: str | None = None
    action: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent_disposition: dict[str, Any] | None = None
    read_point: Point | None = None
    biz_location: Point | None = None
    biz_transaction_list: tuple[BizTransaction, ...] | None = None
    source_list: tuple[Source, ...] | None = None
    destination_list: tuple[Destination, ...] | None = None
    sensor_element_list: list[dict[str, Any]] | None = None
    ilmd: dict[str, Any] | None = None

    def get(self, name: str) -> Any:
        """Give a member by its JSON name, ``None`` where it is absent."""
        return getattr(self, PYTHON_NAMES[name])


#: What thousands of events have in common: what follows from it is found out once.
in_common: Final = attrgetter(
    "action", "biz_step", "disposition", "read_point", "biz_location", "source_list", "destination_list"
)


class Wire(LooseWire, gc=False, omit_defaults=True, rename=NAMES, forbid_unknown_fields=True):
    """An event without any top-level extension."""
