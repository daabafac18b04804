"""The tables of the look-up."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from trace_api.database import metadata

issued_batch = Table(
    "issued_batch",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("scheme", Text, nullable=False),
    Column("class_id", Text),
    Column("lot_id", Text),
    Column("attributes", JSONB, nullable=False),
    Column("product", JSONB, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
Index("issued_batch_lot", issued_batch.c.lot_id, postgresql_where=issued_batch.c.lot_id.is_not(None))

issued_code = Table(
    "issued_code",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("batch", Text, ForeignKey("issued_batch.batch"), nullable=False),
)

lookup_count = Table(
    "lookup_count",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)

lookup_unknown = Table(
    "lookup_unknown",
    metadata,
    Column("class_id", Text(collation="C"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

resolver_link = Table(
    "resolver_link",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("anchor", Text(collation="C"), nullable=False),
    Column("link_type", Text, nullable=False),
    Column("href", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("media_type", Text),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("anchor", "link_type", "href"),
)
