"""Questions about master data as pages, traces and recalls ask them: by any identifier, many at once."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection

from lineage.identifiers import Identifier
from trace_api.masterdata import repository
from trace_api.masterdata.model import Licence, Party, Product, Site

_LONGEST_PREFIX: Final = 14
"""Longest prefix of a code that may stand for its product: that of a drug code is 7 digits."""


def products(connection: Connection, identifiers: Iterable[Identifier]) -> dict[str, Product]:
    """Find the product of each thing.

    :return: canonical id of the thing -> product, for the things whose product is known
    """
    candidates = {identifier.id: product_keys(identifier) for identifier in identifiers}
    known = {
        product.product_id: product
        for product in repository.products_by_id(
            connection, {key for keys in candidates.values() for key in keys}
        )
    }
    found: dict[str, Product] = {}
    for thing, keys in candidates.items():
        product = next((known[key] for key in keys if key in known), None)
        if product is not None:
            found[thing] = product
    return found


def product(connection: Connection, identifier: Identifier) -> Product | None:
    """Find the product of one thing."""
    return products(connection, [identifier]).get(identifier.id)


def product_keys(identifier: Identifier) -> list[str]:
    """Give the keys under which the product of a thing may be known, the most exact first."""
    keys = [identifier.class_id] if identifier.class_id else []
    if identifier.kind == "class":
        keys.insert(0, identifier.id)
    scheme, value = prefix_of(identifier)
    return keys + [f"{scheme}:{value[:length]}" for length in range(min(len(value), _LONGEST_PREFIX), 0, -1)]


def prefix_of(identifier: Identifier) -> tuple[str, str]:
    """Give the scheme and the text whose prefixes may stand for the product of a thing.

    A lot of codes without GTIN is written ``lot:<scheme>.<prefix>.<lot>`` and belongs to the product of
    that prefix.
    """
    if identifier.scheme == "lot":
        scheme, _, rest = identifier.value.partition(".")
        return scheme, rest.partition(".")[0]
    return identifier.scheme, identifier.value[:_LONGEST_PREFIX]


def parties(connection: Connection, keys: Collection[str]) -> dict[str, Party]:
    """Find parties by party id, PGLN or bare social credit code.

    :return: key as asked -> party, for the keys that are known
    """
    wanted = set(keys)
    found: dict[str, Party] = {}
    for party in repository.parties_by_key(connection, wanted):
        for key in (party.pgln, party.uscc, party.party_id):
            if key in wanted:
                found[key] = party
    return found


def sites(connection: Connection, site_ids: Collection[str]) -> dict[str, Site]:
    """Find sites by canonical id."""
    return {site.site_id: site for site in repository.sites_by_id(connection, set(site_ids))}


def licences(
    connection: Connection, holders: Collection[str], product_ids: Collection[str] = ()
) -> list[Licence]:
    """Give the licences of parties (social credit codes) and of products."""
    return repository.licences_of(connection, set(holders), set(product_ids))
