"""``trace-api cluster status|distribute``."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from trace_api.commands.app import Data, DatabaseUrl, app, notes, settings_of

cluster = typer.Typer(help="One database on many nodes, with Citus.", no_args_is_help=True)
app.add_typer(cluster, name="cluster")


@cluster.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Say whether the database is distributed, over which nodes, and how each table lies.

    For example:

        trace-api cluster status --database-url postgresql://suyuan@coordinator/suyuan

    """
    from trace_api.database import cluster as service  # noqa: PLC0415 - takes half a second to load
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings, check=False) as database,
    ):
        found = service.status(database)
    if as_json:
        typer.echo(json.dumps(found.as_dict()))
        return
    if found.version is None:
        notes.print("One node: this PostgreSQL has no Citus extension in its database.")
        return
    notes.print(f"Citus {found.version}, worker nodes: {', '.join(found.nodes) or 'none'}", soft_wrap=True)
    if not found.tables:
        notes.print("Nothing is distributed. On a fresh database: trace-api cluster distribute")
        return
    table = Table("table", "kind", "by", "shards")
    for name, kind, column, shards in found.tables:
        table.add_row(name, kind, column, str(shards))
    notes.print(table)


@cluster.command()
def distribute(
    show: Annotated[bool, typer.Option("--show", help="Print the statements and do nothing.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Spread the tables of a fresh database over the nodes of a Citus cluster.

    Refuses where the extension is absent and where events were captured already. Read docs/growing.md first:
    it says what has been tried and what has not.

    For example:

        trace-api cluster distribute --database-url postgresql://suyuan@coordinator/suyuan

    """
    from trace_api.database import cluster as service  # noqa: PLC0415 - takes half a second to load
    from trace_api.server import open_database  # noqa: PLC0415

    if show:
        for statement in service.statements():
            typer.echo(f"{statement};")
        return
    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
    ):
        done = service.distribute(database)
    notes.print(f"The database is distributed ({len(done)} tables). trace-api cluster status shows how.")
