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

from labels.content import CAPTIONS, Content
from labels.drawing import GREY, Box, Drawing, Item, Mark, Text
from labels.errors import SymbolError, TextError
from labels.fonts import MM_PER_POINT, Faces
from labels.symbols import Level, Symbol, qr
from labels.typesetting import SMALLEST, Column, DoesNotFit

Detail = Literal["full", "short", "code"]

DOT = 25.4 / 300
"""A module is a whole number of these, so that printers of 300, 600 and 1200 dots per inch draw all modules alike."""

MIN_MODULE = 0.396
"""Narrowest module of a QR code that consumers scan (GS1 General Specifications, symbol specification tables)."""

SCAN_ME = ("扫码查溯源", "Scan to trace")

_SCALES = tuple(0.4 + 0.05 * step for step in range(57))
"""Type sizes that are tried. At 1 they are right for a label of 60 × 40 mm; a larger one has larger type."""


@dataclass(frozen=True, slots=True)
class ItemDesign:
    """How item and lot labels are made.

    ``detail``: ``full`` prints everything that the content has, ``short`` the name, the lot and the code, ``code`` the
    code alone.
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
        pad = min(max(0.06 * min(width, height), 1.5), 5.0)
        wide = width >= 1.25 * height
        layout = self._wide if wide else self._tall

        def attempts(bilingual: bool) -> Callable[[float], Drawing]:
            return lambda scale: Drawing(
                width, height, tuple(layout(content, symbol, width, height, pad, faces, scale, bilingual))
            )

        most = math.sqrt(width * height / (60 * 40))
        try:
            return largest(attempts(bilingual=True), most, "")
        except (TextError, SymbolError):  # without the English captions the values have more room
            return largest(attempts(bilingual=False), most, f"{content.code[1]} on {width:g} × {height:g} mm")

    def _wide(
        self, content: Content, symbol: Symbol, width: float, height: float, pad: float, faces: Faces, scale: float, bilingual: bool
    ) -> Iterator[Item]:
        # 1. Along the foot, over the whole width: the code in large type, and the keys spelled out.
        foot = Column(faces, pad, 0, width - 2 * pad, height, scale)
        self._foot(foot, content, bilingual)
        rise = height - pad * 0.8 - foot.y
        yield from (_lowered(item, rise) for item in foot.items)
        top = pad
        bottom = rise - 0.8
        # 2. On the left the symbol, its dark part aligned with the margin; the margin is part of the quiet zone.
        room = min(width * 0.42, bottom - top + min(pad, 1.5))
        note = 2.4 if self.detail != "code" and bottom - top - 2.4 >= least_room(symbol, self.min_module) else 0.0
        module = fitting_module(symbol, min(room, bottom - top + min(pad, 1.5) - note), self.min_module)
        mark = Mark(symbol, max(pad, symbol.quiet * module), max(top, symbol.quiet * module), module)
        if mark.y + mark.height + mark.quiet > rise + 0.2:
            raise DoesNotFit
        yield mark
        if note:
            yield from _note(mark, faces, mark.y + mark.height + mark.quiet, rise)
        # 3. On the right the name and the table.
        left = mark.x + mark.width + max(mark.quiet, 1.5)
        column = Column(faces, left, top - 0.3, width - pad - left, bottom, scale)
        self._head(column, content, bilingual)
        yield from column.items

    def _tall(
        self, content: Content, symbol: Symbol, width: float, height: float, pad: float, faces: Faces, scale: float, bilingual: bool
    ) -> Iterator[Item]:
        column = Column(faces, pad, 0, width - 2 * pad, height, scale)
        self._head(column, content, bilingual)
        column.gap(1)
        self._foot(column, content, bilingual)
        rise = height - pad - column.y
        room = min(width - pad, rise - 0.5)
        module = fitting_module(symbol, room, self.min_module) if room > 5 else 0.0
        if not module:
            raise DoesNotFit
        across = symbol.columns * module
        slack = (rise - across - 2 * symbol.quiet * module) / 2
        yield Mark(symbol, (width - across) / 2, slack + symbol.quiet * module, module)
        yield from (_lowered(item, rise) for item in column.items)

    def _head(self, column: Column, content: Content, bilingual: bool) -> None:
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
            column.lines(f"{CAPTIONS['producer'].zh}：{product.producer}", 5.8, shrink=0.85)

    def _foot(self, column: Column, content: Content, bilingual: bool) -> None:
        caption, value = content.code
        if self.detail == "code":
            column.lines(value, 7, "bold")
            return
        column.table([(caption, value)], 8, bilingual=bilingual)
        if content.spelled and self.detail == "full":
            column.lines(" ".join(content.spelled), 4.8)


def largest(attempt: Callable[[float], Drawing], most: float, what: str) -> Drawing:
    """Give the drawing with the largest type that fits.

    :param attempt: lays out at a scale; raises :class:`DoesNotFit` or :class:`SymbolError` when that is too large
    :param most: largest scale that looks well
    :raises SymbolError: not even the smallest type leaves room for the symbol
    :raises TextError: ``text-too-long``
    """
    fitting: Drawing | None = None
    refusal: DoesNotFit | SymbolError | None = None
    low, high = 0, max(sum(scale <= most for scale in _SCALES) - 1, 0)
    while low <= high:
        middle = (low + high) // 2
        try:
            fitting, low = attempt(_SCALES[middle]), middle + 1
        except (DoesNotFit, SymbolError) as error:
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
    """Give the widest module, in whole dots, with which ``symbol`` and its quiet zone fit into ``room`` millimetres.

    :raises SymbolError: ``symbol-too-large`` when that would be narrower than ``minimum``
    """
    module = math.floor(room / (symbol.columns + 2 * symbol.quiet) / DOT + 1e-9) * DOT
    if module < minimum:
        needed = least_room(symbol, minimum)
        raise SymbolError(
            "symbol-too-large",
            f"a symbol of {symbol.columns} modules needs {needed:.1f} mm with its quiet zone, here are {max(room, 0):.1f} mm",
            hint="choose a larger label, a shorter resolver address, fewer attributes, or allow finer modules with --min-module",
        )
    return module


def least_room(symbol: Symbol, minimum: float) -> float:
    """Give the side of the square that ``symbol`` and its quiet zone need with modules of at least ``minimum``."""
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
        drawing.width, drawing.height, (*drawing.items, Box(0, 0, drawing.width, drawing.height, stroke=GREY, line=0.1))
    )

