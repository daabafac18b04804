"""HTTP for master data: read it page by page, look a party up, import a table."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, File, Query, UploadFile

from lineage.identifiers import read
from trace_api.accounts import Principal, RequiredRole
from trace_api.dependencies import Store
from trace_api.masterdata import importing, repository, service
from trace_api.masterdata.model import Record
from trace_api.masterdata.workbook import MAX_FILE_BYTES
from trace_api.problems import Problem

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "`…/unknown-table`, `…/unreadable-table`, `…/bad-parameter`."},
    401: {"description": "No token."},
    403: {"description": "A role that may not do this."},
}

router = APIRouter(prefix="/masterdata/v1", tags=["master data"], responses=_REFUSALS)

Table = Literal["parties", "sites", "products", "licences"]

MAX_PAGE: Final = 1000

Reader = Annotated[Principal, Depends(RequiredRole("inspector", "party"))]
Administrator = Annotated[Principal, Depends(RequiredRole("admin"))]


@router.post("/import", summary="Import tables")
def import_table(
    store: Store,
    principal: Administrator,
    file: Annotated[UploadFile, File(description="CSV (UTF-8) or XLSX")],
) -> dict[str, Any]:
    """Import the tables of one CSV or XLSX file; good rows are kept, every bad row is named.

    The kind of table is recognised by its header row. Doing it twice changes nothing.
    """
    del principal
    name = (file.filename or "table.csv")[:200]
    if not name.lower().endswith((".csv", ".xlsx")):
        raise Problem(415, "not-a-table", f"{name} is neither .csv nor .xlsx.")
    data = file.file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise Problem(413, "too-large", f"A table may have {MAX_FILE_BYTES} bytes.", hint="Split it.")
    reports = store.run(lambda connection: importing.import_bytes(connection, name, data))
    return {"tables": [report.as_dict() for report in reports]}


@router.get("/parties/{key:path}", summary="One party with its sites and licences")
def party(store: Store, principal: Reader, key: str) -> dict[str, Any]:
    """Give a party by social credit code, PGLN or party id in any written form."""
    del principal
    identifier = read(key, scheme="uscc") if len(key) == 18 and ":" not in key else read(key)
    with store.reading() as connection:
        found = service.parties(connection, [identifier.id]).get(identifier.id)
        if found is None:
            raise Problem(404, "no-such-party", f"No party is registered under {key}.")
        sites = repository.sites_operated_by(connection, found.uscc) if found.uscc else []
        licences = service.licences(connection, [found.uscc]) if found.uscc else []
    return {
        **as_json(found),
        "sites": [as_json(each) for each in sites],
        "licences": [as_json(each) for each in licences],
    }


@router.get("/{table}", summary="One table, page by page")
def page(
    store: Store,
    principal: Reader,
    table: Table,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
) -> dict[str, Any]:
    """Give the records of one table in the order of their keys; `next` is null on the last page."""
    del principal
    with store.reading() as connection:
        records = repository.page(connection, table, after=_cursor(table, after), limit=limit + 1)
    more = len(records) > limit
    shown = records[:limit]
    return {
        "items": [as_json(record) for record in shown],
        "next": _cursor_text(shown[-1]) if more and shown else None,
    }


def as_json(record: Record) -> dict[str, Any]:
    """Give a record as JSON fields."""
    return asdict(record)


def _cursor(table: Table, text: str | None) -> tuple[object, ...] | None:
    if text is None:
        return None
    parts = tuple(text.replace("\0", "").split("\t"))
    if table != "licences":
        return (parts[0],)
    if len(parts) != 4:
        raise Problem(400, "bad-cursor", "`after` is not the `next` of a page of licences.")
    try:
        return (*parts[:3], date.fromisoformat(parts[3]))
    except ValueError:
        raise Problem(400, "bad-cursor", "`after` is not the `next` of a page of licences.") from None


def _cursor_text(record: Record) -> str:
    return "\t".join(str(part) for part in repository.key_of(record))
