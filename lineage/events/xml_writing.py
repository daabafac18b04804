"""XML out: documents, query answers and bare events in version 2.0, or 1.2 where it can say the same."""

from __future__ import annotations

from types import TracebackType
from typing import IO, Any, Final, Literal, Self

from lxml import etree

from lineage.events.contexts import all_prefixes, as_list, prefixes
from lineage.events.document import Document
from lineage.events.event import Event
from lineage.events.problems import DocumentError, escape, refuse
from lineage.events.vocabulary import STANDARD_PREFIXES
from lineage.events.xml_event_writing import not_expressible_in_1_2, write_event_element
from lineage.events.xml_extensions import (
    not_expressible,
    set_attribute,
    write_extensions,
    write_member,
    write_value,
)
from lineage.events.xml_header import SBDH_NAME, business_header
from lineage.events.xml_names import (
    EPCIS_1,
    EPCIS_2,
    QUERY_1,
    QUERY_2,
    SBDH,
    XSD,
    XSI,
    XSI_TYPE,
    XmlNames,
    declarations,
)
from lineage.events.xml_shapes import CHILDREN

Version = Literal["2.0", "1.2"]
_NAMESPACES: Final[dict[str, tuple[str, str]]] = {"2.0": (EPCIS_2, QUERY_2), "1.2": (EPCIS_1, QUERY_1)}
_OWN_RULES: Final = frozenset(
    (
        "type",
        "schemaVersion",
        "creationDate",
        "sender",
        "receiver",
        "instanceIdentifier",
        "epcisHeader",
        "epcisBody",
    )
)


def write_xml(document: Document, version: Version = "2.0") -> bytes:
    """Give the document as indented UTF-8 XML.

    :raises DocumentError: ``not-expressible-in-1.2`` or ``not-expressible-in-xml``, with a pointer to each
        place
    """
    if version not in _NAMESPACES:
        raise refuse("unknown-version", f"EPCIS XML is written as 2.0 or 1.2, not {version!r}.")
    _refuse_what_cannot_be_said(document, version)
    if not document.wrapped and len(document.events) == 1 and document.events[0].type in CHILDREN:
        root = _bare(document, version)
    else:
        root = _root(document, version)
        events = _event_list(root, document, version)
        for event in document.events:
            write_event_element(events, event, version)
        _after_body(root, document)
    etree.cleanup_namespaces(root, keep_ns_prefixes=_keep(document, root))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _refuse_what_cannot_be_said(document: Document, version: str) -> None:
    if version != "1.2":
        return
    problems = [
        problem.below(f"/epcisBody/eventList/{index}")
        for index, event in enumerate(document.events)
        for problem in not_expressible_in_1_2(event)
    ]
    if problems:
        raise DocumentError(problems, hint="Write version 2.0.")


def _declared(document: Document) -> dict[str, str]:
    used = {name: STANDARD_PREFIXES[name] for name in ("cbvmda", "gs1", "cbv")}
    return declarations({**used, **prefixes(document.context)}) | {"xsi": XSI, "xsd": XSD, "sbdh": SBDH}


def _keep(document: Document, root: Any) -> list[str]:
    """Give the prefixes that stay declared even if no name uses them: values may."""
    kept = {prefix for prefix in declarations(prefixes(document.context)) if prefix}
    for event in document.events:
        own = event.document.get("@context")
        if own is not None:
            kept.update(prefix for prefix in declarations(prefixes(as_list(own))) if prefix)
    if any(XSI_TYPE in element.attrib for element in root.iter()):
        kept.add("xsd")
    return sorted(kept)


def _bare(document: Document, version: str) -> Any:
    event = document.events[0]
    holder = etree.Element("holder", nsmap=_declared(document))
    write_event_element(holder, event, version)
    element = holder[0]
    return element[0] if element.tag == "extension" else element


