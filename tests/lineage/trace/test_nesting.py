"""Many stretches are asked about together, and no thing or time of them is lost."""

import random

import pytest

from lineage.trace.labels import Piece
from lineage.trace.neighbours import BLOCK
from lineage.trace.nesting import Stretch, asks_of
from lineage.trace.runs import asks_for, together


@pytest.mark.parametrize("seed", range(30))
def test_asks_cover_every_stretch_in_its_time(seed: int) -> None:
    chance = random.Random(seed)
    stretches = []
    for _ in range(chance.randint(0, 30)):
        block, first = chance.randrange(3) * BLOCK, chance.randrange(BLOCK)
        last = min(BLOCK - 1, first + chance.choice([0, 0, 1, 5]))
        start = chance.randrange(20)
        piece = Piece(block + first, block + last, start)
        stretches.append(Stretch(block + first, block + last, start, start + chance.randint(1, 9), piece))
    asks = asks_of(stretches)
    for one in stretches:
        assert any(
            ask.first <= one.first <= one.last <= ask.last and ask.since <= one.start < one.end <= ask.until
            for ask in asks
        )
    asked = [thing for ask in asks for thing in range(ask.first, ask.last + 1)]
    assert sorted(set(asked)) == sorted({thing for s in stretches for thing in range(s.first, s.last + 1)})
    assert len(asked) == len(set(asked)), "asked runs do not overlap"
    assert all(ask.first // BLOCK == ask.last // BLOCK for ask in asks)


@pytest.mark.parametrize("seed", range(30))
def test_asks_of_a_block_are_joined_over_few_other_things(seed: int) -> None:
    chance = random.Random(seed)
    things = chance.sample(range(3 * BLOCK), chance.randint(1, 90))
    asks = asks_for(things, 3, 5)
    chance.shuffle(asks)
    joined = together(asks)
    asked = [thing for ask in joined for thing in range(ask.first, ask.last + 1)]
    assert len(asked) == len(set(asked)) <= 2 * len(things)
    assert set(things) <= set(asked)
    assert all(ask.first // BLOCK == ask.last // BLOCK and ask[2:] == (3, 5) for ask in joined)


def test_things_in_a_row_are_one_ask() -> None:
    stretches = [Stretch(thing, thing, 5 - thing % 3, 9, Piece(thing, thing, 0)) for thing in range(8, 20)]
    assert asks_of(stretches) == [(8, 19, 3, 9)]
