"""HTTP of the look-up: the addresses that printed codes carry. Open to everybody; reads, and counts look-ups.

The way of a request, repeated as numbers in the code:

1. The address is read: what is no code is 400, as page or as problem document.
2. The facts are gathered on one snapshot: what nobody issued is 404.
3. ``linkType`` and ``Accept`` choose between linkset, redirect, JSON and page.
4. A look that counts is counted, apart from the answer: a failure to count never hides the facts.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.convertors import Convertor, register_url_convertor

from lineage.errors import IdentifierError
from lineage.identifiers import Identifier
from trace_api.china import day_in_china
from trace_api.database import Database
from trace_api.dependencies import Store, base_url
from trace_api.lookup import linkset, openapi, repository
from trace_api.lookup.addresses import human_text, local_path, read_address, shown, with_parameters
from trace_api.lookup.answers import as_json
from trace_api.lookup.facts import Facts, Lookups
from trace_api.lookup.links import levels_of
from trace_api.lookup.service import LookupService, NeverIssued
from trace_api.lookup.visitors import Visitors
from trace_api.pages.languages import Language, choose_language, words
from trace_api.pages.negotiation import HTML, JSON, JSON_LD, LINKSET, OPEN_HEADERS, choose_media_type
from trace_api.pages.rendering import render
from trace_api.problems import PROBLEMS
from trace_api.recall.service import utc_now

log = logging.getLogger(__name__)

_ADDRESSES: Final = {
    "/01/{gtin}": "A product",
    "/01/{gtin}/10/{lot}": "A lot",
    "/01/{gtin}/21/{serial}": "An item",
    "/01/{gtin}/10/{lot}/21/{serial}": "An item, with its lot",
    "/id/{scheme}/{value}": "A code that is not GS1's, e.g. /id/drug_code/…",
}
_OFFERED: Final = (HTML, JSON, LINKSET)
_SAFE_METHODS: Final = "GET, HEAD, OPTIONS"


class _KeyConvertor(Convertor[str]):
    """First segment of a GS1 Digital Link: an application identifier."""

    regex = "[0-9]{2,4}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("gs1key", _KeyConvertor())

router = APIRouter(tags=["look-up"])


@router.head("/.well-known/gs1resolver", include_in_schema=False)
@router.get("/.well-known/gs1resolver", summary="What this resolver can do")
def description(request: Request) -> Response:
    """Describe the resolver (GS1-Conformant Resolver 1.2, section 6)."""
    return _json(
        {
            "name": words("en")("site.name"),
            "resolverRoot": base_url(request),
            "supportedPrimaryKeys": ["all"],
            "linkTypeDefaultCanBeLinkset": False,
            "supportedLinkType": [{"namespace": linkset.VOCABULARY, "prefix": "gs1"}],
            "supportedContextValuesEnumerated": [],
            "jsonLdContext": f"{base_url(request)}/.well-known/linkset-context",
        }
    )


@router.head("/.well-known/linkset-context", include_in_schema=False)
@router.get("/.well-known/linkset-context", include_in_schema=False)
def context() -> Response:
    """Give the JSON-LD context of linksets."""
    return _json(linkset.CONTEXT, media_type=JSON_LD)


def look_up(store: Store, request: Request) -> Response:
    """Look a code up: a page for people, JSON or a linkset for programs, as `Accept` and `linkType` ask."""
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    query = request.url.query
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    wants = choose_media_type(request.headers.get("accept"), _OFFERED)
    # 1. read the address
    try:
        identifier = read_address(path, query)
    except IdentifierError as error:
        return _not_a_code(request, path, query, error, language, wants)
    # 2. gather the facts
    try:
        return _answer(store, request, identifier, query, language, wants)
    except SQLAlchemyError:
        if wants != HTML:
            raise
        log.warning("look-up of %s failed", identifier.id, exc_info=True)
        return _notice(request, "busy", language, 503, mark="waiting", tone="warn", steps=("busy.step",))


def options(request: Request) -> Response:
    """Answer a browser's question before a cross-origin request."""
    del request
    return Response(
        status_code=204,
        headers={
            **OPEN_HEADERS,
            "Allow": _SAFE_METHODS,
            "Access-Control-Allow-Methods": _SAFE_METHODS,
            "Access-Control-Allow-Headers": "Accept, Accept-Language",
            "Access-Control-Max-Age": "86400",
        },
    )


