"""Knows how drawings become a PDF: symbols as filled outlines, texts in an embedded cut of the font."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from labels.drawing import Box, Item, Mark, Text
from labels.fonts import Face, Faces

# Streams as they are: base 85, for mail of the last century, makes files a quarter larger and takes its time.
rl_config.useA85 = 0


class PdfWriter:
    """Writes pages of drawings into one file.

    The same drawings give the same bytes: there is no clock and no random identifier in it.

    :param target: path or open file to write to
    """

    def __init__(
        self, target: Path | BinaryIO, width: float, height: float, faces: Faces, *, title: str
    ) -> None:
        self._faces = faces
        self._height = height
        for face in (faces.regular, faces.bold):
            _register(face)
        self._canvas: Any = Canvas(
            str(target) if isinstance(target, Path) else target,
            pagesize=(width * mm, height * mm),
            pageCompression=1,
            invariant=1,
            lang="zh-CN",
            initialFontName=faces.regular.name,
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("Suyuan trace-labels")

    def page(self, items: Iterable[Item]) -> None:
        """Draw one page."""
        for item in items:
            match item:
                case Mark():
                    self._mark(item)
                case Text():
                    self._text(item)
                case Box():
                    self._box(item)
        self._canvas.showPage()

    def close(self) -> None:
        """Finish the file."""
        self._canvas.save()

    def _mark(self, mark: Mark) -> None:
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillGray(0)
        canvas.translate(mark.x * mm, (self._height - mark.y) * mm)
        rise = mark.bar_height if mark.symbol.linear else mark.module
        canvas.scale(mark.module * mm, -rise * mm)
        # Corners are whole numbers: written here they cost a tenth of what reportlab's number formatting
        # does.
        code = [
            f"{x} {y} m {' '.join(f'{a} {b} l' for a, b in more)} h" for (x, y), *more in mark.symbol.loops()
        ]
        canvas.drawPath(PDFPathObject(code=code), stroke=0, fill=1)
        canvas.restoreState()

    def _text(self, item: Text) -> None:
        face = self._faces.of(item.weight)
        width = face.width(item.text, item.points)
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        self._canvas.setFont(face.name, item.points)
        self._canvas.setFillGray(item.grey)
        self._canvas.drawString(x * mm, (self._height - item.y) * mm, item.text)

    def _box(self, box: Box) -> None:
        canvas = self._canvas
        if box.fill is not None:
            canvas.setFillGray(box.fill)
        if box.stroke is not None:
            canvas.setStrokeGray(box.stroke)
            canvas.setLineWidth(box.line * mm)
        place = (box.x * mm, (self._height - box.y - box.height) * mm, box.width * mm, box.height * mm)
        painted = {"stroke": int(box.stroke is not None), "fill": int(box.fill is not None)}
        if box.radius:
            canvas.roundRect(*place, box.radius * mm, **painted)
        else:
            canvas.rect(*place, **painted)


def _register(face: Face) -> None:
    if face.name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(face.name, io.BytesIO(face.data)))
