"""How fast identifiers are read on one core, beside peers where they are installed.

    python benchmarks/identifiers.py [--count 200000] [--json]

Peers are ``biip`` for Digital Links and ``epcpy`` for tags; a peer that is not installed is left out and
said. Every value is different and nothing is read twice, so no figure is that of a cache of whole answers;
products repeat as they do on a pallet (300 of them), but for the line that says otherwise.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from lineage.identifiers import read, read_tag
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.epc import binary
from lineage.identifiers.uris import parse_uri

PRODUCTS = 300
PEER_SHARE = 20
"""A peer reads so many times fewer values, or the run would take minutes."""
REPEATS = 3
"""The best of so many runs counts: the rest is other work on the machine."""


class Work(NamedTuple):
    """One kind of work: its values, our reader, a goal, and the reader of a peer."""

    name: str
    values: Sequence[str]
    ours: Callable[[str], Any]
    goal: int | None = None
    peer: str = ""
    theirs: Callable[[str], Any] | None = None


def gtins(count: int) -> list[str]:
    """Give valid GTINs of one company."""
    bodies = (f"0690123{number:06d}" for number in range(count))
    return [body + gs1_check_digit(body) for body in bodies]


def sgtin_96(prefix: int, reference: int, serial: int) -> str:
    """Give the 24 hexadecimal digits of an SGTIN-96 with a company prefix of seven digits."""
    return f"{0x30 << 88 | 1 << 85 | 5 << 82 | prefix << 58 | reference << 38 | serial:024X}"


def peer_of(module: str, path: str) -> Callable[[str], Any] | None:
    """Give a function of a peer, or None when the peer is not installed."""
    try:
        found: Any = importlib.import_module(module)
    except ImportError:
        return None
    for name in path.split("."):
        found = getattr(found, name)
    reader: Callable[[str], Any] = found
    return reader


def works(count: int) -> list[Work]:
    """Give all kinds of work over ``count`` different values each."""
    products = gtins(PRODUCTS)
    numbers = range(count)
    bodies = [f"1690123{number:010d}" for number in numbers]
    ssccs = [body + gs1_check_digit(body) for body in bodies]
    dice = random.Random(7)
    biip = peer_of("biip", "parse")
    epcpy = peer_of("epcpy", "hex_to_tag_encodable")

    def links(text: str, host: str = "https://id.gs1.org") -> list[str]:
        return [
            f"{host}/01/{products[n % PRODUCTS]}{text.format(n=n, lot=n % 99, weight=n % 999_999)}"
            for n in numbers
        ]

    plain = links("/21/{n:08d}")
    lots = links("/10/L{lot}/21/{n:08d}?17=271231", "https://example.com")
    escaped = links("/21/{n:08d}%2F?3103={weight:06d}&99=X", "https://example.com/a")
    scans = [f"01{products[n % PRODUCTS]}10L1\x1d21{n}" for n in numbers]
    tags = [sgtin_96(614141, 812000 + n % PRODUCTS, n) for n in numbers]
    spread = [sgtin_96(dice.randrange(10**7), dice.randrange(10**6), n) for n in numbers]
    long_urns = (f"urn:epc:id:sgtin:0614141.812345.A{n}" for n in range(count // 10))
    long_tags = [binary.encode("sgtin-198", urn) for urn in long_urns]
    return [
        Work("Digital Link, serial", plain, parse_uri, 100_000, "biip", biip),
        Work("Digital Link, lot, serial, expiry", lots, parse_uri, 100_000, "biip", biip),
        Work("Digital Link, escapes, attributes", escaped, parse_uri, None, "biip", biip),
        Work(
            "Digital Link, SSCC",
            [f"https://id.gs1.org/00/{sscc}" for sscc in ssccs],
            parse_uri,
            None,
            "biip",
            biip,
        ),
        Work(
            "EPC URN, SGTIN",
            [f"urn:epc:id:sgtin:0614141.8{n % PRODUCTS:05d}.{n}" for n in numbers],
            parse_uri,
        ),
        Work(
            "EPC URN, GRAI", [f"urn:epc:id:grai:0614141.{n % PRODUCTS:05d}.{n}" for n in numbers], parse_uri
        ),
        Work("element string, scanned", scans, read, None, "biip", biip),
        Work("SGTIN-96", tags, read_tag, 250_000, "epcpy", epcpy),
        Work("SGTIN-96, every product different", spread, read_tag, None, "epcpy", epcpy),
        Work("SGTIN-198", long_tags, read_tag, None, "epcpy", epcpy),
    ]


def rate(reader: Callable[[str], Any], values: Iterable[str]) -> float:
    """Give values a second, the best of a few runs."""
    best = 0.0
    values = list(values)
    for _ in range(REPEATS):
        start = time.perf_counter()
        for value in values:
            reader(value)
        best = max(best, len(values) / (time.perf_counter() - start))
    return best


def main() -> int:
    """Run all work and print one line each; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200_000, help="different values of each kind")
    parser.add_argument("--json", action="store_true", help="one object a line")
    options = parser.parse_args()
    missed = False
    if not options.json:
        machine = platform.processor() or platform.machine()
        print(f"{machine}, Python {platform.python_version()}, one core, values a second")
    for work in works(options.count):
        ours = rate(work.ours, work.values)
        few = work.values[: max(1, options.count // PEER_SHARE)]
        theirs = rate(work.theirs, few) if work.theirs else None
        missed = missed or (work.goal is not None and ours < work.goal)
        if options.json:
            figures = {"work": work.name, "rate": round(ours), "goal": work.goal, "peer": work.peer}
            print(json.dumps(figures | {"peer_rate": round(theirs) if theirs else None}))
            continue
        goal = f"goal {work.goal:>9,}" if work.goal else " " * 14
        peer = f"{work.peer} {theirs:,.0f}" if theirs else f"{work.peer} not installed"
        print(f"{work.name:38} {ours:>11,.0f}   {goal}   {peer if work.peer else ''}".rstrip())
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
