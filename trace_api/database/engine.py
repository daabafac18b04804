"""Connections and the unit of work: the one place of the server that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select
from typing import Any, Final, TypeVar, cast

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from trace_api.errors import TraceApiError

T = TypeVar("T")

# A work unit that lost a race is done again: each attempt sees what the winner committed.
ATTEMPTS = 8
_LOST_RACE = (DeadlockDetected, SerializationFailure, UniqueViolation)

# psycopg prepares a statement on the server at this repetition: the hot statements save their planning.
PREPARE_THRESHOLD = 2

#: Rows are looked up by key through an index, however many keys one statement brings: a hash or a merge join,
#: or a scan behind a nested loop, would read the table from end to end, and a plan made while the table was
#: small would go on doing so.
INDEX_WALKS: Final = (
    "enable_seqscan=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
    # On a table that has just begun to grow a whole copy of it looks cheap.
    "enable_material=off",
)
#: Compiling a statement takes longer than any of a request runs.
NO_COMPILING: Final = "jit=off"
# One plan is then right for all values: planning for each call took as long as most statements do.
_PLANNING: Final = " ".join(
    f"-c {setting}" for setting in (*INDEX_WALKS, NO_COMPILING, "plan_cache_mode=force_generic_plan")
)
#: When PostgreSQL was started: another value says that it was started anew, maybe after a crash.
STARTED: Final = "pg_postmaster_start_time()::text"

_CLUSTER = "suyuan_cluster"
_SHARED = "suyuan_shared"


class AnotherStatement(TraceApiError):  # noqa: N818 - nothing failed: the work begins again, on a snapshot
    """Work that began with a single statement needs another one."""

    code = "another-statement"


class _Connection(psycopg.Connection[Any]):
    """A connection that can be kept to a number of exchanges.

    :ivar left: how many; ``None`` for any
    """

    left: int | None = None

    def wait(self, *args: Any, **options: Any) -> Any:
        """Do an exchange, see :meth:`psycopg.Connection.wait`."""
        if self.left is not None:
            if not self.left:
                raise AnotherStatement("The work takes more than one statement")
            self.left -= 1
        return super().wait(*args, **options)


class Database:
    """Two connection pools of one PostgreSQL: one that writes, one that reads a snapshot and nothing else.

    :param url: ``postgresql://…``
    :param pool_size: connections each pool may hold; more callers than that wait
    :param read_timeout: seconds a single statement of :meth:`reading` may take
    """

    def __init__(self, url: str, *, pool_size: int = 16, read_timeout: float = 30.0) -> None:
        self.url = url
        self._writer = _engine(url, pool_size, {"application_name": "suyuan", "options": _PLANNING})
        self._reader = _engine(
            url,
            pool_size,
            {
                "application_name": "suyuan-read",
                "options": f"{_PLANNING} -c default_transaction_read_only=on"
                " -c default_transaction_isolation=repeatable\\ read"
                f" -c statement_timeout={int(read_timeout * 1000)}",
            },
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begin a unit of work; commit when the block ends, roll back when it raises.

        Isolation is READ COMMITTED. Nothing else in the server commits.
        """
        with self._writer.connect() as connection, connection.begin():
            yield connection

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do a unit of work, again when it lost a race against another one (deadlock, same unique key).

        :param work: idempotent up to its commit: it may be called up to :data:`ATTEMPTS` times
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                with self.transaction() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not left or not isinstance(error.orig, _LOST_RACE):
                    raise
            except _LOST_RACE:
                if not left:
                    raise
        raise AssertionError  # pragma: no cover - the loop returns or raises

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """Give a connection that sees the committed state in a single statement.

        One statement needs no transaction around it, which would be two more exchanges with the server.

        :raises AnotherStatement: by whoever makes a second one, which might see another state
        """
        with self._reader.connect() as connection:
            reader = cast("_Connection", driver(connection))
            if on_cluster(connection):
                # Questions are several statements there.
                raise AnotherStatement("There are no questions of one statement on a cluster")
            reader.autocommit, reader.left = True, 1
            try:
                yield connection
            finally:
                reader.left = None
                if reader.info.transaction_status == TransactionStatus.IDLE:
                    reader.autocommit = False
                elif not connection.invalidated:
                    connection.invalidate()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one snapshot of the committed state, for any number of statements."""
        with self._reader.connect() as connection:
            try:
                yield connection
            finally:
                # With a rollback the driver would forget what it has prepared, for the next question to do
                # again: also where the answer is a refusal. The driver's own commit: statements that went
                # past SQLAlchemy began nothing that it would end.
                if not connection.invalidated and _is_sound(driver(connection)):
                    driver(connection).commit()

    def close(self) -> None:
        """Close every pooled connection."""
        self._writer.dispose()
        self._reader.dispose()


def driver(connection: Connection) -> psycopg.Connection[Any]:
    """Give the psycopg connection inside, in the same transaction: for COPY and for the hot statements."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _is_sound(connection: psycopg.Connection[Any]) -> bool:
    """Say whether no statement of the transaction has failed."""
    return connection.info.transaction_status in (TransactionStatus.IDLE, TransactionStatus.INTRANS)


def on_cluster(connection: Connection) -> bool:
    """Say whether the database is spread over the nodes of a Citus cluster."""
    return bool(connection.info[_CLUSTER])


def remembered(connection: Connection, name: str, make: Callable[[], T]) -> T:
    """Give what all connections of the pool remember together under a name.

    :param make: makes it, empty
    """
    shared: dict[str, T] = connection.info[_SHARED]
    found = shared.get(name)
    return shared.setdefault(name, make()) if found is None else found


def _engine(url: str, pool_size: int, arguments: dict[str, str]) -> Engine:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        # The connection that was used last: what PostgreSQL has at hand for it is still warm.
        pool_use_lifo=True,
        connect_args={"prepare_threshold": PREPARE_THRESHOLD, **arguments},
    )
    shared: dict[str, object] = {}

    def connect(
        dialect: object,  # noqa: ARG001 - the form of a listener
        record: object,  # noqa: ARG001
        arguments: list[Any],
        options: dict[str, Any],
    ) -> psycopg.Connection[Any]:
        return _Connection.connect(*arguments, **options)

    def share(_: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
        record.info[_SHARED] = shared

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", share)
    event.listen(engine, "connect", _get_to_know)
    event.listen(engine, "checkout", _check_alive)
    return engine


def _check_alive(connection: psycopg.Connection[Any], *_: object) -> None:
    """Have a connection that died with the server replaced, not handed out.

    A server says nothing to an idle connection but that it ends it: then there is something to read. To ask
    the server instead would cost every request an exchange.

    :raises DisconnectionError: the pool then tries another
    """
    if connection.closed or select([connection], [], [], 0)[0]:
        raise DisconnectionError


def _get_to_know(connection: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
    """Note of a new connection whether there is a cluster behind it."""
    found = connection.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')").fetchone()
    record.info[_CLUSTER] = bool(found and found[0])
    if record.info[_CLUSTER]:
        # Which shards a statement goes to follows from its values: Citus has no plan for all values.
        connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()
