"""The dates of a product: as its makers recorded them, else by the registered shelf life. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from lineage.events import Event
from trace_api.china import day_in_china
from trace_api.lookup.facts import NamedDate

_NAMES: Final[Mapping[str, str]] = {
    "productionDate": "production",
    "itemProductionDate": "production",
    "packagingDate": "packaging",
    "packagingDateTime": "packaging",
    "harvestDate": "harvest",
    "harvestStartDate": "harvest",
    "bestBeforeDate": "best_before",
    "sellByDate": "sell_by",
    "itemExpirationDate": "expiry",
    "expirationDate": "expiry",
    "expiryDate": "expiry",
}
"""Local names of instance and lot master data -> kind of date."""

_ATTRIBUTES: Final[Mapping[str, str]] = {
    "11": "production",
    "13": "packaging",
    "15": "best_before",
    "16": "sell_by",
    "17": "expiry",
    "7007": "harvest",
}
"""GS1 application identifiers of dates, as printed on labels."""

ORDER: Final = ("harvest", "production", "packaging", "best_before", "sell_by", "expiry")


def dates_of(
    events: Iterable[Event], attributes: Mapping[str, str], shelf_life_days: int | None
) -> tuple[NamedDate, ...]:
    """Give the dates of a thing, each kind once.

    :param events: the events that brought the thing, and its lot, into being, the most exact first
    :param attributes: GS1 attributes of its label, by AI
    :param shelf_life_days: as registered for the product
    """
    found: dict[str, NamedDate] = {}
    made_on: date | None = None
    for event in events:
        for name, kind in _NAMES.items():
            day = read_day(event.ilmd_value(name))
            if day is not None:
                found.setdefault(kind, NamedDate(kind, day))
        made_on = made_on or day_in_china(event.event_time)
    for ai, text in attributes.items():
        day = _six_digits(text)
        if ai in _ATTRIBUTES and day is not None:
            found.setdefault(_ATTRIBUTES[ai], NamedDate(_ATTRIBUTES[ai], day))
    if "production" not in found and made_on is not None:
        found["production"] = NamedDate("production", made_on)
    if shelf_life_days is not None and not found.keys() & {"expiry", "best_before"}:
        start = found.get("production") or found.get("packaging")
        if start is not None:
            found["expiry"] = NamedDate("expiry", start.day + timedelta(days=shelf_life_days), derived=True)
    return tuple(found[kind] for kind in ORDER if kind in found)


def read_day(value: Any) -> date | None:
    """Read a date or a time as events write them; what cannot be read is nothing."""
    if isinstance(value, Mapping):
        value = value.get("@value")
    if not isinstance(value, str):
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return day_in_china(moment) if moment.tzinfo else moment.date()


def _six_digits(text: str) -> date | None:
    """Read YYMMDD (GS1 General Specifications 7.12); day 00 is the last of the month."""
    if len(text) < 6 or not text[:6].isdecimal():
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year += 2000 if year < 70 else 1900
    try:
        if day == 0:
            return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, month, day)
    except ValueError:
        return None
