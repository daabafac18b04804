"""The errors of this package: one root, each with a stable code, a sentence and advice for a person.

::

    AgentError
    ├── ConfigurationError   the configuration file; knows every problem with its line
    ├── DeviceError          a device or broker that cannot be used now; it is tried again
    ├── JournalError         the journal cannot be opened or written
    ├── RefusedError         a scan that a station cannot use; the scan is kept in quarantine
    └── DeliveryError        the server was not reached or did not take a batch; it is sent again
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class AgentError(Exception):
    """Anything this package refuses.

    :param code: stable kebab-case name of what went wrong
    :param message: one sentence for a person
    :param hint: what the person can do; may be empty
    """

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, Any]:
        """Give the error for JSON output; an empty hint is left out."""
        members = {"code": self.code, "message": self.message, "hint": self.hint}
        return {name: value for name, value in members.items() if value}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration file: where it stands, and what is wrong."""

    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class ConfigurationError(AgentError):
    """A configuration file that cannot be used; every problem is listed, not only the first."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        lines = "; ".join(str(problem) for problem in problems)
        super().__init__("configuration", f"{file}: {lines}", hint="see docs/gateway-agent.md")
        self.file = file
        self.problems = problems


class DeviceError(AgentError):
    """A device or broker that cannot be used at the moment."""


class JournalError(AgentError):
    """The journal cannot be opened or written."""


class RefusedError(AgentError):
    """A scan or command that the station cannot use. Nothing of the station's state has changed."""


class DeliveryError(AgentError):
    """The server was not reached, or its answer does not say that the events are stored.

    :param retry_after: seconds that the server asked to wait, if it did
    """

    def __init__(self, code: str, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(code, message, hint=hint)
        self.retry_after = retry_after
