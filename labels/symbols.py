"""Knows how texts become symbols: QR, GS1 DataMatrix, GS1-128 and Code 128 as matrices of modules.

A :class:`Symbol` has no size yet; :mod:`labels.designs` gives it one in millimetres. QR codes are encoded by
the package ``qrcode``, the others by ``zint``; the decoder of :mod:`labels.proof` is that of ``zxing``. The
package ``zxing-cpp`` carries the latter two, but no encoder shares anything with the decoder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import qrcode
import qrcode.constants as correction
import zxingcpp
from qrcode.exceptions import DataOverflowError

from labels.errors import SymbolError
from labels.outlines import Loop, outlines

Symbology = Literal["qr", "datamatrix", "gs1-128", "code128"]
Level = Literal["L", "M", "Q", "H"]

MAX_QR_TEXT = 300
"""Longest text of a QR code: version 13 at level M. What is longer has modules too fine for a label and a
phone."""

MAX_LINEAR_TEXT = 48
"""Longest content of a GS1-128 symbol (GS1 General Specifications 5.4.4)."""

LEVELS: tuple[Level, ...] = ("L", "M", "Q", "H")
"""Error correction of QR codes: about 7, 15, 25 and 30 percent of the symbol may be lost."""

# Quiet zone on each side, in modules: ISO/IEC 18004 (4), ISO/IEC 16022 (1), ISO/IEC 15417 (10).
_QUIET: dict[Symbology, int] = {"qr": 4, "datamatrix": 1, "gs1-128": 10, "code128": 10}

FORMATS: dict[Symbology, Any] = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "gs1-128": zxingcpp.BarcodeFormat.Code128,
    "code128": zxingcpp.BarcodeFormat.Code128,
}
_CORRECTION: dict[Level, int] = {
    "L": correction.ERROR_CORRECT_L,
    "M": correction.ERROR_CORRECT_M,
    "Q": correction.ERROR_CORRECT_Q,
    "H": correction.ERROR_CORRECT_H,
}
_MATRIX: frozenset[Symbology] = frozenset({"qr", "datamatrix"})

_DARK_IS_ONE = bytes([1]) + bytes(255)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol as its modules."""

    symbology: Symbology
    text: str
    """What a reader gives back: the text itself, for GS1 symbologies as bracketed element string."""
    rows: tuple[bytes, ...] = field(repr=False)
    """Modules from top to bottom, one byte each: 1 dark, 0 light. Linear symbols have one row."""
    version: str = ""
    """Of a QR code: version and error correction level, as ``5-Q``."""

    @property
    def columns(self) -> int:
        """Width in modules, without quiet zone."""
        return len(self.rows[0])

    @property
    def quiet(self) -> int:
        """Width of the light margin that readers need, in modules."""
        return _QUIET[self.symbology]

    @property
    def linear(self) -> bool:
        """Say whether the symbol is a row of bars, which has the height one gives it."""
        return len(self.rows) == 1

    def loops(self) -> list[Loop]:
        """Give the outlines of the dark modules, see :func:`labels.outlines.outlines`."""
        return outlines(self.rows)


def qr(text: str, *, level: Level = "M") -> Symbol:
    """Encode ``text`` in the smallest QR code of at least ``level``.

    The level is raised as far as the size stays the same: stronger correction costs nothing then.

    :raises SymbolError: ``text-too-long``, ``text-not-ascii``
    """
    _check_text(text, MAX_QR_TEXT)
    version = _fitting(text, level).version
    for stronger in LEVELS[LEVELS.index(level) + 1 :]:
        if _fitting(text, stronger).version != version:
            break
        level = stronger
    made = _fitting(text, level)
    made.makeImpl(False, made.best_mask_pattern())
    rows = tuple(bytes(bool(module) for module in row) for row in made.modules)
    return Symbol("qr", text, rows, f"{version}-{level}")


def _fitting(text: str, level: Level) -> Any:
    """Choose the smallest version that holds the text, without drawing it yet."""
    made = qrcode.QRCode(error_correction=_CORRECTION[level], border=0)
    # Digits and capitals in runs of six or more take a denser mode of their own.
    made.add_data(text, optimize=6)
    try:
        made.best_fit()
    except DataOverflowError as overflow:
        raise SymbolError("text-too-long", f"{text!r} does not fit a QR code") from overflow
    return made


def datamatrix(elements: str) -> Symbol:
    """Encode a bracketed GS1 element string in a square GS1 DataMatrix (ECC 200).

    :raises SymbolError: ``not-an-element-string``, ``text-too-long``
    """
    return _created("datamatrix", elements, gs1=True, force_square=True)


def gs1_128(elements: str) -> Symbol:
    """Encode a bracketed GS1 element string in a GS1-128 bar code.

    :raises SymbolError: ``not-an-element-string``, ``text-too-long``
    """
    if len(elements.replace("(", "").replace(")", "")) > MAX_LINEAR_TEXT:
        raise SymbolError(
            "text-too-long",
            f"a GS1-128 bar code holds {MAX_LINEAR_TEXT} characters",
            hint="split the data over two bar codes, or use a GS1 DataMatrix",
        )
    return _created("gs1-128", elements, gs1=True)


def code128(text: str) -> Symbol:
    """Encode a plain ASCII text in a Code 128 bar code.

    :raises SymbolError: ``text-too-long``, ``text-not-ascii``
    """
    _check_text(text, MAX_LINEAR_TEXT)
    return _created("code128", text)


def _check_text(text: str, longest: int) -> None:
    if not text or len(text) > longest:
        raise SymbolError(
            "text-too-long",
            f"the symbol holds 1 to {longest} characters, the text has {len(text)}",
            hint="shorten the resolver address or print fewer attributes",
        )
    if not text.isascii() or not text.isprintable():
        raise SymbolError(
            "text-not-ascii",
            f"the text {text!r} has a character that scanners do not agree on",
            hint="percent-encode it (a Digital Link URI is ASCII)",
        )


def _created(symbology: Symbology, text: str, **options: bool | str) -> Symbol:
    try:
        made = zxingcpp.create_barcode(text, FORMATS[symbology], **options)
    except (ValueError, RuntimeError) as refusal:
        raise SymbolError(
            "not-an-element-string" if "gs1" in options else "text-too-long",
            f"{text!r} cannot be encoded as {symbology}: {refusal}",
            hint="write GS1 data with brackets, as (00)306141411234567891" if "gs1" in options else "",
        ) from refusal
    image: Any = made.to_image(scale=1, add_quiet_zones=False)  # a buffer that its stub does not tell of
    height, width = image.shape
    pixels = bytes(memoryview(image)).translate(_DARK_IS_ONE)
    lines = height if symbology in _MATRIX else 1
    return Symbol(symbology, text, tuple(pixels[y * width : (y + 1) * width] for y in range(lines)))
