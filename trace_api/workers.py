"""Several server processes on one address and one database, kept alive by the process that started them.

A Python process computes on one core. With workers, this one listens and starts them; each has its own
application, pools and memory of what never changes. All truth is in the database, so they give the same
answers and one sequence. A worker that dies is replaced; when this process ends, in whichever way, they end.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from uvicorn.supervisors import Multiprocess

from trace_api.errors import TraceApiError
from trace_api.server import configuration, tune
from trace_api.settings import Settings, SettingsError, from_environment, to_environment

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

log = logging.getLogger(__name__)

# Where the workers keep their counters; prometheus_client looks here when it is imported.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# A worker that does not answer its starter for so long is replaced. A machine that swaps is slow, not dead.
HANGING_SECONDS = 10

# So many that died within a minute, for each that is to run: another one would die too.
HOPELESS_DEATHS = 5
HOPELESS_SECONDS = 60.0


class WorkersError(TraceApiError):
    """The workers do not stay alive."""

    code = "workers-die"


def run_workers(settings: Settings) -> None:
    """Serve with ``settings.workers`` processes until told to stop (SIGINT, SIGTERM).

    :param settings: with the address of the database
    """
    config = configuration(
        settings,
        f"{__name__}:worker",
        factory=True,
        workers=settings.workers,
        timeout_worker_healthcheck=HANGING_SECONDS,
    )
    with tempfile.TemporaryDirectory(prefix="suyuan-metrics-") as folder:
        # Workers are new processes and read their settings as this one did.
        os.environ |= {**to_environment(settings), METRICS_FOLDER: folder}
        with _reserved(settings.host, settings.port) as address:
            supervisor = _Supervisor(config, [cast("socket.socket", address)])
            supervisor.run()
        if supervisor.hopeless:
            raise WorkersError("the workers of the server die again and again", hint="Read what they logged.")


def worker() -> FastAPI:
    """Give the application of one worker; called in its process."""
    from trace_api.app import create_app  # noqa: PLC0415 - the starter has no use for it

    app = create_app(from_environment())
    threading.Thread(target=_end_with_starter, name="starter", daemon=True).start()
    tune()
    return app


class _Supervisor(Multiprocess):
    """Replaces workers that die, says so, and gives up when none of them lasts."""

    hopeless = False

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._deaths: list[float] = []

    def keep_subprocess_alive(self) -> None:
        """Replace what has died."""
        if self.should_exit.is_set():
            return
        before = list(self.processes)
        super().keep_subprocess_alive()
        now = time.monotonic()
        dead = [process for process in before if process not in self.processes]
        for process in dead:
            log.warning("worker %s ended with %s and is replaced", process.pid, process.exitcode)
        self._deaths = [at for at in self._deaths if at > now - HOPELESS_SECONDS] + [now] * len(dead)
        # uvicorn itself gives up on one that cannot even load the application.
        if self.should_exit.is_set() or len(self._deaths) >= HOPELESS_DEATHS * self.config.workers:
            self.hopeless = True
            self.should_exit.set()

    def handle_hup(self) -> None:
        """End as without workers, when the terminal is closed."""
        self.should_exit.set()

    handle_quit = handle_hup


class _Address:
    """A place to listen at; in the worker that it is sent to it is a socket of the worker's own.

    With a socket for each, the kernel spreads the connections. Of one that all share, whoever is first takes
    everything that has come in, and others idle.
    """

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port

    def __reduce__(self) -> tuple[Callable[[str, int], socket.socket], tuple[str, int]]:
        return _listener, self._place


def _listener(host: str, port: int, *, shared: bool = True) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    own = socket.socket(family)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        own.bind((host, port))
    except OSError:
        own.close()
        raise
    return own


@contextmanager
def _reserved(host: str, port: int) -> Iterator[_Address]:
    """Hold an address for the workers.

    :param port: 0 for any that is free
    :raises SettingsError: somebody else listens there
    """
    try:
        # The kernel would let us share the port with another server of the same user: it must be free.
        _listener(host, port, shared=False).close()
        held = _listener(host, port)
    except OSError as error:
        raise SettingsError(
            f"cannot listen at {host}:{port}: {error.strerror or error}", hint="Choose another --port."
        ) from error
    with held:
        yield _Address(host, held.getsockname()[1])


def _end_with_starter() -> None:
    """Stop, finishing what is being worked on, when the process that started this one has ended."""
    starter = multiprocessing.parent_process()
    if starter is not None:
        starter.join()
        os.kill(os.getpid(), signal.SIGTERM)
