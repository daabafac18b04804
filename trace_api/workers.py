"""Several server processes on one address and one database, kept alive by the process that started them.

A Python process computes on one core. With workers, this one listens and starts them; each has its own
application, pools and memory of what never changes. All truth is in the database, so they give the same
answers and one sequence. A worker that dies is replaced; when this process ends, in whichever way, they end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from uvicorn.supervisors import Multiprocess

from trace_api.server import configuration, tune
from trace_api.settings import Settings, SettingsError, from_environment, to_environment

if TYPE_CHECKING:
    from fastapi import FastAPI

# Where the workers keep their counters; prometheus_client looks here when it is imported.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# A worker that does not answer its starter for so long is replaced. A machine that swaps is slow, not dead.
HANGING_SECONDS = 30


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
            Multiprocess(config, [cast("socket.socket", address)]).run()


def worker() -> FastAPI:
    """Give the application of one worker; called in its process."""
    from trace_api.app import create_app  # noqa: PLC0415 - the starter has no use for it

    app = create_app(from_environment())
    threading.Thread(target=_end_with_starter, name="starter", daemon=True).start()
    tune()
    return app


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
