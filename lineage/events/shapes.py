"""Shapes: what a JSON value must look like, as small functions that are put together into tables.

A *shape* takes a value and its JSON pointer and yields problems, none if the value fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from lineage.errors import EventError
from lineage.events import vocabulary as v
from lineage.events.limits import MAX_DEPTH
from lineage.events.problems import Problem, escape
from lineage.events.times import is_offset, read_time
from lineage.events.uris import is_uri

Shape = Callable[[Any, str], Iterator[Problem]]

_SORTED: Final = msgspec.json.Encoder(order="sorted", decimal_format="number")

#: JSON schema: vocab-other-uri. The CBV's own words are written bare in JSON.
_FOREIGN = re.compile(r"(?!urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)")
#: JSON schema: vocab-nonGS1WebVoc-uri. The Web Vocabulary's own words are written bare in JSON.
NOT_GS1_VOCABULARY = re.compile(r"(?!https?://(?:www\.)?gs1\.org/voc/)")


# --- shapes of single values
# ------------------------------------------------------------------------------------


def text(value: Any, at: str) -> Iterator[Problem]:
    """Any text."""
    if not isinstance(value, str):
        yield wrong_type(at, "text", value)


def uri(value: Any, at: str) -> Iterator[Problem]:
    """An absolute URI."""
    if not isinstance(value, str):
        yield wrong_type(at, "a URI as text", value)
    elif not is_uri(value):
        yield Problem(at, "not-a-uri", f"{shown(value)} is not an absolute URI.")


def time(value: Any, at: str) -> Iterator[Problem]:
    """A time with offset."""
    if not isinstance(value, str):
        yield wrong_type(at, "a time as text", value)
        return
    try:
        read_time(value)
    except EventError as error:
        yield Problem(at, error.code, error.message)


def offset(value: Any, at: str) -> Iterator[Problem]:
    """An ``eventTimeZoneOffset``."""
    if not isinstance(value, str) or not is_offset(value):
        yield Problem(
            at, "bad-offset", f"{shown(value)} is not an offset such as +08:00 (from -13:59 to +14:00)."
        )


def number(value: Any, at: str) -> Iterator[Problem]:
    """A JSON number."""
    if isinstance(value, (bool, str, list, dict)) or value is None:
        yield wrong_type(at, "a number", value)
    elif not isfinite(value):
        yield Problem(at, "number-out-of-range", "The number is not finite.")


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield wrong_type(at, "true or false", value)


def anything(value: Any, at: str) -> Iterator[Problem]:
    """What the standard does not look into."""
    del value, at
    yield from ()


def pattern(expression: re.Pattern[str], code: str, what: str) -> Shape:
    """Text that the expression matches as a whole."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield wrong_type(at, what, value)
        elif expression.fullmatch(value) is None:
            yield Problem(at, code, f"{shown(value)} is not {what}.")

    return shape


def word(vocabulary: v.Vocabulary, code: str, foreign: re.Pattern[str] = _FOREIGN) -> Shape:
    """A bare word of the vocabulary, or a URI that is not one of its own."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield wrong_type(at, "text", value)
        elif value not in vocabulary.words and not (is_uri(value) and foreign.match(value)):
            known = v.bare(vocabulary, value)
            advice = f" Write {known!r}." if known in vocabulary.words else ""
            yield Problem(
                at,
                code,
                f"{shown(value)} is neither a word of the vocabulary nor a URI of another one.{advice}",
            )

    return shape


def one_of(choices: tuple[str, ...], code: str) -> Shape:
    """One of a few texts."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if value not in choices:
            yield Problem(at, code, f"{shown(value)} is none of {', '.join(choices)}.")

    return shape


# --- shapes of containers
# ---------------------------------------------------------------------------------------


def listing(item: Shape, *, least: int = 0, unique: bool = False) -> Shape:
    """A list of at least so many items; ``unique`` also means that none is repeated."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield wrong_type(at, "a list", value)
            return
        if len(value) < least:
            yield Problem(at, "empty-list", f"The list needs at least {least} item.")
        seen: set[str | bytes] = set()
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")
            if unique:
                key = each if isinstance(each, str) else _SORTED.encode(each)
                if key in seen:
                    yield Problem(
                        f"{at}/{index}", "repeated-item", f"{shown(each)} stands twice in the list."
                    )
                seen.add(key)

    return shape


def record(
    members: Mapping[str, Shape], *, needs: tuple[str, ...] = (), open_to: str = "extensions"
) -> Shape:
    """An object.

    :param members: shape of each known member
    :param needs: members that may not be absent
    :param open_to: ``extensions`` allows further members with a prefix, ``anything`` any, ``nothing`` none
    """

    def shape(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield wrong_type(at, "an object", value)
            return
        for name in needs:
            if name not in value:
                yield Problem(f"{at}/{name}", "missing-member", f"{name} is missing.")
        for name, each in value.items():
            known = members.get(name)
            if known is not None:
                yield from known(each, f"{at}/{escape(name)}")
            elif open_to == "nothing" or (open_to == "extensions" and not is_uri(name)):
                yield Problem(
                    f"{at}/{escape(name)}",
                    "unknown-member",
                    f"{shown(name)} is not a member here"
                    + (".", "; an extension needs a prefix, such as example:name.")[open_to == "extensions"],
                )

    return shape


def filled(inner: Shape, message: str) -> Shape:
    """An object with at least one member."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        yield from inner(value, at)
        if value == {}:
            yield Problem(at, "missing-member", message)

    return shape


def either(*shapes: Shape) -> Shape:
    """What fits any of the shapes; otherwise the problems of the one that is meant for this type of value."""

    def shape(value: Any, at: str) -> Iterator[Problem]:
        found = []
        for each in shapes:
            problems = list(each(value, at))
            if not problems:
                return
            found.append(problems)
        other_type = ("wrong-type", at)
        meant = (each for each in found if (each[0].code, each[0].pointer) != other_type)
        yield from next(meant, found[0])

    return shape


# --- small things
# -----------------------------------------------------------------------------------------------


def is_too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Say whether containers nest deeper than the limit; the value itself is the first level."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if limit < 1:
        return isinstance(value, (dict, list))
    for each in inner:  # noqa: SIM110 - a generator would cost twice as much on the way of every event
        if isinstance(each, (dict, list)) and is_too_deep(each, limit - 1):
            return True
    return False


def wrong_type(at: str, wanted: str, value: Any) -> Problem:
    """Say that another type of value was expected."""
    found = "null" if value is None else _TYPE_NAMES.get(type(value), "something else")
    return Problem(at, "wrong-type", f"Expected {wanted}, found {found}.")


_TYPE_NAMES: Final[dict[type, str]] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def shown(value: Any) -> str:
    """Give a value as a message may quote it: bounded, on one line."""
    text_of_it = repr(value)
    return text_of_it if len(text_of_it) <= 80 else text_of_it[:77] + "…"
