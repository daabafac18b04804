"""The real agent as a process: started, watched, killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from gateway_agent.commands import app
from tests.vectors import ROOT

DIE_WITH_PARENT = (
    sys.executable,
    "-c",
    # PR_SET_PDEATHSIG, SIGKILL; it outlasts the exec.
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execvp(sys.argv[1], sys.argv[1:])",
)
"""In front of a command: the process ends with the test run, however that ends. An orphan would go on using
the devices."""


def command(*arguments: str, config: Path) -> Result:
    """Run one command of ``gateway-agent`` other than ``run`` to its end, in this process."""
    return CliRunner().invoke(app, [*arguments, "--config", str(config)])


class AgentProcess:
    """``gateway-agent run`` with one configuration; can be started again and again."""

    def __init__(self, config: Path, *prefix: str) -> None:
        self.config = config
        self._prefix = prefix
        self._process: subprocess.Popen[bytes] | None = None
        self.log = config.with_suffix(".log")

    def start(self, *, wait: bool = True, **environment: str) -> AgentProcess:
        status = self._status_file()
        before = status.stat().st_mtime_ns if status.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*DIE_WITH_PARENT, *self._prefix, sys.executable, "-m", "gateway_agent", "run",
                 "--config", str(self.config)],
                cwd=ROOT, stdout=log, stderr=log, env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + 20
        while wait and not (status.exists() and status.stat().st_mtime_ns > before):
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.01)
        return self

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._status_file().read_bytes())
        return found

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def terminate(self, timeout: float = 20.0) -> int:
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(timeout)
        self._process = None
        return code

    def wait(self, timeout: float = 20.0) -> int:
        assert self._process is not None
        return self._process.wait(timeout)

    def _status_file(self) -> Path:
        return self.config.parent / "data" / "status.json"
