"""Simulated devices on real lines: pseudo-terminals and TCP ports."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from firmware_sim.devices import uhf_frames
from firmware_sim.devices.lines import PtyLine, TcpLine
from firmware_sim.devices.scanner import Scanner
from firmware_sim.devices.scanner_frames import Symbol
from firmware_sim.devices.uhf_frames import AA_DD, BB_7E, Tag
from firmware_sim.devices.uhf_reader import NO_FAULTS, Faults, UhfPost, UhfReader
from firmware_sim.errors import DeviceError

TAG = Tag(bytes.fromhex("3034257BF7194E4000001A85"))
OTHER = Tag(bytes.fromhex("E200471BB0006013044509D0"))


def until(check: Callable[[], bool], seconds: float = 5.0) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if check():
            return True
        time.sleep(0.01)
    return check()


class Host:
    """The other end of a terminal, read without waiting."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.data = b""

    def has(self, wanted: bytes) -> bool:
        with suppress(BlockingIOError):
            self.data += os.read(self.fd, 4096)
        return wanted in self.data

    def say(self, data: bytes) -> None:
        os.write(self.fd, data)

    def close(self) -> None:
        os.close(self.fd)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "devices" / "reader")
    yield line
    line.close()


class TestUhfReader:
    """The module without any line."""

    def reader(self, faults: Faults = NO_FAULTS) -> UhfReader:
        reader = UhfReader(BB_7E, Random(1), faults)
        reader.present([TAG])
        return reader

    def test_answers_a_single_poll(self) -> None:
        assert self.reader().hear(uhf_frames.single_poll(BB_7E)) == uhf_frames.notice(BB_7E, TAG)

    def test_says_that_there_is_no_tag(self) -> None:
        reader = self.reader()
        reader.present([])
        assert reader.hear(uhf_frames.single_poll(BB_7E)) == uhf_frames.failure(BB_7E, uhf_frames.NO_TAG)

    def test_polls_as_often_as_it_is_told(self) -> None:
        reader = self.reader()
        assert reader.hear(uhf_frames.multi_poll(BB_7E, 3)) == b""
        assert [reader.round() for _ in range(4)] == [uhf_frames.notice(BB_7E, TAG)] * 3 + [b""]

    def test_polls_until_it_is_stopped(self) -> None:
        reader = self.reader()
        reader.hear(uhf_frames.multi_poll(BB_7E, uhf_frames.FOREVER))
        assert all(reader.round() for _ in range(100))
        assert reader.hear(uhf_frames.stop(BB_7E)) == uhf_frames.stopped(BB_7E)
        assert not reader.polling
        assert reader.round() == b""

    def test_says_who_it_is_and_what_it_does_not_know(self) -> None:
        reader = self.reader()
        assert reader.hear(uhf_frames.get_info(BB_7E, 0)) == uhf_frames.info(BB_7E, 0, "M100 26dBm V1.0")
        assert reader.hear(uhf_frames.frame(BB_7E, 0, 0xB6, b"\x07\xd0")) == uhf_frames.failure(BB_7E, 0x17)

    def test_misses_doubles_and_mumbles_as_often_as_it_is_told(self) -> None:
        notice = uhf_frames.notice(BB_7E, TAG)
        rounds = 2000
        missing, doubling, mumbling = (
            self.reader(f) for f in (Faults(missed=0.3), Faults(doubled=0.3), Faults(noise=0.3))
        )
        poll = uhf_frames.single_poll(BB_7E)
        assert 0.6 < sum(notice in missing.hear(poll) for _ in range(rounds)) / rounds < 0.8
        assert 1.2 < sum(doubling.hear(poll).count(notice) for _ in range(rounds)) / rounds < 1.4
        assert 0.2 < sum(len(mumbling.hear(poll)) > len(notice) for _ in range(rounds)) / rounds < 0.4


@pytest.mark.parametrize("framing", [BB_7E, AA_DD], ids=lambda framing: framing.name)
def test_a_reader_module_works_over_a_terminal(line: PtyLine, framing: uhf_frames.Framing) -> None:
    post = UhfPost(line, UhfReader(framing, Random(1)), period=0.01)
    host = Host(line.address)
    try:
        post.present([TAG])
        host.say(uhf_frames.multi_poll(framing, uhf_frames.FOREVER))
        assert until(lambda: host.has(uhf_frames.notice(framing, TAG) * 3))
        post.present([OTHER])
        assert until(lambda: host.has(uhf_frames.notice(framing, OTHER)))
        host.say(uhf_frames.stop(framing))
        assert until(lambda: host.has(uhf_frames.stopped(framing)))
    finally:
        host.close()
        post.close()
    assert not os.path.lexists(line.address)


def test_a_reader_module_works_over_tcp() -> None:
    line = TcpLine()
    post = UhfPost(line, UhfReader(BB_7E, Random(1)), period=0.01)
    post.present([TAG])
    host, port = line.address.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(uhf_frames.single_poll(BB_7E))
        received = b""
        while len(received) < 24:
            received += connection.recv(100)
    post.close()
    assert received == uhf_frames.notice(BB_7E, TAG)


def test_nobody_listens_and_the_bytes_are_lost(line: PtyLine) -> None:
    assert not line.listening()
    assert not line.write(b"lost")
    host = Host(line.address)
    assert line.listening()
    assert line.write(b"heard")
    assert until(lambda: host.has(b"heard"))
    assert host.data == b"heard"
    host.close()
    assert not line.listening()


def test_unread_bytes_go_with_the_host(line: PtyLine) -> None:
    host = Host(line.address)
    assert line.write(b"old")
    host.close()
    line.drop_unread()
    host = Host(line.address)
    assert line.write(b"new")
    assert until(lambda: host.has(b"new"))
    assert host.data == b"new"
    host.close()


class TestScanner:
    """A scanner, with a host that acknowledges or does not."""

    def test_waits_for_the_acknowledgement(self, line: PtyLine) -> None:
        scanner = Scanner(line, Random(1))
        host = Host(line.address)
        try:
            assert not scanner.scan(Symbol("code-128", "A"), wait=0.1)
            host.say(b"\x06")
            assert until(lambda: host.has(b"]C0A\r"))
            time.sleep(0.2)  # the late acknowledgement is heard, and is not taken for the next scan's
            assert not scanner.scan(Symbol("code-128", "B"), wait=0.1)
        finally:
            host.close()
            scanner.close()

    def test_tells_that_nobody_listens(self, line: PtyLine) -> None:
        scanner = Scanner(line, Random(1))
        assert not scanner.scan(Symbol("code-128", "A"))
        scanner.close()

    def test_doubles_and_mumbles(self, line: PtyLine) -> None:
        scanner = Scanner(line, Random(1), Faults(missed=0.5, doubled=1.0, noise=1.0))
        host = Host(line.address)
        try:
            assert scanner.scan(Symbol("qr", "X"))
            assert until(lambda: host.has(b"]Q1X\r") and host.data.count(b"]Q1X\r") == 2)
            assert host.data.count(b"\r") == 4
        finally:
            host.close()
            scanner.close()


def test_a_taken_port_is_said() -> None:
    taken = TcpLine()
    with pytest.raises(DeviceError) as caught:
        TcpLine(port=int(taken.address.rsplit(":", 1)[1]))
    assert caught.value.code == "port-taken"
    taken.close()
