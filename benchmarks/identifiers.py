"""How fast identifiers are read on one core, beside peers where they are installed.

    python benchmarks/identifiers.py [--count 200000] [--json]

Peers are ``biip`` for Digital Links and ``epcpy`` for tags (``make bench-core`` installs them); a peer that
is not installed is left out and said. Every value is different, and so is every company, product, place and
asset in it, so no figure is that of a cache; two lines show what the caches add where 300 products repeat,
as they do on a pallet. Times are processor time of this process.
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
FEWEST = 50_000
"""Values of each kind at least: with fewer, the caches of products would still know them in the next run."""
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


def keys(count: int, digits: int, dice: random.Random) -> list[str]:
    """Give different numbers of so many digits, check digit included: GTINs, SSCCs, GLNs of any company."""
    bodies = [f"{body:0{digits - 1}d}" for body in dice.sample(range(10 ** (digits - 1)), count)]
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
    dice = random.Random(7)
    numbers = range(count)
    gtins, ssccs, glns = (keys(count, digits, dice) for digits in (14, 18, 13))
    assets = [f"0{gln}A{n}" for n, gln in enumerate(keys(count, 13, dice))]
    dates = [f"27{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}" for _ in numbers]
    weights = [dice.randrange(10**6) for _ in numbers]
    biip = peer_of("biip", "parse")
    epcpy = peer_of("epcpy", "hex_to_tag_encodable")

    def links(name: str, values: Iterable[str], goal: int | None = 100_000) -> Work:
        return Work(f"Digital Link, {name}", list(values), parse_uri, goal, "biip", biip)

    def urns(name: str, values: Iterable[str]) -> Work:
        return Work(f"EPC URN, {name}", list(values), parse_uri)

    def tags(name: str, values: Iterable[str], goal: int | None = None) -> Work:
        return Work(name, list(values), read_tag, goal, "epcpy", epcpy)

    host = "https://id.gs1.org"
    long_urns = (f"urn:epc:id:sgtin:0614141.{n % 10**6:06d}.A{n}" for n in range(count // 10))
    return [
        links("serial", (f"{host}/01/{gtins[n]}/21/{n:08d}" for n in numbers)),
        links(
            "lot, serial, expiry", (f"{host}/01/{gtins[n]}/10/L{n}/21/{n:08d}?17={dates[n]}" for n in numbers)
        ),
        links(
            "escapes, attributes",
            (f"{host}/01/{gtins[n]}/21/{n:08d}%2F?3103={weights[n]:06d}&99=X" for n in numbers),
            None,
        ),
        links("SSCC", (f"{host}/00/{sscc}" for sscc in ssccs)),
        links("GLN and extension", (f"{host}/414/{gln}/254/{n}" for n, gln in enumerate(glns))),
        links("GRAI", (f"{host}/8003/{asset}" for asset in assets)),
        links("GIAI", (f"{host}/8004/{gln[:9]}A{n}" for n, gln in enumerate(glns))),
        links("serial, 300 products", (f"{host}/01/{gtins[n % PRODUCTS]}/21/{n:08d}" for n in numbers), None),
        urns(
            "SGTIN", (f"urn:epc:id:sgtin:{gtins[n][1:8]}.{gtins[n][:1]}{gtins[n][8:13]}.{n}" for n in numbers)
        ),
        urns("GRAI", (f"urn:epc:id:grai:{gln[:7]}.{gln[7:12]}.{n}" for n, gln in enumerate(glns))),
        Work(
            "element string, scanned",
            [f"01{gtins[n]}10L{n}\x1d21{n}" for n in numbers],
            read,
            None,
            "biip",
            biip,
        ),
        tags(
            "SGTIN-96",
            (
                sgtin_96(dice.randrange(10**7), dice.randrange(10**6), dice.randrange(1 << 38))
                for _ in numbers
            ),
            250_000,
        ),
        tags("SGTIN-96, 300 products", (sgtin_96(614141, 812000 + n % PRODUCTS, n) for n in numbers)),
        tags("SGTIN-198", (binary.encode("sgtin-198", urn) for urn in long_urns)),
    ]


def rate(reader: Callable[[str], Any], values: Iterable[str]) -> float:
    """Give values a second, the best of a few runs."""
    best = 0.0
    values = list(values)
    for _ in range(REPEATS):
        start = time.process_time()
        for value in values:
            reader(value)
        best = max(best, len(values) / (time.process_time() - start))
    return best


def main() -> int:
    """Run all work and print one line each; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--count", type=int, default=200_000, help=f"different values of each kind, at least {FEWEST}"
    )
    parser.add_argument("--json", action="store_true", help="one object a line")
    options = parser.parse_args()
    missed = False
    if not options.json:
        machine = platform.processor() or platform.machine()
        print(f"{machine}, Python {platform.python_version()}, one core, values a second")
    for work in works(max(options.count, FEWEST)):
        ours = rate(work.ours, work.values)
        few = work.values[: max(1, len(work.values) // PEER_SHARE)]
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
