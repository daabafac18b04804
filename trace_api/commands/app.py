"""``trace-api`` and what its commands share: settings from flags, errors as sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from lineage.errors import LineageError
from trace_api.errors import TraceApiError
from trace_api.settings import Settings, from_environment

HELP = """The server of Suyuan 溯源: captures EPCIS events, answers traces, runs recalls, shows pages.

Everything a flag says can also stand in the environment, as TRACE_PORT, TRACE_DATA_DIR, TRACE_DATABASE_URL …

For example:

* trace-api serve --data /var/lib/suyuan
* trace-api token create --role device --name line-1 --data /var/lib/suyuan
* trace-api import parties.csv sites.csv events.json --data /var/lib/suyuan

Exit code 0: done; 1: some input was bad, or it cannot be done (each is named); 2: wrong usage.
"""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")
notes = Console(stderr=True, highlight=False)
"""Where progress and remarks go."""
answers = Console(highlight=False)
"""Where tables for people go; what machines read is written plainly."""

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the embedded PostgreSQL. [env: TRACE_DATA_DIR]"),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help="A PostgreSQL 15+ to use instead of the embedded one. [env: TRACE_DATABASE_URL]",
    ),
]


@contextmanager
def settings_of(**flags: Any) -> Iterator[Settings]:
    """Give the settings of environment and flags; end the command with a sentence on an error of ours."""
    try:
        yield from_environment(os.environ, **flags)
    except (TraceApiError, LineageError) as error:
        notes.print(f"[red]{error.code}[/]: {error.message}", soft_wrap=True)
        if error.hint:
            notes.print(error.hint, soft_wrap=True)
        raise typer.Exit(1) from error


# Imported for the commands they add.
from trace_api.commands import accounts, cluster, importing, serving  # noqa: E402, F401
