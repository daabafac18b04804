"""TDS 2 codings: a GS1 key as a barcode has it, no company prefix marked, and more data after it.

Layout: header of 8 bits, data toggle of 1, filter of 3, for DSGTIN+ a date of 20, then the values of the
key's AIs, for ``++`` codings a host name, and after that any AIs with their values, if the toggle is set
(Tag Data Standard 2.3, 14.5 and 15.3).

Host names of ``++`` codings are read where they are written in plain characters; the shorthand for frequent
endings (tables B1 to B4 of the standard) is stepped over. ``++`` codings are not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import ai_table
from lineage.identifiers.element_string import Element, check_element
from lineage.identifiers.epc import packing
from lineage.identifiers.epc.bits import BitReader, BitWriter
from lineage.identifiers.epc.schemes import NO_EXTENSION


class PlusCoding(NamedTuple):
    """One coding of TDS 2."""

    name: str
    header: int
    ais: tuple[str, ...]
    dated: bool = False


_SINGLE = (
    PlusCoding("cpi+", 0xF0, ("8010", "8011")),
    PlusCoding("grai+", 0xF1, ("8003",)),
    PlusCoding("sgln+", 0xF2, ("414", "254")),
    PlusCoding("itip+", 0xF3, ("8006", "21")),
    PlusCoding("gsrn+", 0xF4, ("8018",)),
    PlusCoding("gsrnp+", 0xF5, ("8017",)),
    PlusCoding("gdti+", 0xF6, ("253",)),
    PlusCoding("sgtin+", 0xF7, ("01", "21")),
    PlusCoding("sgcn+", 0xF8, ("255",)),
    PlusCoding("sscc+", 0xF9, ("00",)),
    PlusCoding("giai+", 0xFA, ("8004",)),
    PlusCoding("dsgtin+", 0xFB, ("01", "21"), dated=True),
)
_DOUBLE_HEADERS = {
    "cpi+": 0xE6, "gsrn+": 0xE7, "gsrnp+": 0xE8, "sgln+": 0xE9, "gdti+": 0xEA, "grai+": 0xEB, "sgcn+": 0xEC,
    "itip+": 0xED, "giai+": 0xEE, "sscc+": 0xEF, "dsgtin+": 0xFC, "sgtin+": 0xFD,
}  # fmt: skip
_DOUBLE = tuple(
    coding._replace(name=coding.name + "+", header=_DOUBLE_HEADERS[coding.name]) for coding in _SINGLE
)

BY_NAME = {coding.name: coding for coding in _SINGLE}
BY_HEADER = {coding.header: coding for coding in (*_SINGLE, *_DOUBLE)}

DATE_TYPES = ("11", "13", "15", "16", "17", "7006", "7007")
"""AIs that the date of a DSGTIN+ can stand for, by the value of its four bits (14.5.3)."""


class PlusTag(NamedTuple):
    """What a TDS 2 coding says."""

    coding: str
    filter: int
    elements: tuple[Element, ...]
    host: str | None


def _read_host(reader: BitReader) -> str | None:
    """Read the host name of a ``++`` coding (14.5.16); None when it uses shorthand."""
    plain = reader.take(1)
    length = reader.take(6)
    if not plain:
        return packing.read_code40(reader, length).lower()
    codes = [reader.take(7) for _ in range(length)]
    text = "".join(map(chr, codes))
    return text if all(char.isalnum() or char in ".-_" for char in text) else None


def _read_more(reader: BitReader) -> list[Element]:
    """Read the data after the EPC; zeros to the end of the word are none."""
    elements = []
    while reader.left >= 8 and not reader.only_zeros():
        ai = f"{reader.take(8):02X}"
        if not ai.isdigit() or ai not in ai_table.lengths():
            raise packing.fail(f"{ai} starts no application identifier", reader)
        ai += "".join(f"{reader.take(4):X}" for _ in range(ai_table.lengths()[ai] - 2))
        if ai_table.find(ai) is None:
            raise packing.fail(f"({ai}) is not a GS1 application identifier", reader)
        elements.append(check_element(ai, packing.read_value(reader, ai)))
    if reader.left and not reader.only_zeros():
        raise packing.fail("there is more on the tag than the coding has", reader)
    return elements


def decode(reader: BitReader, header: int) -> PlusTag:
    """Read what follows the header.

    :raises IdentifierError: bits that the coding does not allow, or elements that break a rule of GS1
    """
    coding = BY_HEADER[header]
    reader.take(1)
    filter_value = reader.take(3)
    more: list[Element] = []
    if coding.dated:
        kind = reader.take(4)
        if kind >= len(DATE_TYPES):
            raise packing.fail(f"date type {kind} is reserved", reader)
        more.append(check_element(DATE_TYPES[kind], packing.METHODS["date"][0](reader, 0, 0)))
    key = [check_element(ai, packing.read_value(reader, ai)) for ai in coding.ais]
    host = _read_host(reader) if coding.name.endswith("++") else None
    more += _read_more(reader)
    if len({ai for ai, _ in (*key, *more)}) < len(key) + len(more):
        raise packing.fail("an application identifier stands twice on the tag")
    return PlusTag(coding.name, filter_value, (*key, *more), host)


def _put_more(writer: BitWriter, elements: Sequence[Element]) -> None:
    for ai, value in elements:
        for digit in ai:
            writer.put(int(digit), 4)
        packing.write_value(writer, ai, value)


def encode(name: str, elements: Sequence[Element], filter_value: int = 0) -> str:
    """Write elements as the EPC memory of a tag, in hexadecimal; what is not in the key follows it.

    :param name: ``sgtin+``, ``sscc+``, …
    :raises IdentifierError: no such coding, the key is not among the elements, or a value that cannot be
        packed
    """
    coding = BY_NAME.get(name)
    if coding is None:
        raise IdentifierError(
            "tag-scheme", f"there is no EPC coding {name!r} to write", hint="codings: " + ", ".join(BY_NAME)
        )
    if not 0 <= filter_value < 8:
        raise IdentifierError("tag-filter", "the filter is 0 to 7")
    values = dict(elements)
    if coding.name == "sgln+":
        values.setdefault("254", NO_EXTENSION)
    missing = [ai for ai in coding.ais if ai not in values]
    if missing:
        raise IdentifierError("tag-scheme", f"{name} needs " + " and ".join(f"({ai})" for ai in missing))
    date_ai = next((ai for ai in values if ai in DATE_TYPES and len(values[ai]) == 6), None)
    if coding.dated and date_ai is None:
        raise IdentifierError(
            "tag-scheme", f"{name} needs a date: " + ", ".join(f"({ai})" for ai in DATE_TYPES)
        )
    used = {*coding.ais, date_ai} if coding.dated else set(coding.ais)
    rest = [Element(ai, value) for ai, value in values.items() if ai not in used]
    writer = BitWriter()
    writer.put(coding.header, 8)
    writer.put(int(bool(rest)), 1)
    writer.put(filter_value, 3)
    if coding.dated and date_ai:
        writer.put(DATE_TYPES.index(date_ai), 4)
        packing.METHODS["date"][1](writer, values[date_ai], 0, 0)
    for ai in coding.ais:
        packing.write_value(writer, ai, values[ai])
    _put_more(writer, rest)
    return writer.hex()
