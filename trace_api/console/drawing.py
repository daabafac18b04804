"""From an answer of the engine to its drawing: what each box says, where it leads, how it is marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from lineage.folding import fold, identifier_of, read_graph
from lineage.identifiers import Identifier
from trace_api.console.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Placed, lay_out
from trace_api.lookup.addresses import human_text, lot_number, serial_number
from trace_api.pages.languages import Words
from trace_api.pages.rendering import minute
from trace_api.pages.shortening import cut, cut_middle
from trace_api.responsibility.directory import MasterDirectory

MAX_DRAWN: Final = 4000
"""Things of an answer that are looked at for its drawing, the nearest first; the table has them all."""

_NAME_CHARACTERS: Final = 22
_CODE_CHARACTERS: Final = 21


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box as the template draws it."""

    x: float
    y: float
    width: float
    height: float
    title: str
    code: str
    note: str
    full: str
    kind: str
    count: int
    href: str
    mark: str
    is_root: bool


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """A link as the template draws it."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column of the time axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole drawing."""

    width: float
    height: float
    boxes: tuple[DrawnBox, ...]
    links: tuple[DrawnLink, ...]
    columns: tuple[DrawnColumn, ...]
    left_out: int


def draw(
    answer: Mapping[str, Any],
    directory: MasterDirectory,
    words: Words,
    *,
    tab: str,
    marks: Mapping[str, str] | None = None,
) -> Drawing:
    """Draw a source or destination answer.

    :param answer: as ``/trace/v1/source`` gives it
    :param tab: the tab that links lead to
    :param marks: id of a thing -> ``bad``, ``recalled`` …
    """
    root = answer["root"]["id"]
    things, links = read_graph(answer, most=MAX_DRAWN)
    layout = lay_out(fold(things, links, keep=root))
    boxes = tuple(_box(placed, root, directory, words, tab, marks or {}) for placed in layout.boxes)
    return Drawing(
        layout.width,
        layout.height,
        boxes,
        tuple(DrawnLink(curve.path, curve.link.kind) for curve in layout.curves),
        _columns(layout),
        max(len(answer["things"]) - MAX_DRAWN, 0),
    )


def _box(
    placed: Placed,
    root: str,
    directory: MasterDirectory,
    words: Words,
    tab: str,
    marks: Mapping[str, str],
) -> DrawnBox:
    box = placed.box
    identifier = identifier_of(box.id)
    kind = identifier.kind if identifier is not None else "other"
    product = directory.product_record(box.id)
    name = words.of(product.name, product.name_en) if product else words.name("kind", kind)
    code = code_of(identifier, box.id)
    if box.count > 1:
        code = words("graph.folded", count=box.count, kind=words.name("kind", kind))
    mark = next((marks[member] for member in box.members if member in marks), "")
    href = "/console/thing?" + urlencode({"id": box.id, "tab": tab, "lang": words.language})
    if box.count > 1:
        href = "#things"
    return DrawnBox(
        x=placed.x,
        y=placed.y,
        width=BOX_WIDTH,
        height=BOX_HEIGHT,
        title=cut(name, _NAME_CHARACTERS),
        code=cut_middle(code, _CODE_CHARACTERS),
        note=_time(box.at),
        full=f"{name} {code}",
        kind=kind,
        count=box.count,
        href=href,
        mark=mark,
        is_root=box.id == root,
    )


def code_of(identifier: Identifier | None, id_: str) -> str:
    """Give the short code that people tell a thing by: batch number, serial, or the whole code."""
    if identifier is None:
        return id_
    if identifier.kind == "lot":
        return lot_number(identifier.id)
    return serial_number(identifier) or human_text(identifier)


def _columns(layout: Layout) -> tuple[DrawnColumn, ...]:
    return tuple(DrawnColumn(column.x, _time(column.at)) for column in layout.columns)


def _time(text: str) -> str:
    if not text:
        return ""
    return minute(datetime.fromisoformat(text))
