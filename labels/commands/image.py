"""``trace-labels image``: one label, or one symbol alone, as PNG or SVG."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from labels.bare import bare, symbol_of
from labels.commands import options
from labels.commands.reporting import reported, show, usage
from labels.content import DEFAULT_RESOLVER, Product, checked_resolver, content, texts_of
from labels.designs import DOT, ItemDesign
from labels.fonts import faces
from labels.logistic import LogisticDesign
from labels.pictures import write_picture
from labels.sheet import Design
from lineage.identifiers import read


class SymbologyChoice(StrEnum):
    """Symbologies."""

    qr = "qr"
    datamatrix = "datamatrix"
    gs1_128 = "gs1-128"
    code128 = "code128"


@reported
def image(
    code: Annotated[
        str, typer.Argument(help="Identifier in any written form, as '(01)06901234567892(21)7C4K'.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Picture to write: *.png or *.svg.")],
    size: Annotated[
        str | None,
        typer.Option("--size", help="Whole label of this size in mm, as 60x40; without it the symbol alone."),
    ] = None,
    symbology: Annotated[
        SymbologyChoice, typer.Option("--symbology", help="Of the symbol alone.")
    ] = SymbologyChoice.qr,
    module: Annotated[
        float, typer.Option("--module", help="Width of a module in mm, of the symbol alone.")
    ] = round(6 * DOT, 3),
    dpi: Annotated[int, typer.Option("--dpi", min=50, max=2400, help="Resolution of a PNG.")] = 600,
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="Scheme of a bare code, as drug_code.")
    ] = None,
    resolver: options.Resolver = DEFAULT_RESOLVER,
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
    """Draw one label, or one symbol alone, as PNG or SVG; it is read back before it is written.

    Examples:
    - `trace-labels image '(01)06901234567892(10)L1(21)7C4KQ9RTVWXY23' -o cup.svg --resolver`
        https://trace.example.cn

    - `trace-labels image drug_code:83857930000879766660 -o pack.png --symbology code128`

    - `trace-labels image '(00)069012340000000017' -o pallet.png --size 105x148`

    """
    address = checked_resolver(resolver)
    data = options.attributes(
        made=made, packed=packed, best_before=best_before, expires=expires, elements=elements
    )
    thing = read(code, scheme=scheme) if scheme else code
    said = content(
        thing, {**({"10": lot} if lot else {}), **data}, Product(name, name_en, producer, producer_uscc, spec)
    )
    font = faces(texts_of([said]))
    if size is None:
        drawing = bare(symbol_of(said, symbology.value, address), module)
    else:
        try:
            width, height = (float(part) for part in size.lower().split("x"))
        except ValueError:
            usage(f"--size is width x height in mm, as 60x40, not {size!r}")
        unit = said.identifier.scheme == "sscc" and width >= 100
        design: Design = LogisticDesign(address) if unit else ItemDesign(address)
        drawing = design.draw(said, width, height, font)
    write_picture(out, drawing, font, value=said.code[1], dpi=dpi)
    show(
        {
            "file": str(out),
            "id": said.identifier.id,
            "texts": [mark.symbol.text for mark in drawing.marks],
            "width_mm": round(drawing.width, 2),
            "height_mm": round(drawing.height, 2),
        },
        as_json=as_json,
    )
