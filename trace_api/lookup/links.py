"""The links of a thing at each of its levels: the pages of this server, and what was added to them."""

from sqlalchemy import Connection

from lineage.identifiers import Identifier, name_uri
from trace_api.lookup import repository
from trace_api.lookup.addresses import human_text, local_path
from trace_api.lookup.facts import Facts
from trace_api.lookup.linkset import Level
from trace_api.lookup.repository import Link
from trace_api.lookup.service import NeverIssued
from trace_api.pages.languages import Language, words

_OWN = ("pip", "traceability", "recallStatus")


def levels_of(
    connection: Connection, identifier: Identifier, found: Facts | NeverIssued, base: str, language: Language
) -> list[Level]:
    """Give the levels of a thing that are on record, the most exact first: item, lot, product.

    :param base: address of this server
    """
    ids: list[str] = []
    if isinstance(found, Facts):
        ids.append(identifier.id)
        lot, product = found.lot_id, found.product
    else:
        lot = found.broader.id if found.broader and found.broader.kind == "lot" else None
        product = found.product
    if lot is not None:
        ids.append(lot)
    if product is not None and identifier.class_id is not None:
        ids.append(identifier.class_id)
    ids = list(dict.fromkeys(ids))
    added = repository.links_of(connection, ids)
    name = words(language).of(product.name, product.name_en) if product else ""
    levels = []
    for each in ids:
        level = name_uri(each)
        address = base + local_path(level)
        text = f"{name} {human_text(level)}".strip()
        own = [Link(each, kind, address, _title(kind, language), ("zh", "en"), "text/html") for kind in _OWN]
        levels.append(Level(each, address, text, (*own, *(link for link in added if link.anchor == each))))
    return levels


def _title(kind: str, language: Language) -> str:
    return words(language)(f"link.{kind}")
