"""Reading and writing fields of bits and text packed into them (Tag Data Standard 14.3, 14.4)."""

from __future__ import annotations

from lineage.errors import IdentifierError


class BitReader:
    """Takes fields from the left of a row of bits; more than there is raises ``IdentifierError``."""

    def __init__(self, value: int, length: int) -> None:
        self._value = value
        self._left = length
        self._length = length

    @property
    def left(self) -> int:
        """Bits that are not read yet."""
        return self._left

    @property
    def position(self) -> int:
        """Bits that are read."""
        return self._length - self._left

    def take(self, count: int) -> int:
        """Read an unsigned number of ``count`` bits."""
        if count > self._left:
            raise IdentifierError(
                "tag-length", f"the tag ends {count - self._left} bits too early", position=self._length // 4
            )
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def only_zeros(self) -> bool:
        """Tell whether nothing but zeros is left."""
        return not self._value & ((1 << self._left) - 1)

    def rest(self) -> int:
        """Read all that is left as a number."""
        return self.take(self._left)


class BitWriter:
    """Puts fields of bits one after another."""

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def put(self, number: int, count: int) -> None:
        """Append an unsigned number of ``count`` bits; the caller has checked that it fits."""
        self.value = (self.value << count) | number
        self.length += count

    def hex(self) -> str:
        """Give the bits in whole 16-bit words, filled with zeros, as a tag stores them."""
        padding = -self.length % 16
        return f"{self.value << padding:0{(self.length + padding) // 4}X}"


def _not_empty_after_end(reader: BitReader, count: int, width: int) -> None:
    if count * width and reader.take(count * width):
        raise IdentifierError(
            "tag-text", "text on the tag goes on after its end", position=reader.position // 4
        )


def read_text7(reader: BitReader, characters: int) -> str:
    """Read up to ``characters`` characters of 7 bits, filled with zeros."""
    text = ""
    for index in range(characters):
        code = reader.take(7)
        if not code:
            _not_empty_after_end(reader, characters - index - 1, 7)
            break
        text += chr(code)
    return text


def write_text7(writer: BitWriter, text: str, characters: int) -> None:
    """Write text of ASCII characters, 7 bits each, filled with zeros."""
    for char in text:
        writer.put(ord(char), 7)
    writer.put(0, 7 * (characters - len(text)))


def read_text6(reader: BitReader, most: int) -> str:
    """Read characters of 6 bits up to the terminator of six zeros (Tag Data Standard, annex G)."""
    text = ""
    while code := reader.take(6):
        text += chr(code if code >= 32 else code + 64)
        if len(text) > most:
            raise IdentifierError(
                "tag-text", f"text on the tag is longer than {most} characters", position=reader.position // 4
            )
    return text


def write_text6(writer: BitWriter, text: str) -> None:
    """Write capital letters, digits, ``#``, ``-`` and ``/``, 6 bits each, and the terminator."""
    for char in text:
        writer.put(ord(char) & 63, 6)
    writer.put(0, 6)
