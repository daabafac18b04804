"""Opens CSV and XLSX files as tables of cells, within limits. Knows files, not master data."""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import openpyxl

from trace_api.masterdata.errors import UnreadableTableError

MAX_FILE_BYTES: Final = 64 * 1024 * 1024  # half a million rows of a party table; beyond it, split the file
MAX_UNPACKED_BYTES: Final = (
    512 * 1024 * 1024
)  # an XLSX is a zip: stops a small file that unpacks to a huge one
MAX_COLUMNS: Final = 64


class _Reader(Protocol):
    """What ``csv.reader`` gives; the class has no public name before Python 3.13."""

    line_num: int

    def __next__(self) -> list[str]: ...


SUFFIXES: Final = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file.

    :ivar name: file name, with the sheet's name where the file has several
    :ivar header: trimmed lower-case column names
    :ivar rows: (row number as a spreadsheet shows it, cells), blank rows left out; read once
    :ivar size: number of rows that are expected, for a progress bar; 0 when unknown
    """

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, tuple[object, ...]]]
    size: int


def is_table(path: Path) -> bool:
    """Say whether the file's name promises a table (as opposed to an EPCIS document)."""
    return path.suffix.lower() in SUFFIXES


def read_sheets(name: str, data: bytes) -> Iterator[Sheet]:
    """Give the tables of a file one after the other.

    :param name: file name; its ending says CSV or XLSX
    :raises UnreadableTableError: not readable as what the name promises, or beyond the limits
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableTableError(
            f"{name} has {len(data)} bytes, at most {MAX_FILE_BYTES} are read",
            hint="split it into several files",
        )
    if name.lower().endswith(".xlsx"):
        yield from _xlsx(name, data)
    else:
        yield _csv(name, data)


def _csv(name: str, data: bytes) -> Sheet:
    text = _text(name, data)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise UnreadableTableError(f"{name}, line 1: {error}") from error
    return Sheet(name, _header(name, header), _csv_rows(name, reader), max(text.count("\n") - 1, 0))


def _text(name: str, data: bytes) -> str:
    """Decode a CSV file: UTF-8, or what spreadsheets write in China when its headings are Chinese."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Headings that are not ASCII must turn out to be ours, so this is no guess.
        if not data.partition(b"\n")[0].isascii():
            with suppress(UnicodeDecodeError):
                return data.decode("gb18030")
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableTableError(
            f"{name}, line {line}: not UTF-8", hint="save it as “CSV UTF-8”"
        ) from error


def _csv_rows(name: str, reader: _Reader) -> Iterator[tuple[int, tuple[object, ...]]]:
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableTableError(
                f"{name}, line {line}: {error}", hint="check the quotes of that line"
            ) from error
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
        line = reader.line_num + 1


def _xlsx(name: str, data: bytes) -> Iterator[Sheet]:
    unpacked = _unpacked_size(name, data)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableTableError(
            f"{name} unpacks to {unpacked} bytes, at most {MAX_UNPACKED_BYTES} are read"
        )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets the XML, key and value errors of a broken file through
        raise _not_xlsx(name) from error
    try:
        many = len(book.worksheets) > 1
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
            first = next(rows, None)
            if first is None or not any(cell is not None for cell in first):
                continue
            label = f"{name} [{sheet.title}]" if many else name
            numbered = (
                (number, tuple(cells))
                for number, cells in enumerate(rows, start=2)
                if any(cell is not None and str(cell).strip() for cell in cells)
            )
            yield Sheet(label, _header(label, first), numbered, max((sheet.max_row or 1) - 1, 0))
    finally:
        book.close()


def _unpacked_size(name: str, data: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _not_xlsx(name) from error


def _not_xlsx(name: str) -> UnreadableTableError:
    return UnreadableTableError(f"{name} is not an XLSX file that can be read", hint="save it again as .xlsx")


def _header(name: str, cells: "list[str] | tuple[object, ...]") -> tuple[str, ...]:
    header = tuple("" if cell is None else str(cell).strip().lower() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise UnreadableTableError(f"{name} is empty", hint="the first row names the columns")
    if len(header) > MAX_COLUMNS:
        raise UnreadableTableError(f"{name} has {len(header)} columns, at most {MAX_COLUMNS} are read")
    repeated = sorted({column for column in header if column and header.count(column) > 1})
    if repeated:
        raise UnreadableTableError(f"{name} names the column {repeated[0]!r} twice")
    return header
