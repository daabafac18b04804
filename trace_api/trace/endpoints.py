"""``/trace/v1``: source, destination, history and balance of one thing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from prometheus_client import Histogram
from sqlalchemy import Connection

from lineage.facts import micros
from lineage.trace import Answer, Page
from trace_api.accounts import Principal, RequiredRole
from trace_api.problems import Problem
from trace_api.trace import examples, service
from trace_api.trace.asking import Asked
from trace_api.trace.neighbours_repository import PostgresNeighbours
from trace_api.trace.writing import (
    NDJSON,
    alike,
    different,
    wants_lines,
    whole,
    written,
    written_lines,
)

#: Things in one answer; what is beyond them is asked for with ``after``.
MOST_THINGS: Final = 250_000
#: Hops that can be asked for: no supply chain has so many, and a number must end somewhere.
DEEPEST: Final = 1_000_000

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
    503: {"description": "`…/too-much-work`: ask with a smaller depth, a shorter period or `runs`."},
}


def _answer(example: dict[str, Any]) -> dict[str, Any]:
    forms = {"application/json": {"example": example}, NDJSON: {}}
    return {"description": "The answer; as NDJSON the head, then a line for each thing.", "content": forms}


_CHANGED: Final[dict[str, Any]] = {"description": "`…/answer-changed`: ask again without `after`."}

router = APIRouter(prefix="/trace/v1", tags=["Trace"], responses=_REFUSALS)


class Asking(RequiredRole):
    """Dependency: let in who may ask, and refuse a parameter that the question does not have or has twice.

    A bound that is misspelt and ignored would give a wrong answer that looks right.
    """

    async def __call__(self, request: Request) -> Principal:
        """Give who asks."""
        principal = await super().__call__(request)
        known = {each.alias for each in request.scope["route"].dependant.query_params}
        seen: set[str] = set()
        for name, _ in request.query_params.multi_items():
            if name not in known:
                detail = f"{name[:60]!r} is no parameter of this question."
                raise Problem(400, "bad-parameter", detail, hint=f"It has {', '.join(sorted(known))}.")
            if name in seen:
                raise Problem(400, "bad-parameter", f"{name} stands twice.")
            seen.add(name)
        return principal


Asker = Annotated[Principal, Depends(Asking("inspector", "party"))]
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
Limit = Annotated[
    int,
    Query(
        ge=1,
        le=MOST_THINGS,
        description="Most things in this answer, the nearest first. When there are more it says `truncated`, "
        "and `next` is what to give as `after` for those that follow. Where `truncated` comes with no `next` "
        "the search itself ended: go on from each thing of the greatest depth, from its `at`.",
    ),
]
After = Annotated[
    str,
    Query(
        description="`next` of an answer to the same question: gives the things after those. 409 "
        "`…/answer-changed` when events that came in meanwhile have changed the answer.",
    ),
]
Runs = Annotated[
    bool,
    Query(
        description="Write things that came in the same way as one run, `{first, last, count, at, depth, "
        "origin, via}`, and their edges as one, with `count` and, as `last`, the other end of the last edge. "
        "Short and fast for a recall of a hundred thousand items; without the names between, `where` and "
        "`quantity`.",
    ),
]


@router.get(
    "/source",
    response_class=Response,
    summary="Where did it come from?",
    responses={200: _answer(examples.SOURCE), 409: _CHANGED},
)
def source(
    request: Request,
    asker: Asker,
    asked: Asked,
    thing_id: Id = "",
    until: str | None = None,
    depth: Depth = None,
    contact: Contact = False,
    limit: Limit = MOST_THINGS,
    after: After = "",
    runs: Runs = False,
) -> Response:
    """Give everything that may have gone into the thing by a time, each with a path and its evidence."""
    at = _time("until", until)
    page, expected = _page(limit, after)
    lines = wants_lines(request)

    def work(connection: Connection) -> Answer:
        neighbours = PostgresNeighbours(connection, back=True)
        thing = service.find(neighbours, thing_id, asker)
        return service.source(neighbours, thing, at, depth=depth, contact=contact, page=page, runs=runs)

    with SECONDS.labels("source").time():
        # All about an item is read at once; what is in a unit, and what concerns a party, is asked besides.
        glance = asker.role != "party" and service.kind_of(thing_id) != "unit"
        answer = asked.answer(work, glance=glance)
    _check_unchanged(answer, expected)
    return _written(answer, lines=lines)


@router.get(
    "/destination",
    response_class=Response,
    summary="Where did it go?",
    responses={200: _answer(examples.DESTINATION), 409: _CHANGED},
)
def destination(
    request: Request,
    asker: Asker,
    asked: Asked,
    thing_id: Id = "",
    since: str | None = None,
    depth: Depth = None,
    contact: Contact = False,
    now: Annotated[bool, Query(description="Say of each thing where it is now.")] = False,
    quantities: Annotated[
        bool, Query(description="Say of each lot how much of it came from this thing, at least and at most.")
    ] = True,
    limit: Limit = MOST_THINGS,
    after: After = "",
    runs: Runs = False,
) -> Response:
    """Give everything that the thing may have gone into from a time on, each with a path and its evidence."""
    at = _time("since", since)
    page, expected = _page(limit, after)
    if runs and now:
        raise Problem(400, "bad-parameter", "now=true is of single things: ask for it without runs=true.")
    lines = wants_lines(request)

    with SECONDS.labels("destination").time(), asked.reading() as connection:
        neighbours = PostgresNeighbours(connection)
        thing = service.find(neighbours, thing_id, asker)
        answer = service.destination(
            neighbours,
            thing,
            at,
            depth=depth,
            contact=contact,
            now=now,
            quantities=quantities and not runs,
            page=page,
            runs=runs,
        )
    _check_unchanged(answer, expected)
    return _written(answer, lines=lines)


@router.get(
    "/history",
    response_class=Response,
    summary="What happened to it?",
    responses={200: _answer(examples.HISTORY)},
)
def history(
    request: Request,
    asker: Asker,
    asked: Asked,
    thing_id: Id = "",
    direct: Annotated[bool, Query(description="Leave out what happened to its containers.")] = False,
) -> Response:
    """Give every event that touches the thing, directly or through a container, in order."""
    lines = wants_lines(request)

    with SECONDS.labels("history").time(), asked.reading() as connection:
        neighbours = PostgresNeighbours(connection)
        thing = service.find(neighbours, thing_id, asker)
        answer = service.history(neighbours, thing, direct=direct).as_dict()
    events = answer.pop("events")
    if lines:
        return written_lines({**answer, "count": len(events)}, different(events), {})
    return written(answer, "events", different(events), {})


@router.get(
    "/balance",
    response_class=Response,
    summary="Do the quantities of a lot add up?",
    responses={200: _answer(examples.BALANCE)},
)
def balance(asker: Asker, asked: Asked, lot: Annotated[str, Query(description="The lot.")] = "") -> Response:
    """Compare what came into a lot, what went out of it and what is left, per place."""
    with SECONDS.labels("balance").time(), asked.reading() as connection:
        neighbours = PostgresNeighbours(connection)
        return whole(service.balance(neighbours, service.find(neighbours, lot, asker)).as_dict())


_NEXT: Final = re.compile(r"([0-9]{1,9})-([0-9a-f]{16})")


def _page(size: int, after: str) -> tuple[Page, str]:
    """Give the page to write, and the fingerprint of the answer that it goes on with."""
    if not after:
        return Page(size), ""
    read = _NEXT.fullmatch(after)
    if read is None:
        raise Problem(400, "bad-parameter", f"after={after[:40]!r} is no `next` of an answer.")
    return Page(size, int(read[1])), read[2]


def _written(answer: Answer, *, lines: bool) -> Response:
    if answer.runs:
        things, edges = different(answer.thing_runs()), different(answer.edge_runs())
    else:
        things, edges = alike(answer.thing_rows()), alike(answer.edge_rows())
    if lines:
        head = {**answer.summary(), "count": answer.graph.count}
        return written_lines(head, things, {"edges": edges})
    return written(answer.summary(), "things", things, {"edges": edges})


def _check_unchanged(answer: Answer, expected: str) -> None:
    if expected and answer.graph.fingerprint != expected:
        detail = "Events that came in meanwhile changed the answer, or another question is asked."
        raise Problem(409, "answer-changed", detail, hint="Ask again from the start, without `after`.")


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
