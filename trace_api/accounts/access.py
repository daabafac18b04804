"""The dependencies of endpoints that ask who is there and whether they may.

Programs send ``Authorization: Bearer <token>``. Browsers that logged in send a cookie; it opens what
only reads, and what writes when the session's CSRF secret comes with it (header ``X-CSRF-Token`` or
form field ``csrf``), since a browser sends the cookie whoever made the page.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool

from trace_api.accounts import accounts_repository as repository
from trace_api.accounts.passwords import secret_hash
from trace_api.accounts.principal import Principal, Role
from trace_api.database import Database
from trace_api.problems import Problem

SESSION_COOKIE = "suyuan_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"

# How long a token that was good is taken for good without asking the database: a revoked one lives
# that much longer. Saves one look-up on each of the thousand requests a second of a busy gateway.
TRUST_SECONDS = 2.0
# Tokens remembered at once; past it the memory starts anew.
REMEMBERED = 10_000

# Longest credential worth hashing; ours have 43 characters.
_LONGEST_SECRET = 512
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Credentials:
    """Finds who presents a secret, and remembers it for :data:`TRUST_SECONDS`."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[bytes, tuple[float, Principal]] = {}

    async def bearer(self, secret: str) -> Principal | None:
        """Give who presents this token."""
        hashed = secret_hash(secret)
        known = self._known.get(hashed)
        if known is not None and known[0] > self._clock():
            return known[1]
        found = await run_in_threadpool(self._look_up, repository.token_principal, hashed)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        if found is not None:
            self._known[hashed] = (self._clock() + TRUST_SECONDS, found)
        return found

    async def session(self, secret: str) -> Principal | None:
        """Give who logged in with this cookie; never remembered, so that logging out is at once."""
        return await run_in_threadpool(self._look_up, repository.session_principal, secret_hash(secret))

    def _look_up(self, find: Callable[[Any, bytes], Principal | None], hashed: bytes) -> Principal | None:
        with self._database.reading() as connection:
            return find(connection, hashed)


class RequiredRole(SecurityBase):
    """Dependency: lets some roles in (and ``admin`` always) and says who it is.

    401 without a good token or session, 403 with another role or without the CSRF secret of the session.
    That it is a security scheme shows in the OpenAPI document that a token is needed.
    """

    def __init__(self, *roles: Role) -> None:
        self.model = HTTPBearer(description="A token of `trace-api token create`.")
        self.scheme_name = "HTTPBearer"
        self._allowed = frozenset(roles) | {"admin"}

    async def __call__(self, request: Request) -> Principal:
        """Give who asks."""
        found = await _present(request)
        if found is None:
            raise unauthenticated(request)
        if found.role not in self._allowed:
            raise refused(request, found, self._allowed)
        if found.csrf is not None and request.method not in _READING:
            await verify_csrf(request, found)
        return found


async def require_person(request: Request) -> Principal | None:
    """Dependency of pages: who has logged in with this browser, ``None`` when nobody has."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    if not cookie or len(cookie) > _LONGEST_SECRET:
        return None
    found: Principal | None = await request.app.state.credentials.session(cookie)
    return found


async def verify_csrf(request: Request, person: Principal) -> None:
    """Check that a writing request of a browser comes from a page of ours.

    :raises Problem: 403 when the session's secret is neither in the header nor in the form
    """
    sent: object = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        sent = (await request.form()).get(CSRF_FIELD)
    if not isinstance(sent, str) or not secrets.compare_digest(sent.encode(), (person.csrf or "").encode()):
        raise Problem(
            403, "csrf", "The form did not come from a page of this log-in.", hint="Load the page again."
        )


async def _present(request: Request) -> Principal | None:
    header = request.headers.get("authorization", "")
    scheme, _, secret = header.partition(" ")
    if scheme.lower() == "bearer":
        secret = secret.strip()
        if not secret or len(secret) > _LONGEST_SECRET:
            return None
        found: Principal | None = await request.app.state.credentials.bearer(secret)
        return found
    return await require_person(request)


Anyone = Depends(_present)
"""Dependency of open endpoints that show more to those who say who they are."""


def unauthenticated(request: Request) -> Problem:
    """Give the 401 of this path: EPCIS has a type of its own for it."""
    code = "epcisException:SecurityException" if _epcis(request) else "not-authenticated"
    return Problem(
        401,
        code,
        "This needs a token, and none that is known came with the request.",
        headers={"WWW-Authenticate": "Bearer"},
        hint="Send `Authorization: Bearer <token>`; make one with `trace-api token create`.",
    )


def refused(request: Request, found: Principal, allowed: frozenset[str]) -> Problem:
    """Give the 403 of this path."""
    code = "epcisException:SecurityException" if _epcis(request) else "not-allowed"
    return Problem(
        403, code, f"The role {found.role} may not do this; it takes {' or '.join(sorted(allowed))}."
    )


def _epcis(request: Request) -> bool:
    return request.url.path.startswith("/epcis/")
