"""Imports tables of master data: good rows are kept, every bad row is named, doing it twice changes nothing.

The steps, repeated as numbers in the code:

1. The file is opened within limits and each of its sheets recognised by its header row.
2. Each row is read on its own; what is wrong is noted with row, column and reason.
3. A key that appears twice in one table is an error, unless both rows say the same.
4. Good rows are written in batches; the database tells which of them changed anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from trace_api.masterdata import repository
from trace_api.masterdata.columns import read_row
from trace_api.masterdata.errors import UnknownTableError
from trace_api.masterdata.headings import columns_of
from trace_api.masterdata.model import COLUMNS, REQUIRED, Record
from trace_api.masterdata.workbook import Sheet, is_table, read_sheets

__all__ = ["BadRow", "TableReport", "import_bytes", "import_tables", "is_table"]

BATCH_ROWS: Final = (
    1000  # one statement each: large enough to be quick, small enough for a moving progress bar
)
MAX_REPORTED: Final = 1000  # a table whose every row is bad is wrong as a whole; its report stays readable

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing that is wrong with one row."""

    table: str
    row: int
    column: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Give the line that a person reads."""
        return f"{self.table}, row {self.row}, {self.column}: {self.message}" + (
            f" ({self.hint})" if self.hint else ""
        )


@dataclass(slots=True)
class TableReport:
    """What became of one table.

    :ivar accepted: rows that were new or changed something
    :ivar unchanged: rows that said what was known already
    :ivar rejected: everything that is wrong, at most :data:`MAX_REPORTED` entries
    :ivar rejected_rows: number of rows that were left out
    :ivar warnings: what is odd but kept, e.g. columns that nobody reads
    """

    name: str
    table: str
    accepted: int = 0
    unchanged: int = 0
    rejected: list[BadRow] = field(default_factory=list)
    rejected_rows: int = 0
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give the report as JSON fields."""
        return asdict(self)


def import_tables(connection: Connection, path: Path, progress: Progress | None = None) -> list[TableReport]:
    """Import every table of one file.

    :param progress: called with (rows done, rows expected)
    :raises MasterDataError: the file as a whole is not a table of ours; nothing of it is written then
    """
    return import_bytes(connection, path.name, path.read_bytes(), progress)


def import_bytes(
    connection: Connection, name: str, data: bytes, progress: Progress | None = None
) -> list[TableReport]:
    """Import every table of a file that is at hand as bytes; see :func:`import_tables`."""
    # 1. open and recognise
    return [_import_sheet(connection, sheet, progress) for sheet in read_sheets(name, data)]


def recognise(sheet_name: str, header: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Say which table a header row belongs to, and which column each heading names.

    :raises UnknownTableError: to none of them, with the headers that are known
    """
    named = {table: columns_of(table, header) for table in REQUIRED}
    fitting = [table for table, required in REQUIRED.items() if set(named[table]).issuperset(required)]
    if "sites" in fitting and "parties" in fitting:
        fitting.remove("parties")
    if not fitting:
        known = "; ".join(f"{table}: {','.join(needed)}" for table, needed in REQUIRED.items())
        raise UnknownTableError(
            f"{sheet_name}: the columns {','.join(header)} belong to no table",
            hint=f"the columns needed are {known}, or their Chinese names",
        )
    table = max(fitting, key=lambda table: len(set(named[table]) & set(COLUMNS[table])))
    for column in COLUMNS[table]:
        if named[table].count(column) > 1:
            raise UnknownTableError(f"{sheet_name}: two headings name the column {column}")
    return table, named[table]


def _import_sheet(connection: Connection, sheet: Sheet, progress: Progress | None) -> TableReport:
    table, columns = recognise(sheet.name, sheet.header)
    report = TableReport(sheet.name, table)
    ignored = [column for column in columns if column and column not in COLUMNS[table]]
    if ignored:
        report.warnings.append(f"columns not read: {', '.join(ignored)}")
    batch: list[Record] = []
    done = 0
    for number, record in _records(sheet, table, columns, report):
        done = number
        batch.append(record)
        if len(batch) >= BATCH_ROWS:
            _write(connection, table, batch, report)
            batch.clear()
            if progress:
                progress(done, sheet.size)
    _write(connection, table, batch, report)
    if progress:
        progress(max(done, sheet.size), sheet.size)
    return report


def _records(
    sheet: Sheet, table: str, columns: tuple[str, ...], report: TableReport
) -> Iterator[tuple[int, Record]]:
    first_rows: dict[tuple[object, ...], tuple[int, Record]] = {}
    # a person looks for the heading that stands in the file
    headings = dict(zip(columns, sheet.header, strict=True))
    for number, cells in sheet.rows:
        # 2. read the row
        named = {
            column: cell for column, cell in zip(columns, cells, strict=False) if column in COLUMNS[table]
        }
        record, problems = read_row(table, named)
        if len(cells) > len(sheet.header) and any(
            str(cell or "").strip() for cell in cells[len(sheet.header) :]
        ):
            report.warnings.append(f"row {number} has more cells than the header has columns")
        if record is not None:
            # 3. the same key twice
            key = repository.key_of(record)
            earlier = first_rows.setdefault(key, (number, record))
            if earlier[0] == number:
                yield number, record
                continue
            if earlier[1] == record:
                report.unchanged += 1
                continue
            column = headings[REQUIRED[table][0]]
            _reject(report, BadRow(table, number, column, f"says otherwise than row {earlier[0]}"))
        for problem in problems:
            column = headings.get(problem.column, problem.column)
            _reject(report, BadRow(table, number, column, problem.message, problem.hint))
        report.rejected_rows += 1


def _reject(report: TableReport, bad: BadRow) -> None:
    if len(report.rejected) < MAX_REPORTED:
        report.rejected.append(bad)


def _write(connection: Connection, table: str, batch: list[Record], report: TableReport) -> None:
    # 4. write
    if batch:
        changed = repository.upsert(connection, table, batch, origin="table")
        report.accepted += changed
        report.unchanged += len(batch) - changed
