"""Knows the font of everything printed: Noto Sans SC, cut down to the characters that a job needs.

The font arrives as a Python package (SIL Open Font License 1.1, see ``docs/decisions``), as one variable
TrueType file of 17 MB. A job takes its characters out of it at two fixed weights; what is embedded in a
PDF or drawn in a PNG or SVG is that cut of a few kilobytes, so that a print looks the same on every
machine.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from typing import Any, Literal

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from labels.errors import TextError

Weight = Literal["regular", "bold"]

MM_PER_POINT = 25.4 / 72

_FONT = files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosanssc" / "NotoSansSC[wght].ttf"
_WEIGHTS: dict[Weight, int] = {"regular": 400, "bold": 700}
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "…·×℃"
# Shaping tables and metrics for vertical setting are of no use where each character is placed by its advance.
_DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "VORG", "vhea", "vmtx", "VVAR", "DSIG", "meta"]


@dataclass(frozen=True)
class Face:
    """One weight of the font, cut down to some characters."""

    name: str
    """A name that no other weight and no other cut has."""
    data: bytes = field(repr=False)
    """A static TrueType file."""
    advances: Mapping[str, float] = field(repr=False)
    """Advance width of each character, in em."""

    def width(self, text: str, points: float) -> float:
        """Give the width of ``text`` in millimetres at a size in points."""
        return sum(self.advances[character] for character in text) * points * MM_PER_POINT

    def path(self, text: str, x: float, y: float, points: float) -> str:
        """Give ``text`` as SVG path data in millimetres, its baseline starting at ``x``, ``y``."""
        glyphs, cmap, em = self._glyphs
        scale = points * MM_PER_POINT / em
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.3f}".rstrip("0").rstrip("."))
        for character in text:
            glyphs[cmap[ord(character)]].draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
            x += self.advances[character] * points * MM_PER_POINT
        return str(pen.getCommands())

    @cached_property
    def _glyphs(self) -> tuple[Any, Mapping[int, str], int]:
        font = TTFont(io.BytesIO(self.data))
        return font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm


@dataclass(frozen=True)
class Faces:
    """Both weights, for one set of characters."""

    regular: Face
    bold: Face

    def of(self, weight: Weight) -> Face:
        """Give the face of a weight."""
        return self.bold if weight == "bold" else self.regular


def faces(texts: Iterable[str]) -> Faces:
    """Give the font with the characters of ``texts`` and all of ASCII.

    :raises TextError: ``no-glyph`` for a character that the font cannot print; a box in its place would be a
        label that says less than was asked
    """
    characters = frozenset(_ALWAYS).union(*texts)
    missing = sorted(character for character in characters if ord(character) not in _cmap())
    if missing:
        named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in missing[:5])
        raise TextError(
            "no-glyph",
            f"the font has no picture of {named}",
            hint="leave the character out or write it differently (emoji cannot be printed)",
        )
    return _cut("".join(sorted(characters)))


@lru_cache(maxsize=1)
def _cmap() -> frozenset[int]:
    with as_file(_FONT) as path, TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=8)
def _cut(characters: str) -> Faces:
    return Faces(regular=_face("regular", characters), bold=_face("bold", characters))


def _face(weight: Weight, characters: str) -> Face:
    with as_file(_FONT) as path, TTFont(path, lazy=True) as font:
        options = Options(hinting=False, layout_features=[], notdef_outline=True, drop_tables=_DROPPED)
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": _WEIGHTS[weight]}, inplace=True)
        em = font["head"].unitsPerEm
        cmap, metrics = font.getBestCmap(), font["hmtx"]
        # PDF writers tell fonts apart by the name inside them: each cut and weight needs its own.
        name = f"NotoSansSC-{weight.capitalize()}-{hashlib.sha256(characters.encode()).hexdigest()[:8]}"
        font["name"].names = []
        for identifier in (1, 4, 6):  # family, full name, PostScript name
            font["name"].setName(name, identifier, 3, 1, 0x409)
        advances = {character: metrics[cmap[ord(character)]][0] / em for character in characters}
        data = io.BytesIO()
        font.save(data)
    return Face(name, data.getvalue(), advances)
