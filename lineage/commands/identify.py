"""``lineage id``: any written form of an identifier to its canonical form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineage.commands.records import Record, inputs, run
from lineage.errors import IdentifierError, LineageError
from lineage.identifiers import CompanyPrefixes, persons, read, resident_id


def _person_number(text: str, scheme: str | None) -> str | None:
    """Give the number of a natural person that a text announces, or None."""
    if scheme and scheme.lower() in persons.NAMES:
        return text
    name, colon, number = text.partition(":")
    return number if colon and name.strip().lower() in persons.NAMES else None


def _shown(text: str) -> str:
    """Give a refused text as it may be repeated: a number of a person masked, also behind a wrong scheme."""
    number = text.partition(":")[2] or text
    return persons.masked(number) if persons.is_number(number) else text


def _record(text: str, scheme: str | None, prefixes: CompanyPrefixes | None, key: bytes | None) -> Record:
    number = _person_number(text, scheme)
    shown = text if number is None else persons.masked(number)
    try:
        if number is not None and key is not None:
            identifier = resident_id(number, key)
        else:
            identifier = read(text, scheme=scheme, company_prefixes=prefixes)
    except IdentifierError as error:
        if number is None:
            shown = persons.masked(text) if error.code == persons.CODE else _shown(text)
        return {"input": shown, "valid": False, **error.as_dict()}
    record: Record = {
        "input": shown,
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
    person_key: Annotated[
        Path | None,
        typer.Option("--person-key", help="File with the secret key for `resident_id:` numbers of persons."),
    ] = None,
) -> None:
    """Read any identifier form and print its canonical form.

    Forms: EPC URN, GS1 Digital Link, element string in brackets or as scanned (FNC1 as ^ or GS, with or
    without symbology identifier), tag memory in hexadecimal, and scheme:value.

    For example:

    * lineage id urn:epc:id:sgtin:0614141.812345.6789
    * lineage id '(01)80614141123458(21)6789' uscc:91110000600037341L
    * lineage id --scheme drug_code 83857930000879766660 --json
    """
    try:
        table = CompanyPrefixes.from_text(prefixes.read_text(encoding="utf-8")) if prefixes else None
        key = person_key.read_bytes().strip() if person_key else None
    except (OSError, UnicodeDecodeError, LineageError) as error:
        typer.echo(f"lineage id: {error}", err=True)
        raise typer.Exit(2) from error
    run(
        inputs(values, stdin=stdin, what="values"),
        lambda text: _record(text, scheme, table, key),
        as_json=as_json,
    )
