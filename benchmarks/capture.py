"""How fast documents are captured, beside the ceiling: COPY of the very same rows into the same tables.

    python benchmarks/capture.py [--events 20000] [--batch 500] [--writers 2] [--data DIR]

Starts a server process of its own, sends a supply chain of farm lots, batches, items, cases and pallets over
HTTP, then copies the rows that this made into empty tables with the same indexes over one connection, with
fsync on in both. Prints one line a figure.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from trace_api.database.embedded import EmbeddedPostgres

PREFIX = "0952123"
START = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = ("event", "event_page", "posting", "leg", "membership", "mark", "emptying", "stay")
PORT = 8917

Event = dict[str, Any]


def check_digit(digits: str) -> str:
    """Give the check digit of a GS1 key."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def sscc(number: int) -> str:
    """Give a logistic unit."""
    body = f"3{PREFIX}{number:09d}"
    return f"https://id.gs1.org/00/{body}{check_digit(body)}"


GTIN = f"0{PREFIX}54321"
GTIN += check_digit(GTIN)


def supply_chain(count: int, seed: int) -> Iterator[Event]:
    """Give events: batches of 48 items, packed into two cases, shipped, received, unpacked, sold."""
    chance = random.Random(seed)
    made = serial = unit = 0
    while True:
        number = f"B{seed}{made // 10:06d}"
        at = START + timedelta(minutes=made)
        items = []
        for _ in range(48):
            serial += 1
            items.append(f"https://id.gs1.org/01/{GTIN}/21/{seed}{serial:08d}{chance.randrange(10**6):06d}")
        lot = f"https://id.gs1.org/01/{GTIN}/10/{number}"
        farm = f"https://id.gs1.org/01/{GTIN}/10/F{seed}{made // 200:05d}"
        events: list[Event] = [
            transformation(at, farm, lot),
            thing_event(at, "ADD", "commissioning", items[:24], number),
            thing_event(at, "ADD", "commissioning", items[24:], number),
        ]
        for half in (items[:24], items[24:]):
            unit += 1
            case = sscc(seed * 10_000_000 + unit)
            packed = {"parentID": case, "childEPCs": half, "action": "ADD", "bizStep": "packing"}
            events.append(event("AggregationEvent", at + timedelta(seconds=5), **packed))
            events.append(thing_event(at + timedelta(seconds=9), "OBSERVE", "shipping", [case]))
            events.append(thing_event(at + timedelta(seconds=30), "OBSERVE", "receiving", [case]))
            unpacked = {**packed, "action": "DELETE", "bizStep": "unpacking"}
            events.append(event("AggregationEvent", at + timedelta(seconds=40), **unpacked))
            sold = half[:2]
            events.append(thing_event(at + timedelta(seconds=50), "DELETE", "retail_selling", sold))
        for one in events:
            one["eventID"] = uuid.UUID(int=chance.getrandbits(128), version=4).urn
            yield one
            made += 1
            if made == count:
                return


def event(kind: str, at: datetime, **members: Any) -> Event:
    """Give an event at a place."""
    site = f"https://id.gs1.org/414/{PREFIX}00000{at.minute % 10}"
    site += check_digit(site.rsplit("/", 1)[1])
    return {
        "type": kind,
        "eventTime": at.isoformat().replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+08:00",
        "readPoint": {"id": site},
        "bizLocation": {"id": site},
        **members,
    }


def thing_event(at: datetime, action: str, step: str, things: list[str], lot: str | None = None) -> Event:
    """Give an ObjectEvent."""
    more = {"ilmd": {"cbvmda:lotNumber": lot}} if lot else {}
    return event("ObjectEvent", at, action=action, bizStep=step, epcList=things, **more)


def transformation(at: datetime, farm: str, lot: str) -> Event:
    """Give a TransformationEvent from one lot to another."""
    amount = {"quantity": 100, "uom": "KGM"}
    return event(
        "TransformationEvent",
        at - timedelta(minutes=1),
        inputQuantityList=[{"epcClass": farm, **amount}],
        outputQuantityList=[{"epcClass": lot, **amount}],
        bizStep="creating_class_instance",
    )


