"""The status file: what the running agent is doing, written every second, read by ``status``.

It is a file and not a socket so that it can be read when the agent is stuck, and it is replaced in one
step so that a reader never sees half of it. It is not synced to the disk: after a power cut its age tells
that it is old.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from gateway_agent.configuration import Configuration
from gateway_agent.errors import JournalError
from gateway_agent.journal.database import reading
from gateway_agent.journal.views import counts, moment

if TYPE_CHECKING:
    from gateway_agent.agent import Agent

STATUS_FILE = "status.json"
ALARMING = frozenset({"unauthorised", "wrong-address", "failed"})
"""States of a lane that do not mend themselves."""

FRESH = 10.0
"""An older status belongs to an agent that does not run."""


class StatusFile:
    """Writes the status of one agent."""

    def __init__(self, configuration: Configuration, database: Path, agent: Agent) -> None:
        self._configuration = configuration
        self._database = database
        self._agent = agent
        self._started = time.time()

    def write(self, *, ended: bool = False) -> None:
        """Replace the file; a full disk only means that it grows old."""
        file = self._configuration.agent.data / STATUS_FILE
        fresh = file.with_suffix(".new")
        try:
            fresh.write_bytes(orjson.dumps(self._status(ended), option=orjson.OPT_INDENT_2))
            fresh.replace(file)
        except OSError:
            return

    def _status(self, ended: bool) -> dict[str, Any]:
        agent = self._agent
        writer = agent.writer.figures
        alarms = dict(writer.alarms)
        if agent.salvage is not None:
            alarms["salvage"] = str(agent.salvage)
        if not agent.clock_is_believed():
            alarms["clock"] = "the wall clock is not believed; event times wait or are corrected"
        for sender in agent.senders:
            if sender.figures.state in ALARMING:
                alarms[f"lane-{sender.lane}"] = sender.figures.detail
        return {
            "agent": self._configuration.agent.id,
            "pid": os.getpid(),
            "running": not ended,
            "at": moment(time.time_ns()),
            "started": moment(round(self._started * 1e9)),
            "alarms": alarms,
            "writer": {
                "reads": writer.reads,
                "repeated": writer.repeated,
                "events": writer.events,
                "commits": writer.commits,
            },
            "sources": {driver.settings.name: driver.status.as_dict() for driver in agent.drivers},
            "stations": writer.open_acts,
            "lanes": {sender.lane: sender.as_dict() for sender in agent.senders},
        }


def read_status(configuration: Configuration) -> dict[str, Any]:
    """Give the last status of the agent together with the counts of its journal, running or not."""
    folder = configuration.agent.data
    status: dict[str, Any] = {"agent": configuration.agent.id, "running": False, "alarms": {}}
    file = folder / STATUS_FILE
    try:
        found = orjson.loads(file.read_bytes())
        age = time.time() - file.stat().st_mtime
    except (OSError, orjson.JSONDecodeError):
        found, age = None, 0.0
    if isinstance(found, dict):
        status |= found
        status["age"] = round(age, 1)
        status["running"] = bool(found.get("running")) and age < FRESH and _lives(found.get("pid"))
    status["journal"] = None
    try:
        with reading(folder / "journal.db") as connection:
            status["journal"] = counts(connection)
    except JournalError as error:
        if error.code != "no-journal":
            status["alarms"] = {**status["alarms"], "journal": error.message}
    return status


def _lives(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
