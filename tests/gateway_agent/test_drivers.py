"""Serial drivers on real pseudo-terminals and TCP: frames in any pieces, hang-ups, exclusive ports."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway_agent.codecs.m100 import get_info, multi_poll, single_poll, stop_poll
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.barcode import BarcodeDriver
from gateway_agent.drivers.driver import Driver, SerialDriver
from gateway_agent.drivers.transport import open_transport
from gateway_agent.drivers.uhf import UhfDriver
from gateway_agent.errors import DeviceError
from gateway_agent.journal.reads import Delivery, Read
from tests.gateway_agent.frames import GARBAGE, INFO, MANUAL, NO_TAG, OURS_AA, OURS_BB, TAGS
from tests.gateway_agent.ports import Port
from tests.gateway_agent.test_scanner import GS1_128, PUBLISHED


class MemorySink:
    """Takes deliveries like the journal; commits at once, or when told."""

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.held: list[Delivery] = []
        self.holds = False
        self.room = True
        self._lock = threading.Lock()

    def put(self, delivery: Delivery, timeout: float | None = None) -> bool:
        if not self.room:
            time.sleep(min(timeout or 0.0, 0.05))
            return False
        with self._lock:
            self.reads += delivery.reads
        if self.holds:
            self.held.append(delivery)
        elif delivery.committed:
            delivery.committed()
        return True

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        with self._lock:
            return [read.payload for read in self.reads if read.kind == kind]

    def wait_for(self, kind: str, count: int, timeout: float = 5.0) -> list[dict[str, Any]]:
        until = time.monotonic() + timeout
        while len(self.of_kind(kind)) < count:
            assert time.monotonic() < until, self.reads
            time.sleep(0.005)
        return self.of_kind(kind)


Start = Callable[..., SerialDriver]


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def start(port: Port, sink: MemorySink) -> Iterator[Start]:
    running: list[Driver] = []

    def begin(kind: type[SerialDriver], **settings: Any) -> SerialDriver:
        name = "uhf" if kind is UhfDriver else "barcode"
        values: dict[str, Any] = {"port": str(port.path), "reopen_min": 0.01, "reopen_max": 0.05, **settings}
        driver = kind(SourceSettings("device", name, **values), sink)  # type: ignore[arg-type]
        running.append(driver)
        driver.start()
        until = time.monotonic() + 5
        while driver.status.as_dict()["state"] != "connected" and values["port"] == str(port.path):
            assert time.monotonic() < until
            time.sleep(0.005)
        return driver

    yield begin
    for driver in running:
        driver.stop()
    for driver in running:
        driver.join(5)
        assert not driver.is_alive()


def scan_until(port: Port, scan: bytes, done: Callable[[], object]) -> None:
    """Repeat a scan as a scanner does that waits for its acknowledgement."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        port.write(scan)
        patience = time.monotonic() + 0.5
        while time.monotonic() < patience:
            if done():
                return
            time.sleep(0.01)
    pytest.fail("the scan was never taken")


def epcs(payloads: list[dict[str, Any]]) -> list[str]:
    return [payload["epc"] for payload in payloads]


@pytest.mark.parametrize("piece", [None, 1, 5])
def test_published_frames_over_a_tty(port: Port, sink: MemorySink, start: Start, piece: int | None) -> None:
    start(UhfDriver, inventory="listen")
    for published in TAGS:
        port.write(published.frame, piece)
    found = sink.wait_for("tag", len(TAGS))
    assert [(tag["epc"], tag["pc"], tag["rssi"]) for tag in found] == [(p.epc, p.pc, p.rssi) for p in TAGS]


def test_frames_between_garbage_over_a_tty(port: Port, sink: MemorySink, start: Start) -> None:
    start(UhfDriver, inventory="listen")
    for noise in GARBAGE:
        port.write(noise + MANUAL.frame + noise + OURS_AA.frame + noise, 3)
    found = sink.wait_for("tag", 2 * len(GARBAGE))
    assert epcs(found) == [MANUAL.epc, OURS_AA.epc] * len(GARBAGE)
    assert sink.of_kind("broken")


def test_a_false_start_holds_a_frame_back_only_until_the_line_is_silent(
    port: Port, sink: MemorySink, start: Start
) -> None:
    start(UhfDriver, inventory="listen")
    port.write(bytes.fromhex("BB 02 22 00 90") + OURS_BB.frame)
    assert epcs(sink.wait_for("tag", 1, timeout=1.0)) == [OURS_BB.epc]


