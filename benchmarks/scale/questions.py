"""The four questions over HTTP, each answer held against the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import orjson

from firmware_sim.worlds.documents import timestamp

from .client import Client
from .timing import Times

NDJSON = "application/x-ndjson"
Record = Mapping[str, Any]

# Answers of this many things and more are a recall's; there is one row for the largest of them.
LARGE_LOTS = 12
TIMEOUT_SECONDS = 600
ROUNDS = 2


@dataclass(slots=True)
class Asked:
    """What was asked, how long it took, what was wrong with the answers.

    :ivar largest: things in the largest answer to ``destination``
    """

    times: dict[str, Times] = field(default_factory=dict)
    checked: int = 0
    wrong: list[str] = field(default_factory=list)
    largest: int = 0
    largest_lot: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report."""
        return {
            "questions": {name: times.as_dict() for name, times in self.times.items()},
            "checked": self.checked,
            "wrong": len(self.wrong),
            "examples": self.wrong[:10],
            "largest_destination": self.largest,
        }


class Asker:
    """One client with one connection, as an inspector has."""

    def __init__(self, port: int, token: str) -> None:
        self._client = Client(port, TIMEOUT_SECONDS)
        self._token = token

    def get(self, question: str, thing: str, *, lines: bool = False, more: str = "") -> tuple[bytes, float]:
        """Ask; give the body and the seconds to its last byte."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if lines:
            headers["Accept"] = NDJSON
        path = f"/trace/v1/{question}?id={quote(thing, safe='')}{more}"
        status, body, took = self._client.get(path, headers)
        if status != 200:
            raise RuntimeError(f"{question} of {thing}: {status} {body[:300]!r}")
        return body, took


def ask(port: int, token: str, records: Sequence[Record], most_items: int) -> Asked:
    """Ask about the sampled things: every question once to warm up and check, then again for the time."""
    asker, asked = Asker(port, token), Asked()
    truth = {record["id"]: record for record in records}
    named = [record for record in records if record["asked"]]
    items = evenly([record for record in named if record["kind"] == "item"], most_items)
    units = evenly([record for record in named if record["kind"] == "unit"], most_items // 4)
    lots = sorted(
        (record for record in named if record["kind"] == "lot"),
        key=lambda record: -int(record["destinations"]["count"]),
    )[:LARGE_LOTS]
    plan: list[tuple[str, str, Sequence[Record], Callable[[Record, bytes], Iterable[str]]]] = [
        ("source", "source of an item", items, _source),
        ("history", "history of an item", items, _history),
        ("responsibility", "responsibility for an item", items, _custody),
        ("source", "source of a unit", units, _source),
        ("destination", "destination of a lot", lots, _destination),
    ]
    took: dict[str, list[float]] = defaultdict(list)
    for turn in range(ROUNDS):
        for question, name, things, check in plan:
            for record in things:
                body, seconds = asker.get(question, record["id"])
                if turn == 0:
                    asked.checked += 1
                    asked.wrong += [f"{question} of {record['id']}: {what}" for what in check(record, body)]
                    took[f"{name}, asked first"].append(seconds)
                else:
                    took[name].append(seconds)
    if lots:
        _largest(asker, asked, lots[0], truth, took)
    asked.times = {name: Times.of(seconds) for name, seconds in took.items()}
    return asked


def evenly(records: Sequence[Record], most: int) -> list[Record]:
    """Choose from all of them: they come world by world, in each as many as it has of the events."""
    return (
        [records[number * len(records) // most] for number in range(most)]
        if len(records) > most
        else [*records]
    )


def _largest(
    asker: Asker, asked: Asked, lot: Record, truth: Mapping[str, Record], took: dict[str, list[float]]
) -> None:
    """Ask where the lot went that reached most, in each form of the answer, and where everything is now."""
    asked.largest, asked.largest_lot = lot["destinations"]["count"], lot["id"]
    for _ in range(3):
        took["largest destination, runs"].append(asker.get("destination", lot["id"], more="&runs=true")[1])
        took["largest destination, JSON"].append(asker.get("destination", lot["id"])[1])
        took["largest destination, NDJSON"].append(asker.get("destination", lot["id"], lines=True)[1])
        body, seconds = asker.get("destination", lot["id"], lines=True, more="&now=true")
        took["largest destination and where each is now, NDJSON"].append(seconds)
    for line in body.splitlines():
        thing = orjson.loads(line)
        record = truth.get(thing.get("id", ""))
        if record is None or thing.get("where") is None or record["where"] is None or thing["kind"] == "lot":
            continue
        asked.checked += 1
        for name in ("state", "site", "unit"):
            if thing["where"][name] != record["where"][name]:
                asked.wrong.append(f"where is {thing['id']}: {name} {thing['where'][name]}")


def _source(record: Record, body: bytes) -> Iterable[str]:
    return _labels(record["sources"], orjson.loads(body))


def _destination(record: Record, body: bytes) -> Iterable[str]:
    return _labels(record["destinations"], orjson.loads(body))


def _labels(truth: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterable[str]:
    """Compare the things and their times with the truth, or, where there are many, with its digest.

    A time of ``None`` is that of something still inside: as of the question.
    """
    things = answer["things"]
    if len(things) != truth["count"]:
        yield f"{len(things)} things instead of {truth['count']}"
        return
    found = {thing["id"]: _stamp(thing["at"]) for thing in things}
    if "things" in truth:
        if any(thing not in found or at not in (None, found[thing]) for thing, at in truth["things"]):
            yield "other things or times"
        return
    text = "".join(f"{thing} {at}\n" for thing, at in sorted(found.items()))
    if sha256(text.encode()).hexdigest() != truth["sha256"]:
        yield "other things or times"


def _stamp(at: str | None) -> str | None:
    """Write a time as the ledger does."""
    if at is None or (len(at) == 24 and at.endswith("Z")):
        return at
    return timestamp(round(datetime.fromisoformat(at).timestamp() * 1_000_000))


def _history(record: Record, body: bytes) -> Iterable[str]:
    """The first event that stands is that in which the thing was first seen."""
    events = orjson.loads(body)["events"]
    times = [event["eventTime"] for event in events if not event["void"] and not event["declaration"]]
    first = _stamp(min(times, default=None))
    if first != record["first"]:
        yield f"begins {first} instead of {record['first']}"


def _custody(record: Record, body: bytes) -> Iterable[str]:
    """Compare who had it, in order, on the road or not."""
    truth = [(one["party"], one["in_transit"]) for one in record["custody"]]
    found: list[tuple[str | None, bool]] = []
    for one in orjson.loads(body)["custody"]:
        holder = ((one["party"] or {}).get("uscc"), bool(one["in_transit"]))
        if not found or found[-1] != holder:
            found.append(holder)
    if truth != found:
        yield f"{len(found)} holders {found[:3]} instead of {len(truth)} {truth[:3]}"
