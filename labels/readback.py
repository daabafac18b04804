"""Knows what symbols a finished file holds, wherever they stand: a sheet, a scan, a photo."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
import resvg_py
import zxingcpp
from PIL import Image, UnidentifiedImageError

from labels.errors import InputError
from labels.png import MAX_PIXELS
from labels.proof import DPI
from labels.station import PREFIX
from lineage.errors import LineageError
from lineage.identifiers import read

MAX_SVG_BYTES = 20_000_000
"""Largest SVG that is read; a label has some ten thousand bytes."""

MAX_PAGE_MM = 1200
"""Longest side of a PDF page that is rasterised (A0)."""


class Found(NamedTuple):
    """One symbol that was read."""

    page: int
    """From 1; pictures have one page."""
    symbology: str
    text: str
    id: str | None
    """Canonical id of the thing that the text names; None when it names none."""
    problem: str = ""
    """Why it names none; empty for station commands, which are no identifiers."""


def symbols_of(path: Path) -> Iterator[Found]:
    """Read every symbol of a PDF, SVG, PNG, JPEG or TIFF file, page by page.

    :raises InputError: ``no-file``, ``not-a-picture``, ``too-many-pixels``
    """
    try:
        with path.open("rb") as file:
            start = file.read(1024).lstrip()
    except OSError as error:
        raise InputError("no-file", f"{path} cannot be read: {error.strerror}") from error
    if start.startswith(b"%PDF"):
        yield from _of_pdf(path)
    elif start.startswith((b"<svg", b"<?xml")):
        yield from _read(_svg(path), 1)
    else:
        yield from _read(_picture(path), 1)


def differences(found: Iterable[Found], ids: Iterable[str]) -> list[str]:
    """Compare what was read with the codes that should be there, each once: a sentence a difference."""
    counted = Counter(symbol.id for symbol in found if symbol.id is not None)
    wanted = set(ids)
    missing = [f"missing: {code}" for code in sorted(wanted - counted.keys())]
    foreign = [f"not of this batch: {code}" for code in sorted(counted.keys() - wanted)]
    repeated = [f"printed {times} times: {code}" for code, times in sorted(counted.items()) if times > 1]
    return missing + foreign + repeated


def _of_pdf(path: Path) -> Iterator[Found]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise InputError("not-a-picture", f"{path} is no readable PDF: {error}") from error
    try:
        for number in range(len(document)):
            page = document[number]
            if max(page.get_size()) > MAX_PAGE_MM * 72 / 25.4:
                raise InputError(
                    "too-many-pixels", f"page {number + 1} of {path} is longer than {MAX_PAGE_MM} mm"
                )
            image = page.render(scale=DPI / 72, grayscale=True).to_pil()
            page.close()
            yield from _read(image, number + 1)
    finally:
        document.close()


def _svg(path: Path) -> Image.Image:
    if path.stat().st_size > MAX_SVG_BYTES:
        raise InputError("not-a-picture", f"{path} is larger than {MAX_SVG_BYTES:,} bytes")
    try:
        text = path.read_text(encoding="utf-8")
        data = resvg_py.svg_to_bytes(
            svg_string=text, width=2000, dpi=96, background="#ffffff", skip_system_fonts=True
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError("not-a-picture", f"{path} is no readable SVG: {error}") from error
    return Image.open(io.BytesIO(data)).convert("L")


def _picture(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError("too-many-pixels", f"{path} has more than {MAX_PIXELS:,} pixels")
            return image.convert("L")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InputError(
            "not-a-picture", f"{path} is no PDF, SVG or picture that can be read: {error}"
        ) from error


def _read(image: Image.Image, page: int) -> Iterator[Found]:
    for symbol in zxingcpp.read_barcodes(image):
        text, kind = symbol.text, str(symbol.format)
        if text.startswith(PREFIX):
            yield Found(page, kind, text, None)
            continue
        try:
            yield Found(page, kind, text, read(text).id)
        except LineageError as error:
            yield Found(page, kind, text, None, error.message)
