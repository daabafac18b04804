"""The character sets of GS1 element strings (GS1 General Specifications, figures 7.11-1 to 7.11-3)."""

from __future__ import annotations

import re

CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CSET64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "0123456789"

_OUTSIDE = {
    "N": re.compile(r"[^0-9]"),
    "X": re.compile(r"[^!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"),
    "Y": re.compile(r"[^#\-/0-9A-Z]"),
    "Z": re.compile(r"[^A-Za-z0-9\-_]"),
}


def first_outside(value: str, charset: str) -> int | None:
    """Give the index of the first character that is not of the set ``N``, ``X``, ``Y`` or ``Z``, or None."""
    match = _OUTSIDE[charset].search(value)
    return match.start() if match else None


def is_digits(text: str) -> bool:
    """Tell whether a text is one or more ASCII digits; other scripts' digits are not."""
    return text.isascii() and text.isdigit()
