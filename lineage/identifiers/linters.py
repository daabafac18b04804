"""The content checks of GS1 element strings: one function for each GS1 Barcode Syntax Test.

A linter takes the text of one component and gives the first fault, or None. They may be called with any
text. ``LINTERS`` maps the names used in the table of application identifiers to the functions.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable

from lineage.identifiers import check_characters, coupons
from lineage.identifiers.charsets import first_outside
from lineage.identifiers.code_lists import code_list
from lineage.identifiers.faults import Fault

Linter = Callable[[str], Fault | None]

MIN_COMPANY_PREFIX = 4
"""Shortest company prefix there is (GS1 General Specifications 1.4.1)."""


def _whole(code: str, value: str) -> Fault:
    return Fault(code, 0, len(value))


def _non_digit(value: str) -> Fault | None:
    at = first_outside(value, "N")
    return None if at is None else Fault("non-digit-character", at, 1)


def _charset(charset: str, code: str) -> Linter:
    def check(value: str) -> Fault | None:
        at = first_outside(value, charset)
        return None if at is None else Fault(code, at, 1)

    return check


def _member(list_name: str, code: str, *also: str) -> Linter:
    def check(value: str) -> Fault | None:
        return None if value in code_list(list_name) or value in also else _whole(code, value)

    return check


def _one_of(choices: str, code: str) -> Linter:
    """Make a linter for a single character out of a few."""

    def check(value: str) -> Fault | None:
        return None if len(value) == 1 and value in choices else _whole(code, value)

    return check


def cset64(value: str) -> Fault | None:
    """base64url; padding with at most two ``=`` and then to a multiple of three characters."""
    body = value.rstrip("=")
    pads = len(value) - len(body)
    if pads > 2 or (pads and len(value) % 3):
        return Fault("invalid-cset64-padding", len(body), pads)
    at = first_outside(body, "Z")
    return None if at is None else Fault("invalid-cset64-character", at, 1)


def csum(value: str) -> Fault | None:
    """Digits that end in a GS1 check digit."""
    if not value:
        return _whole("too-short-for-check-digit", value)
    if fault := _non_digit(value):
        return fault
    if check_characters.gs1_check_digit(value[:-1]) != value[-1]:
        return Fault("incorrect-check-digit", len(value) - 1, 1)
    return None


def csumalpha(value: str) -> Fault | None:
    """A text of CSET 82 that ends in a pair of check characters."""
    if len(value) > check_characters.MAX_CHECK_PAIR_BODY + 2:
        return _whole("too-long-for-check-pair-implementation", value)
    if len(value) < 2:
        return _whole("too-short-for-check-pair", value)
    body, pair = value[:-2], value[-2:]
    at = first_outside(body, "X")
    if at is not None:
        return Fault("invalid-cset82-character", at, 1)
    if check_characters.gs1_check_pair(body) != pair:
        return Fault("incorrect-check-pair", len(body), 2)
    return None


def gcppos1(value: str) -> Fault | None:
    """A GS1 company prefix stands at the start."""
    if len(value) < MIN_COMPANY_PREFIX:
        return _whole("too-short-for-gcp", value)
    at = first_outside(value[:MIN_COMPANY_PREFIX], "N")
    return None if at is None else Fault("invalid-gcp-prefix", at, 1)


def gcppos2(value: str) -> Fault | None:
    """A GS1 company prefix stands after the first character."""
    if len(value) < 2:
        return _whole("too-short-for-gcp", value)
    fault = gcppos1(value[1:])
    return fault and fault._replace(start=fault.start + 1)


def hasnondigit(value: str) -> Fault | None:
    """At least one character is no digit."""
    return None if first_outside(value, "N") is not None else _whole("requires-non-digit-character", value)


def nonzero(value: str) -> Fault | None:
    """Digits, not all of them zero."""
    return _non_digit(value) or (None if value.strip("0") else _whole("illegal-zero-value", value))


def nozeroprefix(value: str) -> Fault | None:
    """Digits that do not start with zero. A single zero is not allowed either."""
    return Fault("illegal-zero-prefix", 0, 1) if value.startswith("0") else _non_digit(value)


def zero(value: str) -> Fault | None:
    """One or more zeros."""
    return None if value and not value.strip("0") else _whole("not-zero", value)


def hyphen(value: str) -> Fault | None:
    """One or more hyphens."""
    return None if value and not value.strip("-") else _whole("not-hyphen", value)


def _two_digits(limit: int, name: str) -> Linter:
    def check(value: str) -> Fault | None:
        if len(value) != 2:
            return _whole(f"{name}-too-{'short' if len(value) < 2 else 'long'}", value)
        return _non_digit(value) or (None if int(value) < limit else _whole(f"illegal-{name}", value))

    return check


hh = _two_digits(24, "hour")
mi = _two_digits(60, "minute")
ss = _two_digits(60, "second")


def hhmi(value: str) -> Fault | None:
    """Hour and minute."""
    if len(value) != 4:
        return _whole(f"hour-with-minute-too-{'short' if len(value) < 4 else 'long'}", value)
    if fault := hh(value[:2]):
        return fault
    fault = mi(value[2:])
    return fault and fault._replace(start=fault.start + 2)


def _date(digits_of_year: int, *, zero_day: bool) -> Linter:
    """Make a linter for dates. A two-digit year decides on leap years only, and 00 is one."""

    def check(value: str) -> Fault | None:
        length = digits_of_year + 4
        if len(value) != length:
            return _whole(f"date-too-{'short' if len(value) < length else 'long'}", value)
        if fault := _non_digit(value):
            return fault
        year, month, day = int(value[:-4]), int(value[-4:-2]), int(value[-2:])
        if not 1 <= month <= 12:
            return Fault("illegal-month", digits_of_year, 2)
        if digits_of_year == 2:
            year += 2000
        last = monthrange(year or 400, month)[1]
        if not (0 if zero_day else 1) <= day <= last:
            return Fault("illegal-day", digits_of_year + 2, 2)
        return None

    return check


yymmdd = _date(2, zero_day=False)
yymmd0 = _date(2, zero_day=True)
yyyymmdd = _date(4, zero_day=False)
yyyymmd0 = _date(4, zero_day=True)


def _coordinate(name: str, limit: int) -> Linter:
    def check(value: str) -> Fault | None:
        if len(value) != 10:
            return _whole(f"{name}-invalid-length", value)
        return _non_digit(value) or (None if int(value) <= limit else _whole(f"invalid-{name}", value))

    return check


_IBAN_SHORTEST, _IBAN_LONGEST = 11, 34


def iban(value: str) -> Fault | None:
    """An ISO 13616 account number; the length of each country is not checked."""
    if len(value) < 4:
        return _whole("iban-too-short", value)
    if value[:2] not in code_list("iso3166-alpha2"):
        return Fault("illegal-iban-country-code", 0, 2)
    if len(value) > _IBAN_LONGEST:
        return _whole("iban-too-long", value)
    if len(value) < _IBAN_SHORTEST:
        return _whole("iban-too-short", value)
    foreign = re.search(r"[^0-9A-Z]", value[4:]) or re.search(r"[^0-9A-Z]", value[:4])
    if foreign:
        at = foreign.start() + 4 if foreign.string == value[4:] else foreign.start()
        return Fault("invalid-iban-character", at, 1)
    if not check_characters.mod_97_10_holds(value[4:] + value[:4]):
        return Fault("incorrect-iban-checksum", 2, 2)
    return None


def importeridx(value: str) -> Fault | None:
    """One character of the index of EU importers of tobacco."""
    if len(value) != 1:
        return _whole("importer-idx-must-be-one-character", value)
    return None if first_outside(value, "Z") is None else _whole("invalid-import-idx-character", value)


def pcenc(value: str) -> Fault | None:
    """Every ``%`` is followed by two hexadecimal digits."""
    bad = re.search(r"%(?![0-9A-Fa-f]{2})", value)
    return Fault("invalid-percent-sequence", bad.start(), min(3, len(value) - bad.start())) if bad else None


def pieceoftotal(value: str) -> Fault | None:
    """Number of a piece and total of pieces, of equal length."""
    if fault := _non_digit(value):
        return fault
    half, odd = divmod(len(value), 2)
    if not value or odd:
        return _whole("invalid-length-for-piece-of-total", value)
    piece, total = value[:half], value[half:]
    if not piece.strip("0"):
        return Fault("zero-piece-number", 0, half)
    if not total.strip("0"):
        return Fault("zero-total-pieces", half, half)
    return _whole("piece-number-exceeds-total", value) if piece > total else None


def posinseqslash(value: str) -> Fault | None:
    """``position/total`` without leading zeros, the position not beyond the total."""
    match = re.fullmatch(r"([0-9]+)/([0-9]+)", value)
    if not match:
        return _whole("position-in-sequence-malformed", value)
    position, total = match.groups()
    for text, start in ((position, 0), (total, len(position) + 1)):
        if text.startswith("0"):
            return Fault("illegal-zero-prefix", start, len(text))
    return _whole("position-exceeds-end", value) if int(position) > int(total) else None


LINTERS: dict[str, Linter] = {
    "couponcode": coupons.coupon_code,
    "couponposoffer": coupons.positive_offer,
    "cset39": _charset("Y", "invalid-cset39-character"),
    "cset64": cset64,
    "cset82": _charset("X", "invalid-cset82-character"),
    "csetnumeric": _non_digit,
    "csum": csum,
    "csumalpha": csumalpha,
    "gcppos1": gcppos1,
    "gcppos2": gcppos2,
    "hasnondigit": hasnondigit,
    "hh": hh,
    "hhmi": hhmi,
    "hyphen": hyphen,
    "iban": iban,
    "importeridx": importeridx,
    "iso3166": _member("iso3166-numeric", "not-iso3166"),
    "iso3166999": _member("iso3166-numeric", "not-iso3166-or-999", "999"),
    "iso3166alpha2": _member("iso3166-alpha2", "not-iso3166-alpha2"),
    "iso4217": _member("iso4217-numeric", "not-iso4217"),
    "iso5218": _one_of("0129", "invalid-biological-sex-code"),
    "latitude": _coordinate("latitude", 1_800_000_000),
    "longitude": _coordinate("longitude", 3_600_000_000),
    "mediatype": _member("aidc-media-type", "invalid-media-type"),
    "mi": mi,
    "nonzero": nonzero,
    "nozeroprefix": nozeroprefix,
    "packagetype": _member("package-type", "invalid-package-type"),
    "pcenc": pcenc,
    "pieceoftotal": pieceoftotal,
    "posinseqslash": posinseqslash,
    "ss": ss,
    "winding": _one_of("019", "invalid-winding-direction"),
    "yesno": _one_of("01", "not-zero-or-one"),
    "yymmd0": yymmd0,
    "yymmdd": yymmdd,
    "yyyymmd0": yyyymmd0,
    "yyyymmdd": yyyymmdd,
    "zero": zero,
}

CHARSET_LINTERS: dict[str, Linter] = {
    "N": LINTERS["csetnumeric"], "X": LINTERS["cset82"], "Y": LINTERS["cset39"], "Z": LINTERS["cset64"],
}  # fmt: skip
"""The check that comes before all others, by the type of a component."""
