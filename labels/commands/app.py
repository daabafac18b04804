"""The Typer application: which command lives in which module."""

from __future__ import annotations

import typer

from labels.commands.command_sheet import command_sheet
from labels.commands.grids import grids
from labels.commands.image import image
from labels.commands.serials import serials
from labels.commands.sheet import sheet
from labels.commands.verify import verify

app = typer.Typer(
    name="trace-labels",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Serials, symbols and label sheets; everything printed is read back before it is handed out.",
)

for _command in (serials, sheet, image, verify, command_sheet, grids):
    app.command()(_command)


@app.callback()
def main() -> None:
    """Serials, symbols and label sheets; everything printed is read back before it is handed out.

    The usual way: draw codes with `serials`, tell the server (`POST /labels/v1/issued`), print them with
    `sheet`.

    Exit code 0: done; 1: some input was bad or a print did not pass (each is named); 2: wrong usage.
    """
