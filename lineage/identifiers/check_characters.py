"""Check digits and check characters of all schemes, as pure arithmetic on text.

Each function takes the body without its check character and gives the check character, or tells whether
a whole code is right. They expect characters that the caller has already found to be in the alphabet.
"""

from __future__ import annotations

from lineage.identifiers.charsets import CSET32, CSET82


def gs1_check_digit(body: str) -> str:
    """Give the GS1 mod-10 digit: weights 3, 1, 3, … from the right (GS1 General Specifications 7.9.1)."""
    codes = body.encode()
    # Sums of character codes: 48 a digit too much, which is 8 modulo 10, three times for every second digit.
    total = 3 * sum(codes[-1::-2]) + sum(codes[-2::-2]) - 24 * (len(codes) + 1 >> 1) - 8 * (len(codes) >> 1)
    return "0987654321"[total % 10]


# GS1 General Specifications 7.9.5: the value of a CSET 82 character is its place in ASCII order, the weights
# are the primes from the right, the sum is taken modulo 1021 and written as two characters of 32.
_CSET82_VALUE = {char: value for value, char in enumerate(CSET82)}

MAX_CHECK_PAIR_BODY = 97
"""A GMN has at most 23 characters before its check pair; more weights than this are nowhere published."""
_PRIMES = [
    number for number in range(2, 510) if all(number % divisor for divisor in range(2, int(number**0.5) + 1))
]


def gs1_check_pair(body: str) -> str:
    """Give the two check characters of a GMN (GS1 General Specifications 7.9.5)."""
    total = (
        sum(prime * _CSET82_VALUE[char] for prime, char in zip(_PRIMES, reversed(body), strict=False)) % 1021
    )
    return CSET32[total >> 5] + CSET32[total & 31]


def mod_11_10(body: str) -> str:
    """Give the ISO/IEC 7064 MOD 11,10 digit of a string of digits."""
    product = 10
    for digit in body:
        total = (product + int(digit)) % 10 or 10
        product = 2 * total % 11
    return str((11 - product) % 10)


def mod_11_2(body: str) -> str:
    """Give the ISO/IEC 7064 MOD 11-2 character (0–9, X) of a string of digits."""
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def mod_97_10_holds(code: str) -> bool:
    """Tell whether a code of digits and capital letters is right under ISO/IEC 7064 MOD 97-10."""
    return int("".join(str(int(char, 36)) for char in code)) % 97 == 1


_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def org_code_check(body: str) -> str:
    """Give the check character of a GB 11714 organisation code of eight characters."""
    total = sum(weight * int(char, 36) for weight, char in zip(_ORG_WEIGHTS, body, strict=True))
    return "0X987654321"[total % 11]


USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def uscc_check(body: str) -> str:
    """Give the eighteenth character of a unified social credit code (GB 32100-2015)."""
    total = sum(weight * USCC_ALPHABET.index(char) for weight, char in zip(_USCC_WEIGHTS, body, strict=True))
    return USCC_ALPHABET[-total % 31]
