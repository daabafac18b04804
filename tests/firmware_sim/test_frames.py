"""Frames of simulated devices, byte for byte as published."""

from datetime import UTC, datetime
from typing import ClassVar

import orjson
import pytest

from firmware_sim.devices import mqtt_messages, scanner_frames, tags, uhf_frames
from firmware_sim.devices.scanner_frames import Symbol, element_string
from firmware_sim.devices.uhf_frames import AA_DD, BB_7E, Tag
from firmware_sim.errors import DeviceError

EPC = bytes.fromhex("3034257BF7194E4000001A85")


def hexa(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("made", "printed"),
    [
        (uhf_frames.single_poll(BB_7E), "BB 00 22 00 00 22 7E"),
        (uhf_frames.multi_poll(BB_7E, 10_000), "BB 00 27 00 03 22 27 10 83 7E"),
        (uhf_frames.multi_poll(BB_7E, 65_535), "BB 00 27 00 03 22 FF FF 4A 7E"),
        (uhf_frames.stop(BB_7E), "BB 00 28 00 00 28 7E"),
        (uhf_frames.stopped(BB_7E), "BB 01 28 00 01 00 2A 7E"),
        (uhf_frames.get_info(BB_7E, 0), "BB 00 03 00 01 00 04 7E"),
        (
            uhf_frames.info(BB_7E, 0, "M100 26dBm V1.0"),
            "BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 92 7E",
        ),
        (
            uhf_frames.notice(BB_7E, Tag(hexa("30751FEB705C5904E3D50D70"), rssi=-55, flags=0x400)),
            "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E",
        ),
        (
            uhf_frames.notice(BB_7E, Tag(hexa("E200001D7315016521408FC6"), rssi=-60)),
            "BB 02 22 00 11 C4 30 00 E2 00 00 1D 73 15 01 65 21 40 8F C6 B8 3E C2 7E",
        ),
        (
            uhf_frames.notice(BB_7E, Tag(hexa("E200471BB0006013044509D0"), rssi=-53, flags=0x400)),
            "BB 02 22 00 11 CB 34 00 E2 00 47 1B B0 00 60 13 04 45 09 D0 95 82 D4 7E",
        ),
        (
            uhf_frames.notice(BB_7E, Tag(EPC)),
            "BB 02 22 00 11 C9 30 00 30 34 25 7B F7 19 4E 40 00 00 1A 85 EE 2C 89 7E",
        ),
        (
            uhf_frames.notice(AA_DD, Tag(EPC)),
            "AA 02 22 00 11 C9 30 00 30 34 25 7B F7 19 4E 40 00 00 1A 85 EE 2C 89 DD",
        ),
        (uhf_frames.failure(BB_7E, uhf_frames.NO_TAG), "BB 01 FF 00 01 15 16 7E"),
    ],
)
def test_uhf_frames_are_the_printed_ones(made: bytes, printed: str) -> None:
    assert made == hexa(printed)


def test_the_example_tag_is_the_published_one() -> None:
    assert tags.sgtin_96("80614141123458", 7, 6789) == EPC
    assert Tag(EPC).check == hexa("EE2C")


def test_a_serial_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DeviceError) as caught:
        tags.sgtin_96("80614141123458", 7, 1 << 38)
    assert caught.value.code == "does-not-fit"


@pytest.mark.parametrize(
    ("symbol", "printed"),
    [
        (
            Symbol(
                "gs1-128",
                element_string(("01", "09501101530003"), ("10", "ABC123"), ("21", "12345")),
            ),
            (
                "5D 43 31 30 31 30 39 35 30 31 31 30 31 35 33 30 30 30 33 31 30 41 42 43 31 32 33 1D"
                "32 31 31 32 33 34 35 0D"
            ),
        ),
        (
            Symbol(
                "gs1-datamatrix",
                element_string(("01", "09501101530003"), ("21", "A1B2"), ("10", "L1")),
            ),
            "5D 64 32 30 31 30 39 35 30 31 31 30 31 35 33 30 30 30 33 32 31 41 31 42 32 1D 31 30 4C 31 0D",
        ),
    ],
)
def test_scans_are_the_printed_ones(symbol: Symbol, printed: str) -> None:
    assert scanner_frames.scan(symbol) == hexa(printed)


def test_a_digital_link_in_a_qr_code_is_a_plain_qr_code() -> None:
    link = "https://id.gs1.org/01/09501101530003/21/A1B2"
    assert scanner_frames.scan(Symbol("qr", link)) == hexa("5D 51 31") + link.encode() + b"\r"


def test_a_symbol_that_cannot_hold_the_data_is_refused() -> None:
    with pytest.raises(DeviceError):
        scanner_frames.scan(Symbol("ean-13", "SUYUAN:DONE"))


def test_zebra_read_has_the_published_members() -> None:
    moment = datetime(2026, 8, 13, 9, 14, 28, 651_000, tzinfo=UTC)
    read = mqtt_messages.zebra_read(Tag(EPC, rssi=-48), 1234, moment, antenna=1, reads=3)
    assert read["timestamp"] == "2026-08-13T09:14:28.651+0000"
    assert read["type"] == "CUSTOM"
    assert read["data"] == {
        "eventNum": 1234,
        "format": "epc",
        "idHex": "3034257bf7194e4000001a85",
        "antenna": 1,
        "peakRssi": -48,
        "reads": 3,
        "PC": "3000",
        "CRC": "ee2c",
    }


def test_zebra_messages_are_an_object_an_array_or_lines() -> None:
    read = mqtt_messages.zebra_read(Tag(EPC), 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert orjson.loads(mqtt_messages.zebra_message([read])) == read
    assert orjson.loads(mqtt_messages.zebra_message([read, read])) == [read, read]
    lines = mqtt_messages.zebra_message([read, read], batch=False).split(b"\n")
    assert [orjson.loads(line) for line in lines] == [read, read]


class TestCommandReader:
    """What a module hears from its host."""

    COMMANDS = (
        uhf_frames.get_info(BB_7E, 0)
        + uhf_frames.multi_poll(BB_7E, 0x7EBB)  # header and end bytes inside the parameters
        + uhf_frames.stop(BB_7E)
    )
    EXPECTED: ClassVar = [(0x03, b"\x00"), (0x27, b"\x22\x7e\xbb"), (0x28, b"")]

    def read(self, *portions: bytes) -> list[tuple[int, bytes]]:
        reader = uhf_frames.CommandReader(BB_7E)
        return [
            (command.code, command.parameters) for portion in portions for command in reader.feed(portion)
        ]

    def test_in_one_piece(self) -> None:
        assert self.read(self.COMMANDS) == self.EXPECTED

    def test_byte_by_byte(self) -> None:
        assert self.read(*(self.COMMANDS[n : n + 1] for n in range(len(self.COMMANDS)))) == self.EXPECTED

    def test_between_garbage(self) -> None:
        assert self.read(b"\x00\x7e\xbb\xbb\xff\xff", self.COMMANDS, b"\xbb\x00\x22") == self.EXPECTED

    def test_a_flipped_bit_is_no_command(self) -> None:
        frame = uhf_frames.multi_poll(BB_7E, 10_000)
        for place in range(len(frame)):
            for bit in range(8):
                broken = bytearray(frame)
                broken[place] ^= 1 << bit
                assert self.read(bytes(broken)) == []

    def test_the_other_framing_is_noise(self) -> None:
        assert self.read(uhf_frames.stop(AA_DD)) == []
