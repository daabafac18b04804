"""Everything that a story left behind, asked from the server and held against the truth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from firmware_sim import numbers
from firmware_sim.demo.story import Told
from firmware_sim.errors import DemoError
from firmware_sim.worlds.checking import (
    Mismatch,
    Truth,
    findings,
    missing_findings,
    unexpected_findings,
)
from firmware_sim.worlds.ledger import Ledger
from firmware_sim.worlds.places import MasterData
from firmware_sim.worlds.writing import kind_of

ASK_SECONDS = 30.0


@dataclass(slots=True)
class Report:
    """What came out of an inspection.

    :ivar questions: how many answers were checked
    """

    world: str
    things: int = 0
    questions: int = 0
    findings: int = 0
    accidents: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)


class Inspector:
    """Asks a server.

    :param token: of role inspector
    """

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=ASK_SECONDS
        )

    def inspect(
        self, told: Told, master: MasterData, tell: Callable[[int, int], None] = lambda _a, _b: None
    ) -> Report:
        """Ask every question about every thing of a story.

        :param tell: is told how many of how many things are done
        """
        _, recorded = told.ledgers()
        truth = Truth(recorded, told.windows)
        parties = {
            identifier: p.uscc
            for p in master.parties
            for identifier in (p.id, numbers.scheme_id("uscc", p.uscc))
        }
        things = recorded.things()
        report = Report(told.world, len(things))
        found: set[tuple[str, str]] = set()
        for number, thing in enumerate(things, 1):
            source = self._ask("source", thing)
            destination = self._ask("destination", thing, now="true")
            custody = self._ask("responsibility", thing)
            report.questions += 3
            report.mismatches += truth.source(thing, source)
            report.mismatches += truth.destination(thing, destination)
            report.mismatches += truth.responsibility(thing, custody, parties)
            found |= findings([source, destination, custody])
            if kind_of(thing, recorded) == "item":
                report.questions += 1
                report.mismatches += self._look_up(thing, recorded, master)
            tell(number, len(things))
        accidents = list(told.accidents())
        report.accidents = len(accidents)
        report.findings = len(found)
        report.mismatches += missing_findings(accidents, found)
        report.mismatches += unexpected_findings(accidents, found)
        return report

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _ask(self, question: str, thing: str, **parameters: str) -> Mapping[str, Any]:
        answer = self._client.get(f"/trace/v1/{question}", params={"id": thing, **parameters})
        if answer.status_code != httpx.codes.OK:
            raise DemoError("no-answer", f"{question} of {thing}: {answer.status_code}", answer.text[:500])
        return dict(answer.json())

    def _look_up(self, thing: str, recorded: Ledger, master: MasterData) -> Iterator[Mismatch]:
        """Scan a thing's code as a consumer does."""
        answer = self._client.get(
            urlsplit(thing).path, headers={"Accept": "application/json"}, follow_redirects=True
        )
        if answer.status_code != httpx.codes.OK:
            yield Mismatch(thing, "look-up", "200", str(answer.status_code))
            return
        yield from _compare_page(thing, recorded, master, answer.json())


def _compare_page(
    thing: str, recorded: Ledger, master: MasterData, page: Mapping[str, Any]
) -> Iterator[Mismatch]:
    product = next((one for one in master.products if _begins(one.id) in thing), None)
    mark = recorded.where(thing)
    origins = {source for source in recorded.sources(thing) if not recorded.sources(source)}
    shown = {origin["id"] for origin in page["origins"]}
    sold = mark is not None and mark.state == "sold"
    truth: dict[str, Any] = {
        "id": (thing, page["id"]),
        "status": ("recorded", page["status"]),
        "product": (product and product.name, (page["product"] or {}).get("name")),
        "sold": (sold, page["sold_at"] is not None),
        "origins": (origins, shown if not page["origins_left_out"] else origins),
        "journey": (True, bool(page["journey"])),
    }
    for what, (true, found) in truth.items():
        if true != found:
            yield Mismatch(thing, f"look-up: {what}", str(true), str(found))


def _begins(product: str) -> str:
    """Give what the identifiers of a product's items begin with, behind the host."""
    return f"/id/{product.replace(':', '/')}" if ":" in product else f"/01/{product}/"
