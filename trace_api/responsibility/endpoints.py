"""``/trace/v1/responsibility``: who had a thing, and who answers for it."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from lineage.facts import micros
from lineage.trace import responsibility as ask
from trace_api.dependencies import Store
from trace_api.epcis.examples import answer_of
from trace_api.recall.service import utc_now
from trace_api.responsibility.directory import MasterDirectory
from trace_api.trace import service
from trace_api.trace.endpoints import Asker
from trace_api.trace.examples import RESPONSIBILITY
from trace_api.trace.neighbours_repository import PostgresNeighbours

router = APIRouter(prefix="/trace/v1", tags=["Trace"])


@router.get(
    "/responsibility",
    response_class=Response,
    summary="Who answers for it?",
    responses={200: answer_of(RESPONSIBILITY, "Who had it, and the gaps between.")},
)
def responsibility(
    store: Store,
    asker: Asker,
    thing_id: Annotated[str, Query(alias="id", description="The thing, in any written form.")] = "",
    upstream: Annotated[bool, Query(description="Also of everything that went into it.")] = False,
) -> Response:
    """Give the chain of custody with duties, licences valid at that time, findings and gaps."""
    with store.reading() as connection:
        thing = service.find(connection, thing_id, asker)
        answer = ask(
            PostgresNeighbours(connection),
            thing,
            upstream=upstream,
            directory=MasterDirectory(connection),
            now=micros(utc_now()),
        )
        body = orjson.dumps(answer.as_dict())
    return Response(body, media_type="application/json")
