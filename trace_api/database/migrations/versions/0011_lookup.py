"""Issued codes, counts of look-ups, links of the resolver.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE issued_batch (
            batch text PRIMARY KEY,
            issued_at timestamptz NOT NULL,
            scheme text NOT NULL,
            class_id text,
            lot_id text,
            attributes jsonb NOT NULL DEFAULT '{}',
            product jsonb NOT NULL DEFAULT '{}',
            sent_by text NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX issued_batch_lot ON issued_batch (lot_id) WHERE lot_id IS NOT NULL;
        COMMENT ON TABLE issued_batch IS 'runs of labels: codes that were printed or handed out together';

        CREATE TABLE issued_code (
            id text COLLATE "C" PRIMARY KEY,
            batch text NOT NULL REFERENCES issued_batch
        );
        COMMENT ON TABLE issued_code IS 'every code that was issued; a code is issued once and never again';

        CREATE TABLE lookup_count (
            id text COLLATE "C" PRIMARY KEY,
            count bigint NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL
        );
        COMMENT ON TABLE lookup_count IS 'how often a known code was looked up; nothing about who did';

        CREATE TABLE lookup_unknown (
            class_id text COLLATE "C" NOT NULL,
            day date NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (class_id, day)
        );
        COMMENT ON TABLE lookup_unknown IS 'look-ups of codes that were never issued, by known product and
        day';

        CREATE TABLE resolver_link (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            anchor text COLLATE "C" NOT NULL,
            link_type text NOT NULL,
            href text NOT NULL,
            title text NOT NULL,
            languages text[] NOT NULL DEFAULT '{}',
            media_type text,
            added_by text NOT NULL,
            added_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (anchor, link_type, href)
        );
        COMMENT ON TABLE resolver_link IS 'further links of products, lots and items, beside the pages of
        this server';
        """
    )
