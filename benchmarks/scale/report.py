"""What a run found: a table for people, JSON for programs, a section of docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .timing import pace, reach

PERFORMANCE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    :ivar reached: how the goal is met: True, False, or None where there is none
    """

    what: str
    figure: str
    goal: str = ""
    reached: bool | None = None


@dataclass(slots=True)
class Report:
    """All figures of one run.

    :ivar tell: is told each figure when it is known: a large run takes long, and may be stopped
    """

    size: str
    command: str
    tell: Callable[[str], None] = lambda _: None
    rows: list[Row] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.raw |= {
            "size": self.size,
            "command": self.command,
            "at": datetime.now(UTC).isoformat(timespec="minutes").replace("+00:00", "Z"),
            "machine": machine(),
        }

    def add(self, what: str, figure: str, goal: str = "", reached: bool | None = None) -> None:
        """Add a figure."""
        self.rows.append(Row(what, figure, goal, reached))
        self.tell(f"{what}: {figure}")

    def heading(self, what: str) -> None:
        """Begin a group of figures."""
        self.rows.append(Row(what, ""))

    def pace(self) -> None:
        """Add how fast the machine is now, while nothing else is asked of it."""
        seconds, visits = pace(), reach()
        self.raw.setdefault("ten_million_additions_seconds", []).append(round(seconds, 3))
        self.raw.setdefault("half_a_million_visits_seconds", []).append(round(visits, 3))
        what = "the machine just then: ten million additions in Python; half a million objects at random"
        self.add(what, f"{seconds:.2f} s; {visits:.2f} s")

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(title=f"{self.command}  ·  {self.raw['at']}", title_justify="left")
        for name in ("what", "figure", "goal", ""):
            table.add_column(name, justify="right" if name == "figure" else "left", overflow="fold")
        for row in self.rows:
            if not row.figure:
                table.add_section()
                table.add_row(f"[bold]{row.what}[/]", "", "", "")
                continue
            table.add_row(row.what, row.figure, row.goal, _mark(row.reached))
        console.print(table)

    def write(self, path: Path = PERFORMANCE) -> None:
        """Put the section of this size into the page in place of the one before, and leave the rest alone."""
        begin, end = f"<!-- measured {self.size} -->", f"<!-- end {self.size} -->"
        section = "\n".join([begin, *self._section(), end])
        text = path.read_text()
        if begin in text:
            before, rest = text.split(begin, 1)
            text = before + section + rest.split(end, 1)[1]
        else:
            text = f"{text.rstrip()}\n\n{section}\n"
        path.write_text(text)

    def _section(self) -> list[str]:
        found: Mapping[str, Any] = self.raw["machine"]
        where = f"{found['cpus']} × {found['cpu']}, {found['memory_gb']} GB, {found['system']}"
        lines = [
            f"### {self.size}, {self.raw['at']}",
            "",
            f"`{self.command}` on {where}, Python {found['python']}; load before: {found['load_before']}.",
            "",
            "| what | figure | goal | |",
            "|---|---|---|---|",
        ]
        for row in self.rows:
            what = row.what if row.figure else f"**{row.what}**"
            lines.append(f"| {what} | {row.figure} | {row.goal} | {_mark(row.reached)} |")
        return [*lines, ""]


def machine() -> dict[str, Any]:
    """Say on what this runs."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    release = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "memory_gb": round(memory / 1e9),
        "system": release,
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _mark(reached: bool | None) -> str:
    return "" if reached is None else ("reached" if reached else "not reached")
