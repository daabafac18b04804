"""The open act of a station: what was scanned and said since the last event, as plain data."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway_agent.stations.kinds import Role
from gateway_agent.stations.rows import Anchor

Number = int | float


class Entry(msgspec.Struct):
    """One thing of the act.

    :param is_class: a lot or class, which has a quantity, not an instance
    :param data: further application identifiers of the symbol
    """

    id: str
    role: Role
    is_class: bool
    lot: str | None = None
    quantity: Number | None = None
    uom: str | None = None
    data: dict[str, str] = {}

    def add(self, quantity: tuple[Number, str | None]) -> None:
        """Add a quantity of the same unit; another unit replaces what was said."""
        amount, uom = quantity
        if self.quantity is not None and uom == self.uom:
            # Decimal scales: sums of labels must not show binary dust such as 0.30000000000000004.
            amount = round(self.quantity + amount, 6)
        self.quantity, self.uom = amount, uom


class Reading(msgspec.Struct, array_like=True):
    """One measured value of a sensor report."""

    type: str
    value: float
    uom: str | None


class Act(msgspec.Struct):
    """Everything since the last event.

    :param role: what the next codes are, when a command said so
    :param last_class: key of the lot or class scanned last, which a quantity belongs to
    :param last_at: logical time of the last thing, for idle closing
    :param refused_idle: the idle time has passed without a complete act; reported once
    """

    entries: dict[str, Entry] = {}
    role: Role | None = None
    parent_next: bool = False
    removing: bool = False
    last_class: str | None = None
    pending_quantity: tuple[Number, str | None] | None = None
    fields: dict[str, str] = {}
    documents: list[tuple[str, str]] = []
    ilmd: dict[str, Any] = {}
    extension: dict[str, Any] = {}
    readings: list[Reading] = []
    stated_time: str | None = None
    corrects: str | None = None
    last_at: int | None = None
    anchor: Anchor | None = None
    refused_idle: bool = False

    def of_role(self, *roles: Role) -> list[Entry]:
        """Give the entries of these roles in the order scanned."""
        return [entry for entry in self.entries.values() if entry.role in roles]

    @property
    def parent(self) -> Entry | None:
        """The parent, once it was scanned or named."""
        return next((entry for entry in self.entries.values() if entry.role == "parent"), None)

    @property
    def things(self) -> list[Entry]:
        """Everything scanned but the parent."""
        return [entry for entry in self.entries.values() if entry.role != "parent"]
