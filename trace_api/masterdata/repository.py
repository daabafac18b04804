"""SQL of the master data tables."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Connection, Table, and_, case, delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from trace_api.database.engine import driver
from trace_api.masterdata.model import TABLES as RECORDS
from trace_api.masterdata.model import Licence, Party, Product, Record, Site
from trace_api.masterdata.tables import TABLES, licence, party, product, site

Origin = Literal["table", "vocabulary"]

NO_START: Final = date(1, 1, 1)
"""Stands for “no start stated” in the key of a licence, where NULL cannot stand."""

MAX_PREFIXES: Final = 20_000
"""Products of one scheme without GTIN that are read at once; China has some 200,000 drug packages, a
deployment handles a few thousand."""

VERSION: Final = (
    "SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN version END"
    " FROM masterdata_version WHERE one"
)
"""The statement of :func:`version`."""

_KEYS: Final = {
    "parties": ("party_id",),
    "sites": ("site_id",),
    "products": ("product_id",),
    "licences": ("kind", "number", "holder_uscc", "valid_from"),
}


def key_of(record: Record) -> tuple[object, ...]:
    """Give what identifies a record within its table."""
    if isinstance(record, Party):
        return (record.party_id,)
    if isinstance(record, Site):
        return (record.site_id,)
    if isinstance(record, Product):
        return (record.product_id,)
    return (record.kind, record.number, record.holder_uscc, record.valid_from or NO_START)


def upsert(connection: Connection, table: str, records: Sequence[Record], *, origin: Origin) -> int:
    """Write records, each key at most once.

    Records of origin ``vocabulary`` never change a column that a table import has filled.

    :return: number of records that were new or changed something
    """
    target = TABLES[table]
    key = _KEYS[table]
    rows = [_row(record, origin) for record in sorted(records, key=lambda record: repr(key_of(record)))]
    statement = insert(target).values(rows)
    new = statement.excluded
    columns = [column.name for column in target.columns if column.name not in {*key, "changed_at", "origin"}]
    kept = and_(target.c.origin == "table", new.origin == "vocabulary")
    merged: dict[str, Any] = {name: _merge(target, new, name, kept) for name in columns}
    merged["origin"] = case((kept, target.c.origin), else_=new.origin)
    changed = or_(*(target.c[name].is_distinct_from(value) for name, value in merged.items()))
    statement = statement.on_conflict_do_update(
        index_elements=list(key), set_={**merged, "changed_at": new.changed_at}, where=changed
    )
    count = len(connection.execute(statement.returning(target.c[key[0]])).all())
    gone = 0
    if table == "parties":
        gone = _absorb(connection, [record for record in records if isinstance(record, Party)])
    if count or gone:
        driver(connection).execute("UPDATE masterdata_version SET version = version + 1")
    return count


def version(connection: Connection) -> int | None:
    """Give the number of the state of master data that this connection sees.

    Two snapshots with the same number see the same. ``None`` while the connection has written something
    itself: what it sees may never be committed.
    """
    row = driver(connection).execute(VERSION).fetchone()
    return None if row is None else row[0]


def _merge(target: Table, new: Any, name: str, kept: Any) -> Any:
    if name == "roles":
        curated: Any = case((func.cardinality(target.c.roles) > 0, target.c.roles), else_=new.roles)
    else:
        curated = func.coalesce(target.c[name], new[name])
    return case((kept, curated), else_=new[name])


def _row(record: Record, origin: Origin) -> dict[str, object]:
    row = {**asdict(record), "origin": origin}
    if isinstance(record, Party):
        row["roles"] = list(record.roles)
    if isinstance(record, Licence):
        row["valid_from"] = record.valid_from or NO_START
    return row


def _absorb(connection: Connection, parties: Iterable[Party]) -> int:
    """Remove the row of a party that was known by its PGLN only, now that its code is known; count them."""
    keys = [found.pgln for found in parties if found.uscc and found.pgln]
    if not keys:
        return 0
    gone = delete(party).where(party.c.party_id.in_(keys), party.c.uscc.is_(None)).returning(party.c.party_id)
    return len(connection.execute(gone).all())


def parties_by_key(connection: Connection, keys: Collection[str]) -> list[Party]:
    """Give the parties that any of the keys names: party id, PGLN or bare social credit code."""
    wanted = list(keys)
    rows = connection.execute(
        select(party).where(
            or_(party.c.party_id.in_(wanted), party.c.pgln.in_(wanted), party.c.uscc.in_(wanted))
        )
    )
    return [_party(row) for row in rows.mappings()]


def sites_by_id(connection: Connection, site_ids: Collection[str]) -> list[Site]:
    """Give the sites with these canonical keys."""
    rows = connection.execute(select(site).where(site.c.site_id.in_(list(site_ids))))
    return [_record(Site, row) for row in rows.mappings()]


def products_by_id(connection: Connection, product_ids: Collection[str]) -> list[Product]:
    """Give the products with these keys."""
    rows = connection.execute(select(product).where(product.c.product_id.in_(list(product_ids))))
    return [_record(Product, row) for row in rows.mappings()]


def products_of_scheme(connection: Connection, scheme: str) -> dict[str, Product]:
    """Give the products that are known by a prefix of a scheme's codes: prefix -> product."""
    start = f"{scheme}:"
    rows = connection.execute(
        select(product).where(product.c.product_id.startswith(start, autoescape=True)).limit(MAX_PREFIXES)
    )
    return {row["product_id"][len(start) :]: _record(Product, row) for row in rows.mappings()}


