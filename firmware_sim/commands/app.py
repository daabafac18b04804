"""The application that the commands of this package join, and how they speak to people."""

from typing import NoReturn

import typer
from rich.console import Console

from firmware_sim.errors import SimulationError

app = typer.Typer(
    name="firmware-sim",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Simulated readers, scanners and sensors; supply chains with a ledger of what really happened.

    For example:

    * firmware-sim demo
    * firmware-sim device m100 --link /tmp/uhf
    * firmware-sim world --regime food --size 500 --seed 1 --out /tmp/food

    Exit code 0: done; 1: the answer is no, or something failed (it is named); 2: wrong usage.
    """


notes = Console(stderr=True)
"""Where progress and remarks go; answers go to standard output."""


def fail(error: SimulationError) -> NoReturn:
    """Say what went wrong and what to do about it, and leave with 1."""
    notes.print(
        f"[bold red]{error.code}[/]: {error.message}" + (f"\n{error.hint}" if error.hint else ""),
        highlight=False,
    )
    raise typer.Exit(1)


def usage(message: str) -> NoReturn:
    """Say what is wrong with the call, and leave with 2."""
    notes.print(message, highlight=False)
    raise typer.Exit(2)
