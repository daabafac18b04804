"""Gathers what the console shows of one thing, tab by tab, and finds things by name."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection

from lineage import trace
from lineage.errors import LineageError
from lineage.facts import micros, moment
from lineage.identifiers import name_uri
from lineage.trace.neighbours import Ask
from trace_api.accounts import Principal
from trace_api.console import drawing, things_repository, timeline
from trace_api.lookup import repository as lookups
from trace_api.lookup.addresses import human_text, local_path, lot_number, typed_text
from trace_api.masterdata import repository as masterdata
from trace_api.pages.languages import Words
from trace_api.pages.rendering import stamp
from trace_api.recall import clock
from trace_api.recall import repository as recalls
from trace_api.responsibility.directory import MasterDirectory
from trace_api.trace import service
from trace_api.trace.neighbours_repository import PostgresNeighbours

TABS: Final = ("overview", "source", "destination", "responsibility", "history", "findings")

MAX_ROWS: Final = 100
"""Rows of a table on one page."""
MAX_HITS: Final = 20

_URI: Final = re.compile(r"https?://[^\s,;，；。()（）]+")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_GAP: Final = re.compile(r"(?<=[\u4e00-\u9fff）]) (?=[\u4e00-\u9fff])")
"""A space between Chinese words, left where a name took the place of an identifier."""
_WORD: Final = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|(?<=（)[a-z]+(?=）)")

_URGENCY: Final = {"overdue": 0, "due_soon": 1, "half": 2, "running": 3}


class ThingView:
    """Everything about one thing, on one snapshot.

    :raises Problem: 400, 403, 404 as ``/trace/v1`` does
    """

    def __init__(
        self, connection: Connection, text: str, person: Principal, words: Words, now: datetime
    ) -> None:
        self._connection = connection
        self._words = words
        self._now = now
        self._neighbours = PostgresNeighbours(connection)
        self.identifier, self._node = service.look_up(self._neighbours, text, person)
        self._directory = service.directory_beside(self._neighbours)
        self._tab = TABS[0]
        self._skip: int | None = None

    def values(self, tab: str, skip: int | None = None) -> dict[str, Any]:
        """Give what the page of a tab shows.

        :param skip: rows of its table before those shown; of a history the newest are shown when not given
        """
        self._tab, self._skip = tab, skip
        product = self._directory.product_record(self.identifier.id)
        common = {
            "identifier": self.identifier,
            "text": human_text(self.identifier),
            "typed": typed_text(self.identifier),
            "page": local_path(self.identifier),
            "product": product,
            "recalls": self._recalls(),
            "names": Names(self._directory, self._words),
        }
        fill = {
            "overview": self._overview,
            "source": self._source,
            "destination": self._destination,
            "responsibility": self._responsibility,
            "history": self._history,
            "findings": self._findings,
        }[tab]
        return {**common, **fill()}

    def _recalls(self) -> list[Any]:
        lots = self._lots()
        found = recalls.open_cases_of(self._connection, {self.identifier.id, *lots})
        return list({case.id: case for case, _ in found}.values())

    def _lots(self) -> list[str]:
        asks = [Ask(self._node, self._node, trace.NEVER, trace.FOREVER)]
        lots = {found.lot for found in self._neighbours.lots_of(asks)}
        if not lots:
            return []
        names = self._neighbours.names([Ask(lot, lot, trace.NEVER, trace.FOREVER) for lot in sorted(lots)])
        return sorted(name.id for name in names.values())

    def _overview(self) -> dict[str, Any]:
        where = trace.whereabouts(self._neighbours, [self._node], self._directory)[self._node]
        inside = None
        if where.unit is not None:
            asks = [Ask(where.unit, where.unit, trace.NEVER, trace.FOREVER)]
            inside = self._neighbours.names(asks)[where.unit].id
        count, first_at = lookups.lookups_of(self._connection, self.identifier.id)
        history = trace.history(self._neighbours, self._node)
        return {
            "where": where,
            "since": None if where.since is None else moment(where.since),
            "inside": inside,
            "lots": self._lots(),
            "lookups": count,
            "first_lookup": first_at,
            "event_count": len(history.passages),
            "last_events": list(reversed(history.as_dict()["events"][-5:])),
            "balance": self._balance(),
        }

    def _balance(self) -> dict[str, Any] | None:
        if self.identifier.kind != "lot":
            return None
        return trace.balance(self._neighbours, self._node, directory=self._directory).as_dict()

    def _source(self) -> dict[str, Any]:
        return self._graph(
            trace.source(self._neighbours, self._node, directory=self._directory).as_dict(), "source"
        )

    def _destination(self) -> dict[str, Any]:
        answer = trace.destination(self._neighbours, self._node, now=True, directory=self._directory)
        return self._graph(answer.as_dict(), "destination")

    def _graph(self, answer: dict[str, Any], tab: str) -> dict[str, Any]:
        marks = {
            thing: "bad"
            for finding in answer["findings"]
            if finding["severity"] == "serious"
            for thing in finding["things"]
        }
        return {
            "answer": answer,
            "drawing": drawing.draw(answer, self._directory, self._words, tab=tab, marks=marks),
            **self._rows("rows", answer["things"], 0),
            "download": f"/trace/v1/{tab}?{urlencode({'id': self.identifier.id, 'now': 'true'})}",
        }

    def _chain(self) -> dict[str, Any]:
        return trace.responsibility(
            self._neighbours, self._node, directory=self._directory, now=micros(self._now)
        ).as_dict()

    def _responsibility(self) -> dict[str, Any]:
        answer = self._chain()
        return {
            "answer": answer,
            "timeline": timeline.draw(
                answer, self._words, self._now, Names(self._directory, self._words).party
            ),
            "download": f"/trace/v1/responsibility?{urlencode({'id': self.identifier.id})}",
        }

    def _history(self) -> dict[str, Any]:
        events = trace.history(self._neighbours, self._node).as_dict()["events"]
        return {
            **self._rows("events", events, max(len(events) - MAX_ROWS, 0)),
            "download": f"/trace/v1/history?{urlencode({'id': self.identifier.id})}",
        }

    def _rows(self, name: str, rows: Sequence[Any], first: int) -> dict[str, Any]:
        """Give the rows of one page, and where the pages before and after it are."""
        skip = first if self._skip is None else min(self._skip, max(len(rows) - 1, 0))
        shown = rows[skip : skip + MAX_ROWS]

        def page(at: int) -> str:
            return "?" + urlencode({"id": self.identifier.id, "tab": self._tab, "skip": max(at, 0)})

        paging = {
            "skip": skip,
            "shown": len(shown),
            "total": len(rows),
            "before": page(skip - MAX_ROWS) if skip else None,
            "after": page(skip + MAX_ROWS) if skip + MAX_ROWS < len(rows) else None,
        }
        return {name: shown, "total": len(rows), "paging": paging}

    def _findings(self) -> dict[str, Any]:
        answer = trace.destination(self._neighbours, self._node, directory=self._directory).as_dict()
        found = {repr(finding): finding for finding in [*self._chain()["findings"], *answer["findings"]]}
        order = {"serious": 0, "warning": 1, "info": 2}
        ordered = sorted(found.values(), key=lambda each: (order[each["severity"]], each["at"] or ""))
        return {"findings": ordered}


class Names:
    """Gives the names of things, parties and sites that a page mentions."""

    def __init__(self, directory: MasterDirectory, words: Words) -> None:
        self._directory = directory
        self._words = words

    def party(self, key: str | None) -> str:
        """Give a party's name, or its key."""
        if key is None:
            return "—"
        found = self._directory.party_record(key)
        return (self._words.of(found.name, found.name_en) if found else "") or key

    def site(self, key: str | None) -> str:
        """Give a site's name and city, or its key."""
        if key is None:
            return "—"
        found = self._directory.site_record(key)
        if found is None:
            return key
        name = self._words.of(found.name, found.name_en) or key
        return f"{name}\u00a0· {found.city}" if found.city else name

    def thing(self, key: str) -> str:
        """Give a thing's short name: product and number."""
        try:
            identifier = name_uri(key)
        except LineageError:
            return key
        product = self._directory.product_record(key)
        code = lot_number(key) if identifier.kind == "lot" else drawing.code_of(identifier, key)
        name = self._words.of(product.name, product.name_en) if product else ""
        return f"{name} {code}".strip()

    def detail(self, name: str, value: object) -> str:
        """Give a detail of a journal: a party by its name, a time as people write it."""
        if isinstance(value, bool):
            return self._words("yes" if value else "no")
        if name == "channel":
            return self._words.name("channel", value)
        text = str(value)
        return self.party(text) if name == "party" else stamp(text) if name.endswith("_at") else text

    def readable(self, text: str) -> str:
        """Give a sentence of the engine with names for identifiers, and times as people write them."""
        text = _URI.sub(lambda found: self._named(found.group()), text)
        text = _TIME.sub(lambda found: stamp(found.group()), text)
        text = _WORD.sub(lambda found: self._word(found.group()), text)
        return _GAP.sub("", text)

    def _named(self, uri: str) -> str:
        party = self._directory.party_record(uri)
        if party is not None:
            return self.party(uri)
        return self.site(uri) if self._directory.site_record(uri) is not None else self.thing(uri)

    def _word(self, word: str) -> str:
        for group in ("licence", "step"):
            if self._words.knows(group, word):
                return self._words.name(group, word)
        return word

    def link(self, key: str, tab: str = "overview") -> str:
        """Give the address of a thing's page."""
        return "/console/thing?" + urlencode({"id": key, "tab": tab})


