"""Symbols read back as what was encoded, and other programs draw them alike."""

from typing import Any

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

from labels.errors import SymbolError
from labels.symbols import LEVELS, Level, Symbol, code128, datamatrix, gs1_128, qr
from lineage.identifiers.check_characters import gs1_check_digit
from tests.labels.code128_table import decode

LINK = "https://trace.example.cn/01/06901234567892/10/L20261101/21/7C4KQ9RTVWXY23?17=271231"
_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}

ascii_texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=120)
gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + gs1_check_digit(body))
ssccs = st.text("0123456789", min_size=17, max_size=17).map(lambda body: body + gs1_check_digit(body))
serial_texts = st.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghij0123456789-._/!%", min_size=1, max_size=20)


def picture(symbol: Symbol, pixels: int = 4, bar: int = 60) -> Image.Image:
    """Draw a symbol module by module, with nothing of the package but its rows."""
    quiet = symbol.quiet
    rows = (
        [bytes(symbol.columns)] * quiet
        + list(symbol.rows) * (bar if symbol.linear else 1)
        + [bytes(symbol.columns)] * quiet
    )
    data = b"".join(bytes(quiet) + row + bytes(quiet) for row in rows)
    image = Image.frombytes(
        "L", (symbol.columns + 2 * quiet, len(rows)), data.translate(b"\xff" + bytes(255))
    )
    return image.resize(
        (image.width * pixels, image.height * (1 if symbol.linear else pixels)), Image.Resampling.NEAREST
    )


def read_back(symbol: Symbol) -> zxingcpp.Barcode:
    """Give the one symbol that is read in the picture."""
    (found,) = zxingcpp.read_barcodes(picture(symbol))
    return found


@given(ascii_texts, st.sampled_from(LEVELS))
@settings(deadline=None)
def test_a_qr_code_reads_back(text: str, level: Level) -> None:
    symbol = qr(text, level=level)
    found = read_back(symbol)
    assert (found.text, found.symbology) == (text, zxingcpp.BarcodeFormat.QRCode)
    version, _, reached = symbol.version.partition("-")
    assert found.ec_level == reached
    assert LEVELS.index(reached) >= LEVELS.index(level)
    assert symbol.columns == 17 + 4 * int(version)


@given(gtins, serial_texts, st.dates().map(lambda date: date.strftime("%y%m%d")))
@settings(deadline=None)
def test_gs1_data_reads_back_as_gs1_data(gtin: str, serial: str, date: str) -> None:
    elements = f"(01){gtin}(17){date}(21){serial}"
    for symbol in (datamatrix(elements), gs1_128(elements)):
        found = read_back(symbol)
        assert found.text == elements
        assert found.content_type == zxingcpp.ContentType.GS1
        assert found.bytes == f"01{gtin}17{date}21{serial}".encode()
        assert found.symbology_identifier in {"]d2", "]C1"}


@given(ssccs)
@settings(deadline=None)
def test_bars_say_what_the_table_of_the_standard_says(sscc: str) -> None:
    """The bars are read by widths and values written down here, not by any program."""
    assert decode(gs1_128(f"(00){sscc}").rows[0]) == f"<FNC1>00{sscc}"


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40))
@settings(deadline=None)
def test_plain_bars_too(text: str) -> None:
    assert decode(code128(text).rows[0]) == text
    assert read_back(code128(text)).text == text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "text", ["HTTPS://TRACE.EXAMPLE.CN/ABC-DEF", "01069012345678922112345678", "abc_def~ghi"]
)
def test_another_encoder_draws_the_same_qr_code(text: str, level: Level) -> None:
    """Where the text is of one mode there is one right symbol for each of eight masks."""
    symbol = qr(text, level=level)
    version, _, reached = symbol.version.partition("-")
    drawn = set()
    for mask in range(8):
        masked = qrcode.QRCode(int(version), _LEVELS[reached], border=0, mask_pattern=mask)
        masked.add_data(text, optimize=0)
        masked.make(fit=False)
        drawn.add(tuple(bytes(map(bool, row)) for row in masked.get_matrix()))
    assert symbol.rows in drawn
    other = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=reached)
    image: Any = other.to_image(scale=1, add_quiet_zones=False)  # a buffer that its stub does not tell of
    height, width = image.shape
    pixels = bytes(memoryview(image)).translate(bytes([1]) + bytes(255))
    assert tuple(pixels[row * width : (row + 1) * width] for row in range(height)) in drawn


def test_a_stronger_level_is_taken_when_it_costs_nothing() -> None:
    assert qr("SUYUAN:DONE", level="L").version == "1-Q"
    assert qr(LINK, level="M").columns < qr(LINK, level="H").columns


def test_a_datamatrix_is_square() -> None:
    symbol = datamatrix("(01)06901234567892(10)L1(21)7C4K(17)261231")
    assert symbol.columns == len(symbol.rows)


@pytest.mark.parametrize(
    ("make", "text", "code"),
    [
        (qr, "", "text-too-long"),
        (qr, "x" * 301, "text-too-long"),
        (qr, "溯源", "text-not-ascii"),
        (qr, "a\x00b", "text-not-ascii"),
        (code128, "x" * 49, "text-too-long"),
        (gs1_128, "(00)" + "1" * 50, "text-too-long"),
        (gs1_128, "306141411234567891", "not-an-element-string"),
        (datamatrix, "(01)1", "not-an-element-string"),
        (datamatrix, "", "not-an-element-string"),
    ],
)
def test_what_no_symbol_can_carry_is_refused(make: object, text: str, code: str) -> None:
    with pytest.raises(SymbolError) as refused:
        make(text)  # type: ignore[operator]
    assert refused.value.code == code
