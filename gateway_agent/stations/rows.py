"""What goes into the stations and what comes out: journalled reads in, effects out.

Stations are a pure function from the sequence of rows to the sequence of effects. Every input, also the
passing of time (rows of kind ``tick``), is a row of the journal, so that the same journal always gives the
same effects.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

RowKind = Literal["tag", "code", "sensor", "tick"]


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """When something happened, in every clock that may be needed later.

    :param wall: nanoseconds since 1970 as the machine believed
    :param believed: whether that was to be believed
    :param boot: number of the boot in this journal
    :param boot_ns: nanoseconds since that boot
    """

    wall: int
    believed: bool
    boot: int
    boot_ns: int


@dataclass(frozen=True, slots=True)
class Row:
    """One journalled read.

    :param seq: position in the journal
    :param at: logical time in nanoseconds; for windows only
    :param payload: ``tag``: epc, rssi, antenna, count, pc; ``code``: text, aim; ``sensor``: device,
        readings, time
    """

    seq: int
    source: str
    kind: RowKind
    at: int
    anchor: Anchor
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event is made; ``body`` lacks ``eventTime``, which is stated or follows from the anchor."""

    station: str
    lane: str
    seq: int
    event_id: str
    body: dict[str, Any]
    anchor: Anchor
    stated_time: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """An event made earlier is declared an error."""

    station: str
    lane: str
    seq: int
    event_id: str
    reason: str
    corrective: tuple[str, ...]
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Refused:
    """A read that a station cannot use; it is kept in quarantine with this reason."""

    station: str
    source: str
    seq: int
    code: str
    message: str
    text: str
    anchor: Anchor


Effect = Emitted | Declared | Refused


def derived_event_id(journal: uuid.UUID, station: str, seq: int, number: int) -> str:
    """Give the identifier of the event that a station makes at a row of a journal.

    The journal's own identifier keeps agents and re-created journals apart; the row keeps repeated acts of
    equal content apart; deriving the same row again gives the same identifier.
    """
    return f"urn:uuid:{uuid.uuid5(journal, f'{station}/{seq}/{number}')}"
