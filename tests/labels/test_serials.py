"""Serials: nobody can guess them, everybody can read them, no two are alike."""

import string
from collections import Counter
from itertools import cycle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.errors import InputError
from labels.serials import ALPHABET, LENGTH, MIN_BITS, bits, grouped, numbers, serial, serials
from lineage.identifiers import read

LOOK_ALIKES = ("0O", "1IL", "2Z", "5S", "8B", "UV")


def test_the_usual_serial_has_more_than_64_random_bits() -> None:
    assert bits(LENGTH) >= MIN_BITS == 64
    assert bits(LENGTH - 1) < MIN_BITS, "shorter would do"


@pytest.mark.parametrize("group", LOOK_ALIKES)
def test_no_two_characters_resemble_each_other(group: str) -> None:
    assert sum(character in ALPHABET for character in group) <= 1


def test_a_serial_survives_uris_and_reading_aloud() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert set(ALPHABET) <= set(string.digits + string.ascii_uppercase)
    assert quote(ALPHABET, safe="") == ALPHABET
    assert not set("AEIOU") & set(ALPHABET), "without vowels there are no words"


@given(length=st.integers(14, 20))
def test_a_serial_is_legal_in_application_identifier_21(length: int) -> None:
    drawn = serial(length)
    assert read(f"(01)06901234567892(21){drawn}").id.endswith(f"/21/{drawn}")


def test_every_character_is_drawn_about_equally_often() -> None:
    counted = Counter("".join(serials(5000)))
    expected = 5000 * LENGTH / len(ALPHABET)
    assert set(counted) == set(ALPHABET)
    assert all(abs(count - expected) < 6 * expected**0.5 for count in counted.values())


def test_duplicates_are_drawn_again() -> None:
    """A generator that repeats itself: the repetition is not handed out."""
    stream = cycle("2222222222222233333333333333")
    drawn = list(serials(2, choose=lambda _: next(stream), min_bits=0))
    assert drawn == ["2" * 14, "3" * 14]


def test_taken_serials_are_not_drawn() -> None:
    stream = iter("22222222222222" + "33333333333333")
    assert list(serials(1, taken={"2" * 14}, choose=lambda _: next(stream))) == ["3" * 14]


@pytest.mark.parametrize(
    ("count", "length", "code"),
    [
        (1, 13, "serial-guessable"),
        (1, 21, "serial-too-long"),
        (1, 0, "serial-too-long"),
        (0, LENGTH, "count-out-of-range"),
        (10_000_001, LENGTH, "count-out-of-range"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_once(count: int, length: int, code: str) -> None:
    with pytest.raises(InputError) as refused:
        serials(count, length=length)
    assert refused.value.code == code


def test_numbers_have_their_prefix_and_length_and_differ() -> None:
    drawn = list(numbers(2000, 13, prefix="8385793"))
    assert len(set(drawn)) == 2000
    assert all(code.startswith("8385793") and len(code) == 20 and code.isdigit() for code in drawn)


def test_numbers_never_use_up_their_room() -> None:
    with pytest.raises(InputError, match="1 to 10 codes"):
        numbers(11, 3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7C4KQ9RTVWXY23", "7C4K Q9RT VWXY 23"),
        ("12345", "12345"),
        ("123456789", "1234 56789"),
        ("83857930000879766660", "8385 7930 0008 7976 6660"),
        ("L-2026/11", "L-2026/11"),
    ],
)
def test_groups_of_four(text: str, shown: str) -> None:
    assert grouped(text) == shown


@given(st.text(ALPHABET, min_size=1, max_size=20))
def test_grouping_changes_nothing_but_blanks(text: str) -> None:
    assert grouped(text).replace(" ", "") == text
