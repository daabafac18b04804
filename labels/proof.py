"""Knows whether a print is what was meant: every symbol is read back and compared.

The proof of a page, in steps:

1. The page is rasterised by a renderer that had no part in making it (PDFium for PDF, resvg for SVG).
2. Each symbol is cut out at the place where it should be and decoded; the reader must give back the very
   text that was meant, as the very symbology, GS1 data marked as such.
3. Each module is compared with what was encoded. Error correction would hide a blot from step 2; a fresh
   print has none.
4. The quiet zone must be empty.
5. In a PDF, each text must stand in the text layer of its label, and every font must be embedded.

Whatever fails is a :class:`labels.errors.Fault` that names page, row, column and value.
"""

from __future__ import annotations

import ctypes
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import resvg_py
import zxingcpp
from PIL import Image

from labels.drawing import Drawing, Mark
from labels.errors import Fault
from labels.symbols import FORMATS, Symbology

DPI = 300
"""Resolution at which PDF and SVG are proved: that of an office printer, five pixels for the narrowest
usual module."""

_GS1: frozenset[Symbology] = frozenset({"datamatrix", "gs1-128"})

# Mean brightness of a module, 0 to 255, beyond which it is neither dark nor light. Rendering rounds the
# edges of a module to whole pixels, at five pixels a module by up to a fifth of its area on two sides.
_DARK = 110
_LIGHT = 145
_JUDGED = bytes(1 if mean <= _DARK else 0 if mean >= _LIGHT else 2 for mean in range(256))
"""For each mean: 1 dark, 0 light, 2 neither."""

_EMPTY = 200
"""Darkest pixel of an empty quiet zone."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A drawing at its place on a page; page, row and column count from 1."""

    page: int
    row: int
    column: int
    x: float
    y: float
    drawing: Drawing
    value: str
    """What the label stands for, in messages."""

    def fault(self, code: str, message: str, value: str | None = None) -> Fault:
        """Give a fault of this place."""
        return Fault(code, self.page, self.row, self.column, self.value if value is None else value, message)


def faults_of_picture(image: Image.Image, scale: float, placements: Sequence[Placement]) -> Iterator[Fault]:
    """Prove the symbols of a page that is a picture of ``scale`` pixels to the millimetre (steps 2 to 4)."""
    for placement in placements:
        for mark in placement.drawing.marks:
            yield from _faults_of_mark(image, scale, placement, mark)


def faults_of_pdf(
    document: pdfium.PdfDocument, number: int, placements: Sequence[Placement]
) -> Iterator[Fault]:
    """Prove page ``number`` (from 0) of an open PDF (all steps)."""
    page = document[number]
    try:
        image = page.render(scale=DPI / 72, grayscale=True).to_pil()
        yield from faults_of_picture(image, DPI / 25.4, placements)
        yield from _faults_of_texts(page, placements)
        yield from _faults_of_fonts(page, placements)
    finally:
        page.close()


def faults_of_svg(text: str, placements: Sequence[Placement]) -> Iterator[Fault]:
    """Prove an SVG of one drawing (steps 1 to 4)."""
    drawing = placements[0].drawing
    width = round(drawing.width / 25.4 * DPI)
    data = resvg_py.svg_to_bytes(
        svg_string=text, width=width, dpi=96, background="#ffffff", skip_system_fonts=True
    )
    image = Image.open(io.BytesIO(data)).convert("L")
    yield from faults_of_picture(image, width / drawing.width, placements)


