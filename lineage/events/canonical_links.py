"""The form in which the event hash writes identifiers: the constrained canonical Digital Link (CBV 2.0 §8.9).

EPC, EPC class and EPC pattern URNs become Digital Links; a Digital Link loses its own host, its query and
everything but the finest level of identification. This is deliberately more tolerant than
``lineage.identifiers``: a hash must not depend on whether somebody's check digit is right, and must read
the short GTINs and path aliases of older links. Identifiers of other schemes (``/id/<scheme>/<value>``)
take the canonical form of ``lineage.identifiers``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from lineage.errors import IdentifierError
from lineage.identifiers import GS1_HOST, read_uri


class _Urn(NamedTuple):
    """How the fields of an EPC scheme make a Digital Link.

    :ivar digits: length of company prefix and reference together, 0 where the reference is not all digits
    :ivar leads: the first digit of the reference goes before the company prefix (indicator, extension digit)
    :ivar path: template of the path; ``key`` is prefix, reference and check digit, the rest the fields
        that follow
    :ivar fields: number of fields after company prefix and reference
    """

    digits: int
    leads: bool
    path: str
    fields: int


_URNS: Final[dict[str, _Urn]] = {
    "sgtin": _Urn(13, True, "/01/{key}/21/{0}", 1),
    "upui": _Urn(13, True, "/01/{key}/235/{0}", 1),
    "lgtin": _Urn(13, True, "/01/{key}/10/{0}", 1),
    "itip": _Urn(13, True, "/8006/{key}{0}{1}/21/{2}", 3),
    "sscc": _Urn(17, True, "/00/{key}", 0),
    "sgln": _Urn(12, False, "/414/{key}/254/{0}", 1),
    "pgln": _Urn(12, False, "/417/{key}", 0),
    "grai": _Urn(12, False, "/8003/0{key}{0}", 1),
    "gdti": _Urn(12, False, "/253/{key}{0}", 1),
    "sgcn": _Urn(12, False, "/255/{key}{0}", 1),
    "gsrn": _Urn(17, False, "/8018/{key}", 0),
    "gsrnp": _Urn(17, False, "/8017/{key}", 0),
    "gsin": _Urn(16, False, "/402/{key}", 0),
    "giai": _Urn(0, False, "/8004/{key}", 0),
    "ginc": _Urn(0, False, "/401/{key}", 0),
    "cpi": _Urn(0, False, "/8010/{key}/8011/{0}", 1),
}
#: What a pattern leaves of the path when its last field is ``*``.
_PATTERN_PATHS: Final[dict[str, str]] = {
    "sgtin": "/01/{key}",
    "upui": "/01/{key}",
    "itip": "/8006/{key}{0}{1}",
    "grai": "/8003/0{key}",
    "gdti": "/253/{key}",
    "sgcn": "/255/{key}",
    "cpi": "/8010/{key}",
}
_EPC = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([0-9]{6,12})\.(.*)", re.DOTALL)
_SGTIN = re.compile(r"urn:epc:id:sgtin:([0-9]{6,12}\.[0-9]{1,7})\.([A-Za-z0-9._\-]+)")

#: Application identifier or its older alias in a path.
_KEYS: Final[dict[str, str]] = {
    **{
        key: key
        for key in [
            "00",
            "01",
            "253",
            "255",
            "401",
            "402",
            "414",
            "417",
            "8003",
            "8004",
            "8006",
            "8010",
            "8017",
            "8018",
        ]
    },
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
}
_QUALIFIERS: Final[dict[str, str]] = {"cpv": "22", "lot": "10", "ser": "21"}
#: Shape of each key's value after percent-decoding.
_VALUES: Final = {
    key: re.compile(shape, re.DOTALL)
    for key, shape in {
        "00": r"\d{18}",
        "01": r"\d{8}|\d{12,14}",
        "253": r"\d{13}.{0,17}",
        "255": r"\d{13,25}",
        "401": r"\d{4}.{1,26}",
        "402": r"\d{17}",
        "414": r"\d{13}",
        "417": r"\d{13}",
        "8003": r"\d{14}.{0,16}",
        "8004": r"\d{4}.{1,26}",
        "8006": r"\d{18}",
        "8010": r"\d{4}.{1,26}",
        "8017": r"\d{18}",
        "8018": r"\d{18}",
    }.items()
}
#: Qualifiers of each key, coarse to fine; ``None`` marks one that is dropped wherever it stands.
_FINER: Final[dict[str, tuple[str, ...]]] = {
    "01": ("22", "10", "21", "235"),
    "8006": ("22", "10", "21"),
    "414": ("254",),
    "8010": ("8011",),
}
_DROPPED: Final = "22"
_LINK = re.compile(r"https?://[^/?#]*(/[^?#]*)?(?:[?#].*)?", re.DOTALL | re.IGNORECASE)
_CANONICAL = re.compile(
    r"https://id\.gs1\.org/(?:01/[0-9]{14}(?:/(?:10|21)/[A-Za-z0-9._\-]+)?|00/[0-9]{18}|41[47]/[0-9]{13})"
)


def canonical(text: str) -> str:
    """Give the canonical form of an identifier; any other text is given back as it is."""
    if text.startswith("http"):
        if _CANONICAL.fullmatch(text) is not None:
            return text
        return _link(text)
    if text.startswith("urn:epc:"):
        plain = _SGTIN.fullmatch(text)
        if plain is not None:
            start = _gtin_path(plain[1])
            if start is not None:
                return start + plain[2]
        return _urn(text)
    return text


@lru_cache(maxsize=8192)
def _gtin_path(class_part: str) -> str | None:
    """Give the link of a class, up to the serial, from ``<company prefix>.<item reference>``."""
    prefix, _, reference = class_part.partition(".")
    digits = reference[:1] + prefix + reference[1:]
    return f"{GS1_HOST}/01/{digits}{_check_digit(digits)}/21/" if len(digits) == 13 else None


@lru_cache(maxsize=16384)
def _urn(text: str) -> str:
    match = _EPC.fullmatch(text)
    urn = _URNS.get(match[2]) if match is not None else None
    if match is None or urn is None:
        return text
    kind, scheme, prefix, rest = match.groups()
    reference, *fields = rest.split(".", urn.fields) if urn.fields else [rest]
    if scheme == "cpi":
        reference, _, last = rest.rpartition(".")
        fields = [last]
    elif scheme == "itip":
        reference, *fields = rest.split(".", 3)
    if len(fields) != urn.fields or (kind == "class") != (scheme == "lgtin"):
        return text
    if urn.digits:
        if len(prefix) + len(reference) != urn.digits or not (
            reference.isascii() and (reference + "0").isdigit()
        ):
            return text
        digits = reference[:1] + prefix + reference[1:] if urn.leads else prefix + reference
        key = digits + _check_digit(digits)
    else:
        key = prefix + _encoded(reference)
    if kind == "idpat":
        path = _PATTERN_PATHS.get(scheme)
        if path is None or fields[-1] != "*":
            return text
        return GS1_HOST + path.format(*fields, key=key)
    path = "/414/{key}" if scheme == "sgln" and fields == ["0"] else urn.path
    return GS1_HOST + path.format(*map(_encoded, fields), key=key)


@lru_cache(maxsize=16384)
def _link(text: str) -> str:
    match = _LINK.fullmatch(text)
    if match is None or not match[1]:
        return text
    segments = match[1].strip("/").split("/")
    for at in range(len(segments) - 2, -1, -1):
        key = _KEYS.get(segments[at])
        if key is not None:
            found = _digital_link(key, segments[at + 1 :])
            if found is not None:
                return found
    if "/id/" in match[1] or "/party/" in match[1]:
        try:
            return read_uri(text).id
        except IdentifierError:
            return text
    return text


def _digital_link(key: str, segments: list[str]) -> str | None:
    """Build the constrained link from a key's value and what follows it; ``None`` if that is not one."""
    value, *rest = map(unquote, segments)
    if _VALUES[key].fullmatch(value) is None or not value.isascii() or len(rest) % 2:
        return None
    finer = _FINER.get(key, ())
    finest = ""
    rank = -1
    for name, qualified in zip(rest[::2], rest[1::2], strict=True):
        qualifier = _QUALIFIERS.get(name, name)
        if qualifier not in finer or not qualified:
            return None
        if qualifier != _DROPPED and finer.index(qualifier) > rank:
            rank = finer.index(qualifier)
            finest = f"/{qualifier}/{quote(qualified, safe=_PLAIN)}"
    if key == "01":
        value = value.zfill(14)
    if finest == "/254/0":
        finest = ""
    return f"{GS1_HOST}/{key}/{quote(value, safe=_PLAIN)}{finest}"


#: Characters that stand unencoded in the canonical form (beside letters, digits and ``-._~``).
_PLAIN: Final = "';="


def _encoded(field: str) -> str:
    """Give a URN's field as a Digital Link writes it; what is percent-encoded stays so."""
    return quote(unquote(field), safe=_PLAIN)


def _check_digit(digits: str) -> str:
    """Give the GS1 check digit (modulo 10, weights 3 and 1 from the right)."""
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)
