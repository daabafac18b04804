"""Servers of the benchmark's own: started, given tokens and master data, watched, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self

from trace_api.database.embedded import EmbeddedPostgres

TRACE_API = Path(sys.executable).parent / "trace-api"
START_SECONDS = 120.0


class Servers:
    """Some ``trace-api serve`` processes on one embedded PostgreSQL.

    :param data: folder of the database
    :param count: server processes
    """

    def __init__(self, data: Path, count: int) -> None:
        self._data = data
        self.ports = [_free_port() for _ in range(count)]
        self._log = (data.parent / "servers.log").open("ab")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._postgres = EmbeddedPostgres(data / "postgres")
        self.url = ""

    def __enter__(self) -> Self:
        for port in self.ports:
            command = [str(TRACE_API), "serve", "--port", str(port), "--data", str(self._data)]
            self._processes.append(subprocess.Popen(command, stdout=self._log, stderr=self._log))
            _wait_until_ready(port)
        self.url = self._postgres.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postgres.stop()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(60)
        self._log.close()

    def token(self, role: str) -> str:
        """Make a token."""
        command = ["token", "create", "--role", role, "--name", f"benchmark {role}"]
        return self._run(*command).split()[-1]

    def import_files(self, files: Sequence[Path]) -> None:
        """Import master data."""
        self._run("import", *map(str, files))

    def memory(self) -> int:
        """Give the most resident memory that any of the server processes has had, in bytes."""
        return max(_peak(process.pid) for process in self._processes)

    def _run(self, *command: str) -> str:
        return subprocess.run(
            [TRACE_API, *command, "--data", str(self._data)], capture_output=True, text=True, check=True
        ).stdout


def drop_from_cache(folder: Path) -> None:
    """Ask the operating system to forget the pages of a stopped database."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if time.monotonic() > until:
            sys.exit("the server does not start; see servers.log beside its data folder")
        time.sleep(0.1)
