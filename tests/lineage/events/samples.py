"""Events to vary in tests: one valid one of each type, as JSON."""

from __future__ import annotations

from typing import Any

EPCS = ["https://id.gs1.org/01/09521141012345/21/2017", "urn:epc:id:sgtin:0614141.107346.2018"]
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def _event(kind: str, **members: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "eventTime": "2026-07-22T06:45:00.123+08:00",
        "eventTimeZoneOffset": "+08:00",
        **members,
    }


def object_event(**members: Any) -> dict[str, Any]:
    """Give an ObjectEvent; members given replace or extend it, ``None`` removes."""
    return without_nones(_event("ObjectEvent", action="OBSERVE", epcList=list(EPCS)) | members)


def aggregation_event(**members: Any) -> dict[str, Any]:
    """Give an AggregationEvent."""
    event = _event("AggregationEvent", action="ADD", parentID="urn:epc:id:sscc:0614141.1234567890")
    return without_nones(event | {"childEPCs": list(EPCS)} | members)


def association_event(**members: Any) -> dict[str, Any]:
    """Give an AssociationEvent."""
    return aggregation_event(type="AssociationEvent") | members


def transaction_event(**members: Any) -> dict[str, Any]:
    """Give a TransactionEvent."""
    transactions = [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141073467:1152"}]
    event = _event("TransactionEvent", action="ADD", bizTransactionList=transactions, epcList=list(EPCS))
    return without_nones(event | members)


def transformation_event(**members: Any) -> dict[str, Any]:
    """Give a TransformationEvent."""
    event = _event("TransformationEvent", inputEPCList=EPCS[:1], outputEPCList=EPCS[1:])
    return without_nones(event | members)


def without_nones(event: dict[str, Any]) -> dict[str, Any]:
    """Drop members that are ``None``."""
    return {name: value for name, value in event.items() if value is not None}


ALL_TYPES = (object_event, aggregation_event, association_event, transaction_event, transformation_event)
