"""What came into a lot, what went out, what is left, per place."""

from typing import Any

from lineage.trace import balance
from tests.lineage.trace.story import Books, Story, item, kg, lot, site, unit

L1, L2, L3 = (lot(1, name) for name in ("L1", "L2", "L3"))
BOX, PAL = unit(1), unit(2)


def ask(story: Story, name: str) -> dict[str, Any]:
    neighbours = story.neighbours()
    return balance(neighbours, neighbours.find([name])[name], directory=Books()).as_dict()


def left(answer: dict[str, Any]) -> dict[str | None, float]:
    return {place["site"]: place["left"] for place in answer["places"]}


def test_in_and_out_are_converted_within_one_dimension() -> None:
    story = Story()
    story.create("08:00", kg(L1, 1.2, "TNE"), where=1)
    story.mix("09:00", [kg(L1, 300_000, "GRM")], [kg(L2, 300)], where=1)
    story.tell("10:00", "Object", 1, action="DELETE", quantityList=[kg(L1, 100)])
    answer = ask(story, L1)
    assert (answer["uom"], answer["in"], answer["out"], answer["left"]) == ("KGM", 1200, 400, 800)
    assert left(answer) == {site(1): 800}


def test_a_shipment_moves_and_does_not_use_up() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), where=1)
    for hour, where, step in (("09:00", 1, "shipping"), ("10:00", 2, "receiving")):
        story.tell(hour, "Object", where, action="OBSERVE", quantityList=[kg(L1, 40)], bizStep=step)
    answer = ask(story, L1)
    assert (answer["in"], answer["out"]) == (100, 0)
    assert left(answer) == {site(1): 60, site(2): 40}


def test_a_portion_travels_with_the_pallet_it_is_on() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), where=1)
    story.tell("08:30", "Aggregation", 1, action="ADD", parentID=BOX, childQuantityList=[kg(L1, 30)])
    story.pack("08:40", PAL, BOX, where=1)
    story.see("09:00", PAL, where=1, bizStep="shipping")
    story.see("10:00", PAL, where=2, bizStep="receiving")
    story.unpack("10:10", PAL)
    story.unpack("10:20", BOX)
    story.see("11:00", BOX, where=2, bizStep="shipping")
    assert left(ask(story, L1)) == {site(1): 70, site(2): 30}


def test_what_is_sold_is_out() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), where=1)
    story.tell("09:00", "Object", 1, action="OBSERVE", quantityList=[kg(L1, 5)], bizStep="retail_selling")
    assert ask(story, L1)["out"] == 5


def test_no_float_is_lost() -> None:
    story = Story()
    story.create("08:00", kg(L1, 1), where=1)
    for minute in range(10):
        story.mix(f"09:{minute:02d}", [kg(L1, 0.1)], [item(1, f"i{minute}")], where=1)
    assert ask(story, L1)["left"] == 0


def test_a_lot_without_amounts() -> None:
    story = Story()
    story.tell("08:00", "Object", 1, action="ADD", quantityList=[{"epcClass": L1}])
    answer = ask(story, L1)
    assert (answer["uom"], answer["in"], answer["places"]) == (None, 0, [])


def test_pieces() -> None:
    story = Story()
    story.create("08:00", {"epcClass": L1, "quantity": 24}, where=1)
    story.mix("09:00", [{"epcClass": L1, "quantity": 2}], [kg(L2, 1)], where=1)
    answer = ask(story, L1)
    assert (answer["uom"], answer["left"]) == ("H87", 22)


def test_what_was_declared_wrong_is_in_no_balance() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100), where=1)
    story.mix("09:00", [kg(L1, 30)], [kg(L3, 30)], where=1)
    story.declare_wrong(2)
    assert ask(story, L1)["left"] == 100
