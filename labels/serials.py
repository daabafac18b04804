"""Knows how serial numbers are made that nobody can guess and everybody can read.

A serial that a consumer sees must not lead to its neighbour: who can count can copy. Serials here come
from the operating system's generator and carry at least :data:`MIN_BITS` random bits, so that trying
codes at random against a server that has issued a thousand million of them hits one in ten thousand
million tries.

The alphabet is part of the promise. Every character is legal in application identifier 21 (GS1 character
set 82), needs no escaping in a URI, exists once only when upper and lower case are not told apart, and
resembles no other one on a bad print: of each group ``0 O``, ``1 I L``, ``2 Z``, ``5 S``, ``8 B``,
``U V`` at most one is left, and without vowels no serial spells a word.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Collection, Iterator

from labels.errors import InputError

ALPHABET = "23456789CDFGHJKMNPQRTVWXY"
"""25 characters, 4.64 bits each."""

MIN_BITS = 64
"""Random bits below which a serial that consumers see counts as guessable."""

LENGTH = 14
"""Characters of a serial unless told otherwise: 65 bits, the fewest that reach :data:`MIN_BITS`."""

MAX_LENGTH = 20
"""Longest serial of application identifier 21 (GS1 General Specifications, X..20)."""

MAX_COUNT = 10_000_000
"""Most serials of one batch: they are kept in memory to rule out duplicates (about 1 GB at this number)."""

_GROUP = 4

Choose = Callable[[str], str]
"""Takes an alphabet, gives one of its characters; :func:`secrets.choice` in earnest."""


def bits(length: int, alphabet: str = ALPHABET) -> float:
    """Give the random bits of ``length`` characters that are drawn evenly from ``alphabet``."""
    return length * math.log2(len(alphabet))


def serial(length: int = LENGTH, *, alphabet: str = ALPHABET, choose: Choose = secrets.choice) -> str:
    """Draw one serial of ``length`` characters."""
    return "".join(choose(alphabet) for _ in range(length))


def serials(
    count: int,
    *,
    length: int = LENGTH,
    alphabet: str = ALPHABET,
    taken: Collection[str] = (),
    min_bits: float = MIN_BITS,
    choose: Choose = secrets.choice,
) -> Iterator[str]:
    """Draw ``count`` serials, no two alike and none of them in ``taken``.

    :raises InputError: ``serial-too-long``, ``serial-guessable`` (fewer than ``min_bits`` random bits) or
        ``count-out-of-range``; raised at once, before the first serial is drawn
    """
    if not 1 <= length <= MAX_LENGTH:
        raise InputError(
            "serial-too-long",
            f"a serial has 1 to {MAX_LENGTH} characters, not {length}",
            hint=f"the usual length is {LENGTH}",
        )
    if bits(length, alphabet) < min_bits:
        fewest = math.ceil(min_bits / math.log2(len(alphabet)))
        raise InputError(
            "serial-guessable",
            f"{length} characters are {bits(length, alphabet):.0f} random bits, fewer than {min_bits:g}",
            hint=f"use at least {fewest} characters",
        )
    if not 1 <= count <= MAX_COUNT:
        raise InputError("count-out-of-range", f"one batch has 1 to {MAX_COUNT:,} serials, not {count:,}")
    return _distinct(count, lambda: serial(length, alphabet=alphabet, choose=choose), taken)


def numbers(
    count: int,
    digits: int,
    *,
    prefix: str = "",
    taken: Collection[str] = (),
    choose: Choose = secrets.choice,
) -> Iterator[str]:
    """Draw ``count`` codes of ``prefix`` and ``digits`` random digits, no two alike and none in ``taken``.

    For schemes whose length the law fixes, where 64 bits cannot be reached: the 13 digits after a drug
    identification code are 43 bits, the 12 after the year of an organic code 40.

    :raises InputError: ``count-out-of-range`` when more than a hundredth of all codes would be used up,
        so that guessing stays hopeless and drawing stays quick
    """
    most = min(MAX_COUNT, 10**digits // 100)
    if not 1 <= count <= most:
        raise InputError(
            "count-out-of-range",
            f"one batch of {digits}-digit numbers has 1 to {most:,} codes, not {count:,}",
        )
    return _distinct(count, lambda: prefix + serial(digits, alphabet="0123456789", choose=choose), taken)


def _distinct(count: int, draw: Callable[[], str], taken: Collection[str]) -> Iterator[str]:
    seen = set(taken)
    wanted = len(seen) + count
    while len(seen) < wanted:
        drawn = draw()
        if drawn not in seen:
            seen.add(drawn)
            yield drawn


def grouped(text: str) -> str:
    """Give a serial in groups of four as a person reads it out: ``7C4K Q9RT VWXY 23``.

    Texts of other makers are grouped too, when they are letters and digits only and longer than five.
    """
    if len(text) <= _GROUP + 1 or not text.isalnum():
        return text
    groups = [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]
    if len(groups[-1]) == 1:  # no lonely last character
        groups[-2:] = [groups[-2] + groups[-1]]
    return " ".join(groups)
