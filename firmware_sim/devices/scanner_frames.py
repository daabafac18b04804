"""What a serial barcode scanner sends for one scan: AIM symbology identifier, data, suffix.

The leading FNC1 of a GS1 symbol is not sent, the identifier implies it; each FNC1 between two element
strings is sent as GS (0x1D). A QR code that holds a URL is a plain QR code (`]Q1`), whatever the URL means.
"""

from dataclasses import dataclass
from typing import Literal

from firmware_sim.errors import DeviceError

GS = "\x1d"
ACK = 0x06
"""What a host answers to a scan where the scanner is set to wait for it."""

Symbology = Literal[
    "gs1-128",
    "code-128",
    "gs1-datamatrix",
    "datamatrix",
    "gs1-qr",
    "qr",
    "ean-13",
    "ean-8",
    "itf-14",
    "databar",
]

AIM: dict[Symbology, str] = {
    "gs1-128": "]C1",
    "code-128": "]C0",
    "gs1-datamatrix": "]d2",
    "datamatrix": "]d1",
    "gs1-qr": "]Q3",
    "qr": "]Q1",
    "ean-13": "]E0",
    "ean-8": "]E4",
    "itf-14": "]I1",
    "databar": "]e0",
}
"""AIM identifier of each symbology, ISO/IEC 15424."""

VARIABLE_LENGTH = frozenset(
    {"10", "21", "22", "235", "240", "250", "251", "254", "30", "37", "400", "8003", "8004", "723"}
)
"""Application identifiers used here whose value may be shorter than allowed, so that a separator ends it."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A printed symbol: what it holds and in which symbology, e.g. `Symbol("qr", "https://…")`."""

    symbology: Symbology
    data: str


def element_string(*elements: tuple[str, str]) -> str:
    """Give GS1 element strings as a scanner sends them: a GS after each one of variable length but the last.

    :param elements: application identifier and value, in printing order
    """
    parts: list[str] = []
    for number, (identifier, value) in enumerate(elements, 1):
        parts.append(identifier + value)
        if number < len(elements) and identifier in VARIABLE_LENGTH:
            parts.append(GS)
    return "".join(parts)


def scan(symbol: Symbol, *, aim: bool = True, prefix: bytes = b"", suffix: bytes = b"\r") -> bytes:
    """Give the bytes of one scan.

    :param aim: whether the scanner is set to send the AIM identifier
    :param suffix: CR by default; CR LF on some scanners
    :raises DeviceError: `ean-not-digits` when the symbology cannot hold the data
    """
    if symbol.symbology in ("ean-13", "ean-8", "itf-14") and not symbol.data.isdigit():
        raise DeviceError(
            "ean-not-digits", f"a symbol of kind {symbol.symbology} holds digits only, not {symbol.data!r}"
        )
    head = AIM[symbol.symbology].encode("ascii") if aim else b""
    return prefix + head + symbol.data.encode("utf-8") + suffix
