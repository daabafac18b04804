"""Logging in and out, and who is there: the dependencies of console pages."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from trace_api.accounts import Principal, require_person, verify_csrf

ROLES: Final = frozenset({"inspector", "admin", "party"})

MAX_FAILURES: Final = 10
WINDOW_SECONDS: Final = 900.0
"""Ten wrong passwords for one name, or from one address, within a quarter of an hour; then one waits."""
REMEMBERED: Final = 10_000


class Failures:
    """Counts wrong passwords in this process, by name and by address.

    :param clock: monotonic seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_many(self, *keys: str) -> bool:
        """Say whether any of the keys has failed too often."""
        return any(self._count(key) >= MAX_FAILURES for key in keys)

    def add(self, *keys: str) -> None:
        """Note a failure."""
        for key in keys:
            count = self._count(key)
            since = self._counts[key][0] if count else self._clock()
            self._counts[key] = (since, count + 1)
            self._counts.move_to_end(key)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)

    def forget(self, *keys: str) -> None:
        """Forget failures after a success."""
        for key in keys:
            self._counts.pop(key, None)

    def _count(self, key: str) -> int:
        since, count = self._counts.get(key, (0.0, 0))
        if count and self._clock() - since > WINDOW_SECONDS:
            del self._counts[key]
            return 0
        return count


def failures(request: Request) -> Failures:
    """Give the counter of this application."""
    found: Failures | None = getattr(request.app.state, "login_failures", None)
    if found is None:
        found = request.app.state.login_failures = Failures()
    return found


async def _reader(
    request: Request, person: Annotated[Principal | None, Depends(require_person)]
) -> Principal:
    """Let in who has logged in and may use the console; send others to the log-in page."""
    if person is None:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = f"/console/login?next={quote(back if request.method == 'GET' else '/console', safe='')}"
        raise HTTPException(303, "Log in first.", {"Location": target})
    if person.role not in ROLES:
        raise HTTPException(403, f"The role {person.role} has no console.")
    return person


async def _writer(request: Request, person: Annotated[Principal, Depends(_reader)]) -> Principal:
    """Let in an inspector or administrator; a form must come from a page of this log-in."""
    if person.role not in {"inspector", "admin"}:
        raise HTTPException(403, f"The role {person.role} may not change anything here.")
    if request.method != "GET":
        await verify_csrf(request, person)
    return person


Reader = Annotated[Principal, Depends(_reader)]
Writer = Annotated[Principal, Depends(_writer)]


def local(target: str) -> str:
    """Give where to go after logging in: a page of the console, whatever was asked."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not parts.path.startswith("/console") or "\\" in target:
        return "/console"
    return target


def same_origin(request: Request) -> bool:
    """Say whether a form was sent from a page of this server, as far as the browser tells."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
