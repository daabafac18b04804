"""MQTT sources at real brokers: acknowledged after the commit, nothing lost, a redelivery is one read."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.mqtt import MqttDriver
from gateway_agent.drivers.mqtt_reads import aim_of, read_reports
from gateway_agent.stations.codes import understand_scan
from tests.gateway_agent.brokers import Broker
from tests.gateway_agent.test_drivers import MemorySink

BROKERS = [("nats", "3.1.1"), ("mosquitto", "3.1.1"), ("mosquitto", "5.0")]
Subscribe = Callable[..., MqttDriver]


def report(number: int, epc: str = "3034257BF7194E4000001A85", **more: Any) -> bytes:
    return json.dumps(
        {
            "data": {"idHex": epc, "eventNum": number, "antenna": 1, "peakRssi": -48, "reads": 1, **more},
            "timestamp": f"2026-08-13T09:14:28.{number % 1000:03d}+0000",
            "type": "CUSTOM",
        }
    ).encode()


@pytest.fixture(params=BROKERS, ids="-".join)
def place(request: pytest.FixtureRequest) -> tuple[Broker, str]:
    name, version = request.param
    return request.getfixturevalue(name), version


@pytest.fixture
def subscribe() -> Iterator[Subscribe]:
    running: list[MqttDriver] = []

    def begin(broker: Broker, version: str, sink: MemorySink, topic: str, **settings: Any) -> MqttDriver:
        values: dict[str, Any] = {
            "broker": broker.url, "version": version, "topics": (topic,),
            "client_id": f"test-{topic}",
            "reconnect_min": 0.05, "reconnect_max": 0.2, **settings,
        }  # fmt: skip
        driver = MqttDriver(SourceSettings("reader", settings.pop("driver", "mqtt-reader"), **values), sink)
        running.append(driver)
        driver.start()
        until = time.monotonic() + 10
        while driver.status.as_dict()["state"] != "connected":
            assert time.monotonic() < until, driver.status.as_dict()
            time.sleep(0.01)
        return driver

    yield begin
    for driver in running:
        driver.stop()
        driver.join(5)
        assert not driver.is_alive()


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in request.node.name)


def end(driver: MqttDriver) -> None:
    driver.stop()
    driver.join(5)


def numbers(sink: MemorySink) -> list[int]:
    return [tag["number"] for tag in sink.of_kind("tag")]


def test_reports_arrive_in_order(place: tuple[Broker, str], subscribe: Subscribe, topic: str) -> None:
    broker, version = place
    sink = MemorySink()
    subscribe(broker, version, sink, topic)
    broker.publish(topic, *(report(n) for n in range(1, 41)))
    sink.wait_for("tag", 40)
    assert numbers(sink) == list(range(1, 41))


def test_what_was_not_committed_is_delivered_again_after_a_restart(
    place: tuple[Broker, str], subscribe: Subscribe, topic: str
) -> None:
    broker, version = place
    first = MemorySink()
    first.holds = True
    driver = subscribe(broker, version, first, topic)
    broker.publish(topic, *(report(n) for n in range(1, 11)))
    first.wait_for("tag", 10)
    for delivery in first.held[:4]:
        assert delivery.committed
        delivery.committed()
    time.sleep(0.2)
    end(driver)
    second = MemorySink()
    subscribe(broker, version, second, topic)
    second.wait_for("tag", 6)
    time.sleep(0.1)
    assert list(dict.fromkeys(numbers(second))) == list(range(5, 11))
    keys = {read.key for read in first.reads}
    assert {read.key for read in second.reads} <= keys, "a redelivery has the same keys"


def test_messages_wait_at_the_broker_while_the_agent_is_away(
    place: tuple[Broker, str], subscribe: Subscribe, topic: str
) -> None:
    broker, version = place
    driver = subscribe(broker, version, MemorySink(), topic)
    end(driver)
    broker.publish(topic, *(report(n) for n in range(1, 31)))
    sink = MemorySink()
    subscribe(broker, version, sink, topic)
    sink.wait_for("tag", 30)
    assert numbers(sink) == list(range(1, 31))


def test_an_acknowledgement_of_an_earlier_connection_acknowledges_nothing(
    place: tuple[Broker, str], subscribe: Subscribe, topic: str
) -> None:
    broker, version = place
    sink = MemorySink()
    sink.holds = True
    driver = subscribe(broker, version, sink, topic)
    broker.publish(topic, report(1))
    sink.wait_for("tag", 1)
    late = sink.held[0].committed
    assert late
    sock: Any = driver._client.socket()
    sock.shutdown(2)  # the connection breaks; the driver connects again
    sink.wait_for("tag", 2, timeout=10)
    late()
    time.sleep(0.2)
    end(driver)
    again = MemorySink()
    subscribe(broker, version, again, topic)
    again.wait_for("tag", 1)
    assert set(numbers(again)) == {1}


def test_other_messages_and_nonsense_do_not_stop_the_subscription(
    place: tuple[Broker, str], subscribe: Subscribe, topic: str
) -> None:
    broker, version = place
    sink = MemorySink()
    driver = subscribe(broker, version, sink, topic)
    broker.publish(
        topic,
        b'{"type":"heartbeat"}',
        b"\xff\x00nonsense",
        b"",
        report(1),
        b"[" + report(2) + b"," + report(3) + b"]",
    )
    sink.wait_for("tag", 3)
    assert [broken["code"] for broken in sink.of_kind("broken")] == ["not-json", "not-json"]
    until = time.monotonic() + 5
    time.sleep(0.2)
    end(driver)
    assert time.monotonic() < until
    again = MemorySink()
    subscribe(broker, version, again, topic)
    time.sleep(0.3)
    assert again.reads == [], "everything was acknowledged"


def test_an_exception_while_a_message_is_taken_does_not_end_the_subscription(
    nats: Broker, subscribe: Subscribe, topic: str
) -> None:
    class Failing(MemorySink):
        failures = 1

        def put(self, delivery: Any, timeout: float | None = None) -> bool:
            if self.failures:
                self.failures -= 1
                raise ZeroDivisionError
            return super().put(delivery, timeout)

    sink = Failing()
    subscribe(nats, "3.1.1", sink, topic)
    nats.publish(topic, report(1), report(2))
    sink.wait_for("tag", 2, timeout=10)
    assert sorted(set(numbers(sink))) == [1, 2]


@pytest.mark.parametrize(("name", "version"), BROKERS)
def test_a_broker_that_is_killed_is_found_again(
    name: str, version: str, tmp_path: Path, subscribe: Subscribe, topic: str
) -> None:
    broker = Broker(name, tmp_path / "broker").start()
    try:
        sink = MemorySink()
        driver = subscribe(broker, version, sink, topic)
        broker.publish(topic, report(1))
        sink.wait_for("tag", 1)
        broker.kill()
        until = time.monotonic() + 10
        while driver.status.as_dict()["state"] == "connected":
            assert time.monotonic() < until
            time.sleep(0.01)
        broker.start()
        while driver.status.as_dict()["state"] != "connected":
            assert time.monotonic() < until + 10
            time.sleep(0.01)
        broker.publish(topic, report(2))
        until = time.monotonic() + 10
        while 2 not in numbers(sink):
            assert time.monotonic() < until
            time.sleep(0.01)
        end(driver)
    finally:
        broker.kill()


def test_a_broker_that_is_not_there_is_waited_for(tmp_path: Path, topic: str) -> None:
    broker = Broker("nats", tmp_path / "broker")
    settings = SourceSettings(
        "reader",
        "mqtt-reader",
        broker=broker.url,
        topics=(topic,),
        client_id="x",
        reconnect_min=0.05,
        reconnect_max=0.1,
    )
    driver = MqttDriver(settings, MemorySink())
    driver.start()
    until = time.monotonic() + 10
    while driver.status.as_dict()["state"] != "disconnected":
        assert time.monotonic() < until
        time.sleep(0.01)
    broker.start()
    try:
        while driver.status.as_dict()["state"] != "connected":
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        end(driver)
        broker.kill()


# Keys


def keys(*payloads: bytes, driver: str = "mqtt-reader", topic: str = "t") -> list[str | None]:
    settings = SourceSettings("s", driver)  # type: ignore[arg-type]
    return [
        read.key
        for payload in payloads
        for read in read_reports(settings, topic, payload, redelivered=False).reads
    ]


def test_the_symbology_of_a_sled_says_how_its_barcode_is_read() -> None:
    names = ("GS1-128", "LABEL-TYPE-EAN128", "GS1 DataMatrix", "EAN-13", "Code 128", "")
    assert [aim_of(name) for name in names] == ["]C1", "]C1", "]d2", "]E0", "", ""]
    payload = b'{"data":{"barcodeData":[{"decodedBarcode":"0106901234500004","symbology":"GS1-128"}]}}'
    (read,) = read_reports(SourceSettings("s", "mqtt-reader"), "t", payload, redelivered=False).reads
    assert understand_scan(read.payload["text"], read.payload["aim"], ()).identifier.scheme == "gtin"


def test_a_key_is_the_same_for_the_same_report_only() -> None:
    assert len(set(keys(report(1), report(1)))) == 1
    different = keys(report(1), report(2), report(1, epc="3034257BF7194E4000001A86"), report(1, antenna=2))
    assert len(set(different)) == 4
    assert keys(report(1), topic="a") != keys(report(1), topic="b")


def test_a_number_that_starts_again_is_another_report() -> None:
    again = report(1).replace(b"2026-08-13", b"2026-08-14")
    assert len(set(keys(report(1), again))) == 2


def test_equal_reports_in_one_message_are_two() -> None:
    found = keys(b"[" + report(1) + b"," + report(1) + b"]")
    assert len(set(found)) == 2


def test_a_report_without_time_has_no_key() -> None:
    payload = b'{"data":{"idHex":"3034257BF7194E4000001A85","eventNum":1}}'
    assert keys(payload) == [None]


def test_sensor_reports_have_keys_of_time_and_content() -> None:
    one = b'{"device":"a","time":"2026-08-13T09:14:28Z","temperature":4}'
    two = b'{"device":"b","time":"2026-08-13T09:14:28Z","temperature":4}'
    found = keys(one, one, two, driver="mqtt-sensor")
    assert found[0] == found[1] != found[2]
