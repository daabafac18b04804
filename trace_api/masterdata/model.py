"""The four kinds of master data as values, and the words that their columns may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

ROLES: Final = frozenset(
    {
        "farm",
        "producer",
        "packer",
        "carrier",
        "distributor",
        "retailer",
        "hospital",
        "filler",
        "inspector",
        "user",
        "regulator",
    }
)

REGIMES: Final = frozenset(
    {
        "food",
        "drug",
        "vaccine",
        "special_equipment",
        "gas_cylinder",
        "agri_crop",
        "agri_livestock",
        "consumer",
    }
)


@dataclass(frozen=True, slots=True)
class Party:
    """A legal person that can hold, own or answer for things.

    ``party_id`` is the canonical key: that of the unified social credit code where there is one, else the
    one under which an event document named the party (a PGLN or another URI).
    """

    party_id: str
    uscc: str | None
    name: str | None
    name_en: str | None = None
    roles: tuple[str, ...] = ()
    pgln: str | None = None
    phone: str | None = None
    region: str | None = None

    def public(self) -> dict[str, Any]:
        """Give what anybody may see: name and code, never a phone number."""
        return {"id": self.party_id, "name": self.name, "name_en": self.name_en, "uscc": self.uscc}


@dataclass(frozen=True, slots=True)
class Site:
    """A place where things are made, kept, sold or used, and the party that operates it."""

    site_id: str
    name: str | None
    name_en: str | None = None
    operator_uscc: str | None = None
    address: str | None = None
    region: str | None = None
    city: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of product: a GTIN, or ``<scheme>:<prefix>`` for codes that carry no GTIN."""

    product_id: str
    name: str | None
    name_en: str | None = None
    regime: str | None = None
    producer_uscc: str | None = None
    spec: str | None = None
    shelf_life_days: int | None = None
    storage_min_c: float | None = None
    storage_max_c: float | None = None
    approval_number: str | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence or certificate of a party, for all it does or for one site or product.

    ``valid_to`` is the last day on which it is valid; None means that no end was stated.
    """

    kind: str
    number: str
    holder_uscc: str
    site_id: str | None = None
    product_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    authority: str | None = None
    scope: str | None = None

    def valid_on(self, day: date) -> bool:
        """Say whether the licence was in force on a day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


Record = Party | Site | Product | Licence

TABLES: Final[Mapping[str, type[Record]]] = {
    "parties": Party,
    "sites": Site,
    "products": Product,
    "licences": Licence,
}

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "parties": ("uscc", "name", "name_en", "roles", "pgln", "phone", "region"),
    "sites": ("site_id", "name", "name_en", "operator_uscc", "address", "region", "city", "lat", "lon"),
    "products": (
        "product_id",
        "name",
        "name_en",
        "regime",
        "producer_uscc",
        "spec",
        "shelf_life_days",
        "storage_min_c",
        "storage_max_c",
        "approval_number",
    ),
    "licences": (
        "kind",
        "number",
        "holder_uscc",
        "site_id",
        "product_id",
        "valid_from",
        "valid_to",
        "authority",
        "scope",
    ),
}

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "parties": ("uscc", "name"),
    "sites": ("site_id", "name"),
    "products": ("product_id", "name"),
    "licences": ("kind", "number", "holder_uscc"),
}

MAX_TEXT: Final[Mapping[str, int]] = {
    "name": 200,
    "name_en": 200,
    "phone": 40,
    "region": 12,
    "address": 300,
    "city": 60,
    "spec": 200,
    "approval_number": 60,
    "kind": 40,
    "number": 80,
    "authority": 120,
    "scope": 500,
    "roles": 200,
}
"""Longest text a column takes: wide enough for every published sample, narrow enough for a page."""
