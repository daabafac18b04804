"""EPCIS 2.0 events and documents: read, check, write.

Light enough for the edge: the XML library is loaded only when XML is read or written.
"""

from lineage.events.check import check_event
from lineage.events.document import Document, VocabularyElement
from lineage.events.event import ErrorDeclaration, Event
from lineage.events.hashing import event_hash, pre_hash
from lineage.events.json_reading import read_event, read_json, read_json_leniently
from lineage.events.json_writing import write_json
from lineage.events.problems import DocumentError, Problem
from lineage.events.wire import Quantity

__all__ = [
    "Document",
    "DocumentError",
    "ErrorDeclaration",
    "Event",
    "Problem",
    "Quantity",
    "VocabularyElement",
    "check_event",
    "event_hash",
    "pre_hash",
    "read_event",
    "read_json",
    "read_json_leniently",
    "write_json",
]
