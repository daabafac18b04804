"""Command barcodes: the words an operator can scan, with their values read and checked.

A command either sets something of the open act or moves the station on. Reading is separate from applying,
so that a value that does not fit changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from gateway_agent.clock import SECOND
from gateway_agent.errors import RefusedError
from gateway_agent.stations.act import Act, Number, Reading
from gateway_agent.stations.codes import party, place, tidy, unit
from gateway_agent.stations.dates import read_date, year_of
from gateway_agent.stations.kinds import DISPOSITION_OF_RESULT
from lineage.errors import IdentifierError
from lineage.identifiers import LOCAL_HOST, read

PREFIX = re.compile(r"\s*SUYUAN:", re.IGNORECASE)
WORD = re.compile(
    r"(?P<word>[A-Za-z_]+)(?:\.(?P<name>[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?))?"
)
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
AMOUNT = re.compile(r"\s*(?P<number>[+-]?\d{1,15}(?:\.\d{1,9})?)\s*(?P<unit>\S.*?)?\s*")

DOCUMENT_TYPES = frozenset(
    [
        "bol",
        "cert",
        "desadv",
        "inv",
        "pedigree",
        "po",
        "poc",
        "prodorder",
        "recadv",
        "rma",
        "testprd",
        "testres",
        "upevt",
    ]
)
ERROR_REASONS = ("did_not_occur", "incorrect_data")
STEPS = frozenset("done cancel void correct station input output parent child remove release".upper().split())
"""Words that move the station on; all others set something of the act."""

MAX_VALUE = 1024
"""A command's value: names, numbers and short notes."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was understood.

    :param word: upper case
    :param name: the field of ``ILMD.<name>`` and ``EXT.<name>``, with its namespace prefix
    :param value: read and normalised, as the word demands
    """

    word: str
    value: Any = None
    name: str = ""


def is_command(text: str) -> bool:
    """Tell whether a scanned text is meant for the station itself."""
    return PREFIX.match(text) is not None


class CommandReader:
    """Reads commands.

    :param prefixes: namespace prefixes that fields may have
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = frozenset(prefixes)

    def read(self, text: str, wall_ns: int) -> Command:
        """Read ``SUYUAN:<WORD>[.<name>][=<value>]``, the prefix being optional.

        :param wall_ns: the present, for the century of dates and for times that lie in the future
        :raises RefusedError: an unknown word or a value that does not fit it
        """
        head, equals, value = PREFIX.sub("", text, count=1).partition("=")
        match = WORD.fullmatch(head.strip())
        word = match["word"].upper() if match else head.strip().upper()
        value = value.strip()
        if match is None or word not in READERS:
            raise RefusedError(
                "unknown-command", f"{text.strip()!r} is no command", hint="docs/gateway-agent.md lists them"
            )
        if len(value) > MAX_VALUE:
            raise RefusedError("value-too-long", f"{word}: more than {MAX_VALUE} characters")
        name = match["name"] or ""
        if (word in {"ILMD", "EXT"}) != bool(name):
            raise RefusedError(
                "bad-command", f"{text.strip()!r}: ILMD and EXT have a field name, other words have none"
            )
        if name:
            name = self._field(name)
        try:
            return Command(word, READERS[word](value if equals else None, wall_ns), name)
        except ValueError as error:
            raise RefusedError("bad-value", f"{word}: {error}") from error

    def _field(self, name: str) -> str:
        prefix, colon, _ = name.partition(":")
        if not colon:
            return f"suyuan:{name}"
        if prefix not in self._prefixes:
            raise RefusedError(
                "unknown-prefix",
                f"the namespace prefix {prefix!r} is not configured",
                hint="add it to [namespaces]",
            )
        return name


