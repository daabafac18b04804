"""Any written form of an identifier to the thing it names.

Reading
    1. by its start: ``urn:``, ``http(s):``, ``(01)``, ``]C1``, FNC1, ``<scheme>:``
    2. EPC memory of a tag in hexadecimal, recognised by header and length
    3. what is left is a bare value: refused, with the schemes it could belong to

A scheme that the caller gives settles step 1 to 3. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from lineage.errors import IdentifierError
from lineage.identifiers import ai_rules, digital_link, element_string, gs1_keys, regime_schemes, regimes, symbols
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc import binary, others
from lineage.identifiers.epc import uri as epc_uri
from lineage.identifiers.identifier import GS1_HOST, LOCAL_HOST, MAX_TEXT, Identifier
from lineage.identifiers.percent import unescape

_SCHEME_VALUE = re.compile(r"([A-Za-z][A-Za-z0-9_]{1,30}):(.*)", re.DOTALL)
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[!-~]+")
_LOCAL_PATH = re.compile(r"[A-Za-z]+://[^/?#]+(?:/[^?#]*)?/(?:id|party)/([A-Za-z0-9_]+)/([^/?#]+)/?(?:[?#].*)?")
_DIGITAL_LINK = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::\d+)?/01/(\d{14})(?:/10/([A-Za-z0-9\-._]{1,20}))?(?:/21/([A-Za-z0-9\-._]{1,20}))?"
)
_HEX_LENGTHS = frozenset(range(24, binary.MAX_HEX + 1))
CACHED_URIS = 65_536
"""An identifier takes about 1 KB with its texts: the cache stays below 64 MB."""
"""URIs of events repeat within a document and between neighbouring ones; one entry takes about 600 bytes."""

_GS1_DIGITS = {"gtin": ("01", 14), "sscc": ("00", 18), "gln": ("414", 13), "pgln": ("417", 13), "gsin": ("402", 17),
               "gsrn": ("8018", 18), "gsrnp": ("8017", 18)}  # fmt: skip
_GS1_TEXTS = {"giai": "8004", "ginc": "401", "gdti": "253", "sgcn": "255", "cpi": "8010", "gmn": "8013", "itip": "8006"}
_GS1_ALIASES = {"gtin8": "gtin", "gtin12": "gtin", "gtin13": "gtin", "gtin14": "gtin", "ean13": "gtin", "upc": "gtin"}


def _bare_gs1(scheme: str, value: str) -> tuple[Element, ...]:
    """Read the value of a GS1 key without application identifier."""
    if scheme == "gtin":
        if len(value) not in (8, 12, 13, 14) or not is_digits(value):
            raise IdentifierError("value-length", "a GTIN has 8, 12, 13 or 14 digits", message_zh="GTIN 应为 8、12、13 或 14 位数字")
        return (element_string.check_element("01", value.zfill(14)),)
    if scheme in _GS1_DIGITS:
        return (element_string.check_element(_GS1_DIGITS[scheme][0], value),)
    if scheme == "grai":
        return (element_string.check_element("8003", value if value.startswith("0") and len(value) > 13 else "0" + value),)
    return (element_string.check_element(_GS1_TEXTS[scheme], value),)


def _is_gs1_scheme(scheme: str) -> bool:
    return scheme in _GS1_DIGITS or scheme in _GS1_TEXTS or scheme == "grai"


def read_as(scheme: str, value: str, company_prefixes: CompanyPrefixes | None = None) -> Identifier:
    """Read a bare value of a named scheme.

    :raises IdentifierError: there is no such scheme, or the value breaks its rules
    """
    name = _GS1_ALIASES.get(scheme.lower(), scheme.lower())
    if _is_gs1_scheme(name):
        bare = re.sub(r"\s+", "", value) if name in _GS1_DIGITS else value.strip()
        return gs1_keys.identify(_bare_gs1(name, bare), company_prefixes=company_prefixes)
    regime = regime_schemes.find(name)
    if regime is None:
        raise IdentifierError(
            "unknown-scheme",
            f"there is no scheme {scheme[:40]!r}",
            position=0,
            hint="schemes: " + ", ".join(sorted((*_GS1_DIGITS, *_GS1_TEXTS, "grai", *regime_schemes.REGIME_SCHEMES))),
            message_zh=f"没有编码方案 {scheme[:40]!r}",
        )
    return regimes.read(regime, value)


def _read_urn(uri: str) -> Identifier:
    """Read a URN; those of EPC by their rules, others stand for themselves."""
    lowered = uri[:20].lower()
    if lowered.startswith("urn:epc:") and not uri.startswith("urn:epc:"):
        uri = "urn:epc:" + uri[8:]
    if uri.startswith(("urn:epc:id:", "urn:epc:class:")):
        key = epc_uri.read(uri)
        if key:
            return gs1_keys.identify(key.elements, urn=key.urn)
        other = others.read(uri)
        if other:
            return other
        raise IdentifierError("epc-scheme", f"there is no EPC scheme {uri.split(':')[3][:20]!r}" if uri.count(":") > 3 else
                              "an EPC URN is urn:epc:id:<scheme>:<fields>", position=len(uri) if uri.count(":") < 4 else 11)
    if not _ABSOLUTE_URI.fullmatch(uri):
        raise IdentifierError("uri-character", "a URN holds visible ASCII characters only", position=_first_odd(uri))
    return _as_itself(uri)


def _first_odd(uri: str) -> int:
    return next((at for at, char in enumerate(uri) if not "!" <= char <= "~"), len(uri))


def _as_itself(uri: str) -> Identifier:
    """A URI of no known scheme names itself."""
    return Identifier(uri, "other", "uri", uri)


def _claims_to_be_link(uri: str) -> bool:
    """Tell whether a URI that is no valid Digital Link must have been meant as one.

    Under the canonical host everything is; elsewhere a numeric key followed by digits is.
    """
    if uri.lower().startswith(GS1_HOST + "/"):
        return True
    path = re.split(r"[?#]", uri, maxsplit=1)[0].split("/")[3:]
    at = digital_link.key_segment(path)
    return at is not None and path[at] not in ("401", "8004", "8010", "8013") and path[at + 1][:8].isdigit()


def _read_web(uri: str, company_prefixes: CompanyPrefixes | None) -> Identifier:
    """Read an http or https URI: Digital Link, ``/id/<scheme>/<value>``, or itself."""
    local = _LOCAL_PATH.fullmatch(uri)
    if local:
        return _read_local(uri, local[1], unescape_utf8(local[2]))
    try:
        link = digital_link.parse(uri)
    except IdentifierError:
        if _claims_to_be_link(uri):
            raise
        if not _ABSOLUTE_URI.fullmatch(uri):
            raise IdentifierError("uri-character", "a URI holds visible ASCII characters only", position=_first_odd(uri)) from None
        return _as_itself(uri)
    return gs1_keys.identify(link.path, company_prefixes=company_prefixes)


def unescape_utf8(text: str) -> str:
    """Resolve percent-encoding of UTF-8; bytes that are none stand as they are."""
    octets = unescape(text)
    try:
        return octets.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return octets


def _read_local(uri: str, name: str, value: str) -> Identifier:
    """Read ``/id/<scheme>/<value>`` of any host; a scheme that nobody knows here stands for itself."""
    scheme = regime_schemes.find(name)
    if scheme:
        return regimes.read(scheme, value)
    if _is_gs1_scheme(_GS1_ALIASES.get(name, name)):
        return read_as(name, value)
    if uri.startswith(LOCAL_HOST):
        raise IdentifierError("unknown-scheme", f"there is no scheme {name!r}", position=len(LOCAL_HOST) + 4)
    return _as_itself(uri)


@lru_cache(maxsize=8192)
def _gtin_base(gtin: str) -> tuple[str, str] | None:
    """Check a GTIN of 14 digits; give its canonical id and element string, or None when it is wrong."""
    try:
        element_string.check_element("01", gtin)
    except IdentifierError:
        return None
    return f"{GS1_HOST}/01/{gtin}", f"(01){gtin}"


def _read_plain_link(uri: str) -> Identifier | None:
    """Read the form that most Digital Links have, with plain characters and no query; None when it is another."""
    match = _DIGITAL_LINK.fullmatch(uri)
    if match is None:
        return None
    gtin, lot, serial = match.groups()
    base = _gtin_base(gtin)
    if base is None:
        return None
    class_id, value = base
    if serial is not None:
        item = f"{class_id}/21/{serial}"
        if lot is None:
            return Identifier(item, "item", "sgtin", f"{value}(21){serial}", None, class_id, None, item)
        lot_id = f"{class_id}/10/{lot}"
        return Identifier(item, "item", "sgtin", f"{value}(21){serial}", lot_id, class_id, None, f"{lot_id}/21/{serial}")
    if lot is not None:
        lot_id = f"{class_id}/10/{lot}"
        return Identifier(lot_id, "lot", "lgtin", f"{value}(10){lot}", None, class_id, None, lot_id)
    return Identifier(class_id, "class", "gtin", value, None, class_id, None, class_id)


def _parse_uri(uri: str, company_prefixes: CompanyPrefixes | None = None) -> Identifier:
    if len(uri) > MAX_TEXT:
        raise IdentifierError("too-long", f"more than {MAX_TEXT} characters", position=MAX_TEXT)
    if company_prefixes is None:
        plain = _read_plain_link(uri)
        if plain is not None:
            return plain
    start = uri[:8].lower()
    if start.startswith("urn:"):
        return _read_urn(uri)
    if start.startswith(("http://", "https://")):
        return _read_web(uri, company_prefixes)
    if _ABSOLUTE_URI.fullmatch(uri):
        return _as_itself(uri)
    raise IdentifierError("not-a-uri", "an absolute URI is wanted, such as urn:epc:id:… or https://…", position=0)


@lru_cache(maxsize=CACHED_URIS)
def read_uri(uri: str) -> Identifier:
    """Read a URI as it stands in an event: EPC URN, Digital Link, ``/id/<scheme>/<value>``, or any absolute URI.

    :raises IdentifierError: no absolute URI, or one that claims to be an identifier and breaks its rules
    """
    return _parse_uri(uri)


def read_tag(text: str) -> Identifier:
    """Read the EPC memory of a tag, in hexadecimal.

    :raises IdentifierError: no EPC, or bits that its coding does not allow
    """
    if len(text) == 24 and text[:2] == "30":
        try:
            value = int(text, 16)
        except ValueError:
            value = -1
        if value >= 0 and "_" not in text:
            gtin, prefix, reference, serial = binary.sgtin_96(value)
            class_id = f"{GS1_HOST}/01/{gtin}"
            item = f"{class_id}/21/{serial}"
            return Identifier(
                item, "item", "sgtin", f"(01){gtin}(21){serial}", None, class_id,
                f"urn:epc:id:sgtin:{prefix}.{reference}.{serial}", item,
            )  # fmt: skip
    tag = binary.decode(text)
    if tag.elements:
        return gs1_keys.identify(tag.elements, urn=tag.urn)
    return _read_urn(tag.urn or "")


def _is_tag(text: str) -> bool:
    if len(text) not in _HEX_LENGTHS or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        return False
    try:
        binary.decode(text)
    except IdentifierError:
        return False
    return True


def _bare(text: str) -> IdentifierError:
    """Step 3: say what a value without scheme could be."""
    found = list(regimes.candidates(text))
    value = re.sub(r"\s+", "", text)
    for scheme in (*_GS1_DIGITS, "grai"):
        try:
            _bare_gs1(scheme, value)
        except IdentifierError:
            continue
        found.append(scheme)
    names = ", ".join(found)
    if not found:
        return IdentifierError(
            "unknown-form",
            "no written form of an identifier that this package knows",
            position=0,
            hint="give the scheme with the value, e.g. drug_code:83857930000879766660",
            message_zh="无法识别的标识形式",
        )
    return IdentifierError(
        "ambiguous",
        f"the value alone does not tell its scheme; it could be {names}",
        hint=f"write the scheme before it, e.g. {found[0]}:{value[:40]}",
        message_zh=f"仅凭数值无法判断编码方案,可能是 {names}",
        candidates=tuple(found),
    )


def _identify_elements(elements: tuple[Element, ...], company_prefixes: CompanyPrefixes | None) -> Identifier:
    ai_rules.check_together(elements)
    return gs1_keys.identify(elements, company_prefixes=company_prefixes)


def _read_scan(text: str, company_prefixes: CompanyPrefixes | None) -> Identifier:
    scan = symbols.parse_scan(text)
    if scan.gtin:
        return gs1_keys.identify((Element("01", scan.gtin), *scan.elements), company_prefixes=company_prefixes)
    if scan.elements:
        return _identify_elements(scan.elements, company_prefixes)
    return read(scan.text, company_prefixes=company_prefixes)


def _with_scheme(text: str, company_prefixes: CompanyPrefixes | None) -> Identifier | None:
    """Read ``<scheme>:<value>``; None when the word before the colon is no scheme."""
    match = _SCHEME_VALUE.fullmatch(text)
    if match is None:
        return None
    name, value = match.groups()
    lowered = _GS1_ALIASES.get(name.lower(), name.lower())
    if not _is_gs1_scheme(lowered) and regime_schemes.find(lowered) is None:
        return None
    try:
        return read_as(lowered, value, company_prefixes)
    except IdentifierError as error:
        raise error.moved(len(name) + 1) from None


_STARTS: tuple[tuple[str, Callable[[str, CompanyPrefixes | None], Identifier]], ...] = (
    ("(", lambda text, prefixes: _identify_elements(element_string.parse_bracketed(text), prefixes)),
    ("]", _read_scan),
)


def read(text: str, *, scheme: str | None = None, company_prefixes: CompanyPrefixes | None = None) -> Identifier:
    """Read any written form: EPC URN, Digital Link, element string (bracketed or scanned), tag memory in
    hexadecimal, ``<scheme>:<value>``; with ``scheme`` also a bare value of that scheme.

    :param company_prefixes: lets an EPC URN be given for forms that do not mark the company prefix
    :raises IdentifierError: malformed or ambiguous; never a guess
    """
    if len(text) > MAX_TEXT:
        raise IdentifierError("too-long", f"more than {MAX_TEXT} characters", position=MAX_TEXT)
    stripped = text.strip(" \t\r\n")
    if not stripped:
        raise IdentifierError("empty", "there is nothing to read", position=0, message_zh="内容为空")
    if scheme:
        return _with_given_scheme(stripped, scheme, company_prefixes)
    start = stripped[:8].lower()
    if start.startswith(("urn:", "http://", "https://")):
        return read_uri(stripped) if company_prefixes is None else _parse_uri(stripped, company_prefixes)
    for mark, reader in _STARTS:
        if stripped.startswith(mark):
            return reader(stripped, company_prefixes)
    if symbols.starts_like_scan(stripped):
        return _identify_elements(element_string.parse_scanned(stripped), company_prefixes)
    named = _with_scheme(stripped, company_prefixes)
    if named:
        return named
    if _is_tag(stripped):
        return read_tag(stripped)
    if ":" in stripped and _ABSOLUTE_URI.fullmatch(stripped):
        raise IdentifierError(
            "unknown-scheme", f"there is no scheme {stripped.split(':')[0][:40]!r}", position=0,
            hint="write http(s):// or urn: for a URI, or one of the schemes of this package", message_zh="没有这个编码方案",
        )  # fmt: skip
    raise _bare(stripped)


def _with_given_scheme(text: str, scheme: str, company_prefixes: CompanyPrefixes | None) -> Identifier:
    """Read a value whose scheme the caller names; the scheme may stand before it once more."""
    prefix = f"{scheme}:"
    if text.lower().startswith(prefix.lower()):
        text = text[len(prefix) :]
    return read_as(scheme, text, company_prefixes)


def elements(text: str) -> tuple[Element, ...]:
    """Read the GS1 elements of an element string, a scan or a Digital Link, with all attributes.

    :raises IdentifierError: another form, or elements that break a rule
    """
    stripped = text.strip(" \t\r\n")
    if len(stripped) > MAX_TEXT:
        raise IdentifierError("too-long", f"more than {MAX_TEXT} characters", position=MAX_TEXT)
    if stripped[:8].lower().startswith(("http://", "https://")):
        return digital_link.parse(stripped).elements
    if stripped.startswith("("):
        found = element_string.parse_bracketed(stripped)
    elif stripped.startswith("]"):
        scan = symbols.parse_scan(stripped)
        found = ((Element("01", scan.gtin),) if scan.gtin else ()) + scan.elements
        if not found:
            raise IdentifierError("no-elements", "the symbol holds no GS1 elements", position=3)
    elif symbols.starts_like_scan(stripped):
        found = element_string.parse_scanned(stripped)
    else:
        raise IdentifierError("no-elements", "neither an element string nor a Digital Link", position=0)
    ai_rules.check_together(found)
    return found
