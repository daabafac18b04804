"""Quantities with units of UN/ECE Recommendation 20, converted inside one dimension (semantics 4).

Codes, names and factors of the common units of mass, volume and pieces. A code that is not in the table is
a dimension of its own: amounts in it can be added up, and compared with nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """One unit of measure."""

    code: str
    dimension: str
    """``mass``, ``volume``, ``pieces``, or the code itself for a unit that is not known."""
    factor: Decimal
    """How many base units (kilogram, litre, piece) one of it is."""


PIECE = Unit("H87", "pieces", Decimal(1))

_MASS = {
    "KGM": "1",
    "GRM": "0.001",
    "MGM": "0.000001",
    "TNE": "1000",
    "DTN": "100",
    "LBR": "0.45359237",
    "ONZ": "0.028349523125",
}
_VOLUME = {
    "LTR": "1",
    "MLT": "0.001",
    "CLT": "0.01",
    "DLT": "0.1",
    "HLT": "100",
    "MTQ": "1000",
    "CMQ": "0.001",
    "DMQ": "1",
    "GLL": "3.785411784",
}
_PIECES = {
    "H87": "1",
    "EA": "1",
    "C62": "1",
    "PCE": "1",
    "NIU": "1",
    "DZN": "12",
    "CEN": "100",
    "MIL": "1000",
}

UNITS: dict[str, Unit] = {
    code: Unit(code, dimension, Decimal(factor))
    for dimension, table in (("mass", _MASS), ("volume", _VOLUME), ("pieces", _PIECES))
    for code, factor in table.items()
}

BASE = {"mass": "KGM", "volume": "LTR", "pieces": "H87"}
"""The unit that sums of a dimension are given in."""


class Amount(NamedTuple):
    """An exact amount in the base unit of its dimension."""

    value: Decimal
    dimension: str


@lru_cache(maxsize=4096)
def amount(quantity: float, uom: str | None) -> Amount:
    """Read a quantity as events state it; no unit counts pieces.

    >>> amount(0.4, "TNE")
    Amount(value=Decimal('400.0'), dimension='mass')
    """
    unit = PIECE if uom is None else UNITS.get(uom)
    value = Decimal(repr(quantity))
    if unit is None:
        return Amount(value, uom or "pieces")
    return Amount(value * unit.factor, unit.dimension)


def base_unit(dimension: str) -> str:
    """Give the code of the unit that a dimension's sums are in."""
    return BASE.get(dimension, dimension)
