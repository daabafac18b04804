"""Parties, sites, products and licences.

Revision ID: 0010
"""

from alembic import op

revision = "0010"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE party (
            party_id text PRIMARY KEY,
            uscc text UNIQUE,
            name text,
            name_en text,
            roles text[] NOT NULL DEFAULT '{}',
            pgln text,
            phone text,
            region text,
            origin text NOT NULL CONSTRAINT party_origin CHECK (origin IN ('table', 'vocabulary')),
            changed_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX party_pgln ON party (pgln);
        COMMENT ON TABLE party IS 'legal persons that hold, own or answer for things';

        CREATE TABLE site (
            site_id text PRIMARY KEY,
            name text,
            name_en text,
            operator_uscc text,
            address text,
            region text,
            city text,
            lat double precision,
            lon double precision,
            origin text NOT NULL CONSTRAINT site_origin CHECK (origin IN ('table', 'vocabulary')),
            changed_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX site_operator ON site (operator_uscc);
        COMMENT ON TABLE site IS 'places where things are made, kept, sold or used';

        CREATE TABLE product (
            product_id text PRIMARY KEY,
            name text,
            name_en text,
            regime text,
            producer_uscc text,
            spec text,
            shelf_life_days integer,
            storage_min_c double precision,
            storage_max_c double precision,
            approval_number text,
            origin text NOT NULL CONSTRAINT product_origin CHECK (origin IN ('table', 'vocabulary')),
            changed_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE product IS 'kinds of product: a GTIN, or scheme:prefix for codes without one';

        CREATE TABLE licence (
            kind text NOT NULL,
            number text NOT NULL,
            holder_uscc text NOT NULL,
            valid_from date NOT NULL DEFAULT '0001-01-01',
            site_id text,
            product_id text,
            valid_to date,
            authority text,
            scope text,
            origin text NOT NULL CONSTRAINT licence_origin CHECK (origin IN ('table', 'vocabulary')),
            changed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (kind, number, holder_uscc, valid_from)
        );
        CREATE INDEX licence_holder ON licence (holder_uscc);
        CREATE INDEX licence_product ON licence (product_id);
        COMMENT ON COLUMN licence.valid_from IS '0001-01-01 where no beginning was stated';
        """
    )
