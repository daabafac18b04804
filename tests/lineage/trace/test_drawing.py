"""Drawings of answers as text."""

import shutil
import subprocess
from typing import Any

import pytest

from lineage.drawing import to_dot, to_mermaid
from lineage.trace import destination, source
from tests.lineage.trace.story import Story, item, kg, lot, unit

M1, M2 = (lot(1, name) for name in ("M1", "M2"))
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


def test_things_that_are_connected_alike_are_folded() -> None:
    for text in (to_dot(told()), to_mermaid(told())):
        assert "23 × 单品 item" in text, "one cup is on the way to the cake, by whichever path was kept"
        assert "M1" in text
        assert text.count("物流单元 unit") == 1


def test_the_root_is_marked_once() -> None:
    assert to_dot(told()).count("penwidth=2") == 1
    assert to_mermaid(told()).count("stroke-width:3px") == 1


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
    assert to_dot(answer).count(" -> ") == 2
    assert to_mermaid(answer).count("-->") == 2


def test_an_answer_without_things_is_one_node() -> None:
    story = Story()
    story.make("08:00", CUPS[0])
    neighbours = story.neighbours()
    answer = source(neighbours, neighbours.find([CUPS[0]])[CUPS[0]]).as_dict()
    assert len(to_mermaid(answer).splitlines()) == 3
    assert to_dot(answer).count("label=") == 1


def test_text_forms_quote_what_they_have_to() -> None:
    answer = told()
    answer["things"][0]["id"] = answer["edges"][0]["to"] = 'https://example.cn/id/lot/a"b\\c'
    dot, mermaid = to_dot(answer), to_mermaid(answer)
    assert 'a\\"b\\\\c' in dot
    assert dot.startswith("digraph trace {")
    assert dot.rstrip().endswith("}")
    assert "a#quot;b" in mermaid
    assert "-->|加工投入 made from|" in mermaid
    assert "-.->|装载 contains|" in mermaid


def test_graphviz_draws_it() -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("NOT TESTED: Graphviz is not installed (apt install graphviz)")
    answer = told()
    answer["things"][0]["id"] = answer["edges"][0]["to"] = 'https://example.cn/id/lot/a"b\\c'
    drawn = subprocess.run(
        [dot, "-Tsvg"], input=to_dot(answer), capture_output=True, text=True, timeout=60, check=True
    )
    assert drawn.stdout.count('class="node"') == len(
        [line for line in to_dot(answer).splitlines() if "tooltip=" in line]
    )
