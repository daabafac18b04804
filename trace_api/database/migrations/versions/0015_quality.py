"""What an event says about quality stands beside it, so that rules read documents for sensor data alone.

Revision ID: 0015
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from alembic import op
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, text

from lineage.events.event import Around
from lineage.events.json_reading import read_kept_event
from lineage.facts.quality import quality_of, written
from trace_api.capture.interning_repository import TermKind, terms
from trace_api.capture.pages import unpack

revision = "0015"
down_revision = "0014"

_COLUMNS = """
ALTER TABLE event RENAME tells_more TO sensed;
ALTER TABLE event ADD quality integer;
COMMENT ON COLUMN event.move IS 'move to sensed, and quality: what the event says about custody and quality';
"""
# Events of one step of the way.
_STEP = 2_000


def upgrade() -> None:
    op.execute(_COLUMNS)
    connection = op.get_bind()
    # Events with ilmd or members of their own were marked as those with sensor data are.
    count = connection.execute(text("SELECT count(*) FROM event WHERE sensed")).scalar_one()
    if not count:
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading what events say about quality", total=count)
        for rows in _marked(connection):
            _say(connection, rows)
            progress.advance(task, len(rows))


def _marked(connection: Connection) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := connection.execute(
        text("SELECT id, page, line FROM event WHERE sensed AND id > :last ORDER BY id LIMIT :step"),
        {"last": last, "step": _STEP},
    ).fetchall():
        yield rows
        last = rows[-1].id


def _say(connection: Connection, rows: Sequence[Any]) -> None:
    """Note what some events say about quality, and which of them have sensor data."""
    pages = connection.execute(
        text("SELECT id, context, codec, body FROM event_page WHERE id = ANY(:pages)"),
        {"pages": sorted({row.page for row in rows})},
    ).fetchall()
    bodies = {page.id: (page.context, unpack(page.codec, page.body)) for page in pages}
    found = connection.execute(
        text("SELECT id, body FROM event_context WHERE id = ANY(:ids)"),
        {"ids": sorted({page.context for page in pages})},
    )
    around = {row.id: Around(orjson.loads(row.body)) for row in found}
    said = []
    for row in rows:
        context, documents = bodies[row.page]
        event = read_kept_event(documents[row.line], around[context])
        said.append((row.id, bool(event.sensor_elements), written(quality_of(event))))
    numbers = terms(connection, {(TermKind.QUALITY, quality) for *_, quality in said if quality is not None})
    connection.execute(
        text(
            "UPDATE event SET sensed = s.sensed, quality = s.quality"
            " FROM unnest(CAST(:ids AS bigint[]), CAST(:sensed AS boolean[]), CAST(:qualities AS integer[]))"
            " AS s (id, sensed, quality) WHERE event.id = s.id"
        ),
        {
            "ids": [number for number, _, _ in said],
            "sensed": [sensed for _, sensed, _ in said],
            "qualities": [
                None if quality is None else numbers[TermKind.QUALITY, quality] for *_, quality in said
            ],
        },
    )
