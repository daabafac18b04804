"""Worlds asked in memory: events through the reader, master data as a directory."""

from collections.abc import Iterable, Sequence

from firmware_sim import numbers
from firmware_sim.worlds.deeds import Deed
from firmware_sim.worlds.documents import EventWriter, Forms, document, timestamp
from firmware_sim.worlds.places import MasterData, Party
from lineage.events import read_json
from lineage.trace import MemoryNeighbours
from lineage.trace.directory import Licence, Product, Site
from lineage.trace.directory import Party as KnownParty


class TableDirectory:
    """A world's master data."""

    def __init__(self, master: MasterData) -> None:
        self._sites = {site.id: site for site in master.sites}
        self._parties: dict[str, Party] = {}
        for party in master.parties:
            self._parties[party.id] = self._parties[numbers.scheme_id("uscc", party.uscc)] = party
        self._products = master.products
        self._licences = master.licences

    @property
    def social_credit_codes(self) -> dict[str, str]:
        return {identifier: party.uscc for identifier, party in self._parties.items()}

    def operator_of(self, site: str, at: int) -> str | None:
        found = self._sites.get(site.partition("/254/")[0])
        return found.operator.id if found else None

    def party(self, party: str) -> KnownParty | None:
        found = self._parties.get(party)
        return KnownParty(found.id, found.name, found.uscc, found.roles) if found else None

    def site(self, site: str) -> Site | None:
        found = self._sites.get(site.partition("/254/")[0])
        return Site(found.id, found.name, found.latitude, found.longitude) if found else None

    def product_of(self, thing: str) -> Product | None:
        for one in self._products:
            beginning = f"/id/{one.id.replace(':', '/')}" if ":" in one.id else f"/01/{one.id}"
            if beginning in thing or f"/id/lot/{one.id.replace(':', '.')}" in thing:
                low, high = one.storage or (None, None)
                return Product(one.id, one.regime, one.name, low, high, one.shelf_life_days)
        return None

    def licences(self, party: str, site: str | None, product: str | None) -> Sequence[Licence]:
        holder = self._parties.get(party)
        return [
            Licence(one.kind, one.number, one.valid_from, one.valid_to)
            for one in self._licences
            if one.holder == holder
        ]


def neighbours(deeds: Iterable[Deed], forms: Forms = "mixed") -> MemoryNeighbours:
    """Give the records of deeds, in the order in which they arrive, as a source of neighbours."""
    writer = EventWriter("tests", forms)
    by_arrival = sorted(deeds, key=lambda deed: deed.at + deed.late)
    events = [event for deed in by_arrival for event in writer.events(deed)]
    return MemoryNeighbours(read_json(document(events, timestamp(by_arrival[-1].at))).events)
