"""Each finding, from a small story that has it, and from one beside it that has not."""

from typing import Any

import pytest

from lineage.trace import CATALOGUE, examine
from tests.lineage.trace.story import Books, Story, at, item, kg, licence, lot, party, site, time, unit

A, B, C = (item(1, name) for name in "abc")
L1, L2, L3 = (lot(1, name) for name in ("L1", "L2", "L3"))
BOX, PAL = unit(1), unit(2)


def found(story: Story, books: Books | None = None, *, now: str | None = None) -> dict[str, Any]:
    """Look at everything the story names; give the findings by code."""
    neighbours = story.neighbours()
    named = {
        text if isinstance(text, str) else text["epcClass"]
        for event in story.events
        for member in ("epcList", "childEPCs", "quantityList", "inputQuantityList", "outputQuantityList")
        for text in event.get(member, [])
    }
    things = list(neighbours.find(named).values())
    findings = examine(neighbours, things, books or Books(), now=at(now) if now else None)
    names = neighbours.names(_asks(neighbours))
    ids = neighbours.event_ids(range(len(story.events)) if _all_stand(story) else _events(findings))
    return {finding.code: finding.as_dict(names, ids) for finding in findings}


def _all_stand(story: Story) -> bool:
    return not any("errorDeclaration" in event for event in story.events)


def _events(findings: Any) -> set[int]:
    return {event for finding in findings for event in finding.events}


def _asks(neighbours: Any) -> Any:
    from lineage.trace.runs import asks_for

    return asks_for(range(len(neighbours._ids)))


def short(finding: dict[str, Any]) -> tuple[list[str], list[str]]:
    return finding["things"], [event.rsplit("/", 1)[1] for event in finding["events"]]


def born() -> Story:
    story = Story()
    story.make("08:00", A, B, C, where=1)
    return story


def test_moved_without_unpacking() -> None:
    story = born()
    story.pack("09:00", BOX, A, B)
    story.pack("10:00", PAL, A)
    codes = found(story)
    assert short(codes["moved_without_unpacking"]) == ([A], ["3"])
    assert BOX in codes["moved_without_unpacking"]["message"]
    story.unpack("09:30", BOX, A)
    assert "moved_without_unpacking" not in found(story)


def test_seen_inside_unpacked() -> None:
    story = born()
    story.look("09:00", BOX, A)
    story.look("10:00", BOX, A)
    assert short(found(story)["seen_inside_unpacked"]) == ([A], ["2"])


def test_event_after_end() -> None:
    story = born()
    story.see("09:00", A, where=1, bizStep="retail_selling")
    assert "event_after_end" not in found(story)
    story.see("10:00", A, where=1, bizStep="stocking")
    finding = found(story)["event_after_end"]
    assert short(finding) == ([A], ["2", "3"])
    assert "sold" in finding["message"]
    assert "销售" in finding["message_zh"]


def test_sold_twice() -> None:
    story = born()
    story.see("09:00", A, where=1, bizStep="dispensing")
    story.see("2T09:00", A, where=2, bizStep="dispensing")
    codes = found(story)
    assert short(codes["sold_twice"]) == ([A], ["2", "3"])
    assert codes["sold_twice"]["severity"] == "serious"
    assert "event_after_end" in codes


def test_what_came_back_may_be_sold_again() -> None:
    story = born()
    story.see("09:00", A, where=1, bizStep="retail_selling")
    story.see("2T09:00", A, where=1, bizStep="receiving", disposition="returned")
    story.see("3T09:00", A, where=1, bizStep="retail_selling")
    assert "sold_twice" not in found(story)


@pytest.mark.parametrize(
    ("regime", "rule"),
    [("drug", ("DRUG-02", "block")), ("consumer", ("CG-04", "hold")), ("food", None)],
)
def test_a_finding_says_what_the_regime_makes_of_it(regime: str, rule: tuple[str, str] | None) -> None:
    story = born()
    story.see("09:00", A, where=1, bizStep="dispensing")
    story.see("10:00", A, where=1, bizStep="dispensing")
    stated = found(story, Books(regime=regime))["sold_twice"]["rule"]
    assert (stated and (stated["id"], stated["effect"])) == rule
    if stated:
        assert stated["basis"]


