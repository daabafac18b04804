"""What the commands on EPCIS documents share: opening files, progress on stderr, problems as lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from lineage.events import Problem

#: From this size on a file is worth a progress bar and is never held in memory whole.
LARGE: Final = 32 * 1024 * 1024


class _Watched:
    """A binary stream that tells how far it has been read."""

    def __init__(self, stream: IO[bytes], progress: Progress, task: Any) -> None:
        self._stream = stream
        self._progress = progress
        self._task = task

    def read(self, size: int = -1, /) -> bytes:
        """Read on and move the bar."""
        data = self._stream.read(size)
        self._progress.update(self._task, completed=self._stream.tell())
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """Open a file, or standard input for ``-``; large files move a progress bar on stderr.

    A file that cannot be opened ends the command with exit code 2.
    """
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 - closed below
        size = Path(name).stat().st_size
    except OSError as error:
        typer.echo(f"{name}: {error.strerror or error}", err=True)
        raise typer.Exit(2) from error
    with stream:
        if size < LARGE:
            yield stream
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            watched: Any = _Watched(stream, progress, progress.add_task(Path(name).name, total=size))
            yield watched


def is_large(name: str) -> bool:
    """Say whether the file is too large to be held whole; standard input is taken to be."""
    return name == "-" or Path(name).stat().st_size >= LARGE


def show_problems(name: str, problems: Iterable[Problem], *, kind: str = "") -> None:
    """Print problems on stderr, one a line: file, line or pointer, sentence, code."""
    for problem in problems:
        place = f"{name}:{problem.line}" if problem.line else name
        pointer = f" {problem.pointer}:" if problem.pointer else ""
        typer.echo(f"{place}:{pointer} {kind}{problem.message} [{problem.code}]", err=True)
