"""Stations: from scans, tags and command barcodes to EPCIS events, as docs/gateway-agent.md promises."""

import pytest

from gateway_agent.stations.rows import Declared, Emitted
from lineage.identifiers import LOCAL_HOST
from tests.gateway_agent.floors import Hand, event, events, refusal

GTIN = "https://id.gs1.org/01/06901234500004"
CUP = "https://id.gs1.org/01/06901234500103"
MILK = "https://id.gs1.org/01/06901234500004/10/M1"
PARTY = f"{LOCAL_HOST}/id/uscc/91110000600037341L"
OTHER = "uscc:91140000MA0G7X2K6G"
OTHER_URI = f"{LOCAL_HOST}/id/uscc/91140000MA0G7X2K6G"
SSCC = "(00)106141412345678908"
SSCC_URI = "https://id.gs1.org/00/106141412345678908"


def station(kind: str, more: str = "", sources: str = '["scanner"]', name: str = "s") -> str:
    return f'[[station]]\nname = "{name}"\nkind = "{kind}"\nsources = {sources}\n{more}\n'


def cup(serial: int, lot: str = "Y1") -> str:
    return f"https://id.gs1.org/01/06901234500103/10/{lot}/21/{serial}"


def test_a_lot_is_commissioned_with_its_quantity_and_dates() -> None:
    hand = Hand(station("commission"))
    found = event(hand.scan("]C1010690123450000410M1\x1d310000100017261231", "SUYUAN:DONE"))
    assert found["type"] == "ObjectEvent"
    assert found["action"] == "ADD"
    assert found["bizStep"] == "commissioning"
    assert found["disposition"] == "active"
    assert found["quantityList"] == [{"epcClass": MILK, "quantity": 1000, "uom": "KGM"}]
    assert found["ilmd"] == {"cbvmda:lotNumber": "M1", "cbvmda:itemExpirationDate": "2026-12-31"}
    assert found["readPoint"] == {"id": "https://id.gs1.org/414/6901234500011/254/L1"}
    assert found["bizLocation"] == {"id": "https://id.gs1.org/414/6901234500011"}
    assert found["eventTimeZoneOffset"] == "+08:00"


def test_a_quantity_may_be_said_after_the_lot_or_before_it() -> None:
    after = event(
        Hand(station("commission")).scan("(01)06901234500004(10)M1", "SUYUAN:QTY=400 kg", "SUYUAN:DONE")
    )
    before = event(
        Hand(station("commission")).scan("SUYUAN:qty=400 KGM", "(01)06901234500004(10)M1", "SUYUAN:DONE")
    )
    assert (
        after["quantityList"] == before["quantityList"] == [{"epcClass": MILK, "quantity": 400, "uom": "KGM"}]
    )


def test_labels_of_one_lot_add_up() -> None:
    hand = Hand(station("commission"))
    label = "(01)06901234500004(10)M1(3103)000100"
    found = event(hand.scan(label, label, label, "SUYUAN:DONE", gap=3.0))
    assert found["quantityList"] == [{"epcClass": MILK, "quantity": 0.3, "uom": "KGM"}]


def test_a_transformation_mixes_lots() -> None:
    hand = Hand(station("transform", 'step = "commissioning"'))
    found = event(
        hand.scan(
            "(01)06901234500004(10)M1",
            "SUYUAN:QTY=400 KGM",
            "(01)06901234500004(10)M2(3100)000100",
            "SUYUAN:OUTPUT",
            "(01)06901234500103(10)Y1(11)261120(15)270120",
            "SUYUAN:QTY=490 KGM",
            "SUYUAN:DONE",
        )
    )
    assert found["type"] == "TransformationEvent"
    assert "action" not in found
    assert found["inputQuantityList"] == [
        {"epcClass": MILK, "quantity": 400, "uom": "KGM"},
        {"epcClass": f"{GTIN}/10/M2", "quantity": 100, "uom": "KGM"},
    ]
    assert found["outputQuantityList"] == [{"epcClass": f"{CUP}/10/Y1", "quantity": 490, "uom": "KGM"}]
    assert found["ilmd"] == {
        "cbvmda:lotNumber": "Y1",
        "suyuan:productionDate": "2026-11-20",
        "cbvmda:bestBeforeDate": "2027-01-20",
    }


