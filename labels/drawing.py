"""Knows what a label consists of before it is a file: symbols, texts and boxes at places in mm.

A design makes a :class:`Drawing`; :mod:`labels.pdf`, :mod:`labels.svg` and :mod:`labels.png` render it, and
:mod:`labels.proof` checks the result against it. The origin is the top left corner, y runs down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from labels.fonts import Weight
from labels.symbols import Symbol

BLACK = 0.0
GREY = 0.35
"""Captions and second languages; dark enough for a thermal printer, which has no grey."""
WHITE = 1.0

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol, its first module at ``x``, ``y``. The quiet zone lies around that."""

    symbol: Symbol
    x: float
    y: float
    module: float
    """Width of a module in millimetres."""
    bar_height: float = 0.0
    """Height of the bars of a linear symbol in millimetres."""

    @property
    def width(self) -> float:
        """Width without quiet zone."""
        return self.symbol.columns * self.module

    @property
    def height(self) -> float:
        """Height without quiet zone."""
        return self.bar_height if self.symbol.linear else len(self.symbol.rows) * self.module

    @property
    def quiet(self) -> float:
        """Width of the quiet zone on each side; above and below bars none is needed."""
        return self.symbol.quiet * self.module


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, its baseline at ``y``."""

    text: str
    x: float
    y: float
    points: float
    weight: Weight = "regular"
    anchor: Anchor = "start"
    grey: float = BLACK


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled or with a line around it. A line is a thin filled box."""

    x: float
    y: float
    width: float
    height: float
    fill: float | None = None
    stroke: float | None = None
    line: float = 0.2
    radius: float = 0.0


Item = Mark | Text | Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """Things on a rectangle of ``width`` × ``height`` millimetres, drawn in order."""

    width: float
    height: float
    items: tuple[Item, ...]

    def moved(self, x: float, y: float) -> Iterator[Item]:
        """Give the items as they stand when the drawing's corner is at ``x``, ``y``."""
        for item in self.items:
            yield replace(item, x=item.x + x, y=item.y + y)

    @property
    def marks(self) -> list[Mark]:
        """The symbols."""
        return [item for item in self.items if isinstance(item, Mark)]

    @property
    def texts(self) -> list[Text]:
        """The texts."""
        return [item for item in self.items if isinstance(item, Text)]


def characters(drawings: Iterable[Drawing]) -> Iterator[str]:
    """Give the texts of drawings, for :func:`labels.fonts.faces`."""
    for drawing in drawings:
        yield from (item.text for item in drawing.texts)
