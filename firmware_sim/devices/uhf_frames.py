"""Frames of the M100 / R200 family of UHF modules, as the module sends and receives them.

`header | type | command | length (2, big endian) | parameters | checksum | end`, where the checksum is the
sum of everything from the type to the last parameter, modulo 256. Two framings exist in the field with the
same commands: `BB … 7E` and `AA … DD`. Nothing is escaped: header and end bytes may stand inside the
parameters.

Everything here is pure: bytes in, bytes out. It is written from the published frames and shares no code
with any driver, so that one mistake cannot hide on both sides of the line.
"""

from binascii import crc_hqx
from dataclasses import dataclass

COMMAND, RESPONSE, NOTICE = 0x00, 0x01, 0x02
"""Frame types: from the host, answer to the host, sent by the module on its own."""

GET_INFO, SINGLE_POLL, MULTI_POLL, STOP, FAILED = 0x03, 0x22, 0x27, 0x28, 0xFF
"""Commands. Notices of a multi-poll carry `SINGLE_POLL`; a failed command is answered with `FAILED`."""

NO_TAG, UNKNOWN_COMMAND = 0x15, 0x17
"""Parameters of `FAILED`: nothing answered or its check sum was wrong; the module does not know the
command.
"""

MAX_PARAMETERS = 512
"""A host command has a few bytes. A longer length is noise: refusing it stops garbage from swallowing real
commands.
"""

FOREVER = 0xFFFF
"""The count in a multi-poll that a real module treats as "until you are told to stop"."""


@dataclass(frozen=True, slots=True)
class Framing:
    """First and last byte of every frame of a module."""

    name: str
    header: int
    end: int


BB_7E = Framing("bb-7e", 0xBB, 0x7E)
AA_DD = Framing("aa-dd", 0xAA, 0xDD)
FRAMINGS = {framing.name: framing for framing in (BB_7E, AA_DD)}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a host sent, with its parameters."""

    code: int
    parameters: bytes


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in front of the antenna.

    :ivar epc: the EPC memory's code, an even number of bytes (whole 16-bit words)
    :ivar rssi: signal strength in dBm, -128 to 127
    :ivar flags: the low 11 bits of the protocol control word (`0x400` in a tag with user memory)
    """

    epc: bytes
    rssi: int = -55
    flags: int = 0

    @property
    def protocol_control(self) -> bytes:
        """The PC word: number of EPC words in its top five bits."""
        return ((len(self.epc) // 2) << 11 | self.flags).to_bytes(2, "big")

    @property
    def check(self) -> bytes:
        """The tag's own CRC-16 over PC and EPC (ISO/IEC 18000-63)."""
        return (crc_hqx(self.protocol_control + self.epc, 0xFFFF) ^ 0xFFFF).to_bytes(2, "big")


def frame(framing: Framing, kind: int, command: int, parameters: bytes) -> bytes:
    """Put a frame together.

    :param kind: `COMMAND`, `RESPONSE` or `NOTICE`
    """
    body = bytes((kind, command)) + len(parameters).to_bytes(2, "big") + parameters
    return bytes((framing.header,)) + body + bytes((sum(body) & 0xFF, framing.end))


def notice(framing: Framing, tag: Tag) -> bytes:
    """Give the frame in which a module reports one read of a tag."""
    parameters = bytes((tag.rssi & 0xFF,)) + tag.protocol_control + tag.epc + tag.check
    return frame(framing, NOTICE, SINGLE_POLL, parameters)


def failure(framing: Framing, reason: int) -> bytes:
    """Give the frame in which a module says that a command failed."""
    return frame(framing, RESPONSE, FAILED, bytes((reason,)))


def stopped(framing: Framing) -> bytes:
    """Give the answer to the stop command."""
    return frame(framing, RESPONSE, STOP, b"\x00")


def info(framing: Framing, what: int, text: str) -> bytes:
    """Give the answer to "get info": `what` is 0 hardware, 1 software, 2 maker."""
    return frame(framing, RESPONSE, GET_INFO, bytes((what,)) + text.encode("ascii"))


def single_poll(framing: Framing) -> bytes:
    """Give the host's command for one round of inventory."""
    return frame(framing, COMMAND, SINGLE_POLL, b"")


def multi_poll(framing: Framing, rounds: int) -> bytes:
    """Give the host's command for a number of rounds of inventory."""
    return frame(framing, COMMAND, MULTI_POLL, b"\x22" + rounds.to_bytes(2, "big"))


def stop(framing: Framing) -> bytes:
    """Give the host's command that ends a multi-poll."""
    return frame(framing, COMMAND, STOP, b"")


def get_info(framing: Framing, what: int) -> bytes:
    """Give the host's command that asks for the module's identity."""
    return frame(framing, COMMAND, GET_INFO, bytes((what,)))


class CommandReader:
    """The module's ear: bytes from the host in any portions, commands out.

    Frames are found by length, then checked by end byte and checksum; what does not check moves the search
    on by one byte. Commands in the other framing, and anything else, are noise to a module.
    """

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Command]:
        """Take bytes as they come and give the commands that are complete."""
        self._buffer += data
        commands: list[Command] = []
        while (start := self._buffer.find(self._framing.header)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < 5:
                return commands
            length = int.from_bytes(self._buffer[3:5], "big")
            if self._buffer[1] != COMMAND or length > MAX_PARAMETERS:
                del self._buffer[:1]
                continue
            if len(self._buffer) < length + 7:
                return commands
            body = self._buffer[1 : 5 + length]
            if self._buffer[6 + length] == self._framing.end and self._buffer[5 + length] == sum(body) & 0xFF:
                commands.append(Command(body[1], bytes(body[4:])))
                del self._buffer[: length + 7]
            else:
                del self._buffer[:1]
        self._buffer.clear()
        return commands
