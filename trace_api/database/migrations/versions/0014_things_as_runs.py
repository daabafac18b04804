"""Identifiers that one event lists in order, kept as runs; every thing known so far stays a row of its own.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

_THINGS = """
ALTER TABLE thing RENAME TO thing_before;
CREATE TABLE thing (
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    units bigint NOT NULL,
    kind smallint NOT NULL,
    head smallint,
    key text COLLATE "C" NOT NULL,
    tails text COLLATE "C"
);
INSERT INTO thing (lo, hi, units, kind, key)
SELECT id, id, unit::integer, kind, key FROM thing_before ORDER BY id;
DROP TABLE thing_before;
ALTER TABLE thing ADD PRIMARY KEY (lo);
CREATE UNIQUE INDEX thing_key ON thing (char_length(key), key) INCLUDE (lo) WHERE tails IS NULL;
CREATE UNIQUE INDEX thing_run ON thing (char_length(key), key) WHERE tails IS NOT NULL;
COMMENT ON TABLE thing IS 'every identifier that an event names: alone, or in a run lo..hi within one block';
COMMENT ON COLUMN thing.key IS 'identifier of lo; the others begin with its first head characters';
COMMENT ON COLUMN thing.tails IS 'the rest of each identifier of the run, a line each';
COMMENT ON COLUMN thing.units IS 'bit n: some event that stands names lo + n as the parent of an aggregation';

-- The sequence gives the first number of a block.
ALTER SEQUENCE thing_id INCREMENT 64 CACHE 1;
SELECT setval('thing_id', greatest(64, (last_value / 64 + 1) * 64), false) FROM thing_id;
"""


def upgrade() -> None:
    op.execute(_THINGS)
