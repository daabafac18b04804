"""How a command's module is found and imported: only when the command is called.

Each package that has commands keeps them in a table; ``--help`` is answered from the table alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

Commands = Mapping[str, tuple[str, str]]
"""Command → ``module:function`` and the line that ``--help`` shows for it."""


def lazy_group(commands: Commands) -> type[TyperGroup]:
    """Give a group of commands for :class:`typer.Typer` that loads each when it is called."""

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            """Give all names in the order of the table."""
            del ctx
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
            """Give what the list of commands needs: name and line, without importing anything."""
            del ctx
            place = commands.get(cmd_name)
            return TyperCommand(cmd_name, help=place[1], rich_markup_mode=None) if place else None

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            """Give the command that is called, with its module imported."""
            name, command, rest = super().resolve_command(ctx, args)
            return name, _load(name, commands[name][0]) if command and name else command, rest

    return LazyGroup


def _load(name: str, place: str) -> object:
    module, function = place.split(":")
    try:
        callback: Any = getattr(import_module(module), function)
    except ImportError as error:
        typer.echo(f"{name} cannot be loaded: {error}", err=True)
        raise typer.Exit(2) from error
    info = CommandInfo(name=name, callback=callback, cls=TyperCommand)
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode="markdown")
