"""Graph libraries in memory, on the same edges and questions; each in a process of its own.

``python peers.py NAME EDGES QUESTIONS`` prints one JSON object. It imports nothing of the project, so that it
runs with any Python that has the library. These libraries know no time and no containers, and give bare
numbers: no names, paths or evidence.
"""

from __future__ import annotations

import csv
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Walk = Callable[[int], Any]


def edges(file: Path) -> Iterator[tuple[int, int]]:
    """Read the edges."""
    with file.open(newline="") as source:
        for src, dst in csv.reader(source):
            yield int(src), int(dst)


def networkx(file: Path, size: int) -> tuple[Walk, Walk]:  # noqa: ARG001 - all libraries are called alike
    """Everything that a search in breadth reaches."""
    library = importlib.import_module("networkx")
    graph = library.DiGraph()
    graph.add_edges_from(edges(file))

    def walk(search: Any) -> Walk:
        return lambda thing: search(graph, thing) if thing in graph else ()

    return walk(library.descendants), walk(library.ancestors)


def rustworkx(file: Path, size: int) -> tuple[Walk, Walk]:
    """The same in Rust; things are indexes."""
    library = importlib.import_module("rustworkx")
    graph = library.PyDiGraph(multigraph=True)
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data(list(edges(file)))
    return lambda thing: library.descendants(graph, thing), lambda thing: library.ancestors(graph, thing)


def igraph(file: Path, size: int) -> tuple[Walk, Walk]:
    """The same in C."""
    library = importlib.import_module("igraph")
    graph = library.Graph(n=size, edges=list(edges(file)), directed=True)

    def walk(mode: str) -> Walk:
        # The search counts the thing itself.
        return lambda thing: graph.subcomponent(thing, mode=mode)[1:]

    return walk("out"), walk("in")


def raphtory(file: Path, size: int) -> tuple[Walk, Walk]:  # noqa: ARG001 - all libraries are called alike
    """A temporal graph; walked node by node through its public interface."""
    library = importlib.import_module("raphtory")
    graph = library.Graph()
    for src, dst in edges(file):
        graph.add_edge(0, src, dst)

    def walk(side: str) -> Walk:
        def reached(thing: int) -> set[int]:
            seen = {thing}
            front = [thing]
            while front:
                further = []
                for one in front:
                    node = graph.node(one)
                    for other in getattr(node, side).id if node is not None else ():
                        if other not in seen:
                            seen.add(other)
                            further.append(other)
                front = further
            seen.discard(thing)
            return seen

        return reached

    return walk("out_neighbours"), walk("in_neighbours")


LIBRARIES: dict[str, Callable[[Path, int], tuple[Walk, Walk]]] = {
    "networkx": networkx,
    "rustworkx": rustworkx,
    "igraph": igraph,
    "raphtory": raphtory,
}


def most_memory() -> int:
    """Give the most resident memory of this process, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def main() -> None:
    """Load, ask, print."""
    name, file, asked = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
    try:
        version = importlib.import_module(name).__version__
    except ImportError:
        print(json.dumps({"absent": True}))
        return
    except AttributeError:
        version = ""
    start = time.perf_counter()
    down, up = LIBRARIES[name](file, asked["size"])
    answer: dict[str, Any] = {"version": version, "load_seconds": round(time.perf_counter() - start, 2)}
    for question, walk in (("destination", down), ("source", up)):
        took, counts = [], []
        for thing in asked[question]:
            start = time.perf_counter()
            reached = walk(thing)
            took.append(time.perf_counter() - start)
            counts.append(len(reached))
        answer[question] = {"seconds": took, "counts": counts}
    answer["memory"] = most_memory()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
