"""Knows how a drawing becomes an SVG: all of it paths, so that no font has to be there where it is opened."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from labels.drawing import Box, Drawing, Mark, Text
from labels.fonts import Faces


def svg(drawing: Drawing, faces: Faces, *, title: str) -> str:
    """Give the drawing as an SVG document in millimetres; ``title`` is what a screen reader reads."""
    width, height = _n(drawing.width), _n(drawing.height)
    size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(title)}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for item in drawing.items:
        match item:
            case Mark():
                parts.append(_mark(item))
            case Text():
                parts.append(_text(item, faces))
            case Box():
                parts.append(_box(item))
    parts.append("</svg>\n")
    return "\n".join(parts)


def _mark(mark: Mark) -> str:
    loops = "".join(
        f"M{x} {y}{''.join(f'L{a} {b}' for a, b in more)}z" for (x, y), *more in mark.symbol.loops()
    )
    rise = mark.bar_height if mark.symbol.linear else mark.module
    return (
        f'<path transform="translate({_n(mark.x)} {_n(mark.y)}) scale({_n(mark.module)} {_n(rise)})" '
        f'shape-rendering="crispEdges" d="{loops}"/>'
    )


def _text(item: Text, faces: Faces) -> str:
    face = faces.of(item.weight)
    width = face.width(item.text, item.points)
    x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
    return f'<path fill="{_grey(item.grey)}" d="{face.path(item.text, x, item.y, item.points)}"/>'


def _box(box: Box) -> str:
    fill = _grey(box.fill) if box.fill is not None else "none"
    stroke = f' stroke="{_grey(box.stroke)}" stroke-width="{_n(box.line)}"' if box.stroke is not None else ""
    radius = f' rx="{_n(box.radius)}"' if box.radius else ""
    return (
        f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"{radius} '
        f'fill="{fill}"{stroke}/>'
    )


def _grey(level: float) -> str:
    return "#" + f"{round(level * 255):02x}" * 3


def _n(number: float) -> str:
    return f"{number:.5f}".rstrip("0").rstrip(".")
