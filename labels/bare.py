"""Knows a label that is nothing but its symbol, for designers who place it in artwork of their own."""

from __future__ import annotations

from typing import Literal

from labels.content import Content
from labels.drawing import Drawing, Mark
from labels.errors import SymbolError
from labels.symbols import Level, Symbol, Symbology, code128, datamatrix, gs1_128, qr

Choice = Literal["qr", "datamatrix", "gs1-128", "code128"]

BAR_HEIGHT = 15.0


def symbol_of(content: Content, symbology: Symbology, resolver: str, level: Level = "M") -> Symbol:
    """Give the symbol of a content: a link as QR, GS1 data otherwise, the bare value as Code 128.

    :raises SymbolError: ``not-gs1`` when GS1 data is asked of a code that has none
    """
    if symbology == "qr":
        return qr(content.link(resolver), level=level)
    if symbology == "code128":
        return code128(content.identifier.value)
    if not content.path:
        raise SymbolError(
            "not-gs1",
            f"{content.identifier.id} is no GS1 key, {symbology} holds nothing else",
            hint="use qr, or code128 for the bare digits",
        )
    return (
        datamatrix(content.element_string) if symbology == "datamatrix" else gs1_128(content.element_string)
    )


def bare(symbol: Symbol, module: float, bar_height: float = BAR_HEIGHT) -> Drawing:
    """Give a drawing of a symbol and its quiet zone, and nothing else."""
    quiet = symbol.quiet * module
    above = 0.0 if symbol.linear else quiet
    mark = Mark(symbol, quiet, above, module, bar_height)
    return Drawing(mark.width + 2 * quiet, mark.height + 2 * above, (mark,))
