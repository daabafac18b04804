"""``lineage hash``: the event hash of each event of a document."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.commands.documents import opened, show_problems
from lineage.commands.records import to_json
from lineage.events import DocumentError, EventStream, Problem, event_hash, pre_hash


def hash_command(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="EPCIS documents, JSON or XML; - for standard input."),
    ],
    show_pre_hash: Annotated[
        bool, typer.Option("--pre-hash", help="Print the string that is hashed instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Print the event hash (CBV 2.0) of each event, one a line, in the order of the document.

    The hash is the same for the same event in JSON and XML, with EPC URNs or Digital Links, whatever the
    order of its lists. It is a good event identifier. eventID, recordTime and error declarations are not
    part of it.

    An event that is not valid has no hash: it is named on stderr and the exit code is 1.

    For example:

    * lineage hash shipment.json returns.xml
    * lineage hash --json day.jsonl | jq -r .hash
    * lineage hash --pre-hash shipment.json
    """
    bad = False

    def report(index: int, problems: list[Problem]) -> None:
        nonlocal bad
        bad = True
        show_problems(name, problems)
        if as_json:
            typer.echo(
                to_json(
                    {
                        "file": name,
                        "index": index,
                        "valid": False,
                        "problems": [each.as_dict() for each in problems],
                    }
                )
            )

    for name in files:
        with opened(name) as source:
            stream = EventStream(source, on_bad=report, relaxed=True)
            try:
                for event in stream.events():
                    value = pre_hash(event) if show_pre_hash else event_hash(event)
                    if as_json:
                        key = "pre_hash" if show_pre_hash else "hash"
                        record = {
                            "file": name,
                            "index": stream.count - 1,
                            "event_id": event.event_id,
                            key: value,
                        }
                        typer.echo(to_json(record))
                    else:
                        typer.echo(value)
            except DocumentError as error:
                bad = True
                show_problems(name, error.problems)
    if bad:
        raise typer.Exit(1)
