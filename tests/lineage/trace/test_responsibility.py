"""Who had a thing, in which role, with which licences, and when nobody says."""

from itertools import pairwise
from typing import Any

from lineage.trace import Party, responsibility
from tests.lineage.trace.story import Books, Story, item, kg, licence, lot, party, site, unit

A, B = item(1, "a"), item(1, "b")
BOX, PAL = unit(1), unit(2)
FACTORY, DEPOT, SHOP, LORRY = 1, 2, 3, 4


def ask(story: Story, name: str, books: Books | None = None, **options: Any) -> dict[str, Any]:
    neighbours = story.neighbours()
    thing = neighbours.find([name])[name]
    return responsibility(neighbours, thing, directory=books or Books(), **options).as_dict()


def chain(answer: dict[str, Any]) -> list[tuple[str | None, str, str | None, bool]]:
    return [
        (
            one["party"] and one["party"]["id"],
            one["from"][11:16],
            one["to"] and one["to"][11:16],
            one["in_transit"],
        )
        for one in answer["custody"]
    ]


def test_a_chain_without_gaps() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY, bizStep="commissioning")
    story.pack("08:30", BOX, A, where=FACTORY)
    story.see("09:00", BOX, where=FACTORY, bizStep="shipping")
    story.see("11:00", BOX, where=DEPOT, bizStep="receiving")
    story.see("11:30", BOX, where=DEPOT, bizStep="storing")
    story.see("12:00", A, where=DEPOT, bizStep="retail_selling")
    answer = ask(story, A)
    assert chain(answer) == [
        (party(FACTORY), "08:00", "09:00", False),
        (party(FACTORY), "09:00", "11:00", True),
        (party(DEPOT), "11:00", "12:00", False),
    ]
    assert answer["gaps"] == []
    assert answer["custody"][0]["duty_zh"].startswith("查验供货者许可证")
    assert [one["role"] for one in answer["custody"]] == ["producer", "shipper", "retailer"]


def test_the_carrier_has_it_on_the_road() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see("09:00", A, where=FACTORY, bizStep="shipping", own={"carrier": party(LORRY)})
    story.see("10:00", A, where=LORRY, bizStep="transporting")
    story.see("11:00", A, where=DEPOT, bizStep="receiving")
    answer = ask(story, A, Books(roles={LORRY: ("carrier",)}))
    assert chain(answer)[1] == (party(LORRY), "09:00", "11:00", True)
    assert answer["custody"][1]["role"] == "carrier"
    assert len(answer["custody"][1]["events"]) == 2


def test_parties_that_events_name_go_before_places() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see(
        "09:00",
        A,
        where=DEPOT,
        bizStep="receiving",
        sourceList=[{"type": "possessing_party", "source": party(FACTORY)}],
        destinationList=[{"type": "possessing_party", "destination": party(SHOP)}],
    )
    assert chain(ask(story, A))[-1] == (party(SHOP), "09:00", None, False)


def test_a_gap_is_listed_and_a_long_one_is_a_finding_against_the_last_holder() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see("08:10", A, where=FACTORY, bizStep="storing")
    story.see("09:00", A, where=DEPOT, bizStep="storing")
    story.see("3T09:00", A, where=SHOP, bizStep="storing")
    answer = ask(story, A)
    assert chain(answer)[:2] == [
        (party(FACTORY), "08:00", "08:10", False),
        (party(DEPOT), "09:00", "09:00", False),
    ]
    assert [(gap["after_party"], gap["before_party"], gap["code"]) for gap in answer["gaps"]] == [
        (party(FACTORY), party(DEPOT), "custody_gap"),
        (party(DEPOT), party(SHOP), "custody_gap"),
    ]
    assert answer["gaps"][0]["limit"] == "PT86400S"
    assert [(one["code"], one["against"]) for one in answer["findings"]] == [("custody_gap", party(DEPOT))]


def test_a_called_off_shipment_is_back_with_the_shipper() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see("09:00", A, where=FACTORY, bizStep="shipping")
    story.see("10:00", A, where=FACTORY, bizStep="void_shipping")
    answer = ask(story, A)
    assert chain(answer)[-1] == (party(FACTORY), "10:00", None, False)
    assert answer["findings"] == []


