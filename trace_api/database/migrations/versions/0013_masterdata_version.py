"""A number that grows with every change of master data, so that what was read once can be kept.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE masterdata_version (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            version bigint NOT NULL
        );
        INSERT INTO masterdata_version (version) VALUES (1);
        COMMENT ON TABLE masterdata_version IS 'one row; changes with parties, sites, products, licences';
        """
    )
