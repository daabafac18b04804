"""Reader messages of the Zebra IoT Connector (fixed FX readers) and of RFD40/90 sleds (``dataEVT``).

Fixed readers: ``{"data": {"idHex", "antenna", "peakRssi", "reads", "eventNum", …}, "timestamp", "type"}``.
Sleds: ``{"data": {"tagData": […], "barcodeData": […]}, "timestamp", "type"}``. Both may come alone, in an
array or one a line. Heartbeats, GPI changes and connection events travel on the same topics and yield
nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gateway_agent.codecs.frames import FrameError, frame_error
from gateway_agent.codecs.json_messages import read_objects
from gateway_agent.codecs.timestamps import read_timestamp

HEX = re.compile(r"(?:[0-9A-Fa-f]{4}){1,31}")
"""An EPC is whole 16-bit words, at most 31 of them (the PC word counts in five bits)."""


@dataclass(frozen=True, slots=True)
class TagReport:
    """One tag in a reader's message.

    :param epc: upper-case hex
    :param time_ns: device's time, nanoseconds UTC, if it gave one
    :param number: the device's running number of the report, if it gave one; starts again at 1 after a
        restart
    """

    epc: str
    antenna: int | None
    rssi: float | None
    count: int
    time_ns: int | None
    timestamp: str
    number: int | None
    pc: int | None


@dataclass(frozen=True, slots=True)
class CodeReport:
    """One barcode that a sled scanned."""

    text: str
    symbology: str
    time_ns: int | None
    timestamp: str


def read_message(payload: bytes) -> list[TagReport | CodeReport | FrameError]:
    """Give all reads of one MQTT message, in order."""
    found: list[TagReport | CodeReport | FrameError] = []
    for entry in read_objects(payload):
        if isinstance(entry, FrameError):
            found.append(entry)
        else:
            found += _read_entry(entry, payload)
    return found


def _read_entry(entry: dict[str, Any], payload: bytes) -> list[TagReport | CodeReport | FrameError]:
    data = entry.get("data")
    timestamp = entry.get("timestamp")
    found: list[TagReport | CodeReport | FrameError] = []
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict):
            continue
        found += [_read_tag(tag, _sled_epc(tag), timestamp, payload) for tag in _objects(item.get("tagData"))]
        found += [_read_code(code, timestamp, payload) for code in _objects(item.get("barcodeData"))]
        if "idHex" in item:
            found.append(_read_tag(item, item["idHex"], item.get("now") or timestamp, payload))
    return found


def _sled_epc(tag: dict[str, Any]) -> object:
    # Firmware versions differ in the member's name.
    return tag.get("EPC") or tag.get("EPCid") or tag.get("idHex")


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _read_tag(tag: dict[str, Any], epc: object, timestamp: object, payload: bytes) -> TagReport | FrameError:
    if not isinstance(epc, str) or not HEX.fullmatch(epc):
        return frame_error("not-a-read", f"{epc!r} is not the hex of an EPC", payload)
    pc = tag.get("PC")
    return TagReport(
        epc=epc.upper(),
        antenna=_integer(tag.get("antenna")),
        rssi=_number(tag.get("peakRssi")),
        count=max(_integer(tag.get("reads")) or _integer(tag.get("seenCount")) or 1, 1),
        time_ns=read_timestamp(timestamp),
        timestamp=_text(timestamp),
        number=_integer(tag.get("eventNum")),
        pc=int(pc, 16) if isinstance(pc, str) and re.fullmatch(r"[0-9A-Fa-f]{1,4}", pc) else None,
    )


def _read_code(code: dict[str, Any], timestamp: object, payload: bytes) -> CodeReport | FrameError:
    text = code.get("decodedBarcode")
    if not isinstance(text, str) or not text:
        return frame_error("not-a-read", "barcode data without decodedBarcode", payload)
    symbology = code.get("symbology")
    stamp = code.get("timestamp") or timestamp
    return CodeReport(text, _text(symbology), read_timestamp(stamp), _text(stamp))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
