"""PNG and SVG: the same label, read back by programs that had no part in drawing it."""

import io
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from labels.bare import bare, symbol_of
from labels.content import Content, content, texts_of
from labels.designs import ItemDesign
from labels.drawing import WHITE, Box, Drawing, Mark
from labels.errors import InputError, ProofError, SymbolError
from labels.fonts import Faces, faces
from labels.pictures import proved_png, proved_svg, write_picture
from labels.symbols import Symbology, qr
from tests.labels.conftest import RESOLVER, items


@pytest.fixture(scope="module")
def said() -> Content:
    return items(1)[0]


@pytest.fixture(scope="module")
def drawing(said: Content, font: Faces) -> Drawing:
    return ItemDesign(RESOLVER).draw(said, 60, 40, font)


def read_back(data: bytes) -> str:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("L"))
    return str(found.text)


@pytest.mark.parametrize("dpi", [150, 203, 300, 600])
def test_a_png_reads_back_and_knows_its_size(said: Content, drawing: Drawing, font: Faces, dpi: int) -> None:
    data = proved_png(drawing, font, value=said.code[1], dpi=dpi)
    assert read_back(data) == said.link(RESOLVER)
    image = Image.open(io.BytesIO(data))
    assert image.info["dpi"][0] == pytest.approx(dpi, abs=0.1)
    assert (image.width / dpi * 25.4, image.height / dpi * 25.4) == pytest.approx((60, 40), abs=0.2)


def test_modules_are_whole_pixels_at_the_resolutions_of_printers(said: Content, font: Faces) -> None:
    symbol = qr(said.link(RESOLVER))
    for dpi in (300, 600, 1200):
        image = Image.open(io.BytesIO(proved_png(bare(symbol, 5 * 25.4 / 300), font, value="x", dpi=dpi)))
        pixels = 5 * dpi // 300
        small = image.resize((image.width // pixels, image.height // pixels), Image.Resampling.BOX)
        assert set(small.tobytes()) == {0, 255}


def test_an_svg_has_no_text_that_needs_a_font(said: Content, drawing: Drawing, font: Faces) -> None:
    text = proved_svg(drawing, font, value=said.code[1])
    assert "<text" not in text
    assert f"<title>{said.code[1]}</title>" in text
    assert "font" not in text


def test_marked_up_titles_stay_text(drawing: Drawing, font: Faces) -> None:
    text = proved_svg(drawing, font, value='<script>&"')
    assert "<script>" not in text
    assert "&lt;script&gt;&amp;" in text


@pytest.mark.browser
def test_a_browser_draws_the_svg_so_that_it_reads(
    tmp_path: Path, said: Content, drawing: Drawing, font: Faces
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed")
    file, shot = tmp_path / "label.svg", tmp_path / "shot.png"
    write_picture(file, drawing, font, value=said.code[1])
    page = tmp_path / "page.html"
    page.write_text(f'<body style="margin:0"><img src="{file.name}" width="720"></body>', encoding="utf-8")
    quiet = "headless no-sandbox disable-gpu no-first-run disable-background-networking hide-scrollbars"
    places = {"user-data-dir": tmp_path / "profile", "window-size": "720,480", "screenshot": shot}
    subprocess.run(
        [
            chromium,
            *(f"--{flag}" for flag in quiet.split()),
            *(f"--{name}={value}" for name, value in places.items()),
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=90,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert read_back(shot.read_bytes()) == said.link(RESOLVER)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_spoilt_picture_is_not_written(tmp_path: Path, drawing: Drawing, font: Faces, suffix: str) -> None:
    (mark,) = drawing.marks
    patch = Box(mark.x + mark.width / 3, mark.y + mark.width / 3, 1.2, 1.2, fill=WHITE)
    target = tmp_path / f"label{suffix}"
    with pytest.raises(ProofError) as refused:
        write_picture(target, replace(drawing, items=(*drawing.items, patch)), font, value="x")
    assert {fault.code for fault in refused.value.faults} == {"modules-differ"}
    assert not target.exists()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_symbol_over_the_edge_is_found(tmp_path: Path, drawing: Drawing, font: Faces, suffix: str) -> None:
    moved = replace(
        drawing,
        items=tuple(replace(item, x=-5.0) if isinstance(item, Mark) else item for item in drawing.items),
    )
    with pytest.raises(ProofError) as refused:
        write_picture(tmp_path / f"label{suffix}", moved, font, value="x")
    assert "not-decodable" in {fault.code for fault in refused.value.faults}


@pytest.mark.parametrize("symbology", ["qr", "datamatrix", "gs1-128", "code128"])
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_every_symbology_alone(tmp_path: Path, symbology: Symbology, suffix: str, font: Faces) -> None:
    said = content("(00)306141411234567891")
    symbol = symbol_of(said, symbology, RESOLVER)
    target = tmp_path / f"symbol{suffix}"
    write_picture(target, bare(symbol, 0.508), font, value="x")
    assert target.stat().st_size > 200


def test_gs1_symbologies_hold_gs1_data_only() -> None:
    drug = content("drug_code:83857930000879766660")
    assert symbol_of(drug, "code128", RESOLVER).text == "83857930000879766660"
    with pytest.raises(SymbolError) as refused:
        symbol_of(drug, "datamatrix", RESOLVER)
    assert refused.value.code == "not-gs1"


def test_pictures_have_limits(tmp_path: Path, drawing: Drawing, font: Faces) -> None:
    for dpi, code in ((60, "dpi-too-low"), (20000, "too-many-pixels")):
        with pytest.raises(InputError) as refused:
            write_picture(tmp_path / "x.png", drawing, font, value="x", dpi=dpi)
        assert refused.value.code == code
    with pytest.raises(InputError) as refused:
        write_picture(tmp_path / "x.bmp", drawing, font, value="x")
    assert refused.value.code == "suffix"


def test_labels_without_any_text_need_no_font_of_their_own() -> None:
    said = content("(01)06901234567892(21)A")
    assert faces(texts_of([said])) is faces(texts_of([said])), "the same characters are cut once"
