"""``lineage tag``: EPC memory of RFID tags to URIs and back."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.commands.records import Record, inputs, run
from lineage.errors import IdentifierError
from lineage.identifiers import Element, Identifier, elements, read, read_tag
from lineage.identifiers.epc import binary, plus, tag_uri


def _decoded(text: str) -> Record:
    try:
        tag = binary.decode(text.strip())
        identifier = read_tag(tag.hex)
    except IdentifierError as error:
        return {"hex": text, "valid": False, **error.as_dict()}
    return {
        "hex": tag.hex,
        "valid": True,
        "scheme": tag.coding,
        "filter": tag.filter,
        "tag_uri": tag.tag_uri,
        "raw_uri": tag_uri.raw_uri(tag.hex),
        "id_uri": tag.urn,
        "digital_link": identifier.digital_link,
        "id": identifier.id,
    }


def _urn_of(identifier: Identifier) -> str:
    if identifier.urn is None:
        raise IdentifierError(
            "company-prefix-unknown",
            "the length of the company prefix is not known, so there is no EPC URN to encode",
            hint="give the EPC URN, or use a '+' coding, which needs no company prefix",
        )
    return identifier.urn


def _key_elements(text: str) -> tuple[Element, ...]:
    """Give the elements of any form; an EPC URN has them too."""
    try:
        return elements(text)
    except IdentifierError:
        link = read(text).digital_link
        return elements(link) if link else ()


def _encoded(scheme: str, text: str, filter_value: int) -> Record:
    try:
        if scheme.endswith("+"):
            encoded = plus.encode(scheme, _key_elements(text), filter_value)
        else:
            encoded = binary.encode(scheme, _urn_of(read(text)), filter_value)
    except IdentifierError as error:
        return {"input": text, "valid": False, **error.as_dict()}
    return {"input": text, **_decoded(encoded)}


def tag(
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="HEX...", help="Tag memory in hexadecimal; URIs with --encode."),
    ] = None,
    encode: Annotated[
        str | None,
        typer.Option(metavar="SCHEME", help="Write URIs as tag memory, e.g. sgtin-96, sgtin-198, grai-170."),
    ] = None,
    filter_value: Annotated[int, typer.Option("--filter", help="Filter value to encode.")] = 0,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read one value a line from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Read the EPC memory of tags, or write it.

    For example:

    * lineage tag 3034257BF7194E4000001A85
    * lineage tag --encode sgtin-96 --filter 1 urn:epc:id:sgtin:0614141.812345.6789
    """
    texts = inputs(values, stdin=stdin, what="tags")
    if encode:
        scheme = encode
        run(texts, lambda text: _encoded(scheme, text, filter_value), as_json=as_json)
    else:
        run(texts, _decoded, as_json=as_json)
