"""A document: events with what stands around them, and the master data that its header may bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lineage.events.event import Event
from lineage.events.vocabulary import EPCIS_CONTEXT


@dataclass(frozen=True, slots=True)
class VocabularyElement:
    """One entry of the master data: a location, a party, a product.

    :ivar type: URI of the vocabulary it belongs to, e.g. ``urn:epcglobal:epcis:vtype:BusinessLocation``
    :ivar id: URI of the thing described
    :ivar attributes: attribute URI → value, a list where the attribute is given more than once
    :ivar children: URIs of what lies inside it
    """

    type: str
    id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    children: tuple[str, ...] = ()


@dataclass(slots=True)
class Document:
    """An EPCIS document.

    :ivar kind: ``document`` for captured events, ``query`` for the answer to a query
    :ivar context: the document's ``@context`` as a list
    :ivar members: the other members of the document as written, without its events
    :ivar wrapped: ``False`` for a bare event or a bare list of events
    """

    events: list[Event]
    context: list[Any] = field(default_factory=lambda: [EPCIS_CONTEXT])
    kind: Literal["document", "query"] = "document"
    members: dict[str, Any] = field(default_factory=dict)
    wrapped: bool = True

    @property
    def header(self) -> dict[str, Any] | None:
        """The ``epcisHeader`` as written."""
        header: dict[str, Any] | None = self.members.get("epcisHeader")
        return header

    @property
    def master_data(self) -> list[VocabularyElement]:
        """All entries of the header's vocabularies, in order."""
        return master_data((self.header or {}).get("epcisMasterData", {}).get("vocabularyList", ()))


def master_data(vocabularies: Sequence[dict[str, Any]]) -> list[VocabularyElement]:
    """Give the entries of a (valid) ``vocabularyList``, in order."""
    elements = []
    for vocabulary in vocabularies:
        for element in vocabulary.get("vocabularyElementList", ()):
            attributes: dict[str, Any] = {}
            for attribute in element.get("attributes", ()):
                name, value = attribute["id"], attribute.get("attribute")
                if name in attributes:
                    before = attributes[name]
                    attributes[name] = [*before, value] if isinstance(before, list) else [before, value]
                else:
                    attributes[name] = value
            elements.append(
                VocabularyElement(
                    vocabulary["type"], element["id"], attributes, tuple(element.get("children", ()))
                )
            )
    return elements
