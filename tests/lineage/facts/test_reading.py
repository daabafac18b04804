"""What one event establishes."""

from typing import Any

import pytest

from lineage.events import Event, read_event
from lineage.facts import EventFacts, How, Mark, MarkKind, Move, Role, Scope, facts_of, lot_key, statement_of
from lineage.identifiers import LOCAL_HOST, name_uri
from tests.lineage.trace.story import CONTEXT, Story, item, kg, lot, party, site, unit

A, B = item(1, "a"), item(1, "b")
LOT, CLASS = lot(1, "L"), item(1, "a").split("/21/")[0]
BOX = unit(1)


def read(story: Story) -> Event:
    return read_event(story.events[-1], CONTEXT)


def told(kind: str, **members: Any) -> EventFacts:
    story = Story()
    story.tell("08:00", kind, **members)
    return facts_of(read(story))


def test_postings_name_every_thing_once_in_each_role() -> None:
    facts = told(
        "Transformation",
        inputEPCList=[A],
        inputQuantityList=[kg(LOT, 5)],
        outputEPCList=[B],
        outputQuantityList=[{"epcClass": CLASS, "quantity": 3}],
    )
    assert [(p.thing.id, p.role, p.quantity, p.uom, p.traced) for p in facts.postings] == [
        (A, Role.INPUT, None, None, True),
        (LOT, Role.INPUT, 5.0, "KGM", True),
        (B, Role.OUTPUT, None, None, True),
        (CLASS, Role.OUTPUT, 3.0, None, False),
    ]


def test_a_thing_has_one_key_however_it_is_written() -> None:
    forms = [
        "urn:epc:id:sgtin:6901234.000001.a",
        f"https://example.cn/x{A.removeprefix('https://id.gs1.org')}?17=271231",
    ]
    facts = told("Object", action="OBSERVE", epcList=forms)
    assert [p.thing.id for p in facts.postings] == [A]


@pytest.mark.parametrize(
    ("kind", "members", "expected"),
    [
        (
            "Aggregation",
            {"action": "ADD", "parentID": BOX, "childEPCs": [A], "childQuantityList": [kg(LOT, 1)]},
            [
                Mark(MarkKind.ADD, Scope.CONTAINMENT, BOX, A),
                Mark(MarkKind.ADD, Scope.CONTAINMENT, BOX, LOT, portion=True),
            ],
        ),
        (
            "Aggregation",
            {"action": "OBSERVE", "parentID": BOX, "childEPCs": [A]},
            [Mark(MarkKind.SEEN, Scope.CONTAINMENT, BOX, A)],
        ),
        (
            "Aggregation",
            {"action": "DELETE", "parentID": BOX},
            [Mark(MarkKind.EMPTY, Scope.CONTAINMENT, BOX, None)],
        ),
        (
            "Aggregation",
            {"action": "DELETE", "parentID": BOX, "childQuantityList": [{"epcClass": CLASS, "quantity": 1}]},
            [],
        ),
        (
            "Association",
            {"action": "ADD", "parentID": BOX, "childEPCs": [A]},
            [Mark(MarkKind.ADD, Scope.ASSOCIATION, BOX, A)],
        ),
        (
            "Object",
            {"action": "DELETE", "epcList": [BOX], "quantityList": [kg(LOT, 1)]},
            [
                Mark(MarkKind.LEAVE, Scope.BOTH, None, BOX),
                Mark(MarkKind.EMPTY, Scope.BOTH, BOX, None),
            ],
        ),
        (
            "Transformation",
            {"inputEPCList": [A], "inputQuantityList": [kg(LOT, 1)], "outputEPCList": [B]},
            [Mark(MarkKind.LEAVE, Scope.BOTH, None, A)],
        ),
        ("Aggregation", {"action": "ADD", "parentID": BOX, "childEPCs": [BOX]}, []),
        ("Object", {"action": "OBSERVE", "epcList": [A]}, []),
        (
            "Transaction",
            {
                "action": "ADD",
                "parentID": BOX,
                "epcList": [A],
                "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:po:1"}],
            },
            [],
        ),
    ],
)
def test_marks(kind: str, members: dict[str, Any], expected: list[Mark]) -> None:
    assert list(told(kind, **members).marks) == expected


