"""``/trace/v1/responsibility``: who had a thing, and who answers for it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from lineage import trace
from lineage.facts import micros
from trace_api.epcis.examples import answer_of
from trace_api.recall.service import utc_now
from trace_api.trace import service
from trace_api.trace.asking import Asked
from trace_api.trace.endpoints import Asker
from trace_api.trace.examples import RESPONSIBILITY
from trace_api.trace.neighbours_repository import PostgresNeighbours
from trace_api.trace.writing import whole

router = APIRouter(prefix="/trace/v1", tags=["Trace"])


@router.get(
    "/responsibility",
    response_class=Response,
    summary="Who answers for it?",
    responses={200: answer_of(RESPONSIBILITY, "Who had it, and the gaps between.")},
)
def responsibility(
    asker: Asker,
    asked: Asked,
    thing_id: Annotated[str, Query(alias="id", description="The thing, in any written form.")] = "",
    upstream: Annotated[bool, Query(description="Also of everything that went into it.")] = False,
) -> Response:
    """Give the chain of custody with duties, licences valid at that time, findings and gaps."""
    with asked.reading() as connection:
        neighbours = PostgresNeighbours(connection)
        answer = trace.responsibility(
            neighbours,
            service.find(neighbours, thing_id, asker),
            upstream=upstream,
            directory=service.directory_beside(neighbours),
            now=micros(utc_now()),
        )
    return whole(answer.as_dict())
