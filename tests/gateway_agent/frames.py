"""Published frames of M100/R200 modules, and what they say."""

from typing import NamedTuple


class Published(NamedTuple):
    """One tag notice as printed in a manual or captured from a module."""

    frame: bytes
    epc: str
    pc: int
    rssi: int


def _published(frame: str, epc: str, pc: int, rssi: int) -> Published:
    return Published(bytes.fromhex(frame), epc, pc, rssi)


MANUAL = _published(
    "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E",
    "30751FEB705C5904E3D50D70",
    0x3400,
    -55,
)
CAPTURED_1 = _published(
    "BB 02 22 00 11 C4 30 00 E2 00 00 1D 73 15 01 65 21 40 8F C6 B8 3E C2 7E",
    "E200001D7315016521408FC6",
    0x3000,
    -60,
)
CAPTURED_2 = _published(
    "BB 02 22 00 11 CB 34 00 E2 00 47 1B B0 00 60 13 04 45 09 D0 95 82 D4 7E",
    "E200471BB0006013044509D0",
    0x3400,
    -53,
)
OURS_BB = _published(
    "BB 02 22 00 11 C9 30 00 30 34 25 7B F7 19 4E 40 00 00 1A 85 EE 2C 89 7E",
    "3034257BF7194E4000001A85",
    0x3000,
    -55,
)
OURS_AA = _published(
    "AA 02 22 00 11 C9 30 00 30 34 25 7B F7 19 4E 40 00 00 1A 85 EE 2C 89 DD",
    "3034257BF7194E4000001A85",
    0x3000,
    -55,
)
TAGS = (MANUAL, CAPTURED_1, CAPTURED_2, OURS_BB, OURS_AA)

NO_TAG = bytes.fromhex("BB 01 FF 00 01 15 16 7E")
STOPPED = bytes.fromhex("BB 01 28 00 01 00 2A 7E")
INFO = bytes.fromhex("BB 01 03 00 10 00") + b"M100 26dBm V1.0" + bytes.fromhex("92 7E")
REPLIES = (NO_TAG, STOPPED, INFO)

GARBAGE = (
    b"\x00\xff\x13",
    b"\xbb",
    b"\xaa\xbb\x02",
    bytes.fromhex("BB 02 22 00 40 01 02 03"),
    bytes.fromhex("7E DD BB 01"),
    b"U3000\r\n",
)
"""Noise: line rubbish, single headers, beginnings of frames, another protocol."""
