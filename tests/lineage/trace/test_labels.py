"""Runs of labels behave as one label a thing would."""

import random

import pytest

from lineage.trace.labels import ByBlock, Labels, Piece
from lineage.trace.neighbours import BLOCK
from lineage.trace.runs import asks_for, runs_of


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("latest", [True, False])
def test_the_best_time_of_every_thing_is_kept(seed: int, latest: bool) -> None:
    chance = random.Random(seed)
    labels, plain = Labels(latest=latest), dict[int, int]()
    unseen: set[int] = set()
    for _ in range(chance.randint(1, 60)):
        block, first = chance.randrange(3) * BLOCK, chance.randrange(BLOCK)
        last = min(BLOCK - 1, first + chance.choice([0, 0, 3, 20]))
        at = chance.randint(1, 12)
        improved = labels.improve(Piece(block + first, block + last, at))
        better = {
            thing
            for thing in range(block + first, block + last + 1)
            if thing not in plain or (at > plain[thing] if latest else at < plain[thing])
        }
        assert improved == bool(better)
        plain.update(dict.fromkeys(better, at))
        unseen |= better
        if chance.random() < 0.2:
            fresh = [thing for piece in labels.take_fresh() for thing in range(piece.first, piece.last + 1)]
            assert sorted(fresh) == sorted(unseen)
            unseen.clear()
    pieces = list(labels.pieces())
    assert {thing: piece.at for piece in pieces for thing in range(piece.first, piece.last + 1)} == plain
    assert sum(piece.last - piece.first + 1 for piece in pieces) == len(plain) == labels.count


def test_runs_never_cross_a_block() -> None:
    things = [*range(10, 200), 300, 302]
    runs = list(runs_of(things))
    assert sorted(thing for first, last in runs for thing in range(first, last + 1)) == things
    assert all(first // BLOCK == last // BLOCK for first, last in runs)
    assert len(runs) == 6
    assert [ask[:2] for ask in asks_for(things)] == runs


def test_runs_are_found_by_what_they_overlap() -> None:
    index = ByBlock([Piece(0, 5, 1), Piece(6, 6, 1), Piece(BLOCK, BLOCK + 3, 1)])
    assert [piece.first for piece in index.overlapping(5, 6)] == [0, 6]
    assert [piece.first for piece in index.overlapping(7, 9)] == []
    assert [piece.first for piece in index.overlapping(BLOCK + 2, BLOCK + 9)] == [BLOCK]
