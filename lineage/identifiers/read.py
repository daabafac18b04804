"""Any written form of an identifier to the thing it names.

Reading
    1. by its start: ``urn:`` and ``http(s):``, ``(01)``, ``]C1``, FNC1
    2. EPC memory of a tag in hexadecimal, recognised by header, length and every field
    3. ``<scheme>:<value>``
    4. an element string as scanners send it that leave out the first FNC1, recognised by a whole GTIN at its
       start and more behind
    5. what is left is a bare value: refused, with the schemes it could belong to

A scheme that the caller gives takes the place of these steps. Nothing is guessed.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import ai_rules, bare, digital_link, element_string, gs1_keys, symbols, tags, uris
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.digital_link import DigitalLink
from lineage.identifiers.element_string import GS, Element
from lineage.identifiers.identifier import MAX_TEXT, Identifier

_SCHEME_VALUE = re.compile(r"([A-Za-z][A-Za-z0-9_]{1,30}):(.*)", re.DOTALL)
_GTIN_AND_MORE = re.compile(r"01[0-9]{14}.", re.DOTALL)
_URI_STARTS = ("urn:", "http://", "https://")
_BLANKS = " \t\r\n"
"""Taken away around a text; GS (0x1D) is none of them."""


def _check_length(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise IdentifierError("too-long", f"more than {MAX_TEXT} characters", position=MAX_TEXT)


def _trimmed(text: str) -> str:
    _check_length(text)
    stripped = text.strip(_BLANKS)
    if not stripped:
        raise IdentifierError("empty", "there is nothing to read", position=0, message_zh="内容为空")
    return stripped


def _is_uri(text: str) -> bool:
    return text[:8].lower().startswith(_URI_STARTS)


def _is_element_string(text: str) -> bool:
    return text.startswith("(") or symbols.starts_like_scan(text)


def _identify(elements: tuple[Element, ...], company_prefixes: CompanyPrefixes | None) -> Identifier:
    ai_rules.check_together(elements)
    return gs1_keys.identify(elements, company_prefixes=company_prefixes)


def _read_scan(text: str, company_prefixes: CompanyPrefixes | None) -> Identifier:
    if text[3:4] == GS:
        # The identifier says that there is an FNC1 first; some scanners send it all the same.
        text = text[:3] + text[4:]
    scan = symbols.parse_scan(text)
    if scan.gtin:
        return _identify((Element("01", scan.gtin), *scan.elements), company_prefixes)
    if scan.elements:
        return _identify(scan.elements, company_prefixes)
    return read(scan.text, company_prefixes=company_prefixes)


def _with_scheme(text: str, company_prefixes: CompanyPrefixes | None) -> Identifier | None:
    """Read ``<scheme>:<value>``; None when the word before the colon is no scheme."""
    match = _SCHEME_VALUE.fullmatch(text)
    if match is None or not bare.is_scheme(match[1]):
        return None
    try:
        return bare.read_as(match[1], match[2], company_prefixes)
    except IdentifierError as error:
        raise error.moved(len(match[1]) + 1) from None


def read(
    text: str, *, scheme: str | None = None, company_prefixes: CompanyPrefixes | None = None
) -> Identifier:
    """Read any written form of an identifier.

    EPC URN, Digital Link, element string (bracketed or scanned), tag memory in hexadecimal,
    ``<scheme>:<value>``.

    :param scheme: reads a bare value of this scheme instead
    :param company_prefixes: lets an EPC URN be given for forms that do not mark the company prefix
    :raises IdentifierError: malformed or ambiguous; never a guess
    """
    text = _trimmed(text)
    if scheme:
        repeated = f"{scheme}:"
        bare_text = text[len(repeated) :] if text.lower().startswith(repeated.lower()) else text
        return bare.read_as(scheme, bare_text, company_prefixes)
    if _is_uri(text):
        return uris.parse_uri(text, company_prefixes) if company_prefixes else uris.read_uri(text)
    if text.startswith("]"):
        return _read_scan(text, company_prefixes)
    if _is_element_string(text):
        return _identify(tuple(chain(*element_string.parse_components(text))), company_prefixes)
    found = tags.read_bare_tag(text) or _with_scheme(text, company_prefixes)
    if found is not None:
        return found
    if uris.is_absolute(text):
        raise IdentifierError(
            "unknown-scheme",
            f"there is no scheme {text.split(':')[0][:40]!r}",
            position=0,
            hint="write http(s):// or urn: for a URI, or one of the schemes of this package",
            message_zh="没有这个编码方案",
        )
    if _GTIN_AND_MORE.match(text) and not bare.candidates(text):
        return _identify(element_string.parse_scanned(text), company_prefixes)
    raise bare.undecided(text)


class Gs1Data(NamedTuple):
    """What a text in a form of GS1 says."""

    components: tuple[tuple[Element, ...], ...]
    """Elements of a symbol and, of a composite symbol, of its two-dimensional component."""
    link: DigitalLink | None = None
    """The Digital Link that the text is."""


def _gs1_of_scan(text: str) -> Gs1Data:
    scan = symbols.parse_scan(text)
    if scan.link:
        return Gs1Data((scan.elements,), scan.link)
    linear = (Element("01", scan.gtin),) if scan.gtin else ()
    components = tuple(component for component in (linear, scan.elements) if component)
    if not components:
        raise IdentifierError("no-elements", "the symbol holds no GS1 elements", position=3)
    return Gs1Data(components)


def gs1_data(text: str) -> Gs1Data:
    """Read an element string, a scan or a Digital Link, with all its elements.

    As strict as the reference implementation: not even blanks around are taken away.

    :raises IdentifierError: another form, or elements that break a rule
    """
    _check_length(text)
    if _is_uri(text):
        link = digital_link.parse(text)
        return Gs1Data((link.elements,), link)
    if text.startswith("]"):
        found = _gs1_of_scan(text)
    elif _is_element_string(text):
        found = Gs1Data(element_string.parse_components(text))
    else:
        raise IdentifierError("no-elements", "neither an element string nor a Digital Link", position=0)
    if found.link is None:
        ai_rules.check_together(tuple(chain(*found.components)))
    return found


def elements(text: str) -> tuple[Element, ...]:
    """Give all elements of an element string, a scan or a Digital Link, as ``gs1_data`` reads them."""
    return tuple(chain(*gs1_data(text).components))