def test_a_flipped_bit_gives_no_read_over_a_tty(port: Port, sink: MemorySink, start: Start) -> None:
    start(UhfDriver, inventory="listen")
    for bit in range(0, len(OURS_BB.frame) * 8, 5):
        broken = bytearray(OURS_BB.frame)
        broken[bit // 8] ^= 1 << bit % 8
        port.write(bytes(broken))
    port.write(MANUAL.frame)
    assert epcs(sink.wait_for("tag", 1)) == [MANUAL.epc]


def test_the_agent_starts_keeps_up_and_ends_a_multi_poll(port: Port, sink: MemorySink, start: Start) -> None:
    driver = start(UhfDriver, quiet=0.1)
    asked = port.expect(multi_poll("aa"))
    assert asked == get_info("bb") + get_info("aa") + multi_poll("bb") + multi_poll("aa")
    port.write(INFO + OURS_BB.frame)
    sink.wait_for("tag", 1)
    # The module answered in BB…7E: from now on only that is spoken; after silence the poll starts again.
    assert port.expect(multi_poll("bb")).endswith(multi_poll("bb"))
    driver.stop()
    assert stop_poll("bb") in port.expect(stop_poll("bb"))


def test_single_polls_repeat(port: Port, start: Start) -> None:
    start(UhfDriver, inventory="single", poll=0.05, framing="aa")
    port.expect(single_poll("aa"))
    for _ in range(3):
        port.expect(single_poll("aa"))
    port.write(NO_TAG)


def test_published_scans_over_a_tty_in_pieces(port: Port, sink: MemorySink, start: Start) -> None:
    start(BarcodeDriver)
    for piece in (None, 1):
        for scan in PUBLISHED:
            port.write(scan, piece)
    found = sink.wait_for("code", 2 * len(PUBLISHED))
    assert [code["aim"] for code in found] == ["]C1", "]d2", "]Q1", "]E0"] * 2


def test_a_scan_ends_with_silence_where_there_is_no_suffix(
    port: Port, sink: MemorySink, start: Start
) -> None:
    start(BarcodeDriver, suffix="none", idle=0.05)
    port.write(b"]C0ABC")
    assert sink.wait_for("code", 1) == [{"text": "ABC", "aim": "]C0"}]


def test_an_unfinished_scan_is_set_aside(port: Port, sink: MemorySink, start: Start) -> None:
    start(BarcodeDriver, idle=0.01)
    port.write(b"]C0ABC")
    (broken,) = sink.wait_for("broken", 1)
    assert (broken["code"], bytes.fromhex(broken["hex"])) == ("unfinished", b"]C0ABC")


def test_a_device_that_is_unplugged_is_opened_again(port: Port, sink: MemorySink, start: Start) -> None:
    driver = start(BarcodeDriver)
    port.write(b"ONE\r")
    sink.wait_for("code", 1)
    port.unplug()
    until = time.monotonic() + 5
    while driver.status.as_dict()["state"] == "connected":
        assert time.monotonic() < until
        time.sleep(0.005)
    port.plug_in()
    port.write(b"TWO\r")
    assert [code["text"] for code in sink.wait_for("code", 2)] == ["ONE", "TWO"]
    assert driver.status.as_dict()["connections"] == 2


def test_a_device_that_is_not_there_yet_is_waited_for(tmp_path: Path, sink: MemorySink, start: Start) -> None:
    later = tmp_path / "later"
    driver = start(BarcodeDriver, port=str(later))
    until = time.monotonic() + 5
    while driver.status.as_dict()["state"] != "disconnected":
        assert time.monotonic() < until
        time.sleep(0.005)
    assert "No such file" in driver.status.as_dict()["detail"]
    device = Port(later)
    device.write(b"HELLO\r")
    assert sink.wait_for("code", 1)[0]["text"] == "HELLO"
    device.unplug()


def test_what_came_before_the_port_was_opened_is_not_thrown_away(
    port: Port, sink: MemorySink, start: Start
) -> None:
    port.write(b"EARLY\r")
    start(BarcodeDriver)
    assert sink.wait_for("code", 1)[0]["text"] == "EARLY"


def test_a_port_belongs_to_one_process(port: Port, start: Start) -> None:
    start(BarcodeDriver)
    with pytest.raises(DeviceError) as caught:
        open_transport(str(port.path), 9600)
    assert "another program has the port open" in caught.value.hint


def test_a_scan_is_acknowledged_only_after_the_commit(port: Port, sink: MemorySink, start: Start) -> None:
    sink.holds = True
    start(BarcodeDriver, acknowledge=True)
    scan_until(port, GS1_128, lambda: sink.reads)
    assert port.read(0.1) == b""
    for delivery in sink.held:
        assert delivery.committed
        delivery.committed()
    assert port.expect(b"\x06") == b"\x06"


def test_the_tail_of_a_scan_is_neither_used_nor_acknowledged(
    port: Port, sink: MemorySink, start: Start
) -> None:
    port.write(b"34567\r")  # the head went to a process that was killed
    start(BarcodeDriver, acknowledge=True)
    scan_until(port, b"1234567\r", lambda: port.read(0.0) == b"\x06")
    assert {code["text"] for code in sink.wait_for("code", 1)} == {"1234567"}
    assert sink.reads[0].redelivered, "it may be on disk already"
    scan_until(port, b"89\r", lambda: sink.reads[-1].payload["text"] == "89")
    assert not sink.reads[-1].redelivered


def test_a_full_journal_makes_the_device_wait_and_loses_nothing(
    port: Port, sink: MemorySink, start: Start
) -> None:
    start(BarcodeDriver)
    sink.room = False
    for number in range(20):
        port.write(b"%d\r" % number)
    time.sleep(0.2)
    assert sink.reads == []
    sink.room = True
    assert [code["text"] for code in sink.wait_for("code", 20)] == [str(n) for n in range(20)]


def test_line_noise_is_counted_and_kept_only_in_part(port: Port, sink: MemorySink, start: Start) -> None:
    driver = start(BarcodeDriver)
    for _ in range(200):
        port.write(b"\x00\x01\r")
    port.write(b"GOOD\r")
    sink.wait_for("code", 1)
    assert driver.status.as_dict()["broken"] == 200
    assert 5 <= len(sink.of_kind("broken")) <= 15


def test_a_device_behind_tcp(sink: MemorySink, start: Start) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    start(UhfDriver, port=f"tcp://127.0.0.1:{listener.getsockname()[1]}", inventory="listen")
    for published in (OURS_BB, MANUAL):
        # The second connection comes after the device has dropped the first.
        device, _ = listener.accept()
        for byte in published.frame:
            device.sendall(bytes([byte]))
        sink.wait_for("tag", 1)
        time.sleep(0.02)
        device.close()
    assert epcs(sink.wait_for("tag", 2)) == [OURS_BB.epc, MANUAL.epc]
    listener.close()