def apply_setting(command: Command, act: Act) -> None:
    """Write what a command says into the act."""
    word, value = command.word, command.value
    if word == "QTY":
        if act.last_class is not None:
            entry = act.entries[act.last_class]
            entry.quantity, entry.uom = value
        else:
            act.pending_quantity = value
    elif word in {"DOC", "CERT", "TEST"}:
        if value not in act.documents:
            act.documents.append(value)
    elif word == "SENSOR":
        act.readings.append(value)
    elif word == "AT":
        act.stated_time = value
    elif word in LOT_WORDS:
        act.ilmd |= _lot_data(command)
    elif word in EXTENSION_WORDS:
        act.extension |= _extension_data(command)
    else:
        act.fields[word] = value


def _lot_data(command: Command) -> dict[str, Any]:
    if command.word == "LOT":
        number, lot = command.value
        return {"cbvmda:lotNumber": number} | ({"suyuan:lot": lot} if lot else {})
    return dict.fromkeys(ILMD_FIELDS.get(command.word, (command.name,)), command.value)


def _extension_data(command: Command) -> dict[str, Any]:
    if command.word in AMOUNT_FIELDS:
        field = AMOUNT_FIELDS[command.word]
        number, uom = command.value
        return {field: number} | ({f"{field.removesuffix('Quantity')}Unit": uom} if uom else {})
    return {EXTENSION_FIELDS.get(command.word, command.name): command.value}


ILMD_FIELDS = {
    "EXPIRY": ("cbvmda:itemExpirationDate",),
    "BEST_BEFORE": ("cbvmda:bestBeforeDate",),
    "MADE": ("suyuan:productionDate",),
    "HARVESTED": ("cbvmda:harvestStartDate", "cbvmda:harvestEndDate"),
}
EXTENSION_FIELDS = {
    "CARRIER": "suyuan:carrier",
    "REASON": "suyuan:reason",
    "NOTE": "suyuan:note",
    "NEXT": "suyuan:nextInspectionDate",
    "REG": "suyuan:registrationNumber",
    "MEDIUM": "suyuan:medium",
    "OPERATOR": "suyuan:operator",
}
AMOUNT_FIELDS = {"FILLED": "suyuan:filledQuantity", "PRESSURE": "suyuan:fillingPressure"}
LOT_WORDS = frozenset({*ILMD_FIELDS, "LOT", "ILMD"})
EXTENSION_WORDS = frozenset({*EXTENSION_FIELDS, *AMOUNT_FIELDS, "EXT"})


def _nothing(value: str | None, _now: int) -> None:
    if value is not None:
        raise ValueError("takes no value")


def _text(value: str | None, _now: int) -> str:
    if not value:
        raise ValueError("a value is missing")
    return value


def _void(value: str | None, _now: int) -> str:
    reason = value or ERROR_REASONS[0]
    if reason not in ERROR_REASONS:
        raise ValueError(f"the reason is one of {', '.join(ERROR_REASONS)}")
    return reason


def _optional_text(value: str | None, _now: int) -> str | None:
    return value or None


def _amount(value: str | None, _now: int) -> tuple[Number, str | None]:
    match = AMOUNT.fullmatch(value or "")
    if match is None:
        raise ValueError(f"{value!r} is not a number with a unit")
    number = tidy(float(match["number"]))
    if number < 0:
        raise ValueError("a quantity is not negative")
    return number, unit(match["unit"] or "")


def _party(value: str | None, now: int) -> str:
    return party(_text(value, now))


def _place(value: str | None, now: int) -> str:
    return place(_text(value, now))


def _date(value: str | None, now: int) -> str:
    text = _text(value, now)
    found = read_date(text, year_of(now))
    if found is None:
        raise ValueError(f"{text!r} is not a date (2026-12-31, 20261231 or 261231)")
    return found


def _time(value: str | None, now: int) -> str:
    text = _text(value, now)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 9999:
        raise ValueError(f"{text!r} is not a time with an offset (2026-11-24T08:30:00+08:00)")
    if moment.timestamp() * SECOND > now + 60 * SECOND:
        raise ValueError(f"{text!r} lies in the future")
    return moment.isoformat(timespec="milliseconds")


