"""Drawings of a trace as text: Graphviz DOT and Mermaid.

Both take an answer about source or destination as JSON values (``Answer.as_dict()``, or what the server sent)
and draw it folded (:mod:`lineage.folding`). Influence runs from left to right; times are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lineage.folding import Box, Folded, fold, identifier_of, read_graph

_KINDS = {
    "item": "单品 item",
    "lot": "批次 lot",
    "unit": "物流单元 unit",
    "class": "品类 class",
}
_LINKS = {
    "made_from": "加工投入 made from",
    "member": "批次成员 member",
    "contains": "装载 contains",
    "contact": "同箱接触 contact",
}
_DASHED = ("contains", "contact")
_ROOT_COLOUR = "#b00020"


def to_dot(answer: Mapping[str, Any]) -> str:
    """Write an answer as Graphviz DOT."""
    graph, root = _folded(answer)
    font = 'fontname="sans-serif"'
    lines = ["digraph trace {", "  rankdir=LR;", f"  node [shape=box, style=rounded, {font}];"]
    lines.append(f"  edge [{font}, fontsize=10];")
    number = {box.id: place for place, box in enumerate(graph.boxes)}
    for box in graph.boxes:
        style = f', penwidth=2, color="{_ROOT_COLOUR}"' if box.id == root else ""
        shape = ', shape=box3d, style=""' if _kind(box) == "unit" else ""
        text = _escaped("\n".join(_label(box)))
        lines.append(f'  n{number[box.id]} [label="{text}", tooltip="{_escaped(box.id)}"{shape}{style}];')
    for link in graph.links:
        dashed = ", style=dashed" if link.kind in _DASHED else ""
        text = _LINKS.get(link.kind, link.kind)
        lines.append(f'  n{number[link.upstream]} -> n{number[link.downstream]} [label="{text}"{dashed}];')
    return "\n".join([*lines, "}", ""])


def to_mermaid(answer: Mapping[str, Any]) -> str:
    """Write an answer as a Mermaid flow chart."""
    graph, root = _folded(answer)
    lines = ["flowchart LR"]
    number = {box.id: place for place, box in enumerate(graph.boxes)}
    for box in graph.boxes:
        text = "<br/>".join(_label(box)).replace('"', "#quot;")
        left, right = {"lot": ("([", "])"), "unit": ("[[", "]]")}.get(_kind(box), ("[", "]"))
        lines.append(f'  n{number[box.id]}{left}"{text}"{right}')
    for link in graph.links:
        arrow = "-.->" if link.kind in _DASHED else "-->"
        text = _LINKS.get(link.kind, link.kind)
        lines.append(f"  n{number[link.upstream]} {arrow}|{text}| n{number[link.downstream]}")
    return "\n".join([*lines, f"  style n{number[root]} stroke:{_ROOT_COLOUR},stroke-width:3px", ""])


def _folded(answer: Mapping[str, Any]) -> tuple[Folded, str]:
    root: str = answer["root"]["id"]
    return fold(*read_graph(answer), keep=root), root


def _kind(box: Box) -> str:
    identifier = identifier_of(box.id)
    return identifier.kind if identifier is not None else ""


def _label(box: Box) -> list[str]:
    """Give the lines on a box: kind in both languages, how many or the end of the identifier, and when."""
    kind = _KINDS.get(_kind(box), "追溯单元 thing")
    at = [f"{box.at[:10]} {box.at[11:16]}"] if box.at else []
    if box.count > 1:
        return [f"{box.count} × {kind}", *at]
    return [kind, unquote(box.id.rstrip("/").rpartition("/")[2]), *at]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
