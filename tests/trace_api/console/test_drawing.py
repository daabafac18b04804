"""Folding and laying out: small enough to read, time to the right, nothing on top of anything."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.folding import Link, Thing, fold
from trace_api.console.layout import BOX_HEIGHT, BOX_WIDTH, COLUMN_GAP, lay_out


def thing(id_: str, kind: str = "item", depth: int = 1, at: str = "2026-01-01T00:00:00Z") -> Thing:
    return Thing(id_, (kind, "p"), at, depth)


def test_alike_things_fold_and_unlike_ones_stay() -> None:
    things = [thing("root", "lot", 0), *(thing(f"i{n}") for n in range(24)), thing("k", "lot", 2)]
    links = [Link("root", f"i{n}", "member") for n in range(24)] + [Link("i7", "k", "made_from")]
    folded = fold(things, links, keep="root")
    assert sorted((box.group[0], box.count) for box in folded.boxes) == [
        ("item", 1),
        ("item", 23),
        ("lot", 1),
        ("lot", 1),
    ]
    assert sum(box.count for box in folded.boxes) == len(things)
    assert len(folded.links) == 3


def test_three_alike_things_are_drawn_one_by_one() -> None:
    things = [thing("root", "lot", 0), *(thing(f"i{n}") for n in range(3))]
    assert len(fold(things, [Link("root", f"i{n}", "member") for n in range(3)], keep="root").boxes) == 4


def test_folding_goes_on_from_the_cups_to_their_cases() -> None:
    things = [thing("pallet", "unit", 0)]
    links = []
    for case in range(6):
        things.append(thing(f"c{case}", "unit"))
        links.append(Link(f"c{case}", "pallet", "contains"))
        for cup in range(5):
            things.append(thing(f"c{case}-{cup}"))
            links.append(Link(f"c{case}-{cup}", f"c{case}", "contains"))
    folded = fold(things, links, keep="pallet")
    assert sorted(box.count for box in folded.boxes) == [1, 6, 30] or len(folded.boxes) <= 13
    assert sum(box.count for box in folded.boxes) == len(things)


def test_a_very_wide_trace_still_fits_on_a_sheet() -> None:
    things = [
        thing("root", "lot", 0),
        *(thing(f"i{n}") for n in range(500)),
        *(thing(f"k{n}", "lot", 2) for n in range(500)),
    ]
    links = [Link("root", f"i{n}", "member") for n in range(500)] + [
        Link(f"i{n}", f"k{n}", "made_from") for n in range(500)
    ]
    folded = fold(things, links, keep="root")
    assert len(folded.boxes) == 3
    assert {box.count for box in folded.boxes} == {1, 500}


graphs = st.integers(2, 14).flatmap(
    lambda size: st.lists(
        st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] != pair[1]),
        max_size=30,
    ).map(lambda pairs: (size, pairs))
)


@given(graphs)
def test_any_graph_even_with_cycles_is_laid_out_without_overlap(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    size, pairs = graph
    things = [Thing(str(n), (str(n),), "", 0) for n in range(size)]
    layout = lay_out(fold(things, [Link(str(a), str(b), "made_from") for a, b in pairs], keep="0"))
    assert len(layout.boxes) == size
    places = [(placed.x, placed.y) for placed in layout.boxes]
    for number, (x, y) in enumerate(places):
        assert 0 <= x <= layout.width - BOX_WIDTH
        assert 0 <= y <= layout.height - BOX_HEIGHT
        for x2, y2 in places[number + 1 :]:
            assert abs(x - x2) >= BOX_WIDTH or abs(y - y2) >= BOX_HEIGHT


@given(graphs)
def test_links_run_to_the_right(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = graph
    things = [Thing(str(n), (str(n),), "", 0) for n in range(size)]
    layout = lay_out(fold(things, [Link(str(a), str(b), "made_from") for a, b in pairs], keep="0"))
    at = {placed.box.id: placed.x for placed in layout.boxes}
    for curve in layout.curves:
        assert at[curve.link.downstream] >= at[curve.link.upstream] + BOX_WIDTH + COLUMN_GAP


def test_nothing_is_drawn_of_nothing() -> None:
    assert lay_out(fold([], [], keep="x")).boxes == ()
