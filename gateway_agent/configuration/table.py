"""One TOML table read key by key: typed, every mistake noted, and what nobody asked for too."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from gateway_agent.configuration.locations import Path as Location
from gateway_agent.configuration.locations import line_of
from gateway_agent.errors import Problem

T = TypeVar("T")

DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
SIZE = re.compile(r"(\d+)\s*(B|KB|MB|GB)", re.IGNORECASE)
BYTES = {"b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


class Table:
    """A table of the file.

    :param values: what ``tomllib`` read
    :param location: where the table stands, for the line numbers
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        location: Location,
        lines: Mapping[Location, int],
        problems: list[Problem],
    ) -> None:
        self._values = dict(values)
        self._location = location
        self._lines = dict(lines)
        self._problems = problems
        self._asked: set[str] = set()

    def problem(self, key: str, message: str) -> None:
        """Note a mistake at a key of this table."""
        where = (*self._location, key) if key else self._location
        name = ".".join(str(part) if isinstance(part, str) else f"[{part + 1}]" for part in where)
        self._problems.append(Problem(line_of(self._lines, where), name.replace(".[", "["), message))

    def has(self, key: str) -> bool:
        """Tell whether the key was written."""
        return key in self._values

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, 1)
                self.problem(key, "unknown key" + (f"; did you mean {near[0]}?" if near else ""))

    def text(self, key: str, default: T, *, required: bool = False) -> str | T:
        """Take a text that is not empty."""
        found = self._take(key, required=required)
        if found is None:
            return default
        if not isinstance(found, str) or not found.strip() or "\x00" in found:
            self.problem(key, "must be a text")
            return default
        return found

    def raw_text(self, key: str, default: str) -> str:
        """Take a text that may be empty, to switch something off."""
        found = self._take(key)
        if found is not None and not isinstance(found, str):
            self.problem(key, "must be a text")
        return found if isinstance(found, str) else default

    def choice(self, key: str, default: str, allowed: Sequence[str], *, required: bool = False) -> str:
        """Take one of the allowed words."""
        found = self._take(key, required=required)
        if found is None:
            return default
        if found not in allowed:
            near = difflib.get_close_matches(str(found), allowed, 1)
            advice = f"; did you mean {near[0]}?" if near else ""
            self.problem(key, f"must be one of {', '.join(allowed)}, not {found!r}{advice}")
            return default
        return str(found)

    def flag(self, key: str, *, default: bool) -> bool:
        """Take true or false."""
        found = self._take(key)
        if found is not None and not isinstance(found, bool):
            self.problem(key, "must be true or false")
        return found if isinstance(found, bool) else default

    def integer(self, key: str, default: T, low: int, high: int) -> int | T:
        """Take a whole number between two limits."""
        found = self._take(key)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.problem(key, f"must be a whole number from {low} to {high}")
            return default
        return found

    def number(self, key: str, default: T) -> float | T:
        """Take a finite number."""
        found = self._take(key)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
            self.problem(key, "must be a number")
            return default
        return float(found)

    def duration(self, key: str, default: T, *, zero: bool = False) -> float | T:
        """Take a duration such as ``"250ms"``, in seconds."""
        found = self._take(key)
        if found is None:
            return default
        match = DURATION.fullmatch(found.strip()) if isinstance(found, str) else None
        seconds = float(match[1]) * SECONDS[match[2]] if match else 0.0
        if not match or (seconds == 0 and not zero):
            self.problem(key, 'must be a duration such as "250ms", "5s", "10m", "72h" or "7d"')
            return default
        return seconds

    def size(self, key: str, default: int) -> int:
        """Take a size such as ``"64MB"``, in bytes."""
        found = self._take(key)
        if found is None:
            return default
        match = SIZE.fullmatch(found.strip()) if isinstance(found, str) else None
        if not match or int(match[1]) == 0:
            self.problem(key, 'must be a size such as "256KB", "64MB" or "1GB"')
            return default
        return int(match[1]) * BYTES[match[2].lower()]

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Take a list of texts."""
        found = self._take(key, required=required)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
            self.problem(key, "must be a list of texts")
            return ()
        if required and not found:
            self.problem(key, "must not be empty")
        return tuple(found)

    def mapping(self, key: str) -> dict[str, Any]:
        """Take an inline table."""
        found = self._take(key)
        if found is not None and not isinstance(found, dict):
            self.problem(key, "must be a table")
        return found if isinstance(found, dict) else {}

    def inner(self, key: str) -> Table:
        """Take a table inside this one, to be read key by key itself."""
        return Table(self.mapping(key), (*self._location, key), self._lines, self._problems)

    def file(self, key: str, base: Path) -> Path | None:
        """Take the path of a file; relative paths start at ``base``."""
        found = self.text(key, None)
        return base / found if found else None

    def read(self, key: str, reader: Callable[[str], T], default: T) -> T:
        """Take a text that a function turns into a value; its :class:`ValueError` becomes a problem."""
        found = self.text(key, None)
        if found is None:
            return default
        try:
            return reader(found)
        except ValueError as error:
            self.problem(key, str(error))
            return default

    def read_all(self, key: str, reader: Callable[[str], T]) -> tuple[T, ...]:
        """Take a list of texts that a function turns into values."""
        found: list[T] = []
        for text in self.texts(key):
            try:
                found.append(reader(text))
            except ValueError as error:
                self.problem(key, f"{text!r}: {error}")
        return tuple(found)

    def _take(self, key: str, *, required: bool = False) -> Any:
        self._asked.add(key)
        found = self._values.get(key)
        if found is None and required:
            self.problem("" if key not in self._values else key, f"{key} is missing")
        return found
