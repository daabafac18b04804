"""Draws a chain of custody as lanes over time: one lane for each holder, bars from taking to giving. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from trace_api.china import in_china
from trace_api.pages.languages import Words
from trace_api.pages.shortening import cut, width

TIME_WIDTH: Final = 730
LABEL_MARGIN: Final = 20
_HALF_CHARACTER: Final = 6.7
"""Width of half a Chinese character in a lane's label, whose type is 13 pixels high."""
LANE_HEIGHT: Final = 44
BAR_HEIGHT: Final = 22
AXIS_HEIGHT: Final = 34
RIGHT_MARGIN: Final = 18
TICKS: Final = 5
MAX_LANES: Final = 30
_SMALLEST_BAR: Final = 3.0
_LABEL_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class Bar:
    """One holding.

    :ivar mark: ``transit``, ``bad`` or empty
    """

    x: float
    y: float
    width: float
    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One holder."""

    y: float
    label: str
    full: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One time on the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole drawing; ``gaps`` are the times in which nobody says they had it."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def draw(
    answer: Mapping[str, Any], words: Words, now: datetime, name: Callable[[str], str]
) -> Timeline | None:
    """Draw the custody of an answer about responsibility; None when nobody ever had the thing.

    :param now: end of a holding that goes on
    :param name: gives the name of a party
    """
    custody = [entry for entry in answer["custody"] if entry["party"] is not None]
    if not custody:
        return None
    begins = min(_read(entry["from"]) for entry in custody)
    ends = max((_read(entry["to"]) for entry in custody if entry["to"]), default=begins)
    open_end = any(entry["to"] is None for entry in custody)
    # A holding that goes on is drawn a quarter longer than what is known, not until today: today may be
    # years away.
    end = min(max(now, ends), ends + max((ends - begins) / 4, timedelta(hours=1))) if open_end else ends
    keys = list(dict.fromkeys(entry["party"]["id"] for entry in custody))[:MAX_LANES]
    lane_of = {key: number for number, key in enumerate(keys)}
    names = {entry["party"]["id"]: name(entry["party"]["id"]) for entry in custody}
    labels = {key: cut(names[key], _LABEL_CHARACTERS) for key in keys}
    left = LABEL_MARGIN + _HALF_CHARACTER * max(width(label) for label in labels.values())
    scale = _Scale(begins, max(end, begins + timedelta(minutes=1)), left)
    lanes = tuple(Lane(_lane_y(number), labels[key], names[key]) for key, number in lane_of.items())
    bars = tuple(
        _bar(entry, lane_of[entry["party"]["id"]], scale, end, words, names)
        for entry in custody
        if entry["party"]["id"] in lane_of
    )
    height = AXIS_HEIGHT + LANE_HEIGHT * len(lanes)
    return Timeline(
        round(scale.right + RIGHT_MARGIN), height, lanes, bars, _gaps(answer, scale, end), scale.ticks()
    )


class _Scale:
    """Places times on the axis."""

    def __init__(self, begins: datetime, ends: datetime, left: float) -> None:
        self.begins, self.ends, self.left, self.right = begins, ends, left, left + TIME_WIDTH

    def x(self, at: datetime) -> float:
        share = (at - self.begins) / (self.ends - self.begins)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self) -> tuple[Tick, ...]:
        step = (self.ends - self.begins) / (TICKS - 1)
        days = self.ends - self.begins > timedelta(days=TICKS)
        form = "%Y-%m-%d" if days else "%m-%d %H:%M"
        moments = [self.begins + step * number for number in range(TICKS)]
        return tuple(Tick(self.x(at), in_china(at).strftime(form)) for at in moments)


def _bar(
    entry: Mapping[str, Any], lane: int, scale: _Scale, end: datetime, words: Words, names: Mapping[str, str]
) -> Bar:
    start, stop = _read(entry["from"]), _read(entry["to"]) if entry["to"] else end
    x = scale.x(start)
    width = max(scale.x(stop) - x, _SMALLEST_BAR)
    mark = "bad" if entry["findings"] else "transit" if entry["in_transit"] else ""
    until = in_china(stop).strftime("%Y-%m-%d %H:%M") if entry["to"] else words("timeline.still")
    title = (
        f"{names[entry['party']['id']]} · {words.name('role', entry['role'])} · "
        f"{in_china(start).strftime('%Y-%m-%d %H:%M')} – {until}"
    )
    return Bar(x, _lane_y(lane) + (LANE_HEIGHT - BAR_HEIGHT) / 2, width, mark, title)


def _gaps(answer: Mapping[str, Any], scale: _Scale, end: datetime) -> tuple[Bar, ...]:
    found = []
    for gap in answer["gaps"]:
        if gap["from"] is None:
            continue
        x = scale.x(_read(gap["from"]))
        width = max(scale.x(_read(gap["to"]) if gap["to"] else end) - x, _SMALLEST_BAR)
        found.append(Bar(x, AXIS_HEIGHT, width, "gap", gap["code"]))
    return tuple(found)


def _lane_y(number: int) -> float:
    return AXIS_HEIGHT + LANE_HEIGHT * number


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