def test_a_transformation_needs_both_sides_unless_it_has_an_id() -> None:
    hand = Hand(station("transform"))
    assert refusal(hand.scan("(01)06901234500004(10)M1", "SUYUAN:DONE")).code == "no-output"
    found = event(hand.scan("SUYUAN:TRANSFORMATION=batch 7", "SUYUAN:DONE"))
    assert found["transformationID"] == f"{LOCAL_HOST}/id/transformation/batch%207"
    assert found["inputQuantityList"] == [{"epcClass": MILK}]
    found = event(
        hand.scan("SUYUAN:OUTPUT", "(01)06901234500103(10)Y1", "SUYUAN:TRANSFORMATION=batch 7", "SUYUAN:DONE")
    )
    assert "inputQuantityList" not in found


def test_cups_are_commissioned_in_groups_with_the_lot_of_their_symbol() -> None:
    hand = Hand(station("commission", "close_count = 3\nclose_idle = '2s'"))
    found = event(hand.scan(cup(1), cup(2), cup(3)))
    assert found["epcList"] == [f"{CUP}/21/{n}" for n in (1, 2, 3)]
    assert found["ilmd"] == {"cbvmda:lotNumber": "Y1"}
    hand.scan(cup(4))
    assert hand.wait(1.0).tick() == []
    assert event(hand.wait(1.0).tick())["epcList"] == [f"{CUP}/21/4"]


def test_another_lot_begins_another_event() -> None:
    hand = Hand(station("commission"))
    found = events(hand.scan(cup(1), cup(2), cup(3, "Y2"), "SUYUAN:DONE"))
    assert [e["epcList"] for e in found] == [[f"{CUP}/21/1", f"{CUP}/21/2"], [f"{CUP}/21/3"]]
    assert [e["ilmd"]["cbvmda:lotNumber"] for e in found] == ["Y1", "Y2"]


def test_what_is_kept_stays_for_the_next_acts() -> None:
    more = 'scheme = ["drug_code"]\nclose_count = 1\nkeep = ["LOT", "EXPIRY"]'
    hand = Hand(station("commission", more))
    hand.scan("SUYUAN:LOT=V2611A", "SUYUAN:EXPIRY=281031", "SUYUAN:NOTE=first only")
    first = event(hand.scan("83857930000879766660"))
    second = event(hand.scan("83857930000879766661"))
    assert first["epcList"] == [f"{LOCAL_HOST}/id/drug_code/83857930000879766660"]
    assert (
        first["ilmd"]
        == second["ilmd"]
        == {"cbvmda:lotNumber": "V2611A", "cbvmda:itemExpirationDate": "2028-10-31"}
    )
    assert first["suyuan:note"] == "first only"
    assert "suyuan:note" not in second


def test_a_lot_with_an_identifier_of_its_own_is_kept_whole() -> None:
    hand = Hand(station("commission", 'scheme = ["organic_code"]'))
    found = event(hand.scan("SUYUAN:LOT=(01)06901234500004(10)K1", "12326123456789012", "SUYUAN:DONE"))
    assert found["ilmd"] == {"cbvmda:lotNumber": "K1", "suyuan:lot": f"{GTIN}/10/K1"}
    assert found["epcList"] == [f"{LOCAL_HOST}/id/organic_code/12326123456789012"]


def test_packing_ends_with_the_parent() -> None:
    hand = Hand(station("pack", 'parent = ["sscc"]'))
    found = event(hand.scan(cup(1), cup(2), SSCC))
    assert found["type"] == "AggregationEvent"
    assert found["action"] == "ADD"
    assert found["bizStep"] == "packing"
    assert found["parentID"] == SSCC_URI
    assert found["childEPCs"] == [f"{CUP}/21/1", f"{CUP}/21/2"]


