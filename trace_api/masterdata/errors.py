"""What can be wrong with master data, as errors that a person can act on."""

from trace_api.errors import TraceApiError


class MasterDataError(TraceApiError):
    """Root of the errors of this package."""

    code = "master-data"


class UnreadableTableError(MasterDataError):
    """The file is not a table at all: no row of it can be judged."""

    code = "unreadable-table"


class UnknownTableError(MasterDataError):
    """The header row belongs to none of the tables."""

    code = "unknown-table"


class BadValueError(MasterDataError):
    """One value of one column is wrong.

    :ivar column: the column's name, as in the header
    """

    code = "bad-value"

    def __init__(self, column: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.column = column
