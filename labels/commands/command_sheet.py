"""``trace-labels command-sheet``: bar codes with which the people at a station steer it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from labels.commands.options import AsJson
from labels.commands.reporting import progress, reported, show
from labels.fonts import faces
from labels.sheet import write_sheet
from labels.station import GRID, USUAL, Carrier, card, card_texts, command, heading
from labels.wording import FIXED, STATION_TITLE


class CarrierChoice(StrEnum):
    """Symbology of the cards."""

    qr = "qr"
    code128 = "code128"


@reported
def command_sheet(
    commands: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND...]",
            help="WORD, WORD=value or WORD=value|text; the usual ones when none is given.",
        ),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="PDF to write.")],
    title: Annotated[
        str, typer.Option("--title", help="Heading, as the name of the station.")
    ] = STATION_TITLE[0],
    title_en: Annotated[str, typer.Option("--title-en", help="Heading in English.")] = STATION_TITLE[1],
    carrier: Annotated[
        CarrierChoice, typer.Option("--carrier", help="code128 for laser scanners, which read no QR.")
    ] = CarrierChoice.qr,
    usual: Annotated[
        bool, typer.Option("--usual", help="The usual commands too, before those that are named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print cards with the commands of the edge agent (`SUYUAN:DONE` …), proved like every sheet.

    Text after `|` says what a value means to people.

    Examples:
    - `trace-labels command-sheet -o station.pdf --title 灌装线 1`

    - `trace-labels command-sheet -o ship.pdf --usual 'TO=(414)6901234567892|太原配送中心' 'QTY=12 kg'`

    """
    wanted = [command(text) for text in [*(USUAL if usual or not commands else ()), *(commands or ())]]
    font = faces([*FIXED, title, title_en, *card_texts(wanted)])
    kind: Carrier = carrier.value
    with progress() as tell:
        done = write_sheet(
            out,
            [(what.text, partial(card, what, font, carrier=kind)) for what in wanted],
            GRID,
            font,
            title=title,
            decorate=lambda page, pages: heading(title, title_en, page, pages),
            progress=tell,
        )
    show(
        {
            "file": str(done.path),
            "cards": done.labels,
            "pages": done.pages,
            "symbols_read_back": done.symbols,
        },
        as_json=as_json,
    )
