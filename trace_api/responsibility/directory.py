"""Answers the engine's questions about master data from the tables, remembering what was asked before.

One directory belongs to one question (one connection, one snapshot). What it finds is remembered for the next
questions of a server process, on whatever connection, as long as master data has not changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeVar

from sqlalchemy import Connection

from lineage.errors import LineageError
from lineage.identifiers import Identifier, name_uri, read
from lineage.trace import directory
from trace_api.accounts import Principal
from trace_api.database import Database
from trace_api.database.engine import remembered
from trace_api.masterdata import model, repository, service

T = TypeVar("T")

#: Records (some 500 bytes each) that are remembered; past it the memory starts anew.
REMEMBERED: Final = 20_000


@dataclass(slots=True)
class _Memory:
    """What was found in one state of master data, by key; ``None`` where there is nothing.

    Threads use it together: what two of them look for at once they both find.
    """

    version: int | None
    parties: dict[str, model.Party | None] = field(default_factory=dict)
    sites: dict[str, model.Site | None] = field(default_factory=dict)
    products: dict[str, model.Product | None] = field(default_factory=dict)
    by_prefix: dict[str, dict[str, model.Product]] = field(default_factory=dict)
    licences: dict[str, list[model.Licence]] = field(default_factory=dict)
    told_parties: dict[str, directory.Party | None] = field(default_factory=dict)
    told_sites: dict[str, directory.Site | None] = field(default_factory=dict)
    told_products: dict[str, directory.Product] = field(default_factory=dict)

    def full(self) -> bool:
        kept = len(self.parties) + len(self.sites) + len(self.products) + len(self.licences)
        return kept + sum(map(len, list(self.by_prefix.values()))) > REMEMBERED


@dataclass(slots=True)
class _Latest:
    """The memory of the state that was asked about last."""

    memory: _Memory = field(default_factory=lambda: _Memory(None))


def _memory_of(connection: Connection, version: int | None) -> _Memory:
    if version is None:
        return _Memory(None)
    latest = remembered(connection, "master data", _Latest)
    memory = latest.memory
    if memory.version != version or memory.full():
        memory = latest.memory = _Memory(version)
    return memory


class MasterDirectory:
    """``lineage.trace.directory.Directory`` over the tables of master data.

    Master data has no history yet: ``at`` does not change an answer, except for licences, which carry
    their own dates.

    :param version: number of the state of master data that the connection sees, where it is known already
    """

    def __init__(self, connection: Connection, version: int | None = None) -> None:
        self._connection = connection
        self._memory = _memory_of(connection, repository.version(connection) if version is None else version)
        self._products: dict[str, directory.Product | None] = {}
        """Thing → product, for one question."""

    def operator_of(self, site: str, at: int) -> str | None:  # noqa: ARG002 - see the class
        """Give the party that operates a site; of a place within a site, that of the site."""
        found = self.site_record(site)
        if found is None or found.operator_uscc is None:
            return None
        return party_id_of(found.operator_uscc)

    def party(self, party: str) -> directory.Party | None:
        """Give what is known of a party, named by its code, its PGLN or a site that it operates."""
        return self._remember(self._memory.told_parties, party, self._tell_party)

    def site(self, site: str) -> directory.Site | None:
        """Give what is known of a place."""
        return self._remember(self._memory.told_sites, site, self._tell_site)

    def product_of(self, thing: str) -> directory.Product | None:
        """Give the product of a thing."""
        return self._remember(self._products, thing, self._tell_product)

    def licences(self, party: str, site: str | None, product: str | None) -> Sequence[directory.Licence]:
        """Give the licences of a party that cover a site and a product where they name any."""
        return [
            directory.Licence(each.kind, each.number, each.valid_from, each.valid_to)
            for each in self.licence_records(party)
            if (each.site_id is None or site is None or each.site_id == site)
            and (each.product_id is None or product is None or each.product_id == product)
        ]

    def party_record(self, party: str) -> model.Party | None:
        """Give a party as the table has it."""
        return self._remember(self._memory.parties, party, self._find_party)

    def site_record(self, site: str) -> model.Site | None:
        """Give a site as the table has it; a place within a site (GLN extension) stands for the site."""
        return self._remember(self._memory.sites, site, self._find_site)

    def product_record(self, thing: str) -> model.Product | None:
        """Give the product of a thing as the table has it."""
        try:
            identifier = name_uri(thing)
        except LineageError:
            return None
        key = identifier.id if identifier.kind == "class" else identifier.class_id
        if key is not None:
            found = self._remember(self._memory.products, key, self._find_product)
            if found is not None:
                return found
        return self._by_longest_prefix(identifier)

    def licence_records(self, party: str) -> list[model.Licence]:
        """Give every licence of a party."""
        found = self.party_record(party)
        uscc = found.uscc if found else None
        if uscc is None:
            return []
        known = self._memory.licences
        if uscc not in known:
            known[uscc] = service.licences(self._connection, [uscc])
        return known[uscc]

    def _tell_party(self, key: str) -> directory.Party | None:
        found = self.party_record(key)
        if found is None:
            return None
        return directory.Party(found.party_id, found.name or "", found.uscc, found.roles, found.name_en or "")

    def _tell_site(self, key: str) -> directory.Site | None:
        found = self.site_record(key)
        if found is None:
            return None
        return directory.Site(found.site_id, found.name or "", found.lat, found.lon, found.name_en or "")

    def _tell_product(self, thing: str) -> directory.Product | None:
        found = self.product_record(thing)
        if found is None:
            return None
        told = self._memory.told_products
        product = told.get(found.product_id)
        if product is None:
            product = told[found.product_id] = directory.Product(
                found.product_id,
                found.regime,
                found.name or "",
                found.storage_min_c,
                found.storage_max_c,
                found.shelf_life_days,
                found.name_en or "",
            )
        return product

    def _find_party(self, key: str) -> model.Party | None:
        found = service.parties(self._connection, [key]).get(key)
        if found is not None:
            return found
        site = self.site_record(key)
        if site is not None and site.operator_uscc is not None:
            return service.parties(self._connection, [site.operator_uscc]).get(site.operator_uscc)
        return None

    def _find_site(self, key: str) -> model.Site | None:
        whole = key.partition("/254/")[0]
        found = service.sites(self._connection, {key, whole})
        return found.get(key) or found.get(whole)

    def _find_product(self, key: str) -> model.Product | None:
        found = repository.products_by_id(self._connection, [key])
        return found[0] if found else None

    def _by_longest_prefix(self, identifier: Identifier) -> model.Product | None:
        scheme, value = service.prefix_of(identifier)
        if scheme not in self._memory.by_prefix:
            self._memory.by_prefix[scheme] = repository.products_of_scheme(self._connection, scheme)
        known = self._memory.by_prefix[scheme]
        return next((known[value[:size]] for size in range(len(value), 0, -1) if value[:size] in known), None)

    @staticmethod
    def _remember(known: dict[str, T | None], key: str, find: Callable[[str], T | None]) -> T | None:
        if key not in known:
            known[key] = find(key)
        return known[key]


@lru_cache(REMEMBERED)
def party_id_of(uscc: str) -> str:
    """Give the canonical key of the party with a social credit code."""
    return read(uscc, scheme="uscc").id


def own_keys(store: Database, principal: Principal) -> list[str] | None:
    """Give every key of the party that a principal speaks for; None for those who may see everything."""
    if principal.role != "party":
        return None
    uscc = principal.party_uscc
    if uscc is None:
        return []
    with store.reading() as connection:
        party = MasterDirectory(connection).party_record(uscc)
    keys = {uscc, party_id_of(uscc), *((party.party_id, party.pgln) if party else ())}
    return [key for key in keys if key]
