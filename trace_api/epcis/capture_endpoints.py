"""``/capture``: documents in, capture jobs out."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from prometheus_client import Counter, Histogram
from starlette.concurrency import run_in_threadpool

from lineage.events import DocumentError
from trace_api.accounts import Principal, RequiredRole
from trace_api.bodies import Body, read_body
from trace_api.capture import events_repository
from trace_api.capture.jobs import VALIDATION, Behaviour, Job, job_of
from trace_api.capture.reading import JSON_TYPES, XML_TYPES, media_type
from trace_api.capture.service import Capturer
from trace_api.capture.service import Request as CaptureRequest
from trace_api.dependencies import Options, Store, base_url
from trace_api.epcis.examples import DOCUMENT as EXAMPLE
from trace_api.epcis.examples import JOB, answer_of, body_of
from trace_api.epcis.paging import PageSize, link_next, read_token, write_token
from trace_api.epcis.protocol import (
    BASE,
    JSON,
    bad_parameter,
    check_versions,
    discovery,
    no_such_resource,
)
from trace_api.problems import PROBLEMS_SHOWN, Problem

router = APIRouter(prefix=BASE, tags=["EPCIS capture"], dependencies=[Depends(check_versions)])

EVENTS = Counter("suyuan_captured_events", "Events of capture documents by outcome", ["status"])
SECONDS = Histogram(
    "suyuan_capture_seconds",
    "Time to capture a document",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

#: Characters of an Idempotency-Key: enough for a URI.
LONGEST_KEY: Final = 255

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\d+", re.IGNORECASE)

Writer = Annotated[Principal, Depends(RequiredRole("device", "party"))]
Reader = Annotated[Principal, Depends(RequiredRole("device", "party", "inspector"))]
Document = Annotated[Body, Depends(read_body(*JSON_TYPES, *XML_TYPES))]


@router.post(
    "/capture",
    status_code=202,
    response_class=Response,
    summary="Capture an EPCIS document",
    responses={
        200: answer_of(JOB, "With `Prefer: wait`: the finished job with the result of each event."),
        202: {"description": "Captured; `Location` names the job."},
        400: {"description": "The document cannot be read, or with `rollback` one of its events is wrong."},
        413: {"description": "Too many events or bytes for one request."},
    },
    openapi_extra=body_of(EXAMPLE, *sorted(JSON_TYPES)),
)
async def capture(
    request: Request,
    options: Options,
    principal: Writer,
    body: Document,
    prefer: Annotated[str, Header()] = "",
    idempotency_key: Annotated[str | None, Header()] = None,
    gs1_capture_error_behaviour: Annotated[str, Header()] = "rollback",
) -> Response:
    """Take an EPCISDocument, an EPCISQueryDocument or one bare event, as JSON or XML, gzip allowed.

    The answer comes when the events are durable and can be traced. With `Prefer: wait=<seconds>` it is `200`
    with the finished job and the result of each event; otherwise `202` with the job's address in `Location`.
    """
    behaviour = _behaviour(gs1_capture_error_behaviour)
    if idempotency_key is not None and not (
        0 < len(idempotency_key) <= LONGEST_KEY and idempotency_key.isprintable()
    ):
        raise Problem(400, VALIDATION, f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    waiting = bool(_WAIT.search(prefer))
    job = await take(request, principal, body, behaviour, idempotency_key)
    location = f"{base_url(request)}{BASE}/capture/{job.job}"
    if waiting:
        headers = {"Location": location, "Preference-Applied": "wait"}
        return Response(orjson.dumps(job.as_dict()), 200, headers, JSON)
    if not job.success and behaviour == "rollback":
        errors = job.errors()
        raise Problem(
            400,
            VALIDATION,
            f"Nothing was stored: {errors[0]['detail']}",
            errors=errors[:PROBLEMS_SHOWN],
            captureID=job.job,
        )
    headers = {
        "Location": location,
        "GS1-EPCIS-Capture-Limit": str(options.capture_limit),
        "GS1-Capture-Error-Behaviour": behaviour,
    }
    return Response(status_code=202, headers=headers)


@router.options("/capture", status_code=204, response_class=Response, summary="What /capture allows")
def capture_options(options: Options) -> Response:
    """Give methods, versions and limits."""
    return discovery(
        ["GET", "POST"],
        GS1_EPCIS_Capture_Limit=str(options.capture_limit),
        GS1_EPCIS_Capture_File_Size_Limit=str(options.max_body_bytes),
        GS1_Capture_Error_Behaviour="all",
    )


@router.get(
    "/capture",
    response_class=Response,
    summary="List capture jobs",
    responses={200: answer_of([{name: value for name, value in JOB.items() if name != "results"}], "Jobs.")},
)
def captures(
    request: Request,
    store: Store,
    principal: Reader,
    per_page: PageSize = 30,
    next_page_token: Annotated[str | None, Query(alias="nextPageToken", max_length=500)] = None,
) -> Response:
    """Give capture jobs, newest first: one's own, or as inspector and administrator all."""
    before = 2**63 - 1
    if next_page_token:
        (before,) = read_token(next_page_token, "captures", 1)
    with store.reading() as connection:
        rows = events_repository.captures(connection, before, per_page + 1, _own_only(principal))
    headers: dict[str, str] = {}
    if len(rows) > per_page:
        headers = link_next(request, write_token("captures", rows[per_page - 1].id))
    jobs = [_without_results(job_of(row)) for row in rows[:per_page]]
    return Response(orjson.dumps(jobs), headers=headers, media_type=JSON)


