"""Alembic from the first table: an empty database is filled, any other is only checked."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from trace_api.database.engine import Database
from trace_api.errors import TraceApiError

# Two servers that start at once on one empty database: one migrates, the other waits. Any constant will do.
_MIGRATION_LOCK = 7_341_001


class SchemaError(TraceApiError):
    """The database is not of the version that this program needs."""

    code = "schema-version"


def prepare(database: Database) -> None:
    """Bring an empty database to the newest schema; leave a current one alone.

    :raises SchemaError: the database holds tables of another version, or of something else; says what to do
    """
    with database.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        now, newest = current(connection), head()
        if now == newest:
            return
        if now is None and not inspect(connection).get_table_names():
            _upgrade(connection)
            return
    raise _refusal(now, newest)


def migrate(database: Database) -> tuple[str | None, str]:
    """Upgrade to the newest schema, whatever the present one; give the revisions before and after."""
    with database.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        now = current(connection)
        if now is not None and now not in _known():
            raise _refusal(now, head())
        _upgrade(connection)
        return now, head()


def current(connection: Connection) -> str | None:
    """Give the revision of the database, ``None`` where Alembic has not been."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Give the revision that this program needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None  # noqa: S101 - the package always carries its migrations
    return found


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _refusal(now: str | None, newest: str) -> SchemaError:
    if now is None:
        return SchemaError(
            "the database holds tables that are not ours", hint="Give the server an empty database."
        )
    if now in _known():
        return SchemaError(
            f"the database is at revision {now}, this program needs {newest}",
            hint="Make a backup, then run: trace-api migrate",
        )
    return SchemaError(
        f"the database is at revision {now}, which this program (newest {newest}) does not know",
        hint="A newer version of the program has used it: install that version.",
    )