def _root(document: Document, version: str) -> Any:
    epcis, query = _NAMESPACES[version]
    is_query = document.kind == "query"
    space = query if is_query else epcis
    prefix = "epcisq" if is_query else "epcis"
    tag = "EPCISQueryDocument" if is_query else "EPCISDocument"
    root = etree.Element(f"{{{space}}}{tag}", nsmap={prefix: space, **_declared(document)})
    root.set("schemaVersion", version)
    root.set("creationDate", str(document.members.get("creationDate", _latest(document))))
    if "id" in document.members:
        set_attribute(root, "id", document.members["id"], "/id")
    names = XmlNames(_table(document))
    _header(root, document, names, version)
    results = document.members.get("epcisBody", {}).get("queryResults", {})
    for name, value in [*document.members.items(), *results.items()]:
        if name.endswith(":ignoreFields"):
            listed = as_list(value)
            if not all(isinstance(each, str) for each in listed):
                raise not_expressible("Fields to ignore are given by name.", f"/{escape(name)}")
            write_member(root, name, dict.fromkeys(listed, ""), names, "")
    return root


def _latest(document: Document) -> str:
    """Give a creation date for a document that has none: the time of its latest event (never the clock)."""
    times = [event.event_time for event in document.events]
    return max(times).isoformat() if times else "1970-01-01T00:00:00Z"


def _table(document: Document) -> dict[str, str]:
    return all_prefixes([{"sbdh": SBDH, "xsi": XSI, "xsd": XSD}, *document.context])


def _header(root: Any, document: Document, names: XmlNames, version: str) -> None:
    members = document.members
    header_members = dict(members.get("epcisHeader") or {})
    whole = header_members.pop(SBDH_NAME, None) or members.get(SBDH_NAME)
    if whole is None and any(name in members for name in ("sender", "receiver", "instanceIdentifier")):
        whole = business_header(members, version)
    master_data = header_members.pop("epcisMasterData", None)
    if whole is None and master_data is None and not header_members:
        return
    header = _append(root, "EPCISHeader")
    if whole is not None:
        write_member(header, SBDH_NAME, whole, names, "/epcisHeader")
    if master_data is None and not header_members:
        return
    extension = _append(header, "extension")
    if master_data is not None:
        _refuse_further(master_data, ("vocabularyList",), "/epcisHeader/epcisMasterData")
        write_vocabularies(
            _append(extension, "EPCISMasterData"),
            master_data.get("vocabularyList", []),
            names,
            "/epcisHeader/epcisMasterData",
        )
    if header_members:
        further = _append(extension, "extension")
        for name, value in header_members.items():
            write_member(further, name, value, names, "/epcisHeader")


def write_vocabularies(
    parent: Any, vocabularies: list[dict[str, Any]], names: XmlNames, pointer: str
) -> None:
    """Append a ``VocabularyList``."""
    listed = _append(parent, "VocabularyList")
    for index, vocabulary in enumerate(vocabularies):
        at = f"{pointer}/vocabularyList/{index}"
        element = _append(listed, "Vocabulary")
        element.set("type", vocabulary["type"])
        entries = vocabulary.get("vocabularyElementList", [])
        if entries:
            inner = _append(element, "VocabularyElementList")
            for number, entry in enumerate(entries):
                _vocabulary_element(inner, entry, names, f"{at}/vocabularyElementList/{number}")
        further = _without(vocabulary, "type", "vocabularyElementList")
        write_extensions(element, further, names, at)


def _vocabulary_element(parent: Any, entry: dict[str, Any], names: XmlNames, pointer: str) -> None:
    element = _append(parent, "VocabularyElement")
    element.set("id", entry["id"])
    for index, attribute in enumerate(entry.get("attributes", ())):
        at = f"{pointer}/attributes/{index}"
        _refuse_further(attribute, ("id", "attribute"), at)
        inner = _append(element, "attribute")
        inner.set("id", attribute["id"])
        write_value(inner, attribute.get("attribute", ""), names, f"{at}/attribute")
    if "children" in entry:
        children = _append(element, "children")
        for child in entry["children"]:
            _append(children, "id").text = child
    further = _without(entry, "id", "attributes", "children")
    write_extensions(element, further, names, pointer)