@pytest.mark.parametrize(
    ("kind", "members", "expected"),
    [
        ("Object", {"action": "ADD", "epcList": [A], "ilmd": {"cbvmda:lotNumber": "L"}}, [(A, LOT)]),
        ("Object", {"action": "ADD", "epcList": [A.replace("/21/", "/10/L/21/")]}, [(A, LOT)]),
        ("Object", {"action": "OBSERVE", "epcList": [A.replace("/21/", "/10/L/21/")]}, []),
        ("Object", {"action": "ADD", "epcList": [A]}, []),
        (
            "Object",
            {"action": "ADD", "epcList": [A], "ilmd": {"cbvmda:lotNumber": "L", "suyuan:lot": lot(3, "X")}},
            [(A, lot(3, "X"))],
        ),
        (
            "Object",
            {"action": "ADD", "epcList": [A], "ilmd": {"cbvmda:lotNumber": "ä/b"}},
            [(A, f"{CLASS}/10/%C3%A4%2Fb")],
        ),
        (
            "Transformation",
            {"inputEPCList": [B], "outputEPCList": [A], "ilmd": {"cbvmda:lotNumber": "L"}},
            [(A, LOT)],
        ),
        ("Object", {"action": "ADD", "quantityList": [kg(LOT, 1)], "ilmd": {"cbvmda:lotNumber": "L"}}, []),
    ],
)
def test_memberships(kind: str, members: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [tuple(member) for member in told(kind, **members).memberships] == expected


def test_the_lot_of_a_code_that_is_not_gs1s() -> None:
    code = name_uri(f"{LOCAL_HOST}/id/drug_code/83857930000879766660")
    key = lot_key(code, "V2611A")
    assert key == f"{LOCAL_HOST}/id/lot/drug_code.8385793.V2611A"
    assert name_uri(key).kind == "lot"


def test_the_lot_of_a_gs1_key_that_has_none_of_its_own() -> None:
    cylinder = name_uri("urn:epc:id:grai:0614141.00011.8")
    key = lot_key(cylinder, "V2611A")
    assert key == f"{LOCAL_HOST}/id/lot/grai.00614141000111.V2611A"
    assert name_uri(key).kind == "lot"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"action": "DELETE"}, How.DECOMMISSIONED),
        ({"action": "DELETE", "bizStep": "destroying"}, How.DESTROYED),
        ({"action": "OBSERVE", "bizStep": "retail_selling"}, How.SOLD),
        ({"action": "OBSERVE", "bizStep": "https://ref.gs1.org/cbv/BizStep-dispensing"}, How.DISPENSED),
        ({"action": "OBSERVE", "disposition": "destroyed"}, How.DESTROYED),
        ({"action": "DELETE", "bizStep": "suyuan:scrapping"}, How.DESTROYED),
        ({"action": "OBSERVE", "bizStep": "shipping"}, None),
    ],
)
def test_endings(members: dict[str, Any], expected: How | None) -> None:
    facts = told("Object", epcList=[A], quantityList=[kg(LOT, 1)], **members)
    assert [tuple(ending) for ending in facts.endings] == ([(A, expected)] if expected else [])


def test_inputs_are_consumed_and_portions_are_not() -> None:
    facts = told("Transformation", inputEPCList=[A], inputQuantityList=[kg(LOT, 1)], outputEPCList=[B])
    assert [tuple(ending) for ending in facts.endings] == [(A, How.CONSUMED)]


def test_a_declaration_names_things_and_establishes_nothing() -> None:
    story = Story()
    story.pack("08:00", BOX, A)
    story.declare_wrong(1)
    facts = facts_of(read(story))
    assert facts.declaration
    assert {p.thing.id for p in facts.postings} == {BOX, A}
    assert not facts.marks


def test_a_custody_statement() -> None:
    story = Story()
    story.see(
        "08:00",
        A,
        where=1,
        bizStep="shipping",
        disposition="in_transit",
        sourceList=[
            {"type": "possessing_party", "source": party(1)},
            {"type": "owning_party", "source": party(5)},
        ],
        destinationList=[
            {"type": "possessing_party", "destination": party(2)},
            {"type": "location", "destination": site(2)},
        ],
        own={"carrier": "urn:epc:id:pgln:6901234.00003"},
    )
    statement = statement_of(read(story))
    assert (statement.move, statement.giver, statement.taker) == (Move.SHIP, party(1), party(2))
    assert statement.carrier == party(3)
    assert (statement.site, statement.bound_for, statement.owner) == (site(1), site(2), party(5))
    assert (statement.step, statement.disposition) == ("shipping", "in_transit")


def test_an_own_word_is_known_under_any_prefix() -> None:
    story = Story()
    story.see("08:00", A, bizStep="https://w3id.org/suyuan/v1/filling")
    story.events[0]["sy:carrier"] = party(3)
    event = read_event(story.events[0], [CONTEXT[0], {"sy": "https://w3id.org/suyuan/v1/"}])
    statement = statement_of(event)
    assert (statement.step, statement.carrier) == ("suyuan:filling", party(3))
    other = read_event(story.events[0], [CONTEXT[0], {"sy": "https://example.org/other/"}])
    assert statement_of(other).carrier is None
