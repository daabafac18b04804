"""Knows how the label of a product is laid out: the QR code a phone reads, and what a person reads beside it.

The layout follows the room there is: code on the left and text on the right where a label is wide, code on
top where it is tall. Type shrinks until everything fits and never below what is legible; what still does
not fit is an error, for a label that silently says less than was asked is worse than none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from labels.content import Content
from labels.drawing import GREY, Box, Drawing, Item, Mark, Text
from labels.errors import NoRoomError, SymbolError, TextError
from labels.fonts import MM_PER_POINT, Faces
from labels.symbols import Level, Symbol, qr
from labels.typesetting import SMALLEST, Column
from labels.wording import CAPTIONS, COLON, SCAN_ME

Detail = Literal["full", "short", "code"]

DOT = 25.4 / 300
"""A module is a whole number of these, so that printers of 300, 600 and 1200 dots per inch draw all
modules alike."""

MIN_MODULE = 0.396
"""Narrowest module of a QR code that consumers scan (GS1 General Specifications, symbol specification
tables)."""


_NOTE = 2.4
"""Height under the symbol that is kept for saying what it is for, where there is room."""

_SCALES = tuple(0.4 + 0.05 * step for step in range(57))
"""Type sizes that are tried. At 1 they are right for a label of 60 × 40 mm; a larger one has larger type."""


@dataclass(frozen=True, slots=True)
class ItemDesign:
    """How item and lot labels are made.

    ``detail``: ``full`` prints everything that the content has, ``short`` the name, the lot and the code,
    ``code`` the code alone.
    """

    resolver: str
    detail: Detail = "full"
    level: Level = "M"
    min_module: float = MIN_MODULE

    def draw(self, content: Content, width: float, height: float, faces: Faces) -> Drawing:
        """Lay out one label of ``width`` × ``height`` millimetres.

        :raises SymbolError: ``symbol-too-large`` when the code does not fit with modules of ``min_module``
        :raises TextError: ``text-too-long`` when the text does not fit
        """
        symbol = qr(content.link(self.resolver), level=self.level)
        fitting_module(symbol, min(width, height), self.min_module)  # before any text is tried
        layout = self._wide if width >= 1.25 * height else self._tall

        def attempts(*, bilingual: bool) -> Callable[[float], Drawing]:
            def attempt(scale: float) -> Drawing:
                room = _Room(width, height, faces, scale, bilingual)
                return Drawing(width, height, tuple(layout(content, symbol, room)))

            return attempt

        most = math.sqrt(width * height / (60 * 40))
        try:
            return largest(attempts(bilingual=True), most, "")
        except (TextError, SymbolError):  # without the English captions the values have more room
            named = f"{content.code[1]} on {width:g} × {height:g} mm"
            return largest(attempts(bilingual=False), most, named)

    def _wide(self, content: Content, symbol: Symbol, room: _Room) -> Iterator[Item]:
        pad = room.pad
        # 1. Along the foot, over the whole width: the code in large type, and the keys spelled out.
        foot = self._foot(content, room)
        rise = room.height - pad * 0.8 - foot.y
        yield from (_lowered(item, rise) for item in foot.items)
        # 2. On the left the symbol, its dark part aligned with the margin, which is part of its quiet zone.
        tall = rise - 0.8 - pad
        note = _NOTE if self.detail != "code" and tall - _NOTE >= least_room(symbol, self.min_module) else 0.0
        square = min(room.width * 0.42, tall + min(pad, 1.5) - note)
        module = fitting_module(symbol, square, self.min_module)
        edge = max(pad, symbol.quiet * module)
        mark = Mark(symbol, edge, edge, module)
        if mark.y + mark.height + mark.quiet > rise + 0.2:
            raise NoRoomError
        yield mark
        if note:
            yield from _note(mark, room.faces, mark.y + mark.height + mark.quiet, rise)
        # 3. On the right the name and the table.
        left = mark.x + mark.width + max(mark.quiet, 1.5)
        head = Column(room.faces, left, pad - 0.3, room.width - pad - left, rise - 0.8, room.scale)
        self._head(head, content, bilingual=room.bilingual)
        yield from head.items

    def _tall(self, content: Content, symbol: Symbol, room: _Room) -> Iterator[Item]:
        # 1. Measure the text.
        head = Column(room.faces, room.pad, 0, room.width - 2 * room.pad, room.height, room.scale)
        self._head(head, content, bilingual=room.bilingual)
        foot = self._foot(content, room)
        gap = 1.0 if head.items else 0.0
        # 2. Give the symbol what is left above it.
        rise = room.height - room.pad - head.y - gap - foot.y
        module = fitting_module(symbol, min(room.width - room.pad, rise - 0.5), self.min_module)
        across = symbol.columns * module
        yield Mark(symbol, (room.width - across) / 2, (rise - across) / 2, module)
        # 3. Set the text below.
        yield from (_lowered(item, rise) for item in head.items)
        yield from (_lowered(item, rise + head.y + gap) for item in foot.items)

    def _head(self, column: Column, content: Content, *, bilingual: bool) -> None:
        if self.detail == "code":
            return
        product = content.product
        column.lines(product.name, 9.5, "bold", shrink=0.7)
        column.lines(product.name_en, 6, grey=GREY, shrink=0.8)
        rows = content.rows
        if self.detail == "short":
            rows = [(caption, value) for caption, value in rows if caption == CAPTIONS["10"]]
        else:
            rows += [(CAPTIONS["spec"], product.spec)] if product.spec else []
        if rows and (product.name or product.name_en):
            column.rule()
        column.table(rows, 6.2, bilingual=bilingual)
        if product.producer and self.detail == "full":
            column.gap(0.3)
            column.lines(CAPTIONS["producer"].zh + COLON + product.producer, 5.8, shrink=0.85)

    def _foot(self, content: Content, room: _Room) -> Column:
        """Set the code and its keys in a column of their own; a long code in smaller type."""
        for share in (1.0, 0.9, 0.8, 0.7, 0.6):
            column = Column(
                room.faces, room.pad, 0, room.width - 2 * room.pad, room.height, room.scale * share
            )
            try:
                if self.detail == "code":
                    column.line(content.code[1], 7, "bold")
                else:
                    column.table([content.code], 8, bilingual=room.bilingual, most=1)
                break
            except NoRoomError:
                continue
        else:
            raise NoRoomError
        column.scale = room.scale
        if content.spelled and self.detail == "full":
            column.lines(" ".join(content.spelled), 4.8, shrink=0.85)
        return column


@dataclass(frozen=True, slots=True)
class _Room:
    """The label that is being laid out, and how."""

    width: float
    height: float
    faces: Faces
    scale: float
    bilingual: bool

    @property
    def pad(self) -> float:
        """Margin all around."""
        return min(max(0.06 * min(self.width, self.height), 1.5), 5.0)


def largest(attempt: Callable[[float], Drawing], most: float, what: str) -> Drawing:
    """Give the drawing with the largest type that fits.

    :param attempt: lays out at a scale; raises ``NoRoomError`` or ``SymbolError`` when that is
        too large
    :param most: largest scale that looks well
    :raises SymbolError: not even the smallest type leaves room for the symbol
    :raises TextError: ``text-too-long``
    """
    fitting: Drawing | None = None
    refusal: NoRoomError | SymbolError | None = None
    low, high = 0, max(sum(scale <= most for scale in _SCALES) - 1, 0)
    while low <= high:
        middle = (low + high) // 2
        try:
            fitting, low = attempt(_SCALES[middle]), middle + 1
        except (NoRoomError, SymbolError) as error:
            refusal, high = error, middle - 1
    if fitting:
        return fitting
    if isinstance(refusal, SymbolError):
        raise refusal
    raise TextError(
        "text-too-long",
        f"the text does not fit {what} at {SMALLEST} points",
        hint="choose a larger label, shorten the texts, or print less with --detail short",
    )


def fitting_module(symbol: Symbol, room: float, minimum: float) -> float:
    """Give the widest module, in whole dots, with which ``symbol`` fits into ``room`` millimetres.

    :raises SymbolError: ``symbol-too-large`` when that would be narrower than ``minimum``
    """
    module = math.floor(room / (symbol.columns + 2 * symbol.quiet) / DOT + 1e-9) * DOT
    if module < minimum:
        needed = least_room(symbol, minimum)
        raise SymbolError(
            "symbol-too-large",
            f"a symbol of {symbol.columns} modules needs {needed:.1f} mm with its quiet zone, "
            f"here are {max(room, 0):.1f} mm",
            hint="choose a larger label, a shorter resolver address, less data or finer modules",
        )
    return module


def least_room(symbol: Symbol, minimum: float) -> float:
    """Give the side of the square that ``symbol`` needs with modules of at least ``minimum``."""
    return (symbol.columns + 2 * symbol.quiet) * math.ceil(minimum / DOT - 1e-9) * DOT


def _note(mark: Mark, faces: Faces, top: float, bottom: float) -> Iterator[Item]:
    """Say under the symbol what it is for, in as many languages as there is room for lines."""
    for text, points in zip(SCAN_ME, (5.5, 4.8), strict=True):
        size = points * min(1.0, mark.width / faces.regular.width(text, points))
        baseline = top + size * MM_PER_POINT
        if size < SMALLEST or baseline > bottom:
            return
        yield Text(text, mark.x + mark.width / 2, baseline, size, anchor="middle", grey=GREY)
        top = baseline + 0.4


def _lowered(item: Item, by: float) -> Item:
    return replace(item, y=item.y + by)


def frame(drawing: Drawing) -> Drawing:
    """Give the drawing with a hairline around it, as a guide for cutting."""
    return Drawing(
        drawing.width,
        drawing.height,
        (*drawing.items, Box(0, 0, drawing.width, drawing.height, stroke=GREY, line=0.1)),
    )
