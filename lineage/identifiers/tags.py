"""EPC memory of a tag to the thing it names. SGTIN-96 has a path of its own: a portal reads nothing else."""

from __future__ import annotations

import re

from lineage.errors import IdentifierError
from lineage.identifiers import gs1_keys
from lineage.identifiers.epc import binary, others
from lineage.identifiers.epc.binary import Tag
from lineage.identifiers.identifier import GS1_HOST, Identifier

_SHORTEST = 16
"""Hexadecimal digits of the shortest EPC that is taken without being announced as one."""
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SGTIN_96 = re.compile(r"30[0-9A-Fa-f]{22}")


def read_tag(text: str) -> Identifier:
    """Read the EPC memory of a tag, in hexadecimal.

    :raises IdentifierError: no EPC, or bits that its coding does not allow
    """
    if _SGTIN_96.fullmatch(text):
        gtin, prefix, reference, serial = binary.sgtin_96(int(text, 16))
        class_id = f"{GS1_HOST}/01/{gtin}"
        item = f"{class_id}/21/{serial}"
        urn = f"urn:epc:id:sgtin:{prefix}.{reference}.{serial}"
        return Identifier(item, "item", "sgtin", f"(01){gtin}(21){serial}", None, class_id, urn, item)
    return identify_tag(binary.decode(text))


def identify_tag(tag: Tag) -> Identifier:
    """Name what a decoded tag is about."""
    if tag.elements:
        return gs1_keys.identify(tag.elements, urn=tag.urn)
    identity = others.read(tag.urn or "")
    if identity is None:
        raise IdentifierError("tag", f"a tag of {tag.coding} names nothing")
    return identity


def read_bare_tag(text: str) -> Identifier | None:
    """Read a bare text that is the EPC memory of a tag; None when header, length or a field does not fit."""
    if not _SHORTEST <= len(text) <= binary.MAX_HEX or not _HEX.fullmatch(text):
        return None
    try:
        return read_tag(text)
    except IdentifierError:
        return None
