"""Corners of docs/lineage.md that random worlds seldom reach, each as small as it can be."""

from itertools import pairwise
from typing import Any

import pytest

from lineage.trace import Answer, MemoryNeighbours, Page, destination, history, source
from tests.lineage.trace.story import Story, at, item, kg, lot, unit

A, B, C, X = (item(1, name) for name in "abcx")
L1, L2, L3 = (lot(1, name) for name in ("L1", "L2", "L3"))
BOX, PAL, SHIP = unit(1), unit(2), unit(3)


def goes(story: Story, name: str, *since: str, **options: Any) -> dict[str, str]:
    return _ask(destination, story, name, *since, **options)


def came(story: Story, name: str, *until: str, **options: Any) -> dict[str, str]:
    return _ask(source, story, name, *until, **options)


def _ask(question: Any, story: Story, name: str, *when: str, **options: Any) -> dict[str, str]:
    neighbours = story.neighbours()
    thing = neighbours.find([name])[name]
    answer = question(neighbours, thing, *(at(one) for one in when), **options).as_dict()
    return {one["id"]: (one["at"] or "")[11:16] for one in answer["things"]}


def test_what_left_the_box_before_the_box_went_on_the_pallet_was_never_on_it() -> None:
    story = Story()
    story.pack("08:00", BOX, A, B)
    story.unpack("09:00", BOX, A)
    story.pack("10:00", PAL, BOX)
    story.mix("11:00", [PAL], [X])
    assert came(story, X) == {PAL: "11:00", BOX: "11:00", B: "11:00"}
    assert goes(story, A) == {}
    assert came(story, PAL, "11:30") == {BOX: "11:30", B: "11:30"}
    assert came(story, PAL) == {BOX: "", B: ""}, "still inside, and nobody asked until when"
    assert came(story, PAL, now=at("12:00")) == {BOX: "12:00", B: "12:00"}


def test_a_container_that_is_used_up_keeps_what_is_in_it() -> None:
    """Only the input itself leaves what it was in; the page names nothing that would empty it."""
    story = Story()
    story.pack("08:00", BOX, A)
    story.mix("09:00", [BOX], [B])
    story.mix("10:00", [BOX], [C])
    assert goes(story, A) == {B: "09:00", C: "10:00"}


def test_a_container_that_is_ended_is_empty() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.tell("09:00", "Object", action="DELETE", epcList=[BOX])
    story.mix("10:00", [BOX], [C])
    assert goes(story, A) == {}


def test_things_put_into_a_container_again_count_only_while_inside() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.unpack("09:00", BOX)
    story.mix("09:30", [BOX], [B])
    story.pack("10:00", BOX, A)
    story.mix("11:00", [BOX], [C])
    assert goes(story, A) == {C: "11:00"}


def test_a_lot_in_containers_is_a_portion() -> None:
    story = Story()
    story.create("08:00", kg(L1, 100))
    for hour, parent in (("09:00", BOX), ("09:10", PAL)):
        story.tell(hour, "Aggregation", action="ADD", parentID=parent, childQuantityList=[kg(L1, 10)])
    story.mix("09:30", [kg(L1, 5)], [kg(L2, 5)])
    story.tell("09:40", "Object", action="DELETE", quantityList=[kg(L1, 5)])
    story.mix("10:00", [BOX], [A])
    story.tell("10:30", "Aggregation", action="DELETE", parentID=PAL, childQuantityList=[kg(L1, 10)])
    story.mix("11:00", [PAL], [B])
    assert goes(story, L1) == {L2: "09:30", A: "10:00"}
    assert came(story, A) == {BOX: "10:00", L1: "10:00"}


def test_events_with_one_transformation_id_are_one_transformation() -> None:
    story = Story()
    run: dict[str, Any] = {"transformationID": "https://example.cn/run/1"}
    story.mix("08:00", [kg(L1, 1)], [], **run)
    story.mix("09:00", [], [kg(L3, 1)], **run)
    story.mix("10:00", [kg(L2, 1)], [], **run)
    assert goes(story, L1) == {L3: "09:00"}
    assert goes(story, L2) == {L3: "10:00"}
    assert came(story, L3) == {L1: "08:00", L2: "10:00"}
    assert came(story, L3, "09:30") == {L1: "08:00"}
    assert goes(story, L1, "08:30") == {}


