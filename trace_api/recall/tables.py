"""The tables of recalls."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    Sequence,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from trace_api.database import metadata

case_number = Sequence("recall_case_number", metadata=metadata)

case = Table(
    "recall_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("drill", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("regime", Text, nullable=False),
    Column("level", Text),
    Column("reason", Text, nullable=False),
    Column("responsible_uscc", Text),
    Column("contact", Boolean, nullable=False),
    Column("seeds", JSONB, nullable=False),
    Column("knew_at", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("moments", JSONB, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("outcome", Text),
    Column("scope_event", BigInteger),
    Column("scope_at", DateTime(timezone=True)),
    Column("scope_ms", Integer),
    Column("scope", JSONB, nullable=False),
)

thing = Table(
    "recall_thing",
    metadata,
    Column("case_id", Text, ForeignKey("recall_case.id"), primary_key=True),
    Column("thing", Text(collation="C"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True)),
    Column("depth", Integer, nullable=False),
    Column("seed", Text(collation="C"), nullable=False),
    Column("via_thing", Text(collation="C")),
    Column("via_events", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("party", Text),
    Column("site", Text),
    Column("unit", Text),
    Column("since", DateTime(timezone=True)),
    Column("progress", Text, nullable=False, server_default="affected"),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)

notice = Table(
    "recall_notice",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Text, ForeignKey("recall_case.id"), nullable=False),
    Column("party", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("note", Text),
)

recovery = Table(
    "recall_recovery",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Text, ForeignKey("recall_case.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("thing", Text(collation="C")),
    Column("quantity", Numeric),
    Column("uom", Text),
    Column("party", Text),
    Column("site", Text),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("note", Text),
)

entry = Table(
    "recall_entry",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Text, ForeignKey("recall_case.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("details", JSONB, nullable=False),
)