def _document(value: str | None, now: int) -> tuple[str, str]:
    kind, colon, number = _text(value, now).partition(":")
    if not colon or kind.lower() not in DOCUMENT_TYPES:
        raise ValueError(f"a document is <type>:<number>, type one of {', '.join(sorted(DOCUMENT_TYPES))}")
    return _document_of(kind.lower())(number, now)


def _document_of(kind: str) -> Callable[[str | None, int], tuple[str, str]]:
    def read_number(value: str | None, now: int) -> tuple[str, str]:
        number = _text(value, now).strip()
        if "://" in number or number.startswith("urn:"):
            return kind, _uri(number)
        if number.startswith("(253)"):
            try:
                return kind, read(number).id
            except IdentifierError as error:
                raise ValueError(error.message) from error
        return kind, f"{LOCAL_HOST}/id/{kind}/{quote(number, safe='')}"

    return read_number


def _lot(value: str | None, now: int) -> tuple[str, str | None]:
    text = _text(value, now)
    if "(" not in text and ":" not in text:
        return text, None
    try:
        found = read(text)
    except IdentifierError as error:
        raise ValueError(error.message) from error
    lot = found.id if found.kind == "lot" else found.lot
    if lot is None:
        raise ValueError(f"{text!r} names a {found.kind}, not a lot")
    return lot_number(found.value) or text, lot


def lot_number(value: str) -> str | None:
    """Give what stands behind ``(10)`` in a bracketed element string."""
    _, mark, rest = value.partition("(10)")
    return re.split(r"(?<!\\)\(\d{2,4}\)", rest)[0].replace("\\(", "(") if mark else None


def _result(value: str | None, now: int) -> str:
    word = _text(value, now).lower()
    if word not in DISPOSITION_OF_RESULT:
        raise ValueError("the result is pass or fail")
    return word


def _sensor(value: str | None, now: int) -> Reading:
    kind, colon, rest = _text(value, now).partition(":")
    match = AMOUNT.fullmatch(rest)
    if not colon or match is None or not re.fullmatch(r"[A-Za-z][A-Za-z0-9:]*", kind.strip()):
        raise ValueError("a reading is <type>:<number> <unit>, e.g. Temperature:4.5 CEL")
    return Reading(kind.strip(), float(match["number"]), unit(match["unit"] or ""))


def _uri(text: str) -> str:
    if not URI.fullmatch(text):
        raise ValueError(f"{text!r} is no URI")
    return text


def _uri_or_text(value: str | None, now: int) -> str:
    text = _text(value, now)
    return _uri(text) if ":" in text else f"{LOCAL_HOST}/id/transformation/{quote(text, safe='')}"


READERS: dict[str, Callable[[str | None, int], Any]] = {
    "DONE": _nothing,
    "CANCEL": _nothing,
    "VOID": _void,
    "CORRECT": _nothing,
    "STATION": _text,
    "INPUT": _nothing,
    "OUTPUT": _nothing,
    "PARENT": _optional_text,
    "CHILD": _nothing,
    "REMOVE": _nothing,
    "RELEASE": _nothing,
    "QTY": _amount,
    "FROM": _party,
    "TO": _party,
    "SELLER": _party,
    "BUYER": _party,
    "FROM_SITE": _place,
    "TO_SITE": _place,
    "CARRIER": _party,
    "DOC": _document,
    "CERT": _document_of("cert"),
    "TEST": _document_of("testres"),
    "LOT": _lot,
    "EXPIRY": _date,
    "BEST_BEFORE": _date,
    "MADE": _date,
    "HARVESTED": _date,
    "ILMD": _text,
    "EXT": _text,
    "RESULT": _result,
    "REASON": _text,
    "NOTE": _text,
    "NEXT": _date,
    "REG": _text,
    "MEDIUM": _text,
    "FILLED": _amount,
    "PRESSURE": _amount,
    "SENSOR": _sensor,
    "STEP": _text,
    "DISPOSITION": _text,
    "TRANSFORMATION": _uri_or_text,
    "AT": _time,
    "OPERATOR": _text,
}
