"""The outer form that all JSON devices share: one object, an array of objects, or one object a line."""

from __future__ import annotations

from typing import Any

import orjson

from gateway_agent.codecs.frames import FrameError, frame_error

MAX_MESSAGE = 1_048_576
"""Zebra readers batch up to 256,000 bytes; four times that is no reader's message."""


def read_objects(payload: bytes) -> list[dict[str, Any] | FrameError]:
    """Give the objects of a message in order; what is not an object becomes an error of its own."""
    if len(payload) > MAX_MESSAGE:
        return [frame_error("too-long", f"a message of {len(payload)} bytes", payload)]
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        lines = [line for line in payload.splitlines() if line.strip()]
        if len(lines) < 2:
            return [frame_error("not-json", f"not JSON: {error}", payload)]
        return [item for line in lines for item in read_objects(line)]
    entries = found if isinstance(found, list) else [found]
    return [
        entry if isinstance(entry, dict) else frame_error("not-a-read", "not a JSON object", payload)
        for entry in entries
    ]
