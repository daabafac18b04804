"""Speed of events on one core: read and validate, hash, XML to JSON lines, each beside a peer.

Run ``python benchmarks/events.py`` (about a minute; ``--quick`` for a fifth, ``--mb 1000`` for a gigabyte of
XML, ``--json`` for one JSON object a line). Times are processor time of this process, so other work on the
machine disturbs them little; each figure is the best of several rounds. The peers are measured with the same
events: ``jsonschema-rs`` with the schema of the standard where it lies beside the checkout, ``pydantic``
with a model of the same members, ``epcis-event-hash-generator`` where it is installed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict

from lineage.events import EventStream, event_hash, read_document, write_xml
from lineage.events.event import Around, Event
from lineage.events.json_reading import read_raw_event
from lineage.events.stream_writing import LinesWriter
from lineage.events.wire import Wire

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT.parent / "shared" / "vectors" / "gs1-epcis" / "epcis-json-schema.json"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
AROUND = Around([CONTEXT, {"suyuan": "https://w3id.org/suyuan/v1/"}])


def event(number: int, items: int, *, urns: bool = False) -> dict[str, Any]:
    """Give one shipment event; no two have an item in common."""
    start = number * items
    if urns:
        epcs = [f"urn:epc:id:sgtin:6901234.00000{start % 7}.{start + index}" for index in range(items)]
    else:
        epcs = [f"https://id.gs1.org/01/06901234000016/21/AB{start + index:010d}" for index in range(items)]
    return {
        "type": "ObjectEvent",
        "eventID": f"ni:///sha-256;{number:064x}?ver=CBV2.0",
        "eventTime": f"2026-04-03T{number % 24:02d}:{number % 60:02d}:31.{number % 1000:03d}+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": epcs,
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "https://id.gs1.org/414/6901234000016/254/dock-3"},
        "bizLocation": {"id": "https://id.gs1.org/414/6901234000016"},
        "bizTransactionList": [
            {"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:6901234000016:{number}"}
        ],
        "sourceList": [{"type": "owning_party", "source": "https://id.gs1.org/417/6901234000016"}],
        "destinationList": [{"type": "owning_party", "destination": "https://id.gs1.org/417/6909876000011"}],
    }


def rate(work: Callable[[], int], rounds: int = 5) -> float:
    """Give things a second of processor time, the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        done = work()
        best = min(best, (time.process_time() - start) / done)
    return 1 / best


def show(rows: list[tuple[str, float, float | None, str]], *, as_json: bool) -> None:
    """Print one table: what, figure, goal, unit."""
    for what, figure, goal, unit in rows:
        if as_json:
            print(json.dumps({"what": what, "figure": round(figure, 1), "goal": goal, "unit": unit}))
        else:
            wanted = (
                "" if goal is None else f"goal {goal:>9,.0f}  {'reached' if figure >= goal else 'MISSED'}"
            )
            print(f"  {what:<58}{figure:>12,.0f} {unit:<9}{wanted}")


# --- reading
# ----------------------------------------------------------------------------------------------------


def reading(count: int) -> Iterator[tuple[str, float, float | None, str]]:
    """JSON bytes of one event to a validated event."""
    plain = [msgspec.json.encode(event(number, 14)) for number in range(count)]
    extended = [
        msgspec.json.encode(
            event(number, 13) | {"suyuan:device": "gate-3", "suyuan:position": {"suyuan:n": number}}
        )
        for number in range(count)
    ]
    born = [
        msgspec.json.encode(
            event(number, 13)
            | {"action": "ADD", "ilmd": {"cbvmda:lotNumber": f"L{number}", "suyuan:line": "2"}}
        )
        for number in range(count)
    ]
    assert all(isinstance(read_raw_event(data, AROUND), Event) for data in (*plain, *extended, *born))
    size = sum(map(len, plain)) // count
    yield f"event of {size} bytes -> validated event", rate(lambda: _read(plain)), 60_000, "events/s"
    yield "  the same with extensions at top level", rate(lambda: _read(extended)), None, "events/s"
    yield "  the same with ilmd", rate(lambda: _read(born)), None, "events/s"
    yield (
        "  peer: msgspec, typed, no rules, no URIs",
        rate(lambda: _each(_peer_msgspec(), plain)),
        None,
        "events/s",
    )
    yield (
        "  peer: pydantic, same members, no rules, no URIs",
        rate(lambda: _each(_peer_pydantic(), plain)),
        None,
        "events/s",
    )
    schema = _peer_schema()
    if schema is not None:
        yield (
            "  peer: json + jsonschema-rs, schema of the standard",
            rate(lambda: _each(schema, plain), 2),
            None,
            "events/s",
        )


def _read(texts: list[bytes]) -> int:
    for text in texts:
        read_raw_event(text, AROUND)
    return len(texts)


def _each(work: Callable[[bytes], object], texts: list[bytes]) -> int:
    for text in texts:
        work(text)
    return len(texts)


def _peer_msgspec() -> Callable[[bytes], object]:
    return msgspec.json.Decoder(Wire).decode


