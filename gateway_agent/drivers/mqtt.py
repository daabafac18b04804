"""The driver of MQTT sources: a persistent session, and no acknowledgement before the read is on disk.

paho's own network thread is not used: an exception in a callback kills it while ``is_connected()`` stays
true. This thread runs the documented loop for external event loops, so that the client is touched by one
thread only, acknowledgements included, and a dead connection is this thread's to notice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import ssl
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.backoff import Backoff
from gateway_agent.drivers.driver import Driver, Sink
from gateway_agent.drivers.mqtt_reads import read_reports
from gateway_agent.errors import DeviceError

log = logging.getLogger(__name__)

SESSION_EXPIRY = 7 * 86400
"""Seconds that a 5.0 broker keeps our session, and so our unacknowledged messages, while the agent is
away."""

RECEIVE_MAXIMUM = 500
"""Messages that a 5.0 broker may send ahead of our acknowledgements."""

CONNECT_TIMEOUT = 10.0
REFUSED_SUBSCRIPTION = 128


class MqttDriver(Driver):
    """One subscription."""

    def __init__(self, settings: SourceSettings, sink: Sink) -> None:
        super().__init__(settings, sink)
        self._acks: deque[tuple[int, int]] = deque()
        self._generation = 0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._up = False
        self._problem = ""
        self._client = self._new_client()

    def run(self) -> None:
        """Serve the subscription until :meth:`stop`."""
        backoff = Backoff(self.settings.reconnect_min, self.settings.reconnect_max)
        while not self._stopping.is_set():
            try:
                self._serve(backoff)
            except (DeviceError, OSError, ValueError) as error:
                # ValueError: paho's word for a malformed packet; ssl errors are OSErrors.
                self.status.lost(str(error))
                log.warning("%s: %s", self.settings.name, error)
            except Exception:  # a message that breaks a callback must not end the subscription
                self.status.lost("internal error, see the log")
                log.exception("%s: the driver failed and connects again", self.settings.name)
            if not self._stopping.is_set():
                self._stopping.wait(backoff.failed(time.monotonic()))

    def stop(self) -> None:
        """Ask the thread to end soon."""
        super().stop()
        self._wake()

    # The connection

    def _serve(self, backoff: Backoff) -> None:
        self._generation += 1
        self._up = False
        self._problem = ""
        self._acks.clear()
        self._connect()
        started = time.monotonic()
        try:
            while not self._stopping.is_set():
                self._turn()
                if self._problem:
                    raise DeviceError("refused", self._problem)
                if self._up:
                    backoff.worked(time.monotonic())
                elif time.monotonic() - started > CONNECT_TIMEOUT:
                    raise DeviceError("no-answer", f"{self.settings.broker} does not answer")
            self._finish()
        finally:
            self._client.disconnect()
            self._drop_socket()

    def _connect(self) -> None:
        parts = urlsplit(self.settings.broker)
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        options: dict[str, Any] = {}
        if self.settings.version == "5.0":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_EXPIRY
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            # The default, FIRST_ONLY, would throw away the session of the process before this one.
            options = {"clean_start": False, "properties": properties}
        self._client.connect(parts.hostname or "", port, round(self.settings.keepalive), **options)

    def _turn(self) -> None:
        """One turn of the loop: wait for the socket or an acknowledgement, then let paho work."""
        client = self._client
        sock: Any = client.socket()
        if sock is None:
            raise DeviceError("disconnected", f"{self.settings.broker} closed the connection")
        pending = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
        writing = [sock] if client.want_write() else []
        wake = self._wake_read
        readable, writable, _ = select.select([sock, wake], writing, [], 0.0 if pending else 1.0)
        if wake in readable:
            self._acknowledge()
        codes = []
        if sock in readable or pending:
            codes.append(client.loop_read())
        if sock in writable:
            codes.append(client.loop_write())
        codes.append(client.loop_misc())
        for code in codes:
            if code != paho.MQTT_ERR_SUCCESS:
                raise DeviceError("disconnected", f"{self.settings.broker}: {paho.error_string(code)}")

    def _finish(self) -> None:
        """Send the acknowledgements that are due before leaving."""
        until = time.monotonic() + 1.0
        while (self._acks or self._client.want_write()) and time.monotonic() < until:
            self._acknowledge()
            self._client.loop_write()

    def _drop_socket(self) -> None:
        # `disconnect` only queues the packet; without a loop nobody sends it or closes the socket.
        sock = self._client.socket()
        if sock is not None:
            self._client.loop_write()
            sock.close()

    # Acknowledgements

    def _committed(self, generation: int, mid: int) -> None:
        """Called from the writer's thread once the reads of a message are on disk."""
        self._acks.append((generation, mid))
        self._wake()

    def _wake(self) -> None:
        # A full pipe: the thread is being woken already.
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def _acknowledge(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_read, 4096):
                pass
        while self._acks:
            generation, mid = self._acks.popleft()
            # Message ids belong to a connection: one from before would acknowledge another message.
            if generation == self._generation:
                self._client.ack(mid, 1)

    # paho's callbacks, all in this thread

    def _new_client(self) -> paho.Client:
        settings = self.settings
        is_5 = settings.version == "5.0"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if is_5 else False,
            protocol=paho.MQTTv5 if is_5 else paho.MQTTv311,
            manual_ack=True,
        )
        if settings.username:
            client.username_pw_set(settings.username, _secret(settings.password_file))
        if settings.broker.startswith("mqtts:"):
            client.tls_set(str(settings.ca_file) if settings.ca_file else None)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: paho.Client, _user: object, _flags: object, reason: Any, _properties: object
    ) -> None:
        if reason.is_failure:
            self._problem = f"{self.settings.broker} refused the connection: {reason}"
            return
        if self.settings.version == "5.0":
            client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self.settings.topics])
        else:
            client.subscribe([(topic, 1) for topic in self.settings.topics])

    def _on_subscribe(
        self, _client: object, _user: object, _mid: int, reasons: Any, _properties: object
    ) -> None:
        refused = [reason for reason in reasons if reason.value >= REFUSED_SUBSCRIPTION]
        if refused:
            self._problem = f"{self.settings.broker} refused a subscription: {refused[0]}"
            return
        self._up = True
        self.status.connected()
        log.info("%s: subscribed at %s", self.settings.name, self.settings.broker)

    def _on_message(self, _client: object, _user: object, message: paho.MQTTMessage) -> None:
        generation, mid, qos = self._generation, message.mid, message.qos
        self.status.count(frames=1)
        reads = read_reports(
            self.settings, message.topic, bytes(message.payload), redelivered=bool(message.dup)
        )
        for error in reads.errors:
            reads.reads.extend(self.broken(error))
        if not reads.reads:
            # Heartbeats and the like: nothing to keep.
            if qos:
                self._committed(generation, mid)
            return
        self.deliver(reads.reads, (lambda: self._committed(generation, mid)) if qos else None)


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DeviceError("no-password", f"{file}: {error.strerror}") from error
