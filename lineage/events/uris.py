"""The shape of a URI (RFC 3986), with the letters of other scripts that RFC 3987 allows.

The schema of the standard asks for ``format: uri`` in most places. The check here asks for a scheme with
something after it, for a well-formed authority where there is one, and for the absence of everything that may
not stand in a URI; what a scheme itself demands is the business of the identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address
from typing import Final

#: What may stand nowhere: white space and control characters, the delimiters that RFC 3986 leaves out of
#: every production, and of other scripts (RFC 3987 §2.2) spaces, invisible marks, private and non-characters.
_NOWHERE: Final = (
    r"""\x00-\x20<>"{}|\\^`%\#\[\]\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"""
    r"\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)


def _run(but: str = "") -> str:
    """Give the expression for a run of characters, ``%`` only with two hexadecimal digits.

    :param but: further characters that may not be in it
    """
    return rf"[^{_NOWHERE}{but}]*+(?:%[0-9A-Fa-f]{{2}}[^{_NOWHERE}{but}]*+)*+"


_HOST: Final = rf"(?:\[(?:([0-9A-Fa-f:.]+)|[vV][0-9A-Fa-f]+\.[!$&-.0-;=A-Z_a-z~]+)\]|{_run('/?@:')})"
_AUTHORITY: Final = rf"//(?:{_run('/?@')}@)?{_HOST}(?::[0-9]*+)?(?![^/?\#])"
_URI: Final = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*+:(?!\Z)(?:{_AUTHORITY}|(?!//)){_run()}(?:\#{_run()})?")
#: The quick form for many at once, a line each: plain ASCII only. What has ``%``, ``#``, brackets or an
#: authority out of the ordinary is left to the exact form.
_SCHEMES: Final = re.compile(
    r"(?:(?:https?://[a-z0-9.\-]*+(?::[0-9]*+)?+/|[A-Za-z][A-Za-z0-9+.\-]*+:(?!//[^/])).++\n)++"
)
_PLAIN_BYTES: Final = bytes(code for code in range(128) if re.fullmatch(r"[!$&-;=?-Z_a-z~\n]", chr(code)))


def is_uri(text: str) -> bool:
    """Say whether the text is an absolute URI (or IRI)."""
    match = _URI.fullmatch(text)
    return match is not None and (match[1] is None or _is_address(match[1]))


def _is_address(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def are_plain_uris(texts: Sequence[str]) -> bool:
    """Say whether all of the texts, none of which has a line break, are URIs of plain ASCII.

    ``False`` may also mean that one has ``%``, ``#``, brackets or another script: then ask :func:`is_uri`.
    """
    if not texts:
        return True
    lines = "\n".join(texts) + "\n"
    return (
        lines.isascii()
        and not lines.encode().translate(None, _PLAIN_BYTES)
        and _SCHEMES.fullmatch(lines) is not None
    )
