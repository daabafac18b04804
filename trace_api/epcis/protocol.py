"""What every EPCIS endpoint speaks: versions, standard headers, media types, problems with EPCIS names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trace_api.problems import Problem

BASE: Final = "/epcis/v2"

EPCIS_VERSION: Final = "2.0.0"
CBV_VERSION: Final = "2.0.0"

JSON: Final = "application/json"
JSON_LD: Final = "application/ld+json"
XML: Final = "application/xml"

_ALWAYS: Final = {"GS1-EPCIS-Version": EPCIS_VERSION, "GS1-CBV-Version": CBV_VERSION}
_DISCOVERY: Final = {
    **_ALWAYS,
    "GS1-EPCIS-Min": EPCIS_VERSION,
    "GS1-EPCIS-Max": EPCIS_VERSION,
    "GS1-CBV-Min": CBV_VERSION,
    "GS1-CBV-Max": CBV_VERSION,
    "GS1-EPC-Format": "Never_Translates",
    "GS1-CBV-XML-Format": "Never_Translates",
    "GS1-Extensions": "suyuan=https://w3id.org/suyuan/v1/",
    "GS1-Vendor-Version": version("suyuan"),
}

# Versions a client may say its document is in; 1.2 comes as XML only.
_DOCUMENT_VERSIONS: Final = frozenset({"2.0", "2.0.0", "2.0.1", "1.2", "1.2.0"})
_VERSION: Final = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}")


class StandardHeaders:
    """Middleware that puts the version headers on every answer below :data:`BASE`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http" or not scope["path"].startswith(BASE):
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, complete)


def discovery(allow: Sequence[str], **more: str) -> Response:
    """Give the answer to OPTIONS: what this resource allows and what this server speaks."""
    headers = {"Allow": ", ".join([*allow, "OPTIONS"]), **_DISCOVERY}
    headers.update({name.replace("_", "-"): value for name, value in more.items()})
    return Response(status_code=204, headers=headers)


async def check_versions(request: Request) -> None:
    """Dependency: refuse what asks for a version that this server does not speak.

    :raises Problem: 406
    """
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version"):
        asked = request.headers.get(name)
        if asked is not None and asked.strip() not in _DOCUMENT_VERSIONS:
            raise not_acceptable(f"{name}: {asked[:40]!r} is not spoken here; {EPCIS_VERSION} is.")
    for low, high, own in (
        ("GS1-EPCIS-Min", "GS1-EPCIS-Max", EPCIS_VERSION),
        ("GS1-CBV-Min", "GS1-CBV-Max", CBV_VERSION),
    ):
        lowest, highest = (_numbers(request, name) for name in (low, high))
        if (lowest and lowest > _parts(own)) or (highest and _padded(highest) < _parts(own)):
            raise not_acceptable(f"{low}/{high} leave out version {own}.")


def wants_xml(request: Request) -> bool:
    """Say whether the client wants XML rather than JSON.

    :raises Problem: 406 when it takes neither
    """
    accept = request.headers.get("accept", "*/*")
    ranked: list[tuple[float, bool]] = []
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if weight and kind in {JSON, JSON_LD, "application/*", "*/*", "text/*"}:
            ranked.append((weight, False))
        elif weight and kind in {XML, "text/xml"}:
            ranked.append((weight, True))
    if not ranked:
        raise not_acceptable(f"Accept: {accept[:100]!r}; this gives {JSON} and {XML}.")
    best = max(weight for weight, _ in ranked)
    return (best, False) not in ranked


def not_acceptable(detail: str) -> Problem:
    """Give the 406."""
    return Problem(406, "epcisException:NotAcceptableException", detail)


def bad_parameter(detail: str, **more: Any) -> Problem:
    """Give the 400 of a query parameter."""
    return Problem(400, "epcisException:QueryParameterException", detail, **more)


def no_such_resource(detail: str) -> Problem:
    """Give the 404."""
    return Problem(404, "epcisException:NoSuchResourceException", detail)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _numbers(request: Request, name: str) -> tuple[int, ...]:
    text = request.headers.get(name)
    if text is None:
        return ()
    if not _VERSION.fullmatch(text.strip()):
        raise not_acceptable(f"{name}: {text[:40]!r} is no version.")
    return _parts(text.strip())


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _padded(numbers: tuple[int, ...]) -> tuple[int, ...]:
    # A highest version "2.0" includes every 2.0.x.
    return numbers + (999,) * (3 - len(numbers))
