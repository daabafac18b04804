"""The real process: commands, signals, and kill -9 at random moments with nothing lost and nothing double."""

import contextlib
import json
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gateway_agent.benches import cup
from tests.gateway_agent.brokers import Broker
from tests.gateway_agent.ports import Port
from tests.gateway_agent.processes import AgentProcess, command
from tests.gateway_agent.servers import CaptureServer, Request
from tests.gateway_agent.test_mqtt import report
from tests.vectors import ROOT

HEAVY = [
    "networkx",
    "numpy",
    "sqlalchemy",
    "psycopg",
    "fastapi",
    "starlette",
    "uvicorn",
    "pydantic",
    "lxml",
    "labels",
    "trace_api",
]

CONFIG = """
[agent]
id = "proc"
data = "data"
party = "uscc:91110000600037341L"
read_point = "(414)6901234500011(254)L1"
timezone = "+08:00"
[uplink]
url = "{url}"
token_file = "token"
retry_min = "20ms"
retry_max = "100ms"
timeout = "3s"
wait = "2s"
max_events = 50
[journal]
min_free = "1B"
[[source]]
name = "scanner"
driver = "barcode"
port = "{port}"
acknowledge = true
reopen_min = "10ms"
reopen_max = "50ms"
[[station]]
name = "till"
kind = "sell"
sources = ["scanner"]
dedup = "0s"
"""

GATE = """
[[source]]
name = "gate"
driver = "mqtt-reader"
broker = "{broker}"
topics = ["{topic}"]
client_id = "{topic}"
reconnect_min = "20ms"
reconnect_max = "100ms"
[[station]]
name = "gate"
kind = "observe"
step = "storing"
sources = ["gate"]
close_count = 1
dedup = "0s"
"""

Make = Callable[..., AgentProcess]


@pytest.fixture
def agent(tmp_path: Path, port: Port, server: CaptureServer) -> Iterator[Make]:
    made: list[AgentProcess] = []
    server.token = "device-token"
    (tmp_path / "token").write_text("device-token\n")

    def make(more: str = "", prefix: tuple[str, ...] = ()) -> AgentProcess:
        config = tmp_path / "agent.toml"
        config.write_text(CONFIG.format(url=server.url, port=port.path) + more)
        made.append(AgentProcess(config, *prefix))
        return made[-1]

    yield make
    for process in made:
        process.kill()


