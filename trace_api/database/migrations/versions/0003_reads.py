"""Batches of raw reads, kept as they came.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE read_batch (
            principal text NOT NULL,
            batch_id text NOT NULL,
            received_at bigint NOT NULL,
            body bytea NOT NULL,
            refused jsonb NOT NULL,
            PRIMARY KEY (principal, batch_id)
        );
        ALTER TABLE read_batch ALTER body SET STORAGE EXTERNAL;
        COMMENT ON TABLE read_batch IS 'raw reads of devices as they came (zstd), with those not understood';
        """
    )