def test_packing_levels_with_codes_of_the_same_scheme_are_told_by_their_beginning() -> None:
    hand = Hand(station("pack", 'scheme = ["drug_code"]\nparent = ["drug_code:8021762"]'))
    found = event(hand.scan("82062330000000000001", "82062330000000000002", "80217620000000000001"))
    assert found["parentID"].endswith("/80217620000000000001")
    assert [child[-20:] for child in found["childEPCs"]] == ["82062330000000000001", "82062330000000000002"]


def test_the_parent_may_come_first_and_the_next_parent_ends_the_act() -> None:
    hand = Hand(station("pack", 'parent = ["sscc"]\nparent_first = true'))
    other = "(00)106141412345678915"
    hand.scan(SSCC, cup(1), cup(2))
    found = event(hand.scan(other))
    assert (found["parentID"], len(found["childEPCs"])) == (SSCC_URI, 2)
    found = event(hand.scan(cup(3), "SUYUAN:DONE"))
    assert found["parentID"] == "https://id.gs1.org/00/106141412345678915"


def test_a_parent_may_be_said_by_command() -> None:
    hand = Hand(station("pack"))
    found = event(hand.scan(cup(1), "SUYUAN:PARENT", SSCC))
    assert found["parentID"] == SSCC_URI
    found = event(hand.scan(cup(2), f"SUYUAN:PARENT={SSCC}"))
    assert found["childEPCs"] == [f"{CUP}/21/2"]


def test_a_lot_is_packed_as_a_portion() -> None:
    hand = Hand(station("pack", 'parent = ["sscc"]'))
    found = event(hand.scan("(01)06901234500004(10)M1", "SUYUAN:QTY=25 kg", SSCC))
    assert found["childQuantityList"] == [{"epcClass": MILK, "quantity": 25, "uom": "KGM"}]
    assert "childEPCs" not in found


def test_unpacking_everything_and_unpacking_some() -> None:
    hand = Hand(station("unpack", "close_idle = '2s'"))
    found = event(hand.scan(SSCC, "SUYUAN:DONE"))
    assert (found["action"], found["parentID"], found["childEPCs"]) == ("DELETE", SSCC_URI, [])
    hand.scan(SSCC, cup(1))
    found = event(hand.wait(2.0).tick())
    assert found["childEPCs"] == [f"{CUP}/21/1"]


def test_shipping_names_parties_places_and_papers() -> None:
    hand = Hand(station("ship"))
    found = event(
        hand.scan(
            SSCC,
            f"SUYUAN:TO={OTHER}",
            "SUYUAN:TO_SITE=(414)6901234500011",
            f"SUYUAN:BUYER={OTHER}",
            "SUYUAN:CARRIER=(417)6901234500011",
            "SUYUAN:DOC=desadv:4711",
            "SUYUAN:DOC=po:urn:epcglobal:cbv:bt:6901234500011:PO9",
            "SUYUAN:CERT=合格-1",
            "SUYUAN:DONE",
        )
    )
    assert found["bizStep"] == "shipping"
    assert found["disposition"] == "in_transit"
    assert found["epcList"] == [SSCC_URI]
    assert found["sourceList"] == [{"type": "possessing_party", "source": PARTY}]
    assert found["destinationList"] == [
        {"type": "possessing_party", "destination": OTHER_URI},
        {"type": "owning_party", "destination": OTHER_URI},
        {"type": "location", "destination": "https://id.gs1.org/414/6901234500011"},
    ]
    assert found["suyuan:carrier"] == "https://id.gs1.org/417/6901234500011"
    assert [entry["type"] for entry in found["bizTransactionList"]] == ["desadv", "po", "cert"]
    assert found["bizTransactionList"][2]["bizTransaction"] == f"{LOCAL_HOST}/id/cert/%E5%90%88%E6%A0%BC-1"


