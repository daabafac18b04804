"""A station of sensors: an event per device and time window, and one at once when a limit is crossed.

What the sensors watch (a truck's load, a cold room) is configured or scanned; without it the readings are
reported for the place.
"""

from __future__ import annotations

import uuid
from urllib.parse import quote

import msgspec

from gateway_agent.clock import SECOND, event_time
from gateway_agent.configuration.settings import StationSettings
from gateway_agent.errors import RefusedError
from gateway_agent.stations.act import Reading
from gateway_agent.stations.building import Body, Place, sensor_report
from gateway_agent.stations.codes import NOT_THINGS, thing, understand_scan, understand_tag
from gateway_agent.stations.operator import CommandReader, is_command
from gateway_agent.stations.rows import Anchor, Effect, Emitted, Refused, Row, derived_event_id
from lineage.identifiers import LOCAL_HOST

MAX_READINGS = 5000
"""Readings of one window. A sensor that sends more than 16 a second for five minutes closes its window
early."""


class Window(msgspec.Struct):
    """The readings of one device since its last event."""

    started: int
    readings: list[tuple[Reading, Anchor]] = []


class SensingState(msgspec.Struct):
    """Everything that the station remembers between rows.

    :param watched: things scanned as watched: identifier and whether it is a lot or class
    :param outside: ``<device> <type>`` of quantities that are outside their limits now
    """

    windows: dict[str, Window] = {}
    watched: dict[str, bool] = {}
    outside: dict[str, bool] = {}