def _answer(
    store: Database, request: Request, identifier: Identifier, query: str, language: Language, wants: str
) -> Response:
    now = utc_now()
    with store.reading() as connection:
        found = LookupService(connection, now).look_up(identifier)
        levels = levels_of(connection, identifier, found, base_url(request), language)
    address = base_url(request) + local_path(identifier)
    headers = {
        **OPEN_HEADERS,
        "Link": linkset.header(address, f"{base_url(request)}/.well-known/linkset-context"),
    }
    # 3. what is asked for
    wanted = request.query_params.get("linkType")
    if wanted in linkset.WHOLE or (wanted is None and wants == LINKSET):
        if not levels:
            return _problem(404, "never-issued", human_text(identifier), headers)
        return _json(linkset.linkset(levels, address), media_type=LINKSET, headers=headers)
    if wanted is not None and linkset.link_type(wanted) != linkset.DEFAULT:
        return _redirect(request, identifier, levels, wanted, query, language, headers)
    if isinstance(found, NeverIssued):
        _count_unknown(store, request, found)
        return _never_issued(request, found, language, wants, headers)
    # 4. count the look
    found = replace(found, lookups=_count(store, request, found))
    if wants == JSON:
        return _json(as_json(found, address=address, now=now), headers=headers)
    values = {"facts": found, "switch_url": _switch(request, language), "now": now}
    return render("public/thing.html", language, values, headers={**headers, "Cache-Control": "no-store"})


def _redirect(
    request: Request,
    identifier: Identifier,
    levels: list[linkset.Level],
    wanted: str,
    query: str,
    language: Language,
    headers: Mapping[str, str],
) -> Response:
    kind = linkset.link_type(wanted)
    links = linkset.candidates(levels, kind) if kind else []
    if not links and choose_media_type(request.headers.get("accept"), (JSON, HTML)) == HTML:
        page = {"url": f"{local_path(identifier)}?lang={language}", "text": words(language)("no_link.page")}
        return _notice(request, "no_link", language, 404, mark="cross", tone="warn", steps=(), broader=page)
    if not links:
        return _problem(404, "no-such-link", f"There is no link of the type {wanted[:80]!r}.", headers)
    asked = request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip()
    chosen = linkset.choose(links, [language], [asked] if asked else [])
    if len(chosen) > 1:
        body = {"linkset": [{f"{linkset.VOCABULARY}{kind}": [linkset.target(link) for link in chosen]}]}
        return _json(body, media_type=LINKSET, headers=headers, status=300)
    href = chosen[0].href
    passed_on = with_parameters("", query, linkType=None)
    if passed_on:
        href += ("&" if "?" in href else "?") + passed_on[1:]
    return Response(status_code=307, headers={**headers, "Location": href, "Cache-Control": "no-store"})


def _not_a_code(
    request: Request, path: str, query: str, error: IdentifierError, language: Language, wants: str
) -> Response:
    if wants != HTML:
        return _json(
            {
                "type": f"{PROBLEMS}not-an-identifier", "title": "Not an identifier", "status": 400,
                "detail": error.message, "code": error.code, "hint": error.hint,
            },
            status=400,
            media_type="application/problem+json",
        )  # fmt: skip
    detail = words(language).of(error.message_zh, error.message)
    steps = ("not_code.step.whole", "not_code.step.digits", "not_code.step.other")
    return _notice(
        request, "not_code", language, 400, mark="cross", tone="stop", steps=steps, detail=detail,
        shown=shown(path, query, error),
    )  # fmt: skip


