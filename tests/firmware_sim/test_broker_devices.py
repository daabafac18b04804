"""Devices on a broker: every message arrives, also when the broker is killed."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.demo import ports
from firmware_sim.demo.folder import Folder
from firmware_sim.demo.household import Household
from firmware_sim.devices.broker import Outlet, Thermometer, ZebraReader
from firmware_sim.devices.uhf_frames import Tag
from firmware_sim.devices.uhf_reader import Faults

TAG = Tag(bytes.fromhex("3034257BF7194E4000001A85"))
OTHER = Tag(bytes.fromhex("E200471BB0006013044509D0"))


class Subscriber:
    """Hears everything, on a session that the broker keeps."""

    def __init__(self, port: int) -> None:
        self.heard: list[Any] = []
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="tests", clean_session=False, protocol=mqtt.MQTTv311
        )
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async(ports.LOCAL, port, keepalive=10)
        self._client.loop_start()
        assert self._subscribed.wait(20)

    def wait_for(self, count: int, seconds: float = 40.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.heard) >= count, seconds)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self.heard.append(json.loads(message.payload))
            self._changed.notify_all()


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    folder = Folder(tmp_path)
    household = Household(folder, ports.any_free())
    household.mqtt_port = ports.any_free()
    household.start_broker()
    yield household
    household.broker.stop()
    folder.close()


@pytest.fixture
def subscriber(household: Household) -> Iterator[Subscriber]:
    subscriber = Subscriber(household.mqtt_port)
    yield subscriber
    subscriber.close()


def test_a_reader_reports_every_tag_whatever_its_faults(household: Household, subscriber: Subscriber) -> None:
    outlet = Outlet(ports.LOCAL, household.mqtt_port, "zebra")
    reader = ZebraReader(
        outlet, "rfid/dock", Random(1), Faults(missed=0.9, doubled=0.5, noise=1.0), first_number=7
    )
    reader.pass_by([TAG, OTHER])
    assert outlet.flush(20)
    assert subscriber.wait_for(2)  # at least the first report, and the heartbeat
    outlet.close()
    reads = [read for message in subscriber.heard if isinstance(message, list) for read in message]
    assert {read["data"]["idHex"] for read in reads} == {TAG.epc.hex(), OTHER.epc.hex()}
    numbers = [read["data"]["eventNum"] for read in reads]
    assert len(numbers) == len(set(numbers))
    assert min(numbers) == 7
    assert any(isinstance(message, dict) and message["type"] == "HEARTBEAT" for message in subscriber.heard)


def test_readings_outlive_the_broker(household: Household, subscriber: Subscriber) -> None:
    outlet = Outlet(ports.LOCAL, household.mqtt_port, "thermometer")
    thermometer = Thermometer(outlet, "cold/van", "van-1")
    for _ in range(20):
        thermometer.report(4.5)
    household.broker.kill()
    for _ in range(20):
        thermometer.report(5.5)
    assert not outlet.flush(0.3)
    household.restart_broker()
    assert outlet.flush(40)
    assert outlet.close() == 0
    assert subscriber.wait_for(40)
    assert {message["seq"] for message in subscriber.heard} == set(range(1, 41))
    assert {message["temperature"] for message in subscriber.heard} == {4.5, 5.5}
