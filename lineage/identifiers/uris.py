"""URIs to the things they name: EPC URNs, Digital Links, ``/id/<scheme>/<value>``, any other absolute URI.

``read_uri`` is strict and ``name_uri`` forgiving; both remember what they have read, because the URIs of
events repeat within a document and between neighbouring ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from lineage.errors import IdentifierError
from lineage.identifiers import (
    bare,
    compression,
    digital_link,
    gs1_keys,
    persons,
    plain_uris,
    quick_link,
    tags,
)
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc import others, patterns, tag_uri
from lineage.identifiers.epc import uri as epc_uri
from lineage.identifiers.epc.schemes import SCHEMES
from lineage.identifiers.identifier import GS1_HOST, MAX_TEXT, Identifier, Kind, Warning_
from lineage.identifiers.percent import unescape

_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[!-~]+")
_LOCAL_PATH = re.compile(
    r"[A-Za-z]+://[^/?#]+(?:/[^?#]*)?/(?:id|party)/([A-Za-z0-9_]+)/([^/?#]+)/?(?:[?#].*)?"
)
_TEXT_KEYS = ("401", "8004", "8010", "8013")
_OLD_FORM = Warning_(
    "old-form",
    "a Digital Link in a form that older versions of the standard allowed",
    "旧版标准允许的 Digital Link 写法",
)
CACHED_URIS = 16_384
"""One entry takes about 1 KB with its texts: a cache stays below 16 MB. Four times as many would find four
in a hundred more."""


def is_absolute(text: str) -> bool:
    """Tell whether a text is an absolute URI of visible ASCII characters."""
    return bool(_ABSOLUTE_URI.fullmatch(text))


def _as_itself(uri: str) -> Identifier:
    """Name a URI of no known scheme by itself.

    :raises IdentifierError: it is no URI
    """
    if not is_absolute(uri):
        at = next((at for at, char in enumerate(uri) if not "!" <= char <= "~"), len(uri))
        raise IdentifierError("uri-character", "a URI holds visible ASCII characters only", position=at)
    return Identifier(uri, "other", "uri", uri)


def _read_urn(uri: str) -> Identifier:
    """Read a URN; those of EPC by their rules, others stand for themselves."""
    if uri[:8].lower() == "urn:epc:":
        uri = "urn:epc:" + uri[8:]
    if uri.startswith(("urn:epc:id:", "urn:epc:class:")):
        return _read_epc(uri)
    return _read_epc_set(uri) if uri.startswith("urn:epc:") else _as_itself(uri)


def _read_epc(uri: str) -> Identifier:
    """Read a pure identity or class URI."""
    key = epc_uri.read(uri)
    if key:
        return gs1_keys.identify(key.elements, urn=key.urn)
    other = others.read(uri)
    if other:
        return other
    scheme = uri.split(":")[3]
    raise IdentifierError(
        "epc-scheme", f"there is no EPC scheme {scheme[:20]!r} here", position=uri.index(":", 8) + 1
    )


def _read_epc_set(uri: str) -> Identifier:
    """Read what EPC URNs there are beside identities: tags, raw bits, patterns."""
    if uri.startswith("urn:epc:tag:"):
        return _read_epc(tag_uri.read_tag_uri(uri).urn)
    if uri.startswith("urn:epc:raw:"):
        bits = tag_uri.read_raw_uri(uri)
        try:
            return tags.read_tag(bits)
        except IdentifierError:
            return Identifier(uri, "other", "raw", uri, urn=uri)
    pattern = patterns.parse(uri)
    elements = patterns.class_elements(pattern)
    if elements:
        return gs1_keys.identify(elements, urn=uri)
    if pattern.kind == "idpat" and "*" not in pattern.fields:
        return _read_epc("urn:epc:id:" + uri.removeprefix("urn:epc:idpat:"))
    return Identifier(uri, "class", "pattern", uri, urn=uri)


def _claims_to_be_link(uri: str) -> bool:
    """Tell whether a URI that is no valid Digital Link must have been meant as one.

    Under the canonical host everything is; elsewhere a numeric key followed by digits is.
    """
    if uri.lower().startswith(GS1_HOST + "/"):
        return True
    path = re.split(r"[?#]", uri, maxsplit=1)[0].split("/")[3:]
    at = digital_link.key_segment(path)
    return at is not None and path[at] not in _TEXT_KEYS and path[at + 1][:8].isdigit()


def _read_web(uri: str, company_prefixes: CompanyPrefixes | None) -> Identifier:
    """Read an http or https URI: ``/id/<scheme>/<value>``, Digital Link, compressed link, or itself."""
    path = quick_link.parse_path(uri)
    if path:
        return gs1_keys.identify(path, company_prefixes=company_prefixes)
    local = _LOCAL_PATH.fullmatch(uri)
    if local and bare.is_scheme(local[1]):
        return bare.read_as(local[1], _unescape_utf8(local[2]), company_prefixes)
    if local:
        return _as_itself(uri)
    try:
        link = digital_link.parse(uri)
    except IdentifierError:
        compressed = _read_compressed(uri)
        if compressed:
            return compressed
        if _claims_to_be_link(uri):
            raise
        return _as_itself(uri)
    return gs1_keys.identify(link.path, company_prefixes=company_prefixes)


def _read_compressed(uri: str) -> Identifier | None:
    """Read a compressed Digital Link; None when the last path element only looks like one."""
    if not compression.is_compressed(uri):
        return None
    try:
        return tags.identify_tag(compression.decompress_tag(uri))
    except IdentifierError:
        return None


def _unescape_utf8(text: str) -> str:
    """Resolve percent-encoding of UTF-8; bytes that are none stand as they are."""
    octets = unescape(text)
    try:
        return octets.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return octets


def parse_uri(uri: str, company_prefixes: CompanyPrefixes | None = None) -> Identifier:
    """Read a URI, as ``read_uri`` does, without remembering it."""
    if len(uri) > MAX_TEXT:
        raise IdentifierError("too-long", f"more than {MAX_TEXT} characters", position=MAX_TEXT)
    if company_prefixes is None:
        plain = plain_uris.read(uri)
        if plain is not None:
            return plain
    start = uri[:8].lower()
    if start.startswith("urn:"):
        return _read_urn(uri)
    if start.startswith(("http://", "https://")):
        return _read_web(uri, company_prefixes)
    if is_absolute(uri):
        return _as_itself(uri)
    raise IdentifierError(
        "not-a-uri",
        "an absolute URI is wanted, such as urn:epc:id:… or https://…",
        position=0,
        message_zh="需要绝对 URI",
    )


@lru_cache(maxsize=CACHED_URIS)
def read_uri(uri: str) -> Identifier:
    """Read an EPC URN, a Digital Link, ``/id/<scheme>/<value>`` or any absolute URI.

    :raises IdentifierError: no absolute URI, or one that claims to be an identifier and breaks its rules
    """
    return parse_uri(uri)


@lru_cache(maxsize=CACHED_URIS)
def name_uri(uri: str) -> Identifier:
    """Name what a URI of a captured event is about, whatever its state: a record is kept in any case.

    What ``read_uri`` does not know as an identifier is read again with the tolerance that old printings need
    (GTINs without leading zeros, names for AIs); what still breaks a rule, such as a check digit, names
    itself, with the kind that it claims and the rule as a warning.

    :raises IdentifierError: no absolute URI at all, or one that holds the number of a natural person
    """
    try:
        found = parse_uri(uri)
    except IdentifierError as error:
        if len(uri) > MAX_TEXT or not is_absolute(uri) or error.code == persons.CODE:
            raise
        warning = Warning_(error.code, error.message, error.message_zh)
        found = Identifier(uri, _claimed_kind(uri), "uri", uri, warnings=(warning,))
    return (_read_old_link(uri) or found) if found.scheme == "uri" else found


def _read_old_link(uri: str) -> Identifier | None:
    """Read a Digital Link of an older version of the standard; None when it is none."""
    try:
        link = digital_link.parse(uri, tolerant=True, requirements=False)
    except IdentifierError:
        return None
    return msgspec.structs.replace(gs1_keys.identify(link.path), warnings=(_OLD_FORM,))


def _claimed_kind(uri: str) -> Kind:
    """Give the kind that a malformed EPC URN or Digital Link was meant to have."""
    if uri.startswith("urn:epc:"):
        scheme = SCHEMES.get(uri.split(":")[3] if uri.count(":") > 3 else "")
        return gs1_keys.kind_of([Element(scheme.ai, ""), Element(scheme.tail_ai, "")]) if scheme else "other"
    segments = re.split(r"[?#]", uri, maxsplit=1)[0].split("/")[3:]
    at = digital_link.key_segment(segments, tolerant=True)
    if at is None:
        return "other"
    names = [digital_link.ALIASES.get(name, name) for name in segments[at::2]]
    return gs1_keys.kind_of(list(map(Element, names, segments[at + 1 :: 2])))
