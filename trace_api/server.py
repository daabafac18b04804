"""A running server: its database opened and prepared, its process tuned, its end clean."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

from trace_api.database import Database, prepare
from trace_api.database.embedded import EmbeddedPostgres
from trace_api.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

POSTGRES_FOLDER = "postgres"

# The collector walks the young objects each time so many were made: with the default of 700 it runs several
# times while one batch of events is parsed, to find nothing.
GC_THRESHOLD = (50_000, 25, 25)

# A thread that got its answer from the database waits so long at most for one that is computing. With the
# default of 5 ms each of a capture's twenty exchanges may cost that much while another document is parsed.
SWITCH_SECONDS = 0.0005

# Each server process has a pool that writes and one that reads, of a connection a thread; commands, and
# further servers on the same embedded PostgreSQL, get what is spare.
POOLS = 2
SPARE_CONNECTIONS = 88

# Requests that are being worked on get so long to finish after a signal to stop.
GRACE_SECONDS = 15


@contextmanager
def open_database(settings: Settings, *, check: bool = True) -> Iterator[Database]:
    """Open the database of the settings, starting the embedded PostgreSQL where none is named.

    :param check: fill an empty database and refuse one of another version
    :raises SchemaError: the database is of another version
    :raises EmbeddedPostgresError: the embedded PostgreSQL does not start
    """
    embedded = None
    url = settings.database_url
    if url is None:
        connections = str(SPARE_CONNECTIONS + settings.workers * POOLS * settings.threads)
        embedded = EmbeddedPostgres(settings.data_dir / POSTGRES_FOLDER, {"max_connections": connections})
        url = embedded.start()
    try:
        database = Database(url, pool_size=settings.threads, read_timeout=settings.trace_timeout_seconds)
        try:
            if check:
                prepare(database)
            yield database
        finally:
            database.close()
    finally:
        if embedded is not None:
            embedded.stop()


def run(settings: Settings, database: Database) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); requests being worked on are finished first."""
    settings = replace(settings, database_url=database.url)
    if settings.workers > 1:
        from trace_api.workers import run_workers  # noqa: PLC0415 - the web framework: only a server needs it

        run_workers(settings)
        return
    # The web framework and the pages: only a server needs them, not the commands beside it.
    import uvicorn  # noqa: PLC0415

    from trace_api.app import create_app  # noqa: PLC0415

    app = create_app(settings, database)
    tune()
    # uvicorn raises the signal again when it has shut down; without this the process would end there and
    # then, and leave the embedded PostgreSQL running.
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configuration(settings, app)).run()


def configuration(settings: Settings, app: FastAPI | str, **more: Any) -> uvicorn.Config:
    """Give what the web server is told, for an application or for the name of what makes one."""
    import uvicorn  # noqa: PLC0415 - only a server needs it

    from trace_api.request_heads import BoundedHeads  # noqa: PLC0415

    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedHeads,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **more,
    )


def tune() -> None:
    """Set the process up for many small objects and several threads, once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    sys.setswitchinterval(SWITCH_SECONDS)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the form of a signal handler
    sys.exit(0)