class SensingStation:
    """One ``sense`` station; it has the interface of :class:`~gateway_agent.stations.station.Station`."""

    def __init__(
        self,
        settings: StationSettings,
        place: Place,
        commands: CommandReader,
        journal: uuid.UUID,
        state: SensingState | None = None,
    ) -> None:
        self.settings = settings
        self.state = state or SensingState()
        self._place = place
        self._commands = commands
        self._journal = journal
        self._numbering = (0, 0)
        self._things = {found.id: found.kind in {"lot", "class"} for found in map(thing, settings.things)}

    def deadline(self) -> int | None:
        """Give the logical time at which the oldest window ends."""
        every = round(self.settings.every * SECOND)
        return min((window.started + every for window in self.state.windows.values()), default=None)

    def advance(self, row: Row) -> list[Effect]:
        """Close the windows that have ended by the time of the row."""
        every = round(self.settings.every * SECOND)
        ended = [device for device, window in self.state.windows.items() if window.started + every <= row.at]
        return [self._close(device, row) for device in ended]

    def take(self, row: Row) -> list[Effect]:
        """Take one report, or a scan that says what is watched."""
        if row.kind == "sensor":
            return self._report(row)
        text = row.payload["epc"] if row.kind == "tag" else row.payload["text"]
        try:
            return self._scan(text, row)
        except RefusedError as error:
            return [
                Refused(self.settings.name, row.source, row.seq, error.code, error.message, text, row.anchor)
            ]

    def _scan(self, text: str, row: Row) -> list[Effect]:
        if row.kind == "code" and is_command(text):
            command = self._commands.read(text, row.anchor.wall)
            if command.word != "RELEASE":
                raise RefusedError("bad-command", f"{command.word} means nothing at a sense station")
            return self._change_watched({}, row)
        code = (
            understand_tag(text, row.payload.get("pc"))
            if row.kind == "tag"
            else understand_scan(text, row.payload.get("aim", ""), self.settings.scheme)
        )
        if code.identifier.kind in NOT_THINGS:
            raise RefusedError("not-a-thing", f"{text} names a {code.identifier.kind}")
        if code.identifier.id in self.state.watched:
            return []
        is_class = code.identifier.kind in {"lot", "class"}
        return self._change_watched({**self.state.watched, code.identifier.id: is_class}, row)

    def _change_watched(self, watched: dict[str, bool], row: Row) -> list[Effect]:
        # Readings so far belong to what was watched so far.
        effects: list[Effect] = [self._close(device, row) for device in list(self.state.windows)]
        self.state.watched = watched
        return effects

    def _report(self, row: Row) -> list[Effect]:
        device = device_uri(row.payload["device"])
        if self.settings.devices and not {device, row.payload["device"]} & set(self.settings.devices):
            return []
        readings = [Reading(*values) for values in row.payload["readings"]]
        window = self.state.windows.setdefault(device, Window(row.at))
        window.readings += [(reading, row.anchor) for reading in readings]
        effects: list[Effect] = [
            self._crossed(device, reading, row) for reading in readings if self._crosses(device, reading)
        ]
        if len(window.readings) >= MAX_READINGS:
            effects.append(self._close(device, row))
        return effects

    def _is_outside(self, reading: Reading) -> bool:
        low, high = self.settings.limits.get(reading.type, (float("-inf"), float("inf")))
        return not low <= reading.value <= high

    def _crosses(self, device: str, reading: Reading) -> bool:
        key = f"{device} {reading.type}"
        before = self.state.outside.get(key, False)
        self.state.outside[key] = self._is_outside(reading)
        return before != self.state.outside[key]

    def _crossed(self, device: str, reading: Reading, row: Row) -> Emitted:
        report = sensor_report(reading)
        if self._is_outside(reading):
            report["exception"] = "ALARM_CONDITION"
        return self._event(device, [report], row.anchor, row.anchor, row)

    def _close(self, device: str, row: Row) -> Emitted:
        window = self.state.windows.pop(device)
        anchors = [anchor for _, anchor in window.readings]
        reports = self._all(window) if self.settings.report == "all" else self._summary(window)
        return self._event(device, reports, anchors[0], anchors[-1], row)

    def _all(self, window: Window) -> list[Body]:
        reports = []
        for reading, anchor in window.readings:
            report = sensor_report(reading)
            if anchor.believed:
                report["time"] = event_time(anchor.wall, self._place.offset)
            if self._is_outside(reading):
                report["exception"] = "ALARM_CONDITION"
            reports.append(report)
        return reports

    def _summary(self, window: Window) -> list[Body]:
        groups: dict[tuple[str, str | None], list[Reading]] = {}
        for reading, _ in window.readings:
            groups.setdefault((reading.type, reading.uom), []).append(reading)
        reports = []
        for (kind, uom), readings in groups.items():
            values = [reading.value for reading in readings]
            report: Body = {"type": kind, "minValue": min(values), "maxValue": max(values)}
            report["meanValue"] = round(sum(values) / len(values), 6)
            if uom:
                report["uom"] = uom
            if any(self._is_outside(reading) for reading in readings):
                report["exception"] = "ALARM_CONDITION"
            reports.append(report)
        return reports

    def _event(self, device: str, reports: list[Body], first: Anchor, last: Anchor, row: Row) -> Emitted:
        metadata: Body = {"deviceID": device}
        if first.believed and last.believed:
            offset = self._place.offset
            if first == last:
                metadata["time"] = event_time(last.wall, offset)
            else:
                metadata |= {
                    "startTime": event_time(first.wall, offset),
                    "endTime": event_time(last.wall, offset),
                }
        watched = {**self._things, **self.state.watched}
        body: Body = {"type": "ObjectEvent", "eventTimeZoneOffset": self._place.offset, "action": "OBSERVE"}
        if items := [uri for uri, is_class in watched.items() if not is_class]:
            body["epcList"] = items
        if classes := [uri for uri, is_class in watched.items() if is_class]:
            body["quantityList"] = [{"epcClass": uri} for uri in classes]
        if self.settings.step:
            body["bizStep"] = self.settings.step
        if self.settings.disposition:
            body["disposition"] = self.settings.disposition
        if self._place.read_point:
            body["readPoint"] = {"id": self._place.read_point}
        if self._place.biz_location:
            body["bizLocation"] = {"id": self._place.biz_location}
        body["sensorElementList"] = [{"sensorMetadata": metadata, "sensorReport": reports}]
        body |= self.settings.extend
        return Emitted(self.settings.name, self.settings.lane, row.seq, self._next_event_id(row), body, last)

    def _next_event_id(self, row: Row) -> str:
        seq, number = self._numbering
        self._numbering = (row.seq, number + 1 if seq == row.seq else 0)
        return derived_event_id(self._journal, self.settings.name, *self._numbering)


def device_uri(device: str) -> str:
    """Give a sensor's name as a URI; a name that is none becomes one of ours."""
    return device if ":" in device else f"{LOCAL_HOST}/id/device/{quote(device, safe='')}"