def test_receiving_and_returns() -> None:
    hand = Hand(station("receive"))
    found = event(hand.scan(SSCC, f"SUYUAN:FROM={OTHER}", "SUYUAN:DONE"))
    assert found["sourceList"] == [{"type": "possessing_party", "source": OTHER_URI}]
    assert found["destinationList"] == [{"type": "possessing_party", "destination": PARTY}]
    found = event(hand.scan(cup(1), "SUYUAN:DISPOSITION=returned", "SUYUAN:DOC=rma:17", "SUYUAN:DONE"))
    assert found["disposition"] == "returned"


def test_every_sale_is_an_event_and_a_double_read_is_none() -> None:
    hand = Hand(station("sell"))
    found = event(hand.scan(cup(1)))
    assert (found["bizStep"], found["disposition"]) == ("retail_selling", "retail_sold")
    assert hand.scan(cup(1)) == []
    again = event(hand.wait(3.0).scan(cup(1)))
    assert again == found
    ids = {effect.event_id for effect in hand.effects if isinstance(effect, Emitted)}
    assert len(ids) == 2, "two acts of equal content are two events"


def test_a_lot_without_quantity_is_sold_by_the_piece() -> None:
    found = event(Hand(station("sell")).scan("]E06901234500004"))
    assert found["quantityList"] == [{"epcClass": GTIN, "quantity": 1}]


def test_dispensing_has_its_own_disposition() -> None:
    hand = Hand(station("sell", 'step = "dispensing"\nscheme = ["drug_code"]'))
    found = event(hand.scan("83857930000879766660"))
    assert (found["bizStep"], found["disposition"]) == ("dispensing", "dispensed")


@pytest.mark.parametrize(("word", "disposition"), [("pass", "conformant"), ("FAIL", "non_conformant")])
def test_an_inspection_has_a_result(word: str, disposition: str) -> None:
    more = 'scheme = ["equipment_code"]\nextend = { "suyuan:check" = "periodic" }'
    hand = Hand(station("inspect", more))
    found = event(
        hand.scan(
            "23101234520260001",
            f"SUYUAN:RESULT={word}",
            "SUYUAN:NEXT=20291123",
            "SUYUAN:TEST=R-5",
            "SUYUAN:DONE",
        )
    )
    assert found["bizStep"] == "inspecting"
    assert found["disposition"] == disposition
    assert found["suyuan:check"] == "periodic"
    assert found["suyuan:nextInspectionDate"] == "2029-11-23"
    assert found["bizTransactionList"][0]["type"] == "testres"


def test_filling_a_cylinder() -> None:
    hand = Hand(station("fill", 'scheme = ["equipment_code"]'))
    cylinder = f"{LOCAL_HOST}/id/equipment_code/23101234520260001"
    said = ["SUYUAN:MEDIUM=液化石油气", "SUYUAN:FILLED=14.5 kg", "SUYUAN:PRESSURE=1.6 MPA"]
    found = event(hand.scan("23101234520260001", *said, "SUYUAN:DONE"))
    assert found["type"] == "ObjectEvent"
    assert found["bizStep"] == "suyuan:filling"
    assert found["epcList"] == [cylinder]
    assert found["suyuan:medium"] == "液化石油气"
    assert (found["suyuan:filledQuantity"], found["suyuan:filledUnit"]) == (14.5, "KGM")
    assert (found["suyuan:fillingPressure"], found["suyuan:fillingPressureUnit"]) == (1.6, "MPA")
    found = event(hand.scan("23101234520260001", "(01)06901234500004(10)G1", *said, "SUYUAN:DONE"))
    assert found["type"] == "AggregationEvent"
    assert found["parentID"] == cylinder
    assert found["childQuantityList"] == [{"epcClass": f"{GTIN}/10/G1", "quantity": 14.5, "uom": "KGM"}]


