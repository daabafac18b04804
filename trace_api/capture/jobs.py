"""A capture job: what became of each event of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
import orjson
import zstandard

from lineage.events import Problem
from lineage.facts.times import moment
from trace_api.capture.events_repository import CaptureRow

Behaviour = Literal["rollback", "proceed"]
Status = Literal["accepted", "duplicate", "rejected"]

#: Errors listed in full in one answer: an answer is for people, and the results name every event anyway.
ERRORS_SHOWN: Final = 100
WARNINGS_SHOWN: Final = 10
#: Characters of one error's sentence: it may quote what was sent.
LONGEST_MESSAGE: Final = 500

VALIDATION: Final = "epcisException:ValidationException"


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one event.

    :ivar event_id: ``None`` only for a rejected event that came without one
    :ivar warnings: what is odd about an event that was kept, such as a wrong check digit: a record of what
        was read is not thrown away
    """

    index: int
    event_id: str | None
    status: Status
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the member of ``results``; ``warnings`` only where there are any."""
        members: dict[str, Any] = {
            "index": self.index,
            "eventID": self.event_id,
            "status": self.status,
            "errors": [_shortened(problem) for problem in self.problems],
        }
        if self.warnings:
            members["warnings"] = [_shortened(warning) for warning in self.warnings[:WARNINGS_SHOWN]]
        return members


@dataclass(frozen=True, slots=True)
class Job:
    """A finished capture job. Times are microseconds since 1970 UTC."""

    job: str
    created_at: int
    finished_at: int
    behaviour: Behaviour
    results: list[dict[str, Any]]
    """As :meth:`Result.as_dict` gives them."""

    @property
    def counts(self) -> Counter[str]:
        """How many events were accepted, duplicate, rejected."""
        return Counter(result["status"] for result in self.results)

    @property
    def success(self) -> bool:
        """False when any event was rejected."""
        return self.counts["rejected"] == 0

    def errors(self) -> list[dict[str, Any]]:
        """Give the errors as the standard wants them: problem documents, the first of them."""
        return [
            {
                "type": VALIDATION,
                "title": error["code"],
                "status": 400,
                "detail": error["message"],
                "pointer": error["pointer"],
                "eventIndex": result["index"],
            }
            for result in self.results
            for error in result["errors"]
        ][:ERRORS_SHOWN]

    def as_dict(self) -> dict[str, Any]:
        """Give the job as the standard describes it, with the result of each event."""
        counts = self.counts
        return {
            "captureID": self.job,
            "createdAt": written(self.created_at),
            "finishedAt": written(self.finished_at),
            "running": False,
            "success": self.success,
            "captureErrorBehaviour": self.behaviour,
            "errors": self.errors(),
            "accepted": counts["accepted"],
            "duplicate": counts["duplicate"],
            "rejected": counts["rejected"],
            "results": self.results,
        }

    def row(self, number: int, principal: str, body_hash: bytes) -> CaptureRow:
        """Give the row to keep."""
        counts = self.counts
        return CaptureRow(
            number,
            self.job,
            principal,
            body_hash,
            self.created_at,
            self.finished_at,
            self.behaviour,
            self.success,
            counts["accepted"],
            counts["duplicate"],
            counts["rejected"],
            zstandard.ZstdCompressor(level=3).compress(orjson.dumps(self.results)),
        )


def job_of(row: CaptureRow) -> Job:
    """Give the job that was kept."""
    results = orjson.loads(zstandard.ZstdDecompressor().decompress(row.results))
    behaviour: Behaviour = "proceed" if row.behaviour == "proceed" else "rollback"
    return Job(row.job, row.created_at, row.finished_at, behaviour, results)


def written(at: int) -> str:
    """Give a time as RFC 3339 text in UTC."""
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shortened(problem: Problem) -> dict[str, Any]:
    members = problem.as_dict()
    if len(members["message"]) > LONGEST_MESSAGE:
        members["message"] = members["message"][:LONGEST_MESSAGE] + "…"
    return members
