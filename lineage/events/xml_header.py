"""What stands around the events in XML: header, master data, business document header, query results."""

from __future__ import annotations

from typing import Any, Final

from lineage.events.event import Around
from lineage.events.hashing import IGNORE_NAME, IGNORE_NAMESPACE
from lineage.events.problems import Problem, refuse
from lineage.events.times import is_time
from lineage.events.vocabulary import EPCIS_CONTEXT
from lineage.events.xml_extensions import add, read_value
from lineage.events.xml_names import SBDH, XSI, JsonNames, split_tag
from lineage.events.xml_shapes import WRAPPERS

DOCUMENT: Final = "EPCISDocument"
QUERY_DOCUMENT: Final = "EPCISQueryDocument"
MASTER_DATA_DOCUMENT: Final = "EPCISMasterDataDocument"
DOCUMENTS: Final = frozenset((DOCUMENT, QUERY_DOCUMENT, MASTER_DATA_DOCUMENT))
SBDH_ROOT: Final = f"{{{SBDH}}}StandardBusinessDocumentHeader"
SBDH_NAME: Final = "sbdh:StandardBusinessDocumentHeader"
#: Children of the root that are read by their own rules or hold the events.
_BODY: Final = frozenset(
    ("EPCISHeader", "EPCISBody", "QueryResults", "resultsBody", "EventList", "queryName", "subscriptionID")
)


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
        root, names = self._root, self._names
        names.begin(root.nsmap)
        for child in root:
            name = names.name(child.tag, child)
            if name in WRAPPERS:
                for inner in child:
                    add(self.members, names.name(inner.tag, inner), read_value(inner, names))
            elif split_tag(child.tag) == (IGNORE_NAMESPACE, IGNORE_NAME):
                self.members[name] = [names.name(each.tag, each) for each in child]
            elif name not in _BODY:
                if ":" not in name:
                    self._problem("unknown-element", f"{name} does not belong here.", child)
                add(self.members, name, read_value(child, names))
        if self.root_name == MASTER_DATA_DOCUMENT:
            for vocabularies in root.iter("{*}VocabularyList"):
                self._master_data(vocabularies)
        if self.is_query:
            self._query_results()
        self._declare_own()

    def _attributes(self) -> None:
        root = self._root
        if root.get("schemaVersion") is None:
            self._problem("missing-attribute", "schemaVersion is missing.", root)
        created = root.get("creationDate")
        if created is None:
            self._problem("missing-attribute", "creationDate is missing.", root)
        elif not is_time(created.strip()) and not is_time(created.strip() + "Z"):
            self._problem("bad-time", f"creationDate {created!r} is not a time.", root)
        else:  # xsd:dateTime may lack the offset, which JSON needs
            text = created.strip()
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
        for child in header:
            name = names.name(child.tag, child)
            if child.tag == SBDH_ROOT:
                self._business_header(child)
            elif name in WRAPPERS:
                self._header(child)
            elif name == "EPCISMasterData":
                for vocabularies in child:
                    if names.name(vocabularies.tag, vocabularies) == "VocabularyList":
                        self._master_data(vocabularies)
            else:
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
        self.members.update({name: text.strip() for name, text in facts.items() if text and text.strip()})
        if whole != business_header(self.members, self._root.get("schemaVersion", "2.0")):
            self._header_members()[self._names.name(element.tag, element)] = whole

    def _master_data(self, vocabularies: Any) -> None:
        found = [read_vocabulary(each, self._names) for each in vocabularies]
        if self.is_query:
            self.members.setdefault("vocabularyList", []).extend(found)  # moved into the results later
            return
        header = self._header_members().setdefault("epcisMasterData", {})
        header.setdefault("vocabularyList", []).extend(found)

    def _query_results(self) -> None:
        root = self._root
        results: dict[str, Any] = {"queryName": (_find_text(root, "queryName") or "").strip()}
        subscription = _find_text(root, "subscriptionID")
        if subscription is not None:
            results["subscriptionID"] = subscription.strip()
        body: dict[str, Any] = {"eventList": []}
        vocabularies = self.members.pop("vocabularyList", [])
        for element in root.iter("{*}resultsBody"):
            for found in element.iterfind("{*}VocabularyList"):
                vocabularies += [read_vocabulary(each, self._names) for each in found]
        if vocabularies:
            body["vocabularyList"] = vocabularies
        results["resultsBody"] = body
        self.members["epcisBody"] = {"queryResults": results}


def _find_text(root: Any, local: str) -> str | None:
    for element in root.iter(f"{{*}}{local}"):
        return element.text or ""
    return None


def read_vocabulary(element: Any, names: JsonNames) -> dict[str, Any]:
    """Read one Vocabulary element of the master data."""
    vocabulary: dict[str, Any] = {"type": element.get("type", "")}
    entries: list[dict[str, Any]] = []
    for child in element:
        name = names.name(child.tag, child)
        if name == "VocabularyElementList":
            entries += [_vocabulary_element(each, names) for each in child]
        elif name not in WRAPPERS:
            add(vocabulary, name, read_value(child, names))
    vocabulary["vocabularyElementList"] = entries
    return vocabulary


def _vocabulary_element(element: Any, names: JsonNames) -> dict[str, Any]:
    if element.get("id") is None:
        raise refuse("missing-attribute", "A VocabularyElement needs an id.", line=element.sourceline)
    entry: dict[str, Any] = {"id": element.get("id")}
    for child in element:
        name = names.name(child.tag, child)
        if name == "attribute":
            entry.setdefault("attributes", []).append(_attribute(child, names))
        elif name == "children":
            entry["children"] = [(each.text or "").strip() for each in child]
        elif name not in WRAPPERS:
            add(entry, name, read_value(child, names))
    return entry


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