def by_name(connection: Connection, text: str) -> list[dict[str, str]]:
    """Give parties, sites and products whose name holds a text."""
    parties = masterdata.search_parties(connection, text, MAX_HITS)
    sites = things_repository.sites_named(connection, text, MAX_HITS)
    products = things_repository.products_named(connection, text, MAX_HITS)
    return [
        *(_hit("party", each.name, each.name_en, each.party_id) for each in parties),
        *(_hit("site", each.name, each.name_en, each.site_id) for each in sites),
        *(_hit("class", each.name, each.name_en, each.product_id) for each in products),
    ]


def _hit(kind: str, name: str | None, name_en: str | None, key: str) -> dict[str, str]:
    """Give a hit, with the page of what is registered where it has one."""
    text, page = key, ""
    with suppress(LineageError):
        identifier = name_uri(key)
        text, page = human_text(identifier), local_path(identifier)
    return {"kind": kind, "name": name or "", "name_en": name_en or "", "text": text, "page": page}


def most_urgent(deadlines: Sequence[clock.Deadline]) -> clock.Deadline | None:
    """Give the deadline that needs attention first."""
    running = [deadline for deadline in deadlines if deadline.state in _URGENCY]
    return min(
        running, key=lambda deadline: (_URGENCY[deadline.state], deadline.left_seconds or 0), default=None
    )


def latest_events(connection: Connection) -> list[dict[str, Any]]:
    """Give the events recorded last, for a sign of life on the first page."""
    return things_repository.latest(connection, 8)
