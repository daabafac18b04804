"""``lineage gs1``: element strings and Digital Links against the whole dictionary of AIs."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.commands.records import Record, inputs, run
from lineage.errors import IdentifierError
from lineage.identifiers import digital_link, elements
from lineage.identifiers.element_string import bracketed, human_readable


def _record(text: str) -> Record:
    try:
        found = elements(text)
    except IdentifierError as error:
        return {"input": text, "valid": False, **error.as_dict()}
    try:
        link: str | None = digital_link.build(found)
    except IdentifierError:
        link = None
    return {
        "input": text,
        "valid": True,
        "ai": bracketed(found),
        "digital_link": link,
        "hri": [line for line, _ in human_readable(found)],
        "titles": [title for _, title in human_readable(found)],
    }


def gs1(
    values: Annotated[
        list[str] | None, typer.Argument(metavar="VALUE...", help="Element strings or Digital Links.")
    ] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read one value a line from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    r"""Check a GS1 element string or Digital Link against the whole dictionary of application identifiers.

    Element strings in brackets, or as scanned with FNC1 written ^ or GS, with or without symbology
    identifier. A bracket inside a bracketed value is written \\(.

    Examples:
        lineage gs1 '(01)09506000134352(17)271231(10)ABC123'

        lineage gs1 ']d2010950600013435210ABC123^21A1'

        lineage gs1 --stdin --json < scans.txt

    """
    run(inputs(values, stdin=stdin, what="values"), _record, as_json=as_json)
