"""``trace-labels sheet``: print a batch, a table or a list on label sheets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labels.commands import options
from labels.commands.reporting import note, progress, refuse, reported, show
from labels.content import DEFAULT_RESOLVER, Product, checked_resolver, texts_of
from labels.designs import MIN_MODULE, ItemDesign
from labels.fonts import faces
from labels.grids import DEFAULT, grid_named
from labels.logistic import LogisticDesign
from labels.reading import read_things
from labels.sheet import Design, content_drawings, write_sheet


class Kind(StrEnum):
    """What kind of label is printed."""

    item = "item"
    logistic = "logistic"


class DetailChoice(StrEnum):
    """How much is printed beside the code."""

    full = "full"
    short = "short"
    code = "code"


class LevelChoice(StrEnum):
    """Error correction of QR codes."""

    L = "L"
    M = "M"
    Q = "Q"
    H = "H"


@reported
def sheet(
    file: Annotated[
        Path, typer.Argument(help="Batch file, table (*.csv with a column code), or one identifier a line.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="PDF to write.")],
    grid: Annotated[
        str, typer.Option("--grid", help="Label grid by name (see `grids`) or measures, as 70x37:3x8+0+0.5.")
    ] = DEFAULT,
    kind: Annotated[
        Kind, typer.Option("--kind", help="item: QR code for consumers; logistic: SSCC label.")
    ] = Kind.item,
    resolver: options.Resolver = DEFAULT_RESOLVER,
    detail: Annotated[
        DetailChoice, typer.Option("--detail", help="How much is printed beside the code.")
    ] = DetailChoice.full,
    level: Annotated[
        LevelChoice, typer.Option("--level", help="Least error correction of QR codes.")
    ] = LevelChoice.M,
    min_module: Annotated[
        float, typer.Option("--min-module", help="Narrowest QR module in mm.")
    ] = MIN_MODULE,
    skip: Annotated[int, typer.Option("--skip", min=0, help="Places already used on the first sheet.")] = 0,
    guides: Annotated[
        bool, typer.Option("--guides", help="Draw the outline of each label, for cutting.")
    ] = False,
    lot: options.Lot = None,
    made: options.Made = None,
    packed: options.Packed = None,
    best_before: options.BestBefore = None,
    expires: options.Expires = None,
    elements: options.Elements = None,
    name: options.Name = "",
    name_en: options.NameEn = "",
    producer: options.Producer = "",
    producer_uscc: options.ProducerUscc = "",
    spec: options.Spec = "",
    as_json: options.AsJson = False,
) -> None:
    """Print labels on sheets, as a PDF. Every symbol is read back from the finished file and compared first.

    Without --resolver the links lead to id.gs1.org, which finds the owner of a GTIN; name your own server
    to have its consumer page opened.

    Examples:
    - `trace-labels sheet L20261101.issued.jsonl -o L20261101.pdf --resolver https://trace.example.cn`

    - `trace-labels sheet units.issued.jsonl -o units.pdf --kind logistic --grid a6 --ai`
        02=06901234567892 --ai 37=48

    - `trace-labels sheet cups.csv -o cups.pdf --grid a4-4x11 --detail short`

    """
    address = checked_resolver(resolver)
    shape = grid_named(grid)
    data = options.attributes(
        made=made, packed=packed, best_before=best_before, expires=expires, elements=elements
    )
    reading = read_things(
        file, {**({"10": lot} if lot else {}), **data}, Product(name, name_en, producer, producer_uscc, spec)
    )
    for error in reading.errors:
        refuse(error, as_json=as_json)
    if reading.errors:
        note(f"nothing was printed: wrong lines in {file}: {len(reading.errors)}")
        raise typer.Exit(1)
    design: Design = (
        LogisticDesign(address)
        if kind is Kind.logistic
        else ItemDesign(address, detail.value, level.value, min_module)
    )
    font = faces(texts_of(reading.contents))
    with progress() as tell:
        done = write_sheet(
            out,
            content_drawings(reading.contents, design, shape, font),
            shape,
            font,
            title=out.stem,
            skip=skip,
            guides=guides,
            progress=tell,
        )
    show(
        {
            "file": str(done.path),
            "labels": done.labels,
            "pages": done.pages,
            "symbols_read_back": done.symbols,
        },
        as_json=as_json,
    )
