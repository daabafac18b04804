"""Who and where: parties, sites, products and licences of a world, and the tables that hand them over."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from firmware_sim import numbers


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that answers for things.

    :ivar uscc: unified social credit code
    :ivar roles: words of the master-data table: farm producer packer carrier distributor retailer hospital
        filler …
    :ivar gln: its global location number as a party (417), where it has one
    :ivar prefix: its GS1 company prefix
    """

    uscc: str
    name: str
    name_en: str
    roles: tuple[str, ...]
    region: str
    gln: str = ""
    prefix: str = ""
    phone: str = ""

    @property
    def id(self) -> str:
        """How events name it: by its party GLN where it has one, else by its social credit code."""
        return numbers.party_gln_id(self.gln) if self.gln else numbers.scheme_id("uscc", self.uscc)


@dataclass(frozen=True, slots=True)
class Site:
    """An address where things happen, run by one party."""

    gln: str
    name: str
    name_en: str
    operator: Party
    address: str
    city: str
    latitude: float
    longitude: float

    @property
    def id(self) -> str:
        """Canonical identifier."""
        return numbers.site_id(self.gln)

    def spot(self, extension: str) -> "Place":
        """Give a read point of this site, e.g. a dock or a line."""
        return Place(self, extension)


@dataclass(frozen=True, slots=True)
class Place:
    """A read point: where exactly in a site something is scanned."""

    site: Site
    extension: str

    @property
    def id(self) -> str:
        """Canonical identifier of the read point."""
        return numbers.site_id(self.site.gln, self.extension)

    @property
    def party(self) -> Party:
        """Who runs the site."""
        return self.site.operator


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of product.

    :ivar id: as the products table has it: a GTIN-14, or `<scheme>:<prefix>` where its codes have no GTIN
    """

    id: str
    name: str
    name_en: str
    regime: str
    producer: Party
    spec: str = ""
    shelf_life_days: int | None = None
    storage: tuple[float, float] | None = None
    approval_number: str = ""


@dataclass(frozen=True, slots=True)
class Licence:
    """A permit or certificate and its time."""

    kind: str
    number: str
    holder: Party
    valid_from: date
    valid_to: date
    authority: str
    site: Site | None = None
    product: Product | None = None
    scope: str = ""


@dataclass(slots=True)
class MasterData:
    """Everything about a world that is not an event."""

    parties: list[Party] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    licences: list[Licence] = field(default_factory=list)

    def write(self, folder: Path) -> list[Path]:
        """Write the four tables as CSV in UTF-8 with a byte order mark, as spreadsheet programs expect it."""
        tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
            "parties": (
                ("uscc", "name", "name_en", "roles", "pgln", "phone", "region"),
                (
                    (p.uscc, p.name, p.name_en, ";".join(p.roles), p.gln, p.phone, p.region)
                    for p in self.parties
                ),
            ),
            "sites": (
                ("site_id", "name", "name_en", "operator_uscc", "address", "region", "city", "lat", "lon"),
                (
                    (
                        s.id,
                        s.name,
                        s.name_en,
                        s.operator.uscc,
                        s.address,
                        s.operator.region,
                        s.city,
                        s.latitude,
                        s.longitude,
                    )
                    for s in self.sites
                ),
            ),
            "products": (
                (
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
                (
                    (
                        p.id,
                        p.name,
                        p.name_en,
                        p.regime,
                        p.producer.uscc,
                        p.spec,
                        "" if p.shelf_life_days is None else p.shelf_life_days,
                        *(p.storage or ("", "")),
                        p.approval_number,
                    )
                    for p in self.products
                ),
            ),
            "licences": (
                (
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
                (
                    (
                        x.kind,
                        x.number,
                        x.holder.uscc,
                        x.site.id if x.site else "",
                        x.product.id if x.product else "",
                        x.valid_from.isoformat(),
                        x.valid_to.isoformat(),
                        x.authority,
                        x.scope,
                    )
                    for x in self.licences
                ),
            ),
        }
        return [_write_table(folder / f"{name}.csv", header, rows) for name, (header, rows) in tables.items()]


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
