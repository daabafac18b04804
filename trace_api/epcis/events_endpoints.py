"""``/events``: query events, get one, capture one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from lineage.events import read_json
from trace_api.accounts import Principal
from trace_api.capture.jobs import VALIDATION
from trace_api.capture.reading import JSON_TYPES
from trace_api.dependencies import Store, base_url
from trace_api.epcis import events_query_repository as repository
from trace_api.epcis.capture_endpoints import Document, Reader, Writer, take
from trace_api.epcis.documents import query_document
from trace_api.epcis.examples import DOCUMENT, EVENT, answer_of, body_of
from trace_api.epcis.paging import PageSize, link_next, read_token, write_token
from trace_api.epcis.protocol import BASE, JSON, XML, check_versions, discovery, no_such_resource, wants_xml
from trace_api.epcis.queries import PAGING, read_query
from trace_api.problems import Problem
from trace_api.visibility import bounds

router = APIRouter(prefix=BASE, tags=["EPCIS events"], dependencies=[Depends(check_versions)])

FOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: answer_of(
        {
            **{name: value for name, value in DOCUMENT.items() if name != "epcisBody"},
            "type": "EPCISQueryDocument",
            "epcisBody": {
                "queryResults": {
                    "queryName": "SimpleEventQuery",
                    "resultsBody": DOCUMENT["epcisBody"],
                }
            },
        },
        "The events, as they were captured.",
    )
}

#: Length of an eventID that is worth looking for.
LONGEST_ID: Final = 2000


@router.get("/events", response_class=Response, summary="Query events", responses=FOUND)
def events(
    request: Request,
    store: Store,
    principal: Reader,
    per_page: PageSize = 30,
    next_page_token: Annotated[str | None, Query(alias="nextPageToken", max_length=500)] = None,
) -> Response:
    """Give events by the parameters of the EPCIS query language, newest first.

    `eventType`, `GE_/LT_eventTime`, `GE_/LT_recordTime`, `EQ_action`, `EQ_bizStep`, `EQ_disposition`,
    `EQ_readPoint`, `EQ_bizLocation`, `EQ_eventID`, `MATCH_…`, `EXISTS_errorDeclaration`, `orderBy`,
    `orderDirection`, `eventCountLimit`, `maxEventCount`. Several values are separated by `|`. An identifier
    may be written in every form.
    """
    return find_events(request, store, principal, per_page, next_page_token)


@router.options("/events", status_code=204, response_class=Response, summary="What /events allows")
def events_options() -> Response:
    """Give methods and versions."""
    return discovery(["GET", "POST"])


@router.post(
    "/events",
    status_code=201,
    response_class=Response,
    summary="Capture one event",
    responses={200: {"description": "On record already."}, 409: {"description": "The eventID is taken."}},
    openapi_extra=body_of({"@context": DOCUMENT["@context"], **EVENT}, *sorted(JSON_TYPES)),
)
async def add_event(request: Request, principal: Writer, body: Document) -> Response:
    """Take one bare event with its `@context`; `Location` is its address."""
    job = await take(request, principal, body, "rollback", None)
    if len(job.results) != 1:
        raise Problem(400, VALIDATION, f"One event was expected, {len(job.results)} came; use /capture.")
    result = job.results[0]
    if result["status"] == "rejected":
        errors = job.errors()
        if result["errors"][0]["code"] == "event-id-taken":
            detail = errors[0]["detail"]
            raise Problem(409, "epcisException:ResourceAlreadyExistsException", detail, errors=errors)
        raise Problem(400, VALIDATION, errors[0]["detail"], errors=errors)
    location = f"{base_url(request)}{BASE}/events/{quote(result['eventID'], safe='')}"
    return Response(
        status_code=201 if result["status"] == "accepted" else 200, headers={"Location": location}
    )


@router.get("/events/{event_id:path}", response_class=Response, summary="One event", responses=FOUND)
def event(request: Request, store: Store, principal: Reader, event_id: str) -> Response:
    """Give the event with this eventID, exactly as captured, and the error declarations on it."""
    as_xml = wants_xml(request)
    with store.reading() as connection:
        visible = bounds(connection, principal)
        numbers: list[int] = []
        for candidate in _candidates(request, event_id):
            numbers = repository.under_id(connection, candidate, visible)
            if numbers:
                break
        if not numbers:
            raise no_such_resource(f"There is no event {event_id[:100]!r}.")
        document = query_document(connection, numbers)
    return _answer(document, {}, as_xml=as_xml)


@router.options(
    "/events/{event_id:path}", status_code=204, response_class=Response, summary="What an event allows"
)
def event_options(event_id: str) -> Response:  # noqa: ARG001 - the path has it
    """Give methods and versions."""
    return discovery(["GET"])


def find_events(
    request: Request,
    store: Store,
    principal: Principal,
    per_page: int,
    next_page_token: str | None,
    *fixed: tuple[str, str],
) -> Response:
    """Answer a query with one page of events.

    :param fixed: parameters that the path gives, beside those of the request
    """
    as_xml = wants_xml(request)
    asked = [*request.query_params.multi_items(), *fixed]
    query = read_query(asked)
    what = _name_of(asked)
    place = read_token(next_page_token, what, 3) if next_page_token else None
    shown = place[2] if place else 0
    wanted = per_page if query.most is None else min(per_page, query.most - shown)
    look_ahead = (query.too_many or 0) if query.too_many and not place else wanted
    with store.reading() as connection:
        visible = bounds(connection, principal)
        found = repository.find(
            connection, query, visible, (place[0], place[1]) if place else None, max(look_ahead, wanted) + 1
        )
        if query.too_many is not None and len(found) > query.too_many:
            raise Problem(
                413, "epcisException:QueryTooLargeException", f"More than {query.too_many} events match."
            )
        page = found[:wanted]
        document = query_document(connection, [one.id for one in page])
    headers: dict[str, str] = {}
    shown += len(page)
    if len(found) > len(page) and page and (query.most is None or shown < query.most):
        headers = link_next(request, write_token(what, page[-1].place, page[-1].id, shown))
    return _answer(document, headers, as_xml=as_xml)


def _candidates(request: Request, event_id: str) -> list[str]:
    """Give what the client may have meant: an eventID with ``?ver=CBV2.0`` is often sent unescaped."""
    if len(event_id) > LONGEST_ID or "\0" in event_id:
        return []
    query = request.url.query
    return [f"{event_id}?{query}", event_id] if query and event_id.startswith("ni:") else [event_id]


def _answer(document: bytes, headers: dict[str, str], *, as_xml: bool) -> Response:
    if as_xml:
        from lineage.events import write_xml  # noqa: PLC0415 - lxml only when it is needed

        return Response(write_xml(read_json(document)), headers=headers, media_type=XML)
    return Response(document, headers=headers, media_type=JSON)


def _name_of(asked: Iterable[tuple[str, str]]) -> str:
    """Name a query by its parameters, so that a token is good for this query only."""
    parameters = sorted((name, value) for name, value in asked if name not in PAGING and value)
    return hashlib.sha256(orjson.dumps(parameters)).hexdigest()[:16]
