"""``lineage convert``: EPCIS documents between JSON, JSON lines, XML 2.0 and XML 1.2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from lineage.commands.documents import is_large, opened, show_problems
from lineage.events import Document, DocumentError, Event, EventStream, read_document, write_json, write_xml
from lineage.events.stream_writing import EventWriter, JsonWriter, LinesWriter


class Form(StrEnum):
    """What to convert to."""

    JSON = "json"
    LINES = "jsonl"
    XML = "xml"
    XML_1_2 = "xml1.2"


def convert(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="EPCIS document, JSON or XML; - for standard input.")
    ],
    to: Annotated[Form, typer.Option("--to", help="json, jsonl (one event a line), xml (2.0) or xml1.2.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; standard output if left out.")
    ] = None,
) -> None:
    """Convert an EPCIS document between JSON and XML, with its header, master data and extensions.

    XML is read in versions 2.0, 1.2 and 1.1. Version 1.2 has no AssociationEvent, sensor data, persistent
    disposition or certification: an event that needs them is named, and nothing is written. Large
    documents are converted in constant memory; one whose @context follows its events is read twice, so it
    must be a file.

    An invalid document is not converted: each problem is named with its pointer or line and the exit code
    is 1.

    For example:

    * lineage convert shipment.xml --to json -o shipment.json
    * lineage convert archive.xml --to jsonl | head
    * lineage convert shipment.json --to xml1.2
    """
    try:
        with _target(out) as target:
            if is_large(file) or to is Form.LINES:
                _convert_stream(file, to, target)
            else:
                _convert_whole(file, to, target)
    except DocumentError as error:
        show_problems(file, error.problems)
        if error.hint:
            typer.echo(error.hint, err=True)
        raise typer.Exit(1) from error
    except FileNotFoundError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(2) from error


def _convert_whole(file: str, to: Form, target: IO[bytes]) -> None:
    with opened(file) as source:
        document = read_document(source.read())
    for event in document.events:
        _note(file, event)
    target.write(_WRITE[to](document))


def _convert_stream(file: str, to: Form, target: IO[bytes]) -> None:
    with opened(file) as source:
        stream = EventStream(source, head_first=to is not Form.LINES and file != "-")
        events = stream.events()
        first = next(events, None)
        with _writer(to, target, stream.document) as writer:
            if first is not None:
                _note(file, first)
                writer.write(first)
            for event in events:
                _note(file, event)
                writer.write(event)


def _note(file: str, event: Event) -> None:
    """Say where the XML binding allows what the JSON schema does not."""
    if event.tolerated:
        show_problems(file, event.tolerated, kind="note: not by the JSON schema: ")


def _writer(to: Form, target: IO[bytes], head: Document) -> EventWriter:
    if to is Form.LINES:
        return LinesWriter(target)
    if not head.wrapped:
        head = Document([], members={"type": "EPCISDocument", "schemaVersion": "2.0"}, context=head.context)
    if to is Form.JSON:
        return JsonWriter(target, head)
    from lineage.events.xml_writing import XmlWriter  # noqa: PLC0415 - lxml is loaded for XML only

    return XmlWriter(target, head, "1.2" if to is Form.XML_1_2 else "2.0")


_WRITE: dict[Form, Callable[[Document], bytes]] = {
    Form.JSON: lambda document: write_json(document) + b"\n",
    Form.XML: write_xml,
    Form.XML_1_2: lambda document: write_xml(document, "1.2"),
}


@contextmanager
def _target(out: Path | None) -> Iterator[IO[bytes]]:
    """Give what is written to: a file appears under its name only when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as target:
            yield target
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
