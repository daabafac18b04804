"""Reads the cells of one row into a record, naming every column that is wrong. Pure: no file, no database."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from lineage.errors import LineageError
from lineage.identifiers import Identifier, read
from trace_api.masterdata.errors import BadValueError
from trace_api.masterdata.model import (
    MAX_TEXT,
    REGIMES,
    REQUIRED,
    ROLES,
    Licence,
    Party,
    Product,
    Record,
    Site,
)
from trace_api.pages.languages import words

_DIGITS = re.compile(r"[0-9]+")
_SCHEME_PREFIX = re.compile(r"([a-z][a-z0-9_]{1,31}):([0-9A-Za-z.\-]{1,40})")
_KIND = re.compile(r"[a-z][a-z0-9_]{1,39}")
_REGION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")
_DATE_FORMS: Final = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_MAX_CODE: Final = 300  # any written form of an identifier fits
MAX_SHELF_LIFE_DAYS: Final = 36_500  # a century: beyond it the cell holds something else than days
ABSOLUTE_ZERO_C: Final = -273.15
MAX_TEMPERATURE_C: Final = 1000.0  # no goods are stored hotter; catches a unit mix-up


def cell_text(value: object) -> str:
    """Give a cell as text: whole numbers without a decimal point, dates in ISO form, blanks trimmed.

    :raises BadValueError: with an empty column, when the cell holds control characters
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadValueError("", "not a number")
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise BadValueError("", "holds control characters (a line break, a tab or NUL)")
    return text


def read_row(table: str, cells: Mapping[str, object]) -> tuple[Record | None, list[BadValueError]]:
    """Read one row.

    :param table: ``parties``, ``sites``, ``products`` or ``licences``
    :param cells: column name -> cell as the file gave it; absent columns count as empty
    :return: the record, or None and everything that is wrong with the row
    """
    values, problems = read_values(table, cells, required=REQUIRED[table])
    return (None, problems) if problems else (_MAKERS[table](values), [])


def read_values(
    table: str, cells: Mapping[str, object], *, required: tuple[str, ...]
) -> tuple[dict[str, Any], list[BadValueError]]:
    """Read the cells of one row into typed values.

    :param required: columns that must not be empty
    :return: column name -> value for the columns that hold one, and everything that is wrong
    """
    problems: list[BadValueError] = []
    values: dict[str, Any] = {}
    for column in (*cells, *(name for name in required if name not in cells)):
        try:
            value = _read_cell(column, cells.get(column), needed=column in required)
        except BadValueError as bad:
            problems.append(BadValueError(column, bad.message, hint=bad.hint))
            continue
        if value is not None:
            values[column] = value
    return values, problems or _contradictions(table, values)


def _read_cell(column: str, cell: object, *, needed: bool) -> Any:
    text = cell_text(cell)
    limit = MAX_TEXT.get(column, _MAX_CODE)
    if len(text) > limit:
        raise BadValueError(column, f"has {len(text)} characters, at most {limit} are kept")
    if text:
        return _READERS.get(column, _plain)(column, text)
    if needed:
        raise BadValueError(column, "is empty, and every row needs it")
    return None


def read_uscc(column: str, text: str) -> str:
    """Read a unified social credit code, check character and all.

    :return: the 18 characters
    :raises BadValueError: naming what is wrong
    """
    return _identifier(column, text, scheme="uscc").value


def read_site_id(column: str, text: str) -> str:
    """Read any written form of a location and give its canonical key."""
    if _DIGITS.fullmatch(text) and len(text) == 13:
        text = f"(414){text}"
    found = _identifier(column, text)
    if found.kind not in {"site", "other"}:
        raise BadValueError(column, f"is a {found.kind}, not a location", hint="use a GLN or a location URI")
    return found.id


def read_product_id(column: str, text: str) -> str:
    """Read a GTIN in any written form, or ``<scheme>:<prefix>`` where codes carry no GTIN.

    :return: canonical key of the GTIN, or ``<scheme>:<prefix>`` as given
    """
    if _DIGITS.fullmatch(text) and len(text) in {8, 12, 13, 14}:
        text = f"(01){text.zfill(14)}"
    elif (pair := _SCHEME_PREFIX.fullmatch(text)) and pair.group(1) not in {"urn", "http", "https", "gtin"}:
        return text
    found = _identifier(column, text)
    if found.kind != "class":
        raise BadValueError(
            column, f"is a {found.kind}, not a kind of product", hint="give the GTIN without lot or serial"
        )
    return found.id


