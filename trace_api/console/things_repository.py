"""SQL of the console's own questions: names, and what was recorded last."""

from typing import Any

from sqlalchemy import Connection, or_, select, text

from trace_api.masterdata.model import Product, Site
from trace_api.masterdata.repository import contains
from trace_api.masterdata.tables import product, site


def sites_named(connection: Connection, name: str, limit: int) -> list[Site]:
    """Give sites whose name holds a text."""
    rows = connection.execute(
        select(site)
        .where(or_(contains(site.c.name, name), contains(site.c.name_en, name)))
        .order_by(site.c.name)
        .limit(limit)
    )
    return [Site(**{field: row[field] for field in Site.__dataclass_fields__}) for row in rows.mappings()]


def products_named(connection: Connection, name: str, limit: int) -> list[Product]:
    """Give products whose name holds a text."""
    rows = connection.execute(
        select(product)
        .where(or_(contains(product.c.name, name), contains(product.c.name_en, name)))
        .order_by(product.c.name)
        .limit(limit)
    )
    return [
        Product(**{field: row[field] for field in Product.__dataclass_fields__}) for row in rows.mappings()
    ]


def latest(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Give the events recorded last: time, step and place."""
    rows = connection.execute(
        text(
            "SELECT to_timestamp(e.event_time / 1000000.0) AS at, s.value AS step, p.value AS place"
            " FROM (SELECT * FROM event ORDER BY id DESC LIMIT :limit) e"
            " LEFT JOIN term s ON s.id = e.step"
            " LEFT JOIN term p ON p.id = coalesce(e.location, e.read_point)"
            " ORDER BY e.id DESC"
        ),
        {"limit": limit},
    )
    return [dict(row) for row in rows.mappings()]
