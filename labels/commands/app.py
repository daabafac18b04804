"""The Typer application: which command lives in which module, and how it is found.

A command's module is imported when the command is called: drawing codes needs neither font nor PDF.
"""

from __future__ import annotations

import typer

from lineage.commands.loading import Commands, lazy_group

COMMANDS: Commands = {
    "serials": ("labels.commands.serials:serials", "Draw codes that nobody can guess, into a batch file."),
    "sheet": ("labels.commands.sheet:sheet", "Print labels on sheets, as a PDF that has been read back."),
    "image": ("labels.commands.image:image", "Draw one label, or one symbol alone, as PNG or SVG."),
    "verify": ("labels.commands.verify:verify", "Read every symbol of files back and say what each names."),
    "command-sheet": (
        "labels.commands.command_sheet:command_sheet",
        "Print cards with the commands of the edge agent.",
    ),
    "grids": ("labels.commands.grids:grids", "List the label grids that have a name."),
}

app = typer.Typer(
    name="trace-labels",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Serials, symbols and label sheets; everything printed is read back before it is handed out.

    The usual way: draw codes with `serials`, tell the server (`POST /labels/v1/issued`), print with `sheet`.

    For example:

    * trace-labels serials --gtin 6901234567892 --lot L1101 -n 24 -o L1101.issued.jsonl
    * trace-labels sheet L1101.issued.jsonl -o L1101.pdf --resolver https://trace.example.cn
    * trace-labels verify L1101.pdf --issued L1101.issued.jsonl

    Exit code 0: done; 1: some input was bad or a print did not pass (each is named); 2: wrong usage.
    """
