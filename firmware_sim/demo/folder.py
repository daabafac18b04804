"""The folder of a demonstration: what is where, and what is remembered from one start to the next.

```
DIR/
├── state.json        ports, tokens, running numbers of the worlds
├── server/           the server's data: database, first password
├── broker/           the broker's configuration and messages
├── agents/NAME/      configuration, token and journal of each edge agent
├── devices/          terminals of the simulated devices
├── tables/NAME/      master data of each story
├── labels/           printed label sheets
└── logs/
```
"""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, fields
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.errors import DemoError


@dataclass(slots=True)
class State:
    """What a demonstration remembers.

    :ivar tokens: by name; the server keeps only their hashes
    :ivar counters: running numbers of each world
    :ivar examples: identifiers to look at, by story
    :ivar tables: digest of the master data that the server has
    :ivar runs: how often stories were played
    """

    tokens: dict[str, str] = field(default_factory=dict)
    counters: dict[str, dict[str, int]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    tables: str = ""
    runs: int = 0


class Folder:
    """The folder of one demonstration, held by one process.

    :raises DemoError: `in-use` when another demonstration runs in it
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self._lock = (self.root / ".lock").open("w")
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
        except OSError:
            self._lock.close()
            raise DemoError(
                "in-use", f"another demonstration runs in {self.root}", "give --data another folder"
            ) from None
        self.state = self._load()

    def at(self, *parts: str) -> Path:
        """Give a path below the folder; its own folder exists afterwards."""
        path = self.root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def save(self) -> None:
        """Remember the state; half a file is never left behind."""
        fresh = self.at("state.json.new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(orjson.dumps(self.state, option=orjson.OPT_INDENT_2))
        fresh.replace(self.at("state.json"))

    def remember(self, world: str, counters: Counter[str]) -> None:
        """Note which numbers a world has given out."""
        self.state.counters[world] = dict(counters)
        self.save()

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()

    def _load(self) -> State:
        found: dict[str, Any] = {}
        with suppress(OSError, orjson.JSONDecodeError):
            found = orjson.loads((self.root / "state.json").read_bytes())
        known = {field.name for field in fields(State)}
        return State(**{name: value for name, value in found.items() if name in known})


def secret_file(path: Path, text: str) -> Path:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path
