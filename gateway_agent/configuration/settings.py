"""What a valid configuration says, as plain immutable values; ``docs/gateway-agent.md`` explains each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Driver = Literal["uhf", "barcode", "mqtt-reader", "mqtt-sensor"]
Kind = Literal[
    "commission",
    "transform",
    "pack",
    "unpack",
    "ship",
    "receive",
    "observe",
    "inspect",
    "fill",
    "sell",
    "decommission",
    "associate",
    "transact",
    "sense",
]


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """``[agent]``: who and where this agent is."""

    id: str
    data: Path
    party: str | None = None
    read_point: str | None = None
    biz_location: str | None = None
    timezone: str = "+00:00"
    clock: Literal["plausible", "kernel"] = "plausible"
    clock_hold: float = 600.0


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """``[uplink]``: where events go."""

    url: str
    token_file: Path | None = None
    token_env: str | None = None
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    max_events: int = 500
    max_bytes: int = 256 * 1024
    gzip: bool = True
    wait: float = 20.0
    timeout: float = 30.0
    retry_min: float = 1.0
    retry_max: float = 60.0


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """``[journal]``: how reads and events are kept."""

    commit_delay: float = 0.010
    commit_rows: int = 256
    keep: float = 72 * 3600.0
    max_size: int = 1024**3
    min_free: int = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class SmoothingSettings:
    """``[source.smoothing]``: when a tag counts as there, in seconds (ALE tag smoothing)."""

    glimpsed_timeout: float = 0.5
    observed_time: float = 0.1
    observed_count: int = 2
    lost_timeout: float | None = None


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """``[[source]]``: one device or subscription; members that its driver does not use are defaults."""

    name: str
    driver: Driver
    port: str = ""
    baud: int = 115200
    reopen_min: float = 0.5
    reopen_max: float = 30.0
    framing: Literal["auto", "bb", "aa"] = "auto"
    inventory: Literal["multi", "single", "listen"] = "multi"
    poll: float = 0.2
    quiet: float = 5.0
    rssi_min: float | None = None
    suffix: Literal["cr-or-lf", "cr", "lf", "crlf", "tab", "none"] = "cr-or-lf"
    prefix: str = ""
    stx_etx: bool = False
    acknowledge: bool = False
    idle: float = 0.1
    gs: str | None = None
    encoding: str = "utf-8"
    broker: str = ""
    topics: tuple[str, ...] = ()
    version: Literal["3.1.1", "5.0"] = "3.1.1"
    client_id: str = ""
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    keepalive: float = 30.0
    reconnect_min: float = 1.0
    reconnect_max: float = 60.0
    device_time: bool = True
    smoothing: SmoothingSettings | None = None


@dataclass(frozen=True, slots=True)
class StationSettings:
    """``[[station]]``: a place where reads become events."""

    name: str
    kind: Kind
    sources: tuple[str, ...]
    read_point: str | None = None
    biz_location: str | None = None
    step: str = ""
    disposition: str = ""
    action: str = ""
    scheme: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    close_count: int | None = None
    close_idle: float | None = None
    close_parent: bool = False
    parent_first: bool = False
    dedup: float = 2.0
    lane: str = "main"
    keep: tuple[str, ...] = ()
    extend: Mapping[str, Any] = field(default_factory=dict)
    ilmd: Mapping[str, Any] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    every: float = 300.0
    report: Literal["summary", "all"] = "summary"
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    things: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole file, checked."""

    file: Path
    agent: AgentSettings
    uplink: UplinkSettings
    journal: JournalSettings
    namespaces: Mapping[str, str]
    sources: tuple[SourceSettings, ...]
    stations: tuple[StationSettings, ...]
    fingerprint: str
    """Hash of everything that decides which events a sequence of reads becomes."""
