"""What endpoints ask of the application they run in."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from trace_api.database import Database
from trace_api.settings import Settings


# `async` so that the framework calls them in place: a plain function would cost a hop to a thread.
async def _database(request: Request) -> Database:
    return cast("Database", request.app.state.database)


async def _settings(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


Store = Annotated[Database, Depends(_database)]
"""The database: ``with store.reading() as connection`` or ``store.transaction()`` (the one that commits)."""

Options = Annotated[Settings, Depends(_settings)]
"""The settings."""


def base_url(request: Request) -> str:
    """Give the address under which the client reaches this server, without a slash at the end."""
    public = cast("Settings", request.app.state.settings).public_url
    return (public or str(request.base_url)).rstrip("/")
