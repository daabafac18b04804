"""The EPC schemes that stand for GS1 keys, as a table: fields of the URI and their place in the key.

Tag Data Standard 6.3. A body of ``total`` digits is divided into company prefix and reference by a dot; the
first digit of a reference (indicator of a GTIN, extension of an SSCC) moves in front of the company prefix
in the key, and the check digit is added.
"""

from __future__ import annotations

from typing import NamedTuple


class Scheme(NamedTuple):
    """One scheme of EPC URIs that has a GS1 key."""

    name: str
    ai: str
    """AI of the key."""
    total: int | None
    """Digits of company prefix and reference together; None when the reference is text."""
    leading: bool = False
    """The reference starts with a digit that moves in front of the company prefix."""
    tail: str = ""
    """What follows the reference: ``""`` nothing, ``"X"`` CSET 82, ``"N"`` digits, ``"P"`` piece, total and
    serial."""
    tail_max: int = 0
    tail_ai: str = ""
    """AI of the tail; empty when the tail is a part of the key's own value."""
    text: str = ""
    """Character set of a text reference."""
    urn: str = "id"
    """``id`` or ``class``: the word after ``urn:epc:``."""


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("sgtin", "01", 13, True, "X", 20, "21"),
        Scheme("lgtin", "01", 13, True, "X", 20, "10", urn="class"),
        Scheme("upui", "01", 13, True, "X", 28, "235"),
        Scheme("itip", "8006", 13, True, "P", 20, "21"),
        Scheme("sscc", "00", 17, True),
        Scheme("sgln", "414", 12, False, "X", 20, "254"),
        Scheme("pgln", "417", 12),
        Scheme("grai", "8003", 12, False, "X", 16),
        Scheme("gdti", "253", 12, False, "X", 17),
        Scheme("sgcn", "255", 12, False, "N", 12),
        Scheme("gsrn", "8018", 17),
        Scheme("gsrnp", "8017", 17),
        Scheme("gsin", "402", 16),
        Scheme("giai", "8004", None, text="X"),
        Scheme("ginc", "401", None, text="X"),
        Scheme("cpi", "8010", None, False, "N", 12, "8011", text="Y"),
    )
}

TEXT_MAX = 30
"""Company prefix and text reference together (GIAI, GINC, CPI)."""

NO_EXTENSION = "0"
"""Extension of an SGLN that stands for a GLN without extension (Tag Data Standard 6.3.3)."""
