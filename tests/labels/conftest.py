"""Things that many tests of the labels print."""

from collections.abc import Callable
from functools import partial

import pytest

from labels.content import Content, Product, content, texts_of
from labels.designs import ItemDesign
from labels.drawing import Drawing
from labels.fonts import Faces, faces
from labels.grids import GRIDS, Grid
from labels.serials import serials

RESOLVER = "https://trace.example.cn"
MILLET = Product(
    "沁州黄小米 有机 500 g",
    "Qinzhou golden millet, organic",
    "山西沁州黄小米（集团）有限公司",
    "911404007460300000",
    "500 g × 1 袋",
)
Drawings = list[tuple[str, Callable[[], Drawing]]]


def items(count: int, product: Product = MILLET) -> list[Content]:
    """Give contents of fresh serials of one lot."""
    return [
        content(
            f"https://id.gs1.org/01/06901234567892/10/QZ261101A/21/{serial}",
            {"11": "261101", "15": "271031"},
            product,
        )
        for serial in serials(count)
    ]


@pytest.fixture(scope="session")
def font() -> Faces:
    """The font with everything that these tests print."""
    return faces(texts_of(items(1)))


@pytest.fixture
def grid() -> Grid:
    """The grid that is used unless another is named."""
    return GRIDS["a4-3x8"]


def drawings_of(
    contents: list[Content], grid: Grid, font: Faces, design: ItemDesign | None = None
) -> Drawings:
    """Give contents as the sheet writer takes them."""
    chosen = design or ItemDesign(RESOLVER)
    return [(said.code[1], partial(chosen.draw, said, grid.width, grid.height, font)) for said in contents]
