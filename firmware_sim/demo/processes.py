"""Programs that the demonstration starts, watches, kills on purpose and ends.

Each runs in a process group of its own, on a leash (`leash.py`), with its output in a log file. Programs
must be started from the main thread: the kernel ties them to the thread that starts them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from firmware_sim.demo import leash
from firmware_sim.errors import DemoError

STOP_SECONDS = 15.0
"""How long a program may take to end by itself. A server has open requests to finish and a database to
stop."""

RUN_SECONDS = 120.0
TAIL_LINES = 15


class Program:
    """A program that is started again and again with the same arguments.

    :param log: file that its output is appended to
    :ivar turns: how often it was started or killed; whoever sees it change knows that the power was off
    """

    def __init__(
        self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.turns = 0

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it.

        :raises DemoError: `no-program`
        """
        self.turns += 1
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), *self._command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=self._environment,
                )
            except OSError as error:
                raise DemoError("no-program", f"{self.name} cannot be started: {error}") from error

    def wait_until(self, ready: Callable[[], bool], seconds: float, pause: float = 0.05) -> None:
        """Wait until it is ready.

        :raises DemoError: `not-ready` when it ended or took too long; carries the end of its log
        """
        limit = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise DemoError("not-ready", f"{self.name} ended before it was ready", self.tail())
            if time.monotonic() > limit:
                raise DemoError("not-ready", f"{self.name} was not ready after {seconds:.0f} s", self.tail())
            time.sleep(pause)

    def kill(self) -> None:
        """End it as a power cut would: no signal handler, no clean-up."""
        self.turns += 1
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ask_to_stop(self) -> None:
        """Ask it to end by itself."""
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End it: ask first, kill its whole group when it does not."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # whatever it has left behind

    def tail(self) -> str:
        """Give the last lines of its log."""
        with suppress(OSError):
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:])
        return ""


def run(command: Sequence[str]) -> str:
    """Run a program to its end and give what it printed.

    :raises DemoError: `failed` with what it said
    """
    code, answer, said = run_for_answer(command)
    if code != 0:
        told = f"{Path(command[0]).name} {command[1]} ended with {code}"
        raise DemoError("failed", told, (said or answer)[-2000:])
    return answer


def run_for_answer(command: Sequence[str]) -> tuple[int, str, str]:
    """Run a program to its end and give its exit code, its answer and what it said besides.

    :raises DemoError: `failed` when it cannot be run or does not end
    """
    try:
        done = subprocess.run(list(command), capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DemoError("failed", f"{command[0]} could not be run: {error}") from error
    return done.returncode, done.stdout, done.stderr


def program(name: str) -> str:
    """Give the path of a command of this installation, beside the interpreter where it is there."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name
