"""GS1 element strings: application identifiers with their values, bracketed or as a scanner gives them.

Both readers give the same list of elements, each checked against format and content rules; whether the
elements go together is the business of ``ai_rules``. FNC1 in a scanned string is the GS character (0x1D) or
written ``^``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lineage.errors import IdentifierError
from lineage.identifiers import ai_table
from lineage.identifiers.ai_table import ApplicationIdentifier
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.faults import Fault, sentence, sentence_zh
from lineage.identifiers.linters import CHARSET_LINTERS, LINTERS

GS = "\x1d"
MAX_ELEMENTS = 64
"""As many as the reference implementation takes; a label of a logistic unit has fewer than twenty."""


class Element(NamedTuple):
    """One application identifier with its value."""

    ai: str
    value: str


def _unknown(ai: str, position: int) -> IdentifierError:
    return IdentifierError(
        "unknown-ai",
        f"({ai}) is not a GS1 application identifier",
        position=position,
        message_zh=f"({ai}) 不是 GS1 应用标识符",
    )


def _wrong_length(entry: ApplicationIdentifier, value: str, position: int) -> IdentifierError:
    allowed = str(entry.maximum) if entry.minimum == entry.maximum else f"{entry.minimum} to {entry.maximum}"
    short = len(value) < entry.minimum
    return IdentifierError(
        "value-too-short" if short else "value-too-long",
        f"({entry.ai}) {entry.title} has {allowed} characters, here are {len(value)}",
        position=position + (len(value) if short else entry.maximum),
        message_zh=f"({entry.ai}) 应为 {allowed.replace(' to ', '–')} 位，实为 {len(value)} 位",
    )


def _faulty(entry: ApplicationIdentifier, value: str, fault: Fault, position: int) -> IdentifierError:
    shown = value[fault.start : fault.start + fault.length]
    en, zh = sentence(fault.code), sentence_zh(fault.code)
    if fault.code == "incorrect-check-digit":
        wanted = gs1_check_digit(value[: fault.start])  # the zero before a GRAI adds nothing
        en, zh = f"{en}, it should be {wanted}", f"{zh}，应为 {wanted}"
    return IdentifierError(
        fault.code,
        f"({entry.ai}) {entry.title}: {en}, at character {fault.start + 1} of the value: {shown!r}",
        position=position + fault.start,
        message_zh=f"({entry.ai}) {zh}：值的第 {fault.start + 1} 个字符“{shown}”",
    )


def check_length(entry: ApplicationIdentifier, value: str, position: int) -> None:
    """Refuse a value that is too short or too long as a whole."""
    if not entry.minimum <= len(value) <= entry.maximum:
        raise _wrong_length(entry, value, position)


def check_content(entry: ApplicationIdentifier, value: str, position: int = 0) -> int:
    """Check a value component by component and give how many of its characters the components take.

    :param position: where the value starts in the text that errors are to point into
    """
    at = 0
    for part in entry.components:
        piece = value[at : at + part.maximum]
        if not piece and part.optional:
            continue
        if len(piece) < part.minimum:
            raise _wrong_length(entry, value, position)
        fault = CHARSET_LINTERS[part.charset](piece)
        if not fault:
            for name in part.linters:
                if fault := LINTERS[name](piece):
                    break
        if fault:
            raise _faulty(entry, value, fault._replace(start=at + fault.start), position)
        at += len(piece)
    return at


def check_element(ai: str, value: str, position: int = 0) -> Element:
    """Check one element on its own.

    :raises IdentifierError: unknown AI, wrong length, or content that breaks a rule
    """
    entry = ai_table.find(ai)
    if entry is None:
        raise _unknown(ai, position)
    check_length(entry, value, position)
    check_content(entry, value, position)
    return Element(ai, value)


def _next_bracket(text: str, start: int) -> int:
    r"""Give the index of the next ``(`` that starts an AI, or the end; ``\(`` is data."""
    at = text.find("(", start)
    while at > start and text[at - 1] == "\\":
        at = text.find("(", at + 1)
    return len(text) if at < 0 else at


def _too_many(position: int) -> IdentifierError:
    return IdentifierError("too-many-elements", f"more than {MAX_ELEMENTS} elements", position=position)


def parse_bracketed(text: str) -> tuple[Element, ...]:
    r"""Read ``(01)09506000134352(10)ABC``. A bracket inside a value is written ``\(``.

    :raises IdentifierError: with the index of the character at fault
    """
    elements: list[Element] = []
    at = 0
    if not text:
        raise IdentifierError("empty", "there is nothing to read", position=0, message_zh="内容为空")
    while at < len(text):
        if text[at] != "(":
            raise IdentifierError(
                "bracket-expected", "an application identifier in brackets must stand here", position=at
            )
        close = text.find(")", at)
        if close < 0:
            raise IdentifierError("bracket-open", "the bracket is never closed", position=at)
        ai = text[at + 1 : close]
        entry = ai_table.find(ai)
        if entry is None:
            raise _unknown(ai, at + 1)
        end = _next_bracket(text, close + 1)
        written = text[close + 1 : end]
        value = written.replace("\\(", "(")
        check_length(entry, value, close + 1)
        check_content(entry, value, close + 1)
        elements.append(Element(ai, value))
        if len(elements) > MAX_ELEMENTS:
            raise _too_many(at)
        at = end
    return tuple(elements)


def parse_scanned(text: str, *, offset: int = 0) -> tuple[Element, ...]:
    """Read what follows the symbology identifier: AIs and values run together, FNC1 as GS or ``^``.

    An FNC1 at the start is skipped. Errors point into the text plus ``offset``.

    :raises IdentifierError: with the index of the character at fault
    """
    data = text.replace("^", GS)
    at = 1 if data.startswith(GS) else 0
    if at == len(data):
        raise IdentifierError(
            "empty", "there is no application identifier", position=offset + at, message_zh="没有应用标识符"
        )
    elements: list[Element] = []
    while at < len(data):
        ai = data[at : at + ai_table.lengths().get(data[at : at + 2], 2)]
        entry = ai_table.find(ai)
        if entry is None:
            raise _unknown(ai, offset + at)
        start = at + len(ai)
        end = data.find(GS, start)
        end = len(data) if end < 0 else end
        if entry.fixed:
            end = min(end, start + entry.maximum)
        value = data[start:end]
        if not value:
            raise _wrong_length(entry, value, offset + start)
        taken = check_content(entry, value, offset + start)
        if taken < len(value):
            raise _wrong_length(entry, value, offset + start)
        elements.append(Element(ai, value))
        if len(elements) > MAX_ELEMENTS:
            raise _too_many(offset + at)
        at = end + 1 if data[end : end + 1] == GS else end
    return tuple(elements)


def parse_components(text: str) -> tuple[tuple[Element, ...], ...]:
    """Read an element string of either form: the elements of each component of the symbol.

    A bar stands before the two-dimensional component of a composite symbol:
    ``(01)09506000134352|(10)ABC``, ``^0109506000134352|^10ABC``.

    :raises IdentifierError: with the index of the character at fault
    """
    linear, bar, composite = text.partition("|")
    parse = parse_bracketed if text.startswith("(") else parse_scanned
    components = [parse(linear)]
    if bar:
        if not composite.startswith("(" if parse is parse_bracketed else ("^", GS)):
            raise IdentifierError(
                "component-start",
                "the second component starts like the first, with a bracket or FNC1",
                position=len(linear) + 1,
                message_zh="复合码的第二部分应与第一部分写法相同，以括号或 FNC1 开头",
            )
        try:
            components.append(parse(composite))
        except IdentifierError as error:
            raise error.moved(len(linear) + 1) from None
    return tuple(components)


def bracketed(elements: Iterable[Element]) -> str:
    """Write elements with their AIs in brackets; a bracket in a value is escaped."""
    return "".join([f"({ai})" + value.replace("(", "\\(") for ai, value in elements])


def scanned(elements: Iterable[Element], fnc1: str = GS) -> str:
    """Write elements as a symbol encodes them: no leading FNC1, separators where they are needed."""
    text = ""
    separate = False
    for ai, value in elements:
        text += (fnc1 if separate else "") + ai + value
        entry = ai_table.find(ai)
        separate = entry is None or not entry.fixed
    return text


def human_readable(elements: Iterable[Element]) -> list[tuple[str, str]]:
    """Give the human-readable interpretation, one line an element: ``(AI) value`` and the data title."""
    lines = []
    for ai, value in elements:
        entry = ai_table.find(ai)
        lines.append((f"({ai}) {value}", entry.title if entry else ""))
    return lines
