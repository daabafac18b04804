"""Sheets: proved before they are handed out, and what is not as meant is named by its place."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp

from labels import proof
from labels.designs import ItemDesign
from labels.drawing import WHITE, Box, Drawing, Mark, Text
from labels.errors import InputError, ProofError, SymbolError, TextError
from labels.fonts import Faces
from labels.grids import GRIDS, Grid
from labels.pdf import PdfWriter
from labels.proof import Placement, faults_of_pdf
from labels.sheet import MAX_LABELS, write_sheet
from labels.symbols import qr
from tests.labels.conftest import MILLET, RESOLVER, Drawings, drawings_of, items


def written(tmp_path: Path, drawings: Drawings, grid: Grid, font: Faces, **options: int) -> Path:
    """Write a sheet and give its path."""
    target = tmp_path / "sheet.pdf"
    write_sheet(target, drawings, grid, font, title="test", **options)  # type: ignore[arg-type]
    return target


def codes(path: Path, page: int = 0) -> set[str]:
    """Give what an ordinary reader finds on a whole page."""
    document = pdfium.PdfDocument(path)
    image = document[page].render(scale=300 / 72, grayscale=True).to_pil()
    document.close()
    return {found.text for found in zxingcpp.read_barcodes(image)}


@pytest.mark.parametrize("name", [name for name in GRIDS if name not in {"a4-2x2", "a4-1x2", "a6"}])
def test_every_grid_prints_a_sheet_that_a_reader_reads(tmp_path: Path, name: str, font: Faces) -> None:
    grid = GRIDS[name]
    contents = items(grid.count)
    design = ItemDesign(RESOLVER, "short" if grid.height < 30 else "full")
    path = written(tmp_path, drawings_of(contents, grid, font, design), grid, font)
    assert codes(path) == {said.link(RESOLVER) for said in contents}


def test_pages_go_on_and_used_places_stay_free(tmp_path: Path, grid: Grid, font: Faces) -> None:
    contents = items(30)
    steps: list[tuple[str, int, int]] = []
    target = tmp_path / "sheet.pdf"
    sheet = write_sheet(
        target,
        drawings_of(contents, grid, font),
        grid,
        font,
        title="test",
        skip=10,
        progress=lambda *step: steps.append(step),
    )
    assert (sheet.labels, sheet.pages, sheet.symbols) == (30, 2, 30)
    assert codes(target, 0) == {said.link(RESOLVER) for said in contents[:14]}
    assert codes(target, 1) == {said.link(RESOLVER) for said in contents[14:]}
    assert steps == [("write", 14, 30), ("write", 30, 30), ("prove", 14, 30), ("prove", 30, 30)]


def test_the_same_labels_give_the_same_file(tmp_path: Path, grid: Grid, font: Faces) -> None:
    drawings = drawings_of(items(3), grid, font)
    first = written(tmp_path, drawings, grid, font).read_bytes()
    assert written(tmp_path, drawings, grid, font).read_bytes() == first


def test_all_fonts_are_embedded_and_none_is_a_viewers_own(tmp_path: Path, grid: Grid, font: Faces) -> None:
    document = pdfium.PdfDocument(written(tmp_path, drawings_of(items(2), grid, font), grid, font))
    names = set()
    for thing in document[0].get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
        used = pdfium_c.FPDFTextObj_GetFont(thing)
        assert pdfium_c.FPDFFont_GetIsEmbedded(used) == 1
        length = pdfium_c.FPDFFont_GetBaseFontName(used, None, 0)
        name = (pdfium_c.c_char * length)()
        pdfium_c.FPDFFont_GetBaseFontName(used, name, length)
        names.add(name.value.decode().split("+")[-1].rsplit("-", 1)[0])
    document.close()
    assert names == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_the_text_of_a_label_can_be_copied_and_searched(tmp_path: Path, grid: Grid, font: Faces) -> None:
    (said,) = items(1)
    document = pdfium.PdfDocument(written(tmp_path, drawings_of([said], grid, font), grid, font))
    text = document[0].get_textpage().get_text_range()
    document.close()
    for expected in (MILLET.name, MILLET.name_en, "QZ261101A", "2027-10-31", said.code[1], MILLET.producer):
        assert expected in text


# What is covered, moved, exchanged or missing must be found. The sheet is spoilt in the drawing, and proved
# against the drawing as it was meant.

Spoil = Callable[[Drawing], Drawing]


def cover(share: float) -> Spoil:
    """Lay a white box over a part of the symbol."""

    def spoil(drawing: Drawing) -> Drawing:
        (mark,) = drawing.marks
        side = mark.width * share
        box = Box(mark.x + mark.width * 0.3, mark.y + mark.width * 0.3, side, side, fill=WHITE)
        return replace(drawing, items=(*drawing.items, box))

    return spoil


def change_mark(change: Callable[[Mark], Mark]) -> Spoil:
    """Exchange the symbol."""
    return lambda drawing: replace(
        drawing, items=tuple(change(item) if isinstance(item, Mark) else item for item in drawing.items)
    )


def change_text(change: Callable[[Text], Text | None]) -> Spoil:
    """Exchange or drop texts."""

    def spoil(drawing: Drawing) -> Drawing:
        changed = [change(item) if isinstance(item, Text) else item for item in drawing.items]
        return replace(drawing, items=tuple(item for item in changed if item is not None))

    return spoil


SPOILT: dict[str, tuple[Spoil, str]] = {
    "covered beyond repair": (cover(0.6), "not-decodable"),
    "covered so little that readers repair it": (cover(0.06), "modules-differ"),
    "another code": (
        change_mark(lambda mark: replace(mark, symbol=qr(mark.symbol.text + "X"))),
        "decodes-otherwise",
    ),
    "another place": (change_mark(lambda mark: replace(mark, x=mark.x + 2)), "modules-differ"),
    "no code": (change_mark(lambda mark: replace(mark, y=-500.0)), "not-decodable"),
    "text in the quiet zone": (
        lambda drawing: replace(
            drawing,
            items=(*drawing.items, Box(drawing.marks[0].x - 1, drawing.marks[0].y, 0.5, 5, fill=0.0)),
        ),
        "quiet-zone",
    ),
    "a digit of the text": (
        change_text(lambda text: replace(text, text=text.text.replace("2027", "2028"))),
        "text-differs",
    ),
    "a text that is missing": (
        change_text(lambda text: None if text.text == "QZ261101A" else text),
        "text-differs",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_not_as_meant_is_named_by_its_place(
    tmp_path: Path, grid: Grid, font: Faces, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, code = SPOILT[how]
    contents = items(grid.count)
    meant = drawings_of(contents, grid, font)
    victim = 10  # row 4, column 2
    real = PdfWriter.page

    def page(self: PdfWriter, things: list[object]) -> None:
        """A printer driver that spoils one label of the page."""
        good = [meant[number][1]() for number in range(grid.count)]
        good[victim] = spoil(good[victim])
        moved = [
            item
            for drawing, (_, _, x, y) in zip(good, grid.places(), strict=True)
            for item in drawing.moved(x, y)
        ]
        real(self, moved)

    monkeypatch.setattr(PdfWriter, "page", page)
    target = tmp_path / "sheet.pdf"
    target.write_bytes(b"what was there before")
    with pytest.raises(ProofError) as refused:
        write_sheet(target, meant, grid, font, title="test")
    assert code in {fault.code for fault in refused.value.faults}
    assert {(fault.page, fault.row, fault.column) for fault in refused.value.faults} == {(1, 4, 2)}
    assert "page 1, row 4, column 2" in refused.value.message
    fault = next(fault for fault in refused.value.faults if fault.code == code)
    assert fault.value in {contents[victim].code[1], contents[victim].link(RESOLVER)}
    assert target.read_bytes() == b"what was there before", "a sheet that failed is not handed out"
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.pdf"], "and leaves nothing behind"


def test_a_font_of_the_viewer_is_a_fault(font: Faces) -> None:
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(200, 200))
    canvas.drawString(10, 100, "SERIAL")
    canvas.save()
    document = pdfium.PdfDocument(file.getvalue())
    nothing = Placement(1, 1, 1, 0, 0, Drawing(10, 10, ()), "x")
    found = [fault.code for fault in faults_of_pdf(document, 0, [nothing])]
    document.close()
    assert found == ["font-not-embedded"]


def test_proving_a_sheet_that_is_wrong_everywhere_ends(
    tmp_path: Path, grid: Grid, font: Faces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "_JUDGED", bytes(256))  # a judge who sees nothing dark
    with pytest.raises(ProofError) as refused:
        written(tmp_path, drawings_of(items(200), grid, font), grid, font)
    assert 100 <= len(refused.value.faults) < 200
    assert len(refused.value.message) < 2500


def test_too_small_a_label_says_what_it_needs(tmp_path: Path, font: Faces) -> None:
    grid = Grid("tiny", 25, 10, 1, 1, 0, 0)
    with pytest.raises(
        SymbolError, match=r"label 1 \(.*\): a symbol of \d+ modules needs [\d.]+ mm"
    ) as refused:
        written(tmp_path, drawings_of(items(1), grid, font), grid, font)
    assert refused.value.code == "symbol-too-large"
    assert not list(tmp_path.iterdir())


def test_text_is_never_cut_off(tmp_path: Path, grid: Grid) -> None:
    from labels.content import texts_of
    from labels.fonts import faces

    contents = items(1, replace(MILLET, name="很长很长的产品名称" * 30))
    font = faces(texts_of(contents))
    with pytest.raises(TextError) as refused:
        written(tmp_path, drawings_of(contents, grid, font), grid, font)
    assert refused.value.code == "text-too-long"


def test_every_text_stays_inside_its_label(font: Faces) -> None:
    for name in ("a4-3x8", "a4-3x7", "a4-2x4", "a4-4x6", "roll-60x40"):
        grid = GRIDS[name]
        (said,) = items(1)
        drawing = ItemDesign(RESOLVER).draw(said, grid.width, grid.height, font)
        for item in drawing.texts:
            width = font.of(item.weight).width(item.text, item.points)
            left = item.x - {"start": 0, "middle": width / 2, "end": width}[item.anchor]
            assert left >= 0.5, item
            assert left + width <= grid.width - 0.5, item
            assert 0.5 <= item.y <= grid.height - 0.5, item


def test_no_two_things_lie_on_each_other(font: Faces) -> None:
    for grid in GRIDS.values():
        (said,) = items(1)
        design = ItemDesign(RESOLVER, "short" if grid.height < 30 else "full")
        drawing = design.draw(said, grid.width, grid.height, font)
        boxes = []
        for item in drawing.items:
            if isinstance(item, Mark):
                boxes.append((item.x, item.y, item.x + item.width, item.y + item.height))
            elif isinstance(item, Text):
                width = font.of(item.weight).width(item.text, item.points)
                left = item.x - {"start": 0, "middle": width / 2, "end": width}[item.anchor]
                boxes.append((left, item.y - 0.7 * item.points * 0.3528, left + width, item.y))
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (grid.name, one, other)


def test_a_partial_is_called_once_a_label(tmp_path: Path, grid: Grid, font: Faces) -> None:
    """What is proved is the very drawing that was written."""
    calls: list[int] = []

    def draw(number: int) -> Drawing:
        calls.append(number)
        return Drawing(grid.width, grid.height, (Mark(qr(f"SUYUAN:NOTE={number}"), 5, 5, 0.5),))

    written(tmp_path, [(str(number), partial(draw, number)) for number in range(40)], grid, font)
    assert calls == list(range(40))


def test_more_labels_than_a_file_should_hold_are_refused(tmp_path: Path, grid: Grid, font: Faces) -> None:
    def draw() -> Drawing:
        raise AssertionError("nothing is drawn")

    with pytest.raises(InputError) as refused:
        written(tmp_path, [("x", draw)] * (MAX_LABELS + 1), grid, font)
    assert refused.value.code == "too-many-labels"
    assert not list(tmp_path.iterdir())
