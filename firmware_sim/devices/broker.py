"""Devices that publish to an MQTT broker and keep every message until the broker has acknowledged it.

Quality of service 1 on a persistent session: a message that was not acknowledged is sent again after the next
connection, marked as a possible repetition. `Outlet` counts what is still unacknowledged, so that the one who
switches the device off knows that nothing is left in it.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.devices import mqtt_messages as messages
from firmware_sim.devices.uhf_frames import Tag
from firmware_sim.devices.uhf_reader import NO_FAULTS, Faults

RECONNECT_SECONDS = (1, 2)
"""Least and longest pause before a device tries the broker again. Real devices wait longer; a demonstration
should not.
"""


class Outlet:
    """A device's connection to its broker.

    :param client_id: fixed per device: the broker keeps the session under it
    """

    def __init__(self, host: str, port: int, client_id: str) -> None:
        self._waiting: set[int] = set()
        self._early: set[int] = set()
        self._changed = threading.Condition()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, protocol=mqtt.MQTTv311
        )
        self._client.on_publish = self._acknowledged
        self._client.reconnect_delay_set(*RECONNECT_SECONDS)
        self._client.connect_async(host, port, keepalive=10)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand a message over; it is kept until the broker has acknowledged it."""
        info = self._client.publish(topic, payload, qos=1)
        with self._changed:
            # The acknowledgement may have come before this thread learnt the message's number.
            if info.mid in self._early:
                self._early.discard(info.mid)
            else:
                self._waiting.add(info.mid)

    def flush(self, timeout: float) -> bool:
        """Wait until the broker has acknowledged everything; False when it has not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def close(self) -> int:
        """Disconnect; give the number of messages that the broker has not acknowledged and that are lost."""
        self._client.disconnect()
        self._client.loop_stop()
        return len(self._waiting)

    def _acknowledged(self, _client: mqtt.Client, _data: Any, number: int, *_: Any) -> None:
        with self._changed:
            if number in self._waiting:
                self._waiting.discard(number)
            else:
                self._early.add(number)
            self._changed.notify_all()


class ZebraReader:
    """A fixed reader with the IoT Connector.

    :param topic: where tag data goes
    :param clock: gives the time that stands in the messages
    """

    def __init__(
        self,
        outlet: Outlet,
        topic: str,
        random: Random,
        faults: Faults = NO_FAULTS,
        *,
        first_number: int = 1,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.outlet = outlet
        self._topic = topic
        self._random = random
        self._faults = faults
        self._number = first_number
        self._clock = clock

    def pass_by(self, tags: Iterable[Tag], reads: int = 3) -> None:
        """Let tags pass the antennas: each is reported `reads` times, in messages of several tags.

        At least one report of each tag is sent, whatever the faults: the antennas of a gate overlap.
        """
        tags = list(tags)
        for attempt in range(reads):
            seen = [tag for tag in tags if attempt == 0 or self._random.random() >= self._faults.missed]
            if self._random.random() < self._faults.doubled:
                seen = seen * 2
            self._random.shuffle(seen)
            if seen:
                self.outlet.publish(self._topic, messages.zebra_message([self._read(tag) for tag in seen]))
        if self._random.random() < self._faults.noise:
            self.heartbeat()

    def heartbeat(self) -> None:
        """Say that the reader is alive."""
        self.outlet.publish(self._topic, messages.zebra_heartbeat(self._clock()))

    def _read(self, tag: Tag) -> dict[str, Any]:
        number, self._number = self._number, self._number + 1
        return messages.zebra_read(tag, number, self._clock(), antenna=self._random.randint(1, 4))


class Thermometer:
    """A temperature sensor that publishes its readings.

    :param name: the sensor's identity, in every message
    """

    def __init__(
        self,
        outlet: Outlet,
        topic: str,
        name: str,
        *,
        first_number: int = 1,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.outlet = outlet
        self._topic = topic
        self._name = name
        self._number = first_number
        self._clock = clock

    def report(self, celsius: float, *, device: str = "", moment: datetime | None = None) -> None:
        """Publish one reading.

        :param device: another identity than the sensor's own, for a sensor that is lent
        :param moment: when it was measured; now, where a sensor has no memory
        """
        number, self._number = self._number, self._number + 1
        name, at = device or self._name, moment or self._clock()
        self.outlet.publish(self._topic, messages.temperature_message(name, number, at, celsius))
