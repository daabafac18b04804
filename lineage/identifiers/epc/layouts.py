"""The binary layouts of Tag Data Standard 1.x as a table: header, size, and how a serial number is packed.

All but GID, US DoD and ADI share one shape: header of 8 bits, filter of 3, partition of 3, then company
prefix and reference in ``body_bits`` bits that the partition divides, then the tail.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Tail = Literal["none", "number", "digits", "text7", "text6", "zeros"]

PREFIX_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Bits of a company prefix by its digits; the partition value is 12 minus the digits (Tag Data Standard
14.3.3)."""


class TagLayout(NamedTuple):
    """One binary coding of an EPC scheme that has a company prefix."""

    name: str
    header: int
    scheme: str
    bits: int
    """Bits in all; 0 when the length varies."""
    body_bits: int
    reference: Literal["digits", "number", "text7", "text6"]
    """How the reference is packed: digits with leading zeros, a number without, or text."""
    tail: Tail
    tail_bits: int = 0
    """For text7 the number of characters times seven."""


TAG_LAYOUTS = (
    TagLayout("gdti-96", 0x2C, "gdti", 96, 41, "digits", "number", 41),
    TagLayout("gsrn-96", 0x2D, "gsrn", 96, 58, "digits", "zeros", 24),
    TagLayout("gsrnp-96", 0x2E, "gsrnp", 96, 58, "digits", "zeros", 24),
    TagLayout("sgtin-96", 0x30, "sgtin", 96, 44, "digits", "number", 38),
    TagLayout("sscc-96", 0x31, "sscc", 96, 58, "digits", "zeros", 24),
    TagLayout("sgln-96", 0x32, "sgln", 96, 41, "digits", "number", 41),
    TagLayout("grai-96", 0x33, "grai", 96, 44, "digits", "number", 38),
    TagLayout("giai-96", 0x34, "giai", 96, 82, "number", "none"),
    TagLayout("sgtin-198", 0x36, "sgtin", 198, 44, "digits", "text7", 140),
    TagLayout("grai-170", 0x37, "grai", 170, 44, "digits", "text7", 112),
    TagLayout("giai-202", 0x38, "giai", 202, 188, "text7", "none"),
    TagLayout("sgln-195", 0x39, "sgln", 195, 41, "digits", "text7", 140),
    TagLayout("gdti-113", 0x3A, "gdti", 113, 41, "digits", "digits", 58),
    TagLayout("cpi-96", 0x3C, "cpi", 96, 51, "number", "number", 31),
    TagLayout("cpi-var", 0x3D, "cpi", 0, 0, "text6", "number", 40),
    TagLayout("gdti-174", 0x3E, "gdti", 174, 41, "digits", "text7", 119),
    TagLayout("sgcn-96", 0x3F, "sgcn", 96, 41, "digits", "digits", 41),
    TagLayout("itip-110", 0x40, "itip", 110, 44, "digits", "number", 38),
    TagLayout("itip-212", 0x41, "itip", 212, 44, "digits", "text7", 140),
)

OTHER_CODINGS = {"gid-96": "gid", "usdod-96": "usdod", "adi-var": "adi"}
"""Codings of another shape, with the scheme of each."""
WITHOUT_FILTER = "gid-96"
GID_HEADER, USDOD_HEADER, ADI_HEADER = 0x35, 0x2F, 0x3B

BY_HEADER = {layout.header: layout for layout in TAG_LAYOUTS}
BY_NAME = {layout.name: layout for layout in TAG_LAYOUTS}