def documents(events: list[Event], batch: int) -> list[bytes]:
    """Cut events into documents."""
    return [
        json.dumps(
            {
                "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-01-01T00:00:00Z",
                "epcisBody": {"eventList": events[start : start + batch]},
            }
        ).encode()
        for start in range(0, len(events), batch)
    ]


def send(token: str, bodies: list[bytes]) -> list[float]:
    """Send documents one after the other; give how long each took."""
    took = []
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=600", "Content-Type": "application/json"}
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", headers=headers, timeout=600) as client:
        for body in bodies:
            start = time.perf_counter()
            answer = client.post("/epcis/v2/capture", content=body)
            took.append(time.perf_counter() - start)
            if answer.status_code != 200 or answer.json()["rejected"]:
                sys.exit(f"the server refused: {answer.text[:500]}")
    return took


def ceiling(url: str, events: int) -> float:
    """Copy the rows that the server made into tables alike; give events a second."""
    with psycopg.connect(url, autocommit=True) as connection:
        copies: list[tuple[str, bytes]] = []
        for table in TABLES:
            connection.execute(f"DROP TABLE IF EXISTS ceiling_{table}")
            connection.execute(f"CREATE TABLE ceiling_{table} (LIKE {table} INCLUDING ALL)")
            with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT BINARY)") as copy:
                copies.append((table, b"".join(bytes(part) for part in copy)))
        connection.execute("CHECKPOINT")
        start = time.perf_counter()
        for table, data in copies:
            with connection.cursor().copy(f"COPY ceiling_{table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(data)
        took = time.perf_counter() - start
        for table in TABLES:
            connection.execute(f"DROP TABLE ceiling_{table}")
    return events / took


def sizes(url: str, events: int) -> None:
    """Print bytes and rows an event."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("thing", *TABLES):
            row = connection.execute(
                f"SELECT pg_total_relation_size('{table}'), (SELECT count(*) FROM {table})"
            ).fetchone()
            assert row is not None
            print(f"  {table:12} {row[0] / events:8.0f} bytes and {row[1] / events:6.2f} rows an event")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--data", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = asked.data or Path(scratch) / "data"
        server = Path(sys.executable).parent / "trace-api"
        process = subprocess.Popen([server, "serve", "--port", str(PORT), "--data", str(data)])
        try:
            measure(asked, data, server)
        finally:
            process.terminate()
            process.wait(30)


def measure(asked: argparse.Namespace, data: Path, server: Path) -> None:
    """Send and print."""
    token = subprocess.run(
        [server, "token", "create", "--role", "device", "--name", "benchmark", "--data", str(data)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/readyz").raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    parts = [
        documents(list(supply_chain(asked.events // asked.writers, writer + 1)), asked.batch)
        for writer in range(asked.writers)
    ]
    sent = asked.events // asked.writers * asked.writers
    megabytes = sum(len(body) for part in parts for body in part) / 1e6
    start = time.perf_counter()
    with ThreadPoolExecutor(asked.writers) as pool:
        took = sorted(one for part in pool.map(lambda part: send(token, part), parts) for one in part)
    seconds = time.perf_counter() - start
    size = megabytes * 1e6 / sent
    print(f"{sent} events of {size:.0f} bytes, {asked.batch} a document, {asked.writers} writers")
    print(f"captured over HTTP      {sent / seconds:10.0f} events/s, {len(took) / seconds:8.0f} documents/s")
    middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"one document            p50 {middle * 1000:6.1f} ms, p99 {late * 1000:6.1f} ms")
    embedded = EmbeddedPostgres(data / "postgres")
    url = embedded.start()
    try:
        best = ceiling(url, sent)
        share = sent / seconds / best
        print(f"raw COPY of the rows    {best:10.0f} events/s (capture reaches {share:.2f} of it)")
        sizes(url, sent)
    finally:
        embedded.stop()


if __name__ == "__main__":
    main()
