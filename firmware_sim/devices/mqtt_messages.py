"""Messages of devices that speak MQTT: a Zebra fixed reader (IoT Connector) and a temperature sensor.

The reader's time stamps have an offset without a colon (`+0000`), as its firmware prints them. `eventNum`
counts up from 1 and starts again when the reader is switched off and on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from firmware_sim.devices.uhf_frames import Tag


def zebra_time(moment: datetime) -> str:
    """Give a time stamp as the IoT Connector writes it: milliseconds and `+0000`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}" + moment.strftime("%z")


def zebra_read(
    tag: Tag, number: int, moment: datetime, *, antenna: int = 1, reads: int = 1, mode: str = "CUSTOM"
) -> dict[str, Any]:
    """Give the object in which a fixed reader reports one tag.

    :param number: `eventNum`, the reader's own sequence
    :param mode: SIMPLE, INVENTORY, PORTAL, CONVEYOR or CUSTOM
    """
    return {
        "data": {
            "eventNum": number,
            "format": "epc",
            "idHex": tag.epc.hex(),
            "antenna": antenna,
            "peakRssi": tag.rssi,
            "reads": reads,
            "PC": tag.protocol_control.hex(),
            "CRC": tag.check.hex(),
        },
        "timestamp": zebra_time(moment),
        "type": mode,
    }


def zebra_heartbeat(moment: datetime, *, radio: str = "active") -> bytes:
    """Give the message in which a reader says that it is alive; it holds no read."""
    return orjson.dumps(
        {
            "type": "HEARTBEAT",
            "timestamp": zebra_time(moment),
            "data": {"radio_activity": radio, "uptime": "0:10:00"},
        }
    )


def zebra_message(reads: Sequence[dict[str, Any]], *, batch: bool = True) -> bytes:
    """Give the payload of one publication: an array, or one object a line where batching is off."""
    if batch and len(reads) != 1:
        return orjson.dumps(list(reads))
    return b"\n".join(orjson.dumps(read) for read in reads)


def temperature_message(device: str, number: int, moment: datetime, celsius: float) -> bytes:
    """Give the payload of one reading of the temperature sensor.

    :param number: the sensor's own sequence, so that a redelivered reading can be told from a new one
    :param celsius: degrees, sent with one decimal as the sensor resolves 0.1 °C
    """
    return orjson.dumps(
        {
            "device": device,
            "seq": number,
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "temperature": round(celsius, 1),
            "unit": "CEL",
        }
    )
