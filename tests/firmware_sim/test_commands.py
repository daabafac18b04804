"""The command `firmware-sim`: worlds as files, single devices as processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from firmware_sim.commands import app
from firmware_sim.devices import uhf_frames
from firmware_sim.devices.uhf_frames import AA_DD, BB_7E, Tag

COMMAND = [sys.executable, "-c", "from firmware_sim.commands import app; app()"]
TAG = Tag(bytes.fromhex("3034257BF7194E4000001A85"))


class TestWorld:
    """`firmware-sim world`."""

    def test_says_what_it_wrote(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(
            app,
            ["world", "--regime", "drug", "--size", "150", "--seed", "3", "--out", str(tmp_path), "--json"],
        )
        assert result.exit_code == 0
        told = orjson.loads(result.stdout)
        assert told["events"] >= 150
        assert told["documents"] == len(list(tmp_path.glob("events-*.json"))) == 1

    @pytest.mark.parametrize(
        ("options", "code"),
        [(["--regime", "wine"], 1), (["--regime", "food", "--forms", "barcode"], 2), ([], 2)],
    )
    def test_wrong_calls_are_refused(self, tmp_path: Path, options: list[str], code: int) -> None:
        assert CliRunner().invoke(app, ["world", "--out", str(tmp_path), *options]).exit_code == code


class TestDevice:
    """`firmware-sim device`."""

    @pytest.mark.parametrize(("name", "framing"), [("m100", BB_7E), ("r200", AA_DD)])
    def test_a_module_answers_on_its_terminal(
        self, tmp_path: Path, name: str, framing: uhf_frames.Framing
    ) -> None:
        link = tmp_path / "uhf"
        with subprocess.Popen(
            [*COMMAND, "device", name, "--link", str(link)], stdout=subprocess.PIPE
        ) as device:
            assert device.stdout is not None
            assert device.stdout.readline().decode().strip() == str(link)
            line = os.open(link, os.O_RDWR | os.O_NOCTTY)
            os.write(line, uhf_frames.single_poll(framing))
            assert self.read(line, uhf_frames.notice(framing, TAG))
            os.close(line)
            device.send_signal(signal.SIGTERM)
            assert device.wait(20) == 0
        assert not os.path.lexists(link)

    def test_a_scanner_scans_what_it_is_given(self, tmp_path: Path) -> None:
        link = tmp_path / "scanner"
        with subprocess.Popen(
            [*COMMAND, "device", "scanner", "--link", str(link), "--symbology", "code-128"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as device:
            assert device.stdout is not None
            assert device.stdin is not None
            device.stdout.readline()
            line = os.open(link, os.O_RDWR | os.O_NOCTTY)
            device.stdin.write(b"SUYUAN:DONE\nA1\n")
            device.stdin.close()
            assert self.read(line, b"]C0SUYUAN:DONE\r]C0A1\r")
            os.close(line)
            device.send_signal(signal.SIGINT)
            assert device.wait(20) == 0

    @pytest.mark.parametrize(
        ("arguments", "code", "word"),
        [
            (["toaster"], 2, "thermometer"),
            (["scanner", "--symbology", "hieroglyphs"], 2, "datamatrix"),
            (["m100", "--tag", "xyz"], 1, "not-hexadecimal"),
            (["m100", "--tag", "301122"], 1, "not-whole-words"),
        ],
    )
    def test_wrong_calls_are_refused(self, arguments: list[str], code: int, word: str) -> None:
        result = CliRunner().invoke(app, ["device", *arguments])
        assert result.exit_code == code
        assert word in result.stderr

    def read(self, line: int, wanted: bytes, seconds: float = 10.0) -> bool:
        os.set_blocking(line, False)
        data, limit = b"", time.monotonic() + seconds
        while wanted not in data and time.monotonic() < limit:
            try:
                data += os.read(line, 4096)
            except BlockingIOError:
                time.sleep(0.02)
        return wanted in data


def test_demo_options_that_do_not_go_together_are_refused() -> None:
    assert CliRunner().invoke(app, ["demo", "--chaos", "3"]).exit_code == 2
    assert CliRunner().invoke(app, ["demo", "--world", "wine"]).exit_code == 2
