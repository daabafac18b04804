"""What stands in an element of the standard and has no place in JSON: refused, never dropped silently.

That is text beside child elements, and attributes that the standard does not give the element. Attributes of
XML Schema (``xsi:nil``, ``xsi:type``, ``xsi:schemaLocation``) say nothing and may stand anywhere.
"""

from __future__ import annotations

from typing import Any

from lineage.events.problems import DocumentError, refuse
from lineage.events.xml_names import SPACE, XSI, split_tag

_XSI = f"{{{XSI}}}"


def refuse_leftovers(element: Any, *attributes: str) -> None:
    """Refuse what a container of the standard cannot hold: text, and other attributes than these.

    :raises DocumentError: ``unexpected-text`` or ``unexpected-attribute``, with the line
    """
    refuse_attributes(element, *attributes)
    text = element.text
    if text and text.strip(SPACE):
        raise unexpected_text(element)
    for child in element:
        text = child.tail
        if text and text.strip(SPACE):
            raise unexpected_text(child)


def refuse_attributes(element: Any, *known: str) -> None:
    """Refuse attributes other than these.

    :raises DocumentError: ``unexpected-attribute``, with the line
    """
    for tag in element.keys():  # noqa: SIM118 - an element is no dict
        if tag not in known and not tag.startswith(_XSI):
            raise refuse(
                "unexpected-attribute",
                f"{split_tag(element.tag)[1]} has no attribute {split_tag(tag)[1]}.",
                line=element.sourceline,
            )


def unexpected_text(element: Any) -> DocumentError:
    """Build the error for text where only elements may stand; the caller raises it."""
    return refuse("unexpected-text", "There is text where only elements may stand.", line=element.sourceline)
