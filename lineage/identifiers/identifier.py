"""What every reader hands out: one value that names one thing, and the key it is stored under."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Kind = Literal["item", "lot", "unit", "class", "party", "site", "document", "other"]

GS1_HOST = "https://id.gs1.org"
"""Canonical host of Digital Link URIs (GS1 Digital Link, URI syntax, canonical form)."""

LOCAL_HOST = "https://id.suyuan.example"
"""Host of the canonical URI of schemes that are not GS1's. It is a name, never fetched; a URI of any
host with the path ``/id/<scheme>/<value>`` is read as the same thing."""

MAX_TEXT = 8191
"""Longest text that is looked at. The longest legal form, a Digital Link with every attribute, is about
2,000 characters; a megabyte of digits must not reach a regular expression or an ``int()``."""


class Warning_(NamedTuple):  # noqa: N801 - the plain name is a built-in
    """Something that is wrong with an identifier but does not make it unreadable."""

    code: str
    message: str
    message_zh: str = ""


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """One thing, named. Immutable and hashable; equal when every member is equal.

    ``id`` is the key of the thing: two texts that name the same thing have the same ``id``.
    """

    id: str
    """Canonical URI: Digital Link under ``https://id.gs1.org`` for GS1 keys, ``/id/<scheme>/<value>`` for
    other schemes, the URI itself for URIs of no known scheme."""
    kind: Kind
    scheme: str
    """``sgtin``, ``lgtin``, ``gtin``, ``sscc``, ``sgln``, … ``drug_code``, ``uscc``, … or ``uri``."""
    value: str
    """Normalised value without the scheme; for GS1 keys the bracketed element string of ``id``."""
    lot: str | None = None
    """Canonical id of the lot, when the text names one beside a serial."""
    class_id: str | None = None
    """Canonical id of the class (GTIN, type of asset, document type), when the thing has one."""
    urn: str | None = None
    """Canonical EPC URN, where the length of the company prefix is known or does not matter."""
    digital_link: str | None = None
    """Canonical Digital Link with all key qualifiers that the text has, for GS1 keys."""
    warnings: tuple[Warning_, ...] = ()
