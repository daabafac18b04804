"""Percent-encoding as GS1 Digital Link and EPC URIs use it. Pure text, no Unicode: the values are ASCII."""

from __future__ import annotations

import re
from urllib.parse import quote

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_CHARACTERS = {f"{number:02x}": chr(number) for number in range(256)}
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_RESERVED = {code: f"%{code:02X}" for code in range(128) if chr(code) not in _UNRESERVED}
_EPC_MUST = {'"': "%22", "%": "%25", "&": "%26", "/": "%2F", "<": "%3C", ">": "%3E", "?": "%3F", "#": "%23"}
_EPC_TABLE = str.maketrans(_EPC_MUST)


def unescape(text: str) -> str:
    """Resolve every ``%xx``; a ``%`` that no two hexadecimal digits follow stands for itself."""
    return _ESCAPE.sub(lambda match: _CHARACTERS[match[1].lower()], text) if "%" in text else text


def unescape_query(text: str) -> str:
    """Resolve ``%xx`` and ``+`` (a blank) in the value of a query parameter."""
    return unescape(text.replace("+", " "))


def escape(text: str) -> str:
    """Escape all but the unreserved characters ``A-Z a-z 0-9 - . _ ~``."""
    if not text.isascii():
        return quote(text, safe="", errors="surrogatepass")
    return text if text.isalnum() else text.translate(_RESERVED)


def escape_epc(text: str) -> str:
    """Escape what an EPC URI must not hold literally (Tag Data Standard 6.3.1 and annex A)."""
    return text if text.isalnum() else text.translate(_EPC_TABLE)
