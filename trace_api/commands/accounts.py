"""``trace-api token …`` and ``trace-api account …``."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from trace_api.commands.app import Data, DatabaseUrl, answers, app, notes, settings_of

token = typer.Typer(help="Bearer tokens of programs.", no_args_is_help=True)
account = typer.Typer(help="Accounts of people who log in at the console.", no_args_is_help=True)
app.add_typer(token, name="token")
app.add_typer(account, name="account")


def _known_role(role: str) -> str:
    from trace_api.accounts import ROLES  # noqa: PLC0415

    if role not in ROLES:
        raise typer.BadParameter(f"{role!r} is none of {', '.join(ROLES)}.")
    return role


Role = Annotated[str, typer.Option(help="device, party, inspector or admin.", callback=_known_role)]
Name = Annotated[str, typer.Option(help="What it is for, or whose it is.")]
Party = Annotated[
    str | None,
    typer.Option(metavar="USCC", help="Unified social credit code of the party that it speaks for."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@token.command("create")
def create_token(
    role: Role,
    name: Name,
    party: Party = None,
    days: Annotated[
        float | None, typer.Option(min=0, help="Valid so long; without end if not given.")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a token and print it, once: only a hash is kept.

    For example:

    - `trace-api token create --role device --name "gate 7"`
    - `trace-api token create --role party --name "dairy ERP" --party 91110000100006021R`
    """
    from trace_api.accounts import accounts  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
        database.transaction() as connection,
    ):
        secret = accounts.create_token(connection, name, role, party, days)
    notes.print(f"Token of {name} ({role}). It cannot be shown again.")
    if role == "party" and party is None:
        notes.print("It names no party (--party): it sees what is captured with it and nothing else.")
    typer.echo(secret)


@token.command("list")
def list_tokens(as_json: Json = False, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """List tokens; never the tokens themselves.

    For example:

    * trace-api token list --data /var/lib/suyuan
    """
    from trace_api.accounts import accounts_repository  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
        database.reading() as connection,
    ):
        rows = accounts_repository.tokens(connection)
    if as_json:
        for row in rows:
            members = {
                "id": row.id,
                "name": row.name,
                "role": row.role,
                "party": row.party_uscc,
                "created": row.created_at.isoformat(),
                "expires": row.expires_at and row.expires_at.isoformat(),
                "revoked": row.revoked_at and row.revoked_at.isoformat(),
            }
            typer.echo(json.dumps(members, ensure_ascii=False))
        return
    table = Table("id", "name", "role", "party", "created", "state")
    for row in rows:
        state = "live"
        if row.revoked_at:
            state = f"revoked {row.revoked_at:%Y-%m-%d}"
        elif row.expires_at:
            state = f"until {row.expires_at:%Y-%m-%d}"
        table.add_row(
            str(row.id), row.name, row.role, row.party_uscc or "", f"{row.created_at:%Y-%m-%d}", state
        )
    answers.print(table)


@token.command("revoke")
def revoke_token(
    which: Annotated[str, typer.Argument(metavar="ID|NAME", help="As `token list` shows it.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Revoke a token, or every token of a name; a running server refuses it after two seconds at most."""
    from trace_api.accounts import accounts_repository  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
        database.transaction() as connection,
    ):
        revoked = accounts_repository.revoke_tokens(connection, which)
    if not revoked:
        notes.print(f"There is no live token {which}.")
        raise typer.Exit(1)
    notes.print(f"Revoked: {', '.join(f'token {number}' for number in revoked)}.")


@account.command("create")
def create_account(
    name: Name,
    role: Role,
    party: Party = None,
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given."
        ),
    ] = "",
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make an account for a person; the password is asked for.

    For example:

    - `trace-api account create --name li --role inspector`
    """
    from trace_api.accounts import accounts  # noqa: PLC0415
    from trace_api.server import open_database  # noqa: PLC0415

    with (
        settings_of(data_dir=data, database_url=database_url) as settings,
        open_database(settings) as database,
        database.transaction() as connection,
    ):
        accounts.create_account(connection, name, role, password, party)
    notes.print(f"{name} ({role}) may log in now.")
