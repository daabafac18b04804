"""Where many things are is what everything that touched each of them says, newest first."""

from __future__ import annotations

import random

import pytest

from lineage.facts import Statement
from lineage.trace import MemoryNeighbours, NoDirectory, Whereabouts, whereabouts
from lineage.trace.journeys import passages, stays_of
from lineage.trace.neighbours import FOREVER
from lineage.trace.runs import asks_for
from lineage.trace.whereabouts import Holders, state_after
from tests.lineage.trace.test_random_worlds import loaded, thing_of


def read_one_by_one(neighbours: MemoryNeighbours, thing: int, *, portion: bool, at: int) -> Whereabouts:
    """Read every event that touched a thing."""
    run = [(thing, thing)]
    stays = [] if portion else stays_of(neighbours, run)
    touched = [one for one in passages(neighbours, run, stays, until=at) if not one.void]
    touched.sort(key=lambda one: (one.at, one.event), reverse=True)
    told = neighbours.statements({one.event for one in touched})
    holders = Holders(NoDirectory())
    state: str | None = None
    since = party = site = None
    party_known = False
    for one in touched:
        statement: Statement = told[one.event]
        new = state_after(one, statement, portion=portion)
        holder = holders.after(statement, one.at)
        if state is None and new is not None:
            state, since = new, one.at
        if not party_known and new == "sold":
            party_known = True
        if not party_known and holder is not None:
            party, party_known = holder, True
        site = site or statement.site
    now = [
        stay
        for stay in stays
        if stay.depth == 1 and stay.start <= at and (at < stay.end or stay.end == FOREVER)
    ]
    unit = (
        max(now, key=lambda stay: stay.start).unit
        if now and state in (None, "in_stock", "in_transit")
        else None
    )
    return Whereabouts(state or "unknown", party, site, unit, since)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("bounded", [False, True])
def test_of_many_things_at_once_everything_counts(seed: int, bounded: bool) -> None:
    neighbours, truth = loaded(seed, 80)
    things = {thing_of(neighbours, name): "/10/" in name for name in truth.things}
    times = sorted(one.at for one in neighbours.appearances(asks_for(things)))
    at = random.Random(seed).choice(times) if bounded else FOREVER
    found = whereabouts(neighbours, things, NoDirectory(), at)
    assert found.keys() == things.keys()
    for thing, portion in things.items():
        assert found[thing] == read_one_by_one(neighbours, thing, portion=portion, at=at)
