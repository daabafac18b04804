"""Values of application identifiers to bits and back, by the methods of Tag Data Standard 2, section 14.5.

Each method is a pair of functions in ``METHODS``: one reads a value from a ``BitReader``, one writes it and
gives how many characters of the text it took. A value of two parts is packed by two methods, one after the
other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import CSET64
from lineage.identifiers.epc.bits import BitReader, BitWriter
from lineage.identifiers.epc.value_formats import value_formats

_HEX_UPPER = "0123456789ABCDEF"
_HEX_LOWER = "0123456789abcdef"
_CODE40 = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"


def fail(message: str, reader: BitReader | None = None) -> IdentifierError:
    """Make the error of bits or a value that a method does not allow."""
    return IdentifierError("tag-value", message, position=reader.position // 4 if reader else None)


@cache
def integer_bits(digits: int) -> int:
    """Give the bits that a number of so many digits needs (table B)."""
    return int(10**digits - 1).bit_length()


def _read_number(reader: BitReader, digits: int, bits: int) -> str:
    text = f"{reader.take(bits):0{digits}d}" if digits else ""
    if len(text) > digits:
        raise fail(f"a number on the tag has more than {digits} digits", reader)
    return text


def _read_each(reader: BitReader, length: int, alphabet: str, width: int) -> str:
    return "".join(alphabet[reader.take(width)] for _ in range(length))


def _write_each(writer: BitWriter, text: str, alphabet: str, width: int) -> None:
    for char in text:
        writer.put(alphabet.index(char), width)


def read_code40(reader: BitReader, length: int) -> str:
    """Read three characters from 16 bits at a time (14.5.6.5)."""
    text = ""
    for _ in range(-(-length // 3)):
        number = reader.take(16) - 1
        if not 0 <= number < 64_000:
            raise fail("a group of three characters on the tag is none", reader)
        text += _CODE40[number // 1600] + _CODE40[number // 40 % 40] + _CODE40[number % 40]
    if "\0" in text[:length] or text[length:].strip("\0"):
        raise fail("text on the tag is filled where it should not be", reader)
    return text[:length]


def write_code40(writer: BitWriter, text: str) -> None:
    """Write three characters in 16 bits at a time."""
    for at in range(0, len(text), 3):
        first, second, third = (_CODE40.index(char) for char in text[at : at + 3].ljust(3, "\0"))
        writer.put(1600 * first + 40 * second + third + 1, 16)


class _Encoding(NamedTuple):
    """One way to pack text, by its encoding indicator (table E)."""

    indicator: int
    fits: re.Pattern[str]
    bits: Callable[[int], int]
    read: Callable[[BitReader, int], str]
    write: Callable[[BitWriter, str], None]


def _write_integer(writer: BitWriter, text: str) -> None:
    writer.put(int(text), integer_bits(len(text)))


def _each(alphabet: str, width: int) -> dict[str, Any]:
    return {
        "bits": lambda length: width * length,
        "read": lambda reader, length: _read_each(reader, length, alphabet, width),
        "write": lambda writer, text: _write_each(writer, text, alphabet, width),
    }


_ASCII = "".join(map(chr, range(128)))
ENCODINGS = (
    _Encoding(
        0,
        re.compile(r"[0-9]+"),
        integer_bits,
        lambda reader, length: _read_number(reader, length, integer_bits(length)),
        _write_integer,
    ),
    _Encoding(1, re.compile(r"[0-9A-F]+"), **_each(_HEX_UPPER, 4)),
    _Encoding(2, re.compile(r"[0-9a-f]+"), **_each(_HEX_LOWER, 4)),
    _Encoding(3, re.compile(r"[0-9A-Za-z_\-]+"), **_each(CSET64, 6)),
    _Encoding(4, re.compile(r"[!-~]+"), **_each(_ASCII, 7)),
    _Encoding(
        5, re.compile(r"[0-9A-Z.:\-]+"), lambda length: 16 * -(-length // 3), read_code40, write_code40
    ),
)


def read_text(reader: BitReader, most: int, length_bits: int) -> str:
    """Read variable-length alphanumeric text (14.5.6): encoding indicator, length, characters."""
    indicator = reader.take(3)
    length = reader.take(length_bits)
    if indicator >= len(ENCODINGS):
        raise fail(f"encoding indicator {indicator} is reserved", reader)
    if not 1 <= length <= most:
        raise fail(f"text on the tag has a length of {length}, at most {most} are allowed", reader)
    return ENCODINGS[indicator].read(reader, length)


def write_text(writer: BitWriter, text: str, most: int, length_bits: int) -> int:
    """Write text in the encoding that takes the fewest bits."""
    fitting = [encoding for encoding in ENCODINGS if encoding.fits.fullmatch(text)]
    if not fitting or len(text) > most:
        raise fail(f"{text[:30]!r} cannot be packed: 1 to {most} visible ASCII characters are wanted")
    best = min(fitting, key=lambda encoding: encoding.bits(len(text)))
    writer.put(best.indicator, 3)
    writer.put(len(text), length_bits)
    best.write(writer, text)
    return len(text)


def _read_nibbles(reader: BitReader, digits: int, _: int) -> str:
    text = _read_each(reader, digits, _HEX_UPPER, 4)
    if not text.isdigit():
        raise fail(f"{text} on the tag should be digits", reader)
    return text


def _write_nibbles(writer: BitWriter, text: str, digits: int, _: int) -> int:
    _write_each(writer, text[:digits], _HEX_UPPER, 4)
    return digits


def _write_number(writer: BitWriter, text: str, digits: int, bits: int) -> int:
    writer.put(int(text[:digits]), bits)
    return digits


def _read_digits(reader: BitReader, most: int, length_bits: int) -> str:
    length = reader.take(length_bits)
    if length > most:
        raise fail(f"digits on the tag have a length of {length}, at most {most} are allowed", reader)
    return _read_number(reader, length, integer_bits(length)) if length else ""


def _write_digits(writer: BitWriter, text: str, most: int, length_bits: int) -> int:
    if len(text) > most:
        raise fail(f"more than {most} digits")
    writer.put(len(text), length_bits)
    if text:
        _write_integer(writer, text)
    return len(text)


_END, _TEXT_FOLLOWS = 15, 14


def _read_delimited(reader: BitReader, most: int, length_bits: int) -> str:
    """Read digits up to a mark of four bits; text may follow it (14.5.5)."""
    text = ""
    while (nibble := reader.take(4)) < _TEXT_FOLLOWS:
        if nibble > 9 or len(text) == most:
            raise fail("the digits on the tag have no end", reader)
        text += str(nibble)
    if nibble == _TEXT_FOLLOWS:
        text += read_text(reader, most, length_bits)
    return text


def _write_delimited(writer: BitWriter, text: str, most: int, length_bits: int) -> int:
    digits = re.match(r"[0-9]*", text)
    head = digits[0] if digits else ""
    _write_each(writer, head, _HEX_UPPER, 4)
    if len(head) == len(text):
        writer.put(_END, 4)
    else:
        writer.put(_TEXT_FOLLOWS, 4)
        write_text(writer, text[len(head) :], most, length_bits)
    return len(text)


_TIME_BITS = {"YY": 7, "MM": 4, "DD": 5, "hh": 5, "mm": 6, "ss": 6}
_PRECISION = {0: 4, 1: 5, 2: 6, 3: 3}
"""Two bits before a moment of variable precision → how many of the parts follow (14.5.11)."""


def _read_parts(reader: BitReader, count: int) -> str:
    text = ""
    for bits in list(_TIME_BITS.values())[:count]:
        number = reader.take(bits)
        if number > 99:
            raise fail("a date on the tag is none", reader)
        text += f"{number:02d}"
    return text


def _write_parts(writer: BitWriter, text: str, count: int) -> int:
    for index, bits in enumerate(list(_TIME_BITS.values())[:count]):
        writer.put(int(text[2 * index : 2 * index + 2]), bits)
    return 2 * count


def _read_dates(reader: BitReader, _most: int, _bits: int) -> str:
    return _read_parts(reader, 3) + _read_parts(reader, 3) if reader.take(1) else _read_parts(reader, 3)


def _write_dates(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    writer.put(int(len(text) > 6), 1)
    taken = _write_parts(writer, text, 3)
    return taken + (_write_parts(writer, text[6:], 3) if len(text) > 6 else 0)


def _read_moment(reader: BitReader, _most: int, _bits: int) -> str:
    return _read_parts(reader, _PRECISION[reader.take(2)])


def _write_moment(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    count = len(text) // 2
    writer.put(next(mark for mark, parts in _PRECISION.items() if parts == count), 2)
    return _write_parts(writer, text, count)


def _read_sequence(reader: BitReader, _most: int, _bits: int) -> str:
    return f"{reader.take(4)}/{reader.take(4)}"


def _write_sequence(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    writer.put(int(text[0]), 4)
    writer.put(int(text[2]), 4)
    return 3


def _read_minus(reader: BitReader, _most: int, _bits: int) -> str:
    return "-" if reader.take(1) else ""


def _write_minus(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    writer.put(int(text == "-"), 1)
    return len(text)


def _write_country(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    _write_each(writer, text, CSET64, 6)
    return 2


def _write_bit(writer: BitWriter, text: str, _most: int, _bits: int) -> int:
    writer.put(int(text), 1)
    return 1


_Read = Callable[[BitReader, int, int], str]
_Write = Callable[[BitWriter, str, int, int], int]

METHODS: dict[str, tuple[_Read, _Write]] = {
    "nibbles": (_read_nibbles, _write_nibbles),
    "number": (_read_number, _write_number),
    "text": (read_text, write_text),
    "digits": (_read_digits, _write_digits),
    "delimited": (_read_delimited, _write_delimited),
    "date": (lambda r, _m, _b: _read_parts(r, 3), lambda w, t, _m, _b: _write_parts(w, t, 3)),
    "minute": (lambda r, _m, _b: _read_parts(r, 5), lambda w, t, _m, _b: _write_parts(w, t, 5)),
    "dates": (_read_dates, _write_dates),
    "moment": (_read_moment, _write_moment),
    "country": (lambda r, _m, _b: _read_each(r, 2, CSET64, 6), _write_country),
    "bit": (lambda r, _m, _b: str(r.take(1)), _write_bit),
    "sequence": (_read_sequence, _write_sequence),
    "minus": (_read_minus, _write_minus),
}


def _steps(ai: str) -> list[tuple[str, int, int]]:
    formats = value_formats().get(ai)
    if formats is None:
        raise fail(f"the Tag Data Standard has no packing for ({ai})")
    steps = []
    for step in formats:
        name, _, sizes = step.partition(" ")
        first, _, second = sizes.partition("/")
        steps.append((name, int(first or 0), int(second or 0)))
    return steps


def _optional_second(ai: str, index: int, name: str) -> bool:
    """Tell whether a step may be absent: the serial number of a GDTI, GRAI or coupon."""
    return index == 1 and ai in ("253", "8003") and name == "text"


def read_value(reader: BitReader, ai: str) -> str:
    """Read the value of an application identifier."""
    return "".join(METHODS[name][0](reader, first, second) for name, first, second in _steps(ai))


def write_value(writer: BitWriter, ai: str, value: str) -> None:
    """Write the value of an application identifier that has been checked.

    :raises IdentifierError: the standard has no packing for it, or none for this value
    """
    at = 0
    for index, (name, first, second) in enumerate(_steps(ai)):
        if at == len(value) and _optional_second(ai, index, name):
            raise fail(f"({ai}) needs its serial number to be packed")
        at += METHODS[name][1](writer, value[at:], first, second)
    if at < len(value):
        raise fail(f"({ai}) {value[:30]!r} is longer than the standard packs")
