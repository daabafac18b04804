"""What the identifier commands share: where inputs come from, one record a line, the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import typer

Record = dict[str, Any]


def inputs(values: list[str] | None, *, stdin: bool, what: str) -> Iterator[str]:
    """Give the values of the command line, then the lines of standard input when asked for.

    Bytes that are no UTF-8 come through as they are and are refused by the reader, not here.
    """
    if not values and not stdin:
        typer.echo(f"Give {what}, or --stdin to read one a line. See --help.", err=True)
        raise typer.Exit(2)
    yield from values or ()
    if stdin:
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            if text:
                yield text


def _printable(value: Any) -> Any:
    """Replace what JSON cannot hold: lone surrogates of undecodable bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _printable(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(member) for member in value]
    return value


def to_json(record: Record) -> str:
    """Give one record as one line of JSON."""
    try:
        return orjson.dumps(record).decode()
    except (TypeError, ValueError):
        return orjson.dumps(_printable(record)).decode()


def _show(record: Record) -> None:
    """Print one record for a person: the input, then a line for each member that says something."""
    mark = "ok" if record["valid"] else "no"
    typer.secho(
        f"{mark}  {_printable(str(record.get('input', record.get('hex', ''))))}",
        fg="green" if record["valid"] else "red",
    )
    for name, value in record.items():
        if name in ("input", "valid") or value in (None, "", [], ()):
            continue
        shown = (
            "; ".join(
                str(each.get("message", each)) if isinstance(each, dict) else str(each) for each in value
            )
            if isinstance(value, list)
            else str(value)
        )
        typer.echo(f"    {name:<13} {_printable(shown)}")


def run(texts: Iterable[str], read: Callable[[str], Record], *, as_json: bool) -> None:
    """Read each text, print its record, and leave with 1 when one was not valid."""
    bad = False
    for text in texts:
        record = read(text)
        bad = bad or not record["valid"]
        if as_json:
            typer.echo(to_json(record))
        else:
            _show(record)
    if bad:
        raise typer.Exit(1)
