"""``lineage trace``: the questions of semantics, asked of EPCIS documents in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer

from lineage.errors import LineageError
from lineage.events import Event, read_document
from lineage.events.times import read_time
from lineage.facts import micros
from lineage.identifiers import read
from lineage.trace import MemoryNeighbours, balance, destination, history, responsibility, source
from lineage.trace.master_data import DocumentDirectory

_QUESTIONS = ("source", "destination", "responsibility", "history", "balance")


def trace(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="EPCIS documents, JSON or XML.")],
    source_of: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Where did it come from?")
    ] = None,
    destination_of: Annotated[
        str | None, typer.Option("--destination", metavar="ID", help="Where did it go, and where is it now?")
    ] = None,
    responsibility_of: Annotated[
        str | None, typer.Option("--responsibility", metavar="ID", help="Who had it, and who answers for it?")
    ] = None,
    history_of: Annotated[
        str | None, typer.Option("--history", metavar="ID", help="What happened to it?")
    ] = None,
    balance_of: Annotated[
        str | None, typer.Option("--balance", metavar="LOT", help="What came in, went out and is left?")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Source: what went in by this time (RFC 3339).")] = None,
    since: Annotated[
        str | None, typer.Option(help="Destination: what it went into from this time on.")
    ] = None,
    depth: Annotated[int | None, typer.Option(min=0, help="Most hops on a path.")] = None,
    contact: Annotated[
        bool, typer.Option("--contact", help="Sharing a container counts as influence.")
    ] = False,
    upstream: Annotated[
        bool, typer.Option("--upstream", help="Responsibility: also of everything that went in.")
    ] = False,
    dot: Annotated[bool, typer.Option("--dot", help="Print a drawing for Graphviz.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a drawing as Mermaid text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """Ask where a thing came from, where it went, who answers for it, or what happened to it.

    The same answers as the server gives, from files, in memory. Identifiers in any written form.

    Examples:
    * `lineage trace events.json --source "(01)06901234000023(21)s1"`

    * `lineage trace *.json --destination https://id.gs1.org/01/06901234000016/10/M1 --mermaid`

    * `lineage trace events.xml --responsibility drug_code:83857930000879766660 --json`

    """
    asked = [
        (name, text)
        for name, text in zip(
            _QUESTIONS,
            (source_of, destination_of, responsibility_of, history_of, balance_of),
            strict=True,
        )
        if text is not None
    ]
    if len(asked) != 1:
        _fail("Ask exactly one of --source, --destination, --responsibility, --history, --balance.", 2)
    question, text = asked[0]
    if (dot or mermaid) and question not in ("source", "destination"):
        _fail("Only --source and --destination can be drawn.", 2)
    start, end = _time(since, "--since"), _time(until, "--until")
    directory = DocumentDirectory()
    neighbours = MemoryNeighbours(_read(files, directory))
    thing = _find(neighbours, text)
    now = micros(datetime.now(UTC))
    answer: dict[str, Any]
    if question == "source":
        found = source(neighbours, thing, end, depth=depth, contact=contact, directory=directory, now=now)
        answer = found.as_dict()
    elif question == "destination":
        reached = destination(
            neighbours,
            thing,
            start,
            depth=depth,
            contact=contact,
            now=True,
            quantities=True,
            directory=directory,
        )
        answer = reached.as_dict()
    elif question == "responsibility":
        answer = responsibility(neighbours, thing, upstream=upstream, directory=directory, now=now).as_dict()
    elif question == "history":
        answer = history(neighbours, thing).as_dict()
    else:
        answer = balance(neighbours, thing, directory=directory).as_dict()
    if dot or mermaid:
        # The graph library is slow to load and only drawings need it.
        from lineage.drawing import to_dot, to_mermaid  # noqa: PLC0415

        typer.echo(to_dot(answer) if dot else to_mermaid(answer), nl=False)
    elif as_json:
        typer.echo(orjson.dumps(answer).decode())
    else:
        _show(question, answer)


def _read(files: Iterable[Path], directory: DocumentDirectory) -> Iterator[Event]:
    """Give the events of all files; what their vocabularies say goes into the directory."""
    for file in files:
        try:
            document = read_document(file.read_bytes())
        except OSError as error:
            _fail(f"{file}: {error.strerror}", 1)
        except LineageError as error:
            _fail(f"{file}: {error.message}", 1, error.hint)
        for element in document.master_data:
            directory.add(element)
        yield from document.events


def _find(neighbours: MemoryNeighbours, text: str) -> int:
    try:
        key = read(text).id
        thing = neighbours.find([key]).get(key)
    except LineageError as error:
        # A URI that breaks a rule is kept as events had it, and is asked about in just that form.
        key = text
        thing = neighbours.find([key]).get(key)
        if thing is None:
            _fail(f"{text}: {error.message}", 1, error.hint)
    if thing is None:
        _fail(f"{text}: no event of these files names {key}.", 1)
    return thing


def _time(text: str | None, option: str) -> int | None:
    if text is None:
        return None
    try:
        return micros(read_time(text))
    except LineageError as error:
        _fail(f"{option}: {error.message}", 2, error.hint)


def _fail(message: str, code: int, hint: str = "") -> NoReturn:
    typer.secho(message, fg="red", err=True)
    if hint:
        typer.echo(hint, err=True)
    raise typer.Exit(code)


_COLUMNS = {
    "source": ("things", ("id", "kind", "at", "depth", "origin")),
    "destination": ("things", ("id", "kind", "at", "depth", "state", "site", "unit")),
    "responsibility": ("custody", ("party", "role", "site", "from", "to", "in_transit")),
    "history": ("events", ("eventTime", "type", "action", "bizStep", "bizLocation", "through", "void")),
    "balance": ("places", ("site", "in", "out", "left")),
}


def _show(question: str, answer: dict[str, Any]) -> None:
    """Print an answer for a person: a table, then what does not add up."""
    rows, columns = _COLUMNS[question]
    if not answer[rows]:
        typer.echo("Nothing: no event of these files says so.")
    table = [list(columns)] if answer[rows] else []
    for row in answer[rows]:
        flat = {**row, **(row.get("where") or {})}
        table.append([_cell(flat.get(column)) for column in columns])
    widths = [max((len(line[place]) for line in table), default=0) for place in range(len(columns))]
    for line in table:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if question == "balance":
        typer.echo(f"in {answer['in']} out {answer['out']} left {answer['left']} {answer['uom'] or ''}")
    for finding in answer.get("findings", ()):
        typer.echo(f"! {finding['code']}: {finding['message']}")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("id")
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
