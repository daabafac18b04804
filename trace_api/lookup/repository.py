"""SQL of the look-up: issued codes, counts of look-ups, links."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from trace_api.lookup.issued import Batch
from trace_api.lookup.tables import issued_batch, issued_code, lookup_count, lookup_unknown, resolver_link


@dataclass(frozen=True, slots=True)
class Issue:
    """The batch in which a code was issued."""

    batch: str
    issued_at: datetime
    class_id: str | None
    lot_id: str | None
    attributes: Mapping[str, str]
    product: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """One further link of a thing.

    :ivar anchor: canonical id of the product, lot or item
    :ivar link_type: word of the GS1 Web Vocabulary, e.g. ``pip``
    """

    anchor: str
    link_type: str
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str | None = None


def add_batch(connection: Connection, batch: Batch, sent_by: str) -> dict[str, str]:
    """Keep a batch and its codes.

    :return: the codes that were issued before -> the batch they belong to (this one's own included)
    """
    connection.execute(
        insert(issued_batch)
        .values(
            batch=batch.batch,
            issued_at=batch.issued_at,
            scheme=batch.scheme,
            class_id=batch.class_id,
            lot_id=batch.lot_id,
            attributes=batch.attributes,
            product=batch.product,
            sent_by=sent_by,
        )
        .on_conflict_do_nothing()
    )
    codes = sorted(batch.codes)
    before: dict[str, str] = {}
    for start in range(0, len(codes), 5000):
        part = codes[start : start + 5000]
        added = set(
            connection.execute(
                insert(issued_code)
                .values([{"id": code, "batch": batch.batch} for code in part])
                .on_conflict_do_nothing()
                .returning(issued_code.c.id)
            ).scalars()
        )
        left = [code for code in part if code not in added]
        if left:
            rows = connection.execute(
                select(issued_code.c.id, issued_code.c.batch).where(issued_code.c.id.in_(left))
            )
            before.update({row.id: row.batch for row in rows})
    return before


def issue_of(connection: Connection, code: str, lot: bool) -> Issue | None:
    """Give the batch in which a code, or the first code of a lot, was issued."""
    statement = select(issued_batch)
    if lot:
        statement = statement.where(issued_batch.c.lot_id == code).order_by(issued_batch.c.issued_at).limit(1)
    else:
        statement = statement.join(issued_code, issued_code.c.batch == issued_batch.c.batch).where(
            issued_code.c.id == code
        )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    return Issue(
        row["batch"], row["issued_at"], row["class_id"], row["lot_id"], row["attributes"], row["product"]
    )


def count_lookup(connection: Connection, code: str, at: datetime) -> None:
    """Add one look-up of a known code."""
    statement = insert(lookup_count).values(id=code, count=1, first_at=at, last_at=at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"count": lookup_count.c.count + 1, "last_at": statement.excluded.last_at},
        )
    )


def count_unknown(connection: Connection, class_id: str, day: date) -> None:
    """Add one look-up of a code of a known product that was never issued."""
    statement = insert(lookup_unknown).values(class_id=class_id, day=day, count=1)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["class_id", "day"], set_={"count": lookup_unknown.c.count + 1}
        )
    )


def lookups_of(connection: Connection, code: str) -> tuple[int, datetime | None]:
    """Give how often a code was looked up, and when first."""
    row = connection.execute(
        select(lookup_count.c.count, lookup_count.c.first_at).where(lookup_count.c.id == code)
    ).one_or_none()
    return (0, None) if row is None else (row[0], row[1])


def add_link(connection: Connection, link: Link, added_by: str) -> bool:
    """Keep a link; say whether it or its texts were new."""
    statement = insert(resolver_link).values(
        anchor=link.anchor,
        link_type=link.link_type,
        href=link.href,
        title=link.title,
        languages=list(link.languages),
        media_type=link.media_type,
        added_by=added_by,
    )
    new = statement.excluded
    changed = (
        resolver_link.c.title.is_distinct_from(new.title)
        | resolver_link.c.languages.is_distinct_from(new.languages)
        | resolver_link.c.media_type.is_distinct_from(new.media_type)
    )
    statement = statement.on_conflict_do_update(
        index_elements=["anchor", "link_type", "href"],
        set_={"title": new.title, "languages": new.languages, "media_type": new.media_type},
        where=changed,
    )
    return connection.execute(statement.returning(resolver_link.c.id)).first() is not None


def remove_link(connection: Connection, anchor: str, link_type: str, href: str) -> bool:
    """Forget a link; say whether there was one."""
    gone = connection.execute(
        delete(resolver_link)
        .where(
            resolver_link.c.anchor == anchor,
            resolver_link.c.link_type == link_type,
            resolver_link.c.href == href,
        )
        .returning(resolver_link.c.id)
    )
    return gone.first() is not None


def links_of(connection: Connection, anchors: Collection[str]) -> list[Link]:
    """Give the links of things, in the order in which they were added."""
    rows = connection.execute(
        select(resolver_link).where(resolver_link.c.anchor.in_(list(anchors))).order_by(resolver_link.c.id)
    )
    return [_link(row) for row in rows.mappings()]


def _link(row: Any) -> Link:
    return Link(
        row["anchor"], row["link_type"], row["href"], row["title"], tuple(row["languages"]), row["media_type"]
    )
