"""``/trace/v1``: source, destination, history and balance of one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import Histogram

from lineage.facts import micros
from trace_api.accounts import Principal, require
from trace_api.dependencies import Store
from trace_api.problems import Problem
from trace_api.trace import examples, service

NDJSON: Final = "application/x-ndjson"
#: Hops that can be asked for: no supply chain has so many, and a number must end somewhere.
DEEPEST: Final = 1_000_000
#: Bytes of NDJSON sent at once.
_CHUNK: Final = 64 * 1024

SECONDS = Histogram(
    "suyuan_trace_seconds",
    "Time to answer a question",
    ["question"],
    buckets=(0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5, 1, 2, 5, 10, 30),
)

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "`…/not-an-identifier`, `…/class-not-traced`, or a bad parameter."},
    403: {"description": "The thing does not concern the party of the token."},
    404: {"description": "`…/never-seen`: no event has named the thing."},
}


def _answer(example: dict[str, Any]) -> dict[str, Any]:
    forms = {"application/json": {"example": example}, NDJSON: {}}
    return {"description": "The answer; as NDJSON the head, then a line for each thing.", "content": forms}


router = APIRouter(prefix="/trace/v1", tags=["Trace"], responses=_REFUSALS)


async def asking(
    request: Request, principal: Annotated[Principal, Depends(require("inspector", "party"))]
) -> Principal:
    """Dependency: let in who may ask, and refuse a parameter that the question does not have or has twice.

    A bound that is misspelt and ignored would give a wrong answer that looks right.

    :raises Problem: 400, 401, 403
    """
    known = {each.alias for each in request.scope["route"].dependant.query_params}
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            hint = f"It has {', '.join(sorted(known))}."
            raise Problem(400, "bad-parameter", f"{name[:60]!r} is no parameter of this question.", hint=hint)
        if name in seen:
            raise Problem(400, "bad-parameter", f"{name} stands twice.")
        seen.add(name)
    return principal


Asker = Annotated[Principal, Depends(asking)]
Id = Annotated[
    str,
    Query(
        alias="id",
        description="The thing, in any written form of its identifier.",
        examples=["https://id.gs1.org/01/09521234543213/21/A1", "(01)09521234543213(21)A1"],
    ),
]
Depth = Annotated[int | None, Query(ge=0, le=DEEPEST, description="Most hops; all when not given.")]
Contact = Annotated[bool, Query(description="Count sharing a container as influence.")]


@router.get(
    "/source",
    response_class=Response,
    summary="Where did it come from?",
    responses={200: _answer(examples.SOURCE)},
)
def source(
    request: Request,
    store: Store,
    asker: Asker,
    thing_id: Id = "",
    until: str | None = None,
    depth: Depth = None,
    contact: Contact = False,
) -> Response:
    """Give everything that may have gone into the thing by a time, each with a path and its evidence."""
    at = _time("until", until)
    with SECONDS.labels("source").time(), store.reading() as connection:
        thing = service.find(connection, thing_id, asker)
        answer = service.source(connection, thing, at, depth=depth, contact=contact)
    return _written(request, answer.as_dict, answer.lines)


@router.get(
    "/destination",
    response_class=Response,
    summary="Where did it go?",
    responses={200: _answer(examples.DESTINATION)},
)
def destination(
    request: Request,
    store: Store,
    asker: Asker,
    thing_id: Id = "",
    since: str | None = None,
    depth: Depth = None,
    contact: Contact = False,
    now: Annotated[bool, Query(description="Say of each thing where it is now.")] = False,
    quantities: Annotated[
        bool, Query(description="Say of each lot how much of it came from this thing, at least and at most.")
    ] = True,
) -> Response:
    """Give everything that the thing may have gone into from a time on, each with a path and its evidence."""
    at = _time("since", since)
    with SECONDS.labels("destination").time(), store.reading() as connection:
        thing = service.find(connection, thing_id, asker)
        answer = service.destination(
            connection, thing, at, depth=depth, contact=contact, now=now, quantities=quantities
        )
    return _written(request, answer.as_dict, answer.lines)


@router.get(
    "/history",
    response_class=Response,
    summary="What happened to it?",
    responses={200: _answer(examples.HISTORY)},
)
def history(
    request: Request,
    store: Store,
    asker: Asker,
    thing_id: Id = "",
    direct: Annotated[bool, Query(description="Leave out what happened to its containers.")] = False,
) -> Response:
    """Give every event that touches the thing, directly or through a container, in order."""
    with SECONDS.labels("history").time(), store.reading() as connection:
        thing = service.find(connection, thing_id, asker)
        answer = service.history(connection, thing, direct=direct)
    return _written(request, answer.as_dict, lambda: _history_lines(answer.as_dict()))


@router.get(
    "/balance",
    response_class=Response,
    summary="Do the quantities of a lot add up?",
    responses={200: _answer(examples.BALANCE)},
)
def balance(store: Store, asker: Asker, lot: Annotated[str, Query(description="The lot.")] = "") -> Response:
    """Compare what came into a lot, what went out of it and what is left, per place."""
    with SECONDS.labels("balance").time(), store.reading() as connection:
        answer = service.balance(connection, service.find(connection, lot, asker))
    return Response(orjson.dumps(answer.as_dict()), media_type="application/json")


def _time(name: str, text: str | None) -> int | None:
    if not text:
        return None
    try:
        # A plus sign that the client did not escape arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is not None:
            return micros(moment)
    except (ValueError, OverflowError):
        pass
    detail = f"{name}={text[:40]!r} is no RFC 3339 time with a zone, as 2026-01-31T08:00:00Z is."
    raise Problem(400, "bad-parameter", detail)


def _written(
    request: Request,
    whole: Callable[[], dict[str, Any]],
    lines: Callable[[], Iterator[dict[str, Any]]],
) -> Response:
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_chunks(lines()), media_type=NDJSON)
    return Response(orjson.dumps(whole()), media_type="application/json")


def _history_lines(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    events = answer.pop("events")
    yield {**answer, "count": len(events)}
    yield from events


def _chunks(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        written = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
        waiting.append(written)
        size += len(written)
        if size >= _CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
