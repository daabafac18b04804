"""How much of each lot came from another: exact where it can be, else bounds that the truth never leaves."""

import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

from lineage.trace import destination
from tests.lineage.trace.story import Story, item, kg, lot

M1, M2, Y1, Y2, K = (lot(1, name) for name in ("M1", "M2", "Y1", "Y2", "K"))


def ask(story: Story, name: str, **options: Any) -> dict[str, tuple[float, float] | None]:
    neighbours = story.neighbours()
    answer = destination(neighbours, neighbours.find([name])[name], quantities=True, **options).as_dict()
    return {
        thing["id"]: thing["quantity"] and (thing["quantity"]["min"], thing["quantity"]["max"])
        for thing in answer["things"]
    }


def test_what_has_one_source_is_known() -> None:
    story = Story()
    story.create("08:00", kg(M1, 1000))
    story.mix("09:00", [kg(M1, 400)], [kg(Y1, 0.39, "TNE")])
    assert ask(story, M1) == {Y1: (390, 390)}


def test_what_was_mixed_is_a_range() -> None:
    story = Story()
    story.create("08:00", kg(M1, 100), kg(M2, 100))
    story.mix("09:00", [kg(M1, 40), kg(M2, 60)], [kg(Y1, 70), kg(Y2, 30)])
    assert ask(story, M1) == {Y1: (10, 40), Y2: (0, 30)}
    story.mix("10:00", [kg(Y1, 65)], [kg(K, 65)])
    assert ask(story, M1)[K] == (5, 40)


def test_what_grew_grew_alike() -> None:
    story = Story()
    story.create("08:00", kg(M1, 100), kg(M2, 100))
    story.mix("09:00", [kg(M1, 10), kg(M2, 10)], [kg(Y1, 40)])
    assert ask(story, M1) == {Y1: (20, 20)}


def test_amounts_that_are_not_stated_leave_everything_open() -> None:
    story = Story()
    story.create("08:00", kg(M1, 100))
    story.mix("09:00", [kg(M1, 10), item(1, "a")], [kg(Y1, 40), item(1, "b")])
    assert ask(story, M1) == {Y1: (0, 40), item(1, "b"): None}


def test_nothing_is_said_in_another_dimension() -> None:
    story = Story()
    story.create("08:00", kg(M1, 100))
    story.mix("09:00", [kg(M1, 10)], [kg(Y1, 9, "LTR")])
    assert ask(story, M1) == {Y1: None}


@pytest.mark.parametrize("seed", range(60))
def test_the_truth_lies_within_the_bounds(seed: int) -> None:
    """Play mixing with real grains that remember the lot they came from, stirred as unevenly as may be."""
    chance = random.Random(seed)
    story = Story()
    tanks: dict[str, list[str]] = {}
    for name in (M1, M2):
        tanks[name] = [name] * 30
        story.create("08:00", kg(name, 30))
    made: dict[str, list[str]] = defaultdict(list)
    for number in range(chance.randint(2, 7)):
        inputs = chance.sample(sorted(tanks), chance.randint(1, min(3, len(tanks))))
        taken = {name: draw(tanks[name], chance) for name in inputs if tanks[name]}
        grains = [grain for its in taken.values() for grain in its]
        if not grains:
            continue
        chance.shuffle(grains) if chance.random() < 0.5 else grains.sort()
        del grains[: chance.randint(0, len(grains) // 3)]
        cut = chance.randint(0, len(grains))
        outputs = {lot(2, f"o{number}a"): grains[:cut], lot(2, f"o{number}b"): grains[cut:]}
        outputs = {name: its for name, its in outputs.items() if its}
        if not outputs:
            continue
        story.mix(
            f"{9 + number:02d}:00",
            [kg(name, len(its)) for name, its in taken.items()],
            [kg(name, len(its)) for name, its in outputs.items()],
        )
        for name, its in outputs.items():
            tanks[name] = list(its)
            made[name] = list(its)
    bounds = ask(story, M1)
    for name, grains in made.items():
        truth = Fraction(grains.count(M1))
        low, high = bounds.get(name) or (0, 0)
        assert low <= truth <= high, (name, truth, bounds)


def draw(tank: list[str], chance: random.Random) -> list[str]:
    """Take some grains out, off one end or from anywhere."""
    if chance.random() < 0.5:
        chance.shuffle(tank)
    count = chance.randint(1, len(tank))
    taken, tank[:] = tank[:count], tank[count:]
    return taken
