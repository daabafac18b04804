"""EPC patterns: sets of identities (``urn:epc:idpat:``) and of tags (``urn:epc:pat:``), TDS 8 and 13.

Fields are literal, ``*`` for any value, or in tag patterns ``[low-high]`` for a range of numbers. Once a
field of the identity is ``*``, all that follow it are. An identity pattern that leaves only the serial
number open names a class: ``urn:epc:idpat:sgtin:0614141.812345.*`` is the GTIN (01)80614141123458.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc import others, uri
from lineage.identifiers.epc.layouts import BY_NAME, OTHER_CODINGS, WITHOUT_FILTER
from lineage.identifiers.epc.schemes import SCHEMES
from lineage.identifiers.epc.tag_uri import read_tag_uri

_PATTERN = re.compile(r"urn:epc:(idpat|pat):([a-z]+(?:-[0-9a-z]+)?):(.*)", re.DOTALL)
_RANGE = re.compile(r"\[([0-9]{1,20})-([0-9]{1,20})\]")
_OTHER_STAND_INS = {
    "gid": ("0", "0", "0"), "usdod": ("00000", "0"), "adi": ("00000", "", "0"),
    "bic": ("AAAU0000000",), "imovn": ("0000000",),
}  # fmt: skip
"""Schemes without a GS1 key, each with a right value for every field."""
_CLASS_LENGTH = {"grai": 14, "gdti": 13, "sgcn": 13}
_CLASS_SCHEMES = ("sgtin", "upui", "itip", "grai", "gdti", "sgcn", "cpi")


class Pattern(NamedTuple):
    """A pattern taken apart."""

    kind: str
    """``idpat`` or ``pat``."""
    scheme: str
    """Scheme of an identity pattern, coding of a tag pattern."""
    fields: tuple[str, ...]
    """As written; the filter comes first in a tag pattern."""


def _scheme_of(kind: str, name: str) -> str | None:
    if kind == "idpat":
        return name if name in SCHEMES or name in _OTHER_STAND_INS else None
    layout = BY_NAME.get(name)
    return layout.scheme if layout else OTHER_CODINGS.get(name)


def _has_filter(kind: str, name: str) -> bool:
    return kind == "pat" and name != WITHOUT_FILTER


def _field_count(kind: str, name: str, scheme: str) -> int:
    return len(_stand_ins(scheme, "")) + _has_filter(kind, name)


def _is_range(field: str) -> bool:
    limits = _RANGE.fullmatch(field)
    return limits is not None and int(limits[1]) <= int(limits[2])


def _check_form(fields: list[str], start: int, *, ranges: bool) -> None:
    at = start
    open_from: int | None = None
    for field in fields:
        if field == "*":
            open_from = at if open_from is None else open_from
        elif open_from is not None:
            raise uri.fail("after * only * may follow", at, "epc-pattern")
        elif "*" in field or (("[" in field or "]" in field) and not (ranges and _is_range(field))):
            raise uri.fail("a field is a value, * or, in tag patterns, [low-high]", at, "epc-pattern")
        at += len(field) + 1


def parse(pattern: str) -> Pattern:
    """Take a pattern apart and check its form.

    :raises IdentifierError: no pattern, an unknown scheme, or fields that break its rules
    """
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        raise uri.fail(
            "a pattern is urn:epc:idpat:<scheme>:<fields> or urn:epc:pat:<coding>:<filter>.<fields>",
            8,
            "epc-pattern",
        )
    kind, name, body = match.groups()
    scheme = _scheme_of(kind, name)
    if scheme is None:
        raise uri.fail(
            f"there is no EPC scheme {name!r}", len(pattern) - len(body) - len(name) - 1, "epc-pattern"
        )
    count = _field_count(kind, name, scheme)
    fields = body.split(".", count - 1)
    if len(fields) != count:
        raise uri.fail(
            f"{count} fields divided by dots are wanted, here are {len(fields)}", len(pattern), "epc-pattern"
        )
    start = len(pattern) - len(body)
    found = Pattern(kind, name, tuple(fields))
    if _has_filter(kind, name):
        written = fields.pop(0)
        if not _is_open(written) and not is_digits(written):
            raise uri.fail("the filter is a number, * or [low-high]", start, "epc-pattern")
        start += len(written) + 1
    _check_form(fields, start, ranges=kind == "pat")
    _check_values(scheme, fields, start)
    return found


def _is_open(field: str) -> bool:
    return field == "*" or _RANGE.fullmatch(field) is not None


def _stand_ins(scheme: str, prefix: str) -> tuple[str, ...]:
    """Give a right value for every field of an identity URI whose first field is known."""
    if scheme in _OTHER_STAND_INS:
        return _OTHER_STAND_INS[scheme]
    rules = SCHEMES[scheme]
    reference = "0" if rules.total is None else "0" * (rules.total - len(prefix))
    return (prefix, reference, *{"": (), "P": ("00", "00", "0")}.get(rules.tail, ("0",)))


def _check_values(scheme: str, fields: list[str], start: int) -> None:
    """Check the literal fields, by reading them together with stand-ins for what is open."""
    if _is_open(fields[0]):
        return
    filled = ".".join(
        stand_in if _is_open(field) else field
        for field, stand_in in zip(fields, _stand_ins(scheme, fields[0]), strict=True)
    )
    if scheme in SCHEMES:
        uri.read_body(SCHEMES[scheme], filled, start)
        return
    head = f"urn:epc:id:{scheme}:"
    try:
        others.read(head + filled)
    except IdentifierError as error:
        raise error.moved(start - len(head)) from None


def class_elements(pattern: Pattern) -> tuple[Element, ...] | None:
    """Give the GS1 key of the class that a pattern names, or None when it names no class."""
    if pattern.kind != "idpat" or pattern.scheme not in _CLASS_SCHEMES:
        return None
    if pattern.fields[-1] != "*" or "*" in pattern.fields[:-1]:
        return None
    key = uri.read_body(SCHEMES[pattern.scheme], ".".join((*pattern.fields[:-1], "0")), 0)
    ai, value = key.elements[0]
    return (Element(ai, value[: _CLASS_LENGTH.get(pattern.scheme, len(value))]),)


def class_urn(elements: tuple[Element, ...], prefix_length: int) -> str | None:
    """Write a class as identity pattern: the way back from ``class_elements``.

    :param elements: the key of a GTIN, GRAI, … without serial number
    """
    ai, value = elements[0]
    tails = {
        "01": ("21", ""),
        "8003": ("", "0"),
        "253": ("", "0"),
        "255": ("", "0"),
        "8006": ("21", ""),
        "8010": ("8011", ""),
    }
    if ai not in tails:
        return None
    tail_ai, suffix = tails[ai]
    serialised = (
        (Element(ai, value + suffix), Element(tail_ai, "0")) if tail_ai else (Element(ai, value + suffix),)
    )
    urn = uri.write(serialised, prefix_length)
    return urn.replace("urn:epc:id:", "urn:epc:idpat:", 1)[: urn.rindex(".") + 4] + "*" if urn else None


def _holds(wanted: str, field: str) -> bool:
    if wanted in ("*", field):
        return True
    limits = _RANGE.fullmatch(wanted)
    if limits is None or not is_digits(field) or len(field) > 20:
        return False
    return int(limits[1]) <= int(field) <= int(limits[2])


def matches(pattern: Pattern, text: str) -> bool:
    """Tell whether an identity URI (for tag patterns a tag URI) is of the set; both spelt canonically.

    :raises IdentifierError: ``text`` is no tag URI although the pattern is one of tags
    """
    if pattern.kind == "pat":
        tag = read_tag_uri(text)
        if tag.coding != pattern.scheme:
            return False
        body = text.split(":", 4)[4]
    else:
        parts = text.split(":", 4)
        if len(parts) < 5 or parts[3] != pattern.scheme:
            return False
        body = parts[4]
    fields = body.split(".", len(pattern.fields) - 1)
    return len(fields) == len(pattern.fields) and all(map(_holds, pattern.fields, fields))
