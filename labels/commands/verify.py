"""``trace-labels verify``: read a sheet, a picture or a scan back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labels.commands.options import AsJson
from labels.commands.reporting import note, reported, show
from labels.issued import read_batch
from labels.readback import Found, differences, symbols_of


@reported
def verify(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="PDF, SVG, PNG, JPEG or TIFF; also a scan or photo."),
    ],
    *,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--issued", help="Batch file: each of its codes must be there exactly once, and no other."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every symbol of files back and say what each names.

    Exit code 1 when a file holds no symbol, a symbol names nothing, or the batch and the print differ.

    Examples:
    - `trace-labels verify L20261101.pdf --issued L20261101.issued.jsonl`

    - `trace-labels verify photo-of-the-line.jpg --json`

    """
    wanted = read_batch(batch).ids if batch else None
    everything: list[Found] = []
    good = True
    for file in files:
        found = list(symbols_of(file))
        good = good and bool(found) and not any(symbol.problem for symbol in found)
        if not found:
            note(f"{file}: no symbol can be read")
        for symbol in found:
            record = {"file": str(file), **symbol._asdict(), "valid": not symbol.problem}
            if as_json:
                show(record, as_json=True)
            else:
                mark = "no" if symbol.problem else "ok"
                typer.echo(f"{mark}  page {symbol.page}  {symbol.symbology:<12} {symbol.id or symbol.text}")
                if symbol.problem:
                    typer.echo(f"    {symbol.text!r}: {symbol.problem}")
        everything += found
    if wanted is not None:
        different = differences(everything, wanted)
        for sentence in different:
            note(sentence)
        good = good and not different
        if good:
            note(f"all {len(wanted):,} codes of the batch are there, each once")
    if not good:
        raise typer.Exit(1)
