"""The first page, the files that pages need, and the page for addresses that do not exist."""

import gzip
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final

import psycopg
from fastapi import APIRouter, FastAPI, Query, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.responses import RedirectResponse

from lineage.errors import IdentifierError
from lineage.identifiers import read
from trace_api.dependencies import Store
from trace_api.lookup.addresses import Shown, local_path, with_parameters
from trace_api.lookup.choosing import choices_of, only_one
from trace_api.pages.languages import Language, choose_language, words
from trace_api.pages.negotiation import HTML, choose_media_type
from trace_api.pages.reference import groups_of
from trace_api.pages.rendering import STATIC, render
from trace_api.problems import Problem, answer_http, response

router = APIRouter(include_in_schema=False)

MAX_QUERY: Final = 2000

_FILES: Final = {
    "suyuan.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


@router.get("/")
def home(request: Request, lang: str | None = None) -> Response:
    """Give the first page: type a code, or log in as an inspector."""
    language = choose_language(lang, request.headers.get("accept-language"))
    return render("public/home.html", language, {"switch_url": f"/?lang={words(language).other}", "q": ""})


@router.get("/lookup")
def lookup(
    request: Request,
    store: Store,
    q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
    lang: str | None = None,
) -> Response:
    """Lead from a typed code in any written form to its page; ask back what a bare number means."""
    language = choose_language(lang, request.headers.get("accept-language"))
    text = q.strip()
    switch = f"/?lang={words(language).other}"
    if not text:
        return RedirectResponse(f"/?lang={language}", 303)
    try:
        identifier = read(text)
    except IdentifierError as error:
        with store.reading() as connection:
            choices = choices_of(connection, text, error)
        chosen = only_one(choices)
        if chosen is None and choices:
            paths = {choice.identifier.id: local_path(choice.identifier) for choice in choices}
            values = {"q": text[:200], "choices": choices, "paths": paths, "switch_url": switch}
            return render("public/choose.html", language, values, status=300)
        if chosen is None:
            return _not_a_code(text, error, language, switch)
        identifier = chosen
    path = local_path(identifier)
    if path.startswith("/lookup"):
        raise Problem(404, "never-issued", f"{identifier.id} is no code of a thing.")
    return RedirectResponse(f"{path}?lang={language}", 303)


def _not_a_code(text: str, error: IdentifierError, language: Language, switch: str) -> Response:
    values = {
        "key": "not_code",
        "mark": "cross",
        "tone": "stop",
        "detail": words(language).of(error.message_zh, error.message),
        "shown": cut(text, error.position),
        "code": None,
        "broader": None,
        "report": False,
        "steps": ("not_code.step.digits", "not_code.step.other"),
        "switch_url": switch,
    }
    return render("public/notice.html", language, values, status=400)


@router.get("/docs")
def reference(request: Request, lang: str | None = None) -> Response:
    """Give the page about the HTTP interface, from the OpenAPI document of this server."""
    language = choose_language(lang, request.headers.get("accept-language"))
    document = request.app.openapi()
    values = {
        "paragraphs": document["info"].get("description", "").strip().split("\n\n"),
        "groups": groups_of(document),
        "switch_url": f"/docs?lang={words(language).other}",
    }
    return render("public/reference.html", language, values)


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """Give a file of ours; its address changes with its content, so it is kept for a year."""
    if name not in _FILES:
        raise Problem(404, "no-such-resource", "There is no such file.")
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Encoding": "gzip"} if packed else {}),
    }
    return Response(_content(name, packed=packed), media_type=_FILES[name], headers=headers)


@cache
def _content(name: str, *, packed: bool) -> bytes:
    content = (STATIC / name).read_bytes()
    return gzip.compress(content, mtime=0) if packed else content


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """Give the mark to browsers that look here for it."""
    return static(request, "mark.svg")


def cut(text: str, position: int | None) -> Shown:
    """Give a text cut at the character that is wrong."""
    text = text[:200]
    if position is None or not 0 <= position < len(text):
        return Shown(text, "", "")
    return Shown(text[:position], text[position], text[position + 1 :])


def install(app: FastAPI) -> None:
    """Have a browser told with a page what is wrong: no such address, or a failure of the server."""
    app.add_exception_handler(404, _not_found)
    for failure in (DBAPIError, psycopg.Error, PoolTimeoutError, Exception):
        app.add_exception_handler(failure, _or_page(app.exception_handlers[failure]))


def _or_page(handler: Any) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        told: Response = handler(request, error)
        if told.status_code < 500 or not _wants_page(request):
            return told
        busy = told.status_code == 503
        key = "busy" if busy else "failed"
        page = _notice(
            request, key, told.status_code, mark="waiting" if busy else "cross", steps=(f"{key}.step",)
        )
        if "retry-after" in told.headers:
            page.headers["Retry-After"] = told.headers["retry-after"]
        return page

    return answer


async def _not_found(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/epcis/"):
        return answer_http(request, error)
    if not _wants_page(request) or request.method not in {"GET", "HEAD"}:
        return response(Problem(404, "no-such-resource", "Not Found"))
    return _notice(request, "not_found", 404, mark="cross", home=True)


def _wants_page(request: Request) -> bool:
    return choose_media_type(request.headers.get("accept"), ("application/json", HTML)) == HTML


def _notice(
    request: Request, key: str, status: int, *, mark: str, steps: tuple[str, ...] = (), home: bool = False
) -> Response:
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    values = {
        "key": key,
        "mark": mark,
        "tone": "warn",
        "detail": None,
        "shown": None,
        "code": None,
        "broader": {"url": f"/?lang={language}", "text": words(language)("not_found.home")} if home else None,
        "report": False,
        "steps": steps,
        "switch_url": with_parameters(request.url.path, request.url.query, lang=words(language).other),
    }
    return render("public/notice.html", language, values, status=status)
