"""Names that are kept in runs are those of each thing, and are asked for once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from lineage.trace.memory import MemoryNeighbours
from lineage.trace.names import Names
from lineage.trace.neighbours import BLOCK, Ask, Kind, Name, NameRun
from lineage.trace.runs import runs_of, union

KINDS: Sequence[Kind] = ("item", "lot", "unit")


class Numbered(MemoryNeighbours):
    """Things without events: each is named by its number."""

    def __init__(self) -> None:
        super().__init__(())
        self.asked: list[Ask] = []

    def end_names(self, things: Sequence[Ask]) -> dict[int, Name]:
        return {end: Name(str(end), KINDS[end % 3]) for ask in things for end in ask[:2]}

    def name_runs(self, things: Sequence[Ask]) -> Iterator[NameRun]:
        self.asked += things
        for first, last, _, _ in things:
            run = range(first, last + 1)
            yield NameRun(first, [str(thing) for thing in run], [KINDS[thing % 3] for thing in run])


@pytest.mark.parametrize("seed", range(20))
def test_names_of_runs_are_those_of_their_things(seed: int) -> None:
    chance, source = random.Random(seed), Numbered()
    names = Names(source)
    known: set[int] = set()
    for _ in range(5):
        runs = []
        for _ in range(chance.randint(1, 6)):
            first = chance.randrange(4 * BLOCK)
            runs.append((first, first + chance.choice([0, 0, 5, 90])))
        names.ask(runs)
        known.update(thing for first, last in runs for thing in range(first, last + 1))
        for first, last in runs:
            expected = range(first, last + 1)
            assert names.ids(first, last) == [str(thing) for thing in expected]
            assert names.kinds(first, last) == [KINDS[thing % 3] for thing in expected]
        asked = len(source.asked)
        names.ask(runs)
        assert len(source.asked) == asked
    assert dict(names) == {thing: Name(str(thing), KINDS[thing % 3]) for thing in known}
    for unknown in set(range(5 * BLOCK)) - known:
        with pytest.raises(KeyError):
            names[unknown]
        with pytest.raises(KeyError):
            names.ids(unknown, unknown + 1)


def test_the_ends_of_runs_have_names_without_those_between() -> None:
    source = Numbered()
    names = Names(source)
    names.ask_ends([(3, 9), (3, 9), (60, 300)])
    assert not source.asked
    assert {thing: name.id for thing, name in names.items()} == {3: "3", 9: "9", 60: "60", 300: "300"}


@pytest.mark.parametrize("seed", range(20))
def test_a_union_has_the_things_of_all_runs(seed: int) -> None:
    chance = random.Random(seed)
    firsts = [chance.randrange(5 * BLOCK) for _ in range(chance.randint(0, 30))]
    runs = [(first, first + chance.choice([0, 1, 7, 100])) for first in firsts]
    assert list(union(runs)) == list(runs_of(thing for one in runs for thing in range(one[0], one[1] + 1)))
