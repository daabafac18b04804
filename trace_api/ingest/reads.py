"""A batch of raw reads, and the events it becomes.

1. Every read whose code is an identifier of a thing becomes part of an ObjectEvent OBSERVE; reads of one
   moment at one read point are one event.
2. Every other read is refused with its reason. The batch is kept as it came, refused reads included: a
   physical read is a fact, and what cannot be understood today may be tomorrow.
3. The identity of an event follows from who sends, the batch and the moment, so that a batch sent again is
   recognised.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec

from lineage.errors import LineageError
from lineage.events.vocabulary import EPCIS_CONTEXT
from lineage.identifiers import Identifier, read

#: Reads of one batch: a portal sees some hundred tags a second, a handheld sends every few seconds.
MOST_READS: Final = 10_000
LONGEST_CODE: Final = 2000

_NAMESPACE: Final = uuid.UUID("6f0d3a52-6c0f-5f57-9d0c-7d0a3d8f4e11")

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CODE)]


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One read: when, what, and whatever else the device knows."""

    time: datetime
    code: Text
    """Any written form of an identifier: EPC as hex, scanned text with GS, Digital Link, URN …"""
    read_point: Text | None = msgspec.field(default=None, name="readPoint")
    """Overrides that of the batch."""
    antenna: int | None = None
    rssi: float | None = None
    count: int | None = None


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reads of one device, sent together."""

    batch_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = msgspec.field(name="batchID")
    reads: Annotated[list[Read], msgspec.Meta(min_length=1, max_length=MOST_READS)]
    read_point: Text | None = msgspec.field(default=None, name="readPoint")
    biz_location: Text | None = msgspec.field(default=None, name="bizLocation")
    biz_step: Text | None = msgspec.field(default=None, name="bizStep")
    disposition: Text | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What becomes of one read: part of an event, or refused."""

    index: int
    id: str | None
    event: int | None
    """Index of the event within the document."""
    code: str | None = None
    message: str | None = None

    @property
    def status(self) -> Literal["understood", "refused"]:
        """In a word."""
        return "refused" if self.event is None else "understood"


class Understood(msgspec.Struct, frozen=True):
    """The document that a batch becomes, and what became of each read."""

    document: dict[str, Any]
    outcomes: list[Outcome]


_DECODER: Final = msgspec.json.Decoder(Batch)


def read_batch(data: bytes) -> Batch:
    """Read a batch.

    :raises ValueError: it is not one; the message says what is wrong where
    """
    try:
        return _DECODER.decode(data)
    except UnicodeDecodeError:
        raise ValueError("the body is not UTF-8") from None
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except RecursionError:
        raise ValueError("the body nests too deep") from None


def understand(batch: Batch, sender: str) -> Understood:
    """Make the events of a batch.

    :param sender: key of who sends it
    """
    moments: dict[tuple[datetime, str | None], dict[str, Identifier]] = {}
    places: list[tuple[int, str, tuple[datetime, str | None]] | tuple[int, str, str]] = []
    for index, one in enumerate(batch.reads):
        # 1. and 2.
        try:
            if one.time.tzinfo is None:
                places.append((index, "no-time-zone", "The time has no zone."))
                continue
            thing = read(one.code)
        except LineageError as error:
            places.append((index, error.code, error.message))
            continue
        if thing.kind == "class":
            places.append((index, "class-not-traced", f"{thing.id} names a kind of product, not a thing."))
            continue
        moment = (one.time, one.read_point or batch.read_point)
        moments.setdefault(moment, {})[thing.id] = thing
        places.append((index, thing.id, moment))
    order = {moment: number for number, moment in enumerate(moments)}
    outcomes = [
        Outcome(index, None, None, what, where)
        if isinstance(where, str)
        else Outcome(index, what, order[where])
        for index, what, where in places
    ]
    events = [
        _event(batch, sender, number, moment, list(things.values()))
        for number, (moment, things) in enumerate(moments.items())
    ]
    return Understood(_document(events), outcomes)


def _event(
    batch: Batch,
    sender: str,
    number: int,
    moment: tuple[datetime, str | None],
    things: Sequence[Identifier],
) -> dict[str, Any]:
    time, read_point = moment
    lots = [thing.id for thing in things if thing.kind == "lot"]
    members = {
        "type": "ObjectEvent",
        # 3.
        "eventID": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{sender} {batch.batch_id} {number}')}",
        "eventTime": time.isoformat(),
        "eventTimeZoneOffset": _offset(time.utcoffset() or timedelta()),
        "action": "OBSERVE",
        "epcList": [thing.digital_link or thing.id for thing in things if thing.kind != "lot"] or None,
        "quantityList": [{"epcClass": lot} for lot in lots] or None,
        "bizStep": batch.biz_step,
        "disposition": batch.disposition,
        "readPoint": {"id": read_point} if read_point else None,
        "bizLocation": {"id": batch.biz_location} if batch.biz_location else None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _document(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@context": [EPCIS_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": max((event["eventTime"] for event in events), default="1970-01-01T00:00:00Z"),
        "epcisBody": {"eventList": events},
    }
