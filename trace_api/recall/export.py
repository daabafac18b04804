"""Exports of a recall case: a workbook for people, JSON for programs, a bundle for the file of evidence."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import openpyxl
import orjson
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from trace_api.china import in_china
from trace_api.pages.languages import Words
from trace_api.pages.shortening import width

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP: Final = "application/zip"

MAX_ROWS: Final = 1_000_000
"""Rows of one sheet (Excel's limit is 1,048,576); further things go on in a second sheet."""

_HEADER_FILL: Final = PatternFill("solid", fgColor="12343F")
_HEADER_FONT: Final = Font(bold=True, color="FFFFFF")
_HEADER_ALIGNMENT: Final = Alignment(vertical="top", wrap_text=True)
_MAX_WIDTH: Final = 70


def workbook(case: dict[str, Any], words: Words) -> bytes:
    """Write a case as XLSX, a sheet each for the case, its clock, things, holders, gaps and journal."""
    book = openpyxl.Workbook(write_only=True)
    title = words("export.title")
    _sheet(book, words("export.case"), (title, ""), _case_rows(case, words), widths=(24, 90))
    _sheet(book, words("export.clock"), words("export.clock.columns").split("|"), _clock_rows(case, words))
    rows = list(_thing_rows(case, words))
    for number, start in enumerate(range(0, max(len(rows), 1), MAX_ROWS), start=1):
        name = words("export.things") + (f" {number}" if number > 1 else "")
        _sheet(book, name, words("export.things.columns").split("|"), rows[start : start + MAX_ROWS])
    _sheet(
        book, words("export.holders"), words("export.holders.columns").split("|"), _holder_rows(case, words)
    )
    _sheet(book, words("export.gaps"), words("export.gaps.columns").split("|"), _gap_rows(case, words))
    _sheet(book, words("export.notices"), words("export.notices.columns").split("|"), _notice_rows(case))
    _sheet(
        book,
        words("export.recoveries"),
        words("export.recoveries.columns").split("|"),
        _recovery_rows(case, words),
    )
    _sheet(book, words("export.journal"), words("export.journal.columns").split("|"), _journal_rows(case))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document(case: dict[str, Any]) -> bytes:
    """Write a case as one JSON document."""
    return orjson.dumps(case, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def bundle(case: dict[str, Any], events: Iterable[dict[str, Any]], words: Words, made_at: datetime) -> bytes:
    """Write a case as a ZIP with everything that somebody needs to follow its scope by hand.

    ``case.json``, ``case.xlsx``, every event on the paths as captured (``events.jsonl``), and
    ``SHA256SUMS`` over the three; the archive of the same case and events is the same to the byte.
    """
    files = {
        "case.json": document(case),
        "case.xlsx": workbook(case, words),
        "events.jsonl": b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in events),
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    stamp = in_china(made_at).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{case['id']}/{name}", stamp), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet(
    book: openpyxl.Workbook,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[int] = (),
) -> None:
    sheet: Worksheet = book.create_sheet(name[:31])
    kept = [tuple(_plain(value) for value in row) for row in rows]
    measured = kept[:200]
    for column in range(len(header)):
        longest = max(
            [
                len(header[column]) * 2,
                *(width(str(row[column] or "")) for row in measured if column < len(row)),
            ]
        )
        given = widths[column] if column < len(widths) else min(longest + 3, _MAX_WIDTH)
        sheet.column_dimensions[get_column_letter(column + 1)].width = given
    sheet.freeze_panes = "A2"
    sheet.append([_header_cell(sheet, text) for text in header])
    for row in kept:
        sheet.append([_text_cell(sheet, value) if _looks_like_formula(value) else value for value in row])


def _header_cell(sheet: Worksheet, text: str) -> Any:
    cell = _text_cell(sheet, text)
    cell.fill, cell.font, cell.alignment = _HEADER_FILL, _HEADER_FONT, _HEADER_ALIGNMENT
    return cell


def _text_cell(sheet: Worksheet, text: Any) -> Any:
    """Give a cell whose text stays a text, even one that begins with “=”: nobody's name becomes a formula."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _looks_like_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return in_china(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int | float) or value is None:
        return value
    text = str(value)
    if text.isprintable():
        return text
    return "".join(character for character in text if character >= " " or character in "\n\t")


def _case_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    progress = case["progress"]
    yield words("case.number"), case["id"]
    yield words("case.status"), words.name("case_status", case["status"])
    yield words("case.regime"), words.name("regime", case["regime"])
    if case["level"]:
        yield words("case.level"), words.name("level", case["level"])
    yield words("case.law"), words.of(case["law"], case["law_en"])
    yield words("recall.reason"), case["reason"]
    yield words("recall.responsible"), case["responsible"]
    yield words("case.seeds"), "\n".join(seed["id"] for seed in case["seeds"])
    yield words("case.knew_at"), case["knew_at"]
    yield words("case.opened_at"), case["opened_at"]
    yield words("case.opened_by"), case["opened_by"]
    yield words("case.closed_at"), case["closed_at"]
    yield words("case.outcome"), case["outcome"]
    yield words("case.as_of"), case["scope"]["as_of"]
    for name in (
        "affected",
        "outstanding",
        "found",
        "recovered",
        "destroyed",
        "released",
        "gone",
        "withdrawn",
    ):
        yield words(f"progress.{name}"), progress[name]
    yield words("progress.holders"), f"{progress['notified']} / {progress['holders']}"
    yield words("export.zone"), words("colophon.zone")


def _clock_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    for deadline in case["clock"]["deadlines"]:
        allowed = deadline["allowed"]
        yield (
            words.name("duty", deadline["step"]),
            words(f"counting.{allowed['counting']}", count=allowed["count"]),
            deadline["from"],
            deadline["due"],
            words.name("deadline", deadline["state"]),
            deadline["basis"],
            words("yes") if deadline["verified"] else words("no"),
        )


def _thing_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    for thing in case["scope"]["things"]:
        where = thing["where"]
        yield (
            thing["id"],
            words.name("kind", thing["kind"]),
            thing["at"],
            thing["depth"],
            words.name("state", where["state"]),
            where["party"],
            where["site"],
            where["unit"],
            where["since"],
            words.name("progress_of", thing["progress"]),
            thing["withdrawn_at"],
            thing["seed"],
            thing["via"]["thing"],
            "\n".join(thing["via"]["events"]),
        )


def _holder_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    for holder in case["scope"]["holders"]:
        states = ", ".join(
            f"{words.name('state', state)} {count}" for state, count in sorted(holder["states"].items())
        )
        yield (
            words.of(holder["name"], holder["name_en"]) or holder["party"],
            holder["uscc"],
            holder["phone"],
            holder["count"],
            states,
            holder["settled"],
            "\n".join(holder["lots"]),
            "\n".join(holder["sites"]),
            holder["notified_at"],
            holder["acknowledged_at"],
        )


def _gap_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    for gap in case["scope"]["gaps"]:
        yield (
            gap["code"],
            words.of(gap["message_zh"], gap["message"]),
            gap["count"],
            gap["party"],
            gap["site"],
            "\n".join(gap["things"]),
        )
    for finding in case["scope"]["findings"]:
        message = words.of(finding.get("message_zh"), finding["message"])
        yield finding["code"], message, len(finding["things"]), None, None, "\n".join(finding["things"][:50])


def _notice_rows(case: dict[str, Any]) -> Iterable[Sequence[object]]:
    for notice in case["notices"]:
        yield tuple(
            notice[name]
            for name in ("id", "party", "channel", "sent_at", "sent_by", "acknowledged_at", "note")
        )


def _recovery_rows(case: dict[str, Any], words: Words) -> Iterable[Sequence[object]]:
    for recovery in case["recoveries"]:
        yield (
            words.name("progress_of", recovery["action"]),
            *(
                recovery[name]
                for name in (
                    "thing",
                    "quantity",
                    "uom",
                    "party",
                    "site",
                    "happened_at",
                    "recorded_by",
                    "note",
                )
            ),
        )


def _journal_rows(case: dict[str, Any]) -> Iterable[Sequence[object]]:
    for entry in case["journal"]:
        yield entry["at"], entry["by"], entry["what"], orjson.dumps(entry["details"]).decode()
