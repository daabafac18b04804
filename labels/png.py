"""Knows how a drawing becomes a PNG whose modules are whole pixels."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from labels.drawing import Box, Drawing, Mark, Text
from labels.errors import InputError
from labels.fonts import MM_PER_POINT, Face, Faces

MAX_PIXELS = 100_000_000
"""Largest picture that is made: an A4 page at 1200 dots per inch."""


def picture(drawing: Drawing, faces: Faces, dpi: int = 600) -> Image.Image:
    """Draw ``drawing`` at ``dpi`` dots per inch, in grey.

    :raises InputError: ``too-many-pixels``, or ``dpi-too-low`` when a module would be less than two
        pixels wide
    """
    scale = dpi / 25.4
    if drawing.width * drawing.height * scale**2 > MAX_PIXELS:
        raise InputError(
            "too-many-pixels", f"{dpi} dots per inch make a picture of more than {MAX_PIXELS:,} pixels"
        )
    narrowest = min((mark.module for mark in drawing.marks), default=1.0)
    if round(narrowest * scale) < 2:
        raise InputError(
            "dpi-too-low",
            f"at {dpi} dots per inch a module of {narrowest:.2f} mm is less than two pixels",
            hint=f"use at least {math.ceil(2 * 25.4 / narrowest)} dots per inch",
        )
    image = Image.new("L", (round(drawing.width * scale), round(drawing.height * scale)), 255)
    pen = ImageDraw.Draw(image)
    for item in drawing.items:
        match item:
            case Mark():
                _mark(image, item, scale)
            case Text():
                _text(pen, item, faces.of(item.weight), scale)
            case Box():
                _box(pen, item, scale)
    return image


def png(image: Image.Image, *, dpi: int, title: str) -> bytes:
    """Give a picture as PNG that knows its size in print."""
    file = io.BytesIO()
    info = PngInfo()
    info.add_itxt("Title", title)
    image.save(file, "PNG", optimize=True, dpi=(dpi, dpi), pnginfo=info)
    return file.getvalue()


def _mark(image: Image.Image, mark: Mark, scale: float) -> None:
    # Each module edge is rounded on its own, so that a symbol keeps its size although modules are whole
    # pixels; at the resolutions that a module divides (300, 600, 1200) all of them come out alike.
    columns, rows = mark.symbol.columns, len(mark.symbol.rows)
    xs = [round((mark.x + column * mark.module) * scale) for column in range(columns + 1)]
    rise = mark.bar_height if mark.symbol.linear else mark.module
    ys = [round((mark.y + row * rise) * scale) for row in range(rows + 1)]
    for y, row in enumerate(mark.symbol.rows):
        for x, dark in enumerate(row):
            if dark:
                image.paste(0, (xs[x], ys[y], xs[x + 1], ys[y + 1]))


def _text(pen: ImageDraw.ImageDraw, item: Text, face: Face, scale: float) -> None:
    font = _font(face, item.points * MM_PER_POINT * scale)
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[item.anchor]
    pen.text(
        (item.x * scale, item.y * scale), item.text, fill=round(item.grey * 255), font=font, anchor=anchor
    )


def _font(face: Face, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(face.data), pixels, layout_engine=ImageFont.Layout.BASIC)


def _box(pen: ImageDraw.ImageDraw, box: Box, scale: float) -> None:
    corners = (
        box.x * scale,
        box.y * scale,
        (box.x + box.width) * scale - 1,
        (box.y + box.height) * scale - 1,
    )
    fill = None if box.fill is None else round(box.fill * 255)
    outline = None if box.stroke is None else round(box.stroke * 255)
    width = max(round(box.line * scale), 1) if outline is not None else 0
    top_left, bottom_right = corners[:2], (max(corners[0], corners[2]), max(corners[1], corners[3]))
    if box.radius:
        pen.rounded_rectangle(
            (*top_left, *bottom_right), box.radius * scale, fill=fill, outline=outline, width=width
        )
    else:
        pen.rectangle((*top_left, *bottom_right), fill=fill, outline=outline, width=width)
