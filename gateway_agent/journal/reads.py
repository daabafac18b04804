"""A read as a driver hands it to the journal: what came from where, and the key that a redelivery repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from gateway_agent.stations.rows import Anchor

ReadKind = Literal["tag", "code", "sensor", "broken"]


@dataclass(frozen=True, slots=True)
class Read:
    """One read.

    :param payload: ``tag``: epc, rssi, antenna, count, pc; ``code``: text, aim; ``sensor``: device, readings;
        ``broken``: code, message, hex
    :param key: the same for every delivery of this read and for no other; None when the device gives
        nothing to tell a redelivery by
    :param redelivered: the transport says that this may be a repetition
    :param device_ns: the device's own time, nanoseconds UTC, when it is to be trusted
    """

    source: str
    kind: ReadKind
    payload: dict[str, Any]
    key: str | None = None
    redelivered: bool = False
    device_ns: int | None = None


@dataclass(slots=True)
class Delivery:
    """Reads that are acknowledged together.

    :param committed: called once, from the writer's thread, after all of them are on disk
    :param stamps: logical time and anchor of each read; given by the writer on receipt
    """

    reads: tuple[Read, ...]
    committed: Callable[[], None] | None = None
    stamps: list[tuple[int, Anchor]] = field(default_factory=list)
