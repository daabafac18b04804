"""EPC schemes without a GS1 key: GID, US DoD, ADI, BIC container codes and IMO vessel numbers.

Their identity is the URN itself. Tag Data Standard 6.3.7 to 6.3.9, 6.3.17 and 6.3.18.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lineage.identifiers.charsets import is_digits
from lineage.identifiers.epc.uri import fail
from lineage.identifiers.identifier import Identifier, Kind
from lineage.identifiers.percent import escape_epc, unescape

GID_BITS = (28, 24, 36)
USDOD_SERIAL_BITS = 36
_CAGE = re.compile(r"[0-9A-HJ-NP-Z]{5,6}")
_ADI_PART = re.compile(r"[0-9A-Z\-/]{0,32}")
_ADI_SERIAL = re.compile(r"[0-9A-Z\-/]{1,30}|#[0-9A-Z\-/]{1,29}")
_BIC = re.compile(r"[A-HJ-NP-Z]{3}[JUZ][0-9]{7}")
_IMO = re.compile(r"[0-9]{7}")


def _number(field: str, bits: int, position: int, name: str) -> str:
    if not is_digits(field) or len(field) > 12 or (len(field) > 1 and field[0] == "0") or int(field) >> bits:
        raise fail(f"the {name} is a number below {1 << bits} without leading zeros", position)
    return field


def _split(body: str, count: int, position: int) -> list[tuple[str, int]]:
    fields = body.split(".", count - 1)
    if len(fields) != count:
        raise fail(f"{count} fields divided by dots are wanted, here are {len(fields)}", position + len(body))
    starts = [position]
    for field in fields[:-1]:
        starts.append(starts[-1] + len(field) + 1)
    return list(zip(fields, starts, strict=True))


def _gid(body: str, position: int) -> str:
    names = ("general manager number", "object class", "serial number")
    return ".".join(
        _number(field, bits, at, name)
        for (field, at), bits, name in zip(_split(body, 3, position), GID_BITS, names, strict=True)
    )


def _cage(field: str, position: int) -> str:
    if not _CAGE.fullmatch(field):
        raise fail("a CAGE code or DoDAAC has 5 or 6 capital letters (not I, O) and digits", position)
    return field


def _usdod(body: str, position: int) -> str:
    (cage, first), (serial, second) = _split(body, 2, position)
    return f"{_cage(cage, first)}.{_number(serial, USDOD_SERIAL_BITS, second, 'serial number')}"


def _adi(body: str, position: int) -> str:
    (cage, first), (part, second), (serial, third) = _split(body, 3, position)
    _cage(cage, first)
    for field, at, pattern, name in (
        (part, second, _ADI_PART, "part number"),
        (serial, third, _ADI_SERIAL, "serial number"),
    ):
        value = unescape(field)
        if not pattern.fullmatch(value) or escape_epc(value) != field.replace("%2f", "%2F"):
            raise fail(
                f"the {name} holds capital letters, digits, - and / (a serial number may start with #)", at
            )
    return f"{cage}.{escape_epc(unescape(part))}.{escape_epc(unescape(serial))}"


def _bic(body: str, position: int) -> str:
    if not _BIC.fullmatch(body):
        raise fail("a container code has three letters, J, U or Z, and seven digits", position)
    return body


def _imo(body: str, position: int) -> str:
    if not _IMO.fullmatch(body):
        raise fail("a vessel number has seven digits", position)
    return body


_READERS: dict[str, tuple[Kind, Callable[[str, int], str]]] = {
    "gid": ("item", _gid),
    "usdod": ("item", _usdod),
    "adi": ("item", _adi),
    "bic": ("unit", _bic),
    "imovn": ("unit", _imo),
}


def read(uri: str) -> Identifier | None:
    """Read ``urn:epc:id:gid:…`` and its kin; None when the scheme is not one of these.

    :raises IdentifierError: the body breaks the rules of the scheme
    """
    parts = uri.split(":", 4)
    if len(parts) < 5 or parts[2] != "id" or parts[3] not in _READERS:
        return None
    kind, reader = _READERS[parts[3]]
    value = reader(parts[4], len(uri) - len(parts[4]))
    urn = f"urn:epc:id:{parts[3]}:{value}"
    return Identifier(urn, kind, parts[3], value, urn=urn)
