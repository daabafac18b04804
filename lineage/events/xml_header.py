"""What stands around the events in XML: header, master data, business document header, query results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lineage.events.event import Around
from lineage.events.hashing import IGNORE_NAME, IGNORE_NAMESPACE
from lineage.events.json_documents import VERSION
from lineage.events.problems import Problem, refuse
from lineage.events.times import is_time
from lineage.events.vocabulary import EPCIS_CONTEXT
from lineage.events.xml_extensions import add, read_value
from lineage.events.xml_leftovers import refuse_leftovers
from lineage.events.xml_names import SBDH, SPACE, XSI, JsonNames, split_tag
from lineage.events.xml_shapes import WRAPPERS

DOCUMENT: Final = "EPCISDocument"
QUERY_DOCUMENT: Final = "EPCISQueryDocument"
MASTER_DATA_DOCUMENT: Final = "EPCISMasterDataDocument"
DOCUMENTS: Final = frozenset((DOCUMENT, QUERY_DOCUMENT, MASTER_DATA_DOCUMENT))
SBDH_ROOT: Final = f"{{{SBDH}}}StandardBusinessDocumentHeader"
SBDH_NAME: Final = "sbdh:StandardBusinessDocumentHeader"
_RESULTS: Final = ("queryName", "subscriptionID", "resultsBody")
#: What of the standard's own an element around the events may hold, each once. Query documents are also
#: published with the results right below the root.
_STRUCTURE: Final[dict[str, tuple[str, ...]]] = {
    DOCUMENT: ("EPCISHeader", "EPCISBody"),
    QUERY_DOCUMENT: ("EPCISHeader", "EPCISBody", "QueryResults", *_RESULTS),
    MASTER_DATA_DOCUMENT: ("EPCISHeader", "EPCISBody"),
    "EPCISBody": ("EventList", "VocabularyList", "QueryResults", *_RESULTS),
    "QueryResults": _RESULTS,
    "resultsBody": ("EventList", "VocabularyList"),
}
#: What a document must have somewhere.
_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    DOCUMENT: ("EPCISBody",),
    QUERY_DOCUMENT: ("resultsBody",),  # published answers leave out the queryName
    MASTER_DATA_DOCUMENT: ("EPCISBody",),
}


class Head:
    """The document around the events, as far as it has been read.

    :ivar members: the JSON members of the document, without its events
    :ivar context: the document's ``@context``
    """

    def __init__(self, root: Any, names: JsonNames) -> None:
        self._root = root
        self._names = names
        self.root_name = split_tag(root.tag)[1]
        self.is_query = self.root_name == QUERY_DOCUMENT
        self.context: list[Any] = [EPCIS_CONTEXT, dict(names.document)] if names.document else [EPCIS_CONTEXT]
        self.members: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._seen: set[str] = set()
        self._further: dict[str, dict[str, Any]] = {}

    def around(self) -> Around:
        """Give what must be known before the first event: the context, and the fields that are no content."""
        for child in self._root:
            namespace, local = split_tag(child.tag)
            if (namespace, local) == (IGNORE_NAMESPACE, IGNORE_NAME):
                return Around(
                    self.context, frozenset(each.tag for each in child if isinstance(each.tag, str))
                )
        return Around(self.context)

    def read_front(self) -> None:
        """Read what stands before the events: the root's attributes and the header.

        :raises DocumentError: for what has no JSON form
        """
        root, names = self._root, self._names
        names.begin(root.nsmap)
        self.members["type"] = QUERY_DOCUMENT if self.is_query else DOCUMENT
        self.members["schemaVersion"] = "2.0"
        self.members["epcisBody"] = {"eventList": []}
        self._attributes()
        for child in root:
            if names.name(child.tag, child) == "EPCISHeader":
                self._header(child)
        self._declare_own()

    def read_rest(self) -> None:
        """Read what is left when the whole document has been seen.

        :raises DocumentError: for what has no JSON form
        """
        root = self._root
        self._names.begin(root.nsmap)
        self._around_events(root, self.root_name, self.members)
        for name in _NEEDED[self.root_name]:
            if name not in self._seen:
                self._problem("missing-element", f"{name} is missing.", root)
        if self.root_name == MASTER_DATA_DOCUMENT:
            for vocabularies in root.iter("{*}VocabularyList"):
                self._master_data(vocabularies)
        if self.is_query:
            self._query_results()
        else:
            self.members["epcisBody"].update(self._kept("EPCISBody"))
        self._declare_own()

    def _around_events(self, element: Any, kind: str, members: dict[str, Any]) -> None:
        """Hold an element around the events to the standard, and keep its extensions.

        :param kind: its name in ``_STRUCTURE``
        :param members: where its extensions go
        """
        names = self._names
        refuse_leftovers(element, *(self._kept_attributes() if element is self._root else ()))
        for child in element:
            name = names.name(child.tag, child)
            if name in _STRUCTURE[kind]:
                if name in self._seen:
                    self._problem("repeated-element", f"{name} stands twice here.", child)
                self._seen.add(name)
                if name in _STRUCTURE:
                    self._around_events(child, name, self._further.setdefault(name, {}))
                elif name == "EventList":
                    refuse_leftovers(child)
            elif name in WRAPPERS:
                refuse_leftovers(child)
                for inner in child:
                    add(members, names.name(inner.tag, inner), read_value(inner, names))
            elif split_tag(child.tag) == (IGNORE_NAMESPACE, IGNORE_NAME):
                members[name] = [names.name(each.tag, each) for each in child]
            else:
                if ":" not in name:
                    self._problem("unknown-element", f"{name} does not belong here.", child)
                add(members, name, read_value(child, names))

    def _kept_attributes(self) -> list[str]:
        foreign = (tag for tag in self._root.attrib if split_tag(tag)[0])
        return ["schemaVersion", "creationDate", "id", *foreign]

    def _kept(self, name: str) -> dict[str, Any]:
        """Give the extensions of an element around the events."""
        return self._further.get(name, {})

    def _attributes(self) -> None:
        root = self._root
        version = root.get("schemaVersion")
        if version is None:
            self._problem("missing-attribute", "schemaVersion is missing.", root)
        elif VERSION.fullmatch(version.strip(SPACE)) is None:
            self._problem("bad-version", f"schemaVersion {version!r} is not a version such as 2.0.", root)
        created = root.get("creationDate")
        if created is None:
            self._problem("missing-attribute", "creationDate is missing.", root)
        elif not is_time(created.strip(SPACE)) and not is_time(created.strip(SPACE) + "Z"):
            self._problem("bad-time", f"creationDate {created!r} is not a time.", root)
        else:  # xsd:dateTime may lack the offset, which JSON needs
            text = created.strip(SPACE)
            self.members["creationDate"] = text if is_time(text) else text + "Z"
        if root.get("id") is not None:
            self.members["id"] = root.get("id")
        for tag, value in root.attrib.items():
            namespace, _ = split_tag(tag)
            if namespace and namespace != XSI:
                self.members[self._names.name(tag, root)] = value

    def _declare_own(self) -> None:
        """Take prefixes into the context that are declared further down, where the header uses them."""
        for prefix, namespace in self._names.own.items():
            if len(self.context) == 1:
                self.context.append({})
            self.context[1].setdefault(prefix, namespace)

    def _problem(self, code: str, message: str, element: Any) -> None:
        self.problems.append(Problem("", code, message, element.sourceline))

    def _header(self, header: Any) -> None:
        names = self._names
        refuse_leftovers(header)
        for child in header:
            name = names.name(child.tag, child)
            if child.tag == SBDH_ROOT:
                self._business_header(child)
            elif name in WRAPPERS:
                self._header(child)
            elif name == "EPCISMasterData":
                refuse_leftovers(child)
                for vocabularies in child:
                    found = names.name(vocabularies.tag, vocabularies)
                    if found == "VocabularyList":
                        self._master_data(vocabularies)
                    else:
                        self._problem("unknown-element", f"{found} does not belong here.", vocabularies)
            else:
                _refuse_names(child, name, ("epcisMasterData",))
                add(self._header_members(), name, read_value(child, names))

    def _header_members(self) -> dict[str, Any]:
        """Give the object for what JSON keeps in the header; a query document has none in JSON."""
        if self.is_query:
            return self.members
        header: dict[str, Any] = self.members.setdefault("epcisHeader", {})
        return header

    def _business_header(self, element: Any) -> None:
        """Read the Standard Business Document Header: kept whole, and its three facts where JSON has them."""
        whole = read_value(element, self._names)
        if self.is_query:
            self.members[self._names.name(element.tag, element)] = whole
            return
        facts = {
            "sender": element.findtext(f"{{{SBDH}}}Sender/{{{SBDH}}}Identifier"),
            "receiver": element.findtext(f"{{{SBDH}}}Receiver/{{{SBDH}}}Identifier"),
            "instanceIdentifier": element.findtext(
                f"{{{SBDH}}}DocumentIdentification/{{{SBDH}}}InstanceIdentifier"
            ),
        }
        self.members.update(
            {name: text.strip(SPACE) for name, text in facts.items() if text and text.strip(SPACE)}
        )
        if whole != business_header(self.members, self._root.get("schemaVersion", "2.0")):
            self._header_members()[self._names.name(element.tag, element)] = whole

    def _master_data(self, vocabularies: Any) -> None:
        refuse_leftovers(vocabularies)
        found = [read_vocabulary(each, self._names) for each in vocabularies]
        if self.is_query:
            self.members.setdefault("vocabularyList", []).extend(found)  # moved into the results later
            return
        header = self._header_members().setdefault("epcisMasterData", {})
        header.setdefault("vocabularyList", []).extend(found)

    def _query_results(self) -> None:
        root = self._root
        results: dict[str, Any] = {"queryName": (_find_text(root, "queryName") or "").strip(SPACE)}
        subscription = _find_text(root, "subscriptionID")
        if subscription is not None:
            results["subscriptionID"] = subscription.strip(SPACE)
        body: dict[str, Any] = {"eventList": []}
        vocabularies = self.members.pop("vocabularyList", [])
        for element in root.iter("{*}resultsBody"):
            for found in element.iterfind("{*}VocabularyList"):
                vocabularies += [read_vocabulary(each, self._names) for each in found]
        if vocabularies:
            body["vocabularyList"] = vocabularies
        results["resultsBody"] = {**body, **self._kept("resultsBody")}
        results.update(self._kept("QueryResults"))
        self.members["epcisBody"] = {"queryResults": results, **self._kept("EPCISBody")}


def _find_text(root: Any, local: str) -> str | None:
    for element in root.iter(f"{{*}}{local}"):
        return element.text or ""
    return None


def read_vocabulary(element: Any, names: JsonNames) -> dict[str, Any]:
    """Read one Vocabulary element of the master data.

    :raises DocumentError: for what has no JSON form, with the line
    """
    if element.get("type") is None:
        raise refuse("missing-attribute", "A Vocabulary needs a type.", line=element.sourceline)
    vocabulary: dict[str, Any] = {"type": element.get("type"), "vocabularyElementList": []}
    refuse_leftovers(element, "type")
    for child, name in _unwrapped(element, names):
        if name == "VocabularyElementList":
            refuse_leftovers(child)
            vocabulary["vocabularyElementList"] += [_vocabulary_element(each, names) for each in child]
        else:
            _refuse_names(child, name, ("type", "vocabularyElementList"))
            add(vocabulary, name, read_value(child, names))
    return vocabulary


def _vocabulary_element(element: Any, names: JsonNames) -> dict[str, Any]:
    if element.get("id") is None:
        raise refuse("missing-attribute", "A VocabularyElement needs an id.", line=element.sourceline)
    entry: dict[str, Any] = {"id": element.get("id")}
    refuse_leftovers(element, "id")
    for child, name in _unwrapped(element, names):
        if name == "attribute":
            entry.setdefault("attributes", []).append(_attribute(child, names))
        elif name == "children":
            refuse_leftovers(child)
            entry.setdefault("children", []).extend((each.text or "").strip(SPACE) for each in child)
        else:
            _refuse_names(child, name, ("id", "attributes"))
            add(entry, name, read_value(child, names))
    return entry


def _refuse_names(element: Any, name: str, taken: tuple[str, ...]) -> None:
    """Refuse an extension whose name in JSON is taken by the standard."""
    if name in taken:
        raise refuse("unexpected-element", f"{name} does not belong here.", line=element.sourceline)


def _unwrapped(element: Any, names: JsonNames) -> Iterator[tuple[Any, str]]:
    """Give the children with their names, those of an ``extension`` element as if it were not there."""
    for child in element:
        name = names.name(child.tag, child)
        if name in WRAPPERS:
            refuse_leftovers(child)
            yield from _unwrapped(child, names)
        else:
            yield child, name


def _attribute(element: Any, names: JsonNames) -> dict[str, Any]:
    identifier = element.attrib.pop("id", None)
    if identifier is None:
        raise refuse("missing-attribute", "An attribute of master data needs an id.", line=element.sourceline)
    return {"id": identifier, "attribute": read_value(element, names)}


def business_header(members: dict[str, Any], version: str) -> dict[str, Any]:
    """Build the business document header for a document that has only sender, receiver and instance."""
    return {
        "sbdh:HeaderVersion": "1.0",
        "sbdh:Sender": {"sbdh:Identifier": members.get("sender", "")},
        "sbdh:Receiver": {"sbdh:Identifier": members.get("receiver", "")},
        "sbdh:DocumentIdentification": {
            "sbdh:Standard": "GS1",
            "sbdh:TypeVersion": version,
            "sbdh:InstanceIdentifier": members.get("instanceIdentifier", ""),
            "sbdh:Type": "Events",
            "sbdh:CreationDateAndTime": members.get("creationDate", ""),
        },
    }
