"""Configuration files of the edge agents, written from the stations that the stories need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.demo.stations import SCHEMES, Agent, Station
from firmware_sim.worlds.drug import COLD

VANS = 4
"""Thermometers in the drug story's vans; as many cartons can be on the road at once."""


@dataclass(frozen=True, slots=True)
class Source:
    """A device as an agent sees it: name, driver, and what the driver needs to reach it."""

    name: str
    driver: str
    options: Mapping[str, Any]


def scanner_name(world: str) -> str:
    """Name of the scanner with which a story's operator works at an agent."""
    return f"{world}-scanner"


def van_name(van: int) -> str:
    """Name of a van's thermometer, and of the station that listens to it."""
    return f"van-{van}"


def configuration(
    agent: Agent,
    *,
    server: str,
    token: Path,
    data: Path,
    sources: Iterable[Source],
    stations: Iterable[tuple[Station, str | None]],
    vans: bool = False,
) -> str:
    """Write the TOML file of one agent.

    :param token: file with the agent's bearer token
    :param stations: each with the name of its tag reader, where it has one
    :param vans: whether this agent listens to the thermometers in the vans
    """
    lines = [
        "[agent]",
        *_members({"id": f"demo-{agent}", "data": str(data), "timezone": "+08:00"}),
        "",
        "[uplink]",
        *_members({"url": server, "token_file": str(token), "retry_min": "200ms", "retry_max": "3s"}),
    ]
    for source in sources:
        lines += [
            "",
            "[[source]]",
            *_members({"name": source.name, "driver": source.driver, **source.options}),
        ]
    for station, reader in stations:
        lines += ["", "[[station]]", *_members(_station(station, reader))]
    if vans:
        for van in range(1, VANS + 1):
            lines += ["", "[[station]]", *_members(_van(van))]
    return "\n".join(lines) + "\n"


def _station(station: Station, reader: str | None) -> dict[str, Any]:
    members: dict[str, Any] = {
        "name": station.name,
        "kind": station.kind,
        "sources": [scanner_name(station.world), *([reader] if reader else [])],
        "read_point": f"(414){station.place.site.gln}(254){station.place.extension}",
        "biz_location": f"(414){station.place.site.gln}",
        "step": station.step,
        "dedup": "0s",
    }
    if station.kind != "inspect":
        members["disposition"] = station.disposition
    if station.action:
        members["action"] = station.action
    if SCHEMES[station.world]:
        members["scheme"] = list(SCHEMES[station.world])
    if station.kind in ("pack", "associate"):
        members["close_parent"] = False
    if station.kind == "sell":
        members["close_count"] = 1000
    return members


def _van(van: int) -> dict[str, Any]:
    return {
        "name": van_name(van),
        "kind": "sense",
        "sources": [van_name(van), scanner_name("drug")],
        "scheme": list(SCHEMES["drug"]),
        "every": "1s",
        "report": "all",
        "limits": {"Temperature": list(COLD)},
        "lane": "main",
    }


def _members(members: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in members.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{name} = {_value(member)}" for name, member in value.items())
        return f"{{ {inside} }}"
    # A JSON text, number, flag or list of these is TOML as well.
    return orjson.dumps(value).decode()
