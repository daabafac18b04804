"""The codec of barcode scanners: published scans, suffixes, framing, broken lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_agent.codecs.frames import FrameError
from gateway_agent.codecs.scanner import MAX_SCAN, ScanFrame, ScannerCodec
from gateway_agent.stations.codes import understand_scan

GS1_128 = bytes.fromhex(
    "5D 43 31 30 31 30 39 35 30 31 31 30 31 35 33 30 30 30 33 31 30 41 42 43 31 32 33 1D 32 31"
    "31 32 33 34 35 0D"
)
GS1_DM = bytes.fromhex(
    "5D 64 32 30 31 30 39 35 30 31 31 30 31 35 33 30 30 30 33 32 31 41 31 42 32 1D 31 30 4C 31 0D"
)
QR_LINK = b"]Q1https://id.gs1.org/01/09501101530003/21/A1B2\r"
EAN = b"]E06901234500004\r"
PUBLISHED = (GS1_128, GS1_DM, QR_LINK, EAN)
MEANT = (
    ("]C1", "https://id.gs1.org/01/09501101530003/21/12345"),
    ("]d2", "https://id.gs1.org/01/09501101530003/21/A1B2"),
    ("]Q1", "https://id.gs1.org/01/09501101530003/21/A1B2"),
    ("]E0", "https://id.gs1.org/01/06901234500004"),
)


def texts(found: list[ScanFrame | FrameError]) -> list[str]:
    return [frame.text if isinstance(frame, ScanFrame) else f"!{frame.code}" for frame in found]


@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
def test_published_scans_in_pieces(piece: int) -> None:
    codec = ScannerCodec()
    data = b"".join(PUBLISHED)
    found: list[ScanFrame | FrameError] = []
    for start in range(0, len(data), piece):
        found += codec.feed(data[start : start + piece])
    assert not codec.pending
    frames = [frame for frame in found if isinstance(frame, ScanFrame)]
    assert len(frames) == len(found) == len(MEANT)
    for frame, (aim, identifier) in zip(frames, MEANT, strict=True):
        assert frame.aim == aim
        assert understand_scan(frame.text, frame.aim, ()).identifier.id == identifier


def test_the_data_beside_the_identifier_is_read() -> None:
    (frame,) = ScannerCodec().feed(GS1_128)
    assert isinstance(frame, ScanFrame)
    assert frame.is_gs1
    assert understand_scan(frame.text, frame.aim, ()).data["10"] == "ABC123"


def test_two_quick_scans_of_a_cr_only_scanner_are_two() -> None:
    assert texts(ScannerCodec("cr").feed(b"SCAN1\rSCAN2\r")) == ["SCAN1", "SCAN2"]


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        ("cr", b"A\rB\r"),
        ("lf", b"A\nB\n"),
        ("crlf", b"A\r\nB\r\n"),
        ("tab", b"A\tB\t"),
        ("cr-or-lf", b"A\r\nB\n\rC\r"),
    ],
)
def test_suffixes(suffix: str, data: bytes) -> None:
    found = texts(ScannerCodec(suffix).feed(data))  # type: ignore[arg-type]
    assert found == (["A", "B", "C"] if suffix == "cr-or-lf" else ["A", "B"])


def test_a_crlf_scanner_may_have_a_cr_in_its_text() -> None:
    assert texts(ScannerCodec("crlf").feed(b"A\rB\r\n")) == ["A\rB"]


def test_a_cr_inside_a_symbol_is_data_between_stx_and_etx() -> None:
    codec = ScannerCodec(stx_etx=True)
    assert texts(codec.feed(b"\x02line 1\rline 2\x03\r\n\x02next\x03")) == ["line 1\rline 2", "next"]
    assert texts(codec.feed(b"\x02cut off\x02whole\x03")) == ["!garbage", "whole"]


def test_no_suffix_ends_with_silence() -> None:
    codec = ScannerCodec("none")
    assert codec.feed(b"]C0123") == []
    assert codec.pending
    assert texts(codec.flush()) == ["123"]
    assert codec.flush() == []


def test_a_scan_without_its_end_is_broken() -> None:
    codec = ScannerCodec()
    assert codec.feed(b"12345") == []
    assert texts(codec.flush()) == ["!unfinished"]
    assert texts(codec.feed(b"67890\r")) == ["67890"]


def test_prefix_and_substitute_for_gs() -> None:
    codec = ScannerCodec(prefix=b"#", substitute="~")
    assert texts(codec.feed(b"#]C110A~2111\r")) == ["10A\x1d2111"]


def test_chinese_text() -> None:
    command = "SUYUAN:MEDIUM=液化石油气"
    assert texts(ScannerCodec().feed(command.encode() + b"\r")) == [command]
    assert texts(ScannerCodec(encoding="gb18030").feed(command.encode("gb18030") + b"\r")) == [command]
    assert texts(ScannerCodec().feed(command.encode("gb18030") + b"\r")) == ["!encoding"]


@pytest.mark.parametrize("raw", [b"\x00\r", b"A\x00B\r", b"\x7f\r", b"]C1\r"])
def test_what_no_symbol_holds_is_broken(raw: bytes) -> None:
    assert texts(ScannerCodec().feed(raw)) == ["!garbage"]


def test_an_endless_line_is_cut_and_the_scan_after_it_is_read() -> None:
    codec = ScannerCodec()
    found = (
        codec.feed(b"X" * (MAX_SCAN + 10)) + codec.feed(b"X" * (MAX_SCAN * 3)) + codec.feed(b"tail\rGOOD\r")
    )
    assert texts(found) == ["!too-long", "GOOD"]


@given(st.binary(max_size=200), st.sampled_from(["cr-or-lf", "cr", "crlf", "none"]), st.booleans())
def test_any_bytes_give_no_exception(data: bytes, suffix: str, stx_etx: bool) -> None:
    codec = ScannerCodec(suffix, stx_etx=stx_etx)  # type: ignore[arg-type]
    whole = codec.feed(data) + codec.flush()
    pieces = ScannerCodec(suffix, stx_etx=stx_etx)  # type: ignore[arg-type]
    found: list[ScanFrame | FrameError] = []
    for byte in data:
        found += pieces.feed(bytes([byte]))
    found += pieces.flush()
    assert texts(found) == texts(whole)