def test_never_commissioned() -> None:
    story = Story()
    story.see("09:00", A, where=1, bizStep="receiving")
    assert short(found(story)["never_commissioned"]) == ([A], ["1"])
    story.make("08:00", A)
    assert "never_commissioned" not in found(story)


def test_not_received_while_somebody_else_has_it() -> None:
    story = born()
    story.pack("09:00", PAL, A, B)
    story.see("10:00", PAL, where=1, bizStep="shipping")
    story.see("12:00", PAL, where=2, bizStep="stocking")
    finding = found(story)["not_received"]
    assert (finding["things"], finding["against"]) == ([A, B, PAL], party(1))
    story.see("11:00", PAL, where=2, bizStep="receiving")
    assert "not_received" not in found(story)


def test_not_received_for_too_long() -> None:
    story = born()
    story.see("10:00", A, where=1, bizStep="shipping")
    assert "not_received" not in found(story, now="2T10:00")
    assert short(found(story, now="6T10:00")["not_received"]) == ([A], ["2"])
    assert "not_received" in found(story), "an observation without an end waits for nothing"


def test_not_received_of_a_lot_whose_parts_travel_at_once() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), where=1)
    to = {number: [{"type": "possessing_party", "destination": party(number)}] for number in (2, 3)}
    for hour, number in ((9, 2), (10, 3)):
        story.tell(
            f"{hour:02d}:00", "Object", 1, action="OBSERVE", bizStep="shipping",
            quantityList=[kg(L1, 50)], destinationList=to[number],
        )  # fmt: skip
    story.tell(
        "11:00", "Object", 2, action="OBSERVE", bizStep="receiving",
        quantityList=[kg(L1, 50)], destinationList=to[2],
    )  # fmt: skip
    assert short(found(story)["not_received"]) == ([L1], ["3"])


def test_custody_gap() -> None:
    story = born()
    story.see("3T08:00", A, where=2, bizStep="stocking")
    finding = found(story)["custody_gap"]
    assert (short(finding), finding["against"]) == (([A], ["1", "2"]), party(1))
    assert "48.0 hours" in finding["message"]
    near = born()
    near.see("09:00", A, where=2, bizStep="stocking")
    assert "custody_gap" not in found(near)


def test_impossible_travel() -> None:
    places = {1: (37.87, 112.55), 2: (31.23, 121.47)}  # Taiyuan, Shanghai
    story = born()
    story.see("08:30", A, where=2, bizStep="stocking")
    finding = found(story, Books(places=places))["impossible_travel"]
    assert short(finding) == ([A], ["1", "2"])
    assert "1106 km" in finding["message"] or "110" in finding["message"]
    slow = born()
    slow.see("12:00", A, where=2, bizStep="stocking")
    assert "impossible_travel" not in found(slow, Books(places=places))
    assert "impossible_travel" not in found(story), "unknown places prove nothing"


def reading(*values: float, start: str = "10:00", alarm: bool = False) -> dict[str, Any]:
    day, _, clock = start.rpartition("T")
    hour = clock[:2]
    reports = [
        {
            "type": "Temperature",
            "value": value,
            "uom": "CEL",
            "time": time(f"{day or 1}T{hour}:{10 * place:02d}"),
            **({"exception": "ALARM_CONDITION"} if alarm else {}),
        }
        for place, value in enumerate(values)
    ]
    return {"sensorElementList": [{"sensorReport": reports}]}


@pytest.mark.parametrize(
    ("values", "regime", "excursion"),
    [
        ((4, 5, 6), "vaccine", False),
        ((4, 9, 6), "vaccine", True),
        ((4, 9, 6), "food", False),
        ((9, 9, 9, 9, 9), "food", True),
        ((1, 4), "vaccine", True),
    ],
)
def test_cold_chain_excursion(values: tuple[float, ...], regime: str, excursion: bool) -> None:
    books = Books(regime=regime, storage=(2, 8))
    story = born()
    story.pack("09:00", BOX, A)
    story.see("10:00", BOX, bizStep="sensor_reporting", **reading(*values))
    codes = found(story, books)
    assert ("cold_chain_excursion" in codes) == excursion
    if excursion:
        assert short(codes["cold_chain_excursion"]) == ([A, BOX], ["3"])


