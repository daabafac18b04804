"""The Typer application: which command lives in which module, and how it is found.

A module of commands has a function of the command's name, typed for Typer. To add a command, add one line to
``COMMANDS``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

COMMANDS: dict[str, tuple[str, str]] = {
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
"""Command → ``module:function`` and the line that ``lineage --help`` shows for it."""


class LazyGroup(TyperGroup):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give all names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Give what the list of commands needs: name and line, without importing anything."""
        del ctx
        place = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=place[1], rich_markup_mode=None) if place else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Give the command that is called, with its module imported."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if command and name else command, rest


def _load(name: str) -> object:
    module, function = COMMANDS[name][0].split(":")
    try:
        callback: Any = getattr(import_module(module), function)
    except ImportError as error:
        typer.echo(f"lineage {name}: cannot be loaded: {error}", err=True)
        raise typer.Exit(2) from error
    info = CommandInfo(name=name, callback=callback, cls=TyperCommand)
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode="markdown")


app = typer.Typer(
    name="lineage",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Identifiers, EPCIS events and traces, on files and on the command line.",
)


@app.callback()
def main() -> None:
    """Identifiers, EPCIS events and traces, on files and on the command line.

    Exit code 0: done; 1: the answer is no, or some input was bad (each is named); 2: wrong usage.
    """
