"""Parties, sites and products as the vocabularies of EPCIS documents describe them (CBV master data).

Attributes are known by their local name, whatever their namespace: ``name``, ``operator`` (party or credit
code), ``uscc``, ``roles``, ``latitude``, ``longitude``, ``regime``, ``storageMinC``, ``storageMaxC``,
``shelfLifeDays`` and the CBV's own names. Documents bring no licences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lineage.errors import LineageError
from lineage.events import VocabularyElement
from lineage.identifiers import name_uri, read
from lineage.trace.directory import Licence, Party, Product, Site

_NAMES = ("name", "organizationname", "partyname", "site", "sitename", "descriptionshort", "functionalname")


class DocumentDirectory:
    """What documents say of parties, sites and products: a :class:`~lineage.trace.directory.Directory`."""

    def __init__(self, elements: Iterable[VocabularyElement] = ()) -> None:
        self._operators: dict[str, str] = {}
        self._parties: dict[str, Party] = {}
        self._sites: dict[str, Site] = {}
        self._products: dict[str, Product] = {}
        for element in elements:
            self.add(element)

    def add(self, element: VocabularyElement) -> None:
        """Take note of one entry; a later one about the same thing replaces it."""
        subject = name_uri(element.id)
        given = {_local(name): value for name, value in element.attributes.items()}
        name = next((str(given[one]) for one in _NAMES if one in given), "")
        name_en = str(given.get("nameen", ""))
        if subject.kind == "party":
            self._add_party(subject.id, name, name_en, given)
        elif subject.kind == "site":
            place = _number(given.get("latitude")), _number(given.get("longitude"))
            self._sites[subject.id] = Site(subject.id, name, *place, name_en)
            operator = given.get("operator", given.get("operatoruscc"))
            if isinstance(operator, str):
                self._operators[subject.id] = _party_key(operator)
        elif subject.kind == "class":
            days = _number(given.get("shelflifedays"))
            self._products[subject.id] = Product(
                subject.id,
                _text(given.get("regime")),
                name,
                _number(given.get("storageminc")),
                _number(given.get("storagemaxc")),
                None if days is None else int(days),
                name_en,
            )

    def _add_party(self, key: str, name: str, name_en: str, given: Mapping[str, Any]) -> None:
        uscc = _text(given.get("uscc"))
        roles = given.get("roles", ())
        listed = roles if isinstance(roles, list) else str(roles or "").split(";")
        party = Party(key, name, uscc, tuple(str(role).strip() for role in listed if role), name_en)
        self._parties[key] = party
        if uscc is not None:
            # The same party may be named by its credit code.
            self._parties[_party_key(uscc)] = party

    def operator_of(self, site: str, at: int) -> str | None:
        """See :class:`Directory`. A place within a site (GLN extension) has the operator of the site."""
        del at
        return self._operators.get(site) or self._operators.get(site.partition("/254/")[0])

    def party(self, party: str) -> Party | None:
        """See :class:`Directory`."""
        return self._parties.get(party)

    def site(self, site: str) -> Site | None:
        """See :class:`Directory`."""
        return self._sites.get(site) or self._sites.get(site.partition("/254/")[0])

    def product_of(self, thing: str) -> Product | None:
        """See :class:`Directory`."""
        named = name_uri(thing)
        return self._products.get(named.class_id or named.id)

    def licences(self, party: str, site: str | None, product: str | None) -> Sequence[Licence]:
        """See :class:`Directory`."""
        del party, site, product
        return ()


def _local(name: str) -> str:
    """Give the local name of an attribute, without namespace, separators and case."""
    for separator in ("#", "/", ":"):
        name = name.rpartition(separator)[2]
    return name.replace("_", "").replace("-", "").lower()


def _party_key(text: str) -> str:
    """Give the canonical URI of a party named by URI or by credit code."""
    if ":" in text:
        return name_uri(text).id
    try:
        return read(text, scheme="uscc").id
    except LineageError:
        return text


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, (dict, list)) else float(value)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
