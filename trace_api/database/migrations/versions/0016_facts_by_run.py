"""Indexes that know the run: facts of other things in the same block are passed over without reading them.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"

_INDEXES = """
DROP INDEX posting_thing;
CREATE INDEX posting_thing ON posting (block, at, lo, hi);
DROP INDEX leg_thing;
CREATE INDEX leg_thing ON leg (block, output, at, lo, hi);
DROP INDEX stay_child;
CREATE INDEX stay_child ON stay (block, start_at, lo, hi);
"""


def upgrade() -> None:
    op.execute(_INDEXES)