def test_registering_applying_and_scrapping() -> None:
    hand = Hand(
        station("observe", 'step = "suyuan:registering"\nscheme = ["equipment_code"]', name="register")
        + station("observe", 'step = "suyuan:applying"', name="plot")
        + station("decommission", 'step = "suyuan:scrapping"\nscheme = ["equipment_code"]', name="scrap")
    )
    found = event(
        hand.scan("23101234520260001", "SUYUAN:REG=瓶10晋A00001(26)", f"SUYUAN:TO={OTHER}", "SUYUAN:DONE")
    )
    assert found["suyuan:registrationNumber"] == "瓶10晋A00001(26)"
    assert found["destinationList"][0]["destination"] == OTHER_URI
    found = event(
        hand.scan(
            "SUYUAN:STATION=plot",
            "(01)06901234500004(10)PLOT7",
            "SUYUAN:EXT.appliedInput=1123456",
            "SUYUAN:EXT.safetyIntervalDays=15",
            "SUYUAN:OPERATOR=王",
            "SUYUAN:DONE",
        )
    )
    assert found["bizStep"] == "suyuan:applying"
    assert found["suyuan:safetyIntervalDays"] == "15"
    assert found["suyuan:operator"] == "王"
    found = event(hand.scan("SUYUAN:STATION=scrap", "23101234520260001", "SUYUAN:DONE"))
    assert (found["action"], found["disposition"]) == ("DELETE", "disposed")


def test_harvest_data_and_foreign_fields() -> None:
    head_end = '[namespaces]\nfarm = "https://farm.example/"\n'
    hand = Hand(station("commission") + head_end)
    found = event(
        hand.scan(
            "(01)06901234500004(10)H1",
            "SUYUAN:HARVESTED=2026-10-02",
            "SUYUAN:ILMD.farm:plot=7",
            "SUYUAN:ILMD.variety=晋谷21号",
            "SUYUAN:DONE",
        )
    )
    assert found["ilmd"]["cbvmda:harvestEndDate"] == "2026-10-02"
    assert found["ilmd"]["farm:plot"] == "7"
    assert found["ilmd"]["suyuan:variety"] == "晋谷21号"
    assert refusal(hand.scan("SUYUAN:EXT.other:x=1")).code == "unknown-prefix"


def test_associating_and_transactions() -> None:
    hand = Hand(station("associate", name="a") + station("transact", name="t"))
    sensor = "urn:epc:id:giai:4000001.111"
    found = event(hand.scan(sensor, f"SUYUAN:PARENT={SSCC}"))
    assert (found["type"], found["parentID"]) == ("AssociationEvent", SSCC_URI)
    assert found["childEPCs"] == ["https://id.gs1.org/8004/4000001111"]
    hand.scan("SUYUAN:STATION=t", SSCC)
    assert refusal(hand.scan("SUYUAN:DONE")).code == "no-document"
    found = event(hand.scan("SUYUAN:DOC=inv:9", "SUYUAN:DONE"))
    assert (found["type"], found["epcList"]) == ("TransactionEvent", [SSCC_URI])


def test_a_gate_of_tags_closes_with_silence_at_the_time_of_the_last_tag() -> None:
    hand = Hand(station("receive", "close_idle = '3s'", sources='["gate"]'))
    tags = ["3034257BF7194E4000001A85", "3034257BF7194E4000001A86", "3034257BF7194E4000001A85"]
    hand.tag(*tags)
    assert hand.wait(2.0).tick() == []
    effects = hand.wait(1.0).tick()
    assert event(effects)["epcList"] == [f"https://id.gs1.org/01/80614141123458/21/{n}" for n in (6789, 6790)]
    assert isinstance(effects[0], Emitted)
    assert effects[0].anchor.boot_ns == 20_000_000 - 10_000_000 * 1, "the anchor is the last tag that was new"


def test_a_tag_that_stays_in_the_field_is_one_event() -> None:
    hand = Hand(station("observe", 'step = "storing"\nclose_count = 1\ndedup = "5s"', sources='["gate"]'))
    for _ in range(30):
        hand.tag("3034257BF7194E4000001A85", gap=1.0)
    assert len(hand.events) == 1
    hand.wait(10.0).tag("3034257BF7194E4000001A85")
    assert len(hand.events) == 2


