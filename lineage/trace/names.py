"""The names of many things, kept run by run.

An answer about a hundred thousand items is written from some thousand lists of identifiers, and nothing is
made for each item but its identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lineage.trace.neighbours import BLOCK, FOREVER, NEVER, Ask, Kind, Name, NameRun, Neighbours
from lineage.trace.runs import Run, ends, union


class Names(Mapping[int, Name]):
    """The names that were asked for so far: of one thing, of all things of a run, or of its ends."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._blocks: dict[int, list[NameRun]] = {}
        self._shown: dict[int, Name] = {}

    def ask(self, runs: Iterable[Run]) -> None:
        """Ask for the names of these things, in one call for all that are not known yet."""
        missing = [Ask(*run, NEVER, FOREVER) for run in union(runs) if not self._knows(*run)]
        for run in self._neighbours.name_runs(missing) if missing else ():
            self._blocks.setdefault(run.first // BLOCK, []).append(run)

    def ask_ends(self, runs: Iterable[Run]) -> None:
        """Ask for the names of the first and the last thing of each run, in one call."""
        asks = [Ask(*run, NEVER, FOREVER) for run in dict.fromkeys(ends(runs))]
        self._shown.update(self._neighbours.end_names(asks))

    def ids(self, first: int, last: int) -> list[str]:
        """Give the identifiers of ``first..last`` in order."""
        return [key for run, begin, end in self._parts(first, last) for key in run.ids[begin:end]]

    def kinds(self, first: int, last: int) -> list[Kind]:
        """Give the kinds of ``first..last`` in order."""
        return [kind for run, begin, end in self._parts(first, last) for kind in run.kinds[begin:end]]

    def __getitem__(self, thing: int) -> Name:
        name = self._shown.get(thing)
        if name is None:
            run = self._run(thing)
            if run is None:
                raise KeyError(thing)
            name = self._shown[thing] = Name(run.ids[thing - run.first], run.kinds[thing - run.first])
        return name

    def __iter__(self) -> Iterator[int]:
        runs = (run for its in self._blocks.values() for run in its)
        return iter({*self._shown, *(run.first + place for run in runs for place in range(len(run.ids)))})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _run(self, thing: int) -> NameRun | None:
        for run in self._blocks.get(thing // BLOCK, ()):
            if run.first <= thing < run.first + len(run.ids):
                return run
        return None

    def _knows(self, first: int, last: int) -> bool:
        while first <= last:
            run = self._run(first)
            if run is None:
                return False
            first = run.first + len(run.ids)
        return True

    def _parts(self, first: int, last: int) -> Iterator[tuple[NameRun, int, int]]:
        """Give the known runs that together are ``first..last``, with the places in each."""
        while first <= last:
            run = self._run(first)
            if run is None:
                raise KeyError(first)
            begin, end = first - run.first, min(last - run.first + 1, len(run.ids))
            yield run, begin, end
            first = run.first + end
