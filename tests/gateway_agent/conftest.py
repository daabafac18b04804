"""Fixtures of the edge agent's tests: brokers as processes, ports as pseudo-terminals."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway_agent.brokers import Broker
from tests.gateway_agent.ports import Port
from tests.gateway_agent.servers import CaptureServer


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker("nats", tmp_path_factory.mktemp("nats")).start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker("mosquitto", tmp_path_factory.mktemp("mosquitto")).start()
    yield broker
    broker.kill()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    found = Port(tmp_path / "tty")
    yield found
    found.unplug()


@pytest.fixture
def server() -> Iterator[CaptureServer]:
    found = CaptureServer().start()
    yield found
    found.stop()
