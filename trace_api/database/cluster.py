"""One database on many nodes, with Citus: which table lies where, and the way from a fresh database to that.

A table is *distributed* (its rows spread over the nodes by the hash of one column), *reference* (a whole copy
on every node), or stays on the *coordinator*. Citus asks of a distributed table that every unique constraint
holds the distribution column; of a reference table that a generated identity is a ``bigint``. Tables that
ask for uniqueness over something else, ``thing`` and ``event``, therefore stay on the coordinator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from trace_api.database import cluster_repository as repository
from trace_api.database.engine import INDEX_WALKS, NO_COMPILING, Database
from trace_api.errors import TraceApiError

#: Facts and postings: a look-up of a thing is an equality on its block, so all of one thing lies together.
BY_BLOCK: Final = ("posting", "leg", "membership", "mark", "emptying", "stay", "oddity")
#: Further distributed tables with their column: looked up by key, joined with nothing.
BY_KEY: Final = {"event_page": "id"}
#: Small tables, read by every question.
REFERENCE: Final = ("party", "site", "product", "licence", "masterdata_version")
#: Every table that Citus is told about.
PLACED: Final = (*BY_BLOCK, *BY_KEY, *REFERENCE)
#: What Citus would not spread as it stands, or what nothing is gained from spreading.
COORDINATOR: Final = (
    *("thing", "term", "transformation", "event", "event_context", "capture", "read_batch"),
    *("token", "account", "session", "alembic_version"),
    *("issued_batch", "issued_code", "lookup_count", "lookup_unknown", "resolver_link"),
    *("recall_case", "recall_thing", "recall_notice", "recall_recovery", "recall_entry"),
)


class ClusterError(TraceApiError):
    """The database cannot be distributed."""

    code = "cluster"


@dataclass(frozen=True, slots=True)
class Status:
    """What the database says about itself.

    :ivar version: of the extension in this database, ``None`` where it is absent
    :ivar nodes: addresses of the active worker nodes
    :ivar tables: name, kind, distribution column, shards of every table that Citus manages
    """

    version: str | None
    nodes: Sequence[str]
    tables: Sequence[tuple[str, str, str, int]]

    def as_dict(self) -> dict[str, Any]:
        """Give the status as JSON values."""
        names = ("table", "kind", "column", "shards")
        return {
            "citus": self.version,
            "nodes": list(self.nodes),
            "tables": [dict(zip(names, each, strict=True)) for each in self.tables],
        }


def statements() -> list[str]:
    """Give the statements that distribute a fresh database, in order."""
    first, *others = BY_BLOCK
    return [
        repository.spreading(first, "block"),
        *(repository.spreading(table, "block", beside=first) for table in others),
        *(repository.spreading(table, column) for table, column in BY_KEY.items()),
        *map(repository.copying, REFERENCE),
        # What the server asks of its own connections (see engine) has to hold on the nodes too.
        *map(repository.setting, (*INDEX_WALKS, NO_COMPILING)),
    ]


def status(database: Database) -> Status:
    """Read what is there; works on every PostgreSQL."""
    with database.reading() as connection:
        version = repository.version(connection)
        if version is None:
            return Status(None, (), ())
        return Status(version, repository.nodes(connection), repository.tables(connection))


def distribute(database: Database) -> list[str]:
    """Distribute a fresh database, all or nothing; give the statements that did it.

    :raises ClusterError: the extension is absent, events were captured already, tables are distributed
        already, or the schema has something that Citus refuses; nothing was changed
    """
    with database.transaction() as connection:
        if repository.version(connection) is None:
            raise ClusterError(
                "this PostgreSQL has no Citus extension in its database",
                hint="Install Citus on every node and run CREATE EXTENSION citus; see docs/growing.md.",
            )
        if repository.tables(connection):
            raise ClusterError(
                "the database is distributed already", hint="trace-api cluster status shows how."
            )
        if repository.is_used(connection):
            raise ClusterError(
                "the database is not fresh: it has captured events",
                hint="Distribute an empty database and import the events into it; see docs/growing.md.",
            )
        if found := repository.obstacles(
            connection, {**dict.fromkeys(BY_BLOCK, "block"), **BY_KEY}, REFERENCE
        ):
            raise ClusterError(f"Citus would refuse: {'; '.join(found)}")
        done = statements()
        repository.run(connection, done)
    return done
