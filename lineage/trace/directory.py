"""What the engine is told about parties, sites, products and licences: master data, behind one protocol.

Master data changes: every question carries the time it is about. Keys are canonical URIs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol


class Party(NamedTuple):
    """Who answers for something."""

    id: str
    name: str = ""
    uscc: str | None = None
    """统一社会信用代码, where the party has one."""
    roles: tuple[str, ...] = ()
    """farm producer packer carrier distributor retailer hospital filler inspector user regulator."""
    name_en: str = ""


class Site(NamedTuple):
    """A place."""

    id: str
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    name_en: str = ""


class Product(NamedTuple):
    """A class of things, as far as rules need it."""

    id: str
    regime: str | None = None
    """Name of the regime profile that holds for it; ``None`` leaves the default."""
    name: str = ""
    storage_min_c: float | None = None
    storage_max_c: float | None = None
    shelf_life_days: int | None = None
    name_en: str = ""


class Licence(NamedTuple):
    """A licence, permit or certificate, with the days on which it holds (both included)."""

    kind: str
    number: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Directory(Protocol):
    """Master data at a time (microseconds since 1970 UTC). Unknown is ``None`` or empty, never an error."""

    def operator_of(self, site: str, at: int) -> str | None:
        """The party that operates the site."""
        ...

    def party(self, party: str) -> Party | None:
        """What is known of a party."""
        ...

    def site(self, site: str) -> Site | None:
        """What is known of a place."""
        ...

    def product_of(self, thing: str) -> Product | None:
        """The product that a thing (item, lot, class) belongs to."""
        ...

    def licences(self, party: str, site: str | None, product: str | None) -> Sequence[Licence]:
        """Every licence of the party, past and present, that covers this site and product."""
        ...


class NoDirectory:
    """Nothing is known: parties are those that events name."""

    def operator_of(self, site: str, at: int) -> None:
        """See :class:`Directory`."""
        del site, at

    def party(self, party: str) -> None:
        """See :class:`Directory`."""
        del party

    def site(self, site: str) -> None:
        """See :class:`Directory`."""
        del site

    def product_of(self, thing: str) -> None:
        """See :class:`Directory`."""
        del thing

    def licences(self, party: str, site: str | None, product: str | None) -> Sequence[Licence]:
        """See :class:`Directory`."""
        del party, site, product
        return ()
