"""The serial protocol of M100/QM100/YRM100 and "R200" UHF modules, in both framings.

A frame is ``HDR | type | command | PL (2, big endian) | parameters | CK | END`` where CK is the low byte
of the sum from the type to the last parameter. Modules speak one of two framings that differ only in HDR
and END: ``BB…7E`` and ``AA…DD``. Nothing is escaped, so both bytes may occur inside a frame; a frame is
therefore cut by its length, then END and CK are checked, and on a failure the search goes on one byte later.

A notice (type 02, command 22) carries one tag: ``RSSI (signed) | PC (2) | EPC | tag CRC (2)``. The length
of the EPC follows from the PC word; the tag's CRC-16 over PC and EPC (ISO 18000-63) is checked too,
because an additive checksum lets two swapped bytes pass.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Literal

from gateway_agent.codecs.frames import FrameError, frame_error

Framing = Literal["bb", "aa"]

HEADERS: dict[Framing, int] = {"bb": 0xBB, "aa": 0xAA}
ENDS = {0xBB: 0x7E, 0xAA: 0xDD}
FRAMINGS: dict[int, Framing] = {0xBB: "bb", 0xAA: "aa"}

COMMAND, RESPONSE, NOTICE = 0x00, 0x01, 0x02
GET_INFO, SINGLE_POLL, MULTI_POLL, STOP_POLL, FAILED = 0x03, 0x22, 0x27, 0x28, 0xFF
NO_TAG = 0x15

MAX_PARAMETERS = 160
"""The longest notice has 67 parameter bytes (a 496-bit EPC) and the longest answer to a command that this
agent sends has fewer; a larger length is noise, and waiting for its end would hold back the frames behind
it."""

OVERHEAD = 7
"""Bytes of a frame around its parameters."""


@dataclass(frozen=True, slots=True)
class TagFrame:
    """One tag seen by the module, with all checks passed."""

    epc: bytes
    pc: int
    rssi: int
    framing: Framing

    @property
    def is_epc(self) -> bool:
        """False when the PC's toggle bit says that the memory holds an ISO 15961 number instead of an EPC."""
        return not self.pc & 0x0100


@dataclass(frozen=True, slots=True)
class ReplyFrame:
    """Any other valid frame: an answer to a command, or the statement that no tag was seen."""

    command: int
    parameters: bytes
    framing: Framing

    @property
    def no_tag(self) -> bool:
        """True for "no tag in the field", which modules send after every empty inventory round."""
        return self.command == FAILED and self.parameters[:1] == bytes([NO_TAG])


Frame = TagFrame | ReplyFrame


def command(framing: Framing, code: int, parameters: bytes = b"") -> bytes:
    """Encode a command for the module."""
    body = bytes([COMMAND, code]) + len(parameters).to_bytes(2, "big") + parameters
    header = HEADERS[framing]
    return bytes([header]) + body + bytes([sum(body) & 0xFF, ENDS[header]])


def get_info(framing: Framing) -> bytes:
    """Ask for the module's name; every module answers, so it tells which framing is spoken."""
    return command(framing, GET_INFO, b"\x00")


def single_poll(framing: Framing) -> bytes:
    """Run one inventory round."""
    return command(framing, SINGLE_POLL)


def multi_poll(framing: Framing, rounds: int = 0xFFFF) -> bytes:
    """Run many inventory rounds; the module sends notices on its own until they are over."""
    return command(framing, MULTI_POLL, b"\x22" + rounds.to_bytes(2, "big"))


def stop_poll(framing: Framing) -> bytes:
    """End a multi-poll."""
    return command(framing, STOP_POLL)


def tag_crc(pc_and_epc: bytes) -> int:
    """Give the CRC-16 that a Gen2 tag keeps over its PC word and EPC."""
    return binascii.crc_hqx(pc_and_epc, 0xFFFF) ^ 0xFFFF


class M100Codec:
    """Cuts a byte stream into frames; holds at most one unfinished frame.

    :param framing: accept only this framing; None accepts both
    """

    def __init__(self, framing: Framing | None = None) -> None:
        self._headers = frozenset(HEADERS.values() if framing is None else [HEADERS[framing]])
        self._buffer = bytearray()
        self._garbage = bytearray()

    def feed(self, data: bytes) -> list[Frame | FrameError]:
        """Take bytes in any portions and give the frames that they complete, in order."""
        self._buffer += data
        return self._cut()

    def flush(self) -> list[Frame | FrameError]:
        """Give up on the unfinished frame, after the line was silent longer than a frame can pause.

        Noise that looks like the start of a long frame would otherwise hold back a real frame behind it.
        """
        found: list[Frame | FrameError] = []
        while self._buffer:
            self._skip()
            found += self._cut()
        if self._garbage:
            found.append(self._give_up_garbage())
        return found

    def _cut(self) -> list[Frame | FrameError]:
        found: list[Frame | FrameError] = []
        buffer = self._buffer
        while buffer:
            if buffer[0] not in self._headers or not _plausible(buffer):
                self._skip()
                continue
            if len(buffer) < OVERHEAD:
                break
            size = OVERHEAD + int.from_bytes(buffer[3:5], "big")
            if len(buffer) < size:
                break
            raw = bytes(buffer[:size])
            if raw[-1] != ENDS[raw[0]] or sum(raw[1:-2]) & 0xFF != raw[-2]:
                self._skip()
                continue
            del buffer[:size]
            if self._garbage:
                found.append(self._give_up_garbage())
            found.append(_read(raw))
        if len(self._garbage) >= 2 * MAX_PARAMETERS:
            found.append(self._give_up_garbage())
        return found

    def _skip(self) -> None:
        self._garbage.append(self._buffer[0])
        del self._buffer[:1]

    def _give_up_garbage(self) -> FrameError:
        error = frame_error("garbage", f"{len(self._garbage)} bytes belong to no frame", self._garbage)
        self._garbage.clear()
        return error


def _plausible(buffer: bytearray) -> bool:
    """Tell whether the bytes so far can be the start of a frame from a module."""
    if len(buffer) >= 2 and buffer[1] not in {RESPONSE, NOTICE}:
        return False
    return len(buffer) < 5 or int.from_bytes(buffer[3:5], "big") <= MAX_PARAMETERS


def _read(raw: bytes) -> Frame | FrameError:
    framing = FRAMINGS[raw[0]]
    kind, code, parameters = raw[1], raw[2], raw[5:-2]
    if kind != NOTICE or code != SINGLE_POLL:
        return ReplyFrame(code, parameters, framing)
    if len(parameters) < 5:
        return frame_error("epc-length", "a tag notice without PC and CRC", raw)
    pc = int.from_bytes(parameters[1:3], "big")
    epc = parameters[3:-2]
    if (pc >> 11) * 2 != len(epc):
        return frame_error(
            "epc-length", f"the PC word says {(pc >> 11) * 2} bytes of EPC, the frame has {len(epc)}", raw
        )
    if tag_crc(parameters[1:-2]) != int.from_bytes(parameters[-2:], "big"):
        return frame_error("tag-crc", "the tag's own CRC does not fit its EPC", raw)
    rssi = int.from_bytes(parameters[:1], "big", signed=True)
    return TagFrame(epc, pc, rssi, framing)
