"""Amounts and temperatures, converted inside one dimension."""

from decimal import Decimal

import pytest

from lineage.events import read_event
from lineage.facts.quantities import UNITS, amount, base_unit
from lineage.facts.sensors import temperatures
from tests.lineage.trace.story import CONTEXT, Story, at, item


@pytest.mark.parametrize(
    ("quantity", "uom", "value", "dimension"),
    [
        (0.4, "TNE", "400", "mass"),
        (400, "KGM", "400", "mass"),
        (400_000, "GRM", "400", "mass"),
        (1.5, "MTQ", "1500", "volume"),
        (250, "MLT", "0.25", "volume"),
        (24, None, "24", "pieces"),
        (2, "DZN", "24", "pieces"),
        (3, "HAR", "3", "HAR"),
    ],
)
def test_amounts(quantity: float, uom: str | None, value: str, dimension: str) -> None:
    read = amount(quantity, uom)
    assert (read.value, read.dimension) == (Decimal(value), dimension)


def test_adding_up_loses_nothing() -> None:
    assert sum((amount(0.1, "KGM").value for _ in range(10)), Decimal(0)) == 1


def test_base_units() -> None:
    for unit in UNITS.values():
        assert UNITS[base_unit(unit.dimension)].factor == 1
    assert base_unit("HAR") == "HAR"


def test_temperatures() -> None:
    story = Story()
    story.see(
        "08:00",
        item(1, "a"),
        sensorElementList=[
            {
                "sensorMetadata": {"time": "2026-05-01T07:00:00Z"},
                "sensorReport": [
                    {"type": "Temperature", "value": 41, "uom": "FAH"},
                    {"type": "Temperature", "minValue": 275.15, "maxValue": 281.15, "uom": "KEL"},
                    {
                        "type": "Temperature",
                        "value": 9,
                        "uom": "CEL",
                        "time": "2026-05-01T07:30:00Z",
                        "exception": "ALARM_CONDITION",
                    },
                    {"type": "Temperature", "value": 9, "uom": "KGM"},
                    {"type": "AbsoluteHumidity", "value": 80, "uom": "A93"},
                ],
            }
        ],
    )
    found = [
        (reading.at, round(reading.low, 6), round(reading.high, 6), reading.alarm)
        for reading in temperatures(read_event(story.events[0], CONTEXT))
    ]
    assert found == [
        (at("07:00"), 5, 5, False),
        (at("07:00"), 2, 8, False),
        (at("07:30"), 9, 9, True),
    ]
