"""HTTP of recalls."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from trace_api.accounts import Principal, RequiredRole
from trace_api.database import Database
from trace_api.dependencies import Store
from trace_api.pages.languages import choose_language, words
from trace_api.problems import Problem
from trace_api.recall import evidence, export, repository, views
from trace_api.recall.model import Case
from trace_api.recall.requests import CaseBody, CloseBody, MomentsBody, NoticesBody, RecoveriesBody
from trace_api.recall.service import RecallService, utc_now
from trace_api.responsibility.directory import own_keys

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "`…/bad-parameter`, an identifier that cannot be read, `…/unknown-recall-level`."},
    401: {"description": "No token."},
    403: {"description": "A role that may not do this."},
    404: {"description": "`…/no-such-case`; when opening: `…/never-seen`."},
    409: {"description": "`…/case-closed`, `…/not-in-scope`, `…/unsettled`."},
}

router = APIRouter(prefix="/recall/v1", tags=["recall"], responses=_REFUSALS)

Inspector = Annotated[Principal, Depends(RequiredRole("inspector"))]
Reader = Annotated[Principal, Depends(RequiredRole("inspector", "party"))]
Limit = Annotated[int, Query(ge=1, le=views.MAX_THINGS, description="things in the answer")]
After = Annotated[str | None, Query(max_length=400, description="`scope.next` of the page before")]

MAX_CASES: Final = 200


@router.post("/cases", status_code=201, summary="Open a recall")
def open_case(store: Store, principal: Inspector, body: CaseBody, response: Response) -> dict[str, Any]:
    """Open a case from its seeds: gives scope, whereabouts, holders to notify, gaps and the clock."""
    service = RecallService(store)
    case = service.open(body, principal)
    response.headers["Location"] = f"/recall/v1/cases/{case.id}"
    return _whole(store, service, case, views.DEFAULT_THINGS, None, None)


@router.get("/cases", summary="Recalls, the newest first")
def list_cases(
    store: Store,
    principal: Reader,
    status: Literal["open", "closed"] | None = None,
    drill: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_CASES)] = 50,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> dict[str, Any]:
    """List cases; a party sees those that concern it."""
    parties = own_keys(store, principal)
    with store.reading() as connection:
        found = repository.list_cases(
            connection, drill=drill, status=status, before=after, limit=limit + 1, party=parties
        )
    shown = found[:limit]
    return {
        "cases": [views.head(case) for case in shown],
        "next": shown[-1].id if len(found) > limit else None,
    }


@router.get("/cases/{case_id}", summary="One recall")
def case(
    store: Store,
    principal: Reader,
    case_id: str,
    limit: Limit = views.DEFAULT_THINGS,
    after: After = None,
    refresh: bool = False,
) -> dict[str, Any]:
    """Give a case as of now: what was captured since it was opened is taken into account first."""
    service = RecallService(store)
    found = service.case(case_id, refresh=refresh)
    return _whole(store, service, found, limit, after, _allowed(store, principal, found))


@router.post("/cases/{case_id}/notices", status_code=201, summary="Tell the holders")
def notify(store: Store, principal: Inspector, case_id: str, body: NoticesBody) -> dict[str, Any]:
    """Record that holders were told; `parties: "all"` means every holder that was not told before."""
    numbers = RecallService(store).notify(case_id, body, principal)
    return {"notices": numbers, "count": len(numbers)}


@router.post(
    "/cases/{case_id}/notices/{notice}/acknowledge", status_code=204, summary="A holder has confirmed"
)
def acknowledge(store: Store, principal: Inspector, case_id: str, notice: int) -> None:
    """Record that a holder has confirmed a notice; the first time counts."""
    RecallService(store).acknowledge(case_id, min(notice, 2**62), principal)


@router.post("/cases/{case_id}/recoveries", status_code=201, summary="What became of affected things")
def recover(store: Store, principal: Inspector, case_id: str, body: RecoveriesBody) -> dict[str, Any]:
    """Record that affected things were found, recovered, destroyed or released."""
    return {"count": RecallService(store).recover(case_id, body, principal)}


@router.post("/cases/{case_id}/moments", status_code=204, summary="What the legal clock counts from")
def moments(store: Store, principal: Inspector, case_id: str, body: MomentsBody) -> None:
    """Record when the recall was announced, reported, planned, completed or summed up."""
    RecallService(store).note_moments(case_id, body, principal)


@router.post("/cases/{case_id}/close", summary="Close a recall")
def close(store: Store, principal: Inspector, case_id: str, body: CloseBody) -> dict[str, Any]:
    """Close a case; refused while affected things are out, unless `accept_unsettled` accepts that."""
    return views.head(RecallService(store).close(case_id, body, principal))


@router.get("/cases/{case_id}/export", summary="A recall as a file")
def export_case(
    store: Store,
    request: Request,
    principal: Inspector,
    case_id: str,
    format: Literal["xlsx", "json", "evidence"] = "xlsx",  # noqa: A002 - the name of the parameter in the API
    lang: str | None = None,
) -> Response:
    """Give the whole case: a workbook, a JSON document, or a bundle with every event on the paths."""
    del principal
    service = RecallService(store)
    found = service.case(case_id, refresh=True)
    now = utc_now()
    deadlines = service.deadlines(found)
    table = words(choose_language(lang, request.headers.get("accept-language")))
    with store.reading() as connection:
        things = views.all_things(connection, found)
        told = views.whole(connection, found, deadlines, now=now, stale=False, limit=max(len(things), 1))
        if format == "evidence":
            data = export.bundle(told, evidence.events_of(connection, things), table, now)
        else:
            data = export.workbook(told, table) if format == "xlsx" else export.document(told)
    kind, ending = {
        "xlsx": (export.XLSX, "xlsx"),
        "json": ("application/json", "json"),
        "evidence": (export.ZIP, "zip"),
    }[format]
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{found.id}.{ending}"'}
    )


@router.post("/drills", status_code=201, summary="Practise a recall")
def drill(store: Store, principal: Inspector, body: CaseBody) -> dict[str, Any]:
    """Work out a scope as a recall would, with no effect; what it took is kept on file."""
    service = RecallService(store)
    found = service.open(body, principal, drill=True)
    return _whole(store, service, found, views.DEFAULT_THINGS, None, None)


def _whole(
    store: Database,
    service: RecallService,
    found: Case,
    limit: int,
    after: str | None,
    parties: list[str] | None,
) -> dict[str, Any]:
    deadlines = service.deadlines(found)
    stale = service.is_stale(found)
    with store.reading() as connection:
        return views.whole(
            connection,
            found,
            deadlines,
            now=utc_now(),
            stale=stale,
            limit=limit,
            after=after,
            parties=parties,
        )


def _allowed(store: Database, principal: Principal, found: Case) -> list[str] | None:
    """Give the keys that limit what a principal sees of a case.

    :raises Problem: 404 when the case does not concern its party
    """
    parties = own_keys(store, principal)
    if parties is None or found.responsible_uscc in parties:
        return None
    with store.reading() as connection:
        if repository.things_of(connection, found.id, limit=1, parties=parties):
            return parties
    raise Problem(404, "no-such-case", f"There is no recall case {found.id!r}.")
