"""Every statement that changes the journal; used by the writer's thread only.

Each method that writes says so. Methods do not commit; :meth:`Store.transaction` is the one place where
that happens.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from gateway_agent.journal.reads import Read
from gateway_agent.stations.rows import Anchor, Refused, Row

REDELIVERY_WINDOW = 2000
"""Rows of a source that a redelivered message is compared with; brokers have at most 500 in flight to us."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it enters the outbox.

    :param key: unique in the outbox: the event's identifier, with ``#error`` for its error declaration
    :param dead: why it must not be sent, if so
    """

    key: str
    event_id: str
    declares: bool
    lane: str
    station: str
    raw_seq: int
    anchor: Anchor
    stated: bool
    body: bytes
    dead: str = ""


class Store:
    """The journal as the writer sees it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, all or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    # Settings of the file itself

    def meta(self, key: str) -> str | None:
        """Give a remembered value."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return found[0] if found else None

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value (writes)."""
        self.connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def identifier(self) -> uuid.UUID:
        """Give the journal's own identifier, which every event's identifier derives from."""
        return uuid.UUID(self.meta("journal"))

    # Reads

    def append(self, reads: Iterable[tuple[Read, int, Anchor]]) -> tuple[int, int]:
        """Append reads with their logical times (writes).

        :return: how many are new, and how many were known already
        """
        new = known = 0
        for read, at, anchor in reads:
            payload = orjson.dumps(read.payload)
            if read.key is None and read.redelivered and self._was_received(read, payload):
                known += 1
                continue
            cursor = self.connection.execute(
                "INSERT OR IGNORE INTO raw"
                " (source, source_key, kind, at_ns, wall_ns, believed, boot, boot_ns, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    read.source,
                    read.key,
                    read.kind,
                    at,
                    anchor.wall,
                    anchor.believed,
                    anchor.boot,
                    anchor.boot_ns,
                    payload,
                ),
            )
            new += cursor.rowcount
            known += 1 - cursor.rowcount
        return new, known

    def append_tick(self, at: int, anchor: Anchor) -> None:
        """Note that time has passed (writes)."""
        self.connection.execute(
            "INSERT INTO raw (source, kind, at_ns, wall_ns, believed, boot, boot_ns, payload)"
            " VALUES ('', 'tick', ?, ?, ?, ?, ?, '{}')",
            (at, anchor.wall, anchor.believed, anchor.boot, anchor.boot_ns),
        )

    def rows_after(self, seq: int, limit: int) -> list[Row]:
        """Give the next rows of the journal."""
        return read_rows(self.connection, seq, limit)

    def _was_received(self, read: Read, payload: bytes) -> bool:
        # A redelivery without any key of its own: the newest rows of the source can tell. A scanner
        # repeats only its last scan; a broker may repeat everything that it saw no acknowledgement for.
        window = 1 if read.kind == "code" else REDELIVERY_WINDOW
        found = self.connection.execute(
            "SELECT 1 FROM (SELECT payload FROM raw WHERE source = ? ORDER BY seq DESC LIMIT ?)"
            " WHERE payload = ? LIMIT 1",
            (read.source, window, payload),
        ).fetchone()
        return found is not None

    # Derivation

    def consumed(self) -> int:
        """Give the position up to which rows have become events."""
        return int(self.meta("consumed") or 0)

    def states(self) -> dict[str, bytes]:
        """Give the states of all stations and sources."""
        return dict(self.connection.execute("SELECT name, body FROM state").fetchall())

    def save_derivation(
        self,
        consumed: int,
        states: dict[str, bytes],
        events: Sequence[NewEvent],
        refusals: Sequence[Refused],
        now: int,
    ) -> None:
        """Store what a stretch of rows became, with the states after it (writes)."""
        self.connection.executemany("INSERT OR REPLACE INTO state (name, body) VALUES (?, ?)", states.items())
        self.set_meta("consumed", str(consumed))
        for event in events:
            self.add_event(event, now)
        for refusal in refusals:
            self.quarantine(refusal)

    def add_event(self, event: NewEvent, now: int) -> None:
        """Put an event into the outbox; one that is there already stays as it is (writes)."""
        anchor = event.anchor
        self.connection.execute(
            "INSERT OR IGNORE INTO outbox (key, event_id, declares, lane, station, state, raw_seq, wall_ns,"
            " believed, boot, boot_ns, stated, queued_ns, settled_ns, reason, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.key, event.event_id, event.declares, event.lane, event.station,
                "dead" if event.dead else "queued", event.raw_seq, anchor.wall, anchor.believed, anchor.boot,
                anchor.boot_ns, event.stated, now, now if event.dead else None, event.dead, event.body,
            ),
        )  # fmt: skip

    def event_body(self, event_id: str) -> tuple[bytes, Anchor, bool] | None:
        """Give an event's JSON, its anchor and whether its time was stated, while it is still kept."""
        found = self.connection.execute(
            "SELECT body, wall_ns, believed, boot, boot_ns, stated FROM outbox"
            " WHERE event_id = ? AND NOT declares",
            (event_id,),
        ).fetchone()
        if found is None:
            return None
        return found[0], Anchor(found[1], bool(found[2]), found[3], found[4]), bool(found[5])

    def quarantine(self, refusal: Refused) -> None:
        """Keep what could not be used; the same again is counted (writes)."""
        self.connection.execute(
            "INSERT INTO quarantine (source, station, code, text, message, raw_seq, first_ns, last_ns, count)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (source, station, code, text)"
            " DO UPDATE SET count = count + 1, last_ns = excluded.last_ns, message = excluded.message,"
            " raw_seq = excluded.raw_seq",
            (
                refusal.source, refusal.station, refusal.code, refusal.text, refusal.message, refusal.seq,
                refusal.anchor.wall, refusal.anchor.wall,
            ),
        )  # fmt: skip

    # Snapshots and removal

    def save_snapshot(self, seq: int, fingerprint: str, states: dict[str, bytes]) -> None:
        """Keep all states at a position (writes)."""
        self.connection.execute(
            "INSERT OR REPLACE INTO snapshot (seq, fingerprint, body) VALUES (?, ?, ?)",
            (seq, fingerprint, msgspec.msgpack.encode(states)),
        )

    def last_snapshot(self) -> tuple[int, str] | None:
        """Give position and fingerprint of the newest snapshot."""
        found = self.connection.execute(
            "SELECT seq, fingerprint FROM snapshot ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return (found[0], found[1]) if found else None

    def prune(self, before_wall: int, limit: int = 20_000) -> int:
        """Remove delivered events and consumed reads that are older (writes); gives how many rows went."""
        gone = self.connection.execute(
            "DELETE FROM outbox WHERE seq IN"
            " (SELECT seq FROM outbox WHERE state = 'sent' AND settled_ns < ? LIMIT ?)",
            (before_wall, limit),
        ).rowcount
        # Rows go only up to a snapshot, so that a replay can start where the journal now begins.
        start = self.connection.execute(
            "SELECT max(s.seq) FROM snapshot s WHERE s.seq <= ? AND NOT EXISTS"
            " (SELECT 1 FROM raw r WHERE r.seq <= s.seq AND r.wall_ns >= ?)",
            (self.consumed(), before_wall),
        ).fetchone()[0]
        if start:
            gone += self.connection.execute(
                "DELETE FROM raw WHERE seq IN (SELECT seq FROM raw WHERE seq <= ? LIMIT ?)", (start, limit)
            ).rowcount
            self.connection.execute("DELETE FROM snapshot WHERE seq < ?", (start,))
        return gone

    def prune_consumed(self, keep: int) -> int:
        """Remove consumed reads but the newest, and the places where a replay could start (writes)."""
        upto = self.consumed() - keep
        gone = self.connection.execute("DELETE FROM raw WHERE seq <= ?", (upto,)).rowcount
        if gone:
            self.connection.execute("DELETE FROM snapshot")
        return gone

    # Delivery

    def seal(self, lane: str, upto: int, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Make the bodies of a lane final up to a position (writes)."""
        self.connection.executemany(
            "UPDATE outbox SET body = ? WHERE seq = ?", [(body, seq) for seq, body in bodies]
        )
        self.connection.execute(
            "INSERT INTO lane (name, sealed) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET sealed = max(sealed, ?)",
            (lane, upto, upto),
        )

    def settle(self, sent: Iterable[int], dead: Iterable[tuple[int, str]], now: int) -> None:
        """Note what the server has stored and what it will never take (writes)."""
        self.connection.executemany(
            "UPDATE outbox SET state = 'sent', settled_ns = ?, reason = ''"
            " WHERE seq = ? AND state = 'queued'",
            [(now, seq) for seq in sent],
        )
        self.connection.executemany(
            "UPDATE outbox SET state = 'dead', settled_ns = ?, reason = ? WHERE seq = ? AND state = 'queued'",
            [(now, reason, seq) for seq, reason in dead],
        )

    def remove(self, sent: Iterable[int]) -> None:
        """Remove delivered events at once, where the disk has no room to keep them (writes)."""
        self.connection.executemany(
            "DELETE FROM outbox WHERE seq = ? AND state = 'queued'", [(seq,) for seq in sent]
        )

    def requeue(self, state: str, seqs: Sequence[int] | None = None) -> int:
        """Send dead or delivered events again (writes); gives how many."""
        if seqs is None:
            return self.connection.execute(
                "UPDATE outbox SET state = 'queued', reason = '' WHERE state = ?", (state,)
            ).rowcount
        return sum(
            self.connection.execute(
                "UPDATE outbox SET state = 'queued', reason = '' WHERE state = ? AND seq = ?", (state, seq)
            ).rowcount
            for seq in seqs
        )


def read_rows(connection: sqlite3.Connection, seq: int, limit: int) -> list[Row]:
    """Give up to ``limit`` rows of the journal after a position."""
    found = connection.execute(
        "SELECT seq, source, kind, at_ns, wall_ns, believed, boot, boot_ns, payload FROM raw WHERE seq > ?"
        " ORDER BY seq LIMIT ?",
        (seq, limit),
    ).fetchall()
    return [
        Row(row[0], row[1], row[2], row[3], Anchor(row[4], bool(row[5]), row[6], row[7]), _payload(row[8]))
        for row in found
    ]


def _payload(body: bytes) -> dict[str, Any]:
    found = orjson.loads(body)
    return found if isinstance(found, dict) else {}
