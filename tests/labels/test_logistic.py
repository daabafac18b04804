"""Labels of logistic units: three symbols that agree, in the sizes that warehouses ask for."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp

from labels.content import Content, Product, content, texts_of
from labels.designs import DOT
from labels.errors import InputError, SymbolError
from labels.fonts import faces
from labels.grids import GRIDS
from labels.logistic import BAR_HEIGHT, LogisticDesign
from labels.sheet import content_drawings, write_sheet
from lineage.identifiers import read
from tests.labels.conftest import RESOLVER

DATA = {"02": "06901234567892", "10": "L20261101", "15": "261122", "37": "576"}
YOGHURT = Product("原味发酵乳 180 g × 12 × 48 箱", "Plain yoghurt", "某某乳业有限公司")


def unit() -> Content:
    """Give one pallet with its data."""
    return content("(00)306141411234567891", DATA, YOGHURT)


def test_three_symbols_that_name_the_same_unit(tmp_path: Path) -> None:
    said, grid = unit(), GRIDS["a4-2x2"]
    font = faces(texts_of([said]))
    design = LogisticDesign(RESOLVER)
    sheet = write_sheet(
        tmp_path / "u.pdf", content_drawings([said], design, grid, font), grid, font, title="units"
    )
    assert sheet.symbols == 3
    document = pdfium.PdfDocument(sheet.path)
    found = zxingcpp.read_barcodes(document[0].render(scale=300 / 72, grayscale=True).to_pil())
    document.close()
    assert {read(symbol.text).id for symbol in found} == {said.identifier.id}
    texts = {symbol.symbology: symbol.text for symbol in found}
    assert texts[zxingcpp.BarcodeFormat.Code128] == "(00)306141411234567891"
    assert texts[zxingcpp.BarcodeFormat.DataMatrix] == said.element_string
    assert content(texts[zxingcpp.BarcodeFormat.QRCode]).element_string.startswith("(00)306141411234567891")
    assert "02=06901234567892" in texts[zxingcpp.BarcodeFormat.QRCode]


def test_bars_are_as_wide_and_high_as_the_standard_asks() -> None:
    said = unit()
    drawing = LogisticDesign(RESOLVER).draw(said, 105, 148, faces(texts_of([said])))
    (bars,) = [mark for mark in drawing.marks if mark.symbol.linear]
    assert 0.495 <= bars.module <= 1.016
    assert bars.module / DOT == pytest.approx(round(bars.module / DOT)), "whole dots of a printer"
    assert bars.height == BAR_HEIGHT >= 31.75
    assert bars.x >= bars.quiet
    assert bars.x + bars.width + bars.quiet <= 105


def test_only_logistic_units_have_a_logistic_label() -> None:
    said = content("(01)06901234567892(21)A")
    with pytest.raises(InputError) as refused:
        LogisticDesign(RESOLVER).draw(said, 105, 148, faces(texts_of([said])))
    assert refused.value.code == "not-a-logistic-unit"


def test_a_label_that_is_too_narrow_says_so() -> None:
    said = unit()
    with pytest.raises(SymbolError, match="the bar code needs 87 mm"):
        LogisticDesign(RESOLVER).draw(said, 70, 148, faces(texts_of([said])))