def test_a_sensor_on_the_pallet_tells_of_what_is_on_it() -> None:
    sensor = item(9, "probe")
    books = Books(regime="vaccine", storage=(2, 8))
    story = born()
    story.make("08:00", sensor)
    story.pack("09:00", PAL, A)
    story.tell("09:00", "Association", action="ADD", parentID=PAL, childEPCs=[sensor])
    story.unpack("11:00", PAL, A)
    story.see("10:00", sensor, bizStep="sensor_reporting", **reading(12))
    finding = found(story, books)["cold_chain_excursion"]
    assert A in finding["things"]
    story.events.pop()
    story.see("12:00", sensor, bizStep="sensor_reporting", **reading(12, start="12:00"))
    assert A not in found(story, books).get("cold_chain_excursion", {"things": []})["things"]


def test_an_alarm_is_an_excursion_whatever_the_range() -> None:
    story = born()
    story.see("10:00", A, bizStep="sensor_reporting", **reading(9, alarm=True))
    assert "cold_chain_excursion" in found(story)


def test_inspection_expired() -> None:
    story = born()
    story.see(
        "09:00",
        A,
        bizStep="inspecting",
        disposition="conformant",
        own={"nextInspectionDate": "2026-05-03"},
    )
    story.see("3T09:00", A, where=1, bizStep="suyuan:filling")
    assert "inspection_expired" not in found(story)
    story.see("4T09:00", A, where=1, bizStep="suyuan:filling")
    finding = found(story)["inspection_expired"]
    assert short(finding) == ([A], ["4"])
    assert "2026-05-03" in finding["message"]


def test_inspection_counts_whole_days_in_china() -> None:
    story = born()
    story.see("09:00", A, bizStep="inspecting", own={"nextInspectionDate": "2026-05-03"})
    story.see("3T15:59", A, bizStep="suyuan:filling")
    assert "inspection_expired" not in found(story)
    story.see("3T16:00", A, bizStep="suyuan:filling")
    assert "inspection_expired" in found(story)


def test_inspection_failed() -> None:
    story = born()
    story.see("09:00", A, bizStep="inspecting", disposition="non_conformant")
    story.mix("10:00", [kg(L1, 1)], [A], bizStep="suyuan:filling")
    assert short(found(story)["inspection_failed"]) == ([A], ["2", "3"])
    story.see("09:30", A, bizStep="inspecting", disposition="conformant")
    assert "inspection_failed" not in found(story)


def test_safety_interval() -> None:
    story = Story()
    story.create("08:00", kg(L1, 1, "HAR"))
    story.tell(
        "09:00", "Object", action="OBSERVE", quantityList=[kg(L1, 1, "HAR")], bizStep="suyuan:spraying",
        own={"safetyIntervalDays": 7, "input": "苦参碱水剂"},
    )  # fmt: skip
    story.mix("7T09:00", [kg(L1, 1, "HAR")], [kg(L2, 300)], bizStep="suyuan:harvesting")
    finding = found(story)["safety_interval"]
    assert short(finding) == ([L1], ["2", "3"])
    assert "苦参碱水剂" in finding["message"]
    story.events.pop()
    story.mix("8T09:00", [kg(L1, 1, "HAR")], [kg(L2, 300)], bizStep="suyuan:harvesting")
    assert "safety_interval" not in found(story)


def test_mass_balance() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), kg(L2, 0.1, "TNE"))
    story.mix("09:00", [kg(L1, 50), kg(L2, 50)], [kg(L3, 101)])
    assert "mass_balance" not in found(story)
    story.mix("10:00", [kg(L1, 10)], [kg(L3, 16)])
    finding = found(story)["mass_balance"]
    assert short(finding) == ([L3], ["3"])
    assert "16 KGM were made from 10 KGM" in finding["message"]


