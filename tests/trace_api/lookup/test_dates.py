"""Dates of a product, from events, labels and shelf life."""

from datetime import date

import pytest

from lineage.events import Event, read_event
from tests.trace_api.food_story import DAIRY, S1, at, event
from trace_api.lookup.dates import dates_of, read_day


def made(**ilmd: object) -> Event:
    return read_event(
        event(
            "ObjectEvent",
            "10:30",
            action="ADD",
            bizStep="commissioning",
            epcList=[S1],
            ilmd=ilmd,
            **at(DAIRY),
        ),
        [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"suyuan": "https://w3id.org/suyuan/v1/"},
        ],
    )


def kinds(
    *events: Event, attributes: dict[str, str] | None = None, shelf_life: int | None = None
) -> dict[str, str]:
    return {
        each.kind: str(each.day) + ("*" if each.derived else "")
        for each in dates_of(events, attributes or {}, shelf_life)
    }


def test_what_the_maker_recorded_wins() -> None:
    own = made(**{"suyuan:productionDate": "2026-11-17", "cbvmda:itemExpirationDate": "2026-12-01"})
    assert kinds(own, attributes={"17": "261231"}, shelf_life=5) == {
        "production": "2026-11-17",
        "expiry": "2026-12-01",
    }


def test_the_day_of_making_and_the_shelf_life_serve_where_nothing_was_recorded() -> None:
    assert kinds(made(), shelf_life=21) == {"production": "2026-11-18", "expiry": "2026-12-09*"}
    assert kinds(made()) == {"production": "2026-11-18"}


def test_the_label_serves_before_anything_was_recorded() -> None:
    assert kinds(attributes={"11": "261118", "17": "270200", "10": "L1", "15": "broken"}) == {
        "production": "2026-11-18",
        "expiry": "2027-02-28",
    }
    assert kinds(attributes={"17": "261200"}) == {"expiry": "2026-12-31"}


def test_a_best_before_date_needs_no_calculated_expiry() -> None:
    assert kinds(attributes={"11": "261118", "15": "270101"}, shelf_life=5) == {
        "production": "2026-11-18",
        "best_before": "2027-01-01",
    }


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-18", date(2026, 11, 18)),
        ("2026-11-18T20:00:00Z", date(2026, 11, 19)),
        ("2026-11-18T20:00:00", date(2026, 11, 18)),
        ({"@value": "2026-11-18", "@type": "xsd:date"}, date(2026, 11, 18)),
        ("18.11.2026", None),
        ("0000-00-00", None),
        (20261118, None),
        (None, None),
        (["2026-11-18"], None),
    ],
)
def test_days_as_events_write_them(value: object, day: date | None) -> None:
    assert read_day(value) == day
