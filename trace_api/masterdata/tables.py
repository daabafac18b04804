"""The tables of master data."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Double, Index, Integer, Table, Text, func
from sqlalchemy.dialects.postgresql import ARRAY

from trace_api.database import metadata

_ORIGIN = "origin in ('table', 'vocabulary')"
"""Imported tables win over captured documents: see :mod:`trace_api.masterdata.vocabulary`."""

party = Table(
    "party",
    metadata,
    Column("party_id", Text, primary_key=True),
    Column("uscc", Text, unique=True),
    Column("name", Text),
    Column("name_en", Text),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("pgln", Text),
    Column("phone", Text),
    Column("region", Text),
    Column("origin", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(_ORIGIN, name="party_origin"),
)
Index("party_pgln", party.c.pgln)

site = Table(
    "site",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("name", Text),
    Column("name_en", Text),
    Column("operator_uscc", Text),
    Column("address", Text),
    Column("region", Text),
    Column("city", Text),
    Column("lat", Double),
    Column("lon", Double),
    Column("origin", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(_ORIGIN, name="site_origin"),
)
Index("site_operator", site.c.operator_uscc)

product = Table(
    "product",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("name", Text),
    Column("name_en", Text),
    Column("regime", Text),
    Column("producer_uscc", Text),
    Column("spec", Text),
    Column("shelf_life_days", Integer),
    Column("storage_min_c", Double),
    Column("storage_max_c", Double),
    Column("approval_number", Text),
    Column("origin", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(_ORIGIN, name="product_origin"),
)

licence = Table(
    "licence",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("holder_uscc", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("site_id", Text),
    Column("product_id", Text),
    Column("valid_to", Date),
    Column("authority", Text),
    Column("scope", Text),
    Column("origin", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(_ORIGIN, name="licence_origin"),
)
Index("licence_holder", licence.c.holder_uscc)
Index("licence_product", licence.c.product_id)

TABLES: Final = {"parties": party, "sites": site, "products": product, "licences": licence}
