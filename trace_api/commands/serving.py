"""``trace-api serve`` and ``trace-api migrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from trace_api.commands.app import Data, DatabaseUrl, app, notes, settings_of


@app.command()
def serve(
    data: Data = None,
    database_url: DatabaseUrl = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on. [default: 8000]")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="Server processes that share the address; one a core makes use of all. [default: 1]",
        ),
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Address that clients use, behind a proxy.")
    ] = None,
) -> None:
    """Run the server until Ctrl-C.

    The first start fills an empty database and makes an administrator; the password is shown once and kept
    in a file that only its owner can read.

    For example:

    - `trace-api serve --data /var/lib/suyuan`
    - `TRACE_DATABASE_URL=postgresql://suyuan@db/suyuan trace-api serve --port 8080 --workers 4`

    Each worker holds up to two database connections a thread (TRACE_THREADS, 16): the database must allow
    as many.
    """
    # The server's packages take half a second to load: only when they are used.
    from trace_api.accounts.accounts import FIRST_ADMIN, first_admin  # noqa: PLC0415
    from trace_api.server import open_database, run  # noqa: PLC0415

    with (
        settings_of(
            data_dir=data,
            database_url=database_url,
            host=host,
            port=port,
            workers=workers,
            public_url=public_url,
        ) as settings,
        open_database(settings) as database,
    ):
        with database.transaction() as connection:
            password_file = first_admin(connection, settings.data_dir)
        if password_file is not None:
            notes.print(
                f"Administrator [bold]{FIRST_ADMIN}[/], password [bold]{password_file.read_text().strip()}[/]"
            )
            notes.print(f"It is shown this once, and kept in {password_file}.", soft_wrap=True)
        address = settings.public_url or f"http://{settings.host}:{settings.port}"
        notes.print(f"Serving {address}  (console {address}/console, API {address}/docs)", soft_wrap=True)
        run(settings, database)


@app.command()
def migrate(data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Bring a database of an older version to this program's. Make a backup first.

    For example:

    - `trace-api migrate --data /var/lib/suyuan`
    """
    from trace_api.database.migrate import migrate as upgrade  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings, check=False) as database,
    ):
        before, after = upgrade(database)
    if before == after:
        notes.print(f"The database is at revision {after} already.")
    else:
        notes.print(f"The database was at revision {before or 'none'} and is at {after} now.")