def test_the_latest_and_the_earliest_time_are_kept() -> None:
    story = Story()
    story.mix("08:00", [kg(L1, 1)], [kg(L2, 1)])
    story.mix("09:00", [kg(L1, 1)], [kg(L2, 1)])
    assert goes(story, L1) == {L2: "08:00"}
    assert came(story, L2) == {L1: "09:00"}
    assert came(story, L2, "08:30") == {L1: "08:00"}


def test_a_better_time_found_late_is_carried_on() -> None:
    """The short way reaches L3 late, the long way early: only the early one is in time for C."""
    story = Story()
    story.mix("08:00", [A], [X])
    story.mix("09:00", [X], [kg(L3, 1)])
    story.mix("12:00", [kg(L2, 1)], [kg(L3, 1)])
    story.mix("10:00", [kg(L3, 1)], [C])
    story.mix("07:00", [B], [A, kg(L2, 1)])
    assert goes(story, B)[C] == "10:00"
    assert came(story, C).keys() == {L3, X, A, B}


def test_ring_of_containers_ends() -> None:
    story = Story()
    story.pack("08:00", BOX, A, PAL)
    story.pack("09:00", PAL, BOX)
    story.mix("10:00", [PAL], [X])
    assert came(story, X).keys() == {PAL, BOX, A}
    assert goes(story, A) == {X: "10:00"}
    assert goes(story, BOX).keys() == {A, PAL, X}
    neighbours = story.neighbours()
    assert history(neighbours, neighbours.find([A])[A]).as_dict()["events"]


def test_sharing_a_box_is_no_influence_unless_asked() -> None:
    story = Story()
    story.pack("08:00", BOX, A, B)
    story.unpack("09:00", BOX, A)
    story.pack("10:00", BOX, C)
    story.pack("08:30", PAL, BOX, X)
    story.mix("11:00", [B], [kg(L1, 1)])
    assert goes(story, A) == {}
    assert goes(story, A, contact=True) == {B: "08:00", BOX: "08:30", X: "08:30", C: "10:00", L1: "11:00"}
    assert goes(story, C, contact=True).keys() == {B, BOX, X, L1}
    assert A not in came(story, C)
    assert A in came(story, C, contact=True)


def test_an_association_carries_nothing() -> None:
    story = Story()
    story.tell("08:00", "Association", action="ADD", parentID=BOX, childEPCs=[A])
    story.mix("09:00", [BOX], [X])
    assert came(story, X) == {BOX: "09:00"}
    assert goes(story, BOX) == {X: "09:00"}


def test_a_class_is_reported_and_never_traced() -> None:
    product: dict[str, Any] = {"epcClass": L1.split("/10/")[0], "quantity": 4}
    story = Story()
    story.mix("08:00", [product, A], [B])
    assert came(story, B) == {A: "08:00"}
    neighbours = story.neighbours()
    thing = neighbours.find([product["epcClass"]])[product["epcClass"]]
    assert destination(neighbours, thing).as_dict()["things"] == []
    assert len(history(neighbours, thing).as_dict()["events"]) == 1


def test_an_error_declaration_takes_an_event_out_whenever_it_comes() -> None:
    story = Story()
    story.mix("08:00", [A], [B])
    story.mix("09:00", [A], [C])
    story.declare_wrong(1, "https://example.cn/event/2")
    assert goes(story, A) == {C: "09:00"}
    story.events.reverse()
    assert goes(story, A) == {C: "09:00"}
    neighbours = story.neighbours()
    events = history(neighbours, neighbours.find([A])[A]).as_dict()["events"]
    assert [(event["void"], event["declaration"]) for event in events].count((True, True)) == 1
    assert [event["eventTime"][11:16] for event in events] == ["08:00", "08:00", "09:00"]


def test_a_declared_packing_leaves_the_thing_where_it_was() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.pack("09:00", PAL, A)
    story.mix("10:00", [BOX], [X])
    assert goes(story, A) == {}
    story.declare_wrong(2)
    assert goes(story, A) == {X: "10:00"}


