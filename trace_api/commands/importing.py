"""``trace-api import``: EPCIS documents and tables of master data from files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lineage.errors import LineageError
from trace_api.commands.app import Data, DatabaseUrl, app, notes, settings_of
from trace_api.errors import TraceApiError

if TYPE_CHECKING:
    from trace_api.capture.jobs import Job
    from trace_api.capture.service import Capturer
    from trace_api.database import Database

# Faults of one file that are printed; the count says how many there are.
SHOWN = 20

Tick = Callable[[int, int], None]


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, readable=True)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Import EPCIS documents (JSON, XML) and tables of parties, sites, products, licences (CSV, XLSX).

    What is right is kept, each thing that is wrong is named with its place. Importing a file again changes
    nothing. Works while the server runs.

    For example:

    - `trace-api import parties.csv sites.csv events.jsonld`
    - `trace-api import --json world/*.jsonld`
    """
    from trace_api.capture.service import Capturer  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    wrong = False
    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=notes,
            transient=True,
        ) as progress,
    ):
        capturer = Capturer(database, settings.capture_limit)
        for file in files:
            task = progress.add_task(file.name, total=None)

            def tick(done: int, total: int, task: Any = task) -> None:
                progress.update(task, completed=done, total=total)

            reports = list(_import_file(database, capturer, file, tick))
            wrong = wrong or any(report["rejected"] for report in reports)
            for report in reports:
                _print(report, as_json=as_json)
    raise typer.Exit(1 if wrong else 0)


def _import_file(database: Database, capturer: Capturer, file: Path, tick: Tick) -> Iterator[dict[str, Any]]:
    """Import one file; give a report for the document, or for each table in it."""
    from trace_api.masterdata.importing import import_tables  # noqa: PLC0415
    from trace_api.masterdata.workbook import is_table  # noqa: PLC0415

    try:
        if is_table(file):
            with database.transaction() as connection:
                tables = import_tables(connection, file, tick)
            for table in tables:
                yield {"file": str(file), **table.as_dict()}
        else:
            yield _document_report(file, capturer.import_document(file.read_bytes(), _kind(file), tick))
    except (LineageError, TraceApiError) as error:
        problems = getattr(error, "problems", None)
        found = [problem.as_dict() for problem in problems] if problems else [{"message": error.message}]
        yield {"file": str(file), "accepted": 0, "rejected": found}


def _kind(file: Path) -> str:
    return "application/xml" if file.suffix.lower() == ".xml" else "application/json"


def _document_report(file: Path, jobs: list[Job]) -> dict[str, Any]:
    counts = {
        status: sum(job.counts[status] for job in jobs) for status in ("accepted", "duplicate", "rejected")
    }
    errors = [
        {"event": result["index"], **error}
        for job in jobs
        for result in job.results
        for error in result["errors"]
    ]
    return {"file": str(file), "table": "events", **counts, "rejected": errors}


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, default=str))
        return
    rejected = report["rejected"]
    counts = ", ".join(
        f"{report[name]} {name}"
        for name in ("accepted", "duplicate", "unchanged")
        if report.get(name) is not None
    )
    notes.print(
        f"{report['file']} ({report.get('table', 'unreadable')}): {counts}, {len(rejected)} rejected",
        soft_wrap=True,
    )
    for each in rejected[:SHOWN]:
        notes.print(
            "  " + ", ".join(f"{name} {value}" for name, value in each.items()), soft_wrap=True, markup=False
        )
    if len(rejected) > SHOWN:
        notes.print(f"  … and {len(rejected) - SHOWN} more (all with --json)")
