"""EPCIS 2.0 events and documents: read, check, write.

Light enough for the edge: the XML library is loaded only when XML is read or written.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lineage.events.check import check_event
from lineage.events.document import Document, VocabularyElement
from lineage.events.event import ErrorDeclaration, Event
from lineage.events.hashing import event_hash, pre_hash
from lineage.events.json_reading import read_event, read_json, read_json_leniently
from lineage.events.json_writing import write_json
from lineage.events.problems import DocumentError, Problem
from lineage.events.streaming import EventStream, iter_events, read_document, read_document_leniently
from lineage.events.wire import Quantity

if TYPE_CHECKING:
    from lineage.events.xml_reading import read_xml, read_xml_leniently
    from lineage.events.xml_writing import write_xml

_LATE = {
    "read_xml": "lineage.events.xml_reading",
    "read_xml_leniently": "lineage.events.xml_reading",
    "write_xml": "lineage.events.xml_writing",
}


def __getattr__(name: str) -> Any:
    """Load the XML binding when it is first asked for."""
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(name)


__all__ = [
    "Document",
    "DocumentError",
    "ErrorDeclaration",
    "Event",
    "EventStream",
    "Problem",
    "Quantity",
    "VocabularyElement",
    "check_event",
    "event_hash",
    "iter_events",
    "pre_hash",
    "read_document",
    "read_document_leniently",
    "read_event",
    "read_json",
    "read_json_leniently",
    "read_xml",
    "read_xml_leniently",
    "write_json",
    "write_xml",
]
