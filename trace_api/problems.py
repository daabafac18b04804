"""Problem documents (RFC 9457): the one form in which this server says no over HTTP.

Raise :class:`Problem` anywhere below an endpoint; :func:`install` turns it, the framework's own
errors and anything unforeseen into ``application/problem+json``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from lineage.errors import LineageError
from trace_api.errors import TraceApiError

log = logging.getLogger(__name__)

PROBLEMS = "https://w3id.org/suyuan/problems/"
MEDIA_TYPE = "application/problem+json"
#: Problems listed in one refusal.
PROBLEMS_SHOWN = 50

_TITLES = {
    400: "Bad request",
    401: "Authentication required",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Cannot be processed",
    500: "Internal error",
    501: "Not implemented",
    503: "Not available",
}


class Problem(TraceApiError):  # noqa: N818 - the standard's word
    """An answer that says no.

    :param status: HTTP status
    :param code: kebab-case word, becomes the last part of ``type``; or a whole URI such as
        ``epcisException:ValidationException``
    :param detail: one sentence for a person about this very request
    :param more: further members of the document (``errors``, ``hint`` …)
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        title: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or code, hint=str(more.get("hint", "")), code=code)
        self.status = status
        self.type = code if ":" in code else PROBLEMS + code
        self.title = title or _TITLES.get(status, "Error")
        self.headers = dict(headers or {})
        self.more = more

    def document(self) -> dict[str, Any]:
        """Give the members of the problem document."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.message,
            **self.more,
        }


def response(problem: Problem) -> Response:
    """Give the HTTP response of a problem."""
    return Response(
        orjson.dumps(problem.document(), default=str),
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Have the application answer every error with a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(LineageError, _lineage)
    app.add_exception_handler(TraceApiError, _own)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(RequestValidationError, _parameters)
    for failure in (DBAPIError, psycopg.Error, PoolTimeoutError):
        app.add_exception_handler(failure, _database)
    app.add_exception_handler(Exception, _unforeseen)


def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - the handler is registered for this class
    return response(error)


def _lineage(_: Request, error: Exception) -> Response:
    assert isinstance(error, LineageError)  # noqa: S101 - the handler is registered for this class
    return response(Problem(400, error.code, error.message, hint=error.hint))


def _own(_: Request, error: Exception) -> Response:
    assert isinstance(error, TraceApiError)  # noqa: S101 - the handler is registered for this class
    return response(Problem(400, error.code, error.message, hint=error.hint))


def answer_http(request: Request, error: Exception) -> Response:
    """Give the problem document of an error of the framework's own."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this class
    codes = {404: "no-such-resource", 405: "method-not-allowed", 413: "too-large"}
    code = codes.get(error.status_code, f"http-{error.status_code}")
    if error.status_code == 404 and _is_epcis(request):
        code = "epcisException:NoSuchResourceException"
    return response(Problem(error.status_code, code, str(error.detail), headers=error.headers))


def _parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this class
    # The frames of the failure hold the body, and the error its frames: let go, or it stays for a while.
    error.body = error.__traceback__ = error.__cause__ = error.__context__ = None
    errors = [
        {
            "parameter": ".".join(str(part) for part in each["loc"]),
            "code": each["type"],
            "message": each["msg"],
        }
        for each in error.errors()[:PROBLEMS_SHOWN]
    ]
    detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in errors)
    code = "epcisException:QueryParameterException" if _is_epcis(request) else "bad-parameter"
    return response(Problem(400, code, detail, errors=errors))


def _is_epcis(request: Request) -> bool:
    """EPCIS names its own types of problem."""
    return request.url.path.startswith("/epcis/")


def _database(request: Request, error: Exception) -> Response:
    """Answer what the database refused, whether it came through SQLAlchemy or straight from the driver."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.QueryCanceled):
        detail = "This question needs more time than the server grants one."
        return response(
            Problem(503, "too-much-work", detail, hint="Ask with a smaller depth or a shorter period.")
        )
    if isinstance(cause, psycopg.DataError):
        log.warning("a value that the database cannot take: %s", cause)
        detail = "A value of the request cannot be kept or looked for: a NUL character, or a giant number."
        return response(Problem(400, "bad-parameter", detail))
    if isinstance(cause, psycopg.OperationalError) or isinstance(error, PoolTimeoutError):
        log.warning("database not available: %s", cause)
        detail = "The database cannot be reached right now."
        return response(Problem(503, "database-not-available", detail, headers={"Retry-After": "2"}))
    return _unforeseen(request, error)


def _unforeseen(request: Request, error: Exception) -> Response:
    # The server prints the traceback itself; this names the request that it belongs to.
    log.error("unforeseen %s at %s %s", type(error).__name__, request.method, request.url.path)
    code = "epcisException:ImplementationException" if _is_epcis(request) else "internal-error"
    return response(Problem(500, code, "The server failed; the error has been logged."))
