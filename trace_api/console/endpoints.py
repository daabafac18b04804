"""Pages of the console: log in, search, follow one thing."""

from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from lineage.errors import IdentifierError
from lineage.identifiers import read
from trace_api.accounts import accounts
from trace_api.accounts.access import SESSION_COOKIE
from trace_api.console import things
from trace_api.console.session import Reader, failures, local, same_origin
from trace_api.console.showing import ConsoleRoute, language_of, show
from trace_api.dependencies import Options, Store
from trace_api.lookup.choosing import choices_of, only_one
from trace_api.pages.endpoints import cut
from trace_api.pages.languages import words
from trace_api.problems import Problem
from trace_api.recall import repository as recalls
from trace_api.recall.service import RecallService, utc_now
from trace_api.responsibility.directory import MasterDirectory, own_keys
from trace_api.trace import service
from trace_api.trace.neighbours_repository import PostgresNeighbours

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)

OPEN_CASES: Final = 8

Lang = Annotated[str | None, Query(max_length=20)]


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
    """End the session; a form of anybody's page may do that, it harms nobody."""
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
    recall = RecallService(store)
    with store.reading() as connection:
        cases = recalls.list_cases(
            connection, drill=False, status="open", before=None, limit=OPEN_CASES, party=parties
        )
        clocks = {case.id: things.most_urgent(recall.deadlines(case)) for case in cases}
        # What was recorded last is everybody's: a party is not shown it.
        latest = things.latest_events(connection) if parties is None else None
        names = things.Names(MasterDirectory(connection), words(language_of(request)))
        values = {"section": "home", "cases": cases, "clocks": clocks, "latest": latest, "names": names}
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
            choices = choices_of(connection, text, error)
            known = service.recorded(PostgresNeighbours(connection), text)
            hits = [] if choices or known else things.by_name(connection, text)
        chosen = known[0] if known else only_one(choices)
        if chosen is None:
            values = {
                "section": "home",
                "q": text,
                "error": error,
                "shown": cut(text, error.position),
                "hits": hits,
                "choices": choices,
            }
            status = 300 if choices else 200 if hits else 404
            return show(request, "console/search.html", values, person=person, status=status)
        identifier = chosen
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
    skip: Annotated[int | None, Query(ge=0, le=10_000_000)] = None,
) -> Response:
    """Give one thing: what it is, where from and where to, who answers, what happened, what is odd."""
    language = language_of(request)
    if tab not in things.TABS:
        tab = "overview"
    with store.reading() as connection:
        view = things.ThingView(connection, id, person, words(language), utc_now())
        values = {"section": "home", "tab": tab, "tabs": things.TABS, **view.values(tab, skip)}
        return show(request, "console/thing.html", values, person=person)
