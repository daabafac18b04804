"""The root of the server's own errors."""

from __future__ import annotations


class TraceApiError(Exception):
    """Something the server can name: a stable ``code``, a ``message`` for people, a ``hint`` what to do."""

    code = "trace-api"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code