def test_places_stand_for_parties_that_nobody_knows() -> None:
    class Unknown(Books):
        def operator_of(self, site: str, at: int) -> None:
            del site, at

    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see("09:00", A, where=FACTORY, bizStep="shipping")
    story.see("11:00", A, where=DEPOT, bizStep="receiving")
    answer = ask(story, A, Unknown())
    assert chain(answer) == [
        (None, "08:00", "09:00", False),
        (None, "09:00", "11:00", True),
        (None, "11:00", None, False),
    ]
    assert [one["site"] for one in answer["custody"]] == [site(FACTORY), site(FACTORY), site(DEPOT)]


def test_intervals_never_overlap_whatever_is_told() -> None:
    story = Story()
    steps = ["storing", "shipping", "receiving", "shipping", "shipping", "storing", "receiving", "receiving"]
    story.make("08:00", A, where=FACTORY)
    for number, step in enumerate(steps):
        story.see(f"{9 + number:02d}:00", A, where=1 + number % 3, bizStep=step)
    custody = ask(story, A)["custody"]
    for before, after in pairwise(custody):
        assert before["to"] is not None
        assert before["from"] <= before["to"] <= after["from"]


def test_a_party_under_another_key_is_the_same_party() -> None:
    code = "https://id.suyuan.example/id/uscc/91110000600037341L"

    class Aliases(Books):
        def party(self, party: str) -> Party | None:
            return Party(first if party == code else party)

    first = party(FACTORY)
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see(
        "3T08:00",
        A,
        bizStep="storing",
        sourceList=[{"type": "possessing_party", "source": code}],
        where=FACTORY,
    )
    assert chain(ask(story, A, Aliases())) == [(first, "08:00", None, False)]


def test_ownership_is_kept_beside_custody() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY, destinationList=[{"type": "owning_party", "destination": party(9)}])
    story.see(
        "10:00",
        A,
        where=FACTORY,
        bizStep="storing",
        destinationList=[{"type": "owning_party", "destination": party(SHOP)}],
    )
    answer = ask(story, A)
    assert chain(answer) == [(party(FACTORY), "08:00", None, False)]
    assert [(one["party"], one["to"] and one["to"][11:16]) for one in answer["ownership"]] == [
        (party(9), "10:00"),
        (party(SHOP), None),
    ]


def test_licences_are_shown_as_they_stood_at_the_time() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY)
    story.see("20T08:00", A, where=DEPOT, bizStep="receiving")
    held = licence("food_production", "2021-05-01", "2026-05-10")
    books = Books(roles={FACTORY: ("producer",), DEPOT: ("producer",)}, held={1: [held], 2: [held]})
    custody = ask(story, A, books)["custody"]
    assert [one["licences"][0]["valid_at_time"] for one in custody] == [True, False]
    assert custody[0]["licences"][0]["valid_to"] == "2026-05-10"


def test_a_distributor_that_unpacks_is_no_producer() -> None:
    story = Story()
    story.make("08:00", A, where=FACTORY, bizStep="commissioning")
    story.pack("08:30", BOX, A, where=FACTORY, bizStep="packing")
    story.see("09:00", BOX, where=FACTORY, bizStep="shipping")
    story.see("10:00", BOX, where=DEPOT, bizStep="receiving")
    story.tell("11:00", "Aggregation", DEPOT, action="DELETE", parentID=BOX, bizStep="unpacking")
    books = Books(roles={FACTORY: ("producer", "distributor"), DEPOT: ("distributor",)})
    custody = ask(story, A, books)["custody"]
    assert [one["role"] for one in custody] == ["producer", "producer", "distributor"]
    assert custody[2]["duty_zh"].startswith("进货查验")
    assert custody[0]["duty_zh"].startswith("查验供货者许可证")


def test_upstream_follows_the_sources_up_to_when_they_went_in() -> None:
    milk, yoghurt = lot(1, "M"), lot(1, "Y")
    story = Story()
    story.create("08:00", kg(milk, 100), where=FACTORY)
    story.mix("09:00", [kg(milk, 50)], [kg(yoghurt, 50)], where=FACTORY)
    story.tell("10:00", "Object", SHOP, action="OBSERVE", quantityList=[kg(milk, 50)], bizStep="storing")
    story.make("11:00", A, where=DEPOT, ilmd={"suyuan:lot": yoghurt})
    answer = ask(story, A, upstream=True)
    assert {one["thing"] for one in answer["custody"]} == {A, yoghurt, milk}
    assert {one["site"] for one in answer["custody"] if one["thing"] == milk} == {site(FACTORY)}
    assert {one["thing"] for one in ask(story, A)["custody"]} == {A}