def test_an_event_without_identifier_is_known_by_what_it_says() -> None:
    story = Story()
    story.mix("08:00", [A], [B])
    del story.events[0]["eventID"]
    assert goes(story, A) == {B: "08:00"}
    story.events.append(dict(story.events[0]))
    assert goes(story, A) == {B: "08:00"}
    story.declare_wrong(1)
    assert goes(story, A) == {}


def test_equal_times_are_ordered_by_record() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.unpack("09:00", BOX, A)
    story.pack("09:00", PAL, A)
    story.mix("10:00", [PAL], [X])
    assert A in came(story, X)
    turned = Story([story.events[0], story.events[2], story.events[1], story.events[3]])
    assert A in came(turned, X), "taking it out of the box does not take it off the pallet"


def test_what_starts_at_a_moment_is_inside_then_and_what_ends_at_it_is_not() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.unpack("10:00", BOX, A)
    story.pack("10:00", BOX, B)
    story.mix("10:00", [BOX], [X])
    assert came(story, X).keys() == {BOX, B}
    assert goes(story, A) == {}
    assert goes(story, B) == {X: "10:00"}
    assert goes(story, BOX, "10:00").keys() == {B, X}


def test_an_unknown_first_time_asks_from_the_beginning() -> None:
    story = Story()
    story.make("08:00", A, ilmd={"cbvmda:lotNumber": "L1"})
    assert goes(story, L1) == {A: "08:00"}


def test_an_answer_that_is_cut_says_so() -> None:
    story = Story()
    story.make("08:00", *(item(1, f"n{number}") for number in range(200)), ilmd={"cbvmda:lotNumber": "L1"})
    neighbours = story.neighbours()
    answer = destination(neighbours, neighbours.find([L1])[L1], limit=50).as_dict()
    assert answer["truncated"]
    assert len(answer["things"]) == 50
    whole = destination(neighbours, neighbours.find([L1])[L1]).as_dict()
    assert not whole["truncated"]
    assert len(whole["things"]) == 200


def test_a_search_that_is_cut_goes_on_from_the_things_of_the_greatest_depth() -> None:
    story = Story()
    lots = [lot(2, f"C{number}") for number in range(6)]
    for number, (before, after) in enumerate(pairwise(lots)):
        story.mix(f"{10 + number}:00", [before], [after, lot(2, f"S{number}")])
    neighbours = story.neighbours()
    numbers = neighbours.find(lots)

    def goes_to(thing: int, since: int | None = None, **options: Any) -> Answer:
        return destination(neighbours, thing, since, page=Page(100), **options)

    whole = goes_to(numbers[lots[0]])
    cut = goes_to(numbers[lots[0]], limit=3)
    assert cut.graph.truncated
    assert cut.as_dict()["next"] is None
    found = {thing.node: thing.at for thing in cut.graph.things}
    assert len(found) < len(whole.graph.things)
    deepest = max(thing.depth for thing in cut.graph.things)
    for thing in cut.graph.things:
        if thing.depth == deepest:
            found.update((more.node, more.at) for more in goes_to(thing.node, thing.at).graph.things)
    assert found == {thing.node: thing.at for thing in whole.graph.things}


def test_lines_are_the_head_and_then_one_a_thing() -> None:
    story = Story()
    story.mix("08:00", [A], [B, C])
    neighbours = story.neighbours()
    answer = destination(neighbours, neighbours.find([A])[A], now=True)
    head, *things = answer.lines()
    whole = answer.as_dict()
    assert things == whole["things"]
    assert head["count"] == 2
    assert {name: head[name] for name in whole if name != "things"} == {
        name: value for name, value in whole.items() if name != "things"
    }


@pytest.mark.parametrize("hops", [400])
def test_a_long_chain_needs_no_deep_stack(hops: int) -> None:
    story = Story()
    for hop in range(hops):
        clock = f"{hop // 60:02d}:{hop % 60:02d}"
        story.mix(clock, [item(1, f"h{hop}")], [item(1, f"h{hop + 1}")])
    neighbours: MemoryNeighbours = story.neighbours()
    first = item(1, "h0")
    answer = destination(neighbours, neighbours.find([first])[first], examined=0).as_dict()
    assert len(answer["things"]) == hops
    assert answer["things"][-1]["depth"] == hops
    assert len(answer["things"][-1]["via"]) == hops