def test_weak_and_foreign_tags() -> None:
    head = Hand.__init__.__defaults__[0].replace('driver = "uhf"', 'driver = "uhf"\nrssi_min = -60')  # type: ignore[index]
    hand = Hand(station("observe", 'step = "storing"\nclose_count = 1', sources='["gate"]'), head)
    assert hand.tag("3034257BF7194E4000001A85", rssi=-70) == []
    assert refusal(hand.tag("E20000000000000000000001")).text == "E20000000000000000000001"
    assert refusal(hand.tag("3034257BF7194E4000001A86", pc=0x3100)).code == "not-an-epc"


def test_only_codes_that_are_meant_count() -> None:
    more = 'include = ["sgtin:06901234500103"]\nexclude = ["sgtin:0690123450010321"]\nclose_count = 1'
    hand = Hand(station("observe", f'step = "storing"\n{more}'))
    assert hand.scan(SSCC, "(01)06901234500004(10)M1") == []
    event(hand.scan(cup(1)))


def test_a_place_is_no_thing() -> None:
    hand = Hand(station("ship"))
    found = refusal(hand.scan("(414)6901234500011"))
    assert found.code == "not-a-thing"
    assert refusal(hand.scan("SUYUAN:TO=(414)6901234500011")).code == "bad-value"


def test_cancel_and_remove() -> None:
    hand = Hand(station("ship"))
    hand.scan(cup(1), "SUYUAN:CANCEL")
    assert refusal(hand.scan("SUYUAN:DONE")).code == "nothing-scanned"
    hand.scan(cup(1), cup(2), "SUYUAN:REMOVE", cup(1))
    assert event(hand.scan("SUYUAN:DONE"))["epcList"] == [f"{CUP}/21/2"]
    hand.scan("SUYUAN:REMOVE")
    assert refusal(hand.scan(cup(9))).code == "not-in-act"


def test_void_declares_the_last_event_an_error_and_then_the_one_before() -> None:
    hand = Hand(station("sell"))
    hand.scan(cup(1), cup(2))
    ids = [effect.event_id for effect in hand.effects if isinstance(effect, Emitted)]
    hand.scan("SUYUAN:VOID", gap=3.0)
    hand.scan("SUYUAN:VOID=incorrect_data")
    assert [(d.event_id, d.reason) for d in hand.declared] == [
        (ids[1], "did_not_occur"),
        (ids[0], "incorrect_data"),
    ]
    assert refusal(hand.wait(3.0).scan("SUYUAN:VOID")).code == "nothing-to-void"


def test_a_double_read_of_void_is_one() -> None:
    hand = Hand(station("sell"))
    hand.scan(cup(1), cup(2), "SUYUAN:VOID", "SUYUAN:VOID")
    assert len(hand.declared) == 1


def test_correct_replaces_the_last_event() -> None:
    hand = Hand(station("ship"))
    hand.scan(cup(1), "SUYUAN:DONE", "SUYUAN:CORRECT")
    effects = hand.scan(cup(2), "SUYUAN:DONE")
    made, declared = effects
    assert isinstance(made, Emitted)
    assert isinstance(declared, Declared)
    first = hand.effects[0]
    assert isinstance(first, Emitted)
    assert declared.event_id == first.event_id
    assert declared.corrective == (made.event_id,)
    assert declared.reason == "incorrect_data"


def test_something_entered_later_has_a_stated_time() -> None:
    hand = Hand(station("ship"))
    effects = hand.scan(cup(1), "SUYUAN:AT=2026-11-20T08:00:00+08:00", "SUYUAN:DONE")
    assert event(effects)["suyuan:statedTime"] is True
    assert isinstance(effects[0], Emitted)
    assert effects[0].stated_time == "2026-11-20T08:00:00.000+08:00"
    assert refusal(hand.scan("SUYUAN:AT=2027-11-20T08:00:00+08:00")).code == "bad-value"
    assert refusal(hand.scan("SUYUAN:AT=2026-11-20T08:00:00")).code == "bad-value"


