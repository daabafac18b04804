"""The runs of identifiers that a server process met last, so that lists of them need no database."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from trace_api.capture.runs import BLOCK_BITS, Run
from trace_api.capture.things_repository import LINE


@dataclass(frozen=True, slots=True)
class KnownRun:
    """Consecutive things of one block.

    :ivar text: their identifiers, all of one length, in ascending order, a line each
    :ivar first: identifier of ``lo``
    """

    lo: int
    count: int
    first: str
    text: str

    @classmethod
    def of(cls, lo: int, ids: Sequence[str]) -> KnownRun:
        """Note identifiers of one length, in ascending order."""
        return cls(lo, len(ids), ids[0], LINE.join(ids))


class KnownRuns:
    """Runs of one length that do not overlap, by their identifiers; what is not in use is forgotten.

    :param most: things that are remembered
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young = _Generation()
        self._old = _Generation()

    def add(self, run: KnownRun) -> None:
        """Remember a run that is committed."""
        if self._young.things + run.count > self._half:
            self._young, self._old = _Generation(), self._young
        self._young.add(run)

    def find(self, id_: str) -> KnownRun | None:
        """Give the run between whose ends an identifier lies."""
        found = self._young.find(id_)
        if found is None:
            found = self._old.find(id_)
            if found is not None:
                self._young.add(found)
        return found

    def runs(self, ids: Sequence[str], text: str) -> list[Run] | None:
        """Give the numbers of a list whose parts stand side by side in runs that are known, in its order.

        :param text: the identifiers, a line each
        """
        width, count = len(ids[0]) + 1, len(ids)
        found: list[Run] = []
        place = 0
        while place < count:
            known = self.find(ids[place])
            at = -1 if known is None else known.text.find(ids[place])
            if known is None or at < 0 or at % width:
                return None
            taken = min(count - place, known.count - at // width)
            end = taken * width - 1
            if known.text[at : at + end] != text[place * width : place * width + end]:
                return None
            lo = known.lo + at // width
            found.append(Run(lo >> BLOCK_BITS, lo, lo + taken - 1))
            place += taken
        return found if len(text) == count * width - 1 else None


@dataclass(slots=True)
class _Generation:
    """Runs that were met in one time.

    :ivar firsts: length of identifiers → first ones of runs, in order
    """

    firsts: dict[int, list[str]] = field(default_factory=dict)
    runs: dict[str, KnownRun] = field(default_factory=dict)
    things: int = 0

    def add(self, run: KnownRun) -> None:
        if run.first not in self.runs:
            self.runs[run.first] = run
            self.things += run.count
            insort(self.firsts.setdefault(len(run.first), []), run.first)

    def find(self, id_: str) -> KnownRun | None:
        firsts = self.firsts.get(len(id_), [])
        place = bisect_right(firsts, id_) - 1
        if place < 0:
            return None
        run = self.runs[firsts[place]]
        return run if id_ <= run.text[-len(id_) :] else None
