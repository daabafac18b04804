"""What can go wrong with a recall, as errors that a person can act on."""

from trace_api.errors import TraceApiError


class RecallError(TraceApiError):
    """Root of the errors of this package."""

    code = "recall"


class UnknownLevelError(RecallError):
    """The regime has no recall of this level."""

    code = "unknown-recall-level"
