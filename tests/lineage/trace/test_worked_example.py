"""The worked example of docs/lineage.md, and what it says between the lines."""

import itertools
from typing import Any

import pytest

from lineage.trace import MemoryNeighbours, destination, history, responsibility, source, whereabouts
from tests.lineage.trace.story import Books, Story, at, item, kg, lot, site, unit

F, G, D, R = 1, 2, 3, 4
M1, M2, Y1, K1 = lot(1, "M1"), lot(1, "M2"), lot(2, "Y1"), lot(3, "K1")
S1, S2, S3 = (item(2, f"s{number}") for number in (1, 2, 3))
BOX, PAL = unit(101), unit(102)


def told() -> Story:
    story = Story()
    story.create("08:00", kg(M1, 1000), where=F)
    story.create("09:00", kg(M2, 500), where=G)
    story.mix("10:00", [kg(M1, 400)], [kg(Y1, 390)], where=D)
    story.make("10:30", S1, S2, S3, where=D, ilmd={"cbvmda:lotNumber": "Y1"})
    story.pack("11:00", BOX, S1, S2, where=D)
    story.pack("11:30", PAL, BOX, where=D)
    story.unpack("12:00", BOX, S1, where=D)
    story.see("13:00", PAL, where=D, bizStep="shipping")
    story.see("15:00", PAL, where=R, bizStep="receiving")
    story.mix("16:00", [PAL, kg(M2, 100)], [kg(K1, 90)], where=R)
    return story


@pytest.fixture(scope="module")
def neighbours() -> MemoryNeighbours:
    return told().neighbours()


def ids(answer: dict[str, Any]) -> set[str]:
    return {thing["id"] for thing in answer["things"]}


def ask(neighbours: MemoryNeighbours, question: Any, name: str, *arguments: Any, **options: Any) -> Any:
    return question(neighbours, neighbours.find([name])[name], *arguments, **options).as_dict()


@pytest.mark.parametrize(
    ("question", "name", "arguments", "expected"),
    [
        (source, S1, (), {Y1, M1}),
        (destination, M1, (), {Y1, S1, S2, S3, K1}),
        (destination, M1, (at("10:15"),), set()),
        (source, K1, (), {PAL, BOX, S2, Y1, M1, M2}),
        (source, K1, (at("15:59"),), set()),
        (destination, S1, (), set()),
        (destination, S2, (), {K1}),
        (destination, M2, (), {K1}),
        (source, PAL, (), {BOX, S1, S2, Y1, M1}),
        (source, PAL, (at("11:15"),), set()),
        (destination, PAL, (at("12:30"),), {BOX, S2, K1}),
        (destination, BOX, (), {S1, S2, K1}),
    ],
)
def test_source_and_destination(
    neighbours: MemoryNeighbours, question: Any, name: str, arguments: Any, expected: set[str]
) -> None:
    assert ids(ask(neighbours, question, name, *arguments)) == expected


def test_any_order_of_arrival_gives_the_same_answers() -> None:
    events = told().events
    for arriving in itertools.islice(itertools.permutations(events), 0, None, 181_440):
        neighbours = Story(list(arriving)).neighbours()
        assert ids(ask(neighbours, source, K1)) == {PAL, BOX, S2, Y1, M1, M2}
        assert ids(ask(neighbours, destination, M1)) == {Y1, S1, S2, S3, K1}


def test_the_path_of_s2_into_k1_can_be_followed_by_hand(neighbours: MemoryNeighbours) -> None:
    answer = ask(neighbours, destination, M1)
    made = next(thing for thing in answer["things"] if thing["id"] == K1)
    path = [answer["edges"][number] for number in made["via"]]
    assert [(edge["from"], edge["to"], edge["kind"], edge["at"][11:16]) for edge in path] == [
        (M1, Y1, "made_from", "10:00"),
        (Y1, S2, "member", "10:30"),
        (S2, BOX, "contains", "16:00"),
        (BOX, PAL, "contains", "16:00"),
        (PAL, K1, "made_from", "16:00"),
    ]
    assert [edge["event"].rsplit("/", 1)[1] for edge in path] == ["3", "4", "5", "6", "10"]
    assert made["depth"] == 3


def test_origins_are_the_raw_lots(neighbours: MemoryNeighbours) -> None:
    answer = ask(neighbours, source, K1)
    assert {thing["id"] for thing in answer["things"] if thing["origin"]} == {M1, M2}
    one_hop = ask(neighbours, source, K1, depth=1)
    assert {thing["id"] for thing in one_hop["things"] if thing["origin"]} == {M2}


def test_s1_stayed_with_d_and_never_was_at_r(neighbours: MemoryNeighbours) -> None:
    events = ask(neighbours, history, S1)["events"]
    assert {event["bizLocation"] for event in events} == {site(D)}
    assert [event["eventTime"][11:16] for event in events] == ["10:30", "11:00", "11:30", "12:00"]
    custody = ask(neighbours, responsibility, S1, directory=Books())["custody"]
    assert [(one["site"], one["to"]) for one in custody] == [(site(D), None)]


def test_s2_went_with_the_pallet(neighbours: MemoryNeighbours) -> None:
    events = ask(neighbours, history, S2)["events"]
    assert [(event["eventTime"][11:16], event["through"]) for event in events] == [
        ("10:30", None),
        ("11:00", None),
        ("11:30", BOX),
        ("12:00", BOX),
        ("13:00", PAL),
        ("15:00", PAL),
        ("16:00", PAL),
    ]
    custody = ask(neighbours, responsibility, S2, directory=Books())["custody"]
    assert [(one["site"], one["in_transit"], one["from"][11:16], one["to"][11:16]) for one in custody] == [
        (site(D), False, "10:30", "13:00"),
        (site(D), True, "13:00", "15:00"),
        (site(R), False, "15:00", "16:00"),
    ]


def test_where_everything_is_now(neighbours: MemoryNeighbours) -> None:
    numbers = neighbours.find([S1, S2, S3, K1, BOX, PAL])
    found = whereabouts(neighbours, numbers.values(), Books())
    assert {name: (found[number].state, found[number].site) for name, number in numbers.items()} == {
        S1: ("in_stock", site(D)),
        S2: ("consumed", site(R)),
        S3: ("in_stock", site(D)),
        K1: ("in_stock", site(R)),
        BOX: ("consumed", site(R)),
        PAL: ("consumed", site(R)),
    }


def test_where_things_were_before(neighbours: MemoryNeighbours) -> None:
    numbers = neighbours.find([S2])
    on_the_road = whereabouts(neighbours, numbers.values(), Books(), at("14:00"))[numbers[S2]]
    assert (on_the_road.state, on_the_road.site) == ("in_transit", site(D))
    assert on_the_road.unit == neighbours.find([BOX])[BOX]


def test_nothing_is_wrong_with_it(neighbours: MemoryNeighbours) -> None:
    answer = ask(neighbours, destination, M1, directory=Books(), now=True)
    assert answer["findings"] == []
