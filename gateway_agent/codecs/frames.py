"""What every codec hands out besides its own frames: bytes that are not a frame, with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameError:
    """Bytes from a device that cannot be understood.

    :param code: ``garbage``, ``checksum``, ``tag-crc``, ``epc-length``, ``too-long``, ``unfinished``,
        ``encoding``, ``not-json``, ``not-a-read``
    :param message: one sentence for a person
    :param raw: the bytes as received, at most ``KEPT_BYTES`` of them
    """

    code: str
    message: str
    raw: bytes


KEPT_BYTES = 512
"""How much of an unreadable stretch is kept: enough to see what it was, too little to fill a disk."""


def frame_error(code: str, message: str, raw: bytes | bytearray) -> FrameError:
    """Build a :class:`FrameError`, cutting the bytes to what is kept."""
    return FrameError(code, message, bytes(raw[:KEPT_BYTES]))
