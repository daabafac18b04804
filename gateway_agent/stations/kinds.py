"""What each kind of station makes: event type, action, business step, disposition, and how an act ends.

The rows are the table of ``docs/gateway-agent.md``; the configuration may change each member of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EventType = Literal[
    "ObjectEvent", "AggregationEvent", "TransformationEvent", "TransactionEvent", "AssociationEvent"
]
Role = Literal["thing", "input", "output", "child", "parent"]


@dataclass(frozen=True, slots=True)
class KindRule:
    """One row.

    :param role: what a scanned code is, unless a command or a pattern says otherwise
    :param action: EPCIS action; empty for TransformationEvent
    :param first_is_parent: without a pattern for parents, the first code of an act is the parent
    :param has_ilmd: the event may carry instance and lot master data
    """

    event: EventType
    role: Role
    action: str
    step: str
    disposition: str
    close_count: int | None = None
    close_parent: bool = False
    first_is_parent: bool = False
    has_ilmd: bool = False
    lane: str = "main"


KINDS: dict[str, KindRule] = {
    "commission": KindRule("ObjectEvent", "thing", "ADD", "commissioning", "active", has_ilmd=True),
    "transform": KindRule("TransformationEvent", "input", "", "commissioning", "in_progress", has_ilmd=True),
    "pack": KindRule("AggregationEvent", "child", "ADD", "packing", "in_progress", close_parent=True),
    "unpack": KindRule(
        "AggregationEvent", "child", "DELETE", "unpacking", "in_progress", first_is_parent=True
    ),
    "ship": KindRule("ObjectEvent", "thing", "OBSERVE", "shipping", "in_transit"),
    "receive": KindRule("ObjectEvent", "thing", "OBSERVE", "receiving", "in_progress"),
    "observe": KindRule("ObjectEvent", "thing", "OBSERVE", "", ""),
    "inspect": KindRule("ObjectEvent", "thing", "OBSERVE", "inspecting", ""),
    "fill": KindRule("ObjectEvent", "thing", "OBSERVE", "suyuan:filling", "in_progress"),
    "sell": KindRule("ObjectEvent", "thing", "OBSERVE", "retail_selling", "retail_sold", close_count=1),
    "decommission": KindRule("ObjectEvent", "thing", "DELETE", "decommissioning", "inactive"),
    "associate": KindRule("AssociationEvent", "child", "ADD", "installing", "", close_parent=True),
    "transact": KindRule("TransactionEvent", "thing", "ADD", "", ""),
    "sense": KindRule("ObjectEvent", "thing", "OBSERVE", "sensor_reporting", "", lane="sense"),
}

DISPOSITION_OF_STEP = {
    "dispensing": "dispensed",
    "destroying": "destroyed",
    "suyuan:scrapping": "disposed",
}
"""Dispositions that follow from a step other than the kind's own."""

DISPOSITION_OF_RESULT = {"pass": "conformant", "fail": "non_conformant"}


def default_disposition(kind: str, step: str) -> str:
    """Give the disposition of a station that names only its step."""
    rule = KINDS[kind]
    return rule.disposition if step == rule.step else DISPOSITION_OF_STEP.get(step, rule.disposition)
