"""Knows how text is fitted into a column: wrapped, and shrunk down to what is legible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from labels.drawing import BLACK, GREY, Anchor, Box, Item, Text
from labels.errors import NoRoomError
from labels.fonts import MM_PER_POINT, Faces, Weight
from labels.wording import Caption

SMALLEST = 4.5
"""Points below which nothing is set: Chinese characters of 1.6 mm are the smallest that a laser printer
keeps apart."""

_ASCENT = 0.88
"""Height above the baseline in em, and the leading below that keeps lines apart (Noto Sans SC, without
its generous gap)."""
_LEADING = 1.28

_NO_START = frozenset("，。、；：？！）》”’%)]},.;:?!·")


@dataclass(slots=True)
class Column:
    """A column of text that grows downwards from ``y``. Sizes are given in points at scale 1.

    :raises labels.errors.NoRoomError: by every method, when the text is too wide or the column too long
    """

    faces: Faces
    x: float
    y: float
    width: float
    bottom: float
    scale: float = 1.0
    anchor: Anchor = "start"
    items: list[Item] = field(default_factory=list)

    def size(self, points: float) -> float:
        """Give the size in which ``points`` are set here."""
        return max(points * self.scale, SMALLEST)

    def gap(self, millimetres: float) -> None:
        """Leave some room."""
        self.y += millimetres * self.scale

    def line(self, text: str, points: float, weight: Weight = "regular", grey: float = BLACK) -> None:
        """Set one line."""
        if text:
            self.lines(text, points, weight, grey, most=1)

    def lines(
        self,
        text: str,
        points: float,
        weight: Weight = "regular",
        grey: float = BLACK,
        *,
        most: int = 2,
        shrink: float = 1.0,
    ) -> None:
        """Set a text in at most ``most`` lines; in one, if ``shrink`` of its size is enough for that."""
        if not text:
            return
        size = self.size(points)
        alone = size * self.width / self.faces.of(weight).width(text, size)
        if size * shrink <= alone < size:
            size = max(alone * 0.999, SMALLEST)
        for part in wrapped(text, self.width, self.faces, size, weight, most):
            self._set(
                part, self._left, self.y + _ASCENT * size * MM_PER_POINT, size, weight, grey, self.anchor
            )
            self._down(size)

    def rule(self) -> None:
        """Draw a thin line over the width of the column."""
        self.gap(0.6)
        self.items.append(Box(self.x, self.y, self.width, 0.12, fill=BLACK))
        self.gap(0.7)

    def table(
        self,
        rows: Sequence[tuple[Caption, str]],
        points: float,
        *,
        bilingual: bool = True,
        spacing: float = 0.0,
        most: int = 2,
    ) -> None:
        """Set captions and values side by side, values in at most ``most`` lines, rows ``spacing`` apart."""
        size, small = self.size(points), self.size(points * 0.82)
        captions = [f"{caption.zh} {caption.en}" if bilingual else caption.zh for caption, _ in rows]
        regular = self.faces.regular
        indent = (
            max((regular.width(caption, small) for caption in captions), default=0.0)
            + size * MM_PER_POINT * 0.6
        )
        for caption, (_, value) in zip(captions, rows, strict=True):
            parts = wrapped(value, self.width - indent, self.faces, size, "bold", most)
            for number, part in enumerate(parts):
                baseline = self.y + _ASCENT * size * MM_PER_POINT
                if number == 0:
                    self._set(caption, self.x, baseline, small, "regular", GREY, "start")
                self._set(part, self.x + indent, baseline, size, "bold", BLACK, "start")
                self._down(size)
            self.gap(spacing)

    @property
    def _left(self) -> float:
        return self.x + {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]

    def _set(
        self, text: str, x: float, y: float, size: float, weight: Weight, grey: float, anchor: Anchor
    ) -> None:
        self.items.append(Text(text, x, y, size, weight, anchor, grey))

    def _down(self, size: float) -> None:
        self.y += _LEADING * size * MM_PER_POINT
        # The leading of the last line may hang out; its letters may not.
        if self.y - (_LEADING - 1.1) * size * MM_PER_POINT > self.bottom + 1e-6:
            raise NoRoomError


def wrapped(text: str, width: float, faces: Faces, points: float, weight: Weight, most: int) -> list[str]:
    """Break ``text`` into at most ``most`` lines of ``width`` millimetres.

    :raises labels.errors.NoRoomError: it needs more lines, or holds a word that is wider than a line
    """
    face = faces.of(weight)
    lines = [""]
    for piece in _pieces(text):
        if face.width(lines[-1] + piece.rstrip(" "), points) <= width:
            lines[-1] += piece
        elif face.width(piece.rstrip(" "), points) <= width and lines[-1]:
            lines.append(piece)
        else:
            raise NoRoomError
    if len(lines) > most:
        raise NoRoomError
    return [line.rstrip(" ") for line in lines]


def _pieces(text: str) -> Iterator[str]:
    """Give the parts between which a line may end: words with the space after, single Chinese characters."""
    piece = ""
    for character in text:
        breakable = ord(character) >= 0x2E80 and character not in _NO_START
        if piece and (
            breakable or piece.endswith(" ") or (ord(piece[-1]) >= 0x2E80 and character not in _NO_START)
        ):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece
