"""Which application identifiers go together: repeats, exclusions, requirements, signed keys.

The rules hold over everything that marks one physical thing; a single symbol of several may break a
requirement that the others meet, so callers can leave requirements out.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineage.errors import IdentifierError
from lineage.identifiers import ai_table
from lineage.identifiers.element_string import Element

_SERIAL_OPTIONAL = ("253", "255", "8003")
"""Keys that may come without serial number, which a digital signature (8030) does not allow."""


def _matches(pattern: str, ai: str) -> bool:
    if "n" not in pattern:
        return pattern == ai
    return len(pattern) == len(ai) and ai.startswith(pattern.rstrip("n"))


def _present(pattern: str, ais: Sequence[str], apart_from: str) -> str | None:
    return next((ai for ai in ais if ai != apart_from and _matches(pattern, ai)), None)


def check_repeats(elements: Sequence[Element]) -> None:
    """Refuse an AI that stands twice with different values."""
    values: dict[str, str] = {}
    for ai, value in elements:
        if values.setdefault(ai, value) != value:
            raise IdentifierError(
                "ai-conflict",
                f"({ai}) stands twice with different values",
                message_zh=f"({ai}) 出现两次且值不同",
            )


def check_exclusions(elements: Sequence[Element]) -> None:
    """Refuse pairs of AIs that exclude each other."""
    ais = sorted({element.ai for element in elements})
    for ai in ais:
        entry = ai_table.find(ai)
        for pattern in entry.excludes if entry else ():
            other = _present(pattern, ais, ai)
            if other:
                raise IdentifierError(
                    "ai-excluded",
                    f"({ai}) and ({other}) cannot go together",
                    message_zh=f"({ai}) 与 ({other}) 不能同时出现",
                )


def check_requirements(elements: Sequence[Element]) -> None:
    """Refuse an AI without the AIs that it needs beside it."""
    ais = sorted({element.ai for element in elements})
    for ai in ais:
        entry = ai_table.find(ai)
        for choices in entry.requires if entry else ():
            if not any(all(_present(member, ais, ai) for member in group) for group in choices):
                needed = " or ".join("+".join(f"({member})" for member in group) for group in choices)
                raise IdentifierError(
                    "ai-required",
                    f"({ai}) needs {needed} beside it",
                    message_zh=f"({ai}) 需要同时出现 {needed.replace(' or ', ' 或 ')}",
                )


def check_signed_keys(elements: Sequence[Element]) -> None:
    """Refuse a signature over a key that has no serial number."""
    values = dict(reversed(elements))
    if "8030" not in values:
        return
    for ai in _SERIAL_OPTIONAL:
        entry = ai_table.find(ai)
        if ai in values and entry and len(values[ai]) == entry.minimum:
            raise IdentifierError(
                "signature-needs-serial",
                f"({ai}) needs a serial number beside (8030)",
                message_zh=f"与 (8030) 同用时 ({ai}) 必须带序列号",
            )


def check_together(elements: Sequence[Element], *, requirements: bool = True) -> None:
    """Apply all rules, in the order of the reference implementation.

    :param requirements: False for one symbol of several on the same thing
    """
    check_exclusions(elements)
    if requirements:
        check_requirements(elements)
    check_repeats(elements)
    check_signed_keys(elements)
