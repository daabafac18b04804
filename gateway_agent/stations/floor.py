"""All stations together: which station a read belongs to, what becomes of it, and the states.

``Floor.apply`` is the whole derivation: a pure fold over the rows of the journal. Equal rows in equal
order give equal effects and equal states.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

import msgspec

from gateway_agent.configuration.settings import Configuration, SourceSettings, StationSettings
from gateway_agent.errors import RefusedError
from gateway_agent.stations.building import Place
from gateway_agent.stations.operator import CommandReader, is_command
from gateway_agent.stations.rows import Effect, Refused, Row
from gateway_agent.stations.sensing import SensingState, SensingStation
from gateway_agent.stations.smoothing import Sighting, Smoothing
from gateway_agent.stations.station import Station, StationState

T = TypeVar("T")

AnyStation = Station | SensingStation


SHOWN = 200
"""Things of an open act that the status names."""


class SourceState(msgspec.Struct):
    """What is remembered of a source: the station that it works for, and its tags."""

    station: str = ""
    tags: dict[str, Sighting] = {}


class Floor:
    """The stations of a configuration with their states.

    :param journal: identifier of the journal that the rows come from
    :param states: what :meth:`dump` gave earlier; states of stations that are no longer configured are
        ignored
    """

    def __init__(
        self, configuration: Configuration, journal: uuid.UUID, states: dict[str, bytes] | None = None
    ) -> None:
        saved = states or {}
        commands = CommandReader(configuration.namespaces)
        self._stations: dict[str, AnyStation] = {}
        for settings in configuration.stations:
            place = _place(configuration, settings)
            self._stations[settings.name] = _station(settings, place, commands, journal, saved)
        self._sources = {source.name: source for source in configuration.sources}
        self._source_states = {
            name: msgspec.json.decode(saved[f"source/{name}"], type=SourceState)
            if f"source/{name}" in saved
            else SourceState()
            for name in self._sources
        }
        self._smoothing = {
            name: Smoothing(source.smoothing, self._source_states[name].tags)
            for name, source in self._sources.items()
            if source.smoothing
        }
        self._first = {
            name: next((s.name for s in configuration.stations if name in s.sources), "")
            for name in self._sources
        }
        self._commands = commands
        self._changed: set[str] = set()

    def deadline(self) -> int | None:
        """Give the earliest logical time at which silence or a window's end makes an event."""
        times = [time for station in self._stations.values() if (time := station.deadline()) is not None]
        return min(times, default=None)

    def apply(self, row: Row) -> list[Effect]:
        """Take the next row of the journal."""
        effects: list[Effect] = []
        for name, station in self._stations.items():
            deadline = station.deadline()
            if deadline is not None and deadline <= row.at:
                effects += station.advance(row)
                self._changed.add(f"station/{name}")
        if row.kind != "tick":
            effects += self._route(row)
        return effects

    def dump_changes(self) -> dict[str, bytes]:
        """Give the states that have changed since the last call, for storing beside the rows' position."""
        changed, self._changed = self._changed, set()
        return {name: msgspec.json.encode(self._state(name)) for name in sorted(changed)}

    def dump(self) -> dict[str, bytes]:
        """Give all states."""
        names = [f"station/{name}" for name in self._stations] + [
            f"source/{name}" for name in self._source_states
        ]
        return {name: msgspec.json.encode(self._state(name)) for name in names}

    def open_acts(self) -> dict[str, dict[str, Any]]:
        """Give what each station holds that is not yet an event, for people to look at."""
        found: dict[str, dict[str, Any]] = {}
        for name, station in self._stations.items():
            if isinstance(station, SensingStation):
                readings = sum(len(window.readings) for window in station.state.windows.values())
                found[name] = {"readings": readings, "watched": list(station.state.watched)}
            else:
                act = station.state.act
                found[name] = {
                    "things": len(act.things),
                    "open": [entry.id for entry in act.things[:SHOWN]],
                    "parent": act.parent.id if act.parent else None,
                    "said": sorted(act.fields),
                }
        return found

    def _state(self, name: str) -> msgspec.Struct:
        kind, _, plain = name.partition("/")
        return self._stations[plain].state if kind == "station" else self._source_states[plain]

    def _route(self, row: Row) -> list[Effect]:
        source = self._sources.get(row.source)
        if source is None:
            return [_refused(row, "unknown-source", f"the source {row.source} is not configured any more")]
        if not self._is_seen(source, row):
            return []
        state = self._source_states[row.source]
        if row.kind == "code" and is_command(row.payload["text"]):
            try:
                command = self._commands.read(row.payload["text"], row.anchor.wall)
            except RefusedError:
                command = None  # the station refuses it in its own name
            if command is not None and command.word == "STATION":
                return self._choose(command.value, state, row)
        name = state.station if state.station in self._stations else self._first[row.source]
        if not name:
            return [_refused(row, "no-station", f"no station uses the source {row.source}")]
        station = self._stations[name]
        self._changed.add(f"station/{name}")
        if row.kind == "sensor" and not isinstance(station, SensingStation):
            return [_refused(row, "not-a-sense-station", f"{name} cannot use sensor readings")]
        return station.take(row)

    def _is_seen(self, source: SourceSettings, row: Row) -> bool:
        if row.kind != "tag":
            return True
        rssi = row.payload.get("rssi")
        if source.rssi_min is not None and rssi is not None and rssi < source.rssi_min:
            return False
        smoothing = self._smoothing.get(source.name)
        if smoothing is None:
            return True
        self._changed.add(f"source/{source.name}")
        return smoothing.see(row.payload["epc"], row.at, row.payload.get("count", 1))

    def _choose(self, name: str, state: SourceState, row: Row) -> list[Effect]:
        station = self._stations.get(name)
        if station is None or row.source not in station.settings.sources:
            return [
                _refused(row, "unknown-station", f"{row.source} does not belong to a station named {name!r}")
            ]
        state.station = name
        self._changed.add(f"source/{row.source}")
        return []


def _refused(row: Row, code: str, message: str) -> Refused:
    text = row.payload.get("text") or row.payload.get("epc") or row.payload.get("device") or ""
    return Refused("", row.source, row.seq, code, message, text, row.anchor)


def _place(configuration: Configuration, settings: StationSettings) -> Place:
    agent = configuration.agent
    return Place(
        settings.read_point or agent.read_point,
        settings.biz_location or agent.biz_location,
        agent.timezone,
        agent.party,
    )


def _station(
    settings: StationSettings,
    place: Place,
    commands: CommandReader,
    journal: uuid.UUID,
    saved: dict[str, bytes],
) -> AnyStation:
    body = saved.get(f"station/{settings.name}")
    if settings.kind == "sense":
        sensing = _decoded(body, SensingState)
        return SensingStation(settings, place, commands, journal, sensing)
    return Station(settings, place, commands, journal, _decoded(body, StationState))


def _decoded(body: bytes | None, kind: type[T]) -> T | None:
    """Read a state; one of another kind of station (the configuration changed) starts afresh."""
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        return None
