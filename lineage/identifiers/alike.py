"""Lists of URIs that differ in their serial numbers only, named all at once.

An event lists the items of one product by the dozen, all written the same way. What stands before the serial
number is read once, by the reader of single URIs, and remembered; the serial numbers are looked at together.
What this module names, ``uris`` names the same (a property test holds the two together); a list that is not
alike in this way, or holds anything unusual, it leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters, digits
from typing import NamedTuple

from lineage.identifiers import plain_uris, regime_schemes, regimes
from lineage.identifiers.charsets import DIGITS
from lineage.identifiers.identifier import Kind
from lineage.memory import kept_if_usual

FAMILIES = 32_768
"""Families that are remembered; one takes about 500 bytes."""
LISTS = 1024
"""Lists that are remembered: what one event lists the next events list again."""

_LOCAL_HEAD = re.compile(r"https?://[A-Za-z0-9.\-]+(?::[0-9]+)?/id/([a-z_]+)/([0-9]*)")
_PLAIN = (ascii_letters + digits + "-_").encode()
_LONGEST = 20


class Family(NamedTuple):
    """What things have in common that differ in their serial number only."""

    kind: Kind
    scheme: str
    class_id: str | None
    lot: str | None
    base: str
    """Canonical id up to the serial number."""
    characters: bytes
    """What the serial numbers may hold."""
    lengths: range
    """How long they may be."""
    more: int = 0
    """So many characters of the serial number tell the class: they belong to the head."""


def read(uris: Sequence[str]) -> tuple[Family, Sequence[str]] | None:
    """Give the family of some URIs and the canonical id of each; None where they are not plainly alike.

    Those that are alike are URIs, each different from the others.
    """
    first = uris[0]
    cut = first.rfind("." if first.startswith("urn:") else "/") + 1
    family = _family(first[:cut])
    if family is not None and family.more:
        cut += family.more
        family = _family(first[:cut])
    if family is None:
        return None
    members = kept_if_usual(_members, len("".join(uris)))
    ids = members(family, first[:cut], tuple(uris))
    return None if ids is None else (family, ids)


@lru_cache(maxsize=LISTS)
def _members(family: Family, head: str, uris: tuple[str, ...]) -> tuple[str, ...] | None:
    """Give the canonical id of each; None where some do not begin so, or do not go on so."""
    # Where all begin so, each but the first stands behind a line break and that.
    serials = "\n".join(uris)[len(head) :].split("\n" + head)
    if len(serials) != len(uris) or len(set(uris)) != len(uris):
        return None
    text = "".join(serials)
    if not text.isascii() or text.encode().translate(None, family.characters):
        return None
    lengths = set(map(len, serials))
    if min(lengths) not in family.lengths or max(lengths) not in family.lengths:
        return None
    return uris if family.base == head else tuple([family.base + serial for serial in serials])


@lru_cache(maxsize=FAMILIES)
def _family(head: str) -> Family | None:
    """Give the family of the URIs that begin so and go on with a serial number."""
    # The reader of single URIs decides, on a serial number of its own.
    found = plain_uris.read(head + "0")
    if found is None:
        return _family_of_scheme(head)
    base = found.id.removesuffix("0")
    # Links end in the serial number; in URNs it may hold dots, which only the single URI tells apart.
    if not base.endswith(("/21/", "/10/")):
        return None
    lengths = range(1, _LONGEST + 1)
    return Family(found.kind, found.scheme, found.class_id, found.lot, base, _PLAIN, lengths)


def _family_of_scheme(head: str) -> Family | None:
    """Do the same for schemes whose values are nothing but a number of digits."""
    match = _LOCAL_HEAD.fullmatch(head)
    scheme = regime_schemes.find(match[1]) if match else None
    if match is None or scheme is None or scheme.check or scheme.keep or len(scheme.layouts) != 1:
        return None
    layout = scheme.layouts[0]
    if layout.prefix or any(
        field.alphabet != DIGITS or field.check or field.shortest != field.length for field in layout.fields
    ):
        return None
    class_digits = sum(field.length for field in layout.fields[: scheme.class_fields])
    length = sum(field.length for field in layout.fields) - class_digits
    given = match[2]
    if len(given) not in {0, class_digits} or (given and not scheme.class_fields):
        return None
    base = regimes.local_uri(scheme.name, given)
    more = 0 if given else class_digits
    lengths = range(length, length + 1)
    return Family(
        scheme.kind, scheme.name, base if given else None, None, base, digits.encode(), lengths, more
    )
