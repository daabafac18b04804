"""Answers held against the truth: the JSON of the four questions against what a ledger knows.

Everything here is pure. It works on answers from a server as on answers from a file.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from firmware_sim.worlds.deeds import Accident
from firmware_sim.worlds.ledger import OPEN, Labels, Ledger
from firmware_sim.worlds.writing import kind_of

Answer = Mapping[str, Any]
GONE = ("sold", "consumed", "destroyed")
MILLISECOND = 1_000


class Mismatch(NamedTuple):
    """Where an answer and the truth differ.

    :ivar what: which part of which answer, e.g. `source`, `where`, `custody`
    """

    thing: str
    what: str
    truth: str
    answer: str


class Truth:
    """What must be answered about the things of one ledger.

    :param ledger: what the records can show
    :param windows: for deeds that took place while one watched: by their begin, until when (microseconds)
    """

    def __init__(self, ledger: Ledger, windows: Mapping[int, int] | None = None) -> None:
        self._ledger = ledger
        self._windows = dict(windows or {})

    def source(self, thing: str, answer: Answer) -> Iterator[Mismatch]:
        """Compare an answer to "where did it come from"."""
        yield from self._labels(thing, "source", self._ledger.sources(thing), answer)

    def destination(self, thing: str, answer: Answer) -> Iterator[Mismatch]:
        """Compare an answer to "where did it go", and where each thing is now if the answer says so."""
        yield from self._labels(thing, "destination", self._ledger.destinations(thing), answer)
        for one in answer["things"]:
            if one.get("where") is not None and one["kind"] != "lot":
                yield from self._where(one["id"], one["where"])

    def responsibility(self, thing: str, answer: Answer, parties: Mapping[str, str]) -> Iterator[Mismatch]:
        """Compare the chain of custody of an item or unit.

        :param parties: social credit code of each party, by every identifier it has
        """
        if kind_of(thing, self._ledger) == "lot":
            return  # portions of a lot are with several parties at once; the chain is that of none of them
        truth = [(one.party.uscc, one.in_transit) for one in self._ledger.custody(thing)]
        found: list[tuple[str | None, bool]] = []
        for one in answer["custody"]:
            holder = (_party(one["party"], parties), bool(one["in_transit"]))
            if one.get("thing", thing) == thing and (not found or found[-1] != holder):
                found.append(holder)
        if found != truth:
            yield Mismatch(thing, "custody", str(truth), str(found))

    def where(self, thing: str, where: Answer) -> Iterator[Mismatch]:
        """Compare where one thing is."""
        yield from self._where(thing, where)

    def _labels(self, thing: str, what: str, truth: Labels, answer: Answer) -> Iterator[Mismatch]:
        found = {one["id"]: one["at"] for one in answer["things"]}
        if answer.get("truncated"):
            yield Mismatch(thing, what, f"{len(truth)} things", "truncated")
            return
        if missing := truth.keys() - found.keys():
            yield Mismatch(thing, what, _some(missing), "missing")
        if extra := found.keys() - truth.keys():
            yield Mismatch(thing, what, "nothing", _some(extra))
        for one in truth.keys() & found.keys():
            if not self._agrees(truth[one], found[one]):
                yield Mismatch(thing, f"{what}: time of {one}", _time(truth[one]), str(found[one]))

    def _where(self, thing: str, where: Answer) -> Iterator[Mismatch]:
        mark = self._ledger.where(thing)
        if mark is None:
            return
        gone = mark.state in GONE
        truth = {
            "state": mark.state,
            "site": mark.place.site.id,
            "unit": None if gone else self._ledger.container(thing),
        }
        found = {name: where[name] for name in truth}
        if found != truth:
            yield Mismatch(thing, "where", str(truth), str(found))

    def _agrees(self, truth: int, found: str | None) -> bool:
        if truth == OPEN or found is None:
            return True  # "still inside": as of the time of the question
        at = micros(found)
        return truth - MILLISECOND < at <= self._windows.get(truth, truth)


def findings(answers: Iterable[Answer]) -> set[tuple[str, str]]:
    """Give what answers find wrong, as pairs of code and thing."""
    return {
        (finding["code"], thing)
        for answer in answers
        for finding in answer.get("findings", ())
        for thing in finding["things"]
    }


def missing_findings(accidents: Iterable[Accident], found: set[tuple[str, str]]) -> Iterator[Mismatch]:
    """Give the accidents that no answer mentions."""
    for accident in accidents:
        for thing in accident.things if accident.finding else ():
            if (accident.finding, thing) not in found:
                yield Mismatch(thing, "finding", accident.finding, "not found")


def unexpected_findings(accidents: Iterable[Accident], found: set[tuple[str, str]]) -> Iterator[Mismatch]:
    """Give findings of the kinds that accidents cause, on things that had none."""
    caused = {(accident.finding, thing) for accident in accidents for thing in accident.things}
    kinds = {code for code, _ in caused if code}
    # Whatever is inside a shipment that nobody received is lost with it.
    kinds.discard("not_received")
    kinds.discard("cold_chain_excursion")
    for code, thing in sorted(found):
        if code in kinds and (code, thing) not in caused:
            yield Mismatch(thing, "finding", "nothing", code)


def micros(text: str) -> int:
    """Read RFC 3339 as microseconds since 1970."""
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1_000_000)


def _party(party: Any, parties: Mapping[str, str]) -> str | None:
    if party is None:
        return None
    code: str | None = party.get("uscc") or parties.get(party.get("id"))
    return code


def _some(things: Iterable[str]) -> str:
    things = sorted(things)
    return f"{len(things)}: {', '.join(things[:3])}"


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat()
