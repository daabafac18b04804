"""HTTP for those who print codes: which codes were issued, and which further links a product has."""

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Connection

from lineage.identifiers import read, read_uri
from trace_api.accounts import Principal, RequiredRole
from trace_api.bodies import Body, read_body
from trace_api.dependencies import Store
from trace_api.lookup import openapi, repository
from trace_api.lookup.issued import Batch, RejectedLine, read_batch
from trace_api.lookup.linkset import DEFAULT, link_type
from trace_api.lookup.repository import Link
from trace_api.problems import Problem
from trace_api.responsibility.directory import MasterDirectory

router = APIRouter(responses=openapi.REFUSALS)

Issuer = Annotated[Principal, Depends(RequiredRole("party"))]
Lines = Annotated[Body, Depends(read_body("application/x-ndjson", "application/jsonl", "text/plain"))]

MAX_REPORTED: Final = 1000  # rejected lines that an answer names; their number is always given


@router.post(
    "/labels/v1/issued",
    tags=["labels"],
    summary="Codes that were printed or handed out",
    responses=openapi.REFUSALS,
    openapi_extra={"requestBody": openapi.ISSUED_BODY},
)
def issued(store: Store, principal: Issuer, body: Lines) -> dict[str, Any]:
    """Take the file of `trace-labels serials`: a head and one canonical id a line, gzip allowed.

    Sending it again changes nothing. A code that was issued in another batch is rejected: codes are never
    used twice.
    """
    batch = read_batch(body.content())

    def work(connection: Connection) -> dict[str, str]:
        _check_issuer(connection, principal, batch)
        return repository.add_batch(connection, batch, principal.name)

    before = store.run(work)
    rejected = list(batch.rejected)
    duplicate = 0
    for code, earlier in before.items():
        if earlier == batch.batch:
            duplicate += 1
        else:
            message = f"{code} was issued in the batch {earlier}"
            rejected.append(RejectedLine(batch.codes[code], "already-issued", message))
    rejected.sort(key=lambda line: line.line)
    return {
        "batch": batch.batch,
        "accepted": len(batch.codes) - len(before),
        "duplicate": duplicate,
        "rejected_count": len(rejected),
        "rejected": [line.as_dict() for line in rejected[:MAX_REPORTED]],
    }


class LinkBody(BaseModel):
    """One link of a product, lot or item."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "anchor": "(01)06901234567892",
                    "linkType": "gs1:instructions",
                    "href": "https://dairy.example/how-to-store",
                    "title": "贮存说明",
                    "hreflang": ["zh"],
                }
            ]
        },
    )

    anchor: str = Field(max_length=400, description="the product, lot or item, in any written form")
    linkType: str = Field(max_length=100, description="a link type of the GS1 Web Vocabulary")  # noqa: N815 - GS1's
    href: str = Field(max_length=1000)
    title: str = Field(min_length=1, max_length=200)
    hreflang: list[str] = Field(default_factory=list, max_length=10)
    type: str | None = Field(None, max_length=100, pattern=r"^\w+/[-+.\w]+$", description="media type")

    @field_validator("href")
    @classmethod
    def _href(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or not value.isprintable()
            or " " in value
        ):
            raise ValueError("is no http or https address")
        return value

    @field_validator("hreflang")
    @classmethod
    def _languages(cls, value: list[str]) -> list[str]:
        for language in value:
            if not (language.isascii() and language.replace("-", "").isalpha() and 2 <= len(language) <= 5):
                raise ValueError("languages are written zh or zh-CN")
        return value

    def link(self) -> Link:
        """Give the link with canonical anchor and bare type.

        :raises Problem: 400 for a type that is not of the vocabulary, or the default, which this server
            gives itself
        """
        kind = link_type(self.linkType)
        if kind is None or kind == DEFAULT:
            raise Problem(400, "unknown-link-type", f"{self.linkType!r} is no link type that can be added.")
        return Link(read(self.anchor).id, kind, self.href, self.title, tuple(self.hreflang), self.type)


@router.post("/resolver/v1/links", tags=["look-up"], status_code=201, summary="Add a link")
def add_link(store: Store, principal: Issuer, body: LinkBody) -> dict[str, Any]:
    """Add a link of a product, lot or item, or change its title; the look-up offers it by `linkType`."""
    link = body.link()

    def work(connection: Connection) -> bool:
        _check_owner(connection, principal, link.anchor)
        return repository.add_link(connection, link, principal.name)

    return {"anchor": link.anchor, "linkType": f"gs1:{link.link_type}", "changed": store.run(work)}


@router.delete("/resolver/v1/links", tags=["look-up"], summary="Remove a link")
def remove_link(store: Store, principal: Issuer, anchor: str, linkType: str, href: str) -> dict[str, Any]:  # noqa: N803 - GS1's
    """Remove a link."""
    key = read(anchor).id
    kind = link_type(linkType)

    def work(connection: Connection) -> bool:
        _check_owner(connection, principal, key)
        return kind is not None and repository.remove_link(connection, key, kind, href)

    if not store.run(work):
        raise Problem(404, "no-such-link", "There is no such link.")
    return {"removed": True}


def _check_issuer(connection: Connection, principal: Principal, batch: Batch) -> None:
    """Keep a party from issuing codes of somebody else's product."""
    for thing in (batch.class_id, next(iter(batch.codes), None)):
        if thing is not None and "/" in thing:
            _check_owner(connection, principal, thing)
    said = batch.product.get("producer_uscc")
    if principal.role == "party" and said is not None and said != principal.party_uscc:
        raise Problem(
            403, "not-allowed", f"The labels name {said} as producer, the token speaks for another party."
        )


def _check_owner(connection: Connection, principal: Principal, thing: str) -> None:
    if principal.role != "party":
        return
    product = MasterDirectory(connection).product_record(read_uri(thing).id)
    if product is not None and product.producer_uscc not in {None, principal.party_uscc}:
        raise Problem(403, "not-allowed", f"{product.product_id} is the product of another party.")
