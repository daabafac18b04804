"""The database: where it runs, how a transaction begins and ends, and its migrations."""

from trace_api.database.engine import Database
from trace_api.database.metadata import metadata
from trace_api.database.migrate import SchemaError, prepare

__all__ = ["Database", "SchemaError", "metadata", "prepare"]
