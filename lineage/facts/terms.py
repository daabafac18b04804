"""The project's own words in an event: ``suyuan:`` steps and members, under any prefix."""

from __future__ import annotations

from typing import Any

from lineage.events import Event
from lineage.events.contexts import all_prefixes, expand
from lineage.events.vocabulary import SUYUAN_NAMESPACE, SUYUAN_PREFIX

_OWN = f"{SUYUAN_PREFIX}:"


def own_word(word: str | None) -> str | None:
    """Give a step or disposition with our words as ``suyuan:<word>``, all others as they are."""
    if word is not None and word.startswith(SUYUAN_NAMESPACE):
        return _OWN + word.removeprefix(SUYUAN_NAMESPACE)
    return word


def step_of(event: Event) -> str | None:
    """Give the business step: a bare CBV word, ``suyuan:<word>``, or the URI of another vocabulary."""
    return own_word(event.biz_step)


def own_member(event: Event, name: str) -> Any:
    """Give the value of ``suyuan:<name>`` on the event itself, or in its ilmd, if there is one."""
    # Most events have none: no place for one, or nowhere the end of its quoted name. That saves decoding the
    # document again.
    if (event.standard and event.ilmd is None) or f'{name}"'.encode() not in event.document_bytes:
        return None
    table = all_prefixes(event.context)
    table.setdefault(SUYUAN_PREFIX, SUYUAN_NAMESPACE)
    for members in (event.document, event.ilmd or {}):
        for key, value in members.items():
            if ":" in key and expand(key, table) == (SUYUAN_NAMESPACE, name):
                return value
    return None


def own_text(event: Event, name: str) -> str | None:
    """Give :func:`own_member` when it is text (or a node with ``id``)."""
    value = own_member(event, name)
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    return value if isinstance(value, str) else None
