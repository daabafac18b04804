"""Pages of the console about recalls: list, open, work on, close, practise."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse

from lineage.errors import LineageError
from lineage.profiles import profile_for, regimes
from trace_api.china import CHINA, day_in_china, in_china
from trace_api.console.session import Reader, Writer
from trace_api.console.showing import ConsoleRoute, language_of, show
from trace_api.console.things import MAX_ROWS, Names, most_urgent
from trace_api.dependencies import Store
from trace_api.errors import TraceApiError
from trace_api.masterdata.model import REGIMES
from trace_api.pages.languages import words
from trace_api.problems import Problem
from trace_api.recall import clock, repository, views
from trace_api.recall.requests import CaseBody, CloseBody, MomentsBody, NoticesBody, RecoveriesBody
from trace_api.recall.service import RecallService, utc_now
from trace_api.responsibility.directory import MasterDirectory, own_keys

router = APIRouter(prefix="/console/recalls", include_in_schema=False, route_class=ConsoleRoute)

CASES: Final = 50

B = TypeVar("B", bound=BaseModel)
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=400)]


@router.get("")
def list_cases(
    request: Request,
    store: Store,
    person: Reader,
    drill: bool = False,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Give the recalls, the newest first."""
    parties = own_keys(store, person)
    with store.reading() as connection:
        cases = repository.list_cases(
            connection, drill=drill, status=None, before=after, limit=CASES + 1, party=parties
        )
    service = RecallService(store)
    clocks = {case.id: most_urgent(service.deadlines(case)) for case in cases if case.status == "open"}
    more = cases[CASES - 1].id if len(cases) > CASES else None
    values = {
        "section": "drills" if drill else "recalls",
        "cases": cases[:CASES],
        "clocks": clocks,
        "more": more,
        "drill": drill,
    }
    return show(request, "console/recalls.html", values, person=person)


@router.get("/new")
def new_case(
    request: Request, person: Writer, seed: Annotated[str, Query(max_length=2000)] = "", regime: str = ""
) -> Response:
    """Give the form that opens a recall."""
    return _form(request, person, {"seeds": seed, "regime": regime if regime in REGIMES else "food"}, None)


@router.post("")
def open_case(
    request: Request,
    store: Store,
    person: Writer,
    seeds: Text = "",
    regime: Short = "food",
    level: Short = "",
    reason: Text = "",
    knew_at: Short = "",
    contact: Short = "",
    drill: Short = "",
) -> Response:
    """Open a recall, or run a drill, and lead to it."""
    given = {
        "seeds": seeds,
        "regime": regime,
        "level": level,
        "reason": reason,
        "knew_at": knew_at,
        "contact": contact,
    }
    try:
        body = _body(
            CaseBody,
            regime=regime,
            level=level or None,
            reason=reason,
            knew_at=_china_time(knew_at),
            contact=bool(contact),
            seeds=[line.strip() for line in seeds.splitlines() if line.strip()],
        )
        case = RecallService(store).open(body, person, drill=bool(drill))
    except (TraceApiError, LineageError) as error:
        return _form(request, person, given, error)
    return RedirectResponse(f"/console/recalls/{case.id}", 303)


