"""EPC tag URIs and raw URIs: what is on a tag, written as text (Tag Data Standard 12).

``urn:epc:tag:sgtin-96:3.0614141.812345.6789`` names coding and filter beside the identity.
``urn:epc:raw:96.x3034…`` holds the bits of a tag that may be no EPC at all.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers.epc import binary
from lineage.identifiers.epc.layouts import BY_NAME, OTHER_CODINGS, WITHOUT_FILTER
from lineage.identifiers.epc.uri import fail

_TAG = re.compile(r"urn:epc:tag:([a-z]+-(?:[0-9]+|var)):(.*)", re.DOTALL)
_RAW = re.compile(r"urn:epc:raw:([0-9]{1,4})\.(?:(x[0-9A-F]{1,2})\.)?(x[0-9A-F]+|[0-9]+)")
MAX_RAW_BITS = 4 * binary.MAX_HEX


class TagUri(NamedTuple):
    """A tag URI taken apart."""

    coding: str
    filter: int
    urn: str
    """Pure identity URI."""


def read_tag_uri(uri: str) -> TagUri:
    """Take a tag URI apart; the identity is checked by whoever reads ``urn``.

    :raises IdentifierError: no tag URI, or one of an unknown coding
    """
    match = _TAG.fullmatch(uri)
    if match is None:
        raise fail("a tag URI is urn:epc:tag:<coding>:<filter>.<fields>", 12)
    coding, body = match.groups()
    layout = BY_NAME.get(coding)
    scheme = layout.scheme if layout else OTHER_CODINGS.get(coding)
    if scheme is None:
        raise fail(f"there is no EPC coding {coding!r}", 12)
    if coding == WITHOUT_FILTER:
        return TagUri(coding, 0, f"urn:epc:id:{scheme}:{body}")
    written, dot, fields = body.partition(".")
    if not dot or not re.fullmatch(r"0|[1-9][0-9]?", written):
        raise fail("the filter is a number without leading zeros", len(uri) - len(body))
    return TagUri(coding, int(written), f"urn:epc:id:{scheme}:{fields}")


def tag_uri_to_hex(uri: str) -> str:
    """Write a tag URI as EPC memory.

    :raises IdentifierError: it is malformed, or a field does not fit its bits
    """
    tag = read_tag_uri(uri)
    return binary.encode(tag.coding, tag.urn, tag.filter)


def read_raw_uri(uri: str) -> str:
    """Give the bits of a raw URI in hexadecimal, filled to whole digits.

    :raises IdentifierError: no raw URI, or a value that does not fit its length
    """
    match = _RAW.fullmatch(uri)
    if match is None:
        raise fail("a raw URI is urn:epc:raw:<bits>.x<capital hexadecimal digits>", 12)
    bits, written = int(match[1]), match[3]
    if bits > MAX_RAW_BITS or len(written) > binary.MAX_HEX + 1:
        raise IdentifierError("tag-length", f"more than {MAX_RAW_BITS} bits", position=12)
    if written.startswith("x"):
        value = int(written[1:], 16)
        fits = (
            len(written) - 1 == -(-bits // 4) and not value & ((1 << (-bits % 4)) - 1)
            if bits % 4
            else 4 * (len(written) - 1) == bits
        )
    else:
        value = int(written)
        fits = not value >> bits
        value <<= -bits % 4
    if not bits or not fits:
        raise fail(f"{written[:30]} does not have {bits} bits", uri.rindex(".") + 1)
    return f"{value:0{-(-bits // 4)}X}"


def raw_uri(text: str) -> str:
    """Write hexadecimal tag memory as a raw URI.

    :raises IdentifierError: not hexadecimal
    """
    binary.bits_of(text)
    return f"urn:epc:raw:{4 * len(text)}.x{text.upper()}"
