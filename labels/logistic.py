"""Knows how the label of a logistic unit is laid out: GS1-128, DataMatrix and QR.

After the GS1 Logistic Label Guideline: text above, bar code with the SSCC at the foot, 32 mm high, with
modules of at least 0.495 mm. The DataMatrix holds all data for scanners, the QR code is for phones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from labels.content import Content
from labels.designs import DOT, fitting_module, largest
from labels.drawing import BLACK, GREY, Box, Drawing, Item, Mark, Text
from labels.errors import InputError, SymbolError
from labels.fonts import Faces
from labels.symbols import datamatrix, gs1_128, qr
from labels.typesetting import Column
from labels.wording import CAPTIONS, COLON, LOGISTIC_TITLE, SCAN_ME, SCANNERS

MIN_BAR_MODULE = 0.495
"""Narrowest module of a bar code that is scanned in general distribution (GS1 General Specifications,
table 5)."""

BAR_HEIGHT = 32.0
"""Height of its bars; 31.75 mm are the least."""

MIN_MATRIX_MODULE = 0.38
"""Narrowest module of a DataMatrix on a logistic label; 0.5 mm and more are used where there is room."""


@dataclass(frozen=True, slots=True)
class LogisticDesign:
    """How labels of logistic units are made; A6 (105 × 148 mm) or larger."""

    resolver: str
    title: str = LOGISTIC_TITLE[0]
    title_en: str = LOGISTIC_TITLE[1]

    def draw(self, content: Content, width: float, height: float, faces: Faces) -> Drawing:
        """Lay out one label.

        :raises InputError: ``not-a-logistic-unit``
        :raises SymbolError: ``symbol-too-large``; :raises TextError: ``text-too-long``
        """
        if dict(content.path).get("00") is None:
            raise InputError(
                "not-a-logistic-unit",
                f"{content.identifier.id} is no SSCC",
                hint="logistic labels are for logistic units; print items with the item design",
            )
        most = 1.15 * math.sqrt(width * height / (105 * 148))
        return largest(
            lambda scale: Drawing(width, height, tuple(self._items(content, width, height, faces, scale))),
            most,
            f"a logistic label of {width:g} × {height:g} mm",
        )

    def _items(
        self, content: Content, width: float, height: float, faces: Faces, scale: float
    ) -> Iterator[Item]:
        pad = 0.05 * min(width, height)
        # 1. The bar code at the foot, its text below.
        bars = gs1_128("(00)" + dict(content.path)["00"])
        module = math.floor((width - pad) / (bars.columns + 2 * bars.quiet) / DOT) * DOT
        if module < MIN_BAR_MODULE:
            raise SymbolError(
                "symbol-too-large",
                f"the bar code needs {(bars.columns + 2 * bars.quiet) * MIN_BAR_MODULE:.0f} mm, "
                f"the label has {width - pad:.0f} mm",
                hint="logistic labels are at least 105 mm wide",
            )
        module = min(module, 12 * DOT)  # 1.016 mm, the widest that is allowed
        points = 13 * scale
        foot = height - pad
        mark = Mark(
            bars, (width - bars.columns * module) / 2, foot - 5.6 * scale - BAR_HEIGHT, module, BAR_HEIGHT
        )
        yield mark
        yield Text(
            " ".join(["(00)", dict(content.path)["00"]]), width / 2, foot - 0.8, points, "bold", "middle"
        )
        # 2. The head: what the label is, and the product.
        head = Column(faces, pad, pad, width - 2 * pad, mark.y - 2, scale)
        head.line(self.title, 9, grey=GREY)
        yield Text(self.title_en, width - pad, head.items[-1].y, head.size(9), anchor="end", grey=GREY)
        head.rule()
        head.gap(1.2)
        head.lines(content.product.name, 17, "bold", shrink=0.7)
        head.lines(content.product.name_en, 10, grey=GREY, shrink=0.7)
        head.gap(0.8)
        head.rule()
        yield from head.items
        # 3. On the right the codes that hold everything: for phones, and for scanners.
        top, bottom, right = head.y + 1.5, mark.y - 4, 0.27 * width
        yield from self._codes(content, width - pad - right, top, right, bottom, faces)
        # 4. On the left the data.
        body = Column(faces, pad, top, width - 2 * pad - right - 4, bottom, scale)
        body.line(f"{CAPTIONS['00'].zh} {CAPTIONS['00'].en}", 8.5, grey=GREY)
        body.line(content.code[1], 12.5, "bold")
        body.gap(2)
        rows = content.rows + ([(CAPTIONS["spec"], content.product.spec)] if content.product.spec else [])
        body.table(rows, 10.5, spacing=1.4)
        if content.product.producer:
            body.gap(1)
            body.lines(CAPTIONS["producer"].zh + COLON + content.product.producer, 9.5)
        yield from body.items
        yield Box(pad, mark.y - 2.2, width - 2 * pad, 0.25, fill=BLACK)

    def _codes(
        self, content: Content, x: float, top: float, side: float, bottom: float, faces: Faces
    ) -> Iterator[Item]:
        half = (bottom - top) / 2
        for symbol, notes in (
            (qr(content.link(self.resolver)), SCAN_ME),
            (datamatrix(content.element_string), SCANNERS),
        ):
            # The quiet zone of a code may reach over the edge of the column into the margin, its dark
            # part may not.
            room = min(side * (1 + 2 * symbol.quiet / symbol.columns), half - 5)
            module = min(fitting_module(symbol, room, MIN_MATRIX_MODULE), 9 * DOT)
            across = symbol.columns * module
            mark = Mark(symbol, x + (side - across) / 2, top + symbol.quiet * module, module)
            yield mark
            baseline = mark.y + mark.height + mark.quiet + 2.2
            for note, points in zip(notes, (6.5, 5.5), strict=True):
                size = min(points, points * side / faces.regular.width(note, points))
                yield Text(note, mark.x + mark.width / 2, baseline, size, anchor="middle", grey=GREY)
                baseline += 2.3
            top += half
