"""The application: puts settings, database, routers and error answers together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version

from anyio import to_thread
from fastapi import APIRouter, FastAPI

from trace_api import health, problems
from trace_api.accounts.access import Credentials
from trace_api.api_document import describe
from trace_api.bodies import BoundedBodies
from trace_api.capture.service import Capturer
from trace_api.console import endpoints as console
from trace_api.console import recall_endpoints as console_recalls
from trace_api.database import Database
from trace_api.epcis import browsing_endpoints, capture_endpoints, events_endpoints
from trace_api.epcis.protocol import StandardHeaders
from trace_api.ingest import endpoints as ingest
from trace_api.lookup import endpoints as lookup
from trace_api.lookup import issued_endpoints as issued
from trace_api.masterdata import endpoints as masterdata
from trace_api.pages import endpoints as pages
from trace_api.recall import endpoints as recall
from trace_api.responsibility import endpoints as responsibility
from trace_api.settings import Settings
from trace_api.trace import endpoints as trace

log = logging.getLogger(__name__)

DESCRIPTION = """
Captures EPCIS 2.0 events and answers where a thing came from, where it went and who answers for it.

Writing needs a token of role `device`, `party` or `admin`; traces one of `inspector` or `party`
(`Authorization: Bearer …`). The look-up by QR code is open. Errors are RFC 9457 problem documents.
"""


def routers() -> list[APIRouter]:
    """Give every router of the server, in the order in which paths are tried."""
    # Trying a path costs what a small dependency does: what is asked most comes first, and last the look-up,
    # which takes any path.
    return [
        capture_endpoints.router,
        trace.router,
        responsibility.router,
        ingest.router,
        health.router,
        events_endpoints.router,
        browsing_endpoints.router,
        masterdata.router,
        recall.router,
        issued.router,
        console.router,
        console_recalls.router,
        pages.router,
        lookup.router,
    ]


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """Give the application.

    :param database: a prepared database; opened from ``settings.database_url`` when not given, and
        then closed with the application
    """
    own = database is None
    store = database or Database(
        settings.database_url or "", pool_size=settings.threads, read_timeout=settings.trace_timeout_seconds
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # A thread without a connection would only wait for one.
        to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield
        app.state.capturer.close()
        if own:
            store.close()

    app = FastAPI(
        title="Suyuan 溯源",
        version=version("suyuan"),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/openapi.json",
        docs_url=None,  # our own page: the usual one loads its program from another host
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = store
    app.state.credentials = Credentials(store)
    app.state.capturer = Capturer(store, settings.capture_limit)
    app.add_middleware(BoundedBodies)
    app.add_middleware(StandardHeaders)
    problems.install(app)
    pages.install(app)
    for router in routers():
        app.include_router(router)
    app.openapi = cache(partial(describe, app))  # type: ignore[method-assign]
    return app
