"""Recall cases, their scope, notices and recoveries.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        """
        CREATE SEQUENCE recall_case_number;

        CREATE TABLE recall_case (
            id text PRIMARY KEY,
            drill boolean NOT NULL,
            status text NOT NULL CONSTRAINT recall_case_status CHECK (status IN ('open', 'closed')),
            regime text NOT NULL,
            level text,
            reason text NOT NULL,
            responsible_uscc text,
            contact boolean NOT NULL,
            seeds jsonb NOT NULL,
            knew_at timestamptz NOT NULL,
            opened_at timestamptz NOT NULL,
            opened_by text NOT NULL,
            moments jsonb NOT NULL DEFAULT '{}',
            closed_at timestamptz,
            closed_by text,
            outcome text,
            scope_event bigint,
            scope_at timestamptz,
            scope_ms integer,
            scope jsonb NOT NULL DEFAULT '{}'
        );
        CREATE INDEX recall_case_open ON recall_case (opened_at) WHERE status = 'open';
        COMMENT ON COLUMN recall_case.scope_event IS 'last captured event that the scope has taken into
        account';

        CREATE TABLE recall_thing (
            case_id text NOT NULL REFERENCES recall_case,
            thing text COLLATE "C" NOT NULL,
            kind text NOT NULL,
            at timestamptz,
            depth integer NOT NULL,
            seed text COLLATE "C" NOT NULL,
            via_thing text COLLATE "C",
            via_events text[] NOT NULL DEFAULT '{}',
            state text NOT NULL,
            party text,
            site text,
            unit text,
            since timestamptz,
            progress text NOT NULL DEFAULT 'affected'
                CONSTRAINT recall_thing_progress
                    CHECK (progress IN ('affected', 'found', 'recovered', 'destroyed', 'released')),
            added_at timestamptz NOT NULL,
            withdrawn_at timestamptz,
            PRIMARY KEY (case_id, thing)
        );
        CREATE INDEX recall_thing_thing ON recall_thing (thing);
        CREATE INDEX recall_thing_party ON recall_thing (case_id, party);
        COMMENT ON COLUMN recall_thing.withdrawn_at IS 'when a correction took the thing out of the scope;
        it stays listed';

        CREATE TABLE recall_notice (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id text NOT NULL REFERENCES recall_case,
            party text NOT NULL,
            channel text NOT NULL,
            sent_at timestamptz NOT NULL,
            sent_by text NOT NULL,
            acknowledged_at timestamptz,
            note text
        );
        CREATE INDEX recall_notice_case ON recall_notice (case_id);

        CREATE TABLE recall_recovery (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id text NOT NULL REFERENCES recall_case,
            action text NOT NULL
                CONSTRAINT recall_recovery_action CHECK (action IN ('found', 'recovered', 'destroyed',
                'released')),
            thing text COLLATE "C",
            quantity numeric,
            uom text,
            party text,
            site text,
            happened_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            note text
        );
        CREATE INDEX recall_recovery_case ON recall_recovery (case_id);

        CREATE TABLE recall_entry (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id text NOT NULL REFERENCES recall_case,
            at timestamptz NOT NULL,
            by_whom text NOT NULL,
            what text NOT NULL,
            details jsonb NOT NULL DEFAULT '{}'
        );
        CREATE INDEX recall_entry_case ON recall_entry (case_id, id);
        COMMENT ON TABLE recall_entry IS 'journal of a case: who did what when; never changed';
        """
    )
