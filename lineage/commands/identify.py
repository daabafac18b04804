"""``lineage id``: any written form of an identifier to its canonical form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineage.commands.records import Record, inputs, run
from lineage.errors import IdentifierError
from lineage.identifiers import CompanyPrefixes, read


def _record(text: str, scheme: str | None, prefixes: CompanyPrefixes | None) -> Record:
    try:
        identifier = read(text, scheme=scheme, company_prefixes=prefixes)
    except IdentifierError as error:
        return {"input": text, "valid": False, **error.as_dict()}
    record: Record = {
        "input": text,
        "valid": True,
        "id": identifier.id,
        "kind": identifier.kind,
        "scheme": identifier.scheme,
        "value": identifier.value,
        "urn": identifier.urn,
        "digital_link": identifier.digital_link,
        "lot": identifier.lot,
        "class": identifier.class_id,
    }
    if identifier.warnings:
        record["warnings"] = [warning._asdict() for warning in identifier.warnings]
    return record


def id_command(
    values: Annotated[
        list[str] | None, typer.Argument(metavar="VALUE...", help="Identifiers in any written form.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Scheme of bare values, e.g. drug_code or gtin.")] = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read one value a line from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    prefixes: Annotated[
        Path | None,
        typer.Option(
            "--company-prefixes", help="Lines `digits,length`; lets an EPC URN be given for Digital Links."
        ),
    ] = None,
) -> None:
    """Read any identifier form and print its canonical form.

    Forms: EPC URN, GS1 Digital Link, element string in brackets or as scanned (FNC1 as ^ or GS, with or
    without symbology identifier), tag memory in hexadecimal, and scheme:value.

    Examples:
        lineage id urn:epc:id:sgtin:0614141.812345.6789

        lineage id '(01)80614141123458(21)6789' uscc:91110000600037341L

        lineage id --scheme drug_code 83857930000879766660 --json

    """
    table = CompanyPrefixes.from_text(prefixes.read_text(encoding="utf-8")) if prefixes else None
    run(
        inputs(values, stdin=stdin, what="values"), lambda text: _record(text, scheme, table), as_json=as_json
    )