def read_date(column: str, text: str) -> date:
    """Read a calendar date: 2026-03-01, 2026/3/1, 2026.3.1, 20260301 or 2026年3月1日."""
    for form in _DATE_FORMS:
        if match := form.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
            try:
                found = date(year, month, day)
            except ValueError:
                break
            if 1900 <= year <= 2200:
                return found
            break
    raise BadValueError(column, f"{text!r} is not a date", hint="write it as 2026-03-01")


def _identifier(column: str, text: str, *, scheme: str | None = None) -> Identifier:
    try:
        return read(text, scheme=scheme)
    except LineageError as error:
        raise BadValueError(column, f"{text!r}: {error.message}", hint=error.hint) from error


def _plain(_column: str, text: str) -> str:
    return text


def _word(group: str, text: str) -> str:
    """Give the value of a word as the Chinese pages write it, else the text."""
    return words("zh").value(group, text) or text


def _roles(column: str, text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in re.split(r"[;；、]", text) if part.strip()]
    roles = tuple(dict.fromkeys(_word("role", part).lower() for part in parts))
    unknown = sorted(set(roles) - ROLES)
    if unknown:
        raise BadValueError(
            column, f"unknown role {', '.join(unknown)}", hint=f"one or more of {'; '.join(sorted(ROLES))}"
        )
    return roles


def _pgln(column: str, text: str) -> str:
    if _DIGITS.fullmatch(text) and len(text) == 13:
        text = f"(417){text}"
    found = _identifier(column, text)
    if found.kind != "party":
        raise BadValueError(column, f"is a {found.kind}, not a party")
    return found.id


def _regime(column: str, text: str) -> str:
    text = _word("regime", text)
    if text not in REGIMES:
        raise BadValueError(column, f"unknown regime {text!r}", hint=f"one of {', '.join(sorted(REGIMES))}")
    return text


def _kind(column: str, text: str) -> str:
    text = _word("licence", text)
    if not _KIND.fullmatch(text):
        raise BadValueError(
            column, f"{text!r} is not a kind", hint="lower-case letters, digits and _, e.g. food_production"
        )
    return text


def _region(column: str, text: str) -> str:
    if not _REGION.fullmatch(text):
        raise BadValueError(
            column, f"{text!r} is not an administrative division code", hint="2, 4, 6, 9 or 12 digits"
        )
    return text


def _number_between(lowest: float, highest: float) -> Callable[[str, str], float]:
    def reader(column: str, text: str) -> float:
        try:
            number = float(unicodedata.normalize("NFKC", text))
        except ValueError:
            raise BadValueError(column, f"{text!r} is not a number") from None
        if not lowest <= number <= highest:
            raise BadValueError(column, f"{text} is not between {lowest:g} and {highest:g}")
        return number

    return reader


def _shelf_life(column: str, text: str) -> int:
    number = _number_between(1, MAX_SHELF_LIFE_DAYS)(column, text)
    if number != int(number):
        raise BadValueError(column, f"{text} is not a whole number of days")
    return int(number)


_temperature = _number_between(ABSOLUTE_ZERO_C, MAX_TEMPERATURE_C)

_READERS: Final[Mapping[str, Callable[[str, str], Any]]] = {
    "uscc": read_uscc,
    "operator_uscc": read_uscc,
    "producer_uscc": read_uscc,
    "holder_uscc": read_uscc,
    "site_id": read_site_id,
    "product_id": read_product_id,
    "pgln": _pgln,
    "roles": _roles,
    "regime": _regime,
    "kind": _kind,
    "region": _region,
    "lat": _number_between(-90, 90),
    "lon": _number_between(-180, 180),
    "shelf_life_days": _shelf_life,
    "storage_min_c": _temperature,
    "storage_max_c": _temperature,
    "valid_from": read_date,
    "valid_to": read_date,
}


def _contradictions(table: str, values: Mapping[str, Any]) -> list[BadValueError]:
    if table == "sites" and ("lat" in values) != ("lon" in values):
        return [
            BadValueError("lat" if "lon" in values else "lon", "is empty, but the other coordinate is given")
        ]
    low, high = values.get("storage_min_c"), values.get("storage_max_c")
    if low is not None and high is not None and low > high:
        return [BadValueError("storage_min_c", "is above storage_max_c")]
    first, last = values.get("valid_from"), values.get("valid_to")
    if first is not None and last is not None and first > last:
        return [BadValueError("valid_to", "is before valid_from")]
    return []


def _party(values: Mapping[str, Any]) -> Party:
    return Party(party_id=read(values["uscc"], scheme="uscc").id, **values)


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Record]]] = {
    "parties": _party,
    "sites": lambda values: Site(**values),
    "products": lambda values: Product(**values),
    "licences": lambda values: Licence(**values),
}
