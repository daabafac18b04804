"""From an MQTT message to reads with keys by which a redelivery is known.

QoS 1 delivers at least once: after a reconnect the broker repeats what it saw no acknowledgement for, and
readers publish again what they saw none for. A read's key is made of the device's time and number; a
message without time is told by the DUP flag and its content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway_agent.codecs import sensor, zebra
from gateway_agent.codecs.frames import FrameError
from gateway_agent.configuration.settings import SourceSettings
from gateway_agent.journal.reads import Read

SYMBOLOGIES = {
    "GS1128": "]C1", "EAN128": "]C1", "UCCEAN128": "]C1", "GS1DATABAR": "]e0", "GS1DATABAREXPANDED": "]e0",
    "GS1DATAMATRIX": "]d2", "GS1QRCODE": "]Q3", "GS1QR": "]Q3", "EAN13": "]E0", "EAN8": "]E4", "ITF14": "]I1",
}  # fmt: skip
"""Names, without punctuation, of the symbologies that say how their content is to be read."""


@dataclass(slots=True)
class Reads:
    """What one message gave."""

    reads: list[Read] = field(default_factory=list)
    errors: list[FrameError] = field(default_factory=list)


def read_reports(settings: SourceSettings, topic: str, payload: bytes, *, redelivered: bool) -> Reads:
    """Read one message of a source."""
    found = Reads()
    seen: dict[str, int] = {}
    messages = (
        sensor.read_message(payload) if settings.driver == "mqtt-sensor" else zebra.read_message(payload)
    )
    for report in messages:
        if isinstance(report, FrameError):
            found.errors.append(report)
            continue
        kind, content, identity = _content(report)
        key = None
        if report.timestamp:
            # A number alone is no key: devices start again at 1.
            key = "|".join((topic, report.timestamp, str(content.get("number") or ""), identity))
            # Two equal reports in one message are two reads; their order in the message tells them apart.
            seen[key] = seen.get(key, 0) + 1
            key = f"{key}|{seen[key]}" if seen[key] > 1 else key
        device_ns = report.time_ns if settings.device_time else None
        found.reads.append(Read(settings.name, kind, content, key, redelivered, device_ns))
    return found


def aim_of(symbology: str) -> str:
    """Give the AIM identifier that a symbology's name stands for; empty where it says nothing of use."""
    plain = "".join(letter for letter in symbology.upper().removeprefix("LABEL-TYPE-") if letter.isalnum())
    return SYMBOLOGIES.get(plain, "")


def _content(
    report: zebra.TagReport | zebra.CodeReport | sensor.SensorReport,
) -> tuple[Any, dict[str, Any], str]:
    if isinstance(report, zebra.TagReport):
        tag = {
            "epc": report.epc,
            "rssi": report.rssi,
            "antenna": report.antenna,
            "count": report.count,
            "pc": report.pc,
            "number": report.number,
        }
        return "tag", tag, f"{report.epc}@{report.antenna if report.antenna is not None else ''}"
    if isinstance(report, zebra.CodeReport):
        return "code", {"text": report.text, "aim": aim_of(report.symbology)}, report.text
    readings = [[reading.type, reading.value, reading.uom] for reading in report.readings]
    identity = f"{report.device} {';'.join(f'{r[0]}={r[1]}' for r in readings)}"
    return "sensor", {"device": report.device, "readings": readings, "number": report.number}, identity
