"""What can go wrong with a recall, as errors that a person can act on."""

from trace_api.errors import TraceApiError


class RecallError(TraceApiError):
    """Root of the errors of this package."""

    code = "recall"


class UnknownRuleError(RecallError):
    """No rule set is known for the regime and level."""

    code = "unknown-recall-level"


class BadDurationError(RecallError):
    """A rule's duration is not written in one of the forms that are counted."""

    code = "bad-duration"
