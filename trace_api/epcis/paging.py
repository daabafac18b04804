"""Pages of a list: a token says where the next one begins, so that pages neither repeat nor skip."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import orjson
from fastapi import Query, Request

from trace_api.dependencies import base_url
from trace_api.epcis.protocol import bad_parameter

#: A token holds a place and no state of the server, so it works for as long as it is kept; clients are
#: told a day, and should rather ask anew after that.
TOKEN_LIFE: Final = timedelta(days=1)

PageSize = Annotated[int, Query(alias="perPage", ge=1, le=1000, description="Most entries of one page.")]


def write_token(what: str, *place: int) -> str:
    """Give the token of a place in a list.

    :param what: names the list and its filter, so that a token of another list is refused
    """
    return base64.urlsafe_b64encode(orjson.dumps([what, *place])).decode().rstrip("=")


def read_token(token: str, what: str, count: int) -> list[int]:
    """Give the place of a token.

    :raises Problem: 400 when the token is not one of this list
    """
    try:
        read = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        read = None
    if (
        not isinstance(read, list)
        or len(read) != count + 1
        or read[0] != what
        or not all(isinstance(number, int) and abs(number) < 2**63 for number in read[1:])
    ):
        raise bad_parameter("This nextPageToken does not belong to this query.")
    return read[1:]


def link_next(request: Request, token: str) -> dict[str, str]:
    """Give the headers that lead to the next page."""
    url = request.url.include_query_params(nextPageToken=token)
    expires = (datetime.now(UTC) + TOKEN_LIFE).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "Link": f'<{base_url(request)}{url.path}?{url.query}>; rel="next"',
        "GS1-Next-Page-Token-Expires": expires,
    }
