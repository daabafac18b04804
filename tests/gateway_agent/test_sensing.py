"""Sensor stations: windows, limits, and what the sensors watch."""

from gateway_agent.stations.rows import Emitted
from lineage.identifiers import LOCAL_HOST
from tests.gateway_agent.floors import HEAD, Hand, event, events, refusal

SSCC = "(00)106141412345678908"
SSCC_URI = "https://id.gs1.org/00/106141412345678908"
FRIDGE = f"{LOCAL_HOST}/id/device/fridge-1"


def sensing(more: str = "", sources: str = '["sensors", "scanner"]') -> Hand:
    head = f'[[station]]\nname = "cold"\nkind = "sense"\nsources = {sources}\nevery = "5m"\n{more}\n'
    return Hand(head, HEAD)


def test_a_window_becomes_one_event_with_its_extremes() -> None:
    hand = sensing()
    for value in (4.0, 5.5, 3.5):
        hand.sense("fridge-1", temperature=value, humidity=60)
        hand.wait(60)
    assert hand.wait(60).tick() == []
    effects = hand.wait(60).tick()
    found = event(effects)
    assert found["bizStep"] == "sensor_reporting"
    (element,) = found["sensorElementList"]
    assert element["sensorMetadata"] == {
        "deviceID": FRIDGE,
        "startTime": "2026-11-24T14:00:00.000+08:00",
        "endTime": "2026-11-24T14:02:00.000+08:00",
    }
    assert element["sensorReport"] == [
        {"type": "Temperature", "minValue": 3.5, "maxValue": 5.5, "meanValue": 4.333333, "uom": "CEL"},
        {"type": "RelativeHumidity", "minValue": 60, "maxValue": 60, "meanValue": 60, "uom": "P1"},
    ]
    assert isinstance(effects[0], Emitted)
    assert effects[0].lane == "sense"
    assert "epcList" not in found


def test_every_reading_when_asked_for() -> None:
    hand = sensing('report = "all"')
    hand.sense("fridge-1", temperature=4)
    hand.wait(60).sense("fridge-1", temperature=5)
    found = event(hand.wait(300).tick())
    assert [report["value"] for report in found["sensorElementList"][0]["sensorReport"]] == [4, 5]
    assert found["sensorElementList"][0]["sensorReport"][1]["time"] == "2026-11-24T14:01:00.000+08:00"


def test_crossing_a_limit_is_reported_at_once_both_ways() -> None:
    hand = sensing("limits = { Temperature = [2.0, 8.0] }")
    assert hand.sense("fridge-1", temperature=5) == []
    out = event(hand.wait(30).sense("fridge-1", temperature=9.5))
    (report,) = out["sensorElementList"][0]["sensorReport"]
    assert report == {"type": "Temperature", "value": 9.5, "uom": "CEL", "exception": "ALARM_CONDITION"}
    assert hand.wait(30).sense("fridge-1", temperature=10) == []
    back = event(hand.wait(30).sense("fridge-1", temperature=6))
    assert "exception" not in back["sensorElementList"][0]["sensorReport"][0]
    summary = event(hand.wait(300).tick())
    assert summary["sensorElementList"][0]["sensorReport"][0]["exception"] == "ALARM_CONDITION"
    assert summary["sensorElementList"][0]["sensorReport"][0]["maxValue"] == 10


def test_what_is_scanned_is_watched_until_released() -> None:
    hand = sensing()
    hand.sense("fridge-1", temperature=4)
    before = event(hand.scan(SSCC))
    assert "epcList" not in before, "readings so far were not about what is loaded now"
    hand.scan("(01)06901234500004(10)M1")
    hand.sense("fridge-1", temperature=4)
    found = event(hand.scan("SUYUAN:RELEASE"))
    assert found["epcList"] == [SSCC_URI]
    assert found["quantityList"] == [{"epcClass": "https://id.gs1.org/01/06901234500004/10/M1"}]
    hand.sense("fridge-1", temperature=4)
    assert "epcList" not in event(hand.wait(300).tick())


def test_configured_things_and_devices() -> None:
    hand = sensing(
        f'things = ["{SSCC}"]\ndevices = ["fridge-1"]\nextend = {{ "suyuan:vehicle" = "晋A12345" }}'
    )
    assert hand.sense("fridge-2", temperature=30) == []
    hand.sense("fridge-1", temperature=4)
    found = event(hand.wait(300).tick())
    assert found["epcList"] == [SSCC_URI]
    assert found["suyuan:vehicle"] == "晋A12345"


def test_devices_have_windows_of_their_own() -> None:
    hand = sensing()
    hand.sense("fridge-1", temperature=4)
    hand.wait(60).sense("urn:epc:id:giai:4000001.111", temperature=5)
    assert len(events(hand.wait(240).tick())) == 1
    found = event(hand.wait(60).tick())
    assert found["sensorElementList"][0]["sensorMetadata"]["deviceID"] == "urn:epc:id:giai:4000001.111"


def test_commands_that_mean_nothing_here_are_refused() -> None:
    assert refusal(sensing().scan("SUYUAN:DONE")).code == "bad-command"
    assert refusal(sensing().scan("(414)6901234500011")).code == "not-a-thing"


def test_sensor_readings_for_another_kind_of_station_are_refused() -> None:
    hand = Hand('[[station]]\nname = "s"\nkind = "sell"\nsources = ["scanner"]\n')
    assert refusal(hand.sense("x", temperature=1)).code == "no-station"
