"""JSON in: documents, query answers, bare events and lists, each event valid or said what is wrong.

Reading an event
    1. try the quick way, which accepts the common valid event;
    2. otherwise decode it without losing a digit and let the tables of ``check`` decide;
    3. keep the bytes as they are, unless an object has the same name twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from lineage.errors import EventError
from lineage.events.check import COMMON, check_event, is_tolerated
from lineage.events.contexts import as_list
from lineage.events.document import Document
from lineage.events.event import Around, Event, decode_exactly
from lineage.events.json_documents import BOM, split_json, syntax_problem
from lineage.events.limits import MAX_DOCUMENT_BYTES, MAX_PROBLEMS
from lineage.events.problems import DocumentError, Problem, escape, refuse
from lineage.events.quick_check import BROKEN, encode, quick_read
from lineage.events.times import read_time
from lineage.events.wire import LooseWire

_LOOSE: Final = msgspec.json.Decoder(LooseWire)


def read_json(data: bytes, *, relaxed: bool = False) -> Document:
    """Read an EPCISDocument, an EPCISQueryDocument, one event, or a list of events.

    :param data: UTF-8, with or without byte order mark, at most ``MAX_DOCUMENT_BYTES``
    :param relaxed: also take what was converted from XML that the JSON schema is stricter about
    :raises DocumentError: with every problem found, each with its JSON pointer
    """
    document, bad = read_json_leniently(data, relaxed=relaxed)
    if bad:
        raise DocumentError([problem for problems in bad.values() for problem in problems])
    return document


def read_json_leniently(data: bytes, *, relaxed: bool = False) -> tuple[Document, dict[int, list[Problem]]]:
    """Read like :func:`read_json`, but give the good events beside the problems of each bad one by index.

    :raises DocumentError: if the document around the events is broken
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise refuse(
            "too-large", f"The document has {len(data)} bytes; at most {MAX_DOCUMENT_BYTES} are read at once."
        )
    parts = split_json(data.removeprefix(BOM))
    bad: dict[int, list[Problem]] = {}
    around = Around(parts.document.context, parts.ignored)
    events = parts.document.events
    for index, raw in enumerate(parts.events):
        event = read_raw_event(bytes(raw), around, needs_context=parts.needs_context, relaxed=relaxed)
        if isinstance(event, Event):
            events.append(event)
        else:
            pointer = parts.pointer(index)
            bad[index] = [_placed(problem.below(pointer), raw, data) for problem in event]
            if len(bad) >= MAX_PROBLEMS:
                break
    return parts.document, bad


def _placed(problem: Problem, raw: msgspec.Raw, document: bytes) -> Problem:
    """Give the line in the document, not in the event's own text, of a problem that has one."""
    return (
        problem if problem.line is None else problem.lower(document[: document.find(bytes(raw))].count(b"\n"))
    )


def read_event(event: dict[str, Any], context: Any = None) -> Event:
    """Make a valid event of decoded JSON.

    :param event: the members; times, tuples and numbers may be given as Python values that JSON can hold
    :param context: ``@context`` of the document around it, if any
    :raises DocumentError: with every problem found
    """
    try:
        data = encode(event)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise refuse("not-json", f"The event cannot be written as JSON: {error}.") from error
    made = read_raw_event(data, Around(as_list(context)))
    if isinstance(made, Event):
        return made
    raise DocumentError(made)


def read_raw_event(
    data: bytes,
    around: Around,
    *,
    needs_context: bool = False,
    relaxed: bool = False,
    line: int | None = None,
) -> Event | list[Problem]:
    """Read one event from its JSON text; give the problems instead where there are any.

    :param data: exactly one JSON object
    :param around: what the document around it says
    :param needs_context: whether the event must bring an ``@context`` of its own
    :param relaxed: tolerate what the XML binding allows and the JSON schema does not (``TOLERATED``)
    """
    quick = quick_read(data)
    if quick is not None and not (needs_context and quick[0].context is None):
        wire, event_time, extended = quick
        return Event(wire, data, around, event_time, line, standard=not extended)
    return _read_exactly(data, around, needs_context, relaxed, line)


def read_kept_event(data: bytes, around: Around) -> Event:
    """Read an event that was found valid when it was kept: nothing is checked a second time.

    :param data: the text as :attr:`Event.document_bytes` gave it
    :raises DocumentError: the text is no event at all: it is not what was kept
    """
    try:
        wire = _LOOSE.decode(data)
        return Event(wire, data, around, read_time(wire.event_time), None)
    except (*BROKEN, EventError):
        pass
    # An event that names things of its own as the standard does, or damage.
    made = _read_exactly(data, around, needs_context=False, relaxed=True, line=None)
    if isinstance(made, Event):
        return made
    raise DocumentError(made)


def _read_exactly(
    data: bytes, around: Around, needs_context: bool, relaxed: bool, line: int | None
) -> Event | list[Problem]:
    try:
        document = decode_exactly(data)
    except BROKEN as error:
        return [syntax_problem(data, error)]
    problems = check_event(document, needs_context=needs_context) or list(_nul_problems(data, document))
    if problems and not (relaxed and all(map(is_tolerated, problems))):
        return problems
    if has_repeated_name(data):
        # The last one counts, as everywhere in practice (RFC 8259 §4). What is kept must not be open to
        # two readings.
        data = encode(document)
    try:
        wire = _LOOSE.decode(data)
    except BROKEN:
        # An event of an extension's type may use the standard's names for things of its own.
        common = {name: document[name] for name in COMMON if name in document}
        try:
            wire = msgspec.convert(common, LooseWire)
        except msgspec.ValidationError as error:
            return [Problem("", "number-out-of-range", f"{error}.")]
    return Event(wire, data, around, read_time(wire.event_time), line, tuple(problems))


def _nul_problems(data: bytes, document: Any) -> Iterator[Problem]:
    if b"\\u0000" in data:
        for pointer in _nul_places(document, ""):
            yield Problem(
                pointer, "nul-character", "The text holds a NUL character, which nothing can store."
            )


class _RepeatedError(Exception):
    pass


def has_repeated_name(data: bytes) -> bool:
    """Say whether an object in the (well-formed) JSON has the same name twice."""

    def unique(pairs: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in pairs}) != len(pairs):
            raise _RepeatedError

    try:
        json.loads(data, object_pairs_hook=unique, parse_int=str, parse_float=str)
    except _RepeatedError:
        return True
    return False


def _nul_places(value: Any, at: str) -> Iterator[str]:
    """Give the pointers of texts and names with NUL; called on values of bounded depth."""
    if isinstance(value, str):
        if "\0" in value:
            yield at
    elif isinstance(value, dict):
        for name, inner in value.items():
            if "\0" in name:
                yield f"{at}/{escape(name)}"
            yield from _nul_places(inner, f"{at}/{escape(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nul_places(inner, f"{at}/{index}")
