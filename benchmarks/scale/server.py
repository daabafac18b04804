"""The benchmark's own server: started, given tokens and master data, watched, ended."""

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


class Server:
    """A ``trace-api serve`` with its embedded PostgreSQL.

    :param data: folder of the database
    :param workers: server processes
    """

    def __init__(self, data: Path, workers: int) -> None:
        self._data = data
        self._workers = workers
        self.port = _free_port()
        self._log = (data.parent / "server.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._postgres = EmbeddedPostgres(data / "postgres")
        self.url = ""

    def __enter__(self) -> Self:
        command = [str(TRACE_API), "serve", "--port", str(self.port), "--data", str(self._data)]
        command += ["--workers", str(self._workers)]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        _wait_until_ready(self.port)
        self.url = self._postgres.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postgres.stop()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
        self._log.close()

    def token(self, role: str) -> str:
        """Make a token."""
        command = ["token", "create", "--role", role, "--name", f"benchmark {role}"]
        return self._run(*command).split()[-1]

    def import_files(self, files: Sequence[Path]) -> None:
        """Import master data."""
        self._run("import", *map(str, files))

    def memory(self) -> int:
        """Give the most resident memory that any of the server's processes has had, in bytes."""
        own = 0 if self._process is None else self._process.pid
        return max(_peak(pid) for pid in (own, *_workers_of(own)))

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


def _workers_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            started_by = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        # also a child: PostgreSQL, whose memory is shared
        if started_by == parent and b"spawn_main" in command:
            found.append(int(folder.name))
    return found


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
            sys.exit("the server does not start; see server.log beside its data folder")
        time.sleep(0.1)
