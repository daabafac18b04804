"""Numbers of natural persons: farmers and stall keepers without a unified social credit code.

Such a number never leaves this module. What is kept is a keyed hash, which finds the same person again but
cannot be turned back without the key, and the last four characters for a person to recognise. Errors name
the rule and the place, never the number (Personal Information Protection Law).
"""

from __future__ import annotations

import hmac
from datetime import date

from lineage.errors import IdentifierError
from lineage.identifiers.check_characters import mod_11_2
from lineage.identifiers.identifier import Identifier
from lineage.identifiers.regimes import PROVINCES, local_uri, normalise

NAMES = frozenset(("resident_id", "cn_resident_id"))
"""Scheme names that announce a number of a natural person."""
CODE = "personal-number"
"""Code of every error about such a number."""
SHORTEST_KEY = 16
"""Bytes of a key. There are about 10^10 numbers in use: a short key would be found by trying them."""
_PROVINCES = PROVINCES | {"83"}
"""83 stands in the numbers of residents from Taiwan."""
_FOREIGNER = "9"
"""Stands before the province in the numbers of foreigners with permanent residence."""
_DIGEST = 32
_TAIL = 4


def _fault(position: int, en: str, zh: str) -> IdentifierError:
    return IdentifierError(
        CODE,
        f"resident identity number, character {position + 1}: {en}",
        position=position,
        message_zh=f"公民身份号码第 {position + 1} 位：{zh}",
    )


def _check(number: str) -> None:
    """Check a normalised number (GB 11643): form, province, date of birth, ISO 7064 MOD 11-2."""
    for at, char in enumerate(number[:18]):
        if not ("0" <= char <= "9" or (at == 17 and char == "X")):
            raise _fault(at, "a digit must stand here", "此处应为数字")
    if len(number) != 18:
        raise _fault(
            min(len(number), 18),
            f"it has 18 characters, not {len(number)}",
            f"应为 18 位，实为 {len(number)} 位",
        )
    if number[:2] not in _PROVINCES and not (number[0] == _FOREIGNER and number[1:3] in _PROVINCES):
        raise _fault(0, "there is no such province", "省级行政区划代码不存在")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _fault(6, "there is no such date of birth", "出生日期不存在") from None
    if not 1900 <= born.year <= 2099:
        raise _fault(6, "the year of birth is not of 1900 to 2099", "出生年份不在 1900 至 2099 之间")
    if mod_11_2(number[:17]) != number[17]:
        raise _fault(17, "the check character is wrong", "校验码不正确")


def is_number(text: str) -> bool:
    """Tell whether a text is the number of a person by every rule of GB 11643."""
    try:
        _check(normalise(text))
    except IdentifierError:
        return False
    return True


def looks_like_number(text: str) -> bool:
    """Tell whether a text could be the number of a person and must not be repeated in messages or logs."""
    number = normalise(text)
    return len(number) in (15, 17, 18) and number[:14].isdigit() and number[-1:] in "0123456789X"


def masked(text: str) -> str:
    """Give the last four characters, the others as asterisks."""
    number = normalise(text)
    return "*" * max(len(number) - _TAIL, 0) + number[-_TAIL:]


def refusal() -> IdentifierError:
    """Make the error for a number of a person that comes without a key."""
    return IdentifierError(
        CODE,
        "the number of a natural person is kept as a keyed hash only, and there is no key here",
        hint="write resident_id: before it and give the key of the deployment, or give an identifier of an "
        "organisation such as uscc:…",
        message_zh="自然人身份号码只以带密钥的摘要保存，此处没有密钥",
    )


def resident_id(text: str, key: bytes) -> Identifier:
    """Turn a resident identity number into the identifier of a person.

    :param key: secret of the deployment, at least 16 bytes; the same key gives the same identifier
    :raises IdentifierError: the number breaks a rule of GB 11643, or the key is too short
    """
    if len(key) < SHORTEST_KEY:
        raise IdentifierError("key-too-short", f"a key has at least {SHORTEST_KEY} bytes")
    number = normalise(text)
    _check(number)
    digest = hmac.digest(key, f"resident_id:{number}".encode(), "sha256").hex().upper()[:_DIGEST]
    return Identifier(local_uri("person", digest), "party", "person", masked(number))