def _event_list(root: Any, document: Document, version: str) -> Any:
    body = _append(root, "EPCISBody")
    names = XmlNames(_table(document))
    if document.kind != "query":
        events = _append(body, "EventList")
        further = _without(document.members.get("epcisBody", {}), "eventList")
        write_extensions(body, further, names, "/epcisBody")
        return events
    results = document.members.get("epcisBody", {}).get("queryResults", {})
    _refuse_further(document.members.get("epcisBody", {}), ("queryResults",), "/epcisBody")
    _refuse_further(
        results.get("resultsBody", {}), ("eventList", "vocabularyList"), "/epcisBody/queryResults/resultsBody"
    )
    outer = _append(body, f"{{{_NAMESPACES[version][1]}}}QueryResults")
    _append(outer, "queryName").text = results.get("queryName", "")
    if "subscriptionID" in results:
        _append(outer, "subscriptionID").text = results["subscriptionID"]
    inner = _append(outer, "resultsBody")
    vocabularies = results.get("resultsBody", {}).get("vocabularyList", [])
    if vocabularies:
        write_vocabularies(inner, vocabularies, names, "/epcisBody/queryResults/resultsBody")
    for name, value in results.items():
        if name not in ("queryName", "subscriptionID", "resultsBody") and not name.endswith(":ignoreFields"):
            write_member(outer, name, value, names, "/epcisBody/queryResults")
    return _append(inner, "EventList") if document.events or not vocabularies else inner


def _without(members: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}


def _refuse_further(members: dict[str, Any], known: tuple[str, ...], pointer: str) -> None:
    """Refuse members for which the XML schema has no place."""
    for name in members:
        if name not in known:
            raise not_expressible("EPCIS XML has no place for extensions here.", f"{pointer}/{escape(name)}")


def _after_body(root: Any, document: Document) -> None:
    """Write the document's own extensions, which follow the body."""
    names = XmlNames(_table(document))
    for name, value in document.members.items():
        if name not in _OWN_RULES and name not in (SBDH_NAME, "id") and not name.endswith(":ignoreFields"):
            write_member(root, name, value, names, "")


def _append(parent: Any, tag: str) -> Any:
    child = parent.makeelement(tag)
    parent.append(child)
    return child


class XmlWriter:
    """An XML document written event by event, in constant memory.

    :param out: binary
    :param head: the document without its events
    """

    def __init__(self, out: IO[bytes], head: Document, version: Version = "2.0") -> None:
        self._out = out
        self._head = head
        self._version = version
        self._holder = etree.Element("holder", nsmap=_declared(head))
        self._after = b""

    def __enter__(self) -> Self:
        root = _root(self._head, self._version)
        place = _event_list(root, self._head, self._version)
        place.append(place.makeelement(_PLACE))
        _after_body(root, self._head)
        text = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        before, self._after = text.split(f"<{_PLACE}/>".encode())
        self._out.write(before.rstrip() + b"\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._out.write(self._after)

    def write(self, event: Event) -> None:
        """Write one event.

        :raises DocumentError: where the version or XML cannot say what the event says
        """
        if self._version == "1.2":
            problems = not_expressible_in_1_2(event)
            if problems:
                raise DocumentError(problems, hint="Write version 2.0.")
        write_event_element(self._holder, event, self._version)
        text = etree.tostring(self._holder, encoding="UTF-8", pretty_print=True)
        start, end = text.index(b">") + 1, text.rindex(b"</holder>")
        self._out.write(text[start:end].strip(b"\n") + b"\n")
        self._holder.clear()


#: Stands for the events while the text around them is made.
_PLACE: Final = "events-stand-here"