class Scanner:
    """A scanner with ACK/NAK handshaking: it repeats a scan until it is acknowledged, then takes the next."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.repeats = 0

    def scan(self, text: str, timeout: float = 30.0) -> None:
        until = time.monotonic() + timeout
        while True:
            self._port.write(text.encode() + b"\r")
            if b"\x06" in self._port.read(0.3):
                return
            self.repeats += 1
            assert time.monotonic() < until, f"{text} was never acknowledged"


def sold(server: CaptureServer) -> Counter[str]:
    return Counter(epc for event in server.events for epc in event["epcList"])


def test_from_a_scan_to_the_server_and_a_clean_end(agent: Make, port: Port, server: CaptureServer) -> None:
    process = agent().start()
    scanner = Scanner(port)
    for serial in range(10):
        scanner.scan(cup(serial))
    server.wait_for(10)
    assert process.terminate() == 0
    assert process.status()["running"] is False
    assert "device-token" not in process.log.read_text()
    shown = command("status", "--json", config=process.config)
    status = json.loads(shown.stdout)
    assert shown.exit_code == 1, "it does not run"
    assert status["journal"]["sent"] == 10
    assert status["journal"]["by_source"] == {"scanner": 10}
    again = command("replay", config=process.config)
    assert again.stdout.startswith("10 events derived again: 10 the same, 0 different")
    assert again.exit_code == 0


def test_commands_beside_a_running_agent(agent: Make, port: Port, server: CaptureServer) -> None:
    server.poison = lambda event: event["epcList"][0].endswith("/2")
    process = agent().start()
    scanner = Scanner(port)
    for text in (cup(1), cup(2), "nonsense", "SUYUAN:NOPE"):
        scanner.scan(text)
    server.wait_for(1)
    until = time.monotonic() + 10
    while json.loads(command("status", "--json", config=process.config).stdout)["journal"]["dead"] != 1:
        assert time.monotonic() < until
    shown = command("status", config=process.config)
    assert shown.exit_code == 0, shown.stdout
    assert "source  scanner: connected" in shown.stdout
    assert "1 refused; 2 texts set aside" in shown.stdout
    rows = [
        json.loads(line) for line in command("outbox", "--json", config=process.config).stdout.splitlines()
    ]
    assert [row["state"] for row in rows] == ["dead", "quarantine", "quarantine"]
    assert "not this one" in rows[0]["reason"]
    assert {row["text"] for row in rows[1:]} == {"nonsense", "SUYUAN:NOPE"}
    listed = command("outbox", config=process.config).stdout
    assert "/x poison not this one" in listed
    assert "'nonsense'" in listed
    checked = command("check", config=process.config)
    assert checked.exit_code == 0, checked.stdout
    assert "in use by the running agent" in checked.stdout
    server.poison = lambda _event: False
    assert (
        command("outbox", "--retry", config=process.config).stdout == "1 events wait for the server again\n"
    )
    server.wait_for(2)
    server.stored.clear()
    server.order.clear()
    until = time.monotonic() + 10
    while json.loads(command("status", "--json", config=process.config).stdout)["journal"]["sent"] != 2:
        assert time.monotonic() < until
    assert "2 events wait for the server again" in command("replay", "--send", config=process.config).stdout
    server.wait_for(2)
    second = AgentProcess(process.config)
    second.start(wait=False)
    assert second.wait() == 1
    assert "another agent works in" in second.log.read_text()


def test_check_names_what_is_wrong(agent: Make, tmp_path: Path, server: CaptureServer) -> None:
    process = agent()
    assert command("check", config=process.config).exit_code == 0
    (tmp_path / "token").write_text("wrong")
    found = command("check", "--json", config=process.config)
    assert found.exit_code == 1
    wrong = [entry for entry in map(json.loads, found.stdout.splitlines()) if not entry["ok"]]
    assert [entry["what"] for entry in wrong] == [f"server {server.url}"]
    assert "refuses the token" in wrong[0]["message"]
    process.config.write_text(process.config.read_text().replace('kind = "sell"', 'kind = "cell"'))
    found = command("check", config=process.config)
    assert found.exit_code == 1
    line = process.config.read_text().splitlines().index('kind = "cell"') + 1
    assert f"agent.toml:{line}: station[1].kind: must be one of" in found.stderr
    broken = process.start(wait=False)
    assert broken.wait() == 1
    assert f"agent.toml:{line}: station[1].kind" in broken.log.read_text()
    assert command("status", config=tmp_path / "none.toml").exit_code == 1


@pytest.mark.parametrize("content", [None, b"", b"no database, whatever the name says" * 100])
def test_commands_say_when_there_is_no_journal_to_read(
    agent: Make, tmp_path: Path, content: bytes | None
) -> None:
    process = agent()
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / "data" / "journal.db").write_bytes(content)
    status = command("status", "--json", config=process.config)
    assert status.exit_code == 1
    assert json.loads(status.stdout)["journal"] is None
    assert ("journal" in json.loads(status.stdout)["alarms"]) == (content is not None)
    for name in ("outbox", "replay"):
        found = command(name, config=process.config)
        assert found.exit_code == 1
        assert "journal" in found.stderr
        assert not isinstance(found.exception, sqlite3.Error)


def test_it_starts_without_network_without_device_and_with_nothing_there(
    agent: Make, port: Port, server: CaptureServer
) -> None:
    process = agent()
    text = (
        process.config.read_text()
        .replace(server.url, "http://127.0.0.1:9")
        .replace(str(port.path), "/dev/nowhere")
    )
    process.config.write_text(text)
    process.start()
    status = process.status()
    assert status["sources"]["scanner"]["state"] == "disconnected"
    assert process.terminate() == 0


def test_a_damaged_journal_at_start_is_reported_and_work_goes_on(
    agent: Make, port: Port, server: CaptureServer, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "journal.db").write_bytes(b"\0" * 50_000)
    process = agent().start()
    Scanner(port).scan(cup(1))
    server.wait_for(1)
    until = time.monotonic() + 5
    while "moved to" not in process.status()["alarms"].get("salvage", ""):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert list((tmp_path / "data").glob("journal.db.corrupt-*"))


def test_systemd_is_told(agent: Make, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(10)
        process = agent().start(NOTIFY_SOCKET=address)
        assert listener.recv(100) == b"READY=1"
        assert listener.recv(100) == b"WATCHDOG=1"
        assert process.terminate() == 0
        until = time.monotonic() + 5
        while listener.recv(100) != b"STOPPING=1":
            assert time.monotonic() < until


def play(
    process: AgentProcess,
    port: Port,
    server: CaptureServer,
    broker: Broker,
    topic: str,
    kills: int,
    seed: int,
) -> None:
    """Scan and publish while the agent is killed and the server loses answers; then compare."""
    chance = random.Random(seed)
    faults = random.Random(seed + 1)

    def unreliable(request: Request) -> bool:
        fate = faults.random()
        if fate < 0.15:
            request.capture()
            return request.drop()
        if fate < 0.25:
            return request.reply(503)
        return False

    server.always = unreliable
    process.start()
    until = time.monotonic() + 20
    while process.status()["sources"]["gate"]["state"] != "connected":
        assert time.monotonic() < until
        time.sleep(0.02)
    done = threading.Event()
    scans = 0
    published = 0
    failures: list[BaseException] = []

    def scan_all() -> None:
        nonlocal scans
        scanner = Scanner(port)
        try:
            while not done.is_set():
                scanner.scan(cup(scans), timeout=60)
                scans += 1
        except (AssertionError, OSError, ValueError) as error:
            failures.append(error)

    def publish_all() -> None:
        nonlocal published
        try:
            while not done.is_set():
                batch = [report(n, epc=f"3034257BF7194E40{n:08X}") for n in range(published, published + 20)]
                broker.publish(topic, *batch)
                published += len(batch)
                time.sleep(0.2)
        except (AssertionError, OSError, ValueError) as error:
            failures.append(error)

    threads = [threading.Thread(target=scan_all), threading.Thread(target=publish_all)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, 1.0))
            process.kill()
            process.start(wait=chance.random() < 0.7)
        time.sleep(0.5)
    finally:
        done.set()
        for thread in threads:
            thread.join(90)
    assert failures == []
    server.wait_for(scans + published, timeout=60)
    time.sleep(0.3)
    found = sold(server)
    assert [epc for epc, count in found.items() if count > 1] == [], "nothing double"
    assert len(found) == scans + published, "nothing lost"
    assert server.conflicts == []
    assert process.terminate() == 0
    verdicts = command("replay", config=process.config)
    assert "0 different" in verdicts.stdout, verdicts.stdout
    shown = json.loads(command("status", "--json", config=process.config).stdout)
    assert (shown["journal"]["queued"], shown["journal"]["dead"], shown["journal"]["quarantined"]) == (
        0,
        0,
        0,
    )


@pytest.mark.timeout(170)
def test_nothing_is_lost_and_nothing_double_over_kills(
    agent: Make, port: Port, server: CaptureServer, nats: Broker
) -> None:
    process = agent(GATE.format(broker=nats.url, topic="kills"))
    play(process, port, server, nats, "kills", kills=4, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("name", ["nats", "mosquitto"])
def test_nothing_is_lost_and_nothing_double_over_many_kills(
    agent: Make, port: Port, server: CaptureServer, name: str, seed: int, request: pytest.FixtureRequest
) -> None:
    broker: Broker = request.getfixturevalue(name)
    topic = f"kills-{seed}"
    process = agent(GATE.format(broker=broker.url, topic=topic))
    play(process, port, server, broker, topic, kills=30, seed=seed)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_kill_at_every_sync_of_the_disk_loses_nothing(
    agent: Make, port: Port, server: CaptureServer
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    scans = 0
    for number in range(1, 16):
        # Killed in the n-th fdatasync of a thread: before, between and after the commits of a scan.
        prefix = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync",
                  "-e", f"inject=fdatasync:signal=SIGKILL:when={number}")  # fmt: skip
        process = agent(prefix=prefix).start(wait=False)
        scanner = Scanner(port)
        until = time.monotonic() + 30
        while process.runs and time.monotonic() < until:
            # Not acknowledged: the process was killed, or has not opened the port yet. The scan is repeated.
            with contextlib.suppress(AssertionError):
                scanner.scan(cup(scans), timeout=1)
                scans += 1
        assert not process.runs, "the process was killed at this sync"
        process.kill()
        process = agent().start()
        scanner.scan(cup(scans))
        scans += 1
        assert process.terminate() == 0
    agent().start()
    server.wait_for(scans, timeout=20)
    assert sold(server).total() == len(sold(server)) == scans


def test_the_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, gateway_agent.commands, gateway_agent.agent\n"
        "import gateway_agent.probing, gateway_agent.replay\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
