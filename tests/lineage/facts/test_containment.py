"""Containment of one child, rule by rule, and against a derivation that knows no better than the page."""

import random
from collections.abc import Sequence

import pytest

from lineage.facts import OPEN, ChildMark, Derived, Emptied, MarkKind, Order, Stay, derive

ADD, SEEN, REMOVE, EMPTY, LEAVE = MarkKind
Mark = tuple[int, MarkKind, str | None]


def play(*marks: Mark, portion: bool = False) -> Derived[str, int]:
    """Derive the stays of a child from marks in order; the event of a mark is its place in the list."""
    own = [
        ChildMark(Order(at, number), kind, parent, number, portion)
        for number, (at, kind, parent) in enumerate(marks)
        if kind is not EMPTY
    ]
    emptied = [
        (parent, Emptied(Order(at, number), number))
        for number, (at, kind, parent) in enumerate(marks)
        if kind is EMPTY
    ]

    def first_emptied(parent: str, after: Order) -> Emptied[int] | None:
        return next((one for name, one in emptied if name == parent and one.order > after), None)

    return derive(own, first_emptied)


def stays(derived: Derived[str, int]) -> list[tuple[str, int, int]]:
    return [(stay.parent, stay.start, stay.end) for stay in derived.stays]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(1, ADD, "P")], [("P", 1, OPEN)]),
        ([(1, ADD, "P"), (5, REMOVE, "P")], [("P", 1, 5)]),
        ([(1, ADD, "P"), (5, REMOVE, "Q")], [("P", 1, OPEN)]),
        ([(1, ADD, "P"), (5, EMPTY, "P")], [("P", 1, 5)]),
        ([(1, ADD, "P"), (5, EMPTY, "Q")], [("P", 1, OPEN)]),
        ([(1, EMPTY, "P"), (5, ADD, "P")], [("P", 5, OPEN)]),
        ([(1, ADD, "P"), (5, ADD, "Q")], [("P", 1, 5), ("Q", 5, OPEN)]),
        ([(1, ADD, "P"), (5, ADD, "P"), (9, REMOVE, "P")], [("P", 1, 9)]),
        ([(1, ADD, "P"), (5, LEAVE, None)], [("P", 1, 5)]),
        ([(1, SEEN, "P"), (5, SEEN, "P")], [("P", 1, OPEN)]),
        ([(1, ADD, "P"), (5, SEEN, "Q")], [("P", 1, OPEN), ("Q", 5, OPEN)]),
        ([(1, ADD, "P"), (5, SEEN, "Q"), (9, ADD, "R")], [("P", 1, 9), ("Q", 5, 9), ("R", 9, OPEN)]),
        ([(1, ADD, "P"), (3, EMPTY, "P"), (5, SEEN, "P")], [("P", 1, 3), ("P", 5, OPEN)]),
        ([(1, ADD, "P"), (1, REMOVE, "P")], []),
        ([(1, ADD, "P"), (1, EMPTY, "P"), (1, ADD, "P")], [("P", 1, OPEN)]),
    ],
)
def test_stays(marks: list[Mark], expected: list[tuple[str, int, int]]) -> None:
    assert stays(play(*marks)) == expected


def test_a_portion_is_in_many_containers_and_leaves_only_with_them() -> None:
    marks: list[Mark] = [(1, ADD, "P"), (2, ADD, "Q"), (3, LEAVE, None), (4, EMPTY, "P"), (5, REMOVE, "Q")]
    derived = play(*marks, portion=True)
    assert stays(derived) == [("P", 1, 4), ("Q", 2, 5)]
    assert derived.oddities == []


def test_what_opened_and_what_closed_an_interval_is_kept() -> None:
    assert play((1, ADD, "P"), (5, EMPTY, "P")).stays == [Stay("P", 1, 5, 0, 1)]
    assert play((1, ADD, "P")).stays == [Stay("P", 1, OPEN, 0, None)]


def test_oddities() -> None:
    moved = play((1, ADD, "P"), (5, ADD, "Q")).oddities
    assert [(odd.code, odd.at, odd.parent, odd.other) for odd in moved] == [
        ("moved_without_unpacking", 5, "P", "Q")
    ]
    seen = play((1, SEEN, "P"), (2, SEEN, "P")).oddities
    assert [(odd.code, odd.at, odd.parent) for odd in seen] == [("seen_inside_unpacked", 1, "P")]
    assert play((1, ADD, "P"), (2, REMOVE, "P"), (3, ADD, "Q")).oddities == []


def literally(marks: Sequence[Mark]) -> list[tuple[str, int, int]]:
    """Open at each opener that finds the child outside, close at the first of what the page lists."""
    found = []
    for number, (at, kind, parent) in enumerate(marks):
        if kind not in (ADD, SEEN) or parent is None:
            continue
        inside = False
        for _, other_kind, other in marks[:number]:
            inside = (inside or (other_kind in (ADD, SEEN) and other == parent)) and not closes(
                other_kind, other, parent
            )
        if inside:
            continue
        end = next((t for t, k, p in marks[number + 1 :] if closes(k, p, parent)), OPEN)
        if at < end:
            found.append((parent, at, end))
    return sorted(found, key=lambda stay: (stay[1], stay[2]))


def closes(kind: MarkKind, where: str | None, parent: str) -> bool:
    if kind is ADD:
        return where != parent
    return kind is LEAVE or (kind in (REMOVE, EMPTY) and where == parent)


@pytest.mark.parametrize("seed", range(300))
def test_any_marks_are_read_as_the_page_reads(seed: int) -> None:
    chance = random.Random(seed)
    at = 0
    marks: list[Mark] = []
    for _ in range(chance.randint(1, 14)):
        at += chance.randint(0, 2)
        kind = chance.choice([ADD, ADD, SEEN, REMOVE, EMPTY, LEAVE])
        marks.append((at, kind, None if kind is LEAVE else chance.choice("PQR")))
    assert sorted(stays(play(*marks))) == sorted(literally(marks))
