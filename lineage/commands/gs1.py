"""``lineage gs1``: element strings and Digital Links against the whole dictionary of AIs."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

import typer

from lineage.commands.records import Record, inputs, run
from lineage.errors import IdentifierError
from lineage.identifiers import digital_link
from lineage.identifiers.element_string import bracketed, human_readable
from lineage.identifiers.read import Gs1Data, gs1_data


def _digital_link(data: Gs1Data) -> str | None:
    """Write the elements as Digital Link; those that have no place in one have none."""
    try:
        return digital_link.move(data.link) if data.link else digital_link.build(chain(*data.components))
    except IdentifierError:
        return None


def _record(text: str) -> Record:
    try:
        data = gs1_data(text)
    except IdentifierError as error:
        return {"input": text, "valid": False, **error.as_dict()}
    lines = human_readable(chain(*data.components))
    return {
        "input": text,
        "valid": True,
        "ai": "|".join(bracketed(component) for component in data.components),
        "digital_link": _digital_link(data),
        "hri": [line for line, _ in lines],
        "titles": [title for _, title in lines],
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

    For example:

    * lineage gs1 '(01)09506000134352(17)271231(10)ABC123'
    * lineage gs1 ']d2010950600013435210ABC123^21A1'
    * lineage gs1 --stdin --json < scans.txt
    """
    run(inputs(values, stdin=stdin, what="values"), _record, as_json=as_json)
