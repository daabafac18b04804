"""``/ingest/v1/reads``."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import orjson
import zstandard
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from trace_api.accounts import Principal, RequiredRole
from trace_api.bodies import Body, read_body
from trace_api.capture.service import Capturer
from trace_api.capture.service import Request as CaptureRequest
from trace_api.ingest import reads_repository
from trace_api.ingest.reads import read_batch, understand
from trace_api.problems import Problem

router = APIRouter(prefix="/ingest/v1", tags=["Ingest"])

Writer = Annotated[Principal, Depends(RequiredRole("device", "party"))]
Json = Annotated[Body, Depends(read_body("application/json"))]


_EXAMPLE: Final[dict[str, Any]] = {
    "batchID": "handheld-7/412",
    "readPoint": "https://id.gs1.org/414/9521234000013",
    "bizStep": "receiving",
    "reads": [
        {
            "time": "2026-05-01T16:00:00+08:00",
            "code": "3034257BF7194E4000001A85",
            "antenna": 1,
            "rssi": -41.5,
        }
    ],
}


@router.post(
    "/reads",
    response_class=Response,
    summary="Take raw reads",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"example": _EXAMPLE}}}},
)
def reads(request: Request, principal: Writer, body: Json) -> Response:
    """Take a batch of reads from a device that cannot build events.

    `{"batchID", "readPoint", "bizLocation", "bizStep", "reads": [{"time", "code", "antenna", "rssi"}]}`. The
    same batch sent again changes nothing. A read that is not understood is kept too and named in the answer.
    """
    data = body.content()
    try:
        batch = read_batch(data)
    except ValueError as error:
        raise Problem(400, "bad-batch", f"This is no batch of reads: {str(error)[:300]}.") from error
    understood = understand(batch, principal.key)
    refused = [
        {"index": one.index, "code": one.code, "message": one.message}
        for one in understood.outcomes
        if one.status == "refused"
    ]

    def keep(connection: Connection) -> None:
        reads_repository.add_batch(
            connection,
            principal.key,
            batch.batch_id,
            time.time_ns() // 1000,
            zstandard.ZstdCompressor().compress(data),
            orjson.dumps(refused),
        )

    capturer: Capturer = request.app.state.capturer
    job = capturer.capture(
        CaptureRequest(
            orjson.dumps(understood.document),
            "application/json",
            principal.key,
            idempotency_key=f"reads {batch.batch_id}",
            along=keep,
        )
    )
    if not job.success:
        raise Problem(
            400, "bad-batch", f"Nothing was stored: {job.errors()[0]['detail']}", errors=job.errors()
        )
    results: list[dict[str, Any]] = []
    for one in understood.outcomes:
        if one.event is None:
            why = {"code": one.code, "message": one.message}
            results.append(
                {"index": one.index, "id": None, "eventID": None, "status": "refused", "error": why}
            )
        else:
            event = job.results[one.event]
            members = {
                "index": one.index,
                "id": one.id,
                "eventID": event["eventID"],
                "status": event["status"],
            }
            results.append(members)
    answer = {
        "batchID": batch.batch_id,
        "captureID": job.job,
        "understood": len(results) - len(refused),
        "refused": len(refused),
        "results": results,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
