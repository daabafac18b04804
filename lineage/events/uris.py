"""The shape of a URI (RFC 3986), with the letters of other scripts that RFC 3987 allows.

The schema of the standard asks for ``format: uri`` in most places. The check here asks for a scheme and
for the absence of everything that may not stand in a URI; what a scheme itself demands is the business of the
identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What may follow the scheme: no white space or control characters, none of the delimiters that RFC 3986
#: leaves out of every production, ``%`` only with two hexadecimal digits, ``#`` at most once.
_PLAIN = r"""[^\x00-\x20<>"{}|\\^`%\#\[\]\x7f-\xa0\u2028\u2029\ud800-\udfff\ufffe\uffff]"""
_TAIL = rf"{_PLAIN}*(?:%[0-9A-Fa-f]{{2}}{_PLAIN}*)*"
#: Brackets stand around an IP address only.
_ADDRESS = r"(?://(?:[^/?\#\[\]@]*@)?\[[0-9A-Fa-fvV:.]+\])?"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:(?!\Z){_ADDRESS}{_TAIL}(?:\#{_TAIL})?")
#: The quick form for many at once, a line each: plain ASCII only. What has ``%``, ``#`` or
#: brackets is left to the exact form.
_SCHEMES = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*+:.++\n)++")
_PLAIN_BYTES = bytes(code for code in range(128) if re.fullmatch(r"[!$&-;=?-Z_a-z~\n]", chr(code)))


def is_uri(text: str) -> bool:
    """Say whether the text is an absolute URI (or IRI)."""
    return _URI.fullmatch(text) is not None


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