@router.get("/{case_id}")
def case_page(
    request: Request,
    store: Store,
    person: Reader,
    case_id: str,
    state: Annotated[str | None, Query(max_length=20)] = None,
    after: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Give one recall: clock, progress, holders, gaps, things, what was done."""
    return _case_page(request, store, person, case_id, state=state, after=after)


@router.post("/{case_id}/notices")
def notices(
    request: Request,
    store: Store,
    person: Writer,
    case_id: str,
    party: Short = "",
    channel: Short = "system",
    note: Text = "",
    public: Short = "",
) -> Response:
    """Record that holders were told."""

    def work(service: RecallService) -> None:
        parties: Any = [party] if party else "all"
        body = _body(NoticesBody, parties=parties, channel=channel, note=note or None, public=bool(public))
        service.notify(case_id, body, person)

    return _do(request, store, person, case_id, work, "holders")


@router.post("/{case_id}/recoveries")
def recoveries(
    request: Request,
    store: Store,
    person: Writer,
    case_id: str,
    things: Text = "",
    action: Short = "recovered",
    quantity: Short = "",
    uom: Short = "",
    note: Text = "",
) -> Response:
    """Record what became of affected things."""

    def work(service: RecallService) -> None:
        body = _body(
            RecoveriesBody,
            action=action,
            things=[line.strip() for line in things.splitlines() if line.strip()],
            quantity=quantity or None,
            uom=uom or None,
            note=note or None,
        )
        service.recover(case_id, body, person)

    return _do(request, store, person, case_id, work, "progress")


@router.post("/{case_id}/moments")
def moments(request: Request, store: Store, person: Writer, case_id: str, moment: Short = "") -> Response:
    """Record that something happened just now that the legal clock counts from."""

    def work(service: RecallService) -> None:
        service.note_moments(case_id, _body(MomentsBody, **{moment: utc_now()}), person)

    return _do(request, store, person, case_id, work, "clock")


@router.post("/{case_id}/close")
def close(
    request: Request,
    store: Store,
    person: Writer,
    case_id: str,
    outcome: Text = "",
    accept_unsettled: Short = "",
) -> Response:
    """Close a recall."""

    def work(service: RecallService) -> None:
        service.close(
            case_id, _body(CloseBody, outcome=outcome, accept_unsettled=bool(accept_unsettled)), person
        )

    return _do(request, store, person, case_id, work, "")


def _do(
    request: Request,
    store: Store,
    person: Writer,
    case_id: str,
    work: Callable[[RecallService], None],
    part: str,
) -> Response:
    """Do something with a case and lead back to its page; what was refused is told there."""
    try:
        work(RecallService(store))
    except (TraceApiError, LineageError) as error:
        if isinstance(error, Problem) and error.status == 404:
            raise
        return _case_page(request, store, person, case_id, error=error)
    return RedirectResponse(f"/console/recalls/{case_id}" + (f"#{part}" if part else ""), 303)


def _case_page(
    request: Request,
    store: Store,
    person: Reader,
    case_id: str,
    *,
    state: str | None = None,
    after: str | None = None,
    error: Exception | None = None,
) -> Response:
    service = RecallService(store)
    case = service.case(case_id)
    parties = own_keys(store, person)
    deadlines = service.deadlines(case)
    t = words(language_of(request))
    with store.reading() as connection:
        if parties is not None and case.responsible_uscc not in parties:
            if not repository.things_of(connection, case.id, limit=1, parties=parties):
                raise Problem(404, "no-such-case", f"There is no recall case {case.id!r}.")
        else:
            parties = None
        told = views.whole(connection, case, deadlines, now=utc_now(), stale=False, limit=1, parties=parties)
        rows = repository.things_of(
            connection, case.id, limit=MAX_ROWS + 1, after=after, parties=parties, state=state or None
        )
        values = {
            "section": "drills" if case.drill else "recalls",
            "case": told,
            "deadlines": deadlines,
            "rows": rows[:MAX_ROWS],
            "next": urlencode({"after": rows[MAX_ROWS - 1].id, "state": state or ""})
            if len(rows) > MAX_ROWS
            else None,
            "state": state,
            "rules": clock.rules_for(case.regime, case.level, day_in_china(case.knew_at)),
            "names": Names(MasterDirectory(connection), t),
            "error": error,
            "readonly": person.role == "party" or case.status == "closed",
        }
        return show(
            request,
            "console/recall.html",
            values,
            person=person,
            status=getattr(error, "status", 400) if error else 200,
        )


def _form(request: Request, person: Writer, given: dict[str, str], error: Exception | None) -> Response:
    filled = {
        "seeds": "",
        "regime": "food",
        "level": "1",
        "reason": "",
        "knew_at": "",
        "contact": "",
        **given,
    }
    filled["knew_at"] = filled["knew_at"] or in_china(utc_now()).strftime("%Y-%m-%dT%H:%M")
    today = day_in_china(utc_now())
    levels = {name: clock.levels_of(profile_for(name, today)) for name in sorted(REGIMES & set(regimes()))}
    values = {"section": "recalls", "given": filled, "levels": levels, "error": error}
    return show(
        request,
        "console/recall_new.html",
        values,
        person=person,
        status=getattr(error, "status", 400) if error else 200,
    )


def _body(kind: type[B], **values: Any) -> B:
    """Check the fields of a form like the body of the API.

    :raises Problem: 400 that names the first field that is wrong
    """
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "form"
        raise Problem(400, "bad-form", f"{where}: {first['msg']}") from error


def _china_time(text: str) -> datetime | None:
    """Read a time of a form, which is China's; an empty one is None."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(400, "bad-form", f"{text[:40]!r} is not a time.") from None
    return (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC)
