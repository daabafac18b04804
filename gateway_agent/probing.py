"""What ``check`` tries with a valid configuration: folder, devices, brokers, server, token."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway_agent.configuration import Configuration
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.drivers.transport import open_transport
from gateway_agent.errors import AgentError, DeliveryError
from gateway_agent.status import read_status
from gateway_agent.uplink.client import CaptureClient


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    what: str
    ok: bool
    message: str


def probe(configuration: Configuration) -> Iterator[Finding]:
    """Try everything that the agent will need. Nothing is changed, sent or acknowledged."""
    yield _folder(configuration.agent.data)
    status = read_status(configuration)
    running = status.get("sources", {}) if status["running"] else {}
    for source in configuration.sources:
        yield _broker(source) if source.driver.startswith("mqtt") else _port(source, running)
    yield _server(configuration)


def _folder(folder: Path) -> Finding:
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    ok = os.access(existing, os.W_OK | os.X_OK)
    return Finding(f"folder {folder}", ok, "can be written" if ok else f"{existing} cannot be written")


def _port(source: SourceSettings, running: dict[str, Any]) -> Finding:
    what = f"source {source.name} at {source.port}"
    if running.get(source.name, {}).get("state") == "connected":
        return Finding(what, True, "in use by the running agent")
    try:
        open_transport(source.port, source.baud).close()
    except AgentError as error:
        return Finding(what, False, f"{error.message}{f' ({error.hint})' if error.hint else ''}")
    return Finding(what, True, "can be opened")


def _broker(source: SourceSettings) -> Finding:
    parts = urlsplit(source.broker)
    port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    what = f"source {source.name} at {source.broker}"
    try:
        socket.create_connection((parts.hostname or "", port), timeout=5.0).close()
    except OSError as error:
        return Finding(what, False, f"cannot be reached: {error}")
    return Finding(what, True, "can be reached")


def _server(configuration: Configuration) -> Finding:
    what = f"server {configuration.uplink.url}"
    try:
        client = CaptureClient(configuration.uplink, configuration.namespaces, "suyuan-gateway-agent check")
        try:
            message = client.probe()
        finally:
            client.close()
    except (DeliveryError, OSError) as error:
        return Finding(what, False, str(error))
    return Finding(what, not message, message or "can be reached and takes the token")
