"""Bare values whose scheme is named beside them: ``gtin:6901234567892``, ``uscc:91110000600037341L``.

GS1 keys have the names of their EPC schemes; all others are in ``regime_schemes``.
"""

from __future__ import annotations

import re

from lineage.errors import IdentifierError
from lineage.identifiers import gs1_keys, persons, regime_schemes, regimes
from lineage.identifiers.charsets import is_digits
from lineage.identifiers.company_prefixes import CompanyPrefixes
from lineage.identifiers.element_string import Element, check_element
from lineage.identifiers.identifier import Identifier

_DIGIT_KEYS = {"sscc": "00", "gln": "414", "pgln": "417", "gsin": "402", "gsrn": "8018", "gsrnp": "8017"}
_TEXT_KEYS = {
    "giai": "8004", "ginc": "401", "gdti": "253", "sgcn": "255", "cpi": "8010", "gmn": "8013", "itip": "8006",
}  # fmt: skip
_OTHER_NAMES = dict.fromkeys(("gtin8", "gtin12", "gtin13", "gtin14", "ean13", "ean8", "upc"), "gtin")
_GTIN_LENGTHS = (8, 12, 13, 14)
GS1_SCHEMES = ("gtin", *_DIGIT_KEYS, "grai", *_TEXT_KEYS)


def _gs1_name(name: str) -> str | None:
    lowered = name.lower()
    lowered = _OTHER_NAMES.get(lowered, lowered)
    return lowered if lowered in GS1_SCHEMES else None


def is_scheme(name: str) -> bool:
    """Tell whether a word names a scheme."""
    return (
        _gs1_name(name) is not None or name.lower() in persons.NAMES or regime_schemes.find(name) is not None
    )


def _gs1_element(scheme: str, value: str) -> Element:
    """Read the value of a GS1 key without application identifier."""
    if scheme == "gtin":
        digits = re.sub(r"\s+", "", value)
        if len(digits) not in _GTIN_LENGTHS or not is_digits(digits):
            raise IdentifierError(
                "value-length",
                "a GTIN has 8, 12, 13 or 14 digits",
                message_zh="GTIN 应为 8、12、13 或 14 位数字",
            )
        return check_element("01", digits.zfill(14))
    if scheme in _DIGIT_KEYS:
        return check_element(_DIGIT_KEYS[scheme], re.sub(r"\s+", "", value))
    if scheme == "grai":
        return _grai(value.strip())
    return check_element(_TEXT_KEYS[scheme], value.strip())


def _grai(value: str) -> Element:
    """Read a GRAI with or without the zero that element strings have before it.

    Prefixes may start with a zero themselves, so the check digit must tell which it is.
    """
    readings = []
    errors = []
    for text in ("0" + value, value):
        try:
            readings.append(check_element("8003", text))
        except IdentifierError as error:
            errors.append(error)
    if len(readings) == 2:
        raise IdentifierError(
            "ambiguous",
            "the number is a GRAI with and without its first zero",
            hint=f"write it as an element string: (8003)0{value[:40]} or (8003){value[:40]}",
            message_zh="去掉或保留首位 0 均为有效 GRAI，请写成 (8003) 元素串",
        )
    if not readings:
        raise errors[0]
    return readings[0]


def read_as(scheme: str, value: str, company_prefixes: CompanyPrefixes | None = None) -> Identifier:
    """Read a bare value of a named scheme.

    :raises IdentifierError: there is no such scheme, the value breaks its rules, or it is a person's number
    """
    if scheme.lower() in persons.NAMES:
        raise persons.refusal()
    gs1 = _gs1_name(scheme)
    if gs1:
        return gs1_keys.identify((_gs1_element(gs1, value),), company_prefixes=company_prefixes)
    regime = regime_schemes.find(scheme)
    if regime is None:
        raise IdentifierError(
            "unknown-scheme",
            f"there is no scheme {scheme[:40]!r}",
            position=0,
            hint="schemes: " + ", ".join(sorted((*GS1_SCHEMES, *regime_schemes.schemes()))),
            message_zh=f"没有编码方案 {scheme[:40]!r}",
        )
    if regime.level == "party" and regime.is_text and persons.is_number(value):
        raise persons.refusal()
    return regimes.read(regime, value)


def candidates(text: str) -> tuple[str, ...]:
    """Give the schemes that a value without scheme would fit."""
    found = list(regimes.candidates(text))
    unserialised = ("grai",) if len(text) in (13, 14) else ()
    for scheme in ("gtin", *_DIGIT_KEYS, *unserialised):
        try:
            _gs1_element(scheme, text)
        except IdentifierError:
            continue
        found.append(scheme)
    if persons.is_number(text):
        found.append("resident_id")
    return tuple(found)


def undecided(text: str) -> IdentifierError:
    """Make the error for a value without scheme: what it could be, and how to say which."""
    found = candidates(text)
    if not found:
        return IdentifierError(
            "unknown-form",
            "this is not written like any identifier that is known here",
            position=0,
            hint="give the scheme with the value, e.g. drug_code:83857930000879766660",
            message_zh="不是能识别的编码写法",
        )
    names = ", ".join(found)
    shown = "…" if persons.looks_like_number(text) else text[:40]
    return IdentifierError(
        "ambiguous",
        f"the value alone does not tell its scheme; it could be {names}",
        hint=f"write the scheme before it, e.g. {found[0]}:{shown}",
        message_zh=f"仅凭数值无法判断编码方案，可能是 {names}",
        candidates=found,
    )
