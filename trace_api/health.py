"""Whether the process lives, whether it can work, and its counters."""

from __future__ import annotations

import os
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from trace_api.database.migrate import current, head
from trace_api.dependencies import Store
from trace_api.problems import Problem
from trace_api.workers import METRICS_FOLDER

router = APIRouter(tags=["Health"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Is the process alive?")
def healthz() -> dict[str, str]:
    """Answer as long as the process can answer at all; looks at nothing else."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Can it do its work?")
def readyz(store: Store) -> dict[str, Any]:
    """Ask the database and compare its schema with what this program needs."""
    try:
        with store.reading() as connection:
            revision = current(connection)
    except SQLAlchemyError as error:
        raise Problem(
            503, "not-ready", "The database cannot be reached.", checks={"database": "failed"}
        ) from error
    checks = {
        "database": "ok",
        "migrations": "ok" if revision == head() else f"at {revision}, needs {head()}",
    }
    if checks["migrations"] != "ok":
        raise Problem(503, "not-ready", "The database is of another version.", checks=checks)
    return {"status": "ok", "checks": checks}


@router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
def metrics() -> Response:
    """Give the counters in Prometheus' text form: with several workers, the sums over all of them."""
    registry = REGISTRY
    if METRICS_FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
