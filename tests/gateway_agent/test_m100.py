"""The codec of M100/R200 modules and published frames: in pieces, between garbage, with every bit flipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_agent.codecs.frames import FrameError
from gateway_agent.codecs.m100 import (
    M100Codec,
    ReplyFrame,
    TagFrame,
    command,
    get_info,
    multi_poll,
    single_poll,
    stop_poll,
    tag_crc,
)
from tests.gateway_agent.frames import (
    CAPTURED_1,
    GARBAGE,
    INFO,
    MANUAL,
    NO_TAG,
    OURS_AA,
    OURS_BB,
    REPLIES,
    TAGS,
    Published,
)


def tags(data: bytes, piece: int | None = None, codec: M100Codec | None = None) -> list[tuple[str, int, int]]:
    codec = codec or M100Codec()
    found: list[object] = []
    for start in range(0, len(data), piece or len(data) or 1):
        found += codec.feed(data[start : start + (piece or len(data))])
    found += codec.flush()
    return [(f.epc.hex().upper(), f.pc, f.rssi) for f in found if isinstance(f, TagFrame)]


def said(*published: Published) -> list[tuple[str, int, int]]:
    return [(p.epc, p.pc, p.rssi) for p in published]


@pytest.mark.parametrize("published", TAGS)
@pytest.mark.parametrize("piece", [None, 1, 2, 3, 7])
def test_published_notices_in_pieces_of_any_size(published: Published, piece: int | None) -> None:
    assert tags(published.frame, piece) == said(published)


def test_the_framing_is_told_by_the_frame() -> None:
    for published, framing in ((OURS_BB, "bb"), (OURS_AA, "aa")):
        (frame,) = M100Codec().feed(published.frame)
        assert isinstance(frame, TagFrame)
        assert frame.framing == framing
        assert frame.is_epc


def test_a_codec_can_be_held_to_one_framing() -> None:
    assert tags(OURS_AA.frame, codec=M100Codec("bb")) == []
    assert tags(OURS_AA.frame, codec=M100Codec("aa")) == said(OURS_AA)


@pytest.mark.parametrize("piece", [None, 1])
def test_frames_between_garbage(piece: int | None) -> None:
    for noise in GARBAGE:
        data = noise + MANUAL.frame + noise + OURS_AA.frame + NO_TAG + noise + CAPTURED_1.frame + noise
        assert tags(data, piece) == said(MANUAL, OURS_AA, CAPTURED_1), noise.hex()


def test_garbage_is_reported_as_such() -> None:
    found = M100Codec().feed(b"\x00\x01\x02" + OURS_BB.frame)
    assert isinstance(found[0], FrameError)
    assert (found[0].code, found[0].raw) == ("garbage", b"\x00\x01\x02")
    assert isinstance(found[1], TagFrame)


@pytest.mark.parametrize("published", TAGS)
def test_no_flipped_bit_gives_a_read(published: Published) -> None:
    for bit in range(len(published.frame) * 8):
        broken = bytearray(published.frame)
        broken[bit // 8] ^= 1 << bit % 8
        assert tags(bytes(broken)) == [], bit


@pytest.mark.parametrize("published", TAGS)
def test_a_broken_frame_does_not_cost_the_next_one(published: Published) -> None:
    for bit in range(len(published.frame) * 8):
        broken = bytearray(published.frame)
        broken[bit // 8] ^= 1 << bit % 8
        assert tags(bytes(broken) + OURS_BB.frame) == said(OURS_BB), bit


def test_a_swap_that_the_checksum_lets_pass_is_caught_by_the_tags_own_crc() -> None:
    frame = bytearray(OURS_BB.frame)
    frame[9], frame[10] = frame[10], frame[9]
    (found,) = M100Codec().feed(bytes(frame))
    assert isinstance(found, FrameError)
    assert found.code == "tag-crc"


def test_headers_and_ends_inside_a_payload_are_data() -> None:
    epc = bytes.fromhex("BB022200117E7EAADDBB7E22")
    body = b"\xc9\x30\x00" + epc + tag_crc(b"\x30\x00" + epc).to_bytes(2, "big")
    frame = notice(body)
    assert tags(frame, 1) == [(epc.hex().upper(), 0x3000, -55)]


def notice(parameters: bytes, header: int = 0xBB, end: int = 0x7E) -> bytes:
    body = b"\x02\x22" + len(parameters).to_bytes(2, "big") + parameters
    return bytes([header]) + body + bytes([sum(body) & 0xFF, end])


@pytest.mark.parametrize("words", [1, 4, 6, 8, 16, 31])
def test_the_length_of_the_epc_comes_from_the_pc(words: int) -> None:
    epc = bytes(range(words * 2))
    pc = (words << 11).to_bytes(2, "big")
    crc = tag_crc(pc + epc).to_bytes(2, "big")
    assert tags(notice(b"\xc0" + pc + epc + crc)) == [(epc.hex().upper(), words << 11, -64)]
    other = ((words + 1) % 32 << 11).to_bytes(2, "big")
    assert tags(notice(b"\xc0" + other + epc + tag_crc(other + epc).to_bytes(2, "big"))) == []


def test_a_memory_that_is_no_epc_says_so() -> None:
    pc, epc = b"\x31\x00", bytes(12)
    (frame,) = M100Codec().feed(notice(b"\xc0" + pc + epc + tag_crc(pc + epc).to_bytes(2, "big")))
    assert isinstance(frame, TagFrame)
    assert not frame.is_epc


def test_replies() -> None:
    found = M100Codec().feed(b"".join(REPLIES))
    assert all(isinstance(frame, ReplyFrame) for frame in found)
    no_tag, stopped, info = found
    assert isinstance(no_tag, ReplyFrame)
    assert no_tag.no_tag
    assert isinstance(stopped, ReplyFrame)
    assert (stopped.command, stopped.parameters) == (0x28, b"\x00")
    assert isinstance(info, ReplyFrame)
    assert info.parameters == b"\x00M100 26dBm V1.0"


def test_a_published_reply_with_a_wrong_checksum_is_refused() -> None:
    wrong = INFO[:-2] + b"\x22\x7e"
    assert not any(isinstance(frame, ReplyFrame) for frame in M100Codec().feed(wrong))


def test_commands_are_the_published_ones() -> None:
    assert single_poll("bb") == bytes.fromhex("BB 00 22 00 00 22 7E")
    assert multi_poll("bb", 10000) == bytes.fromhex("BB 00 27 00 03 22 27 10 83 7E")
    assert multi_poll("bb") == bytes.fromhex("BB 00 27 00 03 22 FF FF 4A 7E")
    assert stop_poll("bb") == bytes.fromhex("BB 00 28 00 00 28 7E")
    assert get_info("bb") == bytes.fromhex("BB 00 03 00 01 00 04 7E")
    assert single_poll("aa") == bytes.fromhex("AA 00 22 00 00 22 DD")
    assert tags(command("bb", 0x22)) == [], "our own command, echoed by the line, is no tag"


def test_noise_that_looks_like_a_long_frame_is_given_up_in_silence() -> None:
    codec = M100Codec()
    false_start = bytes.fromhex("BB 02 22 00 90")
    assert codec.feed(false_start + OURS_BB.frame) == []
    assert [f.epc.hex().upper() for f in codec.flush() if isinstance(f, TagFrame)] == [OURS_BB.epc]
    assert codec.flush() == []


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_noise_in_any_pieces_gives_no_exception_and_keeps_memory_bounded(
    noise: bytes, piece: int
) -> None:
    codec = M100Codec()
    for start in range(0, len(noise), piece):
        codec.feed(noise[start : start + piece])
    codec.flush()
    assert tags(OURS_BB.frame, codec=codec) == said(OURS_BB)


@given(
    st.lists(st.sampled_from([*(t.frame for t in TAGS), *REPLIES, b"\x00", b"\x55\x13"]), max_size=12),
    st.integers(1, 30),
)
def test_pieces_do_not_matter(frames: list[bytes], piece: int) -> None:
    data = b"".join(frames)
    assert tags(data, piece) == tags(data)
    assert tags(data) == [(t.epc, t.pc, t.rssi) for frame in frames for t in TAGS if t.frame == frame]
