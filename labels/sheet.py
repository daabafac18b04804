"""Knows how sheets of labels are made: laid out, written, proved, and only then handed out.

In steps:

1. Each label is laid out on its own.
2. Pages are written to a file beside the target that nobody is told of.
3. Every page of that file is proved, see :mod:`labels.proof`. One fault, and the file is deleted and
   :class:`~labels.errors.ProofError` raised.
4. The file takes the place of the target in one step. A file under the target's name has passed.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pypdfium2 as pdfium

from labels.content import Content
from labels.designs import frame
from labels.drawing import Drawing, Item
from labels.errors import Fault, InputError, LabelError, ProofError
from labels.fonts import Faces
from labels.grids import Grid
from labels.pdf import PdfWriter
from labels.proof import Placement, faults_of_pdf

MAX_FAULTS = 100
"""Faults after which proving ends: a sheet that is wrong everywhere need not be read to its end."""

MAX_LABELS = 50_000
"""Most labels of one file: some 60 MB of PDF, and as many pages as printers accept in one piece."""

Progress = Callable[[str, int, int], None]
"""Told the step (``write`` or ``prove``), how many labels are done and how many there are."""


class Design(Protocol):
    """Lays out one label."""

    def draw(self, content: Content, width: float, height: float, faces: Faces) -> Drawing:
        """Give the label on ``width`` × ``height`` millimetres."""


class Sheet(NamedTuple):
    """What was handed out."""

    path: Path
    labels: int
    pages: int
    symbols: int
    """Symbols that were decoded and compared."""


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def write_sheet(
    target: Path,
    drawings: Sequence[tuple[str, Callable[[], Drawing]]],
    grid: Grid,
    faces: Faces,
    *,
    title: str,
    skip: int = 0,
    guides: bool = False,
    decorate: Callable[[int, int], Sequence[Item]] | None = None,
    progress: Progress = _silent,
) -> Sheet:
    """Write drawings on sheets and prove them.

    :param drawings: for each label, what it stands for and how to draw it, which is done when its page is
        written; a run of any length holds one page of drawings at a time, and the others packed
    :param skip: places to leave free on the first sheet, which has been used before
    :param guides: whether to draw the outline of each label, for cutting with scissors
    :param decorate: given page and number of pages, more items for the page (a heading, page numbers)
    :raises ProofError: the print is not what was meant; there is no file then
    :raises InputError: ``too-many-labels``
    :raises LabelError: a label cannot be laid out
    """
    if len(drawings) > MAX_LABELS:
        raise InputError(
            "too-many-labels",
            f"one file holds at most {MAX_LABELS:,} labels, these are {len(drawings):,}",
            hint="print them in several files",
        )
    pages = -(-(len(drawings) + skip) // grid.count)
    folder = target.resolve().parent
    with tempfile.NamedTemporaryFile(
        dir=folder, prefix=f".{target.name}.", suffix=".part", delete=False
    ) as file:
        part = Path(file.name)
    try:
        # 1 and 2: lay out and write.
        writer = PdfWriter(part, *grid.page, faces, title=title)
        packed: list[bytes] = []
        done = 0
        for page in range(pages):
            placements = list(_placements(drawings, grid, page, skip))
            items = [item for placement in placements for item in _placed(placement, guides=guides)]
            writer.page([*items, *(decorate(page + 1, pages) if decorate else ())])
            packed.append(_pack(placements))
            done += len(placements)
            progress("write", done, len(drawings))
        writer.close()
        # 3: prove.
        symbols = _prove(part, packed, len(drawings), progress)
        # 4: hand out.
        part.chmod(0o644)
        os.replace(part, target)  # noqa: PTH105 - the name says what it does: atomic, also over an old file
    finally:
        part.unlink(missing_ok=True)
    return Sheet(target, len(drawings), pages, symbols)


def content_drawings(
    contents: Sequence[Content], design: Design, grid: Grid, faces: Faces
) -> list[tuple[str, Callable[[], Drawing]]]:
    """Give contents in the form that :func:`write_sheet` takes."""
    return [
        (content.code[1], partial(design.draw, content, grid.width, grid.height, faces))
        for content in contents
    ]


def _placements(
    drawings: Sequence[tuple[str, Callable[[], Drawing]]], grid: Grid, page: int, skip: int
) -> Iterator[Placement]:
    first = page * grid.count - skip
    for number, (row, column, x, y) in enumerate(grid.places(), start=first):
        if 0 <= number < len(drawings):
            value, draw = drawings[number]
            try:
                drawing = draw()
            except LabelError as error:
                error.message = f"label {number + 1} ({value}): {error.message}"
                error.args = (error.message,)
                raise
            yield Placement(page + 1, row, column, x, y, drawing, value)


def _placed(placement: Placement, *, guides: bool) -> Iterator[Item]:
    drawing = frame(placement.drawing) if guides else placement.drawing
    return drawing.moved(placement.x, placement.y)


def _pack(placements: list[Placement]) -> bytes:
    """Make a page of drawings small, for the time between writing and proving: some hundred bytes a label."""
    return zlib.compress(pickle.dumps(placements), 1)


def _prove(path: Path, packed: Sequence[bytes], total: int, progress: Progress) -> int:
    faults: list[Fault] = []
    done = symbols = 0
    document = pdfium.PdfDocument(path)
    try:
        for number, page in enumerate(packed):
            placements: list[Placement] = pickle.loads(zlib.decompress(page))  # noqa: S301 - packed above, never from outside
            faults += faults_of_pdf(document, number, placements)
            if len(faults) >= MAX_FAULTS:
                break
            done += len(placements)
            symbols += sum(len(placement.drawing.marks) for placement in placements)
            progress("prove", done, total)
    finally:
        document.close()
    if faults:
        raise ProofError(faults)
    return symbols
