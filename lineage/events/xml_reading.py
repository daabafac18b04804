"""XML in: EPCIS 2.0, 1.2 and 1.1 documents, query results, master data and bare events, in constant memory.

Reading
    1. bytes are fed to a parser that knows no entities, no external files and no more than a bounded depth;
    2. when an event element ends, it becomes JSON, is checked like any event, and its element is forgotten;
    3. when the document ends, what stands around the events is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from lineage.events.document import Document
from lineage.events.event import Around, Event
from lineage.events.json_reading import read_raw_event
from lineage.events.limits import MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_EVENT_BYTES, MAX_PROBLEMS
from lineage.events.problems import DocumentError, Problem, refuse
from lineage.events.quick_check import encode
from lineage.events.xml_event_reading import read_event_element
from lineage.events.xml_header import DOCUMENTS, Head
from lineage.events.xml_leftovers import unexpected_text
from lineage.events.xml_names import SPACE, JsonNames, split_tag
from lineage.events.xml_shapes import CHILDREN, WRAPPERS

_CHUNK: Final = 1 << 16
_EVENT_NAMES: Final = (*CHILDREN, "QuantityEvent")
_WATCHED: Final = tuple(f"{{*}}{name}" for name in ("EventList", *_EVENT_NAMES))
#: Children of a query's body that are requests or answers without events.
_NO_EVENTS_HERE: Final = "The document holds no events: {} is a message of the query interface."


class BadEvent:
    """An event that could not be taken, in its place among the others."""

    __slots__ = ("problems",)

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems


class XmlReader:
    """Reads one document that arrives in pieces: ``feed`` gives the events so far, ``close`` the document."""

    def __init__(self) -> None:
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=_WATCHED,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._root: Any = None
        self._names = JsonNames({})
        self._head: Head | None = None
        self._around = Around([])
        self._last: Any = None
        self._count = 0
        self._since_event = 0
        self._lists = 0

    @property
    def front(self) -> Document:
        """The document as far as it is known before its first event: context, header, master data."""
        head = self._head
        if head is None:
            return Document([], self._around.context, wrapped=False)
        return Document([], head.context, "query" if head.is_query else "document", dict(head.members))

    def feed(self, data: bytes) -> Iterator[Event | BadEvent]:
        """Take the next bytes and give the events that they complete, in order.

        :raises DocumentError: if this is not XML, or not safe to read
        """
        try:
            self._parser.feed(data)
        except etree.XMLSyntaxError as error:
            raise _syntax_error(error) from error
        self._since_event += len(data)
        action: Any
        element: Any
        for action, element in self._parser.read_events():
            if self._root is None:
                self._begin(element)
            name = self._names.name(element.tag, element)
            if name == "EventList":
                if action == "start":
                    self._lists += 1
                elif self._lists:
                    self._lists -= 1
                    yield from self._sweep(element, None)
            elif action == "end" and self._is_event(element):
                self._since_event = 0
                yield from self._take(element)
        if self._since_event > MAX_EVENT_BYTES:
            raise refuse("too-large", f"There is an event or header of more than {MAX_EVENT_BYTES} bytes.")

    def close(self) -> Document:
        """Give the document around the events that ``feed`` gave (its list of events is empty).

        :raises DocumentError: if the document ended too early or its head is not valid
        """
        try:
            root: Any = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise _syntax_error(error) from error
        if self._root is None:
            self._begin(root)
        if self._head is None:
            if not self._count:
                raise refuse("no-events", "There is no event in it.", line=root.sourceline)
            return Document([], self._around.context, wrapped=False, members={"type": "EPCISDocument"})
        head = self._head
        if head.is_query and not self._count:
            _refuse_messages(root)
        try:
            head.read_rest()
        except DocumentError as error:
            head.problems += error.problems
        if head.problems:
            raise DocumentError(head.problems)
        return Document([], head.context, "query" if head.is_query else "document", head.members)

    def _begin(self, element: Any) -> None:
        """See the root for the first time: make sure that it is safe, and take its declarations."""
        tree = element.getroottree()
        self._root = tree.getroot()
        doctype = tree.docinfo.internalDTD
        if doctype is not None and (
            tree.docinfo.system_url
            or tree.docinfo.public_id
            or any(True for _ in doctype.iterentities())
            or any(True for _ in doctype.iterelements())
        ):
            raise refuse("doctype", "A document type definition is not allowed.", line=self._root.sourceline)
        self._names = JsonNames(self._root.nsmap)
        name = self._names.name(self._root.tag, self._root)
        if name in DOCUMENTS:
            self._head = Head(self._root, self._names)
            try:
                self._head.read_front()
            except DocumentError as error:
                self._head.problems += error.problems
            self._around = self._head.around()
        elif name in (*_EVENT_NAMES, *WRAPPERS, "EventList"):
            self._around = Around(Head(self._root, self._names).context)
        else:
            raise refuse(
                "unknown-root",
                f"{name} is neither an EPCIS document nor an event.",
                line=self._root.sourceline,
            )

    def _is_event(self, element: Any) -> bool:
        parent = element.getparent()
        if parent is None:
            return True
        while parent is not None and split_tag(parent.tag)[1] in WRAPPERS:
            parent = parent.getparent()
        return parent is not None and split_tag(parent.tag)[1] == "EventList" and self._lists == 1

    def _take(self, element: Any) -> Iterator[Event | BadEvent]:
        """Give the event of an element, after whatever unknown elements stand before it."""
        node = element
        while node is not None and node.getparent() is not None and node.getparent().tag in WRAPPERS:
            node = node.getparent()
        yield from self._sweep(node.getparent(), node)
        if node is not element:
            yield from self._sweep(element.getparent(), element)
        yield self._read(element)
        element.clear(keep_tail=True)
        self._last = element

    def _sweep(self, parent: Any, until: Any) -> Iterator[Event | BadEvent]:
        """Forget the children before ``until``; what was not taken among them are events of unknown type."""
        if parent is None:
            return
        while len(parent) and parent[0] is not until:
            first = parent[0]
            if first.tag in WRAPPERS:
                yield from self._sweep(first, None)
            elif first is not self._last:
                yield self._read(first)
            if first.tail and first.tail.strip(SPACE):
                raise unexpected_text(first)
            del parent[0]

    def _read(self, element: Any) -> Event | BadEvent:
        self._count += 1
        line = element.sourceline
        try:
            event = read_event_element(element, self._names)
        except DocumentError as error:
            return BadEvent([problem.at_line(problem.line or line) for problem in error.problems])
        if self._head is None:  # alone, it must bring its context
            own = event.get("@context")
            event["@context"] = [*self._around.context, own] if own else self._around.context
        made = read_raw_event(encode(event), self._around, relaxed=True, line=line)
        if isinstance(made, Event):
            return made
        return BadEvent([problem.at_line(_line_of(element, problem.pointer)) for problem in made])


def _line_of(element: Any, pointer: str) -> int | None:
    """Give the line of the element that a pointer into its JSON means, or of the nearest one around it."""
    found = element
    for step in pointer.split("/")[1:]:
        children = [child for child in found.iterchildren() if split_tag(child.tag)[1] in WRAPPERS]
        candidates = [child for wrapper in [found, *children] for child in wrapper]
        if step.isdigit():
            inner = list(found)
            following = inner[int(step)] if int(step) < len(inner) else None
        else:
            local = step.rpartition(":")[2]
            following = next((child for child in candidates if split_tag(child.tag)[1] == local), None)
        if following is None:
            break
        found = following
    line: int | None = found.sourceline
    return line


def _refuse_messages(root: Any) -> None:
    """Say so where a query document is a request, an exception or an answer without results."""
    for body in root.iterfind("{*}EPCISBody"):
        for child in body:
            name = split_tag(child.tag)[1]
            if name not in ("QueryResults", "EventList", "resultsBody", "queryName", "subscriptionID"):
                raise refuse("no-events", _NO_EVENTS_HERE.format(name), line=child.sourceline)


def _syntax_error(error: etree.XMLSyntaxError) -> DocumentError:
    message = (error.msg or "The XML is broken").split(", line ")[0]
    if "depth" in message.lower():
        return refuse("too-deep", f"Elements nest more than {MAX_DEPTH} levels.", line=error.lineno)
    return refuse("not-xml", f"{message}.", line=error.lineno)


def read_xml(data: bytes) -> Document:
    """Read an XML document (2.0, 1.2, 1.1), a query answer, master data or a bare event.

    :param data: at most ``MAX_DOCUMENT_BYTES``
    :raises DocumentError: with every problem found, each with its line
    """
    document, bad = read_xml_leniently(data)
    if bad:
        raise DocumentError([problem for problems in bad.values() for problem in problems])
    return document


def read_xml_leniently(data: bytes) -> tuple[Document, dict[int, list[Problem]]]:
    """Read like :func:`read_xml`, but give the good events beside the problems of each bad one by index.

    :raises DocumentError: if the document around the events is broken
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise refuse(
            "too-large", f"The document has {len(data)} bytes; at most {MAX_DOCUMENT_BYTES} are read at once."
        )
    reader = XmlReader()
    events: list[Event] = []
    bad: dict[int, list[Problem]] = {}
    index = 0
    for start in range(0, len(data), _CHUNK):
        for each in reader.feed(data[start : start + _CHUNK]):
            if isinstance(each, Event):
                events.append(each)
            elif len(bad) < MAX_PROBLEMS:
                bad[index] = each.problems
            index += 1
    document = reader.close()
    document.events.extend(events)
    return document, bad
