"""The written times that devices send: ISO 8601 in the variants of the field, to integer nanoseconds UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9})\d*)?\s*"
    r"(?P<zone>Z|z|[+-]\d\d:?\d\d)"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_timestamp(text: object) -> int | None:
    """Give nanoseconds since 1970 UTC, or None for what is no full point in time.

    Takes offsets with and without colon (Zebra sends ``+0000``) and one to nine digits of a second (Impinj
    sends nine). A time without date, as RFD40 readers send in connection events, is no point in time.
    """
    match = ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    zone = match["zone"]
    if zone in "Zz":
        offset = timedelta()
    else:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        offset = timedelta(minutes=minutes if zone[0] == "+" else -minutes)
    try:
        moment = datetime.fromisoformat(f"{match['date']}T{match['time']}").replace(tzinfo=timezone(offset))
        whole = (moment - EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return whole * 1_000_000_000 + int((match["fraction"] or "").ljust(9, "0") or 0)
