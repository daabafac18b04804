"""From the bytes of a request to events, each valid or named with what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from lineage.events import Document, DocumentError, Event, Problem, read_document_leniently

JSON_TYPES = frozenset({"application/json", "application/ld+json"})
XML_TYPES = frozenset({"application/xml", "text/xml"})


@dataclass(frozen=True, slots=True)
class Received:
    """A document as it came in.

    :ivar entries: for each event of the document in order, the event or its problems
    """

    document: Document
    entries: list[Event | list[Problem]]

    def pointer(self, index: int) -> str:
        """Give the JSON pointer to an event of the whole document."""
        if self.document.kind == "query":
            return f"/epcisBody/queryResults/resultsBody/eventList/{index}"
        return f"/epcisBody/eventList/{index}" if self.document.wrapped else f"/{index}"


def media_type(header: str) -> str:
    """Give the bare media type of a ``Content-Type``; JSON where none is given."""
    return header.partition(";")[0].strip().lower() or "application/json"


def receive(data: bytes, kind: str) -> Received:
    """Read a document of this media type.

    :raises DocumentError: the document around the events is broken; nothing of it can be used
    """
    document, bad = read_document_leniently(data, kind)
    good = iter(document.events)
    count = len(document.events) + len(bad)
    return Received(document, [bad[index] if index in bad else next(good) for index in range(count)])


__all__ = ["JSON_TYPES", "XML_TYPES", "DocumentError", "Received", "media_type", "receive"]
