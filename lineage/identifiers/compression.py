"""Compressed GS1 Digital Links: EPC binary strings in a URI (compression standard 1.0.0 of July 2025).

The path element after the stem is ``eh`` and the EPC of a tag in lower-case hexadecimal digits, or ``ex``
and the same bits six at a time in the base64url alphabet.
``https://example.com/eh30164596f40c0e5cbe991a83`` is the Digital Link of that SGTIN-96. Everything that Tag
Data Standard 2 can put on a tag can be compressed, so a Digital Link with application identifiers for which
table F has no packing cannot.

Not covered: the older compression of URI syntax 1.0 to 1.4 (one base64url string with optimisation codes),
which this standard replaces, and host names of ``++`` codings in shorthand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from lineage.errors import IdentifierError
from lineage.identifiers import digital_link
from lineage.identifiers.charsets import CSET64
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc import binary, plus
from lineage.identifiers.epc.binary import Tag
from lineage.identifiers.identifier import GS1_HOST

_COMPRESSED = re.compile(r"(?P<stem>https?://[^?#]*?)/(?P<form>eh|ex)(?P<bits>[^/?#]*)/?(?:[?#].*)?")
_SEGMENT = re.compile(r"(?:eh[0-9a-f]+|ex[0-9A-Za-z_\-]+)")
_PLUS_OF_KEY = {
    "00": "sscc+", "01": "sgtin+", "253": "gdti+", "255": "sgcn+", "414": "sgln+", "8003": "grai+",
    "8004": "giai+", "8006": "itip+", "8010": "cpi+", "8017": "gsrnp+", "8018": "gsrn+",
}  # fmt: skip
Form = Literal["eh", "ex"]


def is_compressed(uri: str) -> bool:
    """Tell whether the last path element of a URI is an EPC binary string."""
    match = _COMPRESSED.fullmatch(uri)
    return bool(match) and bool(_SEGMENT.fullmatch(f"{match['form']}{match['bits']}"))  # type: ignore[index]


def _hex(form: str, bits: str) -> str:
    """Give the bits of a path element in hexadecimal digits, the last filled with zeros."""
    if form == "eh":
        return bits
    value = 0
    for char in bits:
        value = value << 6 | CSET64.index(char)
    spare = 6 * len(bits) % 4
    return f"{value << (-spare % 4):0{-(-6 * len(bits) // 4)}x}"


def decompress_tag(uri: str) -> Tag:
    """Read the tag that a compressed Digital Link holds.

    :raises IdentifierError: no compressed Digital Link, or bits that are no EPC
    """
    match = _COMPRESSED.fullmatch(uri)
    if match is None or not _SEGMENT.fullmatch(match["form"] + match["bits"]):
        raise IdentifierError(
            "not-compressed", "the last path element is no eh… or ex… string", position=max(uri.rfind("/"), 0)
        )
    if len(match["bits"]) > binary.MAX_HEX:
        raise IdentifierError(
            "tag-length", f"more than {binary.MAX_HEX} characters", position=match.start("bits")
        )
    try:
        return binary.decode(_hex(match["form"], match["bits"]))
    except IdentifierError as error:
        raise error.moved(match.start("bits")) from None


def decompress(uri: str) -> str:
    """Write a compressed Digital Link in full, under the same stem.

    :raises IdentifierError: it is none, or its tag holds no GS1 key
    """
    tag = decompress_tag(uri)
    match = _COMPRESSED.fullmatch(uri)
    if not tag.elements or match is None:
        raise IdentifierError("no-primary-key", f"a tag of {tag.coding} has no GS1 Digital Link")
    return digital_link.build(tag.elements, match["stem"])


def compress(
    elements: Iterable[Element], stem: str = GS1_HOST, form: Form = "ex", filter_value: int = 0
) -> str:
    """Write elements as a compressed Digital Link, in the TDS 2 coding of the key.

    :raises IdentifierError: no primary key, a class without serial number, or a value that no packing
        exists for
    """
    path, attributes = digital_link.arrange(elements)
    coding = _PLUS_OF_KEY.get(path[0].ai)
    if coding is None:
        raise IdentifierError("tag-scheme", f"({path[0].ai}) has no EPC coding")
    text = plus.encode(coding, (*path, *attributes), filter_value)
    if form == "eh":
        return f"{stem.removesuffix('/')}/eh{text.lower()}"
    bits = 4 * len(text)
    value = int(text, 16) << (-bits % 6)
    return f"{stem.removesuffix('/')}/ex" + "".join(
        CSET64[value >> shift & 63] for shift in range(bits + -bits % 6 - 6, -1, -6)
    )
