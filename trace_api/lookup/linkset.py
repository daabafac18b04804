"""Linksets of the resolver (RFC 9264, GS1-Conformant Resolver 1.2). Pure: links in, JSON and choices out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trace_api.lookup.repository import Link

VOCABULARY: Final = "https://ref.gs1.org/voc/"
_SPELLINGS: Final = (
    VOCABULARY,
    "https://gs1.org/voc/",
    "http://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "gs1:",
)
DEFAULT: Final = "defaultLink"
WHOLE: Final = frozenset({"all", "linkset"})

LINK_TYPES: Final = frozenset(
    {
        "activityIdeas",
        "allergenInfo",
        "appDownload",
        "backgroundInfo",
        "brandHomepageClinical",
        "brandHomepagePatient",
        "careersInfo",
        "certificationInfo",
        "consumerHandlingStorageInfo",
        "defaultLink",
        "defaultLinkMulti",
        "dpp",
        "eifu",
        "epcis",
        "epil",
        "eventsInfo",
        "faqs",
        "handledBy",
        "hasRetailers",
        "homepage",
        "ingredientsInfo",
        "instructions",
        "jws",
        "leaveReview",
        "locationInfo",
        "logisticsInfo",
        "loyaltyProgram",
        "masterData",
        "menuInfo",
        "nutritionalInfo",
        "openingHoursInfo",
        "paymentLink",
        "pip",
        "productSustainabilityInfo",
        "promotion",
        "purchaseSuppliesOrAccessories",
        "quickStartGuide",
        "recallStatus",
        "recipeInfo",
        "registerProduct",
        "registryEntry",
        "relatedImage",
        "relatedVideo",
        "reportFound",
        "review",
        "safetyInfo",
        "scheduleTime",
        "serviceInfo",
        "smartLabel",
        "smpc",
        "socialMedia",
        "statisticInfo",
        "subscribe",
        "support",
        "sustainabilityInfo",
        "traceability",
        "tutorial",
        "userAgreement",
        "verificationService",
        "whatsInTheBox",
    }
)
"""Link types that can be added; those of the GS1 Web Vocabulary."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a thing: the item, its lot, its product; the most exact first.

    :ivar anchor: its address on this server
    """

    id: str
    anchor: str
    description: str
    links: tuple[Link, ...]


def link_type(text: str) -> str | None:
    """Read a link type in any of its spellings: ``gs1:pip``, ``https://gs1.org/voc/pip``, ``pip``.

    :return: the bare word; None for one that is not of the GS1 Web Vocabulary
    """
    for spelling in _SPELLINGS:
        if text.startswith(spelling):
            text = text[len(spelling) :]
            break
    return text if text in LINK_TYPES else None


def linkset(levels: Sequence[Level], default: str) -> dict[str, Any]:
    """Write the linkset of a thing, every level on record included.

    :param default: address that a look-up without more leads to
    """
    return {"linkset": [_level(level, default) for level in levels]}


def candidates(levels: Iterable[Level], wanted: str) -> list[Link]:
    """Give the links of a type, of the most exact level that has any."""
    for level in levels:
        found = [link for link in level.links if link.link_type == wanted]
        if found:
            return found
    return []


def choose(links: Sequence[Link], languages: Sequence[str], media_types: Sequence[str]) -> list[Link]:
    """Choose among links of one type by language, then by media type.

    :param languages: wanted, the best first
    :return: one link; several when nothing tells them apart
    """
    left = list(links)
    for language in languages:
        matching = [link for link in left if any(each.split("-")[0] == language for each in link.languages)]
        if matching:
            left = matching
            break
    for media_type in media_types:
        matching = [link for link in left if link.media_type == media_type]
        if matching:
            return matching
    return left


def header(anchor: str, context: str) -> str:
    """Give the ``Link`` header that points to the linkset and to its JSON-LD context."""
    mark = "&" if "?" in anchor else "?"
    return (
        f'<{anchor}{mark}linkType=linkset>; rel="linkset"; type="application/linkset+json", '
        f'<{context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )


def _level(level: Level, default: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "anchor": level.anchor,
        "itemDescription": level.description,
        f"{VOCABULARY}{DEFAULT}": [{"href": default, "title": level.description}],
    }
    for link in level.links:
        written.setdefault(f"{VOCABULARY}{link.link_type}", []).append(target(link))
    return written


def target(link: Link) -> Mapping[str, Any]:
    """Write the target of a link."""
    written: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.languages:
        written["hreflang"] = list(link.languages)
    if link.media_type:
        written["type"] = link.media_type
    return written


CONTEXT: Final[Mapping[str, Any]] = {
    "@context": {
        "@vocab": "http://www.iana.org/assignments/relation/",
        "gs1": VOCABULARY,
        "anchor": "@id",
        "href": "@id",
        "linkset": "@graph",
        "hreflang": {"@id": "http://purl.org/dc/terms/language", "@container": "@set"},
        "title": {"@id": "http://purl.org/dc/terms/title"},
        "type": {"@id": "http://purl.org/dc/terms/format"},
        "itemDescription": {"@id": "http://www.w3.org/2000/01/rdf-schema#comment"},
    }
}
"""JSON-LD context that turns a linkset into RDF."""
