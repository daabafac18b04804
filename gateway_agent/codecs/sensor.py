"""Sensor messages in JSON, in a full and a short form.

Full: ``{"device", "seq", "time", "readings": [{"type", "value", "uom"}]}``.
Types are EPCIS measurement types (GS1 Web Vocabulary), units are UN/ECE Rec 20 codes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from gateway_agent.codecs.frames import FrameError, frame_error
from gateway_agent.codecs.json_messages import read_objects
from gateway_agent.codecs.timestamps import read_timestamp

SHORT_FORM = {
    "temperature": ("Temperature", "CEL"),
    "humidity": ("RelativeHumidity", "P1"),
    "pressure": ("Pressure", "HPA"),
}
"""Members of the short form, with the measurement type and unit that they stand for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value."""

    type: str
    value: float
    uom: str | None


@dataclass(frozen=True, slots=True)
class SensorReport:
    """What one device measured at one moment."""

    device: str
    readings: tuple[Reading, ...]
    time_ns: int | None
    timestamp: str
    number: int | None


def read_message(payload: bytes) -> list[SensorReport | FrameError]:
    """Give all reports of one MQTT message, in order."""
    return [
        entry if isinstance(entry, FrameError) else _read_report(entry, payload)
        for entry in read_objects(payload)
    ]


def _read_report(entry: dict[str, Any], payload: bytes) -> SensorReport | FrameError:
    device = entry.get("device", entry.get("deviceID"))
    if not isinstance(device, str) or not device.strip():
        return frame_error("not-a-read", "a sensor message without device", payload)
    readings: list[Reading] = []
    written = entry.get("readings") or []
    for reading in written if isinstance(written, list) else [written]:
        value = reading.get("value") if isinstance(reading, dict) else None
        kind = reading.get("type") if isinstance(reading, dict) else None
        if not isinstance(kind, str) or not kind or value is None or not _is_number(value):
            return frame_error("not-a-read", f"not a reading: {reading!r}", payload)
        uom = reading.get("uom")
        readings.append(Reading(kind, float(value), uom if isinstance(uom, str) and uom else None))
    for member, (kind, uom) in SHORT_FORM.items():
        if member in entry:
            if not _is_number(entry[member]):
                return frame_error("not-a-read", f"{member} is not a number", payload)
            readings.append(Reading(kind, float(entry[member]), uom))
    if not readings:
        return frame_error("not-a-read", "a sensor message without readings", payload)
    time, number = entry.get("time", entry.get("timestamp")), entry.get("seq")
    return SensorReport(
        device.strip(),
        tuple(readings),
        read_timestamp(time),
        time if isinstance(time, str) else "",
        number if isinstance(number, int) and not isinstance(number, bool) else None,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
