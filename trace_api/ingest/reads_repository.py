"""Statements on batches of raw reads."""

from __future__ import annotations

from sqlalchemy import Connection

from trace_api.database.engine import driver


def add_batch(
    connection: Connection, principal: str, batch_id: str, received_at: int, body: bytes, refused: bytes
) -> None:
    """Keep a batch as it came.

    :param body: compressed
    :param refused: the reads that were not understood, with their reasons, as JSON
    """
    driver(connection).execute(
        "INSERT INTO read_batch (principal, batch_id, received_at, body, refused)"
        " VALUES (%s, %s, %s, %s, %s::jsonb) ON CONFLICT (principal, batch_id) DO NOTHING",
        (principal, batch_id, received_at, body, refused.decode()),
    )