def _peer_pydantic() -> Callable[[bytes], object]:
    class Place(BaseModel):
        id: str

    class Transaction(BaseModel):
        model_config = ConfigDict(extra="forbid")
        type: str | None = None
        bizTransaction: str  # noqa: N815

    class Source(BaseModel):
        model_config = ConfigDict(extra="forbid")
        type: str
        source: str

    class Destination(BaseModel):
        model_config = ConfigDict(extra="forbid")
        type: str
        destination: str

    class ObjectEvent(BaseModel):
        model_config = ConfigDict(extra="forbid")
        type: Literal["ObjectEvent"]
        eventID: str  # noqa: N815
        eventTime: datetime  # noqa: N815
        eventTimeZoneOffset: str  # noqa: N815
        epcList: tuple[str, ...]  # noqa: N815
        action: Literal["ADD", "OBSERVE", "DELETE"]
        bizStep: str  # noqa: N815
        disposition: str
        readPoint: Place  # noqa: N815
        bizLocation: Place  # noqa: N815
        bizTransactionList: list[Transaction]  # noqa: N815
        sourceList: list[Source]  # noqa: N815
        destinationList: list[Destination]  # noqa: N815

    return ObjectEvent.model_validate_json


def _peer_schema() -> Callable[[bytes], object] | None:
    if not SCHEMA.exists() or importlib.util.find_spec("jsonschema_rs") is None:
        return None
    jsonschema_rs: Any = importlib.import_module("jsonschema_rs")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(
        {
            "$schema": schema["$schema"],
            "definitions": schema["definitions"],
            "$ref": "#/definitions/EPCIS-Document-Event",
        },
        validate_formats=True,
    )

    def check(text: bytes) -> object:
        assert validator.is_valid(orjson.loads(text))
        return None

    return check


# --- hashing
# ----------------------------------------------------------------------------------------------------


def hashing(count: int) -> Iterator[tuple[str, float, float | None, str]]:
    """Parsed event with ten items to its hash."""
    links = [_made(event(number, 10)) for number in range(count)]
    urns = [_made(event(count + number, 10, urns=True)) for number in range(count)]
    yield "hash of a parsed event, 10 EPCs as Digital Links", rate(lambda: _hash(links)), 15_000, "events/s"
    yield "hash of a parsed event, 10 EPCs as URNs", rate(lambda: _hash(urns)), 15_000, "events/s"
    if importlib.util.find_spec("epcis_event_hash_generator") is not None:
        yield "  peer: epcis-event-hash-generator", _peer_hash(count // 20), None, "events/s"


def _made(members: dict[str, Any]) -> Event:
    made = read_raw_event(msgspec.json.encode(members), AROUND)
    assert isinstance(made, Event)
    return made


def _hash(events: list[Event]) -> int:
    for each in events:
        event_hash(each)
    return len(events)


def _peer_hash(count: int) -> float:
    hash_generator: Any = importlib.import_module("epcis_event_hash_generator.hash_generator")
    json_to_py: Any = importlib.import_module("epcis_event_hash_generator.json_to_py")
    document = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-04-03T20:33:31Z",
        "epcisBody": {"eventList": [event(number, 10) for number in range(count)]},
    }
    events = json_to_py.event_list_from_epcis_document_json(document)

    def work() -> int:
        hash_generator.epcis_hashes_from_events(events)
        return count

    return rate(work, 2)


# --- XML
# --------------------------------------------------------------------------------------------------------


def xml(megabytes: int) -> Iterator[tuple[str, float, float | None, str]]:
    """A large XML document to JSON lines, in a process of its own for the memory."""
    document = read_document(
        msgspec.json.encode(
            {
                "@context": [CONTEXT],
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-04-03T20:33:31Z",
                "epcisBody": {"eventList": [event(number, 14) for number in range(2000)]},
            }
        )
    )
    text = write_xml(document)
    start = text.index(b"<EventList>") + len(b"<EventList>")
    end = text.rindex(b"</EventList>")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xml"
        with path.open("wb") as file:
            file.write(text[:start])
            written = 0
            while written < megabytes * 1_000_000:
                written += file.write(text[start:end])
            file.write(text[end:])
        result = subprocess.run(
            [sys.executable, __file__, "--one-xml", str(path)], check=True, capture_output=True, text=True
        )
    seconds, megabytes_read, peak = map(float, result.stdout.split())
    yield f"XML -> JSON lines, {megabytes_read:,.0f} MB", megabytes_read / seconds, 20, "MB/s"
    yield "  memory of that process (goal: at most 200)", peak, None, "MB"


def one_xml(path: Path) -> None:
    """Convert one file and print seconds, megabytes and peak memory in megabytes."""
    start = time.process_time()
    with (
        path.open("rb") as source,
        Path(os.devnull).open("wb") as out,
        LinesWriter(out) as writer,
    ):
        for each in EventStream(source).events():
            writer.write(each)
    print(time.process_time() - start, path.stat().st_size / 1_000_000, _peak_memory())


def _peak_memory() -> float:
    """Give the most memory this process had, in megabytes (``ru_maxrss`` would count that of its parent)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a fifth of the work")
    parser.add_argument("--mb", type=int, default=100, help="megabytes of XML (default 100)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--one-xml", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_xml:
        one_xml(options.one_xml)
        return
    count = 2_000 if options.quick else 10_000
    parts = [reading(count), hashing(count // 2), xml(options.mb // 5 if options.quick else options.mb)]
    for part in parts:
        show(list(part), as_json=options.json)


if __name__ == "__main__":
    main()
