"""Recall cases: opened from seeds, kept up to date with what is captured, worked on, closed.

The steps of opening a case, repeated as numbers in the code:

1. The rules of the regime and level are looked up: an unknown level opens nothing.
2. The scope is worked out on one snapshot of the store.
3. Case and scope are written in one transaction.

While a case is open its scope follows the store: a later capture may add things, and a correction may take
some out; what it takes out is marked and stays listed. A closed case keeps the scope it had.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from lineage.errors import LineageError
from lineage.identifiers import read, read_uri
from trace_api.accounts import Principal
from trace_api.capture.events_repository import latest
from trace_api.china import day_in_china, in_china
from trace_api.database import Database
from trace_api.masterdata.columns import read_site_id, read_uscc
from trace_api.problems import Problem
from trace_api.recall import clock, repository
from trace_api.recall.holders import holders, progress
from trace_api.recall.model import Case, Scope
from trace_api.recall.requests import CaseBody, CloseBody, MomentsBody, NoticesBody, RecoveriesBody
from trace_api.recall.scope import work_out
from trace_api.recall.seeds import resolve
from trace_api.responsibility.directory import MasterDirectory, party_id_of
from trace_api.trace.neighbours_repository import PostgresNeighbours

SLOW: Final = timedelta(seconds=2)
"""A scope that takes longer than this is not worked out at every look, but once in :data:`PATIENCE`."""
PATIENCE: Final = timedelta(minutes=1)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class RecallService:
    """Everything that is done with recall cases."""

    def __init__(self, store: Database, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    # Opening

    def open(self, body: CaseBody, principal: Principal, *, drill: bool = False) -> Case:
        """Open a case, or run a drill, which is closed at once and has no effect but its own record.

        :raises Problem: 400 for seeds that cannot be read, 404 when no event names any of them
        """
        now = self._now()
        knew_at = body.knew_at or now
        if knew_at > now + timedelta(minutes=5):
            raise Problem(400, "knew-in-future", "knew_at is in the future.")
        # 1. the rules
        rules = clock.rules_for(body.regime, body.level, day_in_china(knew_at))
        seeds = body.read_seeds()
        new = Case(
            id="",
            drill=drill,
            status="open",
            regime=body.regime,
            level=str(rules.level.level),
            reason=body.reason,
            responsible_uscc=_code_of(body.responsible),
            contact=body.contact,
            seeds=seeds,
            knew_at=knew_at,
            opened_at=now,
            opened_by=principal.name,
            moments={},
            closed_at=None,
            closed_by=None,
            outcome=None,
            scope_event=None,
            scope_at=None,
            scope_ms=None,
            gaps=(),
            findings=(),
            places=(),
            truncated=False,
        )
        # 2. the scope
        scope, event, took, responsible = self._work_out(new)
        if not scope.things:
            raise Problem(
                404,
                "never-seen",
                "No event names any of the seeds.",
                gaps=[gap.as_dict() for gap in scope.gaps],
            )
        # 3. write both
        return self._store.run(
            lambda connection: self._write_new(connection, new, scope, event, took, responsible)
        )

    def _write_new(
        self, connection: Connection, new: Case, scope: Scope, event: int, took: int, responsible: str | None
    ) -> Case:
        case_id = repository.next_id(connection, drill=new.drill, year=in_china(new.opened_at).year)
        repository.add_case(
            connection, replace(new, id=case_id, responsible_uscc=new.responsible_uscc or responsible)
        )
        repository.replace_scope(connection, case_id, scope, event=event, at=new.opened_at, milliseconds=took)
        details = {"things": len(scope.things), "gaps": len(scope.gaps), "milliseconds": took}
        repository.add_entry(connection, case_id, new.opened_at, new.opened_by, "opened", details)
        if new.drill:
            repository.close_case(
                connection, case_id, at=new.opened_at, by=new.opened_by, outcome=f"drill: scope in {took} ms"
            )
        return self._required(connection, case_id)

    def _work_out(self, case: Case) -> tuple[Scope, int, int, str | None]:
        """Give the scope, the last event it has seen, the milliseconds it took, and who makes the product."""
        begin = time.perf_counter()
        with self._store.reading() as connection:
            event = latest(connection)
            neighbours = PostgresNeighbours(connection)
            directory = MasterDirectory(connection)
            starts = resolve(connection, neighbours, directory, case.seeds)
            scope = work_out(neighbours, starts.starts, contact=case.contact, directory=directory)
            scope.gaps = [*starts.gaps, *scope.gaps]
            responsible = _producer_of(directory, case)
        return scope, event, round((time.perf_counter() - begin) * 1000), responsible

    # Looking

    def case(self, case_id: str, *, refresh: bool = False) -> Case:
        """Give a case, an open one brought up to date with what was captured since.

        :param refresh: also when that takes long
        :raises Problem: 404 no such case
        """
        with self._store.reading() as connection:
            case = self._required(connection, case_id)
            newest = latest(connection)
        if case.status == "closed" or (case.scope_event is not None and case.scope_event >= newest):
            return case
        slow = timedelta(milliseconds=case.scope_ms or 0) > SLOW
        if slow and not refresh and case.scope_at is not None and self._now() - case.scope_at < PATIENCE:
            return case
        scope, event, took, _ = self._work_out(case)
        return self._store.run(lambda connection: self._write_scope(connection, case_id, scope, event, took))

    def _write_scope(self, connection: Connection, case_id: str, scope: Scope, event: int, took: int) -> Case:
        case = self._required(connection, case_id, lock=True)
        if case.status == "open" and (case.scope_event is None or case.scope_event < event):
            now = self._now()
            changed = repository.replace_scope(
                connection, case_id, scope, event=event, at=now, milliseconds=took
            )
            if any(changed.values()):
                repository.add_entry(connection, case_id, now, "system", "scope changed", changed)
            case = self._required(connection, case_id)
        return case

    def is_stale(self, case: Case) -> bool:
        """Say whether events were captured that the scope of an open case has not taken into account."""
        with self._store.reading() as connection:
            return case.status == "open" and (case.scope_event or 0) < latest(connection)

    def deadlines(self, case: Case) -> list[clock.Deadline]:
        """Give the legal clock of a case."""
        rules = clock.rules_for(case.regime, case.level, day_in_china(case.knew_at))
        moments = case.clock_moments()
        with self._store.reading() as connection:
            notices = repository.notices_of(connection, case.id)
        moments["notified_at"] = min((notice.sent_at for notice in notices), default=None)
        return clock.deadlines(rules, moments, self._now())

    # Working

    def notify(self, case_id: str, body: NoticesBody, principal: Principal) -> list[int]:
        """Record notices to holders; give their numbers."""
        now = self._now()

        def work(connection: Connection) -> list[int]:
            case = self._open(connection, case_id)
            if body.parties == "all":
                parties = [each.party for each in holders(connection, case) if each.notified_at is None]
            else:
                parties = list(dict.fromkeys(_party(text) for text in body.parties))
            sent_at = body.sent_at or now
            rows = [
                {
                    "case_id": case.id,
                    "party": party,
                    "channel": body.channel,
                    "sent_at": sent_at,
                    "sent_by": principal.name,
                    "note": body.note,
                }
                for party in parties
            ]
            numbers = repository.add_notices(connection, rows) if rows else []
            if body.public:
                repository.set_moments(connection, case.id, {"announced_at": sent_at})
            details = {"parties": len(rows), "channel": body.channel, "public": body.public}
            repository.add_entry(connection, case.id, now, principal.name, "notified", details)
            return numbers

        return self._store.run(work)

    def acknowledge(self, case_id: str, notice_id: int, principal: Principal) -> None:
        """Record that a holder has confirmed a notice.

        :raises Problem: 404 no such notice
        """
        now = self._now()

        def work(connection: Connection) -> None:
            case = self._open(connection, case_id)
            notice = repository.acknowledge(connection, case.id, notice_id, now)
            if notice is None:
                raise Problem(404, "no-such-notice", f"The case {case.id} has no notice {notice_id}.")
            repository.add_entry(
                connection,
                case.id,
                now,
                principal.name,
                "acknowledged",
                {"notice": notice_id, "party": notice.party},
            )

        self._store.run(work)

    def recover(self, case_id: str, body: RecoveriesBody, principal: Principal) -> int:
        """Record what became of affected things; give how many.

        :raises Problem: 409 when a thing does not belong to the case
        """
        now = self._now()
        things = list(dict.fromkeys(read(text).id for text in body.things))
        party = _party(body.party) if body.party else None
        site = read_site_id("site", body.site) if body.site else None

        def work(connection: Connection) -> int:
            case = self._open(connection, case_id)
            known = repository.set_progress(
                connection, case.id, things, body.action, whole=body.quantity is None
            )
            strange = sorted(set(things) - known)
            if strange:
                raise Problem(
                    409,
                    "not-in-scope",
                    f"{len(strange)} things do not belong to the case: {strange[0]}",
                    things=strange[:50],
                )
            repository.add_recoveries(
                connection,
                [
                    {
                        "case_id": case.id,
                        "action": body.action,
                        "thing": thing,
                        "quantity": body.quantity,
                        "uom": body.uom,
                        "party": party,
                        "site": site,
                        "happened_at": body.at or now,
                        "recorded_by": principal.name,
                        "recorded_at": now,
                        "note": body.note,
                    }
                    for thing in things
                ],
            )
            details = {"things": len(things), "quantity": body.quantity, "uom": body.uom}
            repository.add_entry(connection, case.id, now, principal.name, body.action, details)
            return len(things)

        return self._store.run(work)

    def note_moments(self, case_id: str, body: MomentsBody, principal: Principal) -> None:
        """Record when things happened that the legal clock counts from."""
        now = self._now()
        given = body.given()
        if not given:
            raise Problem(400, "nothing-given", "No moment was sent.")
        if late := [name for name, at in given.items() if at > now + timedelta(minutes=5)]:
            raise Problem(400, "in-future", f"{late[0]} is in the future.")

        def work(connection: Connection) -> None:
            case = self._open(connection, case_id, closed_too="summary_at" in given and len(given) == 1)
            repository.set_moments(connection, case.id, given)
            details = {name: at.isoformat() for name, at in given.items()}
            repository.add_entry(connection, case.id, now, principal.name, "moments", details)

        self._store.run(work)

    def close(self, case_id: str, body: CloseBody, principal: Principal) -> Case:
        """Close a case.

        :raises Problem: 409 while affected things are out, unless that is accepted by name
        """
        self.case(case_id, refresh=True)
        now = self._now()

        def work(connection: Connection) -> Case:
            case = self._open(connection, case_id)
            left = progress(connection, case).outstanding
            if left and not body.accept_unsettled:
                raise Problem(
                    409,
                    "unsettled",
                    f"{left} affected things are neither recovered, destroyed nor released.",
                    outstanding=left,
                    hint="Record what became of them, or close with accept_unsettled.",
                )
            repository.close_case(connection, case.id, at=now, by=principal.name, outcome=body.outcome)
            details = {"outcome": body.outcome, "outstanding": left}
            repository.add_entry(connection, case.id, now, principal.name, "closed", details)
            return self._required(connection, case.id)

        return self._store.run(work)

    def _open(self, connection: Connection, case_id: str, *, closed_too: bool = False) -> Case:
        case = self._required(connection, case_id, lock=True)
        if case.status == "closed" and not closed_too:
            raise Problem(409, "case-closed", f"The case {case_id} is closed.")
        return case

    def _required(self, connection: Connection, case_id: str, *, lock: bool = False) -> Case:
        case = repository.find_case(connection, case_id[:40], lock=lock)
        if case is None:
            raise Problem(404, "no-such-case", f"There is no recall case {case_id[:40]!r}.")
        return case


def _producer_of(directory: MasterDirectory, case: Case) -> str | None:
    for seed in case.seeds:
        if seed.kind == "thing":
            product = directory.product_record(seed.id)
            if product is not None and product.producer_uscc:
                return product.producer_uscc
    return None


def _party(text: str) -> str:
    """Give the canonical key of a party in any written form."""
    if len(text) == 18 and text.isalnum():
        return party_id_of(text)
    try:
        return read(text).id
    except LineageError:
        return read_uri(text).id


def _code_of(text: str | None) -> str | None:
    if text is None:
        return None
    return read_uscc("responsible", text.removeprefix("uscc:")) if "/" not in text else read(text).value
