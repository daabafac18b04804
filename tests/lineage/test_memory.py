"""Answers are remembered, and what is larger than usual is not."""

from functools import lru_cache

from lineage.identifiers import alike, name_alike
from lineage.memory import USUAL, kept_if_usual


@lru_cache(maxsize=4)
def upper(text: str) -> str:
    return text.upper()


def test_what_is_usual_is_remembered_and_the_rest_is_not() -> None:
    upper.cache_clear()
    for text in ("a" * USUAL, "b" * (USUAL + 1)):
        for _ in range(2):
            assert kept_if_usual(upper, len(text))(text) == text.upper()
    assert (upper.cache_info().hits, upper.cache_info().currsize) == (1, 1)


def test_a_list_of_a_hundred_thousand_is_named_and_not_kept() -> None:
    uris = [f"https://id.gs1.org/01/06999010100012/21/{number:06}" for number in range(100_000)]
    alike._members.cache_clear()
    found = name_alike(uris)
    assert found is not None
    assert list(found[1]) == uris
    assert alike._members.cache_info().currsize == 0
    assert name_alike(uris[:9]) is not None
    assert alike._members.cache_info().currsize == 1
