"""Pages of the console: log in, search, follow one thing."""

from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from lineage.errors import IdentifierError
from lineage.identifiers import read
from trace_api.accounts import accounts
from trace_api.accounts.access import SESSION_COOKIE
from trace_api.console import things
from trace_api.console.session import Reader, failures, local, same_origin
from trace_api.dependencies import Options, Store
from trace_api.pages.endpoints import cut
from trace_api.pages.languages import Language, choose_language, words
from trace_api.pages.rendering import render
from trace_api.problems import Problem
from trace_api.recall import repository as recalls
from trace_api.recall.service import RecallService, utc_now
from trace_api.responsibility.directory import own_keys

router = APIRouter(prefix="/console", include_in_schema=False)

PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
OPEN_CASES: Final = 8

Lang = Annotated[str | None, Query(max_length=20)]


def language_of(request: Request) -> Language:
    """Give the language of a console page: asked for, remembered, or preferred by the browser."""
    asked = request.query_params.get("lang") or request.cookies.get("suyuan_lang")
    return choose_language(asked, request.headers.get("accept-language"))


def show(
    request: Request, template: str, values: dict[str, Any], *, person: Any = None, status: int = 200
) -> Response:
    """Render a page of the console; a language that was asked for is remembered."""
    language = language_of(request)
    parameters = {name: value for name, value in request.query_params.items() if name != "lang"}
    switch = f"{request.url.path}?{urlencode({**parameters, 'lang': words(language).other})}"
    common = {"person": person, "switch_url": switch, "now": utc_now(), "section": "", "q": ""}
    answer = render(template, language, {**common, **values}, status=status, headers=PRIVATE)
    if request.query_params.get("lang"):
        answer.set_cookie("suyuan_lang", language, max_age=31_536_000, samesite="lax", path="/console")
    return answer


@router.get("/login")
def login_page(request: Request, next: str = "/console") -> Response:  # noqa: A002 - the usual name of the parameter
    """Give the log-in page."""
    return show(request, "console/login.html", {"next": local(next), "name": "", "wrong": None})


@router.post("/login")
def login(
    request: Request,
    store: Store,
    options: Options,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/console",  # noqa: A002 - the usual name of the field
) -> Response:
    """Check a password and begin a session."""
    if not same_origin(request):
        raise Problem(403, "csrf", "The form did not come from this server.")
    counter = failures(request)
    keys = (f"name:{name}", f"address:{request.client.host if request.client else ''}")
    values = {"next": local(next), "name": name, "wrong": "login.wrong"}
    if counter.too_many(*keys):
        return show(request, "console/login.html", {**values, "wrong": "login.too_many"}, status=429)
    found = store.run(lambda connection: accounts.log_in(connection, name, password, options.session_hours))
    if found is None:
        counter.add(*keys)
        return show(request, "console/login.html", values, status=401)
    counter.forget(*keys)
    secret, _ = found
    answer = RedirectResponse(local(next), 303)
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(timedelta(hours=options.session_hours).total_seconds()),
        httponly=True,
        secure=options.secure_cookies,
        samesite="lax",
        path="/",
    )
    return answer


@router.post("/logout")
def logout(request: Request, store: Store, person: Reader) -> Response:
    """End the session; anybody's page may do that, it harms nobody."""
    del person
    secret = request.cookies.get(SESSION_COOKIE, "")
    store.run(lambda connection: accounts.log_out(connection, secret))
    answer = RedirectResponse("/console/login", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.get("")
def home(request: Request, store: Store, person: Reader) -> Response:
    """Give the first page: search, and the recalls that are open."""
    parties = own_keys(store, person)
    with store.reading() as connection:
        cases = recalls.list_cases(
            connection, drill=False, status="open", before=None, limit=OPEN_CASES, party=parties
        )
        latest = things.latest_events(connection)
    service = RecallService(store)
    clocks = {case.id: things.most_urgent(service.deadlines(case)) for case in cases}
    values = {"section": "home", "cases": cases, "clocks": clocks, "latest": latest}
    return show(request, "console/home.html", values, person=person)


@router.get("/search")
def search(
    request: Request, store: Store, person: Reader, q: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """Lead from a code in any written form to its page; look for other texts among names."""
    text = q.strip()
    if not text:
        return RedirectResponse("/console", 303)
    try:
        identifier = read(text)
    except IdentifierError as error:
        with store.reading() as connection:
            hits = things.by_name(connection, text)
        values = {
            "section": "home",
            "q": text,
            "error": error,
            "shown": cut(text, error.position),
            "hits": hits,
        }
        return show(request, "console/search.html", values, person=person, status=200 if hits else 404)
    return RedirectResponse(
        f"/console/thing?{urlencode({'id': identifier.digital_link or identifier.id})}", 303
    )


@router.get("/thing")
def thing(
    request: Request,
    store: Store,
    person: Reader,
    id: Annotated[str, Query(max_length=2000)],  # noqa: A002 - the name of the parameter in the API
    tab: str = "overview",
) -> Response:
    """Give one thing: what it is, where from and where to, who answers, what happened, what is odd."""
    language = language_of(request)
    if tab not in things.TABS:
        tab = "overview"
    try:
        with store.reading() as connection:
            view = things.ThingView(connection, id, person, words(language), utc_now())
            values = {"section": "home", "tab": tab, "tabs": things.TABS, **view.values(tab)}
    except Problem as problem:
        values = {"section": "home", "q": id, "problem": problem}
        return show(request, "console/problem.html", values, person=person, status=problem.status)
    return show(request, "console/thing.html", values, person=person)
