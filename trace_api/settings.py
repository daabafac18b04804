"""What an operator can set: flags of ``trace-api serve`` and ``TRACE_*`` environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from trace_api.errors import TraceApiError

DEFAULT_DATA_DIR = Path("suyuan-data")

# One JSON event is about 1.4 KB: 32 MiB hold some 20,000 events, well past what one transaction should carry.
MAX_BODY_BYTES = 32 * 1024 * 1024
# A gzip body may inflate a thousandfold; what comes out is bounded on its own.
MAX_INFLATED_BYTES = 64 * 1024 * 1024
# Events of one capture document (`GS1-EPCIS-Capture-Limit`): bounds the length of one transaction.
CAPTURE_LIMIT = 20_000


class SettingsError(TraceApiError):
    """A setting that cannot be used, named together with what it accepts."""

    code = "bad-setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the server can be told, with its defaults.

    Each field is set by ``TRACE_<FIELD>`` in the environment; see :func:`from_environment`.
    """

    data_dir: Path = DEFAULT_DATA_DIR
    """Folder of the embedded PostgreSQL and of the first administrator's password."""
    database_url: str | None = None
    """``postgresql://…`` of a PostgreSQL 15+ to use instead of the embedded one."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    """Address under which clients reach this server, when a proxy stands before it; used in links."""
    workers: int = 1
    """Server processes that share the address and the database; one a core makes use of all of them."""
    threads: int = 16
    """Requests worked on at once by one process; also the size of each connection pool."""
    max_body_bytes: int = MAX_BODY_BYTES
    max_inflated_bytes: int = MAX_INFLATED_BYTES
    capture_limit: int = CAPTURE_LIMIT
    trace_timeout_seconds: float = 30.0
    """Longest single statement of a question; a question that needs more is refused, capture goes on."""
    session_hours: float = 12.0
    """How long a log-in of the console lasts."""
    secure_cookies: bool = True
    """Cookies only over HTTPS (and, as browsers allow, plain HTTP on localhost)."""


def from_environment(environ: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """Give the settings from ``TRACE_*`` variables, overruled by the values given (``None`` = not given).

    :raises SettingsError: for a value that does not read as its field's type
    """
    found: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"TRACE_{field.name.upper()}"
        if text := environ.get(name, "").strip():
            found[field.name] = _read(name, text, str(field.type))
    found.update({key: value for key, value in given.items() if value is not None})
    return replace(Settings(), **found)


def to_environment(settings: Settings) -> dict[str, str]:
    """Give the variables from which :func:`from_environment` reads these settings, for a process of ours."""
    return {
        f"TRACE_{field.name.upper()}": str(value)
        for field in fields(Settings)
        if (value := getattr(settings, field.name)) is not None
    }


def _read(name: str, text: str, kind: str) -> Any:
    try:
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                text.lower()
            ]
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except (KeyError, ValueError):
        raise SettingsError(
            f"{name}={text!r} is not a {kind}", hint=f"Set {name} to a {kind} or unset it."
        ) from None
    return Path(text) if kind == "Path" else text
