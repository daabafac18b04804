"""Capture and the four questions at size, in one run.

    python -m benchmarks.scale --size 1m [--growth] [--cold] [--write] [--json FILE]

Writes the worlds of the simulator with their truth, starts a server of its own, captures everything over
HTTP, asks the questions, holds each sampled answer against the truth, and asks the peers the same on the same
data. Ends with 1 when an answer was wrong; goals that are not reached are only said.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import orjson
from rich.console import Console

from .beside import Peer, ask_peers
from .capturing import Captured, send_documents, send_single_events
from .late import Late, late_events, pack_boxes
from .questions import Asked, ask, evenly
from .report import Report
from .server import Server, drop_from_cache
from .store import Store
from .timing import Times
from .worlds import Data, generate

SIZES = {"20k": 20_000, "100k": 100_000, "200k": 200_000, "1m": 1_000_000, "10m": 10_000_000}
# Events that are kept back to be sent one a request.
SINGLE_EVENTS = 6_000
# Late events at a tenth and at the end.
LATE_SERIES = (1, 2)
# Lots and items that peers are asked about.
PEER_LOTS, PEER_ITEMS = 5, 50

notes = Console(stderr=True, highlight=False)


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="1m", help=f"events: {', '.join(SIZES)}, or a number")
    parser.add_argument("--batch", type=int, default=500, help="events of a request (default 500)")
    parser.add_argument("--writers", type=int, default=8, help="clients that send documents (default 8)")
    parser.add_argument(
        "--workers",
        type=int,
        default=3,
        help="server processes (default 3: while one waits, the others compute)",
    )
    parser.add_argument("--items", type=int, default=150, help="items asked about (default 150)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--growth", action="store_true", help="ask also when a tenth is captured")
    parser.add_argument("--cold", action="store_true", help="ask also with cold caches")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peers-python", type=Path, default=Path(sys.executable), metavar="PYTHON")
    parser.add_argument(
        "--data",
        type=Path,
        help="where everything is kept, worlds to be used again (default: a temporary folder)",
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--write", action="store_true", help="write the table to docs/performance.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as scratch:
        folder = asked.data or Path(scratch)
        report, right = run(asked, folder)
    report.show(Console(width=None if sys.stdout.isatty() else 150))
    if asked.json:
        asked.json.write_bytes(orjson.dumps(report.raw, option=orjson.OPT_INDENT_2))
    if asked.write:
        report.write()
    sys.exit(0 if right else 1)


def run(asked: argparse.Namespace, folder: Path) -> tuple[Report, bool]:
    """Do the steps in order; give the figures, and whether every answer was right."""
    size = SIZES.get(asked.size) or int(asked.size)
    report = Report(asked.size, _command(asked), notes.print)
    with notes.status("telling the worlds …"):
        start = time.perf_counter()
        data = generate(folder / "worlds", size, asked.batch, asked.seed)
        notes.print(f"worlds of {data.events:,} events in {time.perf_counter() - start:.0f} s")
    # Worlds are used again, a store never is: it would answer that it has seen everything.
    shutil.rmtree(folder / "data", ignore_errors=True)
    with Server(folder / "data", asked.workers) as server:
        device, inspector = server.token("device"), server.token("inspector")
        server.import_files(data.master_data())
        batches, early, lates = _capture(server, device, data, asked, inspector, report)
        store = Store(server.url)
        store.settle()
        answers = _ask(server, inspector, data, asked, "whole")
        _question_rows(report, answers, early)
        _beside(report, store, batches, data, asked, folder)
        report.add(
            "most memory of a server",
            f"{server.memory() / 1e6:,.0f} MB",
            "≤ 300 MB",
            server.memory() <= 300e6,
        )
        report.raw["server_memory_bytes"] = server.memory()
        store.close()
    wrong = answers.wrong + (early.wrong if early else []) + [one for _, found in lates for one in found]
    if asked.cold:
        wrong += _cold(folder, inspector, data, asked, report)
    _checked(report, answers, early, lates, wrong)
    return report, not wrong


def _capture(
    server: Server, token: str, data: Data, asked: argparse.Namespace, inspector: str, report: Report
) -> tuple[Captured, Asked | None, list[Late]]:
    """Capture both parts, asking in between where growth is wanted; the last events go one by one."""
    early, lates = None, []
    port, writers = server.port, asked.writers
    kept_back = max(1, min(SINGLE_EVENTS // asked.batch, len(data.documents["late"]) // 4))
    late, single = data.documents["late"][:-kept_back], data.documents["late"][-kept_back:]
    for series in LATE_SERIES if asked.growth else LATE_SERIES[1:]:
        pack_boxes(port, token, series)
    with notes.status("capturing a tenth …"):
        send_documents(port, token, data.documents["early"], writers)
    if asked.growth:
        store = Store(server.url)
        store.settle()
        store.close()
        early = _ask(server, inspector, data, asked, "a tenth", part="early")
        with notes.status("sending late events …"):
            lates.append(late_events(port, token, inspector, LATE_SERIES[0]))
    with notes.status("capturing …"):
        batches = send_documents(port, token, late, writers)
    notes.print(f"captured {batches.events:,} events in {batches.seconds:.0f} s")
    with notes.status("capturing one event a request …"):
        singles = send_single_events(port, token, single)
    with notes.status("sending late events …"):
        lates.append(late_events(port, token, inspector, LATE_SERIES[1]))
    report.heading("capture over HTTP: durable, validated, indexed, traceable")
    size = f"{batches.size / batches.events:,.0f} bytes, {batches.things:.1f} things an event"
    rate = batches.events / batches.seconds
    report.add(
        f"{asked.batch} events a request, {writers} writers ({size})",
        f"{rate:,.0f} events/s",
        "≥ 10,000",
        rate >= 10_000,
    )
    report.add("such a request, p50 / p95 / p99 ms", str(batches.times))
    rate = singles.requests / singles.seconds
    report.add("one event a request, 32 clients", f"{rate:,.0f} requests/s", "≥ 900", rate >= 900)
    report.add(
        "such a request, p50 / p95 / p99 ms", str(singles.times), "p99 < 150", singles.times.at(0.99) < 150
    )
    _late_rows(report, [times for times, _ in lates])
    report.pace()
    report.raw["capture"] = {"batches": batches.as_dict(), "singles": singles.as_dict()}
    return batches, early, lates


def _late_rows(report: Report, times: list[Times]) -> None:
    report.add(f"late events that open or close a containment ({len(times[-1].seconds)})", str(times[-1]))
    if len(times) > 1:
        growth = times[-1].at(0.5) / times[0].at(0.5)
        what = "late events: growth of p50 from a tenth"
        report.add(what, f"× {growth:.2f}", "≤ × 1.5", growth <= 1.5)
    report.raw["late"] = [each.as_dict() for each in times]


def _ask(
    server: Server, token: str, data: Data, asked: argparse.Namespace, what: str, part: str | None = None
) -> Asked:
    with notes.status(f"asking, {what} captured …"):
        truths = data.truths("early") if part or asked.growth else data.truths("early") + data.truths("late")
        found = ask(server.port, token, truths, asked.items)
        if asked.growth and part is None:
            whole = ask(server.port, token, data.truths("late"), asked.items)
            found.times |= {f"{name}, late things": times for name, times in whole.times.items()}
            if whole.largest > found.largest:
                for name, times in whole.times.items():
                    if name.startswith("largest"):
                        found.times[name] = times
                found.largest, found.largest_lot = whole.largest, whole.largest_lot
            found.checked += whole.checked
            found.wrong += whole.wrong
        return found


def _question_rows(report: Report, answers: Asked, early: Asked | None) -> None:
    report.heading("questions over HTTP, warm, p50 / p95 / p99 ms")
    for name, times in answers.times.items():
        if name.startswith("largest") or name.endswith((", asked first", "late things")):
            continue
        goal, reached = "", None
        if name == "source of an item":
            goal, reached = "p50 ≤ 4, p99 ≤ 12", times.at(0.5) <= 4 and times.at(0.99) <= 12
        report.add(f"{name} ({len(times.seconds)})", str(times), goal, reached)
        if early:
            growth = times.at(0.5) / early.times[name].at(0.5)
            report.add(f"{name}: growth of p50 from a tenth", f"× {growth:.2f}", "≤ × 1.5", growth <= 1.5)
    report.pace()
    report.heading(f"the lot that reached most: {answers.largest:,} things; best of 3, to the last byte")
    plain = answers.times["largest destination, NDJSON"].at(0)
    now = answers.times["largest destination and where each is now, NDJSON"].at(0)
    limit = max(answers.largest / 100_000, 0.1)
    runs = answers.times["largest destination, runs"].at(0)
    report.add(
        "destination, as runs",
        f"{runs:,.0f} ms",
        f"≤ {120 * limit:,.0f} (120 for 100,000)",
        runs <= 120 * limit,
    )
    report.add("destination, JSON", f"{answers.times['largest destination, JSON'].at(0):,.0f} ms")
    report.add(
        "destination, NDJSON",
        f"{plain:,.0f} ms",
        f"≤ {700 * limit:,.0f} (700 for 100,000)",
        plain <= 700 * limit,
    )
    report.add(
        "where each is now, on top",
        f"{now - plain:,.0f} ms",
        f"≤ {1000 * limit:,.0f} (1,000 for 100,000)",
        now - plain <= 1000 * limit,
    )
    report.raw["questions"] = answers.as_dict()
    report.raw["questions_at_a_tenth"] = early.as_dict() if early else None


def _beside(
    report: Report,
    store: Store,
    batches: Captured,
    data: Data,
    asked: argparse.Namespace,
    folder: Path,
) -> None:
    """Measure sizes, the ceiling and the peers."""
    sizes = store.sizes()
    report.heading("storage")
    report.add(
        "lineage tables and their indexes",
        f"{sizes.lineage_bytes:,.0f} bytes an event",
        "≤ 1,300",
        sizes.lineage_bytes <= 1300,
    )
    report.add("rows of lineage tables", f"{sizes.lineage_rows:.1f} an event")
    for table in ("thing", "event", "event_page"):
        report.add(f"{table}, with indexes", f"{sizes.tables[table][0] / sizes.events:,.0f} bytes an event")
    with notes.status("copying the same rows …"):
        ceiling = store.ceiling()
    ratio = batches.events / batches.seconds / ceiling
    report.heading("beside it, same data, same run")
    report.add("raw COPY of the newest rows into the same tables, one connection", f"{ceiling:,.0f} events/s")
    report.add("capture as a share of it", f"{ratio:.2f}", "≥ 0.5", ratio >= 0.5)
    report.raw |= {
        "storage": sizes.as_dict(),
        "ceiling_events_per_second": round(ceiling),
        "ratio": round(ratio, 3),
    }
    if asked.no_peers:
        return
    truths = data.truths("early") + data.truths("late")
    named = [truth for truth in truths if truth["asked"]]
    lots = sorted(
        (one for one in named if one["kind"] == "lot"), key=lambda one: -int(one["destinations"]["count"])
    )[:PEER_LOTS]
    items = [one["id"] for one in evenly([one for one in named if one["kind"] == "item"], PEER_ITEMS)]
    with notes.status("asking the peers …"):
        edges, peers = ask_peers(store, folder, [lot["id"] for lot in lots], items, asked.peers_python)
    true = [lot["destinations"]["count"] for lot in lots]
    report.add("edges without times and containers", f"{edges:,}")
    for peer in peers:
        _peer_row(report, peer, true)
    report.raw["peers"] = {"edges": edges, "true_counts": true, "found": [peer.as_dict() for peer in peers]}


def _peer_row(report: Report, peer: Peer, true: list[int]) -> None:
    if peer.absent or not peer.destination or not peer.source:
        report.add(peer.name, peer.absent or "no answer")
        return
    extra = sum(peer.reached) - sum(true)
    note = (
        "the same number of things" if list(peer.reached) == true else f"{extra:+,} of {sum(true):,} things"
    )
    loading = f"; loaded in {peer.load_seconds:.0f} s, {peer.memory / 1e6:,.0f} MB" if peer.memory else ""
    report.add(
        f"{peer.name}: bare numbers, no names or paths; {note}{loading}",
        f"source {peer.source}; destination {peer.destination}",
    )


def _cold(folder: Path, token: str, data: Data, asked: argparse.Namespace, report: Report) -> list[str]:
    """Ask each item once after all caches were emptied."""
    drop_from_cache(folder / "data" / "postgres")
    with Server(folder / "data", 1) as server, notes.status("asking with cold caches …"):
        found = ask(server.port, token, data.truths("early") + data.truths("late"), asked.items)
    times = found.times["source of an item, asked first"]
    report.add(
        "source of an item, cold caches, p50 / p95 / p99 ms", str(times), "p99 ≤ 100", times.at(0.99) <= 100
    )
    report.raw["cold"] = found.as_dict()
    return found.wrong


def _checked(
    report: Report, answers: Asked, early: Asked | None, lates: list[Late], wrong: list[str]
) -> None:
    checked = answers.checked + (early.checked if early else 0)
    checked += sum(len(times.seconds) for times, _ in lates)
    report.heading("truth")
    report.add("answers held against the truth", f"{checked:,}")
    report.add("wrong answers", f"{len(wrong):,}", "0", not wrong)
    for one in wrong[:10]:
        notes.print(f"[red]wrong[/] {one}", soft_wrap=True)
    report.raw["wrong"] = wrong[:100]


def _command(asked: argparse.Namespace) -> str:
    flags = [name for name in ("growth", "cold") if getattr(asked, name)]
    options = [f"--{name} {getattr(asked, name)}" for name in ("batch", "writers", "workers")]
    return " ".join(
        ["python -m benchmarks.scale", f"--size {asked.size}", *options, *(f"--{one}" for one in flags)]
    )


if __name__ == "__main__":
    main()
