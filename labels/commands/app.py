"""The Typer application: which command lives in which module, and how it is found.

A command's module is imported when the command is called: drawing codes needs neither font nor PDF.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

COMMANDS: dict[str, tuple[str, str]] = {
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
"""Command → ``module:function`` and the line that ``trace-labels --help`` shows for it."""


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
    callback: Any = getattr(import_module(module), function)
    info = CommandInfo(name=name, callback=callback, cls=TyperCommand)
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode="markdown")


app = typer.Typer(
    name="trace-labels",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Serials, symbols and label sheets; everything printed is read back before it is handed out.",
)


@app.callback()
def main() -> None:
    """Serials, symbols and label sheets; everything printed is read back before it is handed out.

    The usual way: draw codes with `serials`, tell the server (`POST /labels/v1/issued`), print with `sheet`.

    Exit code 0: done; 1: some input was bad or a print did not pass (each is named); 2: wrong usage.
    """
