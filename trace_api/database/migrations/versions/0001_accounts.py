"""Accounts of people, tokens of programs, sessions of browsers.

Revision ID: 0001
"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE token (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            role text NOT NULL CHECK (role IN ('device', 'party', 'inspector', 'admin')),
            party_uscc text,
            hash bytea NOT NULL UNIQUE,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz,
            revoked_at timestamptz
        );
        COMMENT ON TABLE token IS 'bearer tokens of programs; only a hash is kept';

        CREATE TABLE account (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL UNIQUE,
            role text NOT NULL CHECK (role IN ('device', 'party', 'inspector', 'admin')),
            party_uscc text,
            password_hash text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            disabled_at timestamptz
        );
        COMMENT ON TABLE account IS 'people who log in; passwords are kept as argon2id';

        CREATE TABLE session (
            hash bytea PRIMARY KEY,
            account bigint NOT NULL REFERENCES account ON DELETE CASCADE,
            csrf text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX session_expiry ON session (expires_at);
        COMMENT ON TABLE session IS 'log-ins of browsers; only a hash of the cookie is kept';
        """
    )