def test_readings_by_hand() -> None:
    hand = Hand(station("receive"))
    found = event(hand.scan(SSCC, "SUYUAN:SENSOR=Temperature:4.5 CEL", "SUYUAN:DONE"))
    assert found["sensorElementList"] == [
        {"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL"}]}
    ]


def test_commands_at_the_start_of_every_act() -> None:
    hand = Hand(station("ship", f'commands = ["TO={OTHER}"]\nclose_count = 1'))
    for serial in (1, 2):
        found = event(hand.scan(cup(serial)))
        assert found["destinationList"] == [{"type": "possessing_party", "destination": OTHER_URI}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SUYUAN:", "unknown-command"),
        ("SUYUAN:NOPE", "unknown-command"),
        ("SUYUAN:DONE=now", "bad-value"),
        ("SUYUAN:QTY=much", "bad-value"),
        ("SUYUAN:QTY=-5 kg", "bad-value"),
        ("SUYUAN:QTY=5 barrels of oil", "bad-value"),
        ("SUYUAN:EXPIRY=20261332", "bad-value"),
        ("SUYUAN:EXPIRY=00000000", "bad-value"),
        ("SUYUAN:TO=nobody", "bad-value"),
        ("SUYUAN:TO", "bad-value"),
        ("SUYUAN:RESULT=maybe", "bad-value"),
        ("SUYUAN:DOC=letter:1", "bad-value"),
        ("SUYUAN:VOID=because", "bad-value"),
        ("SUYUAN:EXT=1", "bad-command"),
        ("SUYUAN:DONE.x", "bad-command"),
        ("SUYUAN:OUTPUT", "bad-command"),
        ("SUYUAN:PARENT", "bad-command"),
        ("SUYUAN:RELEASE", "bad-command"),
        ("SUYUAN:STATION=elsewhere", "unknown-station"),
        ("SUYUAN:LOT=(01)06901234500004", "bad-value"),
        ("SUYUAN:NOTE=" + "x" * 2000, "value-too-long"),
        ("SUYUAN:SENSOR=Temperature 4", "bad-value"),
        ("(01)06901234500005", None),
        ("hello", None),
        ("", None),
        ("\x1d\x1d", None),
        ("]C199999", None),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(text: str, code: str | None) -> None:
    hand = Hand(station("ship"))
    hand.scan(cup(1))
    before = hand.floor.dump()["station/s"]
    found = refusal(hand.scan(text))
    assert found.message
    assert code is None or found.code == code
    after = hand.floor.dump()["station/s"]
    assert _without_memory(before) == _without_memory(after)
    assert event(hand.scan("SUYUAN:DONE"))["epcList"] == [f"{CUP}/21/1"]


def _without_memory(state: bytes) -> object:
    import msgspec

    found = msgspec.json.decode(state)
    return found["act"], found["kept"], found["recent"]


def test_the_same_rows_give_the_same_effects_also_after_a_restart_at_any_row() -> None:
    stations = station("pack", 'parent = ["sscc"]\nclose_idle = "2s"') + station("sell", name="till")
    hand = Hand(stations)
    hand.scan(
        cup(1), cup(2), SSCC, "SUYUAN:STATION=till", cup(3), "SUYUAN:OPERATOR=李", cup(4), "SUYUAN:VOID"
    )
    hand.scan("SUYUAN:STATION=s", cup(5))
    hand.wait(5.0).tick()
    hand.scan(SSCC, cup(6))
    for cut in range(len(hand.rows) + 1):
        again = Hand(stations)
        effects = [effect for row in hand.rows[:cut] for effect in again.floor.apply(row)]
        saved = again.floor.dump()
        restarted = Hand(stations, states=saved)
        effects += [effect for row in hand.rows[cut:] for effect in restarted.floor.apply(row)]
        assert effects == hand.effects
