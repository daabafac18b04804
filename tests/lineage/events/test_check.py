"""The rules: each breaks one event at one place and is reported there with its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lineage.events import DocumentError, check_event, read_event
from lineage.events.limits import MAX_DEPTH, MAX_PROBLEMS
from tests.lineage.events import samples

SENSOR = [{"sensorReport": [{"type": "Temperature", "value": 4}]}]


@pytest.mark.parametrize("make", samples.ALL_TYPES)
def test_the_samples_are_valid(make: Callable[..., dict[str, Any]]) -> None:
    assert check_event(make()) == []
    assert read_event(make()).document == make()


VALID = [
    samples.object_event(epcList=[]),
    samples.object_event(epcList=None, quantityList=[{"epcClass": "urn:x:a"}]),
    samples.object_event(epcList=None, sensorElementList=SENSOR, readPoint={"id": "urn:x:r"}),
    samples.object_event(action="ADD", ilmd={}),
    samples.object_event(bizStep="suyuan:filling"),
    samples.object_event(bizStep="https://example.cn/步骤/灌装"),
    samples.object_event(
        epcList=["urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()", "geo:50.9,6.9", "a:b#c"]
    ),
    samples.object_event(type="example:Event", action=7, epcList="anything"),
    samples.aggregation_event(action="DELETE", childEPCs=None),
    samples.aggregation_event(action="DELETE", childEPCs=[]),
    samples.aggregation_event(action="OBSERVE", parentID=None),
    samples.aggregation_event(childEPCs=None, childQuantityList=[{"epcClass": "urn:x:a", "quantity": 1.5}]),
    samples.transaction_event(action="DELETE", epcList=None),
    samples.transaction_event(epcList=[]),
    samples.transformation_event(outputEPCList=None, transformationID="urn:x:t"),
]


@pytest.mark.parametrize("event", VALID, ids=str)
def test_unusual_but_valid(event: dict[str, Any]) -> None:
    assert check_event(event) == []
    assert read_event(event).document == event


INVALID: list[tuple[dict[str, Any], str, str]] = [
    # what every event needs
    (samples.object_event(type=None), "/type", "missing-member"),
    (samples.object_event(type=3), "/type", "wrong-type"),
    (samples.object_event(type="ObjectEventInvalid"), "/type", "unknown-event-type"),
    (samples.object_event(eventTime=None), "/eventTime", "missing-member"),
    (samples.object_event(eventTimeZoneOffset=None), "/eventTimeZoneOffset", "missing-member"),
    (samples.object_event(eventTimeZoneOffset="+14:01"), "/eventTimeZoneOffset", "bad-offset"),
    (samples.object_event(eventTimeZoneOffset="Z"), "/eventTimeZoneOffset", "bad-offset"),
    (samples.object_event(eventTimeZoneOffset=8), "/eventTimeZoneOffset", "bad-offset"),
    (samples.object_event(eventID="374d95fc"), "/eventID", "not-a-uri"),
    (samples.object_event(certificationInfo=[{}]), "/certificationInfo/0", "wrong-type"),
    (samples.object_event(**{"@context": 7}), "/@context", "wrong-type"),
    (samples.object_event(note="x"), "/note", "unknown-member"),
    (samples.object_event(**{"a/b~c": "x"}), "/a~1b~0c", "unknown-member"),
    (samples.object_event(childEPCs=[]), "/childEPCs", "unknown-member"),
    (samples.transformation_event(action="ADD"), "/action", "unknown-member"),
    (samples.aggregation_event(ilmd={}), "/ilmd", "unknown-member"),
    (samples.object_event(errorDeclaration={}), "/errorDeclaration/declarationTime", "missing-member"),
    (
        samples.object_event(errorDeclaration={"declarationTime": "2026-01-01T00:00:00Z", "reason": "typo"}),
        "/errorDeclaration/reason",
        "unknown-error-reason",
    ),
    # values
    (samples.object_event(epcList="urn:x:a"), "/epcList", "wrong-type"),
    (samples.object_event(epcList=["urn:x:a", 5]), "/epcList/1", "wrong-type"),
    (samples.object_event(epcList=["urn:x:a", "no uri"]), "/epcList/1", "not-a-uri"),
    (samples.object_event(epcList=["urn:x:a\nurn:x:b"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["urn:x:a%2"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["urn:"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["http://[bad"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["http://a/b[1]"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["a:b#c#d"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["1a:b"]), "/epcList/0", "not-a-uri"),
    (samples.object_event(epcList=["urn:x:a", "urn:x:a"]), "/epcList/1", "repeated-item"),
    (samples.object_event(action="CREATE"), "/action", "unknown-action"),
    (samples.object_event(action=None), "/action", "missing-member"),
    (samples.object_event(bizStep="transforming"), "/bizStep", "unknown-biz-step"),
    (samples.object_event(bizStep="urn:epcglobal:cbv:bizstep:shipping"), "/bizStep", "unknown-biz-step"),
    (samples.object_event(disposition="in_transport"), "/disposition", "unknown-disposition"),
    (samples.object_event(readPoint={}), "/readPoint/id", "missing-member"),
    (samples.object_event(readPoint="urn:x:r"), "/readPoint", "wrong-type"),
    (samples.object_event(quantityList=[{"quantity": 1}]), "/quantityList/0/epcClass", "missing-member"),
    (
        samples.object_event(quantityList=[{"epcClass": "urn:x:a", "quantity": "1"}]),
        "/quantityList/0/quantity",
        "wrong-type",
    ),
    (
        samples.object_event(quantityList=[{"epcClass": "urn:x:a", "quantity": True}]),
        "/quantityList/0/quantity",
        "wrong-type",
    ),
    (
        samples.object_event(quantityList=[{"epcClass": "urn:x:a", "uom": "kg"}]),
        "/quantityList/0/uom",
        "bad-unit",
    ),
    (
        samples.object_event(quantityList=[{"epcClass": "urn:x:a", "ex:a": 1}]),
        "/quantityList/0/ex:a",
        "unknown-member",
    ),
    (
        samples.object_event(sourceList=[{"type": "place", "source": "urn:x:a"}]),
        "/sourceList/0/type",
        "unknown-source-type",
    ),
    (samples.object_event(sourceList=[{"source": "urn:x:a"}]), "/sourceList/0/type", "missing-member"),
    (
        samples.object_event(bizTransactionList=[{"type": "order", "bizTransaction": "urn:x:a"}]),
        "/bizTransactionList/0/type",
        "unknown-transaction-type",
    ),
    (samples.object_event(persistentDisposition={}), "/persistentDisposition", "missing-member"),
    (samples.object_event(persistentDisposition={"set": []}), "/persistentDisposition/set", "empty-list"),
    (samples.object_event(sensorElementList=[{}]), "/sensorElementList/0/sensorReport", "missing-member"),
    (
        samples.object_event(sensorElementList=[{"sensorReport": []}]),
        "/sensorElementList/0/sensorReport",
        "empty-list",
    ),
    (
        samples.object_event(sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": "4"}]}]),
        "/sensorElementList/0/sensorReport/0/value",
        "wrong-type",
    ),
    (
        samples.object_event(sensorElementList=[{"sensorReport": [{"type": "Warmth"}]}]),
        "/sensorElementList/0/sensorReport/0/type",
        "unknown-measurement",
    ),
    (samples.object_event(action="ADD", ilmd={"lot": "1"}), "/ilmd/lot", "unknown-member"),
    # rules over several members
    (samples.object_event(epcList=None), "", "nothing-named"),
    (samples.object_event(epcList=None, quantityList=[]), "", "nothing-named"),
    (samples.object_event(epcList=None, sensorElementList=SENSOR), "", "nothing-named"),
    (samples.object_event(ilmd={}), "/ilmd", "ilmd-without-add"),
    (samples.aggregation_event(parentID=None), "/parentID", "missing-parent"),
    (samples.aggregation_event(action="DELETE", parentID=None), "/parentID", "missing-parent"),
    (samples.aggregation_event(childEPCs=[]), "", "no-children"),
    (samples.aggregation_event(action="OBSERVE", childEPCs=None), "", "no-children"),
    (
        samples.aggregation_event(type="AssociationEvent", action="OBSERVE", parentID=None),
        "/parentID",
        "missing-member",
    ),
    (samples.transaction_event(bizTransactionList=None), "/bizTransactionList", "missing-member"),
    (samples.transaction_event(bizTransactionList=[]), "/bizTransactionList", "empty-list"),
    (samples.transaction_event(epcList=None), "", "nothing-named"),
    (samples.transformation_event(outputEPCList=None), "", "inputs-and-outputs"),
    (samples.transformation_event(inputEPCList=[]), "", "inputs-and-outputs"),
    (
        samples.transformation_event(inputEPCList=None, outputEPCList=None, transformationID="urn:x:t"),
        "",
        "no-inputs-or-outputs",
    ),
]


@pytest.mark.parametrize(
    ("event", "pointer", "code"), INVALID, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_rule_is_reported_at_its_place(event: dict[str, Any], pointer: str, code: str) -> None:
    assert [(problem.pointer, problem.code) for problem in check_event(event)] == [(pointer, code)]
    with pytest.raises(DocumentError) as caught:
        read_event(event)
    assert caught.value.code == code


@pytest.mark.parametrize("name", sorted(samples.object_event()))
def test_no_member_may_be_null(name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_event(samples.object_event() | {name: None})
    assert caught.value.pointer == f"/{name}"


def test_nesting_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(MAX_DEPTH - 1):
        deep = {"example:in": deep}
    assert check_event(samples.object_event(**{"example:x": deep})) == []
    problems = check_event(samples.object_event(**{"example:x": [deep]}))
    assert [problem.code for problem in problems] == ["too-deep"]
    with pytest.raises(DocumentError, match="nests"):
        read_event(samples.object_event(**{"example:x": [deep]}))


def test_the_number_of_problems_is_bounded() -> None:
    assert len(check_event(samples.object_event(epcList=["x"] * 5000))) == MAX_PROBLEMS


def test_what_is_no_object_is_no_event() -> None:
    assert [problem.code for problem in check_event([])] == ["wrong-type"]