def _never_issued(
    request: Request, found: NeverIssued, language: Language, wants: str, headers: Mapping[str, str]
) -> Response:
    if wants != HTML:
        return _problem(
            404, "never-issued", found.text, headers, id=found.identifier.id, kind=found.identifier.kind
        )
    t = words(language)
    name = t.of(found.product.name, found.product.name_en) if found.product else ""
    broader = None
    if found.broader is not None:
        text = t("never_issued.broader.lot" if found.broader.kind == "lot" else "never_issued.broader.class")
        broader = {"url": f"{local_path(found.broader)}?lang={language}", "text": text}
    return _notice(
        request,
        "never_issued",
        language,
        404,
        mark="warn",
        tone="stop",
        steps=("never_issued.step.counterfeit", "never_issued.step.keep", "never_issued.step.report"),
        detail=t("never_issued.product", name=name) if name else None,
        code=found.text,
        broader=broader,
        report=True,
    )


def _notice(
    request: Request,
    key: str,
    language: Language,
    status: int,
    *,
    mark: str,
    tone: str,
    steps: tuple[str, ...],
    **more: Any,
) -> Response:
    values = {
        "key": key, "mark": mark, "tone": tone, "steps": steps, "shown": None, "detail": None, "code": None,
        "broader": None, "report": False, "switch_url": _switch(request, language), **more,
    }  # fmt: skip
    return render(
        "public/notice.html",
        language,
        values,
        status=status,
        headers={**OPEN_HEADERS, "Cache-Control": "no-store"},
    )


def _switch(request: Request, language: Language) -> str:
    path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
    return with_parameters(path, request.url.query, lang=words(language).other)


def _count(store: Database, request: Request, found: Facts) -> Lookups:
    count, first_at = found.lookups.count, found.lookups.first_at
    if not _counts(request, found.identifier.id):
        return found.lookups
    now = utc_now()
    try:
        with store.transaction() as connection:
            repository.count_lookup(connection, found.identifier.id, now)
    except SQLAlchemyError:
        log.warning("a look-up was not counted", exc_info=True)
        return found.lookups
    return Lookups(count + 1, first_at or now)


def _count_unknown(store: Database, request: Request, found: NeverIssued) -> None:
    if found.product is None or not _counts(request, found.identifier.id):
        return
    try:
        with store.transaction() as connection:
            repository.count_unknown(connection, found.product.product_id, day_in_china(utc_now()))
    except SQLAlchemyError:
        log.warning("a look-up was not counted", exc_info=True)


def _counts(request: Request, code: str) -> bool:
    """Say whether a look counts: somebody's own and new, no preview of a browser, no repetition."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    if request.method != "GET" or "prefetch" in purpose:
        return False
    visitors: Visitors | None = getattr(request.app.state, "visitors", None)
    if visitors is None:
        visitors = request.app.state.visitors = Visitors(time.monotonic)
    address = request.client.host if request.client else ""
    return visitors.is_new(address, request.headers.get("user-agent", ""), code)


def _problem(status: int, code: str, detail: str, headers: Mapping[str, str], **more: Any) -> Response:
    titles = {"never-issued": "Never issued", "no-such-link": "No such link"}
    body = {"type": PROBLEMS + code, "title": titles[code], "status": status, "detail": detail, **more}
    return _json(body, status=status, headers=headers, media_type="application/problem+json")


def _json(
    body: Any, *, status: int = 200, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    sent = {**OPEN_HEADERS, "Vary": "Accept, Accept-Language", "Cache-Control": "no-store", **(headers or {})}
    data = orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z)
    return Response(data, status_code=status, media_type=media_type, headers=sent)


for _address, _summary in _ADDRESSES.items():
    router.add_api_route(
        _address,
        look_up,
        methods=["GET"],
        summary=_summary,
        response_class=Response,
        responses=openapi.RESPONSES,
        openapi_extra={"parameters": openapi.parameters_of(_address)},
    )
for _address in ("/{key:gs1key}", "/{key:gs1key}/{rest:path}", "/id", "/id/{rest:path}"):
    router.add_api_route(_address, look_up, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_api_route(_address, options, methods=["OPTIONS"], include_in_schema=False)
for _address in ("/.well-known/gs1resolver", "/.well-known/linkset-context"):
    router.add_api_route(_address, options, methods=["OPTIONS"], include_in_schema=False)
