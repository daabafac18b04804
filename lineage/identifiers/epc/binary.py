"""EPC memory of a tag to identities and back (TDS 1.x codings; those of TDS 2 are in ``plus``).

``decode`` reads hexadecimal text as a reader gives it: the bits of the EPC, filled with zeros to whole
16-bit words or to whole digits. ``encode`` writes whole words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc import others, plus, uri
from lineage.identifiers.epc.bits import (
    BitReader,
    BitWriter,
    read_text6,
    read_text7,
    write_text6,
    write_text7,
)
from lineage.identifiers.epc.layouts import (
    ADI_HEADER,
    BY_HEADER,
    BY_NAME,
    GID_HEADER,
    PREFIX_BITS,
    USDOD_HEADER,
    TagLayout,
)
from lineage.identifiers.epc.schemes import SCHEMES, TEXT_MAX
from lineage.identifiers.percent import escape_epc, unescape

_HEX = re.compile(r"[0-9A-Fa-f]+")
MAX_HEX = 256
"""Longest EPC bank there is: 496 bits of EPC fit its length field; some tags report more memory."""


class Tag(NamedTuple):
    """What the EPC memory of a tag says."""

    hex: str
    coding: str
    """``sgtin-96``, ``grai-170``, ``sgtin+``, …"""
    filter: int | None
    urn: str | None
    """Pure identity URI; None for TDS 2 codings, which do not tell the length of the company prefix."""
    tag_uri: str | None
    elements: tuple[Element, ...]
    """The GS1 key, for TDS 2 codings with the data after it; empty for schemes without a GS1 key."""
    host: str | None = None
    """Host name that a ``++`` coding names."""


def fail(message: str, position: int = 0) -> IdentifierError:
    """Make the error of EPC memory that cannot be read."""
    return IdentifierError("tag", message, position=position)


def reference_digits(layout: TagLayout, prefix_digits: int) -> int:
    """Digits of the reference; for numbers and texts the most there can be."""
    total = SCHEMES[layout.scheme].total
    if total is not None:
        return total - prefix_digits
    if layout.reference == "number":
        # GIAI-96 and CPI-96: as many digits as the bits that the prefix leaves can count.
        return len(str((1 << (layout.body_bits - PREFIX_BITS[prefix_digits])) - 1))
    return TEXT_MAX - prefix_digits


def _read_reference(layout: TagLayout, reader: BitReader, prefix_digits: int) -> str:
    digits = reference_digits(layout, prefix_digits)
    if layout.reference == "text6":
        return read_text6(reader, digits)
    bits = layout.body_bits - PREFIX_BITS[prefix_digits]
    if layout.reference == "text7":
        return read_text7(reader, bits // 7)
    number = reader.take(bits)
    if layout.reference == "number":
        return str(number)
    if not digits:
        if number:
            raise fail(
                "the reference holds bits although the company prefix leaves no digit for it",
                reader.position // 4,
            )
        return ""
    text = f"{number:0{digits}d}"
    if len(text) > digits:
        raise fail(f"the reference {number} has more than {digits} digits", reader.position // 4)
    return text


def _read_tail(layout: TagLayout, reader: BitReader) -> str:
    """Read the serial number and what stands before it; the fields divided by dots, escaped."""
    head = ""
    if layout.scheme == "itip":
        piece, total = reader.take(7), reader.take(7)
        if piece > 99 or total > 99:
            raise fail("piece and total have two digits", reader.position // 4)
        head = f".{piece:02d}.{total:02d}"
    if layout.tail == "text7":
        return f"{head}.{escape_epc(read_text7(reader, layout.tail_bits // 7))}"
    if layout.tail == "number":
        return f"{head}.{reader.take(layout.tail_bits)}"
    if layout.tail == "digits":
        number = str(reader.take(layout.tail_bits))
        if number[0] != "1" or len(number) == 1:
            raise fail("the serial number lacks the digit 1 that stands for its start", reader.position // 4)
        return f".{number[1:]}"
    if layout.tail == "zeros" and reader.take(layout.tail_bits):
        raise fail("bits that must be zero are not", reader.position // 4)
    return ""


def _decode_layout(layout: TagLayout, reader: BitReader) -> tuple[int, str]:
    """Give the filter and the fields of the pure identity URI."""
    filter_value = reader.take(3)
    partition = reader.take(3)
    prefix_digits = 12 - partition
    if prefix_digits not in PREFIX_BITS:
        raise fail("there is no partition 7", 3)
    number = reader.take(PREFIX_BITS[prefix_digits])
    prefix = f"{number:0{prefix_digits}d}"
    if len(prefix) > prefix_digits:
        raise fail(f"the company prefix {number} has more than {prefix_digits} digits", 3)
    reference = escape_epc(_read_reference(layout, reader, prefix_digits))
    return filter_value, f"{prefix}.{reference}{_read_tail(layout, reader)}"


def _check_fill(reader: BitReader) -> None:
    """What follows the last field fills the 16-bit word with zeros."""
    filled = reader.left
    if filled >= 16 or reader.rest():
        raise fail("there is more on the tag than the coding has", reader.position // 4)


def _decode_other(header: int, reader: BitReader) -> tuple[str, int | None, str]:
    """GID, US DoD and ADI: give coding, filter and fields of the URI."""
    if header == GID_HEADER:
        return "gid-96", None, ".".join(str(reader.take(bits)) for bits in others.GID_BITS)
    if header == USDOD_HEADER:
        filter_value = reader.take(4)
        cage = "".join(chr(reader.take(8)) for _ in range(6)).removeprefix(" ")
        return "usdod-96", filter_value, f"{escape_epc(cage)}.{reader.take(others.USDOD_SERIAL_BITS)}"
    filter_value = reader.take(6)
    codes = [reader.take(6) for _ in range(6)]
    cage = "".join(chr(code if code >= 32 else code + 64) for code in codes).removeprefix(" ")
    part = read_text6(reader, 32)
    return "adi-var", filter_value, f"{cage}.{escape_epc(part)}.{escape_epc(read_text6(reader, 30))}"


def bits_of(text: str) -> BitReader:
    """Read hexadecimal text.

    :raises IdentifierError: not hexadecimal, or longer than any EPC bank
    """
    if not _HEX.fullmatch(text):
        bad = re.search(r"[^0-9A-Fa-f]", text)
        raise IdentifierError(
            "tag-hex", "a tag is written in hexadecimal digits", position=bad.start() if bad else 0
        )
    if len(text) > MAX_HEX:
        raise IdentifierError("tag-length", f"more than {MAX_HEX} hexadecimal digits", position=MAX_HEX)
    return BitReader(int(text, 16), 4 * len(text))


def decode(text: str) -> Tag:
    """Read the EPC memory of a tag.

    :raises IdentifierError: an unknown header, or bits that the coding does not allow
    """
    reader = bits_of(text)
    header = reader.take(8)
    shown = text.upper()
    layout = BY_HEADER.get(header)
    if layout is not None:
        filter_value, body = _decode_layout(layout, reader)
        _check_fill(reader)
        scheme = SCHEMES[layout.scheme]
        key = uri.read_body(scheme, body, 0)
        tag_uri = f"urn:epc:tag:{layout.name}:{filter_value}.{key.urn.split(':', 4)[4]}"
        return Tag(shown, layout.name, filter_value, key.urn, tag_uri, key.elements)
    if header in (GID_HEADER, USDOD_HEADER, ADI_HEADER):
        coding, other_filter, body = _decode_other(header, reader)
        _check_fill(reader)
        identity = others.read(f"urn:epc:id:{coding.split('-')[0]}:{body}")
        lead = "" if other_filter is None else f"{other_filter}."
        return Tag(
            shown,
            coding,
            other_filter,
            identity.urn if identity else None,
            f"urn:epc:tag:{coding}:{lead}{body}",
            (),
        )
    if header in plus.BY_HEADER:
        found = plus.decode(reader, header)
        return Tag(shown, found.coding, found.filter, None, None, found.elements, found.host)
    raise fail(f"header {text[:2].upper()} is no EPC coding")


_SGTIN_PARTITIONS = tuple(
    (44 - bits, digits, 13 - digits) for digits, bits in sorted(PREFIX_BITS.items(), reverse=True)
)
"""By partition: bits of the item reference, digits of company prefix and item reference."""


@lru_cache(maxsize=4096)
def _sgtin_class(partition_and_reference: int) -> tuple[str, str, str]:
    """Give GTIN, company prefix and item reference of 47 bits; the slow part of an SGTIN-96.

    Few products, many serial numbers: most tags of a pallet share this.
    """
    partition = partition_and_reference >> 44
    if partition == 7:
        raise fail("there is no partition 7", 3)
    reference_bits, prefix_digits, reference_digits = _SGTIN_PARTITIONS[partition]
    body = partition_and_reference & 0xFFFFFFFFFFF
    prefix = str(body >> reference_bits).zfill(prefix_digits)
    reference = str(body & ((1 << reference_bits) - 1)).zfill(reference_digits)
    if len(prefix) > prefix_digits:
        raise fail(f"the company prefix {prefix} has more than {prefix_digits} digits", 3)
    if len(reference) > reference_digits:
        raise fail(f"the reference {reference} has more than {reference_digits} digits", 8)
    digits = reference[0] + prefix + reference[1:]
    return digits + gs1_check_digit(digits), prefix, reference


def sgtin_96(value: int) -> tuple[str, str, str, int]:
    """Give GTIN, company prefix, item reference and serial number of the 96 bits of an SGTIN-96."""
    gtin, prefix, reference = _sgtin_class((value >> 38) & 0x7FFFFFFFFFFF)
    return gtin, prefix, reference, value & 0x3FFFFFFFFF


def _put_number(writer: BitWriter, text: str, bits: int, what: str) -> None:
    """Write a number without leading zeros."""
    if not is_digits(text) or (len(text) > 1 and text[0] == "0") or len(text) > bits or int(text) >> bits:
        raise IdentifierError(
            "tag-capacity", f"the {what} {text[:30]!r} is no number below {1 << bits} without leading zeros"
        )
    writer.put(int(text), bits)


def _put_text7(writer: BitWriter, text: str, bits: int, what: str) -> None:
    if len(text) > bits // 7:
        raise IdentifierError("tag-capacity", f"the {what} is longer than {bits // 7} characters")
    write_text7(writer, text, bits // 7)
    writer.put(0, bits % 7)


def _put_reference(layout: TagLayout, writer: BitWriter, reference: str, prefix_digits: int) -> None:
    if layout.reference == "text6":
        write_text6(writer, reference)
        return
    bits = layout.body_bits - PREFIX_BITS[prefix_digits]
    if layout.reference == "digits":
        writer.put(int(reference or "0"), bits)
    elif layout.reference == "number":
        _put_number(writer, reference, bits, "reference")
    else:
        _put_text7(writer, reference, bits, "reference")


def _put_tail(layout: TagLayout, writer: BitWriter, fields: list[str]) -> None:
    if layout.scheme == "itip":
        writer.put(int(fields.pop(0)), 7)
        writer.put(int(fields.pop(0)), 7)
    if layout.tail == "zeros":
        writer.put(0, layout.tail_bits)
    elif layout.tail == "number":
        _put_number(writer, unescape(fields[0]), layout.tail_bits, "serial number")
    elif layout.tail == "digits":
        serial = fields[0]
        if not is_digits(serial) or int("1" + serial) >> layout.tail_bits:
            raise IdentifierError(
                "tag-capacity",
                f"the serial number {serial[:30]!r} does not fit: digits only, at most "
                f"{len(str(1 << layout.tail_bits)) - 1}",
            )
        writer.put(int("1" + serial), layout.tail_bits)
    elif layout.tail == "text7":
        _put_text7(writer, unescape(fields[0]), layout.tail_bits, "serial number")


def _encode_other(coding: str, body: str, filter_value: int) -> str:
    writer = BitWriter()
    if coding == "gid-96":
        writer.put(GID_HEADER, 8)
        for field, bits in zip(body.split("."), others.GID_BITS, strict=True):
            writer.put(int(field), bits)
        return writer.hex()
    cage, rest = body.split(".", 1)
    if coding == "usdod-96":
        writer.put(USDOD_HEADER, 8)
        writer.put(filter_value, 4)
        for char in cage.rjust(6):
            writer.put(ord(char), 8)
        writer.put(int(rest), others.USDOD_SERIAL_BITS)
        return writer.hex()
    part, serial = rest.split(".", 1)
    writer.put(ADI_HEADER, 8)
    writer.put(filter_value, 6)
    for char in cage.rjust(6):
        writer.put(ord(char) & 63, 6)
    write_text6(writer, unescape(part))
    write_text6(writer, unescape(serial))
    return writer.hex()


_FILTER_BITS = {"usdod-96": 4, "adi-var": 6, "gid-96": 0}


def encode(coding: str, urn: str, filter_value: int = 0) -> str:
    """Write a pure identity URI as the EPC memory of a tag, in hexadecimal.

    :param coding: ``sgtin-96``, ``grai-170``, ``cpi-var``, …
    :raises IdentifierError: no such coding, another scheme, or a serial number that does not fit
    """
    if not 0 <= filter_value < 1 << _FILTER_BITS.get(coding, 3):
        raise IdentifierError(
            "tag-filter", f"the filter of {coding} is 0 to {(1 << _FILTER_BITS.get(coding, 3)) - 1}"
        )
    if coding in _FILTER_BITS:
        identity = others.read(urn)
        if identity is None or identity.scheme != coding.split("-", maxsplit=1)[0]:
            raise IdentifierError("tag-scheme", f"{urn[:60]!r} cannot be written as {coding}")
        return _encode_other(coding, identity.value, filter_value)
    layout = BY_NAME.get(coding)
    if layout is None:
        raise IdentifierError(
            "tag-scheme", f"there is no EPC coding {coding!r}", hint="codings: " + ", ".join(BY_NAME)
        )
    key = uri.read(urn)
    if key is None or key.scheme != layout.scheme:
        raise IdentifierError("tag-scheme", f"{urn[:60]!r} cannot be written as {coding}")
    fields = key.urn.split(":", 4)[4].split(".", {"P": 4, "": 1}.get(SCHEMES[layout.scheme].tail, 2))
    prefix, reference = fields[0], unescape(fields[1])
    writer = BitWriter()
    writer.put(layout.header, 8)
    writer.put(filter_value, 3)
    writer.put(12 - len(prefix), 3)
    writer.put(int(prefix), PREFIX_BITS[len(prefix)])
    _put_reference(layout, writer, reference, len(prefix))
    _put_tail(layout, writer, fields[2:])
    return writer.hex()