def test_each_lot_of_one_event_has_its_own_balance() -> None:
    story = Story()
    story.create("08:00", kg(L1, 10))
    story.mix("09:00", [kg(L1, 10)], [kg(L2, 10), kg(L3, 10)])
    assert found(story)["mass_balance"]["things"] == [L2, L3]


def test_what_has_no_amount_proves_nothing() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100))
    story.mix("10:00", [kg(L1, 10), A], [kg(L3, 16)])
    assert "mass_balance" not in found(story)


def test_a_sack_weighs_nothing_when_its_contents_are_listed_beside_it() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100))
    story.tell("09:00", "Aggregation", action="ADD", parentID=BOX, childQuantityList=[kg(L1, 10)])
    story.mix("10:00", [BOX, kg(L1, 10)], [kg(L3, 16)])
    assert "mass_balance" in found(story)
    story.pack("09:30", BOX, A)
    assert "mass_balance" not in found(story), "what A weighs, nobody knows"


def test_volume_exceeds_harvest() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100))
    story.mix("09:00", [kg(L1, 60)], [kg(L2, 60)])
    story.mix("10:00", [kg(L1, 60)], [kg(L3, 60)])
    assert short(found(story)["volume_exceeds_harvest"]) == ([L1], ["2", "3"])


def test_unit_mismatch() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100))
    story.mix("09:00", [kg(L1, 60, "LTR")], [kg(L2, 60)])
    assert found(story)["unit_mismatch"]["things"] == [L1]


def test_shelf_life_exceeded() -> None:
    story = Story()
    story.make("08:00", A, where=1, ilmd={"cbvmda:itemExpirationDate": "2026-05-10"})
    story.make("08:00", B, where=1, ilmd={"suyuan:productionDate": "2026-05-01"})
    story.see("10T09:00", A, B, where=1, bizStep="retail_selling")
    books = Books(shelf_life_days=9)
    assert "shelf_life_exceeded" not in found(story, books)
    story.see("11T09:00", A, B, where=1, bizStep="shipping")
    assert found(story, books)["shelf_life_exceeded"]["things"] == [A, B]


def test_licences_are_those_of_the_day() -> None:
    story = born()
    books = Books(roles={1: ("producer",)})
    assert found(story, books)["licence_missing"]["against"] == party(1)
    books.held = {1: [licence("food_production", "2020-01-01", "2026-04-30")]}
    finding = found(story, books)["licence_expired"]
    assert "2026-04-30" in finding["message"]
    books.held = {1: [licence("food_production", "2020-01-01", "2026-05-01")]}
    assert not {"licence_missing", "licence_expired"} & set(found(story, books))
    assert "licence_missing" not in found(story, Books()), "nothing is said of a party that is not known"


def test_more_things_than_are_looked_at_is_said() -> None:
    story = born()
    neighbours = story.neighbours()
    findings = examine(neighbours, range(3), limit=2)
    assert [(one.code, one.details) for one in findings] == [("not_examined", {"count": 3, "examined": 2})]


def test_findings_of_one_kind_are_one() -> None:
    story = born()
    story.pack("09:00", BOX, A, B, C)
    story.pack("10:00", PAL, A, B, C)
    finding = found(story)["moved_without_unpacking"]
    assert finding["things"] == [A, B, C]
    assert "(+2)" in finding["message"]


def test_a_declared_error_is_no_evidence() -> None:
    story = born()
    story.see("09:00", A, where=1, bizStep="dispensing")
    story.see("10:00", A, where=1, bizStep="dispensing")
    story.declare_wrong(3)
    codes = found(story)
    assert not {"sold_twice", "event_after_end"} & set(codes)


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    for code, rule in CATALOGUE.items():
        assert code == code.lower()
        assert rule.en.endswith(".")
        assert rule.zh.endswith("。")
        assert rule.severity in ("info", "warning", "serious")
    assert site(1) != site(2)
