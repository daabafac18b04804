"""The Typer application: which command lives in which module, and how it is found.

A module of commands has a function of the command's name, typed for Typer. To add a command, add one line to
``COMMANDS``.
"""

from __future__ import annotations

import typer

from lineage.commands.loading import Commands, lazy_group

COMMANDS: Commands = {
    "id": ("lineage.commands.identify:id_command", "Read any identifier form and print its canonical form."),
    "gs1": (
        "lineage.commands.gs1:gs1",
        "Check a GS1 element string or Digital Link against the whole AI dictionary.",
    ),
    "tag": ("lineage.commands.tag:tag", "EPC memory of RFID tags to URIs and back."),
    "hash": ("lineage.commands.hash:hash_command", "Event hash of each event of a document."),
    "convert": ("lineage.commands.convert:convert", "Convert EPCIS documents between JSON and XML."),
    "validate": ("lineage.commands.validate:validate", "Check EPCIS documents."),
    "trace": (
        "lineage.commands.trace:trace",
        "Ask where something came from, went to, and who answers for it.",
    ),
}

app = typer.Typer(
    name="lineage",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Identifiers, EPCIS events and traces, on files and on the command line.

    For example:

    * lineage id "(01)06901234567892(21)A1"
    * lineage validate events.json
    * lineage trace events.json --source "(01)06901234000023(21)s1"

    Exit code 0: done; 1: the answer is no, or some input was bad (each is named); 2: wrong usage.
    """
