"""Knows how labels lie on a sheet: the common die-cut grids, and any other by its measures in millimetres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labels.errors import InputError

A4 = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Labels of one size in rows and columns on a page; all measures in millimetres."""

    name: str
    width: float
    height: float
    columns: int
    rows: int
    left: float
    top: float
    gap_x: float = 0.0
    gap_y: float = 0.0
    page: tuple[float, float] = A4
    note: str = ""

    def __post_init__(self) -> None:
        right = self.left + self.columns * self.width + (self.columns - 1) * self.gap_x
        bottom = self.top + self.rows * self.height + (self.rows - 1) * self.gap_y
        if min(self.width, self.height, *self.page) <= 0 or min(self.columns, self.rows) < 1:
            raise InputError("grid", f"the grid {self.name} has no labels")
        if (
            min(self.left, self.top, self.gap_x, self.gap_y) < 0
            or right > self.page[0] + 0.01
            or bottom > self.page[1] + 0.01
        ):
            raise InputError(
                "grid",
                f"{self.columns} × {self.rows} labels of {self.width:g} × {self.height:g} mm "
                f"need {right:g} × {bottom:g} mm, the page has {self.page[0]:g} × {self.page[1]:g} mm",
                hint="check the margins and gaps",
            )

    @property
    def count(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def places(self) -> Iterator[tuple[int, int, float, float]]:
        """Give row and column, from 1, and the corner of each place, in the order in which a person reads."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield (
                    row + 1,
                    column + 1,
                    self.left + column * (self.width + self.gap_x),
                    self.top + row * (self.height + self.gap_y),
                )


_ALL = (
    Grid(
        "a4-3x8",
        70,
        37,
        3,
        8,
        0,
        0.5,
        note="24 a sheet, whole sheet, no margins (common no-name sheets, 3474)",
    ),
    Grid("a4-3x7", 63.5, 38.1, 3, 7, 7.2, 15.1, gap_x=2.55, note="21 a sheet, rounded corners (L7160)"),
    Grid("a4-2x7", 99.1, 38.1, 2, 7, 4.65, 15.1, gap_x=2.5, note="14 a sheet (L7163)"),
    Grid("a4-2x4", 99.1, 67.7, 2, 4, 4.65, 13.1, gap_x=2.5, note="8 a sheet (L7165)"),
    Grid("a4-4x11", 48.3, 25.4, 4, 11, 8.4, 8.8, note="44 a sheet, small (4736)"),
    Grid("a4-4x6", 45.7, 45.7, 4, 6, 7.85, 8.4, gap_x=3.8, gap_y=1.2, note="24 a sheet, squares"),
    Grid("a4-2x2", 105, 148.5, 2, 2, 0, 0, note="4 a sheet of A6: logistic labels"),
    Grid("a4-1x2", 210, 148.5, 1, 2, 0, 0, note="2 a sheet of A5"),
    Grid(
        "a6",
        105,
        148,
        1,
        1,
        0,
        0,
        page=(105, 148),
        note="one a page: logistic label printers of 105 × 148 mm",
    ),
    Grid("roll-50x30", 50, 30, 1, 1, 0, 0, page=(50, 30), note="one a page: label printers, 50 × 30 mm"),
    Grid("roll-60x40", 60, 40, 1, 1, 0, 0, page=(60, 40), note="one a page: label printers, 60 × 40 mm"),
)

GRIDS: Mapping[str, Grid] = MappingProxyType({grid.name: grid for grid in _ALL})
DEFAULT = "a4-3x8"


def grid_named(name: str) -> Grid:
    """Give a grid by name, or by its measures as ``70x37:3x8+0+0.5``.

    Measures are label, columns × rows, left and top margin, and if need be the gaps between labels, as
    ``+2.5+0``.

    :raises InputError: ``grid``
    """
    if name in GRIDS:
        return GRIDS[name]
    try:
        size, shape = name.split(":")
        counts, *margins = shape.split("+")
        width, height = (float(part) for part in size.split("x"))
        columns, rows = (int(part) for part in counts.split("x"))
        left, top, gap_x, gap_y = ([float(part) for part in margins] + [0.0] * 4)[:4]
    except ValueError as error:
        raise InputError(
            "grid",
            f"{name!r} is no grid",
            hint=f"use one of {', '.join(GRIDS)}, or measures as 70x37:3x8+0+0.5",
        ) from error
    return Grid(name, width, height, columns, rows, left, top, gap_x, gap_y)
