"""The peers: asked the same questions on the same data in the same run; absent ones are named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .store import Store
from .timing import Times

LIBRARIES = ("networkx", "rustworkx", "igraph", "raphtory")
# Pure Python and its objects, or a graph per process of a gigabyte a million edges: not at every size.
MOST_EDGES = {"networkx": 6_000_000, "raphtory": 6_000_000, "rustworkx": 40_000_000, "igraph": 40_000_000}
PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Peer:
    """One way of asking.

    :ivar absent: why it was not asked, empty if it was
    :ivar memory: most resident memory of its process in bytes, 0 where it is the database's
    """

    name: str
    absent: str = ""
    destination: Times | None = None
    source: Times | None = None
    reached: Sequence[int] = ()
    load_seconds: float = 0.0
    memory: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Give the figures of a report."""
        if self.absent:
            return {"name": self.name, "absent": self.absent}
        return {
            "name": self.name,
            "destination": self.destination.as_dict() if self.destination else None,
            "source": self.source.as_dict() if self.source else None,
            "reached": list(self.reached),
            "load_seconds": self.load_seconds,
            "memory_bytes": self.memory,
        }


def ask_peers(
    store: Store, folder: Path, lots: Sequence[str], items: Sequence[str], python: Path
) -> tuple[int, list[Peer]]:
    """Ask every peer where these lots went and where these items came from; give the number of edges too.

    :param python: an interpreter that may have the libraries
    """
    edges = store.make_edges()
    asked = {"destination": store.numbers(lots), "source": store.numbers(items)}
    down, reached = store.walk(asked["destination"], down=True)
    up, _ = store.walk(asked["source"], down=False)
    peers = [Peer("recursive SQL", "", down, up, reached)]
    file, questions = folder / "edges.csv", folder / "questions.json"
    if edges <= max(MOST_EDGES.values()):
        store.write_edges(file)
    store.drop_edges()
    questions.write_text(json.dumps({**asked, "size": store.highest() + 1}))
    peers += [_library(name, edges, file, questions, python) for name in LIBRARIES]
    file.unlink(missing_ok=True)
    return edges, peers


def _library(name: str, edges: int, file: Path, questions: Path, python: Path) -> Peer:
    if edges > MOST_EDGES[name]:
        return Peer(name, f"not run: {edges:,} edges do not fit")
    try:
        run = subprocess.run(
            [python, Path(__file__).with_name("peers.py"), name, file, questions],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Peer(name, f"stopped after {PATIENCE_SECONDS} s")
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr[-2000:])
        return Peer(name, "failed")
    answer = json.loads(run.stdout)
    if answer.get("absent"):
        return Peer(name, "not installed")
    return Peer(
        f"{name} {answer['version']}".strip(),
        "",
        Times.of(answer["destination"]["seconds"]),
        Times.of(answer["source"]["seconds"]),
        answer["destination"]["counts"],
        answer["load_seconds"],
        answer["memory"],
    )