def _faults_of_mark(image: Image.Image, scale: float, placement: Placement, mark: Mark) -> Iterator[Fault]:
    x, y = placement.x + mark.x, placement.y + mark.y
    inner = (x * scale, y * scale, (x + mark.width) * scale, (y + mark.height) * scale)
    quiet = mark.quiet * scale
    above = 0.0 if mark.symbol.linear else quiet
    outer = (inner[0] - quiet, inner[1] - above, inner[2] + quiet, inner[3] + above)
    text = mark.symbol.text
    # 2. Decode.
    found = zxingcpp.read_barcodes(
        image.crop((round(outer[0]), round(outer[1]), round(outer[2]), round(outer[3]))), try_invert=False
    )
    wanted = FORMATS[mark.symbol.symbology]
    if len(found) != 1:
        yield placement.fault(
            "not-decodable", f"the symbol cannot be read ({len(found)} symbols found)", text
        )
    elif found[0].text != text:
        yield placement.fault("decodes-otherwise", f"the symbol reads {found[0].text!r}", text)
    elif found[0].symbology != wanted or (found[0].content_type == zxingcpp.ContentType.GS1) != (
        mark.symbol.symbology in _GS1
    ):
        yield placement.fault("decodes-otherwise", f"the symbol is read as {found[0].format}", text)
    # 3. Compare the modules.
    size = (mark.symbol.columns, len(mark.symbol.rows))
    means = image.resize(size, Image.Resampling.BOX, box=_inside(inner, image)).tobytes()
    intended = b"".join(mark.symbol.rows)
    seen = means.translate(_JUDGED)
    if seen != intended:
        wrong = sum(one != other for one, other in zip(seen, intended, strict=True))
        yield placement.fault(
            "modules-differ", f"{wrong} of {len(intended)} modules are not as encoded", text
        )
    # 4. Look at the quiet zone, one pixel away from the edge that rendering may have touched.
    if any(_darkest(image, strip) < _EMPTY for strip in _margins(inner, outer, linear=mark.symbol.linear)):
        yield placement.fault("quiet-zone", "something stands in the quiet zone of the symbol", text)


def _inside(box: tuple[float, float, float, float], image: Image.Image) -> tuple[float, float, float, float]:
    return max(box[0], 0), max(box[1], 0), min(box[2], image.width), min(box[3], image.height)


def _margins(
    inner: tuple[float, float, float, float], outer: tuple[float, float, float, float], *, linear: bool
) -> Iterator[tuple[float, float, float, float]]:
    yield outer[0] + 1, inner[1], inner[0] - 1, inner[3]
    yield inner[2] + 1, inner[1], outer[2] - 1, inner[3]
    if not linear:
        yield outer[0] + 1, outer[1] + 1, outer[2] - 1, inner[1] - 1
        yield outer[0] + 1, inner[3] + 1, outer[2] - 1, outer[3] - 1


def _darkest(image: Image.Image, strip: tuple[float, float, float, float]) -> int:
    left, top, right, bottom = (round(edge) for edge in strip)
    if right <= left or bottom <= top:
        return 255
    darkest = image.crop((left, top, right, bottom)).getextrema()[0]
    return int(darkest) if isinstance(darkest, int | float) else 0


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _faults_of_texts(page: pdfium.PdfPage, placements: Sequence[Placement]) -> Iterator[Fault]:
    height = page.get_height()
    points = 72 / 25.4
    with warnings.catch_warnings():
        textpage = page.get_textpage()
    try:
        for placement in placements:
            drawing = placement.drawing
            found = _squeezed(
                textpage.get_text_bounded(
                    left=placement.x * points,
                    bottom=height - (placement.y + drawing.height) * points,
                    right=(placement.x + drawing.width) * points,
                    top=height - placement.y * points,
                )
            )
            # The longest first, each taken out once it is found: what stands there twice must be there twice.
            for text in sorted((item.text for item in drawing.texts), key=len, reverse=True):
                before, there, after = found.partition(_squeezed(text))
                if there:
                    found = f"{before}\0{after}"
                else:
                    yield placement.fault("text-differs", f"the text {text!r} is not on the label")
    finally:
        textpage.close()


def _faults_of_fonts(page: pdfium.PdfPage, placements: Sequence[Placement]) -> Iterator[Fault]:
    """Ask PDFium of each font in use whether its outlines are in the file."""
    seen: set[int] = set()
    for thing in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
        font = pdfium_c.FPDFTextObj_GetFont(thing)
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address in seen:
            continue
        seen.add(address)
        if pdfium_c.FPDFFont_GetIsEmbedded(font) != 1:
            yield placements[0].fault(
                "font-not-embedded", "a font is not embedded; the text looks different elsewhere"
            )
