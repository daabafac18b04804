"""Real MQTT brokers as processes: nats-server from its wheel, mosquitto where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.gateway_agent.processes import DIE_WITH_PARENT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Broker:
    """One broker; it can be killed and started again on the same port and store."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.port = free_port()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        if name == "nats":
            # nats-server repeats what is not acknowledged after `ack_wait`, also in the same connection; the
            # default of 30 s is long for a test.
            # The program stands beside the interpreter that its wheel was installed for.
            program = Path(sys.executable).parent / "nats-server"
            config = f"""
                server_name: test
                listen: "127.0.0.1:{free_port()}"
                jetstream {{ store_dir: "{folder}/store", sync_interval: always }}
                mqtt {{ listen: "127.0.0.1:{self.port}", ack_wait: "1s" }}
            """
            self._command = [str(program), "-c", str(folder / "broker.conf")]
        else:
            found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
            if found is None:
                pytest.skip("mosquitto is not installed (Debian package mosquitto)")
            config = f"""
listener {self.port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
max_queued_messages 0
user {_user()}
"""
            self._command = [found, "-c", str(folder / "broker.conf")]
        (folder / "broker.conf").write_text(config, encoding="utf-8")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> Broker:
        log = (self._folder / "broker.log").open("ab")
        self._process = subprocess.Popen([*DIE_WITH_PARENT, *self._command], stdout=log, stderr=log)
        log.close()
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                assert self._process.poll() is None, (self._folder / "broker.log").read_text(errors="replace")
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def publish(self, topic: str, *payloads: bytes) -> None:
        """Publish with QoS 1 and wait for the broker's acknowledgement of each."""
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            for payload in payloads:
                client.publish(topic, payload, qos=1).wait_for_publish(10)
        finally:
            client.disconnect()
            client.loop_stop()


def _user() -> str:
    import getpass

    return getpass.getuser()
