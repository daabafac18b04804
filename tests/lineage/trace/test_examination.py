"""Things that the same events touched are looked at once: which they are."""

import random

import pytest

from lineage.facts import Role
from lineage.trace.examination import touched_alike
from lineage.trace.journeys import Passage


@pytest.mark.parametrize("seed", range(30))
def test_each_thing_has_the_passages_that_touched_it(seed: int) -> None:
    chance = random.Random(seed)
    things = sorted(chance.sample(range(100), chance.randint(0, 60)))
    touched = []
    for event in range(chance.randint(0, 25)):
        first = chance.randrange(100)
        last = first + chance.choice([0, 0, 3, 30])
        touched.append(Passage(first, last, event, event, Role.EPC, None, False, None, None))
    cut = list(touched_alike(things, touched))
    assert [thing for those, _ in cut for thing in those] == things
    for those, its in cut:
        assert those
        for thing in those:
            assert its == [one for one in touched if one.first <= thing <= one.last]
