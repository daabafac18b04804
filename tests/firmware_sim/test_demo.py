"""The demonstration with real processes: every answer right, nothing lost, nothing left running."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.demo import ports

DEMO = [sys.executable, "-c", "from firmware_sim.commands import app; app()", "demo"]
SECONDS = 900
"""A machine that does many things at once takes minutes for what takes one on its own."""

pytestmark = [pytest.mark.timeout(SECONDS), pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    yield folder
    assert wait_until(lambda: not processes_of(folder), 30), processes_of(folder)


def play(data: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [*DEMO, "--once", "--json", "--data", str(data), "--port", str(ports.any_free()), *options],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-4000:], done.stderr[-4000:])
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def processes_of(folder: Path) -> list[str]:
    """Processes that have the folder on their command line or are started in it."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (
                    process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                where = str(process.joinpath("cwd").readlink())
            except OSError:
                continue
            if str(folder) in command or where.startswith(str(folder)):
                found.append(command)
    return found


def wait_until(check: Callable[[], bool], seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not check():
        if time.monotonic() > limit:
            return False
        time.sleep(0.1)
    return True


def test_every_answer_is_right(data: Path) -> None:
    outcome = play(data)
    assert outcome["right"]
    assert [story["world"] for story in outcome["stories"]] == ["food", "drug", "cylinder", "millet"]
    for story in outcome["stories"]:
        assert story["mismatches"] == []
        assert story["questions"] > 3 * story["things"]
        assert story["accidents"] >= 7
        assert story["findings"] >= 4
    assert all(outcome["events"][part] > 0 for part in ("factory", "warehouse", "street", "late uploads"))
    assert processes_of(data) == []


def test_nothing_is_lost_or_doubled_when_things_are_killed(data: Path) -> None:
    outcome = play(data, "--world", "food", "--chaos", "3")
    assert outcome["right"]
    assert sum(outcome["kills"].values()) == 3
    assert processes_of(data) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirty_power_cuts(tmp_path: Path, seed: int) -> None:
    outcome = play(tmp_path / "data", "--world", "food", "--chaos", "35", "--seed", str(seed))
    assert outcome["right"], outcome
    assert sum(outcome["kills"].values()) == 35
    assert {"factory", "warehouse", "street", "broker", "server", "server and database"} >= outcome[
        "kills"
    ].keys()
    assert processes_of(tmp_path) == []


class TestEnding:
    """The demonstration that goes on until somebody ends it."""

    def start(self, data: Path) -> tuple["subprocess.Popen[bytes]", Path]:
        log = data.with_suffix(".log")
        with log.open("wb") as output:
            demo = subprocess.Popen(
                [*DEMO, "--data", str(data), "--port", str(ports.any_free()), "--world", "food"],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return demo, log

    def wait_for_agents(self, demo: "subprocess.Popen[bytes]", data: Path, log: Path) -> None:
        began = time.time()

        def are_running() -> bool:
            assert demo.poll() is None, log.read_text()[-4000:]
            files = list(data.glob("agents/*/data/status.json"))
            return len(files) == 3 and all(file.stat().st_mtime > began for file in files)

        assert wait_until(are_running, 180), log.read_text()[-4000:]

    def test_control_c_ends_everything(self, data: Path) -> None:
        demo, log = self.start(data)
        self.wait_for_agents(demo, data, log)
        told = log.read_text()
        assert "console" in told
        assert "admin / " in told
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0, log.read_text()[-4000:]
        assert processes_of(data) == []

    def test_a_killed_demonstration_leaves_nothing_running(self, data: Path) -> None:
        demo, log = self.start(data)
        self.wait_for_agents(demo, data, log)
        assert len(processes_of(data)) >= 5
        demo.kill()
        demo.wait(10)
        assert wait_until(lambda: not processes_of(data), 60), processes_of(data)

    def test_two_in_one_folder_are_refused(self, data: Path) -> None:
        demo, log = self.start(data)
        self.wait_for_agents(demo, data, log)
        second = subprocess.run(
            [*DEMO, "--once", "--data", str(data)], capture_output=True, text=True, timeout=60, check=False
        )
        demo.send_signal(signal.SIGINT)
        assert second.returncode == 1
        assert "in-use" in second.stderr
        assert demo.wait(60) == 0
