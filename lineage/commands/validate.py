"""``lineage validate``: EPCIS documents, each problem with its place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lineage.commands.documents import opened, show_problems
from lineage.commands.records import to_json
from lineage.events import DocumentError, EventStream, Problem
from lineage.events.advice import advise
from lineage.events.limits import MAX_PROBLEMS


def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="EPCIS documents, JSON or XML; - for standard input."),
    ],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print problems only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Check EPCIS documents against the standard's schema and its rules beyond the schema.

    Each problem is named with a JSON pointer, or the line in XML, a stable code and a sentence. Advice
    about what is valid but hardly meant is printed as a warning and does not make a document invalid.

    The exit code is 1 when a document is not valid.

    For example:

    * lineage validate shipment.json archive.xml
    * lineage validate --json *.json | jq -r 'select(.valid | not) | .file'
    """
    bad = False
    for name in files:
        result = _check(name, as_json=as_json)
        bad = bad or not result["valid"]
        if as_json:
            typer.echo(to_json(result))
        elif not quiet and result["valid"]:
            typer.echo(f"{name}: valid, {result['events']} events")
        elif not result["valid"]:
            typer.echo(
                f"{name}: not valid, {result['invalid_events']} of {result['events']} events have problems"
            )
    if bad:
        raise typer.Exit(1)


def _check(name: str, *, as_json: bool) -> dict[str, Any]:
    problems: list[Problem] = []
    warnings: list[Problem] = []
    invalid = 0

    def keep(found: list[Problem], kept: list[Problem], kind: str = "") -> None:
        if not as_json:
            show_problems(name, found, kind=kind)
        kept.extend(found[: MAX_PROBLEMS - len(kept)])

    def report(index: int, found: list[Problem]) -> None:
        nonlocal invalid
        del index
        invalid += 1
        keep(found, problems)

    with opened(name) as source:
        stream = EventStream(source, on_bad=report)
        try:
            for event in stream.events():
                advice = advise(event)
                if advice:
                    where = f"/epcisBody/eventList/{stream.count - 1}" if event.line is None else ""
                    keep([each.below(where).at_line(event.line) for each in advice], warnings, "warning: ")
        except DocumentError as error:
            keep(error.problems, problems)
    return {
        "file": name,
        "valid": not problems,
        "events": stream.count,
        "invalid_events": invalid,
        "problems": [each.as_dict() for each in problems],
        "warnings": [each.as_dict() for each in warnings],
    }
