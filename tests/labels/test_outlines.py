"""Outlines fill the dark modules and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from labels.outlines import Loop, outlines

matrices = st.integers(1, 12).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 1), min_size=width, max_size=width).map(bytes), min_size=1, max_size=12
    )
)


def filled(loops: list[Loop], width: int, height: int) -> list[bytes]:
    """Fill loops by the even-odd rule, from their upright edges alone."""
    rows = []
    for y in range(height):
        crossings = [
            corner[0]
            for loop in loops
            for corner, after in zip(loop, loop[1:] + loop[:1], strict=True)
            if corner[0] == after[0] and min(corner[1], after[1]) <= y < max(corner[1], after[1])
        ]
        rows.append(bytes(sum(crossing <= x for crossing in crossings) % 2 for x in range(width)))
    return rows


def turning(loop: Loop) -> int:
    """Twice the signed area: positive when the loop runs clockwise, y downwards."""
    return sum(x * b - a * y for (x, y), (a, b) in zip(loop, loop[1:] + loop[:1], strict=True))


@given(matrices)
def test_filling_the_outlines_gives_the_matrix_back(rows: list[bytes]) -> None:
    assert filled(outlines(rows), len(rows[0]), len(rows)) == rows


@given(matrices)
def test_loops_are_closed_and_turn_at_every_corner(rows: list[bytes]) -> None:
    for loop in outlines(rows):
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(loop, loop[1:] + loop[:1], strict=True)]
        assert all((dx == 0) != (dy == 0) for dx, dy in steps)
        assert all((a[0] == 0) != (b[0] == 0) for a, b in zip(steps, steps[1:] + steps[:1], strict=True))


def test_holes_run_the_other_way_round() -> None:
    ring = [b"\1\1\1", b"\1\0\1", b"\1\1\1"]
    assert sorted(turning(loop) for loop in outlines(ring)) == [-2, 18]


def test_modules_that_meet_at_a_corner_stay_apart() -> None:
    assert len(outlines([b"\1\0", b"\0\1"])) == 2


def test_nothing_dark_has_no_outline() -> None:
    assert outlines([b"\0\0"]) == []
