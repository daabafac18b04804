"""What the commands share: records on stdout, notes, errors and progress on stderr, the exit code."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, ParamSpec

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from labels.errors import LabelError
from lineage.errors import LineageError

P = ParamSpec("P")

_STEPS = {"write": "laying out and writing", "prove": "reading back and comparing", "draw": "drawing codes"}


def show(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one record: as one line of JSON, or one member a line."""
    if as_json:
        typer.echo(orjson.dumps(record).decode())
        return
    for name, value in record.items():
        if value not in (None, "", [], {}):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            typer.echo(f"{name:<12} {shown}")


def note(text: str) -> None:
    """Say something to the person, beside the records."""
    typer.echo(text, err=True)


def refuse(error: LabelError | LineageError, *, as_json: bool) -> None:
    """Report one error: on stderr for people, on stdout as record for machines."""
    if as_json:
        typer.echo(orjson.dumps({"valid": False, **error.as_dict()}).decode())
        return
    typer.secho(f"error: {error.message}", err=True, fg="red")
    if error.hint:
        typer.echo(f"       {error.hint}", err=True)


def usage(message: str) -> NoReturn:
    """End with wrong usage.

    :raises typer.BadParameter: always
    """
    raise typer.BadParameter(message)


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Make what this project refuses an exit code 1 with a sentence, never a traceback.

    The command must have a parameter ``as_json``.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (LabelError, LineageError) as error:
            refuse(error, as_json=bool(kwargs.get("as_json")))
            raise typer.Exit(1) from error
        except BrokenPipeError:
            raise  # whoever reads the records has enough; typer ends quietly
        except OSError as error:
            named = f": {error.filename}" if error.filename else ""
            refuse(LabelError("file", f"{error.strerror}{named}"), as_json=bool(kwargs.get("as_json")))
            raise typer.Exit(1) from error

    return run


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give what the package tells its progress to; a bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(_STEPS.get(step, step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell
