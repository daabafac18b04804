"""What the server's answer to a capture says about each event of the batch.

Only two things take an event out of the outbox: the server says that it is stored (``accepted``,
``duplicate``), or the server says that it will never take it (``rejected``, 400, 422 for it alone).
Anything else leaves it waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import orjson

from gateway_agent.clock import SECOND
from gateway_agent.uplink.batches import Waiting

STORED = frozenset({"accepted", "duplicate"})
MAX_REASON = 500
MAX_RETRY_AFTER = 3600.0


class Verdict(Enum):
    """What to do with the batch as a whole."""

    SETTLED = "settled"
    PENDING = "pending"
    SPLIT = "split"
    HALVE = "halve"
    PLAIN = "plain"
    UNAUTHORISED = "unauthorised"
    AGAIN = "again"
    WRONG_ADDRESS = "wrong-address"


@dataclass(frozen=True, slots=True)
class Answer:
    """A read answer.

    :param sent: positions in the outbox that are stored
    :param dead: positions that will never be taken, with the reason
    :param message: for the log and the status
    :param job: where an unfinished capture job can be asked for
    """

    verdict: Verdict
    sent: tuple[int, ...] = ()
    dead: tuple[tuple[int, str], ...] = ()
    message: str = ""
    retry_after: float | None = None
    job: str | None = None
    server_wall: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


def read_answer(status: int, headers: Mapping[str, str], body: bytes, batch: Sequence[Waiting]) -> Answer:
    """Read the answer to a capture of this batch; ``headers`` in lower case."""
    wall = _date(headers.get("date"))
    message = f"HTTP {status}{_problem(body)}"
    verdict = _verdict(status)
    if verdict is Verdict.SETTLED:
        return _finished(body, batch, wall)
    if verdict is Verdict.PENDING:
        return Answer(Verdict.PENDING, message=message, job=headers.get("location"), server_wall=wall)
    return Answer(
        verdict, message=message, retry_after=_retry_after(headers.get("retry-after")), server_wall=wall
    )


def _verdict(status: int) -> Verdict:
    if status in {200, 201}:
        return Verdict.SETTLED
    if status == 202:
        return Verdict.PENDING
    if status in {401, 403}:
        return Verdict.UNAUTHORISED
    if status == 413:
        return Verdict.HALVE
    if status == 415:
        return Verdict.PLAIN
    if status in {400, 409, 422}:
        return Verdict.SPLIT
    if status in {408, 425, 429} or status >= 500:
        return Verdict.AGAIN
    # Redirects, 404, 405 …: not this server's capture interface. No event is to blame.
    return Verdict.WRONG_ADDRESS


def _finished(body: bytes, batch: Sequence[Waiting], wall: int | None) -> Answer:
    try:
        job = orjson.loads(body)
    except orjson.JSONDecodeError:
        job = None
    if not isinstance(job, dict):
        return Answer(Verdict.AGAIN, message="the answer is not a capture job", server_wall=wall)
    if job.get("running") is True:
        return Answer(Verdict.PENDING, message="the capture job is still running", server_wall=wall)
    results = job.get("results")
    if isinstance(results, list):
        return _by_event(results, batch, wall)
    if job.get("success") is True:
        return Answer(Verdict.SETTLED, sent=tuple(event.seq for event in batch), server_wall=wall)
    if job.get("success") is False:
        return Answer(Verdict.SPLIT, message=f"the capture job failed{_problem(body)}", server_wall=wall)
    return Answer(
        Verdict.AGAIN, message="the answer does not say what became of the events", server_wall=wall
    )


def _by_event(results: list[Any], batch: Sequence[Waiting], wall: int | None) -> Answer:
    sent: list[int] = []
    dead: list[tuple[int, str]] = []
    for result in results:
        index = result.get("index") if isinstance(result, dict) else None
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(batch):
            continue
        event = batch[index]
        # An answer about another event must never remove this one.
        if result.get("eventID") not in {event.event_id, None}:
            continue
        if result.get("status") in STORED:
            sent.append(event.seq)
        elif result.get("status") == "rejected":
            dead.append((event.seq, _errors(result.get("errors")) or "rejected without a reason"))
    if not sent and not dead:
        return Answer(Verdict.AGAIN, message="the answer names none of the events", server_wall=wall)
    return Answer(Verdict.SETTLED, sent=tuple(sent), dead=tuple(dead), server_wall=wall)


def _errors(errors: object) -> str:
    if not isinstance(errors, list):
        return ""
    parts = [
        " ".join(str(error[key]) for key in ("pointer", "code", "message") if error.get(key))
        for error in errors
        if isinstance(error, dict)
    ]
    return "; ".join(parts)[:MAX_REASON]


def _problem(body: bytes) -> str:
    """Give title and detail of a problem document, for people."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(found, dict):
        return ""
    parts = [str(found[key]) for key in ("type", "title", "detail") if found.get(key)]
    parts.append(_errors(found.get("errors")))
    text = " · ".join(part for part in parts if part)
    return f": {text}"[:MAX_REASON] if text else ""


def _retry_after(value: str | None) -> float | None:
    """Read seconds; an HTTP date is not worth it, the backoff will do."""
    if value is None or not value.strip().isdigit():
        return None
    return min(float(value), MAX_RETRY_AFTER)


def _date(value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return round(parsedate_to_datetime(value).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return None
