"""Names of the two wire forms: ``{namespace}local`` in XML, ``prefix:local`` and an ``@context`` in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain, count
from typing import Any, Final

from lxml import etree

from lineage.events.contexts import expand
from lineage.events.vocabulary import CBV_MASTER_DATA, STANDARD_PREFIXES

EPCIS_1: Final = "urn:epcglobal:epcis:xsd:1"
EPCIS_2: Final = "urn:epcglobal:epcis:xsd:2"
QUERY_1: Final = "urn:epcglobal:epcis-query:xsd:1"
QUERY_2: Final = "urn:epcglobal:epcis-query:xsd:2"
#: Namespaces of the standard: elements in them are the standard's own, as are those without a namespace.
EPCIS_NAMESPACES: Final = frozenset(
    (
        EPCIS_1,
        EPCIS_2,
        QUERY_1,
        QUERY_2,
        "urn:epcglobal:epcis-masterdata:xsd:1",
        "urn:epcglobal:epcis-masterdata:xsd:2",
    )
)
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
SBDH: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
#: What XML takes for white space; other kinds of space are text.
SPACE: Final = " \t\r\n"
XSI_TYPE: Final = f"{{{XSI}}}type"
XSI_NIL: Final = f"{{{XSI}}}nil"
#: Namespaces of the machinery of XML: a document that declares them says nothing about its content.
_MACHINERY: Final = EPCIS_NAMESPACES | {XSI, XSD, SBDH, "http://www.w3.org/XML/1998/namespace"}
#: The XML binding writes the namespace of the CBV's master data without the colon that JSON-LD needs.
_STANDARD_BY_NAMESPACE: Final = {
    **{namespace: prefix for prefix, namespace in STANDARD_PREFIXES.items()},
    CBV_MASTER_DATA: "cbvmda",
}
#: Prefixes that XML, or the library when it makes one up, keeps for itself.
_RESERVED: Final = re.compile(r"[xX][mM][lL]|ns\d+\Z")
NCNAME: Final = re.compile(r"[^\W\d][\w.\-]*")


def split_tag(tag: str) -> tuple[str, str]:
    """Give (namespace, local name) of ``{namespace}local``."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return namespace, local
    return "", tag


def _says_something(prefix: str, namespace: str) -> bool:
    """Say whether a declaration belongs into an ``@context``: the standard's and XML's own do not."""
    standard = prefix in STANDARD_PREFIXES and (
        namespace == STANDARD_PREFIXES[prefix]
        or "gs1.org/" in namespace
        or namespace.startswith("urn:epcglobal:")
    )
    return not standard and namespace not in _MACHINERY


class JsonNames:
    """Gives the JSON names for one XML document, event by event.

    Prefixes that the root declares stand in the document's ``@context``. ``begin`` starts an event with the
    declarations of its own; prefixes that turn up deeper down are added to them, under another name where
    taken.

    :param declared: prefixes of the root element
    """

    def __init__(self, declared: Mapping[str | None, str]) -> None:
        self.declared = dict(declared)
        self.document = {
            prefix: namespace
            for prefix, namespace in declared.items()
            if prefix and _says_something(prefix, namespace)
        }
        # A standard prefix that the document binds to something else no longer names the standard's.
        self._by_namespace = {
            **{ns: prefix for ns, prefix in _STANDARD_BY_NAMESPACE.items() if prefix not in self.document},
            **{namespace: prefix for prefix, namespace in self.document.items()},
        }
        self._known: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._own_by_namespace: dict[str, str] = {}

    def begin(self, declared: Mapping[str | None, str]) -> None:
        """Start an event whose element sees these declarations."""
        self._own = {}
        self._own_by_namespace = {}
        if declared != self.declared:
            for prefix, namespace in declared.items():
                new = self.declared.get(prefix) != namespace
                if prefix and new and _says_something(prefix, namespace):
                    self._own[prefix] = namespace
                    self._own_by_namespace[namespace] = prefix

    @property
    def own(self) -> dict[str, str]:
        """Prefixes that the event needs beyond those of the document."""
        return self._own

    def name(self, tag: str, element: Any) -> str:
        """Give the JSON name of an element or attribute.

        :param tag: ``{namespace}local`` or a name without namespace
        :param element: where it stands, for the prefix that the author chose
        """
        known = self._known.get(tag)
        if known is not None and (not self._own or known.partition(":")[0] not in self._own):
            return known
        namespace, local = split_tag(tag)
        if not namespace or namespace in EPCIS_NAMESPACES:
            self._known[tag] = local
            return local
        prefix = self._own_by_namespace.get(namespace)
        if prefix is not None:
            return f"{prefix}:{local}"
        prefix = self._by_namespace.get(namespace)
        if prefix is None or prefix in self._own:
            prefix = self._new_prefix(namespace, element)
            return f"{prefix}:{local}"
        name = f"{prefix}:{local}"
        if not self._own:
            self._known[tag] = name
        return name

    def _new_prefix(self, namespace: str, element: Any) -> str:
        taken = {*self._own, *self.document, *STANDARD_PREFIXES}
        wished = [prefix for prefix, bound in element.nsmap.items() if bound == namespace and prefix]
        made_up = (f"x{number}" for number in count(1))
        prefix: str = next(wish for wish in chain(wished, made_up) if wish not in taken)
        self._own[prefix] = f"{namespace}:" if namespace == CBV_MASTER_DATA else namespace
        self._own_by_namespace[namespace] = prefix
        return prefix


class XmlNames:
    """Gives the XML names for JSON names under one context.

    :param table: prefix → namespace
    """

    def __init__(self, table: dict[str, str]) -> None:
        self._table = table
        self._tags: dict[str, str | None] = {}

    def tag(self, name: str) -> str | None:
        """Give ``{namespace}local``, a name without prefix as it is, or ``None`` if XML has no such name."""
        if name in self._tags:
            return self._tags[name]
        if ":" in name:
            namespace, local = expand(name, self._table)
            if namespace == f"{CBV_MASTER_DATA}:":
                namespace = CBV_MASTER_DATA
            tag = f"{{{namespace}}}{local}" if NCNAME.fullmatch(local) and _is_namespace(namespace) else None
        else:
            tag = name if NCNAME.fullmatch(name) else None
        self._tags[name] = tag
        return tag


@lru_cache(maxsize=1024)
def _is_namespace(namespace: str) -> bool:
    """Say whether the XML library writes this as a namespace and reads it back; not every IRI is one."""
    try:
        etree.fromstring(etree.tostring(etree.Element(f"{{{namespace}}}a")))
    except (ValueError, etree.XMLSyntaxError):
        return False
    return bool(namespace)


def declarations(prefixes: dict[str, str]) -> dict[str, str]:
    """Give those of the prefixes that an XML element can declare."""
    return {
        prefix: CBV_MASTER_DATA if namespace == f"{CBV_MASTER_DATA}:" else namespace
        for prefix, namespace in prefixes.items()
        if NCNAME.fullmatch(prefix) and not _RESERVED.match(prefix) and _is_namespace(namespace)
    }
