"""Drawings of answers."""

from itertools import combinations
from typing import Any

from lineage.drawing import NODE_HEIGHT, NODE_WIDTH, lay_out, to_dot, to_mermaid
from lineage.trace import destination, source
from tests.lineage.trace.story import Story, item, kg, lot, unit

M1, M2, Y = (lot(1, name) for name in ("M1", "M2", 'Y"1'))
CUPS = [item(1, f"c{number}") for number in range(24)]
BOX = unit(1)


def told() -> dict[str, Any]:
    story = Story()
    story.create("08:00", kg(M1, 10), kg(M2, 10))
    story.mix("09:00", [kg(M1, 5), kg(M2, 5)], [kg(lot(1, "Y1"), 10)])
    story.make("10:00", *CUPS, ilmd={"cbvmda:lotNumber": "Y1"})
    story.pack("11:00", BOX, *CUPS[:6])
    story.mix("12:00", [BOX], [item(1, "cake")])
    neighbours = story.neighbours()
    return destination(neighbours, neighbours.find([M1])[M1]).as_dict()


def test_influence_runs_from_left_to_right_and_nothing_overlaps() -> None:
    drawing = lay_out(told())
    for edge in drawing.edges:
        assert drawing.nodes[edge.source].x + NODE_WIDTH <= drawing.nodes[edge.target].x
        assert edge.path.startswith("M")
    for one, other in combinations(drawing.nodes, 2):
        apart = abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= NODE_HEIGHT
        assert apart, (one, other)
    assert all(0 <= node.x <= drawing.width - NODE_WIDTH for node in drawing.nodes)
    assert all(0 <= node.y <= drawing.height - NODE_HEIGHT for node in drawing.nodes)


def test_things_that_are_connected_alike_are_folded() -> None:
    drawing = lay_out(told())
    folded = [node for node in drawing.nodes if len(node.ids) > 1]
    assert sorted(len(node.ids) for node in folded) == [23]
    assert folded[0].label == "23 × 单品 item"
    assert {name for node in drawing.nodes for name in node.ids} >= {*CUPS, M1, BOX}


def test_the_root_is_marked_once() -> None:
    drawing = lay_out(told())
    assert [node.ids for node in drawing.nodes if node.is_root] == [(M1,)]


def test_a_ring_can_be_drawn() -> None:
    story = Story()
    a, b = item(1, "a"), item(1, "b")
    story.mix("08:00", [a], [b])
    story.mix("09:00", [b], [a])
    neighbours = story.neighbours()
    answer = source(neighbours, neighbours.find([b])[b]).as_dict()
    answer["edges"] = [
        {"from": a, "to": b, "kind": "made_from", "event": "1", "at": "1"},
        {"from": b, "to": a, "kind": "made_from", "event": "2", "at": "2"},
    ]
    drawing = lay_out(answer)
    assert len({node.layer for node in drawing.nodes}) == 2


def test_an_answer_without_things_is_one_node() -> None:
    story = Story()
    story.make("08:00", CUPS[0])
    neighbours = story.neighbours()
    answer = source(neighbours, neighbours.find([CUPS[0]])[CUPS[0]]).as_dict()
    assert len(lay_out(answer).nodes) == 1
    assert to_mermaid(answer).splitlines()[0] == "flowchart LR"


def test_text_forms_quote_what_they_have_to() -> None:
    answer = told()
    answer["things"][0]["id"] = answer["edges"][0]["to"] = 'https://example.cn/id/lot/a"b\\c'
    dot, mermaid = to_dot(answer), to_mermaid(answer)
    assert 'a\\"b\\\\c' in dot
    assert dot.startswith("digraph trace {")
    assert dot.rstrip().endswith("}")
    assert "a#quot;b" in mermaid
    assert "-->|made_from|" in mermaid
    assert "-.->|contains|" in mermaid