@router.get(
    "/capture/{capture_id}",
    response_class=Response,
    summary="One capture job",
    responses={200: answer_of(JOB, "The job.")},
)
def capture_job(store: Store, principal: Reader, capture_id: str) -> Response:
    """Give the job with the result of each of its events."""
    with store.reading() as connection:
        row = events_repository.capture(connection, capture_id) if "\0" not in capture_id else None
    if row is None or _own_only(principal) not in {None, row.principal}:
        raise no_such_resource(f"There is no capture job {capture_id[:100]!r}.")
    return Response(orjson.dumps(job_of(row).as_dict()), media_type=JSON)


@router.options(
    "/capture/{capture_id}", status_code=204, response_class=Response, summary="What a job allows"
)
def capture_job_options(capture_id: str) -> Response:  # noqa: ARG001 - the path has it
    """Give methods and versions."""
    return discovery(["GET"])


async def take(
    request: Request, principal: Principal, body: Body, behaviour: Behaviour, idempotency_key: str | None
) -> Job:
    """Capture a body; count and time it.

    :raises Problem: 400 when the document around the events cannot be read
    """
    capturer: Capturer = request.app.state.capturer
    asked = CaptureRequest(
        await _content(body), media_type(body.content_type), principal.key, behaviour, idempotency_key
    )
    try:
        with SECONDS.time():
            job = await asyncio.wrap_future(capturer.submit(asked))
    except DocumentError as error:
        raise Problem(
            400, VALIDATION, error.message[:500], errors=problem_list(error), hint=error.hint
        ) from error
    for status, count in job.counts.items():
        EVENTS.labels(status).inc(count)
    return job


def problem_list(error: DocumentError) -> list[dict[str, Any]]:
    """Give the problems of a document for an answer, the first of them, each of a length for people."""
    listed = [problem.as_dict() for problem in error.problems[:PROBLEMS_SHOWN]]
    for each in listed:
        each["message"] = each["message"][:200]
        each["pointer"] = each["pointer"][:200]
    return listed


async def _content(body: Body) -> bytes:
    try:
        # Inflating may take a while, and others are waiting for this thread.
        return await run_in_threadpool(body.content) if body.encoding else body.content()
    except Problem as problem:
        if problem.type.startswith("epcisException:"):
            raise
        kind = "epcisException:UnsupportedMediaTypeException" if problem.status == 415 else VALIDATION
        raise Problem(problem.status, kind, problem.message) from problem


def _behaviour(header: str) -> Behaviour:
    match header.strip().lower():
        case "rollback":
            return "rollback"
        case "proceed":
            return "proceed"
    raise bad_parameter(f"GS1-Capture-Error-Behaviour is rollback or proceed, not {header[:40]!r}.")


def _own_only(principal: Principal) -> str | None:
    return None if principal.role in {"inspector", "admin"} else principal.key


def _without_results(job: Job) -> dict[str, Any]:
    members = job.as_dict()
    del members["results"]
    return members
