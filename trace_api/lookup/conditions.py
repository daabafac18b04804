"""What sensor readings, inspections and tests say about a thing. Pure: events in, verdicts out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from lineage.events import Event
from lineage.facts.terms import own_text, step_of
from trace_api.lookup.dates import read_day
from trace_api.lookup.facts import Condition
from trace_api.masterdata.model import Product
from trace_api.pages.rendering import day as written_day

_CELSIUS: Final = "CEL"
_FAHRENHEIT: Final = "FAH"
_KELVIN: Final = "KEL"
_ABSOLUTE_ZERO_C: Final = -273.15

_INSPECTED: Final = frozenset({"special_equipment", "gas_cylinder"})
_TESTED: Final = frozenset({"food", "agri_crop", "agri_livestock", "drug", "vaccine"})
_INSPECTIONS: Final = frozenset({"inspecting"})
_TESTS: Final = frozenset({"inspecting", "testing", "suyuan:testing", "sampling"})
_PASSED: Final = frozenset({"conformant"})
_FAILED: Final = frozenset({"non_conformant"})


def conditions_of(
    events: Sequence[Event], sensed: Sequence[Event], product: Product | None, *, excursion: bool, today: date
) -> tuple[Condition, ...]:
    """Judge what the regime of a product asks for.

    :param events: everything that happened to the thing, in order of time
    :param sensed: what sensors reported while they were on it or on its container
    :param excursion: the engine found a temperature excursion
    """
    if product is None:
        return ()
    found = []
    if product.storage_max_c is not None:
        found.append(_cold_chain([*events, *sensed], product, excursion=excursion))
    if product.regime in _INSPECTED:
        found.append(_inspection(events, today))
    elif product.regime in _TESTED and (test := _test(events)) is not None:
        found.append(test)
    return tuple(found)


def _cold_chain(events: Iterable[Event], product: Product, *, excursion: bool) -> Condition:
    values = [value for event in events for value in temperatures(event)]
    limit = _limit(product)
    if not values:
        verdict = "bad" if excursion else "unknown"
        if verdict == "unknown":
            return Condition("cold_chain", "unknown", {"limit": limit})
        return Condition("cold_chain", "bad", {"readings": 0, "low": "—", "high": "—", "limit": limit})
    low, high = min(values), max(values)
    facts = {"readings": len(values), "low": f"{low:.1f}", "high": f"{high:.1f}", "limit": limit}
    too_cold = product.storage_min_c is not None and low < product.storage_min_c
    too_warm = product.storage_max_c is not None and high > product.storage_max_c
    return Condition("cold_chain", "bad" if excursion or too_cold or too_warm else "good", facts)


def temperatures(event: Event) -> list[float]:
    """Give the temperatures that an event's sensor reports carry, in degrees Celsius."""
    found = []
    for element in event.sensor_elements:
        for report in element.get("sensorReport", ()):
            if not isinstance(report, Mapping) or not str(report.get("type", "")).endswith("Temperature"):
                continue
            for name in ("value", "minValue", "maxValue"):
                value = report.get(name)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    found.append(_celsius(float(value), str(report.get("uom", _CELSIUS))))
    return found


def _celsius(value: float, uom: str) -> float:
    if uom == _FAHRENHEIT:
        return (value - 32) * 5 / 9
    return value + _ABSOLUTE_ZERO_C if uom == _KELVIN else value


def _limit(product: Product) -> str:
    if product.storage_min_c is None:
        return f"≤ {product.storage_max_c:g} ℃"
    return f"{product.storage_min_c:g} – {product.storage_max_c:g} ℃"


def _inspection(events: Sequence[Event], today: date) -> Condition:
    """Judge by the last inspection, and by the last date that anybody set for the next one.

    What is checked at every filling is examined too; the inspection that counts is the one that set the date.
    """
    inspections = [event for event in reversed(events) if step_of(event) in _INSPECTIONS]
    latest = next(iter(inspections), None)
    if latest is not None and latest.disposition is not None and _word(latest.disposition) in _FAILED:
        return Condition("inspection", "bad", {"day": written_day(latest.event_time)})
    for event in reversed(events):
        if (due := _due(event)) is not None:
            day = {"day": written_day(event.event_time)} if event in inspections else {}
            return Condition("inspection", "bad" if due < today else "good", {"due": written_day(due), **day})
    if latest is None:
        return Condition("inspection", "unknown")
    return Condition("inspection", "good", {"day": written_day(latest.event_time)})


def _due(event: Event) -> date | None:
    return read_day(own_text(event, "nextInspectionDate"))


def _test(events: Sequence[Event]) -> Condition | None:
    for event in reversed(events):
        word = _word(event.disposition) if event.disposition else ""
        if step_of(event) in _TESTS and word in _PASSED | _FAILED:
            facts = {"day": written_day(event.event_time)}
            return Condition("test", "good" if word in _PASSED else "bad", facts)
    return None


def _word(text: str) -> str:
    for separator in (":", "-", "/"):
        text = text.rsplit(separator, 1)[-1]
    return text
