"""EPC pure identity URIs and class URIs to GS1 element strings and back.

``urn:epc:id:sgtin:0614141.812345.6789`` is (01)80614141123458(21)6789. Every such URN has an element
string; the way back needs the length of the company prefix.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers.charsets import first_outside, is_digits
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.company_prefixes import LONGEST, SHORTEST
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc.schemes import NO_EXTENSION, SCHEMES, TEXT_MAX, Scheme
from lineage.identifiers.percent import escape_epc, unescape

_ESCAPED = re.compile(r"%(?!22|25|26|2[Ff]|3[CcEeFf]|23)")
_LITERAL = re.compile(r'["&/<>?#]')


class EpcKey(NamedTuple):
    """A GS1 key read from an EPC URI."""

    scheme: str
    elements: tuple[Element, ...]
    prefix_length: int
    urn: str
    """The canonical URN."""


def fail(message: str, position: int, code: str = "epc-uri") -> IdentifierError:
    """Make the error of a malformed EPC URI."""
    return IdentifierError(code, message, position=position)


def read_text(written: str, charset: str, longest: int, position: int, name: str) -> str:
    """Unescape and check one field of CSET 82 or 39, of 1 to ``longest`` characters."""
    bad = _ESCAPED.search(written) or _LITERAL.search(written)
    if bad:
        raise fail(
            f"{written[bad.start() : bad.start() + 3]!r} is no way to write a character in an EPC URI",
            position + bad.start(),
        )
    value = unescape(written)
    at = first_outside(value, charset)
    if at is not None:
        raise fail(f"{value[at]!r} is not allowed in the {name}", position + min(at, len(written) - 1))
    if not 1 <= len(value) <= longest:
        raise fail(f"the {name} has 1 to {longest} characters, here are {len(value)}", position)
    return value


def read_digits(written: str, length: int, position: int, name: str) -> str:
    """Check one field of exactly ``length`` digits."""
    if len(written) != length or (written and not is_digits(written)):
        at = first_outside(written, "N")
        raise fail(f"the {name} has {length} digits, here is {written[:20]!r}", position + (at or 0))
    return written


def _company_prefix(written: str, position: int) -> str:
    if not is_digits(written) or not SHORTEST <= len(written) <= LONGEST:
        at = first_outside(written, "N")
        raise fail(
            f"a company prefix has {SHORTEST} to {LONGEST} digits, here is {written[:20]!r}",
            position + (at or 0),
        )
    return written


def _serial_number(value: str, scheme: Scheme, position: int) -> str:
    """A numeric tail. The serial of a component (CPI) is a number, that of a coupon a string of digits."""
    if not is_digits(value) or len(value) > scheme.tail_max:
        raise fail(f"the serial number has 1 to {scheme.tail_max} digits", position)
    if scheme.name == "cpi" and len(value) > 1 and value.startswith("0"):
        raise fail("the serial number must not start with 0", position)
    return value


def _fields(scheme: Scheme) -> int:
    return 2 + {"": 0, "P": 3}.get(scheme.tail, 1)


def key_digits(scheme: Scheme, prefix: str, reference: str) -> str:
    """Put company prefix and reference together as they stand in the key, with the check digit."""
    body = reference[:1] + prefix + reference[1:] if scheme.leading else prefix + reference
    return body + gs1_check_digit(body)


def read_body(scheme: Scheme, body: str, position: int) -> EpcKey:
    """Read what follows the second name in ``urn:epc:id:<scheme>:``.

    :param position: where the body starts in the text that errors are to point into
    """
    fields = body.split(".", _fields(scheme) - 1)
    if len(fields) != _fields(scheme):
        raise fail(
            f"an {scheme.name} URI has {_fields(scheme)} fields divided by dots, here are {len(fields)}",
            position + len(body),
        )
    starts = [position]
    for field in fields[:-1]:
        starts.append(starts[-1] + len(field) + 1)
    prefix = _company_prefix(fields[0], starts[0])
    if scheme.total is None:
        reference = read_text(fields[1], scheme.text, TEXT_MAX - len(prefix), starts[1], "reference")
        key = prefix + reference
    else:
        reference = read_digits(fields[1], scheme.total - len(prefix), starts[1], "reference")
        key = key_digits(scheme, prefix, reference)
    elements, tail = _tail(scheme, key, fields[2:], starts[2:])
    head = f"urn:epc:{scheme.urn}:{scheme.name}:{prefix}."
    return EpcKey(scheme.name, elements, len(prefix), head + escape_epc(reference) + tail)


def _tail(scheme: Scheme, key: str, fields: list[str], starts: list[int]) -> tuple[tuple[Element, ...], str]:
    """Read what follows the reference; give the elements and the tail of the canonical URN."""
    if scheme.tail == "":
        return (Element(scheme.ai, key),), ""
    if scheme.tail == "P":
        piece = read_digits(fields[0], 2, starts[0], "piece number")
        total = read_digits(fields[1], 2, starts[1], "total of pieces")
        serial = read_text(fields[2], "X", scheme.tail_max, starts[2], "serial number")
        elements = (Element("8006", key + piece + total), Element("21", serial))
        return elements, f".{piece}.{total}.{escape_epc(serial)}"
    if scheme.tail == "N":
        value = _serial_number(fields[0], scheme, starts[0])
    else:
        value = read_text(fields[0], "X", scheme.tail_max, starts[0], "serial number")
    written = "." + escape_epc(value)
    if scheme.tail_ai:
        if scheme.name == "sgln" and value == NO_EXTENSION:
            return (Element(scheme.ai, key),), written
        return (Element(scheme.ai, key), Element(scheme.tail_ai, value)), written
    lead = "0" if scheme.name == "grai" else ""
    return (Element(scheme.ai, lead + key + value),), written


def read(uri: str) -> EpcKey | None:
    """Read ``urn:epc:id:…`` or ``urn:epc:class:…`` of a GS1 key; None when the scheme has no GS1 key.

    :raises IdentifierError: a scheme that is known and a body that breaks its rules
    """
    parts = uri.split(":", 4)
    if len(parts) < 5:
        raise fail("an EPC URN is urn:epc:id:<scheme>:<fields>", len(uri))
    scheme = SCHEMES.get(parts[3])
    if scheme is None or scheme.urn != parts[2]:
        return None
    return read_body(scheme, parts[4], len(uri) - len(parts[4]))


def scheme_of(elements: tuple[Element, ...]) -> Scheme | None:
    """Give the scheme whose EPC URI names what a key and its finest qualifier name, or None.

    Classes (a GTIN alone, a GRAI without serial number, …) have no pure identity URI.
    """
    values = dict(elements)
    key = elements[0].ai
    if key == "01":
        return next(
            (
                SCHEMES[name]
                for ai, name in (("21", "sgtin"), ("235", "upui"), ("10", "lgtin"))
                if ai in values
            ),
            None,
        )
    for scheme in SCHEMES.values():
        if scheme.ai != key:
            continue
        if scheme.name in ("itip", "cpi") and scheme.tail_ai not in values:
            return None
        if scheme.name in ("grai", "gdti", "sgcn") and len(values[key]) == (
            14 if scheme.name == "grai" else 13
        ):
            return None
        return scheme
    return None


def _split(scheme: Scheme, digits: str, prefix_length: int) -> str:
    """Divide the digits of a key without its check digit into prefix and reference, with the dot between."""
    if scheme.leading:
        lead, digits = digits[0], digits[1:]
        return f"{digits[:prefix_length]}.{lead}{digits[prefix_length:]}"
    return f"{digits[:prefix_length]}.{digits[prefix_length:]}"


def prefix_digits(elements: tuple[Element, ...]) -> str:
    """Give the digits of a key from the company prefix on, to look its length up."""
    ai, value = elements[0]
    skip = 1 if ai in ("00", "01", "8003", "8006") else 0
    return value[skip:]


def write(elements: tuple[Element, ...], prefix_length: int) -> str | None:
    """Write a key with its qualifiers as pure identity or class URI; None when it has none.

    :raises IdentifierError: a prefix length that leaves no room for the reference
    """
    scheme = scheme_of(elements)
    if scheme is None:
        return None
    values = dict(elements)
    value = values[scheme.ai]
    head = f"urn:epc:{scheme.urn}:{scheme.name}:"
    if not SHORTEST <= prefix_length <= LONGEST:
        raise IdentifierError("company-prefix-length", f"a company prefix has {SHORTEST} to {LONGEST} digits")
    if scheme.total is None:
        prefix, reference = value[:prefix_length], value[prefix_length:]
        if not reference or not is_digits(prefix):
            raise IdentifierError(
                "company-prefix-length",
                f"({scheme.ai}){value} does not hold a prefix of {prefix_length} digits and a reference",
            )
        head += f"{prefix}.{escape_epc(reference)}"
        return head + (f".{values['8011']}" if scheme.name == "cpi" else "")
    if scheme.name == "grai":
        value = value[1:]
    head += _split(scheme, value[: scheme.total], prefix_length)
    rest = value[scheme.total + 1 :]
    if scheme.tail == "P":
        return f"{head}.{rest[:2]}.{rest[2:]}.{escape_epc(values['21'])}"
    if scheme.tail_ai:
        tail = values.get(scheme.tail_ai, NO_EXTENSION)
        return f"{head}.{escape_epc(tail)}"
    return f"{head}.{escape_epc(rest)}" if scheme.tail else head
