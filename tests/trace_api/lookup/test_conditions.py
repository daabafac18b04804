"""Storage and inspection as pages tell them."""

from datetime import date
from typing import Any

import pytest

from lineage.events import Event, read_event
from tests.trace_api.food_story import DAIRY, S1, at, event
from trace_api.lookup.conditions import conditions_of, temperatures
from trace_api.masterdata.model import Product

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"suyuan": "https://w3id.org/suyuan/v1/"},
]
TODAY = date(2026, 11, 24)
VACCINE = Product("p", "疫苗", regime="vaccine", storage_min_c=2, storage_max_c=8)
CYLINDER = Product("p", "气瓶", regime="gas_cylinder")


def happened(step: str, clock: str = "10:00", **more: Any) -> Event:
    return read_event(
        event("ObjectEvent", clock, action="OBSERVE", bizStep=step, epcList=[S1], **at(DAIRY), **more),
        CONTEXT,
    )


def measured(*values: float, uom: str = "CEL") -> Event:
    reports = [{"type": "Temperature", "value": value, "uom": uom} for value in values]
    return happened("sensor_reporting", sensorElementList=[{"sensorReport": reports}])


def verdict(
    events: list[Event], product: Product, sensed: list[Event] | None = None, *, excursion: bool = False
) -> dict[str, str]:
    found = conditions_of(events, sensed or [], product, excursion=excursion, today=TODAY)
    return {each.kind: each.verdict for each in found}


@pytest.mark.parametrize(
    ("values", "said"),
    [([3, 7.9], "good"), ([2, 8], "good"), ([3, 8.1], "bad"), ([1.9], "bad"), ([], "unknown")],
)
def test_the_cold_chain(values: list[float], said: str) -> None:
    assert verdict([], VACCINE, [measured(*values)] if values else [])["cold_chain"] == said


def test_readings_of_the_thing_and_of_its_container_count_alike() -> None:
    (found,) = conditions_of([measured(4)], [measured(5, 6)], VACCINE, excursion=False, today=TODAY)
    assert found.values == {"readings": 3, "low": "4.0", "high": "6.0", "limit": "2 – 8 ℃"}


def test_an_excursion_that_the_engine_found_is_bad_whatever_the_readings() -> None:
    assert verdict([], VACCINE, [measured(4)], excursion=True)["cold_chain"] == "bad"
    assert verdict([], VACCINE, excursion=True)["cold_chain"] == "bad"


def test_units_of_temperature() -> None:
    assert temperatures(measured(41, uom="FAH")) == [5.0]
    assert temperatures(measured(278.15, uom="KEL")) == [5.0]
    odd = happened(
        "sensor_reporting", sensorElementList=[{"sensorReport": [{"type": "RelativeHumidity", "value": 50}]}]
    )
    assert temperatures(odd) == []


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([], "unknown"),
        ([happened("suyuan:registering", **{"suyuan:nextInspectionDate": "2029-01-01"})], "good"),
        ([happened("suyuan:registering", **{"suyuan:nextInspectionDate": "2026-11-23"})], "bad"),
        ([happened("suyuan:registering", **{"suyuan:nextInspectionDate": "2026-11-24"})], "good"),
        ([happened("inspecting", disposition="conformant")], "good"),
        ([happened("inspecting", disposition="non_conformant")], "bad"),
        (
            [
                happened("inspecting", disposition="non_conformant"),
                happened("inspecting", "11:00", disposition="conformant"),
            ],
            "good",
        ),
        (
            [
                happened("suyuan:registering", **{"suyuan:nextInspectionDate": "2026-01-21"}),
                happened(
                    "inspecting",
                    "11:00",
                    disposition="conformant",
                    **{"suyuan:nextInspectionDate": "2029-01-21"},
                ),
            ],
            "good",
        ),
    ],
)
def test_the_inspection_of_equipment(events: list[Event], said: str) -> None:
    assert verdict(events, CYLINDER) == {"inspection": said}


def test_a_test_of_food_is_told_when_there_was_one() -> None:
    food = Product("p", "奶", regime="food")
    assert verdict([happened("inspecting")], food) == {}
    assert verdict([happened("suyuan:testing", disposition="conformant")], food) == {"test": "good"}
    assert verdict([happened("inspecting", disposition="non_conformant")], food) == {"test": "bad"}


def test_nothing_is_asked_of_an_unknown_product() -> None:
    assert conditions_of([measured(99)], [], None, excursion=True, today=TODAY) == ()


def test_the_inspection_that_set_the_date_counts_not_the_check_at_a_filling() -> None:
    inspected = happened(
        "inspecting", "09:00", disposition="conformant", **{"suyuan:nextInspectionDate": "2027-11-01"}
    )
    checked = happened("inspecting", "15:00", disposition="conformant")
    (found,) = conditions_of([inspected, checked], [], CYLINDER, excursion=False, today=TODAY)
    assert (found.verdict, found.values["due"]) == ("good", "2027-11-01")
    assert found.values["day"] == inspected.event_time.date().isoformat()
    registered = happened("suyuan:registering", "08:00", **{"suyuan:nextInspectionDate": "2026-10-17"})
    (found,) = conditions_of([registered, checked], [], CYLINDER, excursion=False, today=TODAY)
    assert (found.verdict, found.values) == ("bad", {"due": "2026-10-17"})
    failed = happened("inspecting", "16:00", disposition="non_conformant")
    (found,) = conditions_of([inspected, failed], [], CYLINDER, excursion=False, today=TODAY)
    assert (found.verdict, "due" in found.values) == ("bad", False)
