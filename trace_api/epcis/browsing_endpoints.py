"""The repository as a tree to walk: event types, EPCs, steps, places, dispositions, each with its events.

Stored queries and subscriptions of the standard are not part of this server yet; their paths say so (501).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, NamedTuple

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from lineage.errors import LineageError
from lineage.events.vocabulary import EPCIS_CONTEXT
from lineage.facts.custody import key_of
from lineage.identifiers import read
from trace_api.accounts import Principal, RequiredRole
from trace_api.capture.interning_repository import TermKind
from trace_api.capture.rows import TYPES
from trace_api.dependencies import Store
from trace_api.epcis import browsing_repository as repository
from trace_api.epcis.capture_endpoints import Reader
from trace_api.epcis.events_endpoints import FOUND, find_events
from trace_api.epcis.examples import answer_of
from trace_api.epcis.paging import PageSize, link_next, read_token, write_token
from trace_api.epcis.protocol import BASE, JSON, check_versions, discovery, no_such_resource
from trace_api.epcis.queries import disposition_word, step_word
from trace_api.problems import Problem

router = APIRouter(prefix=BASE, tags=["EPCIS browsing"], dependencies=[Depends(check_versions)])

Token = Annotated[str | None, Query(alias="nextPageToken", max_length=500)]
#: Lists of everything are for those who may see everything; whoever may not finds its own at ``/events``.
_OVERSEER: Final = RequiredRole("inspector")
_ANYBODY: Final = RequiredRole("device", "party", "inspector")


def _thing_key(text: str) -> str | None:
    try:
        return read(text).id
    except LineageError:
        return None


class Resource(NamedTuple):
    """A top-level resource: what its members are, and the query parameter that finds their events."""

    name: str
    parameter: str
    kind: TermKind | None
    """``None`` for what is no term. Places are of one kind, whatever events use them for."""
    normal: Callable[[str], str | None]
    """Gives the normal form of a member, ``None`` for what cannot be one."""
    public: bool
    """Its list says nothing about who did what where."""
    example: str


_PLACE: Final = "https://id.gs1.org/414/9521234000013"
_ITEM: Final = "https://id.gs1.org/01/09521234543213/21/A1"
RESOURCES: Final = (
    Resource("eventTypes", "eventType", None, str, True, "ObjectEvent"),
    Resource("epcs", "MATCH_anyEPC", None, _thing_key, False, _ITEM),
    Resource("bizSteps", "EQ_bizStep", TermKind.STEP, step_word, True, "commissioning"),
    Resource("dispositions", "EQ_disposition", TermKind.DISPOSITION, disposition_word, True, "active"),
    Resource("bizLocations", "EQ_bizLocation", TermKind.PLACE, key_of, False, _PLACE),
    Resource("readPoints", "EQ_readPoint", TermKind.PLACE, key_of, False, _PLACE),
)
TOP: Final = ("capture", "events", *(each.name for each in RESOURCES), "queries")


def _collection(members: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    body = {"@context": [EPCIS_CONTEXT], "type": "Collection", "member": list(members)}
    return Response(orjson.dumps(body), headers=headers, media_type=JSON)


def _example(members: Sequence[str]) -> dict[int | str, dict[str, Any]]:
    body = {"@context": [EPCIS_CONTEXT], "type": "Collection", "member": list(members)}
    return {200: answer_of(body, "The members.")}


@router.get("/", response_class=Response, summary="Top-level resources", responses=_example(TOP))
def top(principal: Reader) -> Response:
    """Give the names of the top-level resources."""
    del principal
    return _collection(TOP)


@router.options("/", status_code=204, response_class=Response, summary="What the root allows")
def top_options() -> Response:
    """Give methods and versions."""
    return discovery(["GET"])


def _known(store: Store, resource: Resource, name: str) -> str:
    """Give the normal form of a member.

    :raises Problem: 404 when no event has it
    """
    key = resource.normal(name) if len(name) <= repository.LONGEST and "\0" not in name else None
    if resource.name == "eventTypes":
        found = name in TYPES
    elif key is None:
        found = False
    else:
        with store.reading() as connection:
            if resource.kind is None:
                found = repository.thing(connection, key)
            else:
                found = repository.term(connection, resource.kind, key)
    if not found or key is None:
        raise no_such_resource(f"There is no {name[:100]!r} among the {resource.name} of this repository.")
    return key


def _add(resource: Resource) -> None:
    """Add the paths of one resource: the list, a member's sub-resources, a member's events."""
    lets_in: Any = Depends(_ANYBODY if resource.public else _OVERSEER)
    one = f"/{resource.name}/{{name:path}}"

    def listed(
        request: Request,
        store: Store,
        principal: Principal = lets_in,
        per_page: PageSize = 30,
        next_page_token: Token = None,
    ) -> Response:
        del principal
        if resource.name == "eventTypes":
            return _collection(sorted(TYPES))
        (after,) = read_token(next_page_token, resource.name, 1) if next_page_token else (0,)
        with store.reading() as connection:
            if resource.kind is None:
                rows = repository.things(connection, after, per_page + 1)
            else:
                rows = repository.terms(connection, resource.kind, after, per_page + 1)
        headers = {}
        if len(rows) > per_page:
            headers = link_next(request, write_token(resource.name, rows[per_page - 1][0]))
        return _collection([value for _, value in rows[:per_page]], headers)

    def events(
        request: Request,
        store: Store,
        principal: Reader,
        name: str,
        per_page: PageSize = 30,
        next_page_token: Token = None,
    ) -> Response:
        key = _known(store, resource, name)
        return find_events(request, store, principal, per_page, next_page_token, (resource.parameter, key))

    def member(store: Store, principal: Reader, name: str) -> Response:
        del principal
        _known(store, resource, name)
        return _collection(["events"])

    def options() -> Response:
        return discovery(["GET"])

    for path, answer, summary, responses in (
        (f"/{resource.name}", listed, f"List the {resource.name}", _example([resource.example])),
        (f"{one}/events", events, f"Events of one of the {resource.name}", FOUND),
        (one, member, f"One of the {resource.name}", _example(["events"])),
    ):
        router.add_api_route(path, answer, response_class=Response, summary=summary, responses=responses)
        router.add_api_route(
            path,
            options,
            methods=["OPTIONS"],
            status_code=204,
            response_class=Response,
            summary=f"What {path} allows",
            operation_id=f"options_{path}",
        )


for _resource in RESOURCES:
    _add(_resource)


def _not_yet(principal: Reader) -> Response:
    """Say that this part of the standard is not here yet."""
    del principal
    raise Problem(
        501,
        "epcisException:ImplementationException",
        "Stored queries, subscriptions and ending tokens are not part of this server.",
        hint="Ask /epcis/v2/events; a nextPageToken holds nothing on the server and needs no end.",
    )


# They are no part of the API document: it shows what can be used.
for _path, _methods in (
    ("/queries", ["GET", "POST"]),
    ("/queries/{query_name}", ["GET", "DELETE"]),
    ("/queries/{query_name}/events", ["GET"]),
    ("/queries/{query_name}/subscriptions", ["GET", "POST"]),
    ("/queries/{query_name}/subscriptions/{subscription_id}", ["GET", "DELETE"]),
    ("/nextPageToken/{token}", ["DELETE"]),
):
    router.add_api_route(_path, _not_yet, methods=_methods, response_class=Response, include_in_schema=False)
    router.add_api_route(
        _path, lambda: discovery([]), methods=["OPTIONS"], response_class=Response, include_in_schema=False
    )
