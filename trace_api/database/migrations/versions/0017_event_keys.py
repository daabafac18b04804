"""Events are found by a key of sixteen bytes; what is a unit by its identifier is marked from the start.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"

_EVENTS = """
ALTER TABLE event DROP CONSTRAINT event_event_id_declared_at_key;
ALTER TABLE event ADD COLUMN key uuid;
-- Writes the table anew; an UPDATE would leave each row behind.
ALTER TABLE event ALTER key TYPE uuid
    USING left(encode(sha256(convert_to(event_id, 'UTF8')), 'hex'), 32)::uuid;
ALTER TABLE event ALTER key SET NOT NULL;
CREATE UNIQUE INDEX event_key ON event (key, declared_at);
COMMENT ON COLUMN event.key IS 'the first 16 bytes of the SHA-256 of event_id';
"""

_UNITS = """
-- 2: unit
UPDATE thing SET units = -1 WHERE kind = 2;
COMMENT ON COLUMN thing.units IS
    'bit n: lo + n is a unit, by its identifier or as the parent of an aggregation in an event that stands';
"""


def upgrade() -> None:
    op.execute(_EVENTS)
    op.execute(_UNITS)
