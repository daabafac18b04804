"""Temperatures that an event reports, in degrees Celsius, each with its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lineage.errors import LineageError
from lineage.events import Event
from lineage.events.times import read_time
from lineage.events.vocabulary import GS1_NAMESPACE
from lineage.facts.times import micros

_FIELDS = ("value", "minValue", "maxValue", "meanValue")
_TEMPERATURE = {"Temperature", f"{GS1_NAMESPACE}Temperature", "gs1:Temperature"}
_ALARM = {"ALARM_CONDITION", f"{GS1_NAMESPACE}ALARM_CONDITION", "gs1:ALARM_CONDITION"}


class Reading(NamedTuple):
    """One report of a sensor: everything it says lay between ``low`` and ``high``."""

    at: int
    low: float
    high: float
    alarm: bool
    """The sensor itself says that its limit was passed."""


def temperatures(event: Event) -> Iterator[Reading]:
    """Give the temperature reports of an event; reports in units that are no temperature are left out."""
    for element in event.sensor_elements:
        metadata = element.get("sensorMetadata")
        common = metadata.get("time") if isinstance(metadata, dict) else None
        for report in element.get("sensorReport", ()):
            if not isinstance(report, dict) or report.get("type") not in _TEMPERATURE:
                continue
            values = [_celsius(report[name], report.get("uom")) for name in _FIELDS if name in report]
            known = [value for value in values if value is not None]
            if known:
                at = _time(report.get("time") or common, event)
                yield Reading(at, min(known), max(known), report.get("exception") in _ALARM)


def _celsius(value: Any, uom: Any) -> float | None:
    if not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
        return None
    number = float(value)
    if uom == "CEL":
        return number
    if uom == "FAH":
        return (number - 32) * 5 / 9
    if uom == "KEL":
        return number - 273.15
    return None


def _time(text: Any, event: Event) -> int:
    """Give the time of a report; an event's own time stands in for one that is missing or unreadable."""
    if isinstance(text, str):
        try:
            return micros(read_time(text))
        except (LineageError, ValueError):
            pass
    return micros(event.event_time)