def licences_of(
    connection: Connection, holders: Collection[str], product_ids: Collection[str] = ()
) -> list[Licence]:
    """Give the licences of some parties (social credit codes) and those of some products."""
    rows = connection.execute(
        select(licence)
        .where(or_(licence.c.holder_uscc.in_(list(holders)), licence.c.product_id.in_(list(product_ids))))
        .order_by(licence.c.kind, licence.c.number, licence.c.valid_from)
    )
    return [_licence(row) for row in rows.mappings()]


def search_parties(connection: Connection, text: str, limit: int) -> list[Party]:
    """Give parties whose name holds the text, best known names first."""
    rows = connection.execute(
        select(party)
        .where(or_(contains(party.c.name, text), contains(party.c.name_en, text)))
        .order_by(party.c.name)
        .limit(limit)
    )
    return [_party(row) for row in rows.mappings()]


def contains(column: Any, text: str) -> Any:
    """Give the condition that a name holds a text, whatever its case; NUL cannot be stored and is dropped."""
    return column.icontains(text.replace("\0", ""), autoescape=True)


def page(connection: Connection, table: str, *, after: tuple[object, ...] | None, limit: int) -> list[Record]:
    """Give records of a table in key order, beginning after a key."""
    target = TABLES[table]
    key = [target.c[name] for name in _KEYS[table]]
    statement = select(target).order_by(*key).limit(limit)
    if after is not None:
        statement = statement.where(_tuple(key) > _tuple(after))
    readers: dict[str, Any] = {"parties": _party, "licences": _licence}
    reader = readers.get(table, lambda row: _record(RECORDS[table], row))
    return [reader(row) for row in connection.execute(statement).mappings()]


def sites_operated_by(connection: Connection, uscc: str) -> list[Site]:
    """Give the sites that a party operates."""
    rows = connection.execute(select(site).where(site.c.operator_uscc == uscc).order_by(site.c.site_id))
    return [_record(Site, row) for row in rows.mappings()]


def _tuple(parts: Iterable[Any]) -> Any:
    return tuple_(*parts)


def _record(kind: Any, row: Any) -> Any:
    return kind(**{name: value for name, value in row.items() if name not in {"origin", "changed_at"}})


def _party(row: Any) -> Party:
    found: Party = _record(Party, {**row, "roles": tuple(row["roles"])})
    return found


def _licence(row: Any) -> Licence:
    start = row["valid_from"]
    found: Licence = _record(Licence, {**row, "valid_from": None if start == NO_START else start})
    return found
